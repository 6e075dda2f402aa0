"""What people's files do: each form of a cell or table is read and counted, or named with its remedy."""

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from firstdose.contracts import contracts
from firstdose.intake import forms
from firstdose.intake.receive import check_files, nothing_yet, receive
from tests.unit.test_intake_check import DAY, PARTNERS, PROGRAMS, TASKS_HEADER, checked, errors, files, task

BASE = {"partners": PARTNERS, "programs": PROGRAMS}


def with_tasks(folder: Path, *cells: dict[str, str], tasks: str | None = None) -> list[Path]:
    text = tasks or TASKS_HEADER + "".join(task(f"T{n}", **one) for n, one in enumerate(cells, 1))
    return files(folder, **BASE, tasks=text)


def told(folder: Path, *cells: dict[str, str], tasks: str | None = None) -> tuple[Any, dict[str, Any]]:
    """The answer for the file of tasks, and its issues by code."""
    answer = check_files(with_tasks(folder, *cells, tasks=tasks), existing=nothing_yet, as_of=DAY)
    file = next(file for file in answer.files if file.table == "tasks")
    assert file.rows == file.accepted + file.rejected
    return file, {issue.code: issue for issue in file.issues}


def read_rows(folder: Path, *cells: dict[str, str], tasks: str | None = None) -> list[dict[str, Any]]:
    paths = with_tasks(folder, *cells, tasks=tasks)
    with receive(paths, existing=nothing_yet, as_of=DAY) as answer:
        return list(pq.read_table(answer.tables["tasks"]).to_pylist())


MARCH = {
    "令和9年3月1日": "era-date",
    "R9.3.1": "era-date",
    "Ｒ９．３．１": "era-date",
    "2027年3月1日": "date-form",
    "２０２７/３/１": "date-form",
    "２０２７-０３-０１": "full-width",
    "2027.3.1": "date-form",
    "20270301": "date-form",
    "1-Mar-2027": "date-form",
    '"March 1, 2027"': "date-form",
    "2027-03-01T00:00:00": "date-form",
    "2027/3/1": "date-form",
}


def test_a_day_in_another_form_is_read_and_counted(tmp_path: Path) -> None:
    cells = [{"forecast_finish": given} for given in MARCH]
    rows = read_rows(tmp_path, *cells)
    assert [row["forecast_finish"] for row in rows] == [date(2027, 3, 1)] * len(MARCH)
    file, issues = told(tmp_path, *cells)
    assert file.accepted == len(MARCH)
    for code, n in (("era-date", "3"), ("full-width", "1")):
        assert issues[code].severity == "warning"
        assert dict(issues[code].values)["n"] == n
        assert "{" not in issues[code].message
    assert sum(int(dict(one.values)["n"]) for one in file.issues if one.code == "date-form") == 8


UNSURE = {
    "03/04/2027": "ambiguous-date",
    "3.4.2027": "ambiguous-date",
    "31/12/2027": "date-order",
    "平成35年3月1日": "era-date",
    "令和元年4月30日": "era-date",
    "46447": "serial-date",
    "2027-02-30": "date",
    "2027-03-01 13:30": "date",
}


def test_a_day_nobody_can_be_sure_of_is_refused_with_place_and_remedy(tmp_path: Path) -> None:
    cells = [{"forecast_finish": given} for given in ("2027-01-01", *UNSURE)]
    file, _issues = told(tmp_path, *cells)
    found = [issue for issue in file.issues if issue.severity == "error"]
    assert [(one.line, one.value, one.code) for one in found] == [
        (line, given, code) for line, (given, code) in enumerate(UNSURE.items(), 3)
    ]
    assert all(one.remedy and one.column == "forecast_finish" for one in found)
    assert (file.accepted, file.rejected) == (1, len(UNSURE))


@pytest.mark.parametrize(
    ("name", "given", "wanted"),
    [
        ("令和元年", "令和元年5月1日", "2019-05-01"),
        ("last day of Heisei", "平成31年4月30日", "2019-04-30"),
        ("first day of Heisei", "H1.1.8", "1989-01-08"),
        ("last day of Showa", "昭和64年1月7日", "1989-01-07"),
        ("Showa 39", "S39.10.10", "1964-10-10"),
        ("a day after Heisei", "平成31年5月1日", None),
        ("year nought", "R0.1.1", None),
    ],
)
def test_eras_begin_and_end_on_their_days(name: str, given: str, wanted: str | None) -> None:
    read = forms.day(given)
    assert (read and read.text) == wanted, name


