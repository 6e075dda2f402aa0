"""Every change as a line: in which words, under which program and area, in which order, and none left out."""

from datetime import date
from typing import Any

import pytest

from firstdose.figures import changes_words as words
from firstdose.lake import CellChange, TableChanges
from firstdose.queries import changes as queries
from firstdose.rules import change_lines as rules
from firstdose.view import View
from firstdose.words import use_language
from tests.support import MemorySession, session_of

DAY = date(2026, 11, 20)
VIEW = View(page="changes", as_of=DAY)
LABELS = {"results": "Results", "evidence": "Evidence", "tasks": "Tasks", "readiness_items": "Items"}
Changes = dict[str, TableChanges]


def cell(key: str, column: str, old: str | None, new: str | None) -> CellChange:
    return CellChange(tuple(key.split("|")), column, old, new)


def changed(table: str, *cells: CellChange) -> Changes:
    return {table: TableChanges((), (), cells)}


def added(table: str, *keys: str) -> Changes:
    return {table: TableChanges(tuple(tuple(key.split("|")) for key in keys), (), ())}


def removed(table: str, *keys: str) -> Changes:
    return {table: TableChanges((), tuple(tuple(key.split("|")) for key in keys), ())}


@pytest.fixture(scope="module")
def session() -> MemorySession:
    task = {"partner_id": "A", "workstream": "Clinical", "kind": "task"}
    item = {"program_id": "P1", "jurisdiction": "JP", "area": "Clinical", "owner_partner": "A"}
    batch = {"program_id": "P1", "partner_id": "A", "material": "vector"}
    return session_of(
        as_of=DAY,
        programs=[
            {"program_id": one, "name": f"<{one}>", "indication_group": "Other", "jurisdictions": "JP"}
            for one in ("P1", "P2")
        ],
        tasks=[
            task | {"task_id": "F", "program_id": "P2", "name": "First dose", "anchor": "first dose"},
            task | {"task_id": "T", "program_id": "P1", "name": "Write", "name_ja": "執筆"},
            task | {"task_id": "M", "name": "Steering", "kind": "milestone", "workstream": "Alliance"},
        ],
        readiness_items=[
            item | {"item_id": "G", "title": "Gate", "gate": True, "blocks": "filing"},
            item
            | {"item_id": "O", "title": "Other", "gate": False, "blocks": "filing", "area": "Analytical"},
        ],
        batches=[
            batch | {"batch_id": "B1", "purpose": "clinical", "failure_reason": "too few cells"},
        ],
        evidence=[{"evidence_id": "E1", "item_id": "G", "program_id": "P1"}],
        slots=[{"partner_id": "A", "material": "vector", "week_start": DAY}],
    )


def told(session: MemorySession, changes: Changes, view: View = VIEW, **more: Any) -> list[rules.Line]:
    placed = queries.placed(changes, session, more.get("base"), view)  # type: ignore[arg-type]
    return rules.lines(changes, placed, LABELS)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param(
            changed("tasks", cell("F", "forecast_finish", "2027-03-01", "2027-03-15")),
            [("late", "First dose of P2: forecast moved +14 d, 1 Mar 2027 → 15 Mar 2027")],
            id="a first dose later",
        ),
        pytest.param(
            changed("tasks", cell("T", "forecast_finish", "2027-03-15", "2027-03-14")),
            [("closed", "Write: forecast moved −1 d, 15 Mar 2027 → 14 Mar 2027")],
            id="a task earlier",
        ),
        pytest.param(
            changed("tasks", cell("T", "actual_finish", None, "2026-11-20")),
            [("closed", "Write: done on 20 Nov 2026")],
            id="a task done",
        ),
        pytest.param(
            changed("readiness_items", cell("G", "status", "in review", "closed")),
            [("closed", "Gate item closed: Gate (JP)")],
            id="a gate item closed",
        ),
        pytest.param(
            changed("readiness_items", cell("G", "status", "closed", "in review")),
            [("at risk", "Opened again: Gate (JP)")],
            id="a gate item opened again",
        ),
        pytest.param(
            changed("readiness_items", cell("O", "status", "not started", "in progress")),
            [("in progress", "Other (JP): not started → in progress")],
            id="an item begun",
        ),
        pytest.param(
            changed("batches", cell("B1", "disposition", "pending", "rejected")),
            [("late", "Batch B1 failed (rejected): too few cells")],
            id="a batch that failed, with its reason",
        ),
        pytest.param(
            added("results", "B1|VCN|S1|1|A", "B1|VCN|S1|2|A", "B1|VCN|S1|3|A"),
            [("", "Results: 3 rows added")],
            id="results are counted",
        ),
        pytest.param(
            changed("tasks", cell("T", "note", None, "x")) | added("evidence", "E1"),
            [("", "Tasks: 1 row changed; Evidence: 1 row added")],
            id="what has no words is counted with its neighbours",
        ),
        pytest.param(
            changed("tasks", cell("M", "actual_finish", None, "2026-11-20")),
            [("closed", "Steering: done on 20 Nov 2026")],
            id="work of the alliance",
        ),
        pytest.param(
            added("slots", "A|vector|2026-11-20"), [("", "slots: 1 row added")], id="a table of a site"
        ),
    ],
)
def test_a_change_is_told_in_its_words_or_counted(
    session: MemorySession, changes: Changes, said: list[tuple[str, str]]
) -> None:
    assert [(one.mark, one.text) for one in told(session, changes)] == said


