"""Files against their contracts: every problem with its place, every row counted, nothing bent to fit."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from firstdose.errors import Issue
from firstdose.intake import paths
from firstdose.intake.receive import Checked, Refused, check_files, nothing_yet, receive
from firstdose.intake.references import Existing
from firstdose.intake.scope import Scope

DAY = date(2026, 11, 20)
PARTNERS = """partner_id,name,name_ja,role,country
NCC,Centre,センター,academic centre,JP
CDMO,Maker,,CDMO,JP
"""
PROGRAM = "P1,One,,CD7,T-ALL,,T-cell malignancy,autologous CAR-T,lentiviral,true,false,NCC,"
PROGRAMS = (
    "program_id,name,name_ja,target,indication,indication_ja,indication_group,modality,vector,gene_edited,"
    "target_selected,lead_partner,route,jurisdictions,status,target_filing_date,target_fih_date\n"
    + PROGRAM
    + "investigator-initiated,US;JP,active,2027-03-01,2027-06-01\n"
)
TASKS_HEADER = (
    "task_id,program_id,partner_id,receiver_partner,workstream,name,name_ja,kind,anchor,jurisdiction,item_id,"
    "transfer_id,baseline_start,baseline_finish,forecast_start,forecast_finish,actual_start,actual_finish,"
    "percent_complete,predecessors,duration_low_days,duration_mid_days,duration_high_days,note\n"
)


def task(task_id: str, partner: str = "NCC", **cells: str) -> str:
    row = dict.fromkeys(TASKS_HEADER.strip().split(","), "")
    row |= {
        "task_id": task_id,
        "program_id": "P1",
        "partner_id": partner,
        "workstream": "Regulatory",
        "name": "Write",
        "kind": "task",
    }
    return ",".join((row | cells).values()) + "\n"


def files(folder: Path, **texts: str) -> list[Path]:
    paths = []
    for table, text in texts.items():
        path = folder / f"{table}.csv"
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def checked(
    folder: Path, existing: Existing = nothing_yet, scope: Scope | None = None, **texts: str
) -> Checked:
    return check_files(files(folder, **texts), existing=existing, as_of=DAY, scope=scope)


def stored(**tables: Sequence[Mapping[str, object]]) -> Existing:
    """What is published, for the check: distinct rows of some columns."""

    def existing(table: str, columns: Sequence[str]) -> pa.Table:
        empty = nothing_yet(table, columns)
        rows = [{name: row.get(name) for name in columns} for row in tables.get(table, ())]
        return pa.Table.from_pylist(rows, schema=empty.schema)

    return existing


def errors(answer: Checked) -> list[Issue]:
    return [issue for issue in answer.issues if issue.severity == "error"]


def test_good_files_are_accepted_with_every_row(tmp_path: Path) -> None:
    answer = checked(tmp_path, partners=PARTNERS, programs=PROGRAMS)
    assert answer.ok
    assert [(file.table, file.rows, file.accepted, file.rejected) for file in answer.files] == [
        ("partners", 2, 2, 0),
        ("programs", 1, 1, 0),
    ]


@pytest.mark.parametrize(
    ("old", "new", "code", "column"),
    [
        pytest.param(",true,", ",maybe,", "bool", "gene_edited", id="neither true nor false"),
        pytest.param("2027-03-01", "31/12/2027", "date-order", "target_filing_date", id="day first"),
        pytest.param("2027-03-01", "2027-02-30", "date", "target_filing_date", id="no such day"),
        pytest.param("2027-03-01", "1027-02-03", "date", "target_filing_date", id="before 1900"),
        pytest.param("US;JP", "US;MARS", "enum", "jurisdictions", id="one of a list unknown"),
        pytest.param(",lentiviral,", ",Lentiviral,", "enum", "vector", id="another spelling"),
        pytest.param("\nP1,", "\nP 1,", "id", "program_id", id="blank inside an ID"),
        pytest.param(",CD7,", ",,", "required", "target", id="empty required cell"),
        pytest.param(",NCC,", ",NOPE,", "reference", "lead_partner", id="unknown partner"),
    ],
)
def test_a_wrong_cell_is_told_with_line_column_and_value(
    tmp_path: Path, old: str, new: str, code: str, column: str
) -> None:
    assert PROGRAMS.count(old) == 1
    answer = checked(tmp_path, partners=PARTNERS, programs=PROGRAMS.replace(old, new))
    (issue,) = errors(answer)
    assert (issue.code, issue.column, issue.line, issue.file) == (code, column, 2, "programs.csv")
    assert (issue.value or "") in new
    assert "{" not in issue.message
    assert (answer.files[1].accepted, answer.files[1].rejected) == (0, 1)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param("YES", True, id="yes"),
        pytest.param("0", False, id="nought"),
    ],
)
def test_truth_may_be_written_in_the_usual_ways(tmp_path: Path, given: str, kept: bool) -> None:
    text = PROGRAMS.replace(",true,", f",{given},")
    with receive(
        files(tmp_path, partners=PARTNERS, programs=text), existing=nothing_yet, as_of=DAY
    ) as answer:
        rows = pq.read_table(answer.tables["programs"]).to_pylist()
    assert rows[0]["gene_edited"] is kept
    assert rows[0]["jurisdictions"] == "JP;US", "a list is stored in the order of its contract"


@pytest.mark.parametrize(
    ("given", "read"),
    [
        pytest.param("1900-01-01", True, id="the first day"),
        pytest.param("2199-12-31", True, id="the last day"),
        pytest.param("2199/12/31", True, id="the last day with slashes"),
        pytest.param("1899-12-31", False, id="a day too early"),
        pytest.param("2200-01-01", False, id="a day too late"),
        pytest.param("2200/1/1", False, id="a day too late with slashes"),
    ],
)
def test_days_are_read_from_1900_to_2199_and_no_others(tmp_path: Path, given: str, read: bool) -> None:
    text = PROGRAMS.replace("2027-03-01", given).replace("2027-06-01", given)
    found = errors(checked(tmp_path, partners=PARTNERS, programs=text))
    assert [(issue.code, issue.line) for issue in found] == [("date", 2)] * (0 if read else 2)


@pytest.mark.parametrize("given", ["", "n/a", "-", "."])
def test_a_mark_for_missing_in_a_required_day_is_told_as_an_empty_cell(tmp_path: Path, given: str) -> None:
    text = f"program_id,stage_code,entered_on,left_on,outcome\nP1,S01,{given},2020-08-26,advanced\n"
    found = errors(checked(tmp_path, partners=PARTNERS, programs=PROGRAMS, stage_events=text))
    assert [(issue.code, issue.column, issue.line) for issue in found] == [("required", "entered_on", 2)]


def test_a_date_with_slashes_is_read_as_year_month_day_and_said(tmp_path: Path) -> None:
    answer = checked(tmp_path, partners=PARTNERS, programs=PROGRAMS.replace("2027-03-01", "2027/3/1"))
    assert answer.ok
    assert "date-form" in {issue.code for issue in answer.issues}


def test_all_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    answer = checked(
        tmp_path,
        partners=PARTNERS.replace("academic centre", "castle"),
        programs=PROGRAMS.replace("2027-03-01", "soon").replace(",CD7,", ",,"),
    )
    assert {(issue.file, issue.code) for issue in errors(answer)} == {
        ("partners.csv", "enum"),
        ("programs.csv", "date"),
        ("programs.csv", "required"),
    }


def test_a_key_given_twice_names_the_first_line(tmp_path: Path) -> None:
    answer = checked(tmp_path, partners=PARTNERS + "NCC,Again,,CRO,JP\n")
    (issue,) = errors(answer)
    assert (issue.code, issue.line) == ("duplicate-key", 4)
    assert "line 2" in issue.message


def test_an_unknown_column_is_an_error_with_a_suggestion(tmp_path: Path) -> None:
    answer = checked(tmp_path, partners=PARTNERS.replace("country", "contry"))
    issues = errors(answer)
    assert {issue.code for issue in issues} == {"unknown-column", "column-missing"}
    assert "“country”" in issues[0].message
    assert answer.files[0].accepted == 0


def test_a_japanese_label_is_as_good_as_the_name_of_its_column(tmp_path: Path) -> None:
    answer = checked(tmp_path, partners=PARTNERS.replace("country", "国").replace("role", "Role"))
    assert answer.ok
    assert [issue.code for issue in answer.issues] == ["column-read-as", "column-read-as"]


@pytest.mark.parametrize(
    "name", ["programs_2026-11.csv", "programs v7 FINAL.csv", "Programs.csv", "export (3).csv"]
)
def test_a_table_is_known_by_its_name_or_by_its_header(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(PROGRAMS, encoding="utf-8")
    answer = check_files([path], existing=stored(partners=[{"partner_id": "NCC"}]), as_of=DAY)
    assert answer.ok
    assert answer.files[0].table == "programs"


def test_a_file_of_no_table_is_refused_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "lunch.csv"
    path.write_text("day,meal\n2026-01-01,soup\n", encoding="utf-8")
    answer = check_files([path], existing=nothing_yet, as_of=DAY)
    assert [issue.code for issue in answer.issues] == ["unknown-table"]
    assert "--table" in answer.issues[0].message


def test_rows_of_one_record_are_judged_by_the_rules_of_their_contract(tmp_path: Path) -> None:
    tasks = TASKS_HEADER + task("T1", forecast_start="2026-12-02", forecast_finish="2026-12-01")
    answer = checked(tmp_path, partners=PARTNERS, programs=PROGRAMS, tasks=tasks)
    (issue,) = errors(answer)
    assert issue.code == "forecast-finish-before-forecast-start"
    assert "2026-12-01" in issue.message


@pytest.mark.parametrize(("day", "ok"), [("2026-11-20", True), ("2026-11-21", False)])
def test_what_has_happened_cannot_lie_after_the_report_day(tmp_path: Path, day: str, ok: bool) -> None:
    tasks = TASKS_HEADER + task("T1", actual_start=day)
    assert checked(tmp_path, partners=PARTNERS, programs=PROGRAMS, tasks=tasks).ok is ok


def test_predecessors_may_carry_a_link_and_a_lag_but_must_exist(tmp_path: Path) -> None:
    tasks = TASKS_HEADER + task("T1") + task("T2SS", predecessors="T1FS+10d")
    tasks += task("T3", predecessors="T2SS;T1SS-5d") + task("T4", predecessors="T9SS")
    answer = checked(tmp_path, partners=PARTNERS, programs=PROGRAMS, tasks=tasks)
    assert [(issue.code, issue.value, issue.line) for issue in errors(answer)] == [
        ("unknown-predecessor", "T9SS", 5)
    ]


def test_tasks_that_wait_for_each_other_are_told_as_a_ring(tmp_path: Path) -> None:
    tasks = TASKS_HEADER + task("T1", predecessors="T3") + task("T2", predecessors="T1FS+2d")
    tasks += task("T3", predecessors="T2") + task("T4", predecessors="T4")
    answer = checked(tmp_path, partners=PARTNERS, programs=PROGRAMS, tasks=tasks)
    assert [issue.code for issue in errors(answer)] == ["cycle", "cycle"]
    assert any("T1" in issue.message and "T3" in issue.message for issue in errors(answer))


def test_a_row_that_others_still_name_cannot_be_left_out(tmp_path: Path) -> None:
    there = stored(
        partners=[{"partner_id": "NCC"}, {"partner_id": "CDMO"}, {"partner_id": "OLD"}],
        programs=[{"program_id": "P1", "lead_partner": "OLD"}],
    )
    answer = checked(tmp_path, existing=there, partners=PARTNERS)
    (issue,) = errors(answer)
    assert (issue.code, issue.value) == ("still-referenced", "OLD")
    assert checked(tmp_path, existing=there, scope=Scope(mode="merge"), partners=PARTNERS).ok
    together = checked(tmp_path, existing=there, partners=PARTNERS, programs=PROGRAMS)
    assert together.ok, "the programs given no longer name it"


def test_a_row_that_another_partner_still_names_cannot_be_left_out(tmp_path: Path) -> None:
    """The other partner's rows stay, also of a table that the file replaces for its own partner."""
    there = stored(
        partners=[{"partner_id": "NCC"}, {"partner_id": "CDMO"}],
        programs=[{"program_id": "P1", "lead_partner": "NCC"}],
        batches=[{"batch_id": "OLD", "program_id": "P1", "partner_id": "NCC"}],
        deviations=[{"deviation_id": "D1", "batch_id": "OLD", "partner_id": "CDMO"}],
    )
    batches = (
        "batch_id,program_id,partner_id,material,purpose,process_version,is_remanufacture,started_on,disposition\n"
        "NEW,P1,NCC,drug product,clinical,v1,false,2026-01-05,pending\n"
    )
    deviations = (
        "deviation_id,batch_id,partner_id,severity,category,title,opened_on\n"
        "D2,NEW,NCC,minor,process,Door left open,2026-01-06\n"
    )
    mine = Scope(within=("partner", "NCC"), allow_removals=True)
    answer = checked(tmp_path, existing=there, scope=mine, batches=batches, deviations=deviations)
    assert [(issue.code, issue.value) for issue in errors(answer)] == [("still-referenced", "OLD")]