def test_a_column_of_excel_days_is_read_as_a_whole(tmp_path: Path) -> None:
    cells = [{"forecast_finish": text} for text in ("46447", "46448", "46449", "")]
    assert [row["forecast_finish"] for row in read_rows(tmp_path, *cells)] == [
        date(2027, 3, 1),
        date(2027, 3, 2),
        date(2027, 3, 3),
        None,
    ]
    _file, issues = told(tmp_path, *cells)
    assert dict(issues["excel-serial"].values)["n"] == "3"


def test_excel_days_beside_other_days_are_refused(tmp_path: Path) -> None:
    cells = [{"forecast_finish": text} for text in ("46447", "46448", "46449", "2027-03-04")]
    file, issues = told(tmp_path, *cells)
    assert issues["serial-date"].severity == "error"
    assert (file.accepted, file.rejected) == (1, 3)


def test_two_excel_days_are_too_few_to_be_sure(tmp_path: Path) -> None:
    file, issues = told(tmp_path, {"forecast_finish": "46447"}, {"forecast_finish": "46448"})
    assert issues["serial-date"].severity == "error"
    assert file.rejected == 2


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        pytest.param(['"1,234.5"', '"1,234"'], [1234.5, 1234.0], id="a point says what the comma is"),
        pytest.param(['"1,234,567"', "12.5"], [1234567.0, 12.5], id="so do two commas"),
        pytest.param(["１２．５", "3"], [12.5, 3.0], id="full width"),
        pytest.param(["1 234.5", "−3"], [1234.5, -3.0], id="blanks between thousands, a true minus"),
    ],
)
def test_numbers_with_marks_between_thousands_are_read(
    tmp_path: Path, cells: list[str], wanted: list[float]
) -> None:
    rows = read_rows(tmp_path, *({"duration_low_days": cell} for cell in cells))
    assert [row["duration_low_days"] for row in rows] == wanted


@pytest.mark.parametrize(
    ("given", "code"),
    [
        pytest.param('"1,234"', "ambiguous-number", id="a thousand or one and a bit"),
        pytest.param('"12,5"', "decimal-comma", id="decimal comma in a comma file"),
        pytest.param("12 kg", "number", id="a unit"),
    ],
)
def test_a_number_nobody_can_be_sure_of_is_refused(tmp_path: Path, given: str, code: str) -> None:
    file, issues = told(tmp_path, {"duration_low_days": given})
    assert (issues[code].severity, issues[code].line) == ("error", 2)
    assert issues[code].remedy
    assert file.rejected == 1


def test_a_decimal_comma_is_read_in_a_file_with_semicolons(tmp_path: Path) -> None:
    text = TASKS_HEADER + task("T1", duration_low_days="12|5") + task("T2", duration_low_days="1.234|5")
    text = text.replace(",", ";").replace("|", ",")
    assert [row["duration_low_days"] for row in read_rows(tmp_path, tasks=text)] == [12.5, 1234.5]
    assert dict(told(tmp_path, tasks=text)[1]["decimal-comma"].values)["n"] == "2"


def test_comma_and_point_in_one_column_of_a_semicolon_file_are_refused(tmp_path: Path) -> None:
    text = TASKS_HEADER + task("T1", duration_low_days="12|5") + task("T2", duration_low_days="1.234")
    answer = check_files(
        files(tmp_path, tasks=text.replace(",", ";").replace("|", ",")), existing=nothing_yet, as_of=DAY
    )
    assert "decimal-mixed" in {issue.code for issue in errors(answer)}


def test_full_width_ids_and_words_are_read_and_counted(tmp_path: Path) -> None:
    text = TASKS_HEADER + task("Ｔ－１", workstream="Ｒｅｇｕｌａｔｏｒｙ", partner="ＮＣＣ")
    (row,) = read_rows(tmp_path, tasks=text)
    assert (row["task_id"], row["workstream"], row["partner_id"]) == ("T-1", "Regulatory", "NCC")
    file, _issues = told(tmp_path, tasks=text)
    assert sum(issue.code == "full-width" for issue in file.issues) == 3


def test_two_spellings_of_one_key_are_a_duplicate(tmp_path: Path) -> None:
    file, issues = told(tmp_path, tasks=TASKS_HEADER + task("T1") + task("Ｔ１"))
    assert issues["duplicate-key"].line == 3
    assert (file.accepted, file.rejected) == (1, 1)


def test_a_mark_for_missing_in_a_date_is_counted(tmp_path: Path) -> None:
    file, issues = told(tmp_path, {"forecast_finish": "NA"}, {"forecast_finish": "N/A"})
    assert dict(issues["missing-mark"].values)["n"] == "2"
    assert file.accepted == 2


