"""An Excel workbook to cells of text, one sheet: the first, or the one named."""

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from python_calamine import CalamineError, CalamineWorkbook

from firstdose.errors import Issue
from firstdose.intake.delimited import Reading, Row, settle
from firstdose.intake.staged import ISSUE_SHEET_BEGINS, ISSUE_SHEETS
from firstdose.words import N_

if TYPE_CHECKING:
    from firstdose.intake.stage import Report

_SHEET = re.compile(r"xl/worksheets/sheet\d+\.xml")
_ERROR_CELL = re.compile(rb"<c [^>]*\bt=\"e\"")
_LARGEST_SHEET = 256 << 20
_EXCEL_ERRORS = frozenset(
    {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA"}
)


def rows(
    source: Path, sheet: str | None, report: "Report", skip_lines: int = 0
) -> tuple[Reading, Iterator[Row]] | None:
    """The header and rows of a sheet; none when it cannot be read, with the reason in the report."""
    from firstdose.intake.stage import refuse

    try:
        book = CalamineWorkbook.from_path(str(source))
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            refuse(
                report,
                "no-sheet",
                N_("There is no sheet “{sheet}”; there are: {names}."),
                sheet=sheet,
                names=", ".join(names),
            )
            return None
        report.sheet = sheet or _first(book, names)
        if report.sheet is None:
            refuse(
                report, "empty", N_("The workbook has no sheet."), N_("Choose the file that holds the table.")
            )
            return None
        opened = book.get_sheet_by_name(report.sheet)
        cells = opened.to_python(skip_empty_area=False)
        cells[:skip_lines] = [[] for _line in cells[:skip_lines]]
        merged = opened.merged_cell_ranges or []
    except (CalamineError, OSError, ValueError) as error:
        refuse(
            report,
            "damaged",
            N_("The workbook cannot be read: {why}."),
            N_("Save it again as .xlsx."),
            why=str(error),
        )
        return None
    errors = _error_cells(source, names.index(report.sheet))
    if errors:
        template = N_("{n} cells hold an Excel error and are left empty.")
        report.issues.append(Issue("excel-error", "warning", template, (("n", str(errors)),)))
    if not any(as_text(cell) for row in cells for cell in row):
        refuse(
            report,
            "empty",
            N_("The sheet “{sheet}” is empty."),
            N_("Name another with --sheet."),
            sheet=report.sheet,
        )
        return None
    if merged:
        template = N_("The sheet has merged cells: only the first of each holds the value.")
        report.issues.append(Issue("merged-cells", "warning", template))
    joined = _join_header(cells, merged, report)
    return _reading(cells, joined)


def _first(book: CalamineWorkbook, names: list[str]) -> str | None:
    """The first sheet; in a workbook that was given back marked, the one after the list of its issues."""
    if len(names) > 1 and names[0].startswith(tuple(ISSUE_SHEETS.values())):
        top = book.get_sheet_by_name(names[0]).to_python(skip_empty_area=False, nrows=1)
        if top and top[0] and str(top[0][0]).startswith(ISSUE_SHEET_BEGINS):
            return names[1]
    return next(iter(names), None)


_Range = tuple[tuple[int, int], tuple[int, int]]  # first and last cell, each row and column from 0


def _join_header(cells: list[list[Any]], merged: list[_Range], report: "Report") -> int | None:
    """Join a header of several lines, groups merged over the names below them, into one in place; its last
    line, none when the header has one line.

    The group stands before the name, as in “Forecast finish”. A header merged over columns without names of
    their own is an error: nobody can say what those columns are.
    """
    top = next((at for at, row in enumerate(cells) if sum(bool(as_text(cell)) for cell in row) > 1), None)
    starting = [(first, last) for first, last in merged if first[0] == top]
    groups = [range(first[1], last[1] + 1) for first, last in starting if last[1] > first[1]]
    if top is None or not groups:
        return None
    below = max(last[0] for _first, last in starting)
    bottom = min(max(below, top + 1), len(cells) - 1)
    lines = [[as_text(cell).strip() for cell in cells[at]] for at in range(top, bottom + 1)]
    grouped = {at: group[0] for group in groups for at in group}
    names = []
    for at in range(len(cells[top])):
        parts = [lines[0][grouped.get(at, at)], *(line[at] for line in lines[1:] if at < len(line))]
        names.append(" ".join(filter(None, parts)))
    data = below == top and any(
        first and second
        for at, (first, second) in enumerate(zip(*lines[:2], strict=False))
        if at not in grouped
    )
    if data or any(names[at] == lines[0][first] for at, first in grouped.items()):
        template = N_("The header “{name}” is merged over columns that have no names of their own.")
        name = lines[0][groups[0][0]][:200]
        remedy = N_("Undo the merge and give every column its own name.")
        values = (("name", name),)
        report.issues.append(
            Issue("merged-header", "error", template, values, line=top + 1, column=name, remedy=remedy)
        )
        return None
    cells[top] = names
    template = N_("The header stands in lines {line} to {last}; its names were joined.")
    told = (("line", str(top + 1)), ("last", str(bottom + 1)))
    report.issues.append(Issue("header-lines", "warning", template, told, line=top + 1))
    return bottom


def _reading(cells: list[list[Any]], joined: int | None) -> tuple[Reading, Iterator[Row]]:
    width = max((len(row) for row in cells), default=0)
    table = [
        (line, [as_text(cell) for cell in row] + [""] * (width - len(row)))
        for line, row in enumerate(cells, 1)
    ]
    if joined is not None:
        header = next(at for at, (_line, row) in enumerate(table) if sum(map(bool, row)) > 1)
        del table[header + 1 : joined + 1]
    used = [at for at in range(width) if any(row[at] for _line, row in table)]
    table = [(line, [row[at] for at in used]) for line, row in table]
    reading = Reading(",")
    return reading, settle(iter(table), reading, blank_pads=True)


def _error_cells(source: Path, at: int) -> int:
    """How many cells of a sheet hold an error such as #DIV/0!: the reader gives them as empty text."""
    try:
        with zipfile.ZipFile(source) as archive:
            sheets = sorted(
                (name for name in archive.namelist() if _SHEET.fullmatch(name)),
                key=lambda name: int(re.sub(r"\D", "", name)),
            )
            if at >= len(sheets) or archive.getinfo(sheets[at]).file_size > _LARGEST_SHEET:
                return 0
            return len(_ERROR_CELL.findall(archive.read(sheets[at])))
    except (zipfile.BadZipFile, NotImplementedError, KeyError):
        return 0


def as_text(cell: Any) -> str:
    """A cell as text: days ISO, whole numbers without a decimal point, Excel errors empty."""
    if cell is None or (isinstance(cell, str) and cell in _EXCEL_ERRORS):
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return (
            str(int(cell))
            if cell.is_integer() and abs(cell) < 1e15
            else format(cell, ".17g").rstrip()
            if abs(cell) >= 1e15
            else repr(cell)
        )
    return str(cell).replace("_x000D_", "").strip("\r")
