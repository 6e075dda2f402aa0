"""What changed: which changes are told, in which order and words, and which are only counted."""

from datetime import date
from typing import Any

import pandas as pd
import pytest

from firstdose.figures import overview as figures
from firstdose.figures.theme import Status
from firstdose.lake import CellChange, TableChanges
from firstdose.queries import overview as queries
from firstdose.rules import changes as rules
from firstdose.view import View
from firstdose.words import use_language
from tests.support import MemorySession, session_of

DAY = date(2026, 11, 20)
VIEW = View(as_of=DAY)


def cell(key: str, column: str, old: str | None, new: str | None) -> CellChange:
    return CellChange(tuple(key.split("|")), column, old, new)


def changed(table: str, *cells: CellChange) -> dict[str, TableChanges]:
    return {table: TableChanges((), (), cells)}


def added(table: str, *keys: str) -> dict[str, TableChanges]:
    return {table: TableChanges(tuple(tuple(key.split("|")) for key in keys), (), ())}


@pytest.fixture(scope="module")
def session() -> MemorySession:
    programs = [
        {"program_id": one, "name": one, "indication_group": group, "jurisdictions": "JP"}
        for one, group in (("P1", "Solid tumour"), ("P2", "Other"))
    ]
    task = {"partner_id": "A", "workstream": "Clinical", "baseline_finish": DAY}
    item = {"program_id": "P1", "jurisdiction": "JP", "area": "Clinical", "owner_partner": "A"}
    batch = {"program_id": "P1", "partner_id": "A", "material": "vector"}
    deviation = {"partner_id": "A", "category": "Process", "title": "Too warm", "opened_on": DAY}
    return session_of(
        as_of=DAY,
        programs=programs,
        tasks=[
            {"task_id": "T1", "program_id": "P1", "name": "Filed", "name_ja": "提出", "kind": "milestone"}
            | {"anchor": "filing", "jurisdiction": "JP"}
            | task,
            {"task_id": "T2", "program_id": "P1", "name": "Write", "kind": "task"} | task,
            {"task_id": "T3", "program_id": "P2", "name": "Kick-off", "kind": "milestone"} | task,
        ],
        readiness_items=[
            {"item_id": "I1", "title": "Gate one", "gate": True, "blocks": "filing"} | item,
            {"item_id": "I2", "title": "Other one", "gate": False, "blocks": "filing"} | item,
        ],
        batches=[
            {"batch_id": "B1", "purpose": "clinical", "disposition": "rejected"} | batch,
            {"batch_id": "B2", "purpose": "development", "disposition": "rejected"} | batch,
        ],
        stage_events=[{"program_id": "P2", "stage_code": "S04", "entered_on": DAY, "outcome": "open"}],
        deviations=[
            {"deviation_id": f"D-{severity}", "batch_id": "B1", "severity": severity} | deviation
            for severity in ("critical", "major", "minor")
        ]
        + [{"deviation_id": "D-site", "severity": "critical"} | deviation],
    )


def told(session: MemorySession, changes: dict[str, TableChanges], view: View = VIEW) -> list[rules.Told]:
    return rules.headline_changes(changes, queries.names_of_changes(changes, session, None, view))


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        pytest.param(
            changed("tasks", cell("T1", "forecast_finish", "2026-12-01", "2026-12-02")),
            [("late", "P1: Filed (JP) moved 1 day later, to 2 Dec 2026")],
            id="a filing one day later",
        ),
        pytest.param(
            changed("tasks", cell("T1", "forecast_finish", "2026-12-09", "2026-12-02")),
            [("closed", "P1: Filed (JP) moved 7 days earlier, to 2 Dec 2026")],
            id="a filing a week earlier",
        ),
        pytest.param(
            changed("tasks", cell("T1", "forecast_finish", None, "2026-12-02")), [], id="a first forecast"
        ),
        pytest.param(
            changed("tasks", cell("T2", "forecast_finish", "2026-12-01", "2027-12-02")),
            [],
            id="an ordinary task that moves is only counted",
        ),
        pytest.param(
            changed("tasks", cell("T3", "actual_finish", None, "2026-11-20")),
            [("closed", "P2: Kick-off is done")],
            id="any milestone that is done",
        ),
        pytest.param(
            changed("tasks", cell("T2", "actual_finish", None, "2026-11-20")), [], id="a task that is done"
        ),
        pytest.param(
            changed("readiness_items", cell("I1", "status", "in review", "closed")),
            [("closed", "P1: closed – Gate one (JP)")],
            id="an item closed",
        ),
        pytest.param(
            changed("readiness_items", cell("I1", "status", "closed", "in review")),
            [("at risk", "P1: opened again – Gate one (JP)")],
            id="an item opened again",
        ),
        pytest.param(
            changed("readiness_items", cell("I1", "status", "not started", "in progress")),
            [],
            id="an item begun is only counted",
        ),
        pytest.param(
            changed("batches", cell("B1", "disposition", "pending", "rejected")),
            [("late", "P1: lot B1 – rejected")],
            id="a lot rejected",
        ),
        pytest.param(
            changed("batches", cell("B1", "disposition", "pending", "released")),
            [("closed", "P1: lot B1 – released")],
            id="a clinical lot released",
        ),
        pytest.param(
            changed("batches", cell("B2", "disposition", "pending", "released")),
            [],
            id="a development lot released is only counted",
        ),
        pytest.param(
            changed("stage_events", cell("P2|S04|2026-11-20", "outcome", "open", "stopped")),
            [("late", "P2: stopped in")],
            id="a program stopped",
        ),
        pytest.param(
            added("stage_events", "P2|S04|2026-11-20"),
            [("in progress", "P2: entered")],
            id="a stage entered",
        ),
        pytest.param(
            added("deviations", "D-minor", "D-major", "D-critical"),
            [
                ("late", "P1: new critical deviation – B1: Too warm"),
                ("at risk", "P1: new major deviation – B1: Too warm"),
            ],
            id="new deviations that are not minor, critical first",
        ),
        pytest.param(added("deviations", "D-site"), [], id="a deviation of a site belongs to no program"),
        pytest.param(
            changed("deviations", cell("D-critical", "closed_on", None, "2026-11-20")),
            [],
            id="a deviation that changed is only counted",
        ),
        pytest.param(added("evidence", "E1"), [], id="a table without words of its own"),
    ],
)
def test_a_change_is_told_in_its_words_or_not_at_all(
    session: MemorySession, changes: dict[str, TableChanges], lines: list[tuple[str, str]]
) -> None:
    found = told(session, changes)
    assert [one.mark for one in found] == [mark for mark, _text in lines]
    for one, (_mark, text) in zip(found, lines, strict=True):
        assert one.text.startswith(text)


