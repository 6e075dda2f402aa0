"""A stale table marks every figure that reads it, with its age and the days its contract allows."""

from datetime import date, timedelta

import pytest

from firstdose.contracts import contracts
from firstdose.lake import Lake, Version
from firstdose.queries import read_sql
from firstdose.queries import timeline as queries
from firstdose.queries.sources import tables_read
from firstdose.rules.data import audit, freshness, record, stale_tables
from firstdose.ui.freshness import stale_mark
from firstdose.view import View
from firstdose.words import use_language


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        pytest.param(
            "select 1 from tasks join\n programs on true", ("programs", "tasks"), id="from and join"
        ),
        pytest.param("-- from batches\nselect 1 from reference.stages", (), id="a comment, our reference"),
        pytest.param("with planned as (select 1 from tasks) from planned", ("tasks",), id="a named block"),
        pytest.param('select 1 from "results"', ("results",), id="quoted"),
    ],
)
def test_the_tables_a_question_reads_are_found_in_its_sql(sql: str, tables: tuple[str, ...]) -> None:
    assert tables_read(sql) == tables


def test_the_plan_reads_tasks_programs_and_partners() -> None:
    assert tables_read(read_sql("timeline.tasks")) == ("partners", "programs", "tasks")


@pytest.mark.parametrize(("over", "stale"), [(0, False), (1, True)])
def test_a_table_is_stale_only_when_older_than_its_contract_allows(
    demo_store: object, over: int, stale: bool
) -> None:
    versions: tuple[Version, ...] = Lake.shared().versions()
    allowed = contracts()["tasks"].stale_after_days
    day = max(one.as_of for one in versions if "tasks" in one.tables) + timedelta(days=allowed + over)
    found = stale_tables(contracts(), versions, day)
    assert ("tasks" in found) is stale
    assert not stale or found["tasks"] == (allowed + 1, allowed)
    shown = freshness(contracts(), versions, {}, day).set_index("table")["state"]
    assert {name for name, state in shown.items() if "stale" in state} == set(found), "one rule for both"


def test_a_figure_says_which_of_its_tables_is_stale_in_the_language_of_the_reader(demo_store: object) -> None:
    session = Lake.shared().session()
    fresh = queries.milestones(session, View(as_of=session.as_of)).attrs["asked"]
    assert stale_mark(fresh) == ""
    late = View(as_of=date(2027, 3, 1))
    said = stale_mark(queries.milestones(session, late).attrs["asked"])
    assert said.startswith("▲ stale: ")
    assert "Tasks (101 days old, allowed 14)" in said
    use_language("ja")
    assert "101日" in stale_mark(queries.milestones(session, late).attrs["asked"])
    assert stale_mark(None) == ""


def test_the_audit_chain_is_a_table_newest_first_that_can_be_searched() -> None:
    event = {"ts_utc": "2026-11-20T09:00:00.000Z", "actor_id": "Lead", "reason": "r", "hash": "ab" * 32}
    events = [
        event | {"seq": 1, "action": "publish", "object_id": "1", "changes": {"tasks": {"added": 2}}},
        event | {"seq": 2, "action": "name", "object_id": "1", "name": "Steering"},
        event | {"seq": 3, "action": "rollback", "object_id": "2", "changes": {}},
    ]
    shown = audit(events)
    assert shown["seq"].tolist() == [3, 2, 1]
    assert shown["action"].tolist() == ["restore", "name", "publish"]
    assert shown["changes"].tolist() == ["", "Steering", "Tasks +2"]
    assert set(shown["hash"]) == {"ab" * 6}
    assert audit(events, " steering ")["seq"].tolist() == [2]
    assert audit(events, "nobody").empty
    assert audit([]).empty


def test_a_file_taken_away_and_a_saved_view_are_no_data_versions_in_the_audit_chain() -> None:
    told = [
        {"action": "export", "object_id": "pipeline-v12.pptx"},
        {"action": "upload", "object_id": "cd" * 16},
        {"action": "view_saved", "object_id": "ab" * 16},
        {"action": "view_retired", "object_id": "ab" * 16},
        {"action": "profile_saved", "object_id": "plan"},
        {"action": "publish", "object_id": "3"},
    ]
    rest = {"ts_utc": "2026-11-26T09:00:00.000Z", "actor_id": "Kim", "reason": "why", "hash": "0" * 64}
    events = [{"seq": at} | rest | event for at, event in enumerate(told, 1)]
    shown = audit(events).iloc[::-1]
    assert shown["object"].tolist() == [
        "pipeline-v12.pptx",
        "draft cdcdcd",
        "view ababab",
        "view ababab",
        "plan",
        "v3",
    ]
    assert shown["action"].tolist() == [
        *("export", "bring a file", "save view", "retire view", "save mapping profile", "publish"),
    ]
    assert record(events)["object_type"].tolist() == [
        *("file", "draft", "saved view", "saved view", "mapping profile", "version"),
    ]