def test_a_file_within_one_partner_may_not_speak_for_another(tmp_path: Path) -> None:
    there = stored(
        partners=[{"partner_id": "NCC"}, {"partner_id": "CDMO"}],
        programs=[{"program_id": "P1", "lead_partner": "NCC"}],
        tasks=[{"task_id": "T1", "partner_id": "CDMO"}],
    )
    tasks = TASKS_HEADER + task("T1") + task("T2", partner="CDMO") + task("T3")
    answer = checked(tmp_path, existing=there, scope=Scope(within=("partner", "NCC")), tasks=tasks)
    assert [(issue.code, issue.line) for issue in errors(answer)] == [("scope", 2), ("scope", 3)]


def test_a_published_row_counts_for_references_and_for_rules_across_rows(tmp_path: Path) -> None:
    there = stored(
        partners=[{"partner_id": "NCC"}],
        programs=[{"program_id": "P1", "lead_partner": "NCC"}],
        tasks=[{"task_id": "T1", "predecessors": "T2", "partner_id": "NCC"}],
    )
    tasks = TASKS_HEADER + task("T2", predecessors="T1")
    answer = checked(tmp_path, existing=there, scope=Scope(mode="merge"), tasks=tasks)
    assert [issue.code for issue in errors(answer)] == ["cycle"]
    assert checked(tmp_path, existing=there, tasks=tasks.replace("T1", "")).ok


