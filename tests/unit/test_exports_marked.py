"""The user's own workbook back: as it was, with every bad cell marked, said and listed."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font

from firstdose.errors import IntakeError, Issue
from firstdose.exports import marked
from firstdose.exports.marked import marked_workbook
from firstdose.intake.decode import decode
from firstdose.intake.receive import check_files, nothing_yet
from firstdose.intake.staged import Staged
from firstdose.words import use_language
from tests.unit.test_intake_check import DAY, PARTNERS

RED, AMBER = "FFFFC7CE", "FFFFEB9C"


def given_back(path: Path, **more: Any) -> Any:
    """What a check of one file gives back, opened."""
    staged = decode(path, path.parent)
    issues = more.pop("issues", None)
    if issues is None:
        issues = check_files([path], existing=nothing_yet, as_of=DAY).issues
    return openpyxl.load_workbook(
        io.BytesIO(marked_workbook(path.read_bytes(), path.name, staged, issues, **more))
    )


def text_file(folder: Path, text: str, name: str = "partners.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def workbook(folder: Path, rows: list[list[Any]]) -> tuple[Path, Any]:
    book = openpyxl.Workbook()
    book.active.title = "Our partners"
    for row in rows:
        book.active.append(row)
    return folder / "partners.xlsx", book


PARTNER_ROWS = [
    [None, "Our partners, November"],
    [],
    [None, "partner_id", "name", None, "name_ja", "role", "country"],
    [None, "NCC", "Centre", None, "センター", "academic centre", "JP"],
    [None, "CDMO", "Maker", None, None, "castle", "JP"],
]


def test_a_wrong_cell_of_a_workbook_is_marked_where_it_stands_and_says_what_to_do(tmp_path: Path) -> None:
    path, book = workbook(tmp_path, PARTNER_ROWS)
    book.active["C4"].font = Font(italic=True, color="FF00AA00")
    book.active["H4"] = "=LEN(C4)"
    book.active["H3"] = "note"
    book.active.column_dimensions["C"].width = 44
    book.create_sheet("Notes")["A1"] = "kept"
    book.save(path)
    back = given_back(path)
    assert back.sheetnames == ["Issues", "Our partners", "Notes"]
    sheet = back["Our partners"]
    wrong = sheet["F5"]
    assert wrong.value == "castle"
    assert wrong.fill.start_color.rgb == RED
    assert wrong.border.left.style == "medium"
    assert "Choose one of them." in wrong.comment.text
    assert sheet["F4"].comment is None
    assert (sheet["C4"].font.italic, sheet["C4"].font.color.rgb) == (True, "FF00AA00")
    assert sheet["H4"].value == "=LEN(C4)"
    assert sheet.column_dimensions["C"].width == 44
    assert back["Notes"]["A1"].value == "kept"
    assert "note" in sheet["H3"].comment.text, "an unknown column is told at its name"


def test_every_issue_is_listed_first_with_a_link_to_its_cell(tmp_path: Path) -> None:
    path, book = workbook(tmp_path, PARTNER_ROWS)
    book.save(path)
    listed = given_back(path)["Issues"]
    rows = [list(row) for row in listed.iter_rows()]
    assert rows[0][0].value == "firstdose · Issues in partners.xlsx"
    head = next(at for at, row in enumerate(rows) if row[0].value == "Cell")
    told = {row[7].value: row for row in rows[head + 1 :]}
    assert told["enum"][0].value == "F5"
    assert told["enum"][0].hyperlink.location == "'Our partners'!F5"
    assert [cell.value for cell in told["enum"][1:5]] == [5, "role", "castle", "error"]
    assert "title-line" in told, "what concerns no cell is listed too"


def test_a_text_file_comes_back_as_a_workbook_with_the_same_lines(tmp_path: Path) -> None:
    path = text_file(tmp_path, PARTNERS.replace("CDMO,JP", "castle,JP").replace("NCC,", "\n00NCC,"))
    back = given_back(path)
    sheet = back["partners"]
    assert [cell.value for cell in sheet[4]] == ["CDMO", "Maker", None, "castle", "JP"]
    assert sheet["D4"].fill.start_color.rgb == RED
    assert sheet["A3"].value == "00NCC"
    assert back.active.title == "Issues"


def test_a_parquet_file_comes_back_as_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "partners.parquet"
    pq.write_table(
        pa.table({"partner_id": ["A"], "name": ["=1+1"], "role": ["castle"], "country": ["JP"]}), path
    )
    sheet = given_back(path)["partners"]
    assert [cell.value for cell in sheet[1]] == ["partner_id", "name", "role", "country"]
    assert sheet["C2"].comment is not None


def test_no_formula_is_ever_made_of_what_a_file_says(tmp_path: Path) -> None:
    evil = "=HYPERLINK(1)"
    path = text_file(tmp_path, f"partner_id,name,role,country\n{evil},{evil},{evil},#N/A\n+1,-1,@1,JP\n")
    content = marked_workbook(path.read_bytes(), path.name, decode(path, path.parent), check_files(
        [path], existing=nothing_yet, as_of=DAY).issues)  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 2
    assert [sheet for sheet in sheets if b"<f>" in sheet or b"<f " in sheet or b't="e"' in sheet] == []
    back = openpyxl.load_workbook(io.BytesIO(content))["partners"]
    assert (back["A2"].value, back["A2"].data_type, back["D2"].data_type) == (evil, "s", "s")
    assert back["A2"].quotePrefix, "a cell edited in Excel stays text"


def test_text_that_looks_like_a_formula_in_a_workbook_stays_text(tmp_path: Path) -> None:
    path, book = workbook(tmp_path, [["partner_id", "name", "role", "country"], ["A", "x", "castle", "JP"]])
    book.active["B2"].value = "=1+1"
    book.active["B2"].data_type = "s"
    book.save(path)
    assert given_back(path)["Our partners"]["B2"].data_type == "s"


def test_warnings_are_amber_and_the_worse_of_two_wins_in_one_cell(tmp_path: Path) -> None:
    path = text_file(tmp_path, PARTNERS)
    warning = Issue("w", "warning", "odd", file="partners.csv", line=2, column="name")
    error = Issue("e", "error", "bad", file="partners.csv", line=3, column="name")
    other = Issue("o", "error", "elsewhere", file="programs.csv", line=2, column="country")
    sheet = given_back(path, issues=[warning, replace(warning, line=3), error, other])["partners"]
    assert sheet["B2"].fill.start_color.rgb == AMBER
    assert sheet["B3"].fill.start_color.rgb == RED
    assert sheet["B3"].comment.text == "odd\nbad"
    assert sheet["E2"].comment is None, "an issue of another file marks nothing here"


def test_a_comment_is_cut_and_marks_are_bounded_and_the_sheet_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marked, "MOST_MARKED", 2)
    monkeypatch.setattr(marked, "MOST_LISTED", 3)
    path = text_file(tmp_path, PARTNERS + "".join(f"P{n},N,,CDMO,JP\n" for n in range(4)))
    issues = [Issue("e", "error", "y" * 900, file="", line=n, column="role") for n in range(2, 7)]
    back = given_back(path, issues=issues)
    assert len(back["partners"]["D2"].comment.text) == 500
    assert back["partners"]["D4"].comment is None
    notes = [row[0].value for row in back["Issues"].iter_rows(max_row=5)]
    assert any("first 2 of 5 places" in (note or "") for note in notes)
    assert any("first 3 issues" in (note or "") for note in notes)


def test_a_mended_workbook_is_read_again_and_loses_the_marks_of_the_first_round(tmp_path: Path) -> None:
    path, book = workbook(tmp_path, PARTNER_ROWS)
    book.active["F5"].comment = Comment("mine", "Somebody")
    book.active["C5"] = None
    book.save(path)
    first = given_back(path)
    assert first["Our partners"]["F5"].comment.text.startswith("mine\n\n")
    assert first["Our partners"]["C5"].comment is not None
    first["Our partners"]["C5"] = "Maker"
    first.save(path)
    assert decode(path, path.parent).sheet == "Our partners", "the list of issues is not taken for the table"
    second = given_back(path)
    assert second["Our partners"]["C5"].comment is None
    assert second["Our partners"]["C5"].fill.fill_type is None
    assert second.sheetnames == ["Issues", "Our partners"]


def test_a_sheet_of_ones_own_that_is_called_issues_stays_and_is_read(tmp_path: Path) -> None:
    path, book = workbook(tmp_path, PARTNER_ROWS)
    book.active.title = "Issues"
    book.create_sheet("Other")
    book.save(path)
    back = given_back(path)
    assert len(back.sheetnames) == 3
    assert back["Issues"]["F5"].comment is not None
    back.save(path)
    assert decode(path, path.parent).sheet == "Issues"


def test_marks_speak_japanese_to_a_japanese_reader(tmp_path: Path) -> None:
    path = text_file(tmp_path, PARTNERS.replace("CDMO,JP", "castle,JP"))
    use_language("ja")
    back = given_back(path)
    assert back.sheetnames[0] == "問題一覧"
    assert "使えません" in back["partners"]["D3"].comment.text


def test_a_workbook_that_kills_its_reader_comes_back_made_of_the_rows_read(tmp_path: Path) -> None:
    path, book = workbook(tmp_path, PARTNER_ROWS)
    book.save(path)
    content = marked_workbook(b"PK\x03\x04 no workbook", path.name, decode(path, path.parent), [])
    back = openpyxl.load_workbook(io.BytesIO(content))
    assert back["partners"]["B5"].value == "Maker"
    assert "cannot be changed" in str(back["Issues"]["A3"].value)


def test_a_large_file_comes_back_with_its_marked_lines_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marked, "LARGEST_KEPT", 8)
    path = text_file(tmp_path, PARTNERS.replace("CDMO,JP", "castle,JP"))
    back = given_back(path)
    assert back["partners"]["A2"].value is None
    assert back["partners"]["A3"].value == "CDMO"
    assert "too large" in str(back["Issues"]["A3"].value)


def test_what_cannot_be_written_at_all_is_said_in_words(tmp_path: Path) -> None:
    gone = Staged("x.csv", tmp_path / "x.csv", None, ",", None, ("a",), 1, tmp_path / "gone.parquet", ())
    with pytest.raises(IntakeError, match=r"x\.csv cannot be given back"):
        marked_workbook(b"", "x.csv", gone, [])
