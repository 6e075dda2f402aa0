"""Marks of the plan from both sides of each boundary, reasons in words, lanes in the order of the work."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from firstdose.contracts import contracts
from firstdose.figures.theme import Status
from firstdose.rules import timeline as rules
from firstdose.words import use_language

TODAY = date(2026, 11, 20)
DAYS = (
    "baseline_start",
    "baseline_finish",
    "forecast_start",
    "forecast_finish",
    "actual_start",
    "actual_finish",
)


def day(offset: int | None) -> pd.Timestamp | None:
    return None if offset is None else pd.Timestamp(TODAY + timedelta(days=offset))


def task(task_id: str = "T", **more: Any) -> dict[str, Any]:
    """A task; the six dates are days from the report day."""
    dates = {name: day(more.pop(name, None)) for name in DAYS}
    known = [one for one in dates.values() if one is not None] or [day(0)]
    return {
        "task_id": task_id,
        "program_id": "P1",
        "program_name": "One",
        "program_name_ja": "一",
        "partner_id": "A",
        "partner_name": "Centre",
        "partner_name_ja": None,
        "partner_role": "academic centre",
        "workstream": "Regulatory",
        "start_on": min(known),
        "finish_on": max(known),
        "promised_on": dates["baseline_finish"] if dates["baseline_finish"] is not None else pd.NaT,
        **dates,
        **more,
    }


def frame(*tasks: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(tasks), columns=list(task()))


@pytest.mark.parametrize(
    ("one", "mark"),
    [
        pytest.param(task(baseline_finish=0, actual_start=-5), "in progress", id="promised for today"),
        pytest.param(task(baseline_finish=-1, actual_start=-5), "late", id="promised for yesterday is late"),
        pytest.param(
            task(baseline_finish=-1, forecast_finish=9), "late", id="a later forecast does not undo a promise"
        ),
        pytest.param(task(forecast_finish=0, actual_start=-5), "in progress", id="forecast for today"),
        pytest.param(task(forecast_finish=-1, actual_start=-5), "late", id="forecast for yesterday is late"),
        pytest.param(
            task(baseline_finish=9, forecast_finish=-1, actual_start=-5),
            "late",
            id="an early forecast that passed is late before the promise is",
        ),
        pytest.param(
            task(baseline_finish=9, forecast_finish=9, actual_start=-5),
            "in progress",
            id="forecast on its baseline is in time",
        ),
        pytest.param(
            task(baseline_finish=9, forecast_finish=10, actual_start=-5),
            "at risk",
            id="forecast a day after its baseline is at risk",
        ),
        pytest.param(task(forecast_start=0, forecast_finish=9), "not started", id="begins today"),
        pytest.param(task(forecast_start=-1, forecast_finish=9), "at risk", id="should have begun yesterday"),
        pytest.param(
            task(baseline_start=-9, forecast_start=3, forecast_finish=9, baseline_finish=9),
            "not started",
            id="the forecast start counts before the baseline start",
        ),
        pytest.param(
            task(baseline_finish=-9, actual_start=-20, actual_finish=-1), "closed", id="done late is closed"
        ),
        pytest.param(task(), "not started", id="without any day"),
    ],
)
def test_a_task_wears_the_mark_its_days_earn(one: dict[str, Any], mark: str) -> None:
    assert rules.task_marks(frame(one), TODAY)["mark"].tolist() == [mark]
    assert mark in {status.value for status in Status}


@pytest.mark.parametrize(
    ("one", "why"),
    [
        pytest.param(task(baseline_finish=-1), "promised 1 day ago", id="one day"),
        pytest.param(
            task(baseline_finish=-20, forecast_finish=5, forecast_start=-3),
            "promised 20 days ago; 25 days behind the baseline; should have begun 3 days ago",
            id="every reason, the worst first",
        ),
        pytest.param(task(forecast_finish=-2, actual_start=-5), "promised 2 days ago", id="no baseline"),
        pytest.param(
            task(baseline_finish=5, forecast_finish=-2, actual_start=-5),
            "forecast for 2 days ago",
            id="missed",
        ),
        pytest.param(task(actual_finish=-2), "done", id="done"),
        pytest.param(task(forecast_start=1, forecast_finish=2), "", id="nothing wrong"),
    ],
)
def test_the_reason_is_said_in_words(one: dict[str, Any], why: str) -> None:
    assert rules.task_marks(frame(one), TODAY)["why"].tolist() == [why]


def test_overdue_days_count_from_the_earlier_of_promise_and_forecast_and_only_while_open() -> None:
    judged = rules.task_marks(
        frame(
            task(baseline_finish=-3, forecast_finish=-7),
            task(baseline_finish=-3, forecast_finish=7),
            task(baseline_finish=-3, actual_finish=-1),
            task(baseline_finish=3),
        ),
        TODAY,
    )
    assert judged["overdue_days"].tolist() == [7, 3, pd.NA, pd.NA]
    assert judged["slip_days"].tolist() == [-4, 10, 2, pd.NA]
    assert judged["is_open"].tolist() == [True, True, False, True]


def test_the_frame_given_is_left_as_it_was() -> None:
    given = frame(task("B", baseline_finish=-1), task("A", forecast_finish=5))
    before = given.copy(deep=True)
    rules.lanes(given, "partner", TODAY)
    rules.owed(given, TODAY)
    pd.testing.assert_frame_equal(given, before)


def test_what_is_owed_longest_comes_first_and_what_has_no_day_last() -> None:
    owed = rules.owed(
        frame(
            task("none"),
            task("soon", baseline_finish=2),
            task("late", baseline_finish=-2),
            task("later", baseline_finish=-9),
            task("far", baseline_finish=30),
        ),
        TODAY,
    )
    assert owed["task_id"].tolist() == ["later", "late", "soon", "far", "none"]


def test_milestones_ahead_come_first_and_done_ones_from_the_latest_back() -> None:
    rows = [
        task("old", actual_finish=-90),
        task("far", forecast_finish=90),
        task("none"),
        task("new", actual_finish=-9),
        task("late", forecast_finish=-3),
        task("next", forecast_finish=9),
    ]
    given = frame(*rows)
    given["expected_on"] = pd.to_datetime(given["actual_finish"]).fillna(given["forecast_finish"])
    assert rules.anchors(given, TODAY)["task_id"].tolist() == ["late", "next", "far", "none", "new", "old"]


def test_lanes_of_partners_follow_the_work_and_rows_follow_their_start() -> None:
    roles = {"A": "academic centre", "R": "regulator", "M": "CDMO", "S": "sponsor", "X": "somebody"}
    rows = [
        task(f"{one}{start}", partner_id=one, partner_name=one, partner_role=role, forecast_finish=start)
        for one, role in roles.items()
        for start in (5, 3)
    ]
    drawn = rules.lanes(frame(*rows), "partner", TODAY)
    assert drawn["lane"].drop_duplicates().tolist() == ["A", "S", "M", "R", "X"]
    assert drawn["task_id"].tolist()[:2] == ["A3", "A5"]
    assert drawn.attrs["hidden"] == 0


def test_alliance_work_is_the_last_lane_of_programs() -> None:
    rows = frame(
        task("N", program_id=None, program_name=None, program_name_ja=None, workstream="Alliance"),
        task("P", forecast_finish=1),
    )
    assert rules.lanes(rows, "program", TODAY)["lane"].tolist() == ["P1 · One", "Alliance"]
    use_language("ja")
    assert rules.lanes(rows, "program", TODAY)["lane"].tolist()[0] == "P1 · 一"


def test_lanes_of_workstreams_stand_in_domain_order_with_a_name_for_every_one() -> None:
    allowed = contracts()["tasks"].column("workstream").allowed
    assert set(allowed) == set(rules.WORKSTREAMS)
    rows = frame(*(task(name, workstream=name) for name in sorted(allowed)))
    drawn = rules.lanes(rows, "workstream", TODAY)
    assert drawn["workstream"].tolist() == list(rules.WORKSTREAMS)
    assert drawn["lane"].str.len().min() > 0


@pytest.mark.parametrize(
    ("more", "hidden"), [pytest.param(0, 0, id="as many as fit"), pytest.param(1, 1, id="one more than fits")]
)
def test_done_rows_far_away_are_the_first_to_be_left_out(more: int, hidden: int) -> None:
    rows = frame(
        task("old", actual_finish=-900),
        *(task(f"T{at:03}", forecast_finish=at) for at in range(rules.MOST_ROWS - 1 + more)),
    )
    drawn = rules.lanes(rows, "partner", TODAY)
    assert (len(drawn), drawn.attrs["hidden"]) == (rules.MOST_ROWS, hidden)
    assert ("old" in set(drawn["task_id"])) is (hidden == 0)


def test_no_rows_have_no_lanes() -> None:
    assert rules.lanes(frame(), "partner", TODAY).empty
    assert rules.owed(frame(), TODAY).empty