def test_beyond_a_thousand_problems_of_a_kind_the_rest_is_counted(tmp_path: Path) -> None:
    rows = "".join(f"X{n},Name,,castle,JP\n" for n in range(1200))
    answer = checked(tmp_path, partners=PARTNERS.splitlines(keepends=True)[0] + rows)
    assert len(answer.issues) == 1001
    assert "200" in answer.issues[-1].message
    assert (answer.files[0].accepted, answer.files[0].rejected) == (0, 1200)


def test_receive_refuses_as_a_whole_when_one_file_is_wrong(tmp_path: Path) -> None:
    paths = files(tmp_path, partners=PARTNERS, programs=PROGRAMS.replace(",CD7,", ",,"))
    with pytest.raises(Refused) as refused, receive(paths, existing=nothing_yet, as_of=DAY):
        pytest.fail("nothing is handed on")
    assert refused.value.checked.files[0].ok
    assert "programs.csv, line 2" in str(refused.value)


def test_hostile_cells_come_back_as_text(tmp_path: Path) -> None:
    evil = "{0.__class__} %s '; drop table x; --"
    answer = checked(tmp_path, partners=PARTNERS + f"{evil},N,,CRO,JP\n")
    (issue,) = errors(answer)
    assert issue.value == evil
    assert evil in issue.message


