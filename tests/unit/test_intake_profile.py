"""Mapping profiles: written by people, hostile when they like; applied with every row accounted for."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from firstdose.errors import ProfileError
from firstdose.intake.profile import Profile, matching
from firstdose.intake.profile_files import load, save, saved, write
from firstdose.intake.profile_text import LARGEST_BYTES, read
from firstdose.intake.propose import propose
from firstdose.intake.receive import Checked, check_files, nothing_yet, receive
from firstdose.place import Place
from tests.unit.test_intake_check import DAY, PARTNERS, PROGRAMS, errors, files

TEXT = """
profile: plan
for: [No, What, Site, Due, State, Days]
outputs:
  - table: tasks
    where: [{column: State, is_not: [dropped]}]
    columns:
      task_id: No
      name: What
      partner_id: {from: Site, values: {Tokyo: NCC, Osaka: CDMO}}
      workstream: {constant: Regulatory}
      kind: {constant: task}
      forecast_finish: {from: Due, dates: dmy}
      duration_mid_days: {from: Days, decimal: comma, factor: 7}
      note: {from: [State, Site], join: " / "}
"""
HEADER = "No,What,Site,Due,State,Days\n"
BASE = {"partners": PARTNERS, "programs": PROGRAMS}


def given(folder: Path, rows: str, header: str = HEADER) -> list[Path]:
    return files(folder, **BASE, plan=header + rows)


def checked(folder: Path, rows: str, text: str = TEXT, header: str = HEADER) -> Checked:
    return check_files(
        given(folder, rows, header=header), existing=nothing_yet, as_of=DAY, profiles=[read(text)]
    )


def made(folder: Path, rows: str, text: str = TEXT, header: str = HEADER) -> list[dict[str, Any]]:
    with receive(
        given(folder, rows, header=header), existing=nothing_yet, as_of=DAY, profiles=[read(text)]
    ) as answer:
        return list(pq.read_table(answer.tables["tasks"]).to_pylist())


def test_a_profile_renames_maps_orders_and_scales(tmp_path: Path) -> None:
    rows = 'A1,Write,Tokyo,03/04/2027,open,"1,5"\nA2,Send,Osaka,31/12/2027,dropped,2\nA3,File,Osaka,,open,\n'
    one, two = made(tmp_path, rows)
    assert (one["task_id"], one["partner_id"], one["forecast_finish"]) == ("A1", "NCC", date(2027, 4, 3))
    assert (one["duration_mid_days"], one["note"]) == (10.5, "open / Tokyo")
    assert (two["task_id"], two["forecast_finish"], two["duration_mid_days"]) == ("A3", None, None)


def test_rows_that_a_rule_leaves_out_are_counted(tmp_path: Path) -> None:
    answer = checked(tmp_path, "A1,Write,Tokyo,,open,\nA2,Send,Osaka,,dropped,\n")
    file = answer.files[-1]
    assert (file.table, file.rows, file.accepted) == ("tasks", 1, 1)
    told = {issue.code: dict(issue.values) for issue in file.issues}
    assert told["profile-left-out"]["n"] == "1"
    assert (told["profile-used"]["used"], told["profile-used"]["rows"]) == ("1", "2")


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        pytest.param("A2,Send,Kyoto,,open,", "value-unmapped", "Site", id="a value nobody mapped"),
        pytest.param("A2,Send,Tokyo,,open,1.5", "decimal-mark", "Days", id="another decimal mark"),
        pytest.param("A2,Send,Tokyo,soon,open,", "date", "forecast_finish", id="no day"),
    ],
)
def test_what_a_profile_cannot_read_is_told_with_the_spreadsheets_line(
    tmp_path: Path, row: str, code: str, column: str
) -> None:
    answer = checked(tmp_path, f"A1,Write,Tokyo,,open,\n\n{row}\n")
    issue = next(issue for issue in errors(answer) if issue.code == code)
    assert (issue.line, issue.column) == (4, column)
    assert "{" not in issue.message
    assert (answer.files[-1].accepted, answer.files[-1].rejected) == (1, 1)


def test_the_order_of_a_header_does_not_matter_but_its_names_do(tmp_path: Path) -> None:
    profile = read(TEXT)
    assert matching(["days", "Ｎｏ", "What", "Site", "Due", "State"], [profile]) is profile
    assert matching(["No", "What", "Site", "Due", "State"], [profile]) is None
    answer = checked(tmp_path, "A1,Write,Tokyo,,open\n", header="No,What,Site,Due,Status\n")
    issue = next(issue for issue in errors(answer) if issue.code == "profile-header")
    assert dict(issue.values)["lacking"] == "State, Days"


def test_a_layout_is_tried_where_the_file_is_not_known_as_it_stands(tmp_path: Path) -> None:
    text = TEXT.replace("outputs:", "reading: {skip_lines: 2, skip_below_header: 1}\noutputs:")
    rows = "x,x,x,x,x,x\nA1,Write,Kyoto,,open,\n"
    header = f"Plan,of,the,site,for,us\n1,2,3,4,5,6\n{HEADER}"
    answer = checked(tmp_path, rows, text, header)
    (issue,) = [issue for issue in errors(answer) if issue.code == "value-unmapped"]
    assert issue.line == 5
    assert "profile-skipped" in {issue.code for issue in answer.issues}


WIDE = """
profile: wide
for: [Lot, A, B]
outputs:
  - table: results
    columns:
      batch_id: Lot
      sample: {constant: release}
      replicate: {constant: 1}
      tested_on: {constant: 2026-11-01}
      lab_partner: {constant: NCC}
      value: {decimal: comma}
    unpivot: {name: attribute_code, value: value, columns: {A: VCN, B: TITRE}}