def test_na_is_a_value_where_it_may_be_one(tmp_path: Path) -> None:
    answer = checked(tmp_path, partners=PARTNERS + "NAM,Desert site,,CRO,NA\n")
    assert answer.ok
    assert answer.files[0].accepted == 3


TITLES = "Plan of the alliance\nAs of November\n\n"


@pytest.mark.parametrize(
    ("text", "code", "lines"),
    [
        pytest.param(TITLES + TASKS_HEADER + task("T1"), "title-line", [5], id="titles above"),
        pytest.param(
            "Plan" + "," * 23 + "\n" + "," * 23 + "\n" + TASKS_HEADER + task("T1"),
            "title-line",
            [4],
            id="titles padded as Excel writes them",
        ),
        pytest.param(
            TASKS_HEADER + task("T1") + "\n※ 未確定" + "," * 23 + "\n", "note-line", [2], id="a note below"
        ),
        pytest.param(
            TASKS_HEADER + task("T1") + "Note: draft\nSource: plan\n",
            "note-line",
            [2],
            id="notes of one cell",
        ),
        pytest.param(TASKS_HEADER + task("T1") + "\n\n" + task("T2"), "blank-rows", [2, 5], id="blank rows"),
        pytest.param(
            TASKS_HEADER.strip() + ",,\n" + task("T1").strip() + ",,\n",
            "column-without-name",
            [2],
            id="trailing empty columns",
        ),
        pytest.param("\ufeff" + TASKS_HEADER + task("T1"), None, [2], id="byte order mark"),
        pytest.param(
            TASKS_HEADER
            + ",".join(contracts()["tasks"].column(name).title_ja for name in TASKS_HEADER.strip().split(","))
            + "\n"
            + task("T1"),
            "second-header",
            [3],
            id="labels in a second header line",
        ),
        pytest.param(
            TASKS_HEADER + ",,,,,,,,,,,,,,,,,,%,,(days),[days],days,\n" + task("T1"),
            "second-header",
            [3],
            id="units in a second header line",
        ),
    ],
)
def test_what_stands_around_a_table_is_told_and_no_row_of_it(
    tmp_path: Path, text: str, code: str | None, lines: list[int]
) -> None:
    broken = text.replace("Regulatory", "Unheard of")
    file, _issues = told(tmp_path, tasks=broken)
    assert [issue.line for issue in file.issues if issue.code == "enum"] == lines, "the spreadsheet's lines"
    file, issues = told(tmp_path, tasks=text)
    assert file.accepted == len(lines)
    assert file.rejected == 0
    if code:
        assert issues[code].severity == "warning"


def test_a_row_that_begins_like_a_note_but_is_one_stays(tmp_path: Path) -> None:
    file, _issues = told(tmp_path, tasks=TASKS_HEADER + "※ x" + "," * 23 + "\n" + task("T1"))
    assert (file.rows, file.accepted) == (2, 1)


def test_a_name_given_twice_is_refused(tmp_path: Path) -> None:
    text = TASKS_HEADER.strip() + ",note\n" + task("T1").strip() + ",\n"
    answer = check_files(files(tmp_path, tasks=text), existing=nothing_yet, as_of=DAY)
    assert [issue.code for issue in errors(answer)] == ["duplicate-column"]


def workbook(path: Path, rows: list[list[object]], *merged: str) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    book.save(path)
    return path


def test_a_header_merged_over_two_lines_is_joined(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "tasks.xlsx",
        [
            ["Task ID", "Partner", "Workstream", "Name", "Kind", "Forecast", None],
            [None, None, None, None, None, "start", "finish"],
            ["T1", "NCC", "Regulatory", "Write", "task", date(2027, 1, 1), date(2027, 2, 1)],
        ],
        "F1:G1",
        *(f"{letter}1:{letter}2" for letter in "ABCDE"),
    )
    with receive([*files(tmp_path, **BASE), path], existing=nothing_yet, as_of=DAY) as answer:
        (row,) = pq.read_table(answer.tables["tasks"]).to_pylist()
    assert (row["forecast_start"], row["forecast_finish"]) == (date(2027, 1, 1), date(2027, 2, 1))
    assert "header-lines" in {issue.code for issue in answer.issues}


def test_a_header_merged_over_nameless_columns_is_refused(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "tasks.xlsx",
        [["Task ID", "Forecast", None], ["T1", date(2027, 1, 1), date(2027, 2, 1)]],
        "B1:C1",
    )
    answer = check_files([path], existing=nothing_yet, as_of=DAY)
    (issue,) = errors(answer)
    assert (issue.code, issue.line, issue.column) == ("merged-header", 1, "Forecast")
