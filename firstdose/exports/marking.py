"""The child that marks a workbook: limits first, then marks, comments and the list of issues.

Everything that comes from a file is written as text: no formula is ever made of it.
"""

import json
from pathlib import Path
from typing import Any, TextIO

from firstdose.intake.lean import without_pandas
from firstdose.intake.staged import ISSUE_SHEET_BEGINS
from firstdose.intake.worker import limit, limit_time

_AUTHOR = "firstdose"
_FILLS = {"error": "FFFFC7CE", "warning": "FFFFEB9C"}
_EDGES = {"error": ("medium", "FFC00000"), "warning": ("thin", "FFBF8F00")}
_LONGEST_CELL = 32_767  # characters; Excel refuses more
_LAST_LINE = 1_048_576  # of a sheet
_WIDTHS = (9, 8, 22, 24, 11, 60, 50, 18)


def main(requests: TextIO) -> None:
    """Write one workbook as the request says; the request comes whole, in JSON."""
    limit()
    without_pandas()
    asked = json.loads(requests.read())
    limit_time(asked["seconds"])
    mark(asked)


def mark(asked: dict[str, Any]) -> None:
    """Open or make the workbook, mark its cells, put the list before its sheets and save it."""
    if "source" in asked:
        book, sheet, head, places = _opened(asked)
    else:
        book, sheet, head, places = _made(asked)
    _unmark(book, asked["lists"])
    for line, place, severity, text in asked["marks"]:
        cell = _cell(sheet, head, places, line, place)
        if cell is not None:
            _mark(cell, severity, text)
    _list(book, sheet, asked, lambda row: _cell(sheet, head, places, row["line"], row["place"]))
    book.save(asked["target"])


def _opened(asked: dict[str, Any]) -> tuple[Any, Any, int, list[int]]:
    """The workbook as it came, its sheet, the line of the header and the column of each name in it."""
    from openpyxl import load_workbook
    from python_calamine import CalamineWorkbook

    from firstdose.intake import header
    from firstdose.intake.workbook import as_text

    book = load_workbook(asked["source"], rich_text=True)
    read = CalamineWorkbook.from_path(asked["source"]).get_sheet_by_name(asked["sheet"])
    for line, cells in enumerate(read.to_python(skip_empty_area=False), 1):
        names, kept, _issues = header.clean([as_text(cell) for cell in cells], line)
        if names == asked["header"]:
            return book, book[asked["sheet"]], line, [at + 1 for at in kept]
    return book, book[asked["sheet"]], 1, []