"""


def test_a_wide_row_that_is_wrong_rejects_every_row_it_gives(tmp_path: Path) -> None:
    path = tmp_path / "lab.csv"
    path.write_text("Lot;A;B\nL1;1,5;2\nL 2;3;4\nL3;;5\n", encoding="utf-8")
    answer = check_files([path], existing=nothing_yet, as_of=DAY, profiles=[read(WIDE)])
    (file,) = answer.files
    assert file.rows == 5
    assert [issue.line for issue in file.issues if issue.code == "id"] == [3, 3]
    assert dict(next(one for one in file.issues if one.code == "profile-empty").values)["n"] == "1"
    assert (file.accepted, file.rejected) == (0, 5), "no batch is there, so every row of every line is wrong"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("x: &a [1]\ny: *a\n", "anchor", id="an alias"),
        pytest.param("a: " + "[" * 5000, "nested", id="deep"),
        pytest.param("[" + "a," * 30_000 + "]", "too many", id="many parts"),
        pytest.param("x" * 300_000, "256 KB", id="large"),
        pytest.param("profile: [", "no YAML", id="torn"),
        pytest.param("", "mapping", id="empty"),
        pytest.param(TEXT.replace("where:", "when:"), "line 6", id="an unknown key, with its line"),
        pytest.param(TEXT.replace("dates: dmy", "dates: guess"), "forecast_finish.dates", id="no order"),
        pytest.param(TEXT.replace("task_id: No", "task_id: Nope"), "Nope", id="a column that is not there"),
        pytest.param(TEXT.replace("task_id: No", "task: No"), "tasks", id="a column no table has"),
        pytest.param(TEXT.replace("table: tasks", "table: secrets"), "secrets", id="a table that is none"),
        pytest.param(TEXT.replace("profile: plan", "profile: ../../etc"), "no name", id="a path for a name"),
        pytest.param(TEXT.replace("factor: 7", "factor: nan"), "number", id="no number"),
        pytest.param(TEXT.replace("name: What", "task_id: What"), "twice", id="a key given twice"),
        pytest.param(TEXT.replace("name: What", "name: {join: x}"), "constant", id="made of nothing"),
        pytest.param(TEXT.replace("dates: dmy", 'pattern: "%H"'), "pattern", id="a pattern without a day"),
        pytest.param("!!python/object/apply:os.system [id]", "mapping", id="a tag that would run"),
    ],
)  # fmt: skip
def test_a_hostile_or_wrong_profile_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(ProfileError) as refused:
        read(text)
    assert said in str(refused.value)
    assert "{" not in str(refused.value)


def test_profiles_are_saved_whole_and_found_again(tmp_path: Path) -> None:
    folder = Place(tmp_path).profiles
    path = save(read(TEXT), folder)
    assert path == folder / "plan.yaml"
    assert saved(folder).profiles == (read(TEXT),)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"profile: [", "line 1", id="torn"),
        pytest.param(b"\x93\xfa\x96\x7b", "cannot be read", id="no UTF-8"),
        pytest.param(b"", "mapping", id="empty"),
        pytest.param(b"profile: a\x00b", "YAML", id="a zero byte"),
        pytest.param(b"#" * (LARGEST_BYTES + 1), "KB", id="too large"),
        pytest.param(None, "cannot be read", id="a folder"),
        pytest.param(TEXT.replace("tasks", "chores").encode(), "chores", id="a table we do not have"),
    ],
)
def test_a_saved_profile_that_cannot_be_read_is_set_aside_and_named_and_the_others_go_on(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    folder = Place(tmp_path).profiles
    save(read(TEXT), folder)
    broken = folder / "a-broken.yaml"
    broken.mkdir() if content is None else broken.write_bytes(content)
    found = saved(folder)
    assert found.profiles == (read(TEXT),)
    [issue] = found.set_aside
    assert (issue.severity, issue.file) == ("warning", "a-broken.yaml")
    assert said.lower() in issue.wrong.lower()
    assert "profiles" in issue.advice, "and what to do is said"


def test_words_that_yaml_would_read_as_something_else_stay_words() -> None:
    text = TEXT.replace(
        "values: {Tokyo: NCC, Osaka: CDMO}", "values: {No: NCC, 1.10: CDMO, nov.18: 2018-11-01}"
    )
    way = dict(read(text).outputs[0].columns)["partner_id"]
    assert way.values == (("No", "NCC"), ("1.10", "CDMO"), ("nov.18", "2018-11-01"))
    assert read(write(read(text))) == read(text)


def proposed(header: str, *rows: str) -> Profile:
    found = propose(header.split(","), [row.split(",") for row in rows], "My plan 2026")
    assert found
    assert read(write(found)) == found
    return found


def test_a_header_of_other_words_gets_a_proposal() -> None:
    found = proposed(
        "Task,Site,Title,Due Date,Progress,コメント",
        'T1,NCC,Write,31/12/2026,"50",x',
        "T2,NCC,Send,03/04/2027,10,y",
    )
    (output,) = found.outputs
    ways = dict(output.columns)
    assert (found.name, output.table) == ("my-plan-2026", "tasks")
    assert {name: way.columns[0] for name, way in ways.items() if way.columns} == {
        "task_id": "Task",
        "partner_id": "Site",
        "name": "Title",
        "forecast_finish": "Due Date",
        "percent_complete": "Progress",
        "note": "コメント",
    }
    assert ways["forecast_finish"].dates == "dmy"


def test_a_proposal_leaves_open_what_the_sample_leaves_open() -> None:
    found = proposed("Task,Site,Title,Due Date", "T1,NCC,Write,03/04/2027")
    assert dict(found.outputs[0].columns)["forecast_finish"].dates is None


def test_japanese_labels_are_known() -> None:
    found = proposed("ロット番号,製造所,製造開始日,判定", "L1,NCC,令和8年11月23日,released")
    assert found.outputs[0].table == "batches"
    assert {name for name, way in found.outputs[0].columns if way.columns} == {
        "batch_id",
        "partner_id",
        "started_on",
        "disposition",
    }


def test_a_wide_laboratory_table_is_proposed_as_results() -> None:
    names = [f"assay {n}" for n in range(6)]
    found = proposed(",".join(["Batch", "Start date", *names]), ",".join(["L1", "2026-11-01", *"123456"]))
    assert [output.table for output in found.outputs] == ["batches", "results"]
    unpivot = found.outputs[1].unpivot
    assert unpivot
    assert unpivot.columns[0] == ("assay 0", "assay-0")


def test_nothing_is_proposed_for_a_header_nobody_knows() -> None:
    assert propose(["apples", "pears"], [["1", "2"]]) is None


def test_the_largest_profile_is_a_page(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_text("#" * (LARGEST_BYTES + 1), encoding="utf-8")
    with pytest.raises(ProfileError):
        load(path)
