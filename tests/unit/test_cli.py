"""The command line as others rely on it: shapes of the answers, exit codes, nothing written when refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from firstdose.cli import main
from tests.unit.test_intake_check import PARTNERS, PROGRAMS, TASKS_HEADER, task


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FIRSTDOSE_LAKE", str(tmp_path / "lake"))
    monkeypatch.setenv("FIRSTDOSE_LANG", "en")
    return tmp_path


@pytest.fixture
def folder(place: Path) -> Path:
    folder = place / "mine"
    folder.mkdir()
    tasks = TASKS_HEADER + task("T1", forecast_finish="2026-12-01") + task("T2", predecessors="T1")
    for name, text in (("partners", PARTNERS), ("programs", PROGRAMS), ("tasks", tasks)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def run(*arguments: object, code: int = 0) -> Any:
    ran = CliRunner().invoke(main, [str(argument) for argument in arguments] + ["--format", "json"])
    assert ran.exit_code == code, ran.output
    return json.loads(ran.stdout)


def publish(folder: Path, *more: object, code: int = 0) -> Any:
    who = ("--by", "Lead", "--why", "state of both sites", "--as-of", "2026-11-20")
    return run("publish", folder, *who, *more, code=code)


def test_inspect_tells_how_a_file_was_read(folder: Path) -> None:
    told = run("inspect", folder / "partners.csv", "--rows")
    assert {"ok", "encoding", "delimiter", "header", "rows", "warnings", "cells"} == set(told)
    assert (told["ok"], told["encoding"], told["delimiter"], told["rows"]) == (True, "utf-8", ",", 2)
    assert told["cells"][1] == ["CDMO", "Maker", None, "CDMO", "JP"]


@pytest.mark.parametrize("content", [b"partner_id,name\nP1,A name\n", b"%PDF-1.7"])
def test_inspect_leaves_no_cell_of_a_file_behind(
    place: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = place / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    (place / "x.csv").write_bytes(content)
    run("inspect", place / "x.csv", code=int(content.startswith(b"%")))
    assert not list(temporary.iterdir())


def test_inspect_of_an_unreadable_file_says_why(place: Path) -> None:
    (place / "x.csv").write_bytes(b"%PDF-1.7")
    told = run("inspect", place / "x.csv", code=1)
    assert told["ok"] is False
    assert told["issues"][0]["code"] == "mislabelled"


def test_check_counts_every_row_and_exits_by_errors(folder: Path) -> None:
    told = run("check", folder)
    assert told["ok"] is True
    assert [(file["table"], file["rows"], file["accepted"], file["rejected"]) for file in told["files"]] == [
        ("partners", 2, 2, 0),
        ("programs", 1, 1, 0),
        ("tasks", 2, 2, 0),
    ]
    (folder / "partners.csv").write_text(PARTNERS.replace("CDMO,JP", "castle,JP"), encoding="utf-8")
    told = run("check", folder, code=1)
    wrong = next(file for file in told["files"] if file["table"] == "partners")
    assert (wrong["accepted"], wrong["rejected"]) == (1, 1)
    assert set(wrong["issues"][0]) == {"code", "severity", "line", "column", "value", "message"}
    assert (wrong["issues"][0]["line"], wrong["issues"][0]["value"]) == (3, "castle")


def test_publish_versions_diff_restore_and_verify_tell_one_story(folder: Path) -> None:
    done = publish(folder, "--complete", "--name", "First")
    assert done == {
        "version": 1,
        "tables": {
            "partners": {"added": 2, "changed": 0, "removed": 0},
            "programs": {"added": 1, "changed": 0, "removed": 0},
            "tasks": {"added": 2, "changed": 0, "removed": 0},
        },
    }
    assert publish(folder, "--complete") == {"version": 1, "unchanged": True, "tables": {}}
    tasks = TASKS_HEADER + task("T1", forecast_finish="2027-01-15") + task("T3")
    (folder / "tasks.csv").write_text(tasks, encoding="utf-8")
    assert publish(folder / "tasks.csv", "--allow-removals")["version"] == 2
    assert run("diff", 1, 2) == {
        "tasks": {
            "added": [["T3"]],
            "removed": [["T2"]],
            "changed": [
                {"key": ["T1"], "column": "forecast_finish", "old": "2026-12-01", "new": "2027-01-15"}
            ],
        }
    }
    restored = run("restore", 1, "--by", "Lead", "--why", "the plan was sent too early")
    assert restored["version"] == 3
    assert run("diff", 1, 3) == {}
    told = run("versions")
    assert [one["version"] for one in told] == [1, 2, 3]
    assert set(told[0]) == {"version", "at", "as_of", "by", "why", "name", "tables"}
    assert told[0]["name"] == "First"
    named = run("name", 2, "Sent too early", "--by", "Lead", "--why", "the plan was sent too early")
    assert (named["version"], named["name"]) == (2, "Sent too early")
    assert [one["name"] for one in run("versions")] == ["First", "Sent too early", None]
    assert run("verify") == {"ok": True, "versions": 3}


def test_a_refused_publish_prints_the_check_and_writes_nothing(folder: Path) -> None:
    (folder / "tasks.csv").write_text(TASKS_HEADER + task("T1", predecessors="T9"), encoding="utf-8")
    told = publish(folder, code=1)
    assert told["ok"] is False
    assert run("versions") == []
    assert not (folder.parent / "lake" / "originals").exists()


def test_usage_errors_exit_with_two(folder: Path) -> None:
    for arguments in (
        ["publish", str(folder)],
        ["check"],
        ["publish", str(folder), "--within", "x"],
        ["nothing"],
    ):
        assert CliRunner().invoke(main, arguments).exit_code == 2


def test_complete_does_not_go_with_a_narrower_scope(folder: Path) -> None:
    ran = CliRunner().invoke(main, ["check", str(folder), "--complete", "--mode", "merge"])
    assert ran.exit_code == 2


def test_two_partners_publish_their_own_tasks(folder: Path) -> None:
    publish(folder, "--complete")
    theirs = folder / "theirs.csv"
    theirs.write_text(TASKS_HEADER + task("C1", partner="CDMO"), encoding="utf-8")
    done = publish(theirs, "--within", "partner=CDMO")
    assert done["tables"] == {"tasks": {"added": 1, "changed": 0, "removed": 0}}


def test_query_gives_rows_of_the_pages(folder: Path) -> None:
    publish(folder, "--complete")
    listed = {one["name"]: one for one in run("query", "--list")}
    assert "program" in listed["pipeline.stage_funnel"]["params"]
    rows = run("query", "pipeline.stage_funnel", "--set", "program=P1")
    assert (len(rows), rows[0]["programs"], rows[0]["reached"]) == (11, 1, 0)
    rows = run("query", "timeline.tasks", "--set", "program=P1", "--version", "1")
    assert rows == [] or {"task_id", "forecast_finish"} <= set(rows[0])
    refused = CliRunner().invoke(main, ["query", "pipeline.stage_funnel", "--set", "program=NOPE"])
    assert refused.exit_code == 1
    assert "NOPE" in refused.output


def test_errors_are_words_in_the_language_asked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTDOSE_LANG", "ja")
    (folder / "partners.csv").write_text(PARTNERS.replace("CDMO,JP", "castle,JP"), encoding="utf-8")
    ran = CliRunner().invoke(main, ["check", str(folder)])
    assert "使えません" in ran.output
    assert "Traceback" not in ran.output


PROFILE = """
profile: plan
for: [No, What, Mail]
outputs:
  - table: tasks
    columns:
      task_id: No
      name: What
      partner_id: {constant: NCC}
      workstream: {constant: Regulatory}
      kind: {constant: task}