def _made(asked: dict[str, Any]) -> tuple[Any, Any, int, list[int]]:
    """A workbook of the rows as they were read, each in its own line, the header right above the first."""
    import pyarrow.parquet as pq
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    sheet = book.active
    sheet.title = _title(asked["name"])
    width = len(asked["header"])
    wanted = None
    if not asked["whole"]:
        most = max(1, asked["most_cells"] // width)
        wanted = set(sorted({mark[0] for mark in asked["marks"] if mark[0] is not None})[:most])
    head = 1
    if asked["parquet"]:
        file = pq.ParquetFile(asked["parquet"])
        names = [f"c{at}" for at in range(width)]
        first = True
        for batch in file.iter_batches(10_000, columns=["line", *names]):
            lines, *columns = [batch.column(name).to_pylist() for name in ("line", *names)]
            for line, *cells in zip(lines, *columns, strict=True):
                if first:
                    head, first = max(1, line - 1), False
                if line > _LAST_LINE or (wanted is not None and line not in wanted):
                    continue
                for at, text in enumerate(cells, 1):
                    if text:
                        _write(sheet.cell(line, at), text)
    for at, name in enumerate(asked["header"], 1):
        _write(sheet.cell(head, at), name)
        sheet.cell(head, at).font = Font(bold=True)
    sheet.freeze_panes = sheet.cell(head + 1, 1)
    return book, sheet, head, list(range(1, width + 1))


def _title(name: str) -> str:
    """A file's name as the name of a sheet: without what Excel refuses there, 31 characters at most."""
    kept = "".join(" " if letter in "[]:*?/\\'" else letter for letter in _plain(Path(name).stem))
    return kept.strip()[:31].strip() or "data"


def _plain(text: str) -> str:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    return str(ILLEGAL_CHARACTERS_RE.sub(" ", text))[:_LONGEST_CELL]


def _write(cell: Any, text: str) -> None:
    """Write text as text, whatever it begins with, and let a later edit stay text too."""
    cell.value = _plain(text)
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = text.startswith(("=", "+", "-", "@"))


def _cell(sheet: Any, head: int, places: list[int], line: int | None, place: int | None) -> Any:
    """The cell an issue means: of a whole column its name, of a whole row its first cell; none else."""
    from openpyxl.cell.cell import MergedCell

    column = places[place] if place is not None and place < len(places) else None
    of_header = line is None or line <= head
    if (of_header and column is None) or (line or 0) > _LAST_LINE:
        return None
    cell = sheet.cell(head if of_header else line, column or min(places, default=1))
    if isinstance(cell, MergedCell):
        inside = next(one for one in sheet.merged_cells.ranges if cell.coordinate in one)
        cell = sheet.cell(inside.min_row, inside.min_col)
    return cell


def _mark(cell: Any, severity: str, text: str) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Border, PatternFill, Side

    style, color = _EDGES[severity]
    edge = Side(style=style, color=color)
    cell.fill = PatternFill("solid", start_color=_FILLS[severity])
    cell.border = Border(left=edge, right=edge, top=edge, bottom=edge)
    said = f"{cell.comment.text}\n\n{text}" if cell.comment else text
    cell.comment = Comment(_plain(said), _AUTHOR, height=30 + 18 * (1 + len(said) // 40), width=320)


def _unmark(book: Any, lists: list[str]) -> None:
    """Take away what an earlier round left: a workbook given back is mended and sent again."""
    from openpyxl.styles import Border, PatternFill

    for sheet in book.worksheets:
        if sheet.title.startswith(tuple(lists)) and str(sheet["A1"].value).startswith(ISSUE_SHEET_BEGINS):
            book.remove(sheet)
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = False  # two selected sheets would be edited together
        for cell in list(sheet._cells.values()):  # those there are: iter_rows would make every one between
            if cell.comment is not None and cell.comment.author == _AUTHOR:
                cell.comment = None
                cell.fill, cell.border = PatternFill(), Border()


def _list(book: Any, sheet: Any, asked: dict[str, Any], place: Any) -> None:
    """The first sheet: how many, what could not be shown, and every issue with a link to its cell."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.hyperlink import Hyperlink

    told = asked["list"]
    listed = book.create_sheet(told["name"], 0)
    book.active = 0
    _write(listed.cell(1, 1), ISSUE_SHEET_BEGINS + told["title"])
    listed["A1"].font = Font(bold=True, size=14)
    partly = [told["partly"]] if told["partly"] else []
    for line, note in enumerate([*told["notes"], *partly], 2):
        _write(listed.cell(line, 1), note)
    top = listed.max_row + 2
    for at, name in enumerate(told["head"], 1):
        _write(listed.cell(top, at), name)
        listed.cell(top, at).font = Font(bold=True)
        listed.column_dimensions[get_column_letter(at)].width = _WIDTHS[at - 1]
    quoted = sheet.title.replace("'", "''")
    for line, row in enumerate(told["rows"], top + 1):
        there = place(row)
        if there is not None:
            cell = listed.cell(line, 1)
            _write(cell, there.coordinate)
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!{there.coordinate}")
            cell.font = Font(color="FF0563C1", underline="single")
        for at, value in enumerate(row["cells"], 2):
            cell = listed.cell(line, at)
            if isinstance(value, int):
                cell.value = value
            elif value:
                _write(cell, value)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        listed.cell(line, 5).fill = PatternFill("solid", start_color=_FILLS[row["severity"]])
    listed.freeze_panes = listed.cell(top + 1, 1)
    listed.auto_filter.ref = f"A{top}:{get_column_letter(len(told['head']))}{max(top, listed.max_row)}"