def test_the_biggest_program_stands_first_and_the_longest_move_first_within() -> None:
    found = rules._grouped(
        [
            rules.Line("P1", "", "Clinical", "tasks", "a", 4, "late", "short", 2),
            rules.Line("P1", "", "Clinical", "tasks", "b", 4, "closed", "long", -30),
            rules.Line("P2", "", "Analytical", "tasks", "c", 4, "late", "ordinary", 300),
            rules.Line("P2", "", "Clinical", "tasks", "d", 0, "late", "first dose", 1),
            rules.Line("P1", "", "Analytical", "readiness_items", "e", 2, "late", "gate", 1),
        ]
    )
    assert [one.text for one in found] == ["first dose", "ordinary", "gate", "long", "short"]


def test_a_removed_row_is_counted_under_the_program_it_had(session: MemorySession) -> None:
    empty = session_of(as_of=DAY, programs=[{"program_id": "P1", "name": "P1", "jurisdictions": "JP"}])
    (line,) = told(empty, removed("evidence", "E1"), base=session)
    assert (line.program_id, line.area, line.text) == ("P1", "Clinical", "Evidence: 1 row removed")


@pytest.mark.parametrize(
    ("view", "keys"),
    [
        pytest.param(View(as_of=DAY, program=("P2",)), {"F"}, id="program"),
        pytest.param(View(as_of=DAY, partner=("NOBODY",)), set(), id="partner"),
        pytest.param(View(as_of=DAY, area=("Analytical",)), {"F", "O"}, id="area, milestones stay"),
        pytest.param(View(as_of=DAY, area=()), set(), id="nothing chosen"),
        pytest.param(View(as_of=DAY), {"F", "G", "O", "M", "B1"}, id="everything"),
    ],
)
def test_the_shared_filters_hold_for_every_line(session: MemorySession, view: View, keys: set[str]) -> None:
    changes = changed("batches", cell("B1", "disposition", "pending", "released"))
    changes |= changed(
        "readiness_items", *(cell(key, "status", "in review", "closed") for key in ("G", "O"))
    ) | changed("tasks", *(cell(key, "actual_finish", None, "2026-11-20") for key in ("F", "M")))
    assert {one.key for one in told(session, changes, view)} == keys


def test_every_changed_row_is_in_some_line(session: MemorySession) -> None:
    changes = changed(
        "tasks", cell("F", "note", None, "x"), cell("T", "note", None, "x"), cell("M", "note", None, "x")
    ) | added("results", "B1|VCN|S1|1|A")
    assert sum(one.rows for one in told(session, changes)) == 4


def test_lines_speak_the_language_of_the_reader_and_say_how_many_are_hidden(session: MemorySession) -> None:
    use_language("ja")
    (line,) = told(session, changed("tasks", cell("T", "actual_finish", None, "2026-11-20")))
    assert "執筆" in line.text
    use_language("en")
    shown = words.lines([line] * (words.MOST_LINES + 2))
    assert list(words.line_columns()) == list(shown.columns)[:4]
    assert shown["program"].iloc[0] == "P1 · <P1>"
    assert "2 more lines" in words.hidden([line] * (words.MOST_LINES + 2))
    assert words.hidden([line]) == ""
    assert words.lines([]).empty