def test_a_folder_means_its_files_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    files(tmp_path, partners=PARTNERS)
    (tmp_path / "version.yaml").write_text("by: x\n", encoding="utf-8")
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    answer = check_files([tmp_path], existing=nothing_yet, as_of=DAY)
    assert [(file.file, file.table) for file in answer.files] == [
        ("old.xls", None),
        ("partners.csv", "partners"),
    ]
    assert [issue.code for issue in answer.issues] == ["left-out"]


def test_two_files_of_one_table_are_taken_together_with_every_row(tmp_path: Path) -> None:
    paths = files(
        tmp_path,
        partners=PARTNERS,
        programs=PROGRAMS,
        tasks_jan=TASKS_HEADER + task("A1") + task("A2"),
        tasks_feb="task_id,partner_id,workstream,name,kind\nB1,CDMO,Regulatory,Send,task\n",
    )
    with receive(paths, existing=nothing_yet, as_of=DAY) as answer:
        assert [(file.rows, file.accepted) for file in answer.files[2:]] == [(2, 2), (1, 1)]
        rows = pq.read_table(answer.tables["tasks"]).to_pylist()
    assert [(row["task_id"], row["name"]) for row in rows] == [
        ("A1", "Write"),
        ("A2", "Write"),
        ("B1", "Send"),
    ]
    assert [issue.file for issue in answer.issues if issue.code == "several-files"] == [
        "tasks_jan.csv",
        "tasks_feb.csv",
    ]


