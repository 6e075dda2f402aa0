"""The figures people watch, before and after: judged by the rules of their pages, honest when few."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from firstdose.figures import changes_words as words
from firstdose.rules import timeline
from firstdose.rules.proportion import Share
from firstdose.ui.effects import COLUMNS, effects
from firstdose.view import View
from tests.support import MemorySession, session_of

DAY = date(2026, 11, 20)
VIEW = View(page="changes")


def world(
    first_dose: date | None = date(2027, 1, 10),
    status: str = "in progress",
    done: int = 0,
    late: int = 0,
    released: int = 0,
    rejected: int = 0,
    due_on: date | None = None,
) -> MemorySession:
    task: dict[str, Any] = {"program_id": "P1", "partner_id": "A", "workstream": "Clinical"}
    batch = {"program_id": "P1", "partner_id": "A", "material": "vector", "started_on": DAY}
    tasks = [
        task
        | {"task_id": f"T{n}", "name": "t", "kind": "task", "baseline_finish": DAY}
        | {"actual_finish": DAY if n < done - late else DAY + timedelta(days=1)}
        for n in range(done)
    ]
    anchor = {"task_id": "F", "name": "f", "kind": "milestone", "anchor": "first dose"}
    if first_dose:
        tasks.append(task | anchor | {"forecast_finish": first_dose})
    item = {"item_id": "I1", "program_id": "P1", "jurisdiction": "JP", "area": "Clinical", "gate": True}
    item |= {"title": "i", "blocks": "filing", "owner_partner": "A", "status": status, "updated_on": DAY}
    return session_of(
        as_of=DAY + timedelta(days=1),
        programs=[{"program_id": "P1", "name": "One", "jurisdictions": "JP", "status": "active"}],
        tasks=tasks,
        readiness_items=[item | {"due_on": due_on}],
        batches=[
            batch | {"batch_id": f"B{n}", "disposition": "released" if n < released else "rejected"}
            for n in range(released + rejected)
        ],
    )


def figure(before: MemorySession, after: MemorySession, key: str) -> dict[str, str]:
    found = effects(before, after, VIEW)  # type: ignore[arg-type]
    assert list(found.columns) == list(COLUMNS)
    (row,) = found[found["key"] == key].to_dict("records")
    return {str(name): value for name, value in row.items()}


@pytest.mark.parametrize(
    ("before", "after", "key", "difference", "tone"),
    [
        pytest.param(
            world(), world(date(2027, 1, 24)), "next-first-dose", "+14 d", "bad", id="a later first dose"
        ),
        pytest.param(
            world(), world(date(2027, 1, 9)), "next-first-dose", "−1 d", "good", id="an earlier first dose"
        ),
        pytest.param(world(), world(), "next-first-dose", "no change", "", id="the same first dose"),
        pytest.param(world(None), world(), "next-first-dose", "planned anew", "", id="a new first dose"),
        pytest.param(world(), world(None), "next-first-dose", "gone", "", id="no first dose any more"),
        pytest.param(world(), world(status="closed"), "filing-blockers", "−1", "good", id="a blocker fewer"),
        pytest.param(
            world(status="closed"), world(), "filing-blockers", "+1", "bad", id="a blocker opened again"
        ),
        pytest.param(
            world(), world(status="closed"), "readiness-clinical", "+1 closed · better", "good", id="an area"
        ),
        pytest.param(
            world(), world(due_on=DAY), "readiness-clinical", "worse", "bad", id="an area that turned late"
        ),
        pytest.param(
            world(done=4), world(done=8, late=2), "on-time", "2 of 4 new ones", "", id="too few before"
        ),
        pytest.param(
            world(done=5), world(done=8, late=2), "on-time", "1 of 3 new ones", "bad", id="fewer on time"
        ),
        pytest.param(
            world(released=4, rejected=2),
            world(released=9, rejected=2),
            "batch-success",
            "5 of 5 new ones",
            "good",
            id="more released",
        ),
        pytest.param(
            world(released=6), world(released=5), "batch-success", "−1 of −1", "", id="one taken back"
        ),
    ],
)
def test_a_figure_says_its_difference_and_whether_it_is_good(
    before: MemorySession, after: MemorySession, key: str, difference: str, tone: str
) -> None:
    row = figure(before, after, key)
    assert (row["difference"], row["tone"]) == (difference, tone)


def test_a_share_carries_its_interval_or_says_that_there_are_too_few() -> None:
    row = figure(world(released=4), world(released=4, rejected=1), "batch-success")
    assert row["before"] == "4 of 4 · too few for a rate"
    assert row["after"].startswith("4 of 5 · 80 % (")


def test_each_version_is_judged_on_its_own_report_day_and_the_after_on_that_of_the_view() -> None:
    one = world(due_on=DAY + timedelta(days=30))
    found = effects(one, one, View(page="changes", as_of=DAY + timedelta(days=60)))  # type: ignore[arg-type]
    row = found[found["key"] == "readiness-clinical"].iloc[0]
    assert "late" not in row["before"]
    assert "late" in row["after"]


@pytest.mark.parametrize(("days", "on_time"), [(0, 1), (1, 0)])
def test_done_on_the_day_promised_is_on_time(days: int, on_time: int) -> None:
    tasks = pd.DataFrame(
        {"actual_finish": [DAY + timedelta(days=days), None], "baseline_finish": [DAY, DAY]}, dtype=object
    )
    assert timeline.on_time(tasks, DAY + timedelta(days=1)) == Share(on_time, 1)


def test_the_sign_of_a_verdict_stands_beside_the_difference() -> None:
    found = effects(world(), world(status="closed"), VIEW)  # type: ignore[arg-type]
    shown = words.effect_rows(found)
    assert dict(zip(shown["key"], shown["sign"], strict=True))["filing-blockers"] == "✓"
    assert set(words.effect_columns()) <= set(shown.columns)
    assert list(found.columns) == list(COLUMNS)
