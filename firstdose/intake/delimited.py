"""Comma, semicolon and tab separated text to cells, strictly: every row is counted, none is bent to fit."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from firstdose.errors import Issue
from firstdose.intake import letters
from firstdose.words import N_

DELIMITERS = (",", ";", "\t")
NAMES = {",": "comma", ";": "semicolon", "\t": "tab"}
LONGEST_CELL = 1_000_000
LONGEST_LINE = 4_000_000
MOST_TOLD = 200  # problems of one kind listed one by one; the rest are counted
MOST_TITLES = 10  # lines above a header that can be titles
#: How a line begins that is a note below a table and no row of it.
NOTE = re.compile(
    r"\s*(\*|※|†|‡|(注|註|備考|出典|資料)(\s*\d+)?\s*[:：).)、 ]|(note|notes|source|sources|remark)\s*:)",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")

Row = tuple[int, list[str]]


@dataclass(slots=True)
class Reading:
    """The rows of a text, and what is found while they are read."""

    delimiter: str
    header_line: int = 1
    header: list[str] = field(default_factory=list)
    rows: int = 0
    blank_inside: int = 0
    blank_after: int = 0
    issues: list[Issue] = field(default_factory=list)
    wrong_widths: int = 0
    broken: bool = False
    backslash: bool = False
    above: int = 0  # lines above the text that a profile leaves out
    notes: list[Row] = field(default_factory=list)


def precheck(text: str, raw: bytes) -> list[Issue]:
    """What makes a text no CSV at all: NUL bytes, control bytes. ``raw`` is the text in UTF-8."""
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        return [
            _error("nul-byte", N_("The file holds NUL bytes; it is not a text CSV."), line=line, remedy=_SAVE)
        ]
    if not letters.any_control(raw):
        return []
    if found := _CONTROL.search(text[_end_of_header(text) :]):
        at = _end_of_header(text) + found.start()
        template = N_("The file is not a readable CSV: control characters in line {line}.")
        line = text.count("\n", 0, at) + 1
        return [_error("control-character", template, line=line, remedy=_SAVE, line_=line)]
    return []


_SAVE = N_("Save it again as CSV UTF-8 from the program it came from.")


def _end_of_header(text: str) -> int:
    """Where the data begins: control characters in a header name are cleaned with a warning instead."""
    cells = 0
    for at, letter in enumerate(text[:100_000]):
        if letter == '"':
            cells ^= 1
        elif letter in "\r\n" and not cells:
            return at
    return 0


def sniff(text: str) -> str:
    """The delimiter that splits the first records most evenly; the comma when none splits at all."""
    head = text[:200_000]
    return max(DELIMITERS, key=lambda delimiter: _evenness(head, delimiter))


def escapes_with_backslash(text: str, delimiter: str) -> bool:
    """Whether quotes inside cells are written ``\\"`` throughout: every backslash stands before a quote or a
    backslash, and the text cannot be read with doubled quotes."""
    if "\\" not in text or '\\"' not in text or re.search(r"\\[^\"'\\]", text):
        return False
    try:
        for _row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            pass
    except csv.Error:
        return True
    return False


def _evenness(head: str, delimiter: str) -> tuple[float, int]:
    try:
        rows = islice(csv.reader(io.StringIO(head), delimiter=delimiter, strict=False), 60)
        widths = [len(row) for row in rows if any(row)]
    except csv.Error:
        return 0.0, 0
    wide = [width for width in widths if width > 1]
    if not wide:
        return 0.0, 0
    usual = max(set(wide), key=wide.count)
    return wide.count(usual) / len(widths), usual


def read(text: str, reading: Reading) -> Iterator[Row]:
    """Every data row with the number a spreadsheet shows; problems go into ``reading.issues``.

    A record with a line break inside quotes is one row. A wrong number of cells, text after a closing quote
    and a quote never closed are errors with their line; reading stops where quoting breaks.
    """
    return settle(_records(text, reading), reading)


def settle(records: Iterator[Row], reading: Reading, *, blank_pads: bool = False) -> Iterator[Row]:
    """The data rows of records: header found, blank rows counted, rows of another width reported.

    With ``blank_pads`` rows are padded already (a sheet is a rectangle), so a title has one filled cell.
    """
    first = _header(records, reading, blank_pads)
    if first is None:
        return
    width = len(reading.header)
    blank = 0
    for line, cells in _without_notes(first, reading):
        if not any(cells):
            blank += 1
            continue
        reading.blank_inside += blank
        blank = 0
        reading.rows += 1
        if cells == reading.header:
            template = N_("Line {line} repeats the header.")
            reading.issues.append(_warning("header-repeated", template, line, line_=line))
        if len(cells) != width:
            _wrong_width(reading, line, len(cells), width)
            continue
        yield line, cells
    reading.blank_after = blank


def _without_notes(records: Iterator[Row], reading: Reading) -> Iterator[Row]:
    """The records without the notes below the last row; what looks like one above a row is a row."""
    held: list[Row] = []
    width = len(reading.header)
    for row in records:
        if (width > 1 and any(row[1]) and _is_note(row[1])) or (held and not any(row[1])):
            held.append(row)
        else:
            yield from held
            held.clear()
            yield row
    reading.notes = [row for row in held if any(row[1])]
    if reading.notes:
        line, cells = reading.notes[0]
        template = N_("{n} lines below the table are notes and were left out: “{text}” in line {line}.")
        told = {"line_": line, "n": len(reading.notes), "text": cells[0].strip()[:80]}
        reading.issues.append(_warning("note-line", template, line, **told))


def _is_note(cells: list[str]) -> bool:
    return bool(NOTE.match(cells[0])) and not any(cells[1:])


def _records(text: str, reading: Reading) -> Iterator[Row]:
    source = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=reading.delimiter,
        strict=True,
        skipinitialspace=True,
        doublequote=not reading.backslash,
        escapechar="\\" if reading.backslash else None,
    )
    line = reading.above
    while True:
        line += 1
        try:
            cells = next(source)
        except StopIteration:
            return
        except csv.Error as error:
            reading.broken = True
            reading.issues.append(_quoting(str(error), line))
            return
        yield line, cells


def _quoting(said: str, line: int) -> Issue:
    if "end of data" in said:
        return _error(
            "quote-open",
            N_("Line {line}: a quote is opened and never closed."),
            line=line,
            remedy=N_("Close it, or write two quotes for one inside a cell."),
            line_=line,
        )
    if "expected after" in said:
        return _error(
            "quote-text",
            N_("Line {line}: there is text after a closing quote."),
            line=line,
            remedy=N_("Write two quotes for one inside a cell."),
            line_=line,
        )
    return _error(
        "too-long",
        N_("Line {line} holds a cell of more than {n} characters."),
        line=line,
        remedy=N_("Is a quote missing above it?"),
        line_=line,
        n=LONGEST_CELL,
    )


def _wrong_width(reading: Reading, line: int, cells: int, width: int) -> None:
    reading.wrong_widths += 1
    if reading.wrong_widths <= MOST_TOLD:
        reading.issues.append(
            _error(
                "cell-count",
                N_("Line {line} has {cells} cells, the header has {width}."),
                line=line,
                remedy=N_("Add or remove the delimiter that is missing or too many; one table per file."),
                line_=line,
                cells=cells,
                width=width,
            )
        )


def _header(records: Iterator[Row], reading: Reading, pads: bool) -> Iterator[Row] | None:
    """Find the header: the first record that is no comment and no title; the rows after it are returned."""
    seen: list[Row] = []
    held: list[Row] = []  # what was read past the header, blank rows too: they are counted as any other
    for row in records:
        if not any(row[1]):
            held += [row] if seen else []
            continue
        if seen or not row[1][0].startswith("#"):
            seen.append(row)
            held.append(row)
            if len(seen) == MOST_TITLES + 3:
                break
        else:
            reading.issues.append(
                _warning(
                    "comment-line", N_("Line {line} starts with # and was skipped."), row[0], line_=row[0]
                )
            )
    if not seen:
        if not reading.broken:
            reading.issues.append(
                _error("empty", N_("The file is empty."), remedy=N_("Choose the file that holds the table."))
            )
        return None
    at = _titles([cells for _line, cells in seen], pads)
    if at:
        reading.issues.append(
            _warning(
                "title-line",
                N_("Line {line} does not look like a header; line {used} is used."),
                seen[0][0],
                line_=seen[0][0],
                used=seen[at][0],
            )
        )
    reading.header_line, reading.header = seen[at]
    if (
        not at
        and reading.header_line > reading.above + 1
        and not any(issue.code == "comment-line" for issue in reading.issues)
    ):
        template = N_("The lines above line {line} are empty; it is used as the header.")
        reading.issues.append(
            _warning("header-line", template, reading.header_line, line_=reading.header_line)
        )
    return chain((row for row in held if row[0] > reading.header_line), records)


def _titles(seen: list[list[str]], pads: bool) -> int:
    """How many of the first records are titles: one filled cell each, above a header of several words.

    Titles of a CSV may be lines of one cell or padded to the width of the table, as Excel writes them.
    """
    filled = [sum(map(bool, cells)) for cells in seen]
    at = next((at for at, n in enumerate(filled) if n > 1), 0)
    if not 0 < at <= MOST_TITLES:
        return 0
    after = [len(cells) for cells in seen[at : at + 3]]
    if pads or {len(cells) for cells in seen[:at]} == {1}:
        return at if pads or len(set(after)) == 1 else 0
    words = not any(cell.strip()[:1].isdigit() for cell in seen[at])
    return at if words and filled[at] == len(seen[at]) and len(set(after)) == 1 else 0


def _error(code: str, template: str, line: int | None = None, remedy: str = "", **values: object) -> Issue:
    return Issue(code, "error", template, _values(values), line=line, remedy=remedy)


def _warning(code: str, template: str, line: int | None = None, **values: object) -> Issue:
    return Issue(code, "warning", template, _values(values), line=line)


def _values(values: dict[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((name.rstrip("_"), str(value)) for name, value in values.items())