def test_gate_items_come_before_other_items_and_milestones_before_both(session: MemorySession) -> None:
    changes = changed(
        "readiness_items",
        cell("I2", "status", "in review", "closed"),
        cell("I1", "status", "in review", "closed"),
    ) | changed("tasks", cell("T1", "forecast_finish", "2026-12-01", "2026-12-02"))
    found = [one.text for one in told(session, changes)]
    assert ["Filed" in found[0], "Gate one" in found[1], "Other one" in found[2]] == [True] * 3


@pytest.mark.parametrize("count", [rules.MOST_LINES, rules.MOST_LINES + 1])
def test_no_more_lines_than_a_meeting_reads(count: int) -> None:
    names = pd.DataFrame(
        [
            {"table_name": "readiness_items", "row_key": str(at), "program_id": "P1", "label": f"{at:02}"}
            | {"label_ja": None, "kind": "filing", "jurisdiction": None, "is_gate": True}
            for at in range(count)
        ]
    )
    before = names.copy(deep=True)
    changes = changed("readiness_items", *(cell(str(at), "status", None, "closed") for at in range(count)))
    assert len(rules.headline_changes(changes, names)) == rules.MOST_LINES
    pd.testing.assert_frame_equal(names, before)


def test_a_program_that_the_filter_leaves_out_is_not_told(session: MemorySession) -> None:
    changes = added("deviations", "D-major") | added("stage_events", "P2|S04|2026-11-20")
    assert [one.text[:2] for one in told(session, changes, View(as_of=DAY, program=("P2",)))] == ["P2"]
    assert told(session, changes, View(as_of=DAY, program=())) == []
    assert told(session, changes, View(as_of=DAY, partner=("NOBODY",))) == []


def test_names_follow_the_language_of_the_reader(session: MemorySession) -> None:
    use_language("ja")
    (one,) = told(session, changed("tasks", cell("T1", "actual_finish", None, "2026-11-20")))
    assert "提出" in one.text


def test_every_mark_is_a_status_and_every_line_is_shown(session: MemorySession) -> None:
    found = told(session, added("deviations", "D-major", "D-critical"))
    shown = figures.changes(found)
    assert {one.mark for one in found} <= {status.value for status in Status}
    assert shown["mark"].tolist() == ["✕", "▲"]
    assert list(shown.columns) == list(figures.change_columns())
    assert figures.changes([]).empty


@pytest.mark.parametrize(
    ("one", "said"),
    [
        pytest.param(TableChanges((("a",),), (), ()), "Tasks +1", id="added only"),
        pytest.param(TableChanges((), (("a",), ("b",)), ()), "Tasks −2", id="removed only"),
        pytest.param(
            TableChanges(
                (), (), (cell("a", "x", "1", "2"), cell("a", "y", "1", "2"), cell("b", "x", "1", "2"))
            ),
            "Tasks ~2",
            id="rows are counted, not cells",
        ),
    ],
)
def test_a_table_is_counted_by_rows(one: TableChanges, said: str) -> None:
    assert rules.counted({"tasks": one}, {"tasks": "Tasks"}).endswith(f": {said}")


def test_nothing_changed_says_nothing() -> None:
    nobody: dict[str, Any] = {}
    assert rules.counted(nobody, {}) == ""
    assert rules.headline_changes(nobody, pd.DataFrame(columns=["table_name", "row_key"])) == []
