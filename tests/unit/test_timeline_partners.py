"""What partners owe each other: late, how often in time, and an agenda that both sides read alike."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from firstdose.figures import timeline_partners as words
from firstdose.rules import timeline_partners as rules

TODAY = date(2026, 11, 20)
COLUMNS = (
    *("task_id", "program_id", "partner_id", "partner_name", "partner_name_ja", "receiver_partner"),
    *("receiver_name", "receiver_name_ja", "name", "name_ja", "workstream", "predecessors", "kind"),
    *(
        "baseline_start",
        "baseline_finish",
        "forecast_start",
        "forecast_finish",
        "actual_start",
        "actual_finish",
    ),
)


def day(offset: int | None) -> date | None:
    return None if offset is None else TODAY + timedelta(days=offset)


def owed(task_id: str, due: int, done: int | None = None, **more: Any) -> dict[str, Any]:
    """A hand-off from A to B, promised and forecast for a day (from the report day)."""
    known = {"partner_id": "A", "partner_name": "Aozora", "receiver_partner": "B", "receiver_name": "Beech"}
    dates = {"baseline_finish": day(due), "forecast_finish": day(due), "actual_finish": day(done)}
    return {
        "task_id": task_id,
        "name": f"Work {task_id}",
        "program_id": "P",
        "workstream": "Regulatory",
        **known,
        **dates,
        **more,
    }


def plan(*tasks: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(tasks), columns=list(COLUMNS))


def test_a_partner_stands_with_what_is_open_late_and_was_in_time() -> None:
    done = [owed(f"d{n}", -30, -30 + (n == 0)) for n in range(5)]
    found = rules.standing(plan(*done, owed("late", -7), owed("open", 9)), TODAY)
    (row,) = found.to_dict("records")
    assert (row["open"], row["late"], row["most_overdue_days"]) == (2, 1, 7)
    assert (row["in_time"], row["done"]) == (4, 5), "done on the very day is in time, a day after is not"
    (said,) = words.standing_rows(found).to_dict("records")
    assert said["share_said"] == "80 % (28–99 %)"
    assert said["late_said"] == "✕ 1"


def test_too_few_hand_offs_give_no_share() -> None:
    found = rules.standing(plan(owed("d", -30, -31)), TODAY)
    assert words.standing_rows(found)["share_said"].tolist() == ["too few for a rate"]


def test_work_that_nobody_else_waits_for_is_no_hand_off() -> None:
    own = owed("own", 3, receiver_partner=None)
    same = owed("same", 3, receiver_partner="A")
    assert rules.handoffs(plan(own, same, owed("other", 3)))["task_id"].tolist() == ["other"]


@pytest.mark.parametrize(
    ("due", "told"),
    [
        pytest.param(-9, True, id="overdue"),
        pytest.param(42, True, id="on the last day of six weeks"),
        pytest.param(43, False, id="a day later"),
    ],
)
def test_the_agenda_reaches_six_weeks_ahead_and_keeps_what_is_overdue(due: int, told: bool) -> None:
    assert (len(rules.agenda(plan(owed("a", due)), TODAY)) == 1) is told


def test_what_is_done_is_off_the_agenda() -> None:
    assert rules.agenda(plan(owed("a", 3, -1)), TODAY).empty


def test_both_directions_between_two_partners_stand_together_in_the_order_of_their_days() -> None:
    back = owed("back", 5, partner_id="B", partner_name="Beech", receiver_partner="A", receiver_name="Aozora")
    third = owed("third", 1, receiver_partner="C", receiver_name="Cedar")
    found = rules.agenda(plan(third, owed("there", 9), back), TODAY)
    said = words.agenda_rows(found, plan(third, owed("there", 9), back))
    assert said["task_id"].tolist() == ["back", "there", "third"]
    assert said["pair"].tolist() == ["Aozora ⇄ Beech", "Aozora ⇄ Beech", "Aozora ⇄ Cedar"]


def test_an_agenda_line_names_the_open_work_it_still_needs() -> None:
    tasks = plan(
        owed("open", 2, receiver_partner=None), owed("done", -2, -3), owed("x", 9, predecessors="open;done")
    )
    said = words.agenda_rows(rules.agenda(tasks, TODAY), tasks).set_index("task_id")
    assert said.loc["x", "first"] == "Work open"


def test_no_hand_off_keeps_the_columns_of_the_tables() -> None:
    nothing = plan()
    assert set(words.standing_columns()) <= set(words.standing_rows(rules.standing(nothing, TODAY)).columns)
    assert set(words.agenda_columns()) <= set(
        words.agenda_rows(rules.agenda(nothing, TODAY), nothing).columns
    )
