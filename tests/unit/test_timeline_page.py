"""The cards of the timeline page: what the plan compared with a version shows."""

from datetime import date, timedelta
from typing import Any

from firstdose.ui import timeline as page
from firstdose.view import View
from tests.support import MemorySession, session_of

TODAY = date(2026, 11, 20)
VIEW = View(page="timeline")


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def task(task_id: str, start: int, finish: int, **more: Any) -> dict[str, Any]:
    return {
        "task_id": task_id,
        "partner_id": "CTR",
        "workstream": "Regulatory",
        "name": f"Work {task_id}",
        "kind": "task",
        "forecast_start": day(start),
        "forecast_finish": day(finish),
        **more,
    }


def version(*tasks: dict[str, Any]) -> MemorySession:
    return session_of(
        as_of=TODAY,
        partners=[{"partner_id": "CTR", "name": "Centre", "role": "academic centre"}],
        tasks=tasks,
    )


def test_a_task_that_left_the_window_is_shown_where_the_version_compared_with_had_it() -> None:
    shown = version(
        task("left", 200, 210), task("far", 200, 210), task("begun", -90, -40, actual_start=day(-90))
    )
    base = version(task("left", 10, 20), task("far", 190, 199), task("begun", -90, -40))
    ((card,), *_rest) = page.plan_cards(VIEW, shown, base)
    assert card.data["task_id"].tolist() == ["begun", "left"]
    ((alone,), *_rest) = page.plan_cards(VIEW, shown, None)
    assert alone.data["task_id"].tolist() == ["begun"]