"""


def test_a_profile_is_given_or_found_and_personal_columns_are_answered(folder: Path) -> None:
    publish(folder)
    lake, plan = folder.parent / "lake", folder.parent / "plan.csv"
    plan.write_text("No,What,Mail\nX1,Write,\nX2,Send,\n", encoding="utf-8")
    profile = folder.parent / "plan.yaml"
    profile.write_text(PROFILE, encoding="utf-8")
    answer = run("check", plan, "--profile", profile, "--mode", "merge", code=1)
    assert {one["code"] for one in answer["files"][0]["issues"] if one["severity"] == "error"} == {
        "personal-data"
    }
    merge = ("--mode", "merge", "--not-personal", "Mail")
    done = publish(plan, *merge, "--profile", profile)
    assert done["tables"]["tasks"]["added"] == 2
    (lake / "profiles").mkdir()
    profile.rename(lake / "profiles" / "plan.yaml")
    assert run("check", plan, *merge)["files"][0]["table"] == "tasks"


def test_a_broken_profile_in_the_store_is_told_and_stops_neither_check_nor_publish(folder: Path) -> None:
    publish(folder)
    lake, plan = folder.parent / "lake", folder.parent / "plan.csv"
    (lake / "profiles").mkdir()
    (lake / "profiles" / "plan.yaml").write_text(PROFILE, encoding="utf-8")
    (lake / "profiles" / "torn.yaml").write_text("profile: [", encoding="utf-8")
    plan.write_text("No,What,Mail\nX1,Write,\n", encoding="utf-8")
    ran = CliRunner().invoke(main, ["check", str(plan), "--mode", "merge", "--not-personal", "Mail"])
    assert ran.exit_code == 0
    assert "tasks" in ran.stdout, "the other profile still reads its files"
    assert "torn.yaml" in ran.stderr
    assert "take it out" in ran.stderr
    merge = ("--mode", "merge", "--not-personal", "Mail")
    assert publish(plan, *merge)["tables"]["tasks"]["added"] == 1
