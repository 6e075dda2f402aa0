"""The overview: six figures that say their change, and the changes a meeting should hear first."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest

from firstdose.figures import overview as figures
from firstdose.figures import readiness as matrices
from firstdose.lake import CellChange, TableChanges
from firstdose.queries import overview as queries
from firstdose.queries import readiness as items
from firstdose.rules import changes as told
from firstdose.rules import overview as rules
from firstdose.rules import readiness as marks
from firstdose.view import View
from tests.support import MemorySession, session_of

DAY = date(2026, 11, 20)
VIEW = View(as_of=DAY)


def item(item_id: str, **more: Any) -> dict[str, Any]:
    return {
        "item_id": item_id,
        "program_id": "P1",
        "jurisdiction": "JP",
        "area": "Regulatory",
        "title": item_id,
        "gate": True,
        "blocks": "filing",
        "status": "in progress",
        "owner_partner": "A",
        "evidence_expected": 1,
        "updated_on": DAY,
        **more,
    }


def anchor(finish: date, **more: Any) -> dict[str, Any]:
    return {
        "task_id": "T1",
        "program_id": "P1",
        "partner_id": "A",
        "workstream": "Clinical",
        "name": "First dose",
        "kind": "milestone",
        "anchor": "first dose",
        "baseline_start": date(2027, 1, 10),
        "baseline_finish": date(2027, 1, 10),
        "forecast_start": finish,
        "forecast_finish": finish,
        **more,
    }


def world(finish: date, *more: dict[str, Any]) -> MemorySession:
    return session_of(
        as_of=DAY,
        partners=[{"partner_id": "A", "name": "Centre", "role": "academic centre"}],
        programs=[
            {
                "program_id": "P1",
                "name": "One",
                "status": "active",
                "jurisdictions": "JP",
                "lead_partner": "A",
                "target_fih_date": date(2027, 1, 1),
            }
        ],
        stage_events=[
            {"program_id": "P1", "stage_code": "S05", "entered_on": date(2026, 1, 1), "outcome": "open"}
        ],
        readiness_items=list(more),
        tasks=[anchor(finish)],
        batches=[
            {
                "batch_id": f"B{n}",
                "program_id": "P1",
                "partner_id": "A",
                "material": "drug product",
                "purpose": "clinical",
                "started_on": date(2026, 1, 1),
                "released_on": date(2026, 3, 1) if state == "released" else None,
                "disposition": state,
            }
            for n, state in enumerate(["released"] * 4 + ["rejected", "pending"])
        ],
    )


def test_six_figures_count_what_is_there() -> None:
    session = world(date(2027, 1, 20), item("I1", due_on=DAY), item("I2", due_on=DAY - timedelta(days=3)))
    found = rules.headlines(queries.standing(session, VIEW), None, "")
    assert len(found) == 6
    said = {headline.key.removeprefix("kpi-overview-"): headline for headline in found}
    assert said["active-programs"].value == "1"
    assert said["filing-blockers"].value == "2"
    assert said["overdue"].value == "1", "due today is not overdue"
    assert said["batch-success"].value == "4 of 5", "pending lots stand apart"
    assert "20 Jan 2027" in said["next-first-dose"].value
    assert "+19" in said["next-first-dose"].context
    assert all(headline.why and headline.asked and not headline.change for headline in found)


def test_only_open_gate_items_block_and_only_active_programs_stand_in_the_clinic() -> None:
    session = world(
        date(2027, 1, 20),
        item("I1"),
        item("I2", gate=False),
        item("I3", status="closed", closed_on=DAY),
        item("I4", status="not applicable", na_reason="No import"),
        item("I5", blocks="first dose"),
    )
    con = session.connection
    for number, status in (("P2", "active"), ("P3", "stopped"), ("P4", "on hold")):
        con.execute(
            "insert into programs by name select ? as program_id, 'More' as name, ? as status, 'JP' as "
            "jurisdictions",
            [number, status],
        )
        con.execute(
            "insert into stage_events by name select ? as program_id, 'S07' as stage_code, ?::date as "
            "entered_on, 'open' as outcome",
            [number, DAY],
        )
    found = rules.headlines(queries.standing(session, VIEW), None, "")
    said = {headline.key.removeprefix("kpi-overview-"): headline for headline in found}
    assert (said["filing-blockers"].value, said["first-dose-blockers"].value) == ("1", "1")
    assert said["filing-blockers"].context == "in 1 program"
    assert said["active-programs"].value == "2"
    assert said["active-programs"].context == "of 4 · 1 in the clinic · 1 on hold · 1 stopped"


def test_a_change_names_what_it_is_compared_with_and_whether_it_is_good() -> None:
    before = world(date(2027, 1, 10), item("I1"), item("I2"))
    now = world(date(2027, 1, 20), item("I1", status="closed", closed_on=DAY), item("I2"))
    found = rules.headlines(queries.standing(now, VIEW), queries.standing(before, VIEW), "v1")
    said = {headline.key.removeprefix("kpi-overview-"): headline for headline in found}
    assert (said["filing-blockers"].tone, "−1" in said["filing-blockers"].change) == ("good", True)
    assert said["next-first-dose"].tone == "bad"
    assert "+10" in said["next-first-dose"].change
    assert "no change since v1" in said["active-programs"].change


@pytest.mark.parametrize(("delta", "tone"), [(-1, "good"), (1, "bad"), (0, "neutral")])
def test_fewer_blockers_are_better(delta: int, tone: str) -> None:
    assert rules.changed(5 + delta, 5, "v1", "less")[1] == tone


def names(*rows: tuple[str, str, str, bool]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "table_name": table,
                "row_key": key,
                "program_id": "P1",
                "label": f"name of {key}",
                "label_ja": None,
                "kind": kind,
                "jurisdiction": None,
                "is_gate": gate,
            }
            for table, key, kind, gate in rows
        ]
    )


def changed(**cells: tuple[CellChange, ...]) -> dict[str, TableChanges]:
    return {table: TableChanges((), (), found) for table, found in cells.items()}


def test_a_moved_milestone_comes_before_a_closed_item() -> None:
    lines = told.headline_changes(
        changed(
            readiness_items=(CellChange(("I1",), "status", "in review", "closed"),),
            tasks=(CellChange(("T1",), "forecast_finish", "2027-01-10", "2027-01-20"),),
        ),
        names(("readiness_items", "I1", "filing", True), ("tasks", "T1", "first dose", True)),
    )
    assert ["10 days later" in lines[0].text, "closed" in lines[1].text] == [True, True]
    assert [line.mark for line in lines] == ["late", "closed"]


def test_an_item_opened_again_is_told_as_a_risk() -> None:
    lines = told.headline_changes(
        changed(readiness_items=(CellChange(("I1",), "status", "closed", "in progress"),)),
        names(("readiness_items", "I1", "filing", True)),
    )
    assert [(line.mark, "opened again" in line.text) for line in lines] == [("at risk", True)]


def test_a_failed_lot_is_told_and_an_ordinary_task_is_not() -> None:
    lines = told.headline_changes(
        changed(
            batches=(CellChange(("B1",), "disposition", "pending", "terminated"),),
            tasks=(CellChange(("T2",), "forecast_finish", "2027-01-10", "2027-01-20"),),
        ),
        names(("batches", "B1", "terminated", True), ("tasks", "T2", "task", False)),
    )
    assert [line.mark for line in lines] == ["late"]
    assert "terminated" in lines[0].text


def test_rows_that_the_filters_leave_out_are_not_told() -> None:
    found = changed(tasks=(CellChange(("T1",), "forecast_finish", "2027-01-10", "2027-01-20"),))
    assert told.headline_changes(found, names(("tasks", "T9", "first dose", True))) == []


def test_counts_name_each_table_once() -> None:
    found = {"tasks": TableChanges((("T1",), ("T2",)), (("T0",),), (CellChange(("T3",), "a", "1", "2"),) * 2)}
    assert told.counted(found, {"tasks": "Tasks"}) == "All tables, without filters: Tasks +2 ~1 −1"


def test_the_next_days_draw_milestones_as_diamonds_and_end_at_90_days() -> None:
    session = world(date(2027, 1, 20))
    planned = queries.next_days(session, VIEW)
    figure = figures.next_days(planned, DAY)
    assert figure.data[1].marker.symbol == "diamond"
    assert len(figure.data[1].x) == 1
    assert queries.next_days(world(date(2027, 6, 1)), VIEW).empty
    assert not figures.next_days(planned.iloc[:0], DAY).data


def test_open_gate_items_due_in_the_next_90_days_stand_in_one_row_of_their_program() -> None:
    session = world(
        date(2027, 1, 20),
        item("I1", due_on=DAY),
        item("I2", due_on=DAY),
        item("I3", due_on=DAY + timedelta(days=90)),
        item("I4", due_on=DAY + timedelta(days=91)),
        item("I5", due_on=DAY - timedelta(days=1)),
        item("I6", due_on=DAY, gate=False),
        item("I7", due_on=DAY, status="closed", closed_on=DAY),
        item("I8"),
    )
    planned = queries.next_days(session, VIEW)
    due = planned[planned["kind"] == "gate item"]
    assert list(due["row_key"]) == ["I1", "I2", "I3"]
    figure = figures.next_days(planned, DAY)
    circles = figure.data[2]
    assert circles.marker.symbol == "circle"
    assert len(circles.x) == 2, "one mark a day"
    assert "I1" in circles.customdata[0]
    assert "I2" in circles.customdata[0]
    assert list(figure.data[3].text) == ["P1 3 gate items due", "P1 First dose"]


def test_gate_items_of_the_next_days_follow_the_filters() -> None:
    session = world(date(2027, 1, 20), item("I1", due_on=DAY), item("I2", due_on=DAY, jurisdiction="US"))
    planned = queries.next_days(session, View(as_of=DAY, jurisdiction=("JP",)))
    assert set(planned["row_key"]) == {"I1", "T1"}
    assert "I1" not in set(queries.next_days(session, View(as_of=DAY, area=("Clinical",)))["row_key"])


def test_what_the_next_days_leave_out_is_counted_by_kind() -> None:
    session = world(date(2027, 1, 20), item("I1", due_on=DAY + timedelta(days=60)))
    planned = queries.next_days(session, VIEW)
    assert figures.hidden(planned) == ""
    milestone = planned[planned["kind"] == "milestone"]
    crowd = pd.concat([planned, *[milestone.assign(row_key=f"M{n}") for n in range(17)]], ignore_index=True)
    assert figures.hidden(crowd).startswith("2 more tasks")
    assert "1 more gate item due" in figures.hidden(crowd)
    assert len(figures.chosen(crowd)) == 16


def test_the_matrix_shows_every_area_and_the_worst_open_gate_item() -> None:
    session = world(
        date(2027, 1, 20),
        item("I1", due_on=DAY - timedelta(days=1)),
        item("I2", status="closed", closed_on=DAY, due_on=DAY),
    )
    judged = marks.item_marks(items.all_items(session, VIEW), DAY)
    rolled = marks.rollup_by(judged, DAY, ["program_id", "area"])
    figure = matrices.program_matrix(rolled, {"P1": "P1 · <One>"})
    assert len(figure.layout.xaxis.ticktext) == 9
    assert figure.layout.yaxis.ticktext == ("P1 · &lt;One&gt;",)
    assert "✕" in figure.data[1].text[0]
    assert "1/2" in figure.data[1].text[0]
    assert not matrices.program_matrix(rolled.iloc[:0], {}).data


@pytest.mark.parametrize(
    ("due_on", "told"),
    [
        pytest.param(
            date(2027, 3, 1), ["over-<br>due", "Nov", "", "Jan<br>2027", "", "Mar"], id="year at January"
        ),
        pytest.param(date(2026, 12, 1), ["over-<br>due", "Nov<br>2026", ""], id="year at the first month"),
        pytest.param(
            date(2028, 1, 1), ["over-<br>due", "Nov<br>2026", "later"], id="later stands behind the months"
        ),
    ],
)
def test_months_are_named_so_that_names_stay_apart_on_a_phone(due_on: date, told: list[str]) -> None:
    judged = marks.item_marks(items.all_items(world(DAY, item("I1", due_on=due_on)), VIEW), DAY)
    axis = matrices.due_months(marks.due_months(judged, DAY), DAY).layout.xaxis
    assert list(axis.ticktext) == told
    named = [(place, name) for place, name in zip(axis.tickvals, axis.ticktext, strict=True) if name]
    assert all(later[0] - before[0] >= 1.5 for before, later in pairwise(named))