def test_a_key_in_two_files_is_told_with_both_files_and_lines(tmp_path: Path) -> None:
    answer = checked(
        tmp_path,
        partners=PARTNERS,
        programs=PROGRAMS,
        tasks_jan=TASKS_HEADER + task("A1") + task("A2"),
        tasks_feb=TASKS_HEADER + task("B1") + task("B2") + task("A2"),
    )
    (issue,) = errors(answer)
    assert (issue.file, issue.line, issue.column, issue.value) == ("tasks_feb.csv", 4, "task_id", "A2")
    assert "tasks_jan.csv, line 3" in issue.message
    assert [(file.accepted, file.rejected) for file in answer.files[2:]] == [(2, 0), (2, 1)]


def test_what_other_tables_lack_is_told_at_the_file_and_line_it_is_from(tmp_path: Path) -> None:
    answer = checked(
        tmp_path,
        partners=PARTNERS,
        programs=PROGRAMS,
        tasks_1=TASKS_HEADER + task("A1", predecessors="B1"),
        tasks_2=TASKS_HEADER + task("B1") + task("B2", "GONE") + task("B3", predecessors="A9"),
    )
    told = {(issue.code, issue.file, issue.line) for issue in errors(answer)}
    assert told == {("reference", "tasks_2.csv", 3), ("unknown-predecessor", "tasks_2.csv", 4)}


def test_a_file_that_stands_in_another_is_told_as_such(tmp_path: Path) -> None:
    rows = TASKS_HEADER + task("A1") + task("A2")
    answer = checked(tmp_path, partners=PARTNERS, programs=PROGRAMS, tasks=rows, tasks_copy=rows)
    assert {issue.code for issue in errors(answer)} == {"duplicate-key", "file-twice"}
    assert {issue.file for issue in errors(answer)} == {"tasks_copy.csv"}


def test_beyond_the_listed_ones_collisions_of_two_files_are_counted(tmp_path: Path) -> None:
    rows = "task_id,partner_id,workstream,name,kind\n" + "".join(
        f"T{n},NCC,Regulatory,Write,task\n" for n in range(1_200)
    )
    answer = checked(
        tmp_path,
        partners=PARTNERS,
        programs=PROGRAMS,
        tasks=rows + "U,NCC,Regulatory,Write,task\n",
        tasks_2=rows,
    )
    assert [(file.accepted, file.rejected) for file in answer.files[2:]] == [(1_201, 0), (0, 1_200)]
    assert "200 more rows" in next(one.message for one in errors(answer) if one.line is None)


@pytest.mark.parametrize("large", [1, 150, 10_000_000], ids=["all large", "some large", "none large"])
def test_files_are_told_in_their_order_whichever_of_them_is_read_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int
) -> None:
    monkeypatch.setattr(paths, "_LARGE", large)
    more = PARTNERS.splitlines()[0] + "\nNCC,Centre,,academic centre,JP\n"
    given = files(tmp_path, programs=PROGRAMS, partners=PARTNERS, partners_2=more, broken="", targets="")
    assert given[0].stat().st_size > 150 > given[-1].stat().st_size, "the last one is small, one before large"
    (tmp_path / "left.doc").write_text("x", encoding="utf-8")
    answer = check_files([tmp_path], existing=nothing_yet, as_of=DAY)
    assert [file.file for file in answer.files] == [
        "left.doc",
        *(path.name for path in sorted(given)),
    ]
    told = {(file.file, issue.code) for file in answer.files for issue in file.issues}
    assert {("broken.csv", "empty"), ("left.doc", "left-out")} <= told
    assert {file for file, code in told if code == "several-files"} == {"partners.csv", "partners_2.csv"}
    assert any(code == "key-twice" or "key" in code for _file, code in told)


def test_a_large_file_is_read_apart_while_the_others_are_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "_LARGE", 150)
    given = files(tmp_path, programs=PROGRAMS, closures="closure_id\n")
    with paths.decoding(given, tmp_path) as parts:
        assert [sorted(path.stem for path in part) for part in parts] == [["closures"], ["programs"]]
