"""Timeline questions on the real engine: what is shown in a window, what is owed, when the anchors come."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from firstdose.queries import timeline as queries
from firstdose.view import NO_DAY_SINCE, NO_DAY_UNTIL, View
from tests.support import MemorySession, session_of

TODAY = date(2026, 11, 23)


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def task(task_id: str, start: int, finish: int, **more: Any) -> dict[str, Any]:
    return {
        "task_id": task_id,
        "program_id": "P1",
        "partner_id": "CTR",
        "workstream": "Regulatory",
        "name": task_id,
        "kind": "task",
        "forecast_start": day(start),
        "forecast_finish": day(finish),
        **more,
    }


@pytest.fixture(scope="module")
def session() -> MemorySession:
    anchor = {"kind": "milestone", "anchor": "filing", "jurisdiction": "JP"}
    return session_of(
        partners=[
            {"partner_id": "CTR", "name": "Centre", "role": "academic centre"},
            {"partner_id": "CDMO", "name": "Maker", "role": "CDMO"},
        ],
        programs=[
            {
                "program_id": "P1",
                "name": "One",
                "indication_group": "Other",
                "lead_partner": "CTR",
                "jurisdictions": "JP;US",
                "target_filing_date": day(40),
            }
        ],
        tasks=[
            task("A", -90, -29),
            task("B", -90, -28, jurisdiction="US"),
            task("C", 63, 90, partner_id="CDMO", receiver_partner="CTR"),
            task("D", 64, 90),
            task("E", 0, 9, program_id=None, receiver_partner="CDMO", baseline_finish=day(-3)),
            task("F", -9, -2, receiver_partner="CDMO", actual_start=day(-9), actual_finish=day(-1)),
            task("G", 50, 50, baseline_finish=day(30), **anchor),
        ],
    )


def ids(frame: pd.DataFrame) -> str:
    return "".join(sorted(frame["task_id"]))


@pytest.mark.parametrize(
    ("view", "shown"),
    [
        pytest.param(View(), "BCEFG", id="a quarter: four weeks back, nine ahead, both days included"),
        pytest.param(View().with_key("window", "8-weeks"), "EFG", id="eight weeks"),
        pytest.param(View().with_key("window", "year"), "ABCDEFG", id="a year"),
        pytest.param(View().with_key("window", "all"), "ABCDEFG", id="all"),
        pytest.param(View().with_key("window", "-"), "", id="a refused window shows nothing"),
        pytest.param(View(since=day(64), until=day(70)), "CD", id="a period takes the place of the window"),
        pytest.param(View(as_of=day(-30), keys=(("window", "8-weeks"),)), "ABEF", id="round the report day"),
        pytest.param(View(program=("P1",)), "BCFG", id="one program: no alliance work"),
        pytest.param(View(partner=("CDMO",)), "CEF", id="a partner that does it or waits for it"),
        pytest.param(View(jurisdiction=("US",)), "BCEF", id="one jurisdiction, and what serves all"),
        pytest.param(View(jurisdiction=()), "", id="a refused jurisdiction shows nothing"),
        pytest.param(View(group=()), "", id="a refused group shows no alliance work either"),
        pytest.param(View(area=("Clinical",)), "", id="an area is a workstream"),
    ],
)
def test_the_plan_shows_what_touches_the_days_asked_for(
    session: MemorySession, view: View, shown: str
) -> None:
    assert ids(queries.tasks(session, view)) == shown


@pytest.mark.parametrize("window", ["quarter", "8-weeks", "year", "all"])
def test_begun_work_that_is_overdue_is_shown_up_to_the_report_day(window: str) -> None:
    begun = {"actual_start": day(-90), "baseline_finish": day(-45)}
    plan = session_of(
        as_of=TODAY,
        tasks=[
            task("A", -90, -40, program_id=None, **begun),
            task("B", -90, -40, program_id=None, baseline_finish=day(-45)),
            task("C", -90, -40, program_id=None, **begun, actual_finish=day(-40)),
            task("D", -40, -40, program_id=None, **begun, kind="milestone"),
        ],
    )
    shown = ids(queries.tasks(plan, View().with_key("window", window)))
    assert shown == ("A" if window in ("quarter", "8-weeks") else "ABCD"), "others are drawn to their finish"
    assert not ids(queries.tasks(plan, View(since=day(1), until=day(9)))), "not beyond the report day"
    assert ids(queries.tasks(plan, View(since=day(-9), until=day(-1)))) == "A"


def test_best_known_days_are_actual_then_forecast_then_baseline(session: MemorySession) -> None:
    rows = queries.tasks(session, View()).set_index("task_id")
    assert rows.loc["F", "finish_on"].date() == day(-1)
    assert rows.loc["G", "finish_on"].date() == day(50)


def test_only_open_work_for_another_partner_is_a_handoff(session: MemorySession) -> None:
    owed = queries.handoffs(session, View()).set_index("task_id")
    assert owed.index.tolist() == ["E", "C"]
    assert [promised.date() for promised in owed["promised_on"]] == [day(-3), day(90)]
    assert queries.handoffs(session, View(since=day(0)))["task_id"].tolist() == ["C"]


def test_a_milestone_tells_its_slip_and_its_distance_from_the_target(session: MemorySession) -> None:
    (row,) = queries.milestones(session, View()).to_dict("records")
    assert (row["anchor"], row["slip_days"], row["to_target_days"]) == ("filing", 20, 10)
    assert queries.milestones(session, View(jurisdiction=("US",))).empty
    assert queries.milestones(session, View(area=())).empty


def test_the_period_is_the_window_and_a_refused_window_holds_no_day(session: MemorySession) -> None:
    assert queries.window(session, View(until=day(3))) == (None, day(3))
    assert queries.window(session, View()) == (day(-28), day(63))
    assert queries.window(session, View().with_key("window", "-")) == (NO_DAY_SINCE, NO_DAY_UNTIL)
