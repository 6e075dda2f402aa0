"""The list of issues as CSV: one row each, in the reader's language, nothing a spreadsheet would run."""

import csv
import io
from pathlib import Path

from firstdose.errors import Issue
from firstdose.exports.issues import issues_csv
from firstdose.words import use_language
from tests.unit.test_intake_check import PARTNERS, checked


def rows(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf"), "Excel needs the mark to read Japanese"
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_every_issue_of_a_check_is_one_row_with_its_place_and_what_to_do(tmp_path: Path) -> None:
    found = checked(tmp_path, partners=PARTNERS.replace("CDMO,JP", "castle,JP")).issues
    head, *told = rows(issues_csv(found))
    assert head[:6] == ["File", "Table", "Line", "Column", "Value", "Severity"]
    assert len(told) == len(found)
    wrong = next(row for row in told if row[6] == "enum")
    assert wrong[:6] == ["partners.csv", "Partners", "3", "role", "castle", "error"]
    assert wrong[7].startswith("“castle” is not allowed in role")
    assert wrong[8] == "Choose one of them."


def test_an_issue_speaks_the_language_of_whoever_takes_it_away() -> None:
    issue = Issue("empty", "warning", "The file is empty.", file="programs.csv")
    use_language("ja")
    head, told = rows(issues_csv([issue]))
    assert head[:3] == ["ファイル", "表", "行"]
    assert told[2] == "", "an issue of the whole file has no line"
    assert told[5] == "警告"
    assert told[7] not in ("", "The file is empty.")


def test_a_cell_built_to_run_stays_text_wherever_it_is_repeated() -> None:
    bad = "=HYPERLINK(1)"
    issue = Issue("x", "error", "{value} is wrong", (("value", bad),), bad, 3, bad, bad, remedy="{value}")
    (told,) = rows(issues_csv([issue]))[1:]
    assert [cell for cell in told if cell.startswith("=")] == []
    assert told[0] == "'" + bad


def test_the_table_is_the_one_the_check_found_where_it_is_said() -> None:
    issue = Issue("x", "error", "wrong", file="mine.csv")
    assert rows(issues_csv([issue]))[1][1] == ""
    assert rows(issues_csv([issue], {"mine.csv": "programs"}))[1][1] == "Programs"


def test_no_issue_gives_the_headings_alone() -> None:
    assert len(rows(issues_csv([]))) == 1
