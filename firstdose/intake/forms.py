"""Other ways to write a day, a number or a word, and what each means when it means one thing only.

A cell is first read by the strict forms of ``cells``; what those do not accept is looked at here, together
with its whole column, since a column of 46,350s is a column of Excel days and one such number is not. Every
reading has a code, and the check counts and tells the cells read by it. What can be read in two ways is left
as it is, and ``why`` says which way out there is.
"""

import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from firstdose.contracts import Column
from firstdose.words import N_

Order = Literal["ymd", "dmy", "mdy", "excel"]
Decimal = Literal["point", "comma"]

#: Kinds of columns whose cells may be written in other forms; free text is what it is.
KINDS = frozenset({"date", "int", "number", "bool", "id", "enum", "enum list", "url"})
LONGEST = 64  # characters of a cell that can be another form of anything
FEWEST_SERIALS = 3  # cells that make a column of Excel days unmistakable: our convention

# an era and its first and last day; source: the Act on the Era Name and the cabinet orders of each change
_ERAS = {
    "令和": (date(2019, 5, 1), date(2199, 12, 31)),
    "平成": (date(1989, 1, 8), date(2019, 4, 30)),
    "昭和": (date(1926, 12, 25), date(1989, 1, 7)),
}
_ERA_NAMES = {"令": "令和", "R": "令和", "平": "平成", "H": "平成", "昭": "昭和", "S": "昭和"} | {
    name: name for name in _ERAS
}
_ERA = re.compile(
    r"(令和|平成|昭和|[令平昭RHSrhs])\s*(元|\d{1,2})\s*(?:年|[./-])\s*(\d{1,2})\s*(?:月|[./-])\s*(\d{1,2})\s*日?"
)
_YEAR_FIRST = re.compile(
    r"(\d{4})(?:年\s*(\d{1,2})月\s*(\d{1,2})日|[./-](\d{1,2})[./-](\d{1,2})|(\d{2})(\d{2}))"
    r"(?:[ T]0?0:00(?::00(?:\.0+)?)?)?"  # a time of midnight is how many programs write a day
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_DAY_NAMED = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3,9})\.?[ ,-]+(\d{4})")
_NAMED_DAY = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})")
_YEAR_LAST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
_SERIAL = re.compile(r"\d{5}")
_FIRST_SERIAL, _LAST_SERIAL = 32_874, 73_050  # 1990-01-01 to 2099-12-31 in the 1900 system of Excel
_EXCEL_ZERO = date(1899, 12, 30)

_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_COMMAS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_SURE_COMMAS = re.compile(r"[+-]?\d{1,3}((,\d{3}){2,}(\.\d+)?|(,\d{3})+\.\d+)")
_SPACED = re.compile(r"[+-]?\d{1,3}([ ’']\d{3})+(\.\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}([. ’']\d{3})+),\d+([eE][+-]?\d{1,3})?")
_DOTTED = re.compile(r"[+-]?\d{1,3}(\.\d{3})+")
_ANY_COMMA = re.compile(r"[+-]?[\d.]*\d,[\d,.]*\d")


@dataclass(frozen=True, slots=True)
class Reading:
    """A cell read in another form: its text in the form of the contract, and the code of the form."""

    text: str
    code: str


def readings(
    column: Column, cells: Collection[str], *, accepted: int, decimal: Decimal = "point"
) -> dict[str, Reading]:
    """What the distinct cells of a column that were not accepted mean, for those that mean one thing only.

    ``accepted`` counts the filled cells of the column that need no other reading.
    """
    plain = {cell: unified(cell) for cell in cells if len(cell) <= LONGEST}
    one = _reader(column, list(plain.values()), len(plain) == len(cells) and not accepted, decimal)
    found = {}
    for cell, text in plain.items():
        read = one(text)
        if text != cell and (read is None or read.text == text):
            read = Reading(text, "full-width")
        if read is not None and read.text != cell:
            found[cell] = read
    return found


def unified(cell: str) -> str:
    """Full-width letters, digits and signs as their usual ones; blanks of every width as one blank."""
    if cell.isascii():
        return " ".join(cell.split())
    return " ".join(unicodedata.normalize("NFKC", cell).replace("−", "-").split())


def _reader(
    column: Column, cells: list[str], alone: bool, decimal: Decimal
) -> Callable[[str], Reading | None]:
    if column.kind == "date":
        serial = alone and len(cells) > 0 and all(map(_is_serial, cells))
        enough = len(cells) >= FEWEST_SERIALS
        return lambda cell: day(cell, "excel" if serial and enough else "ymd")
    if column.kind in ("number", "int"):
        sure = column.kind == "int" or any(map(_SURE_COMMAS.fullmatch, cells))
        return lambda cell: number(cell, "point" if sure else decimal, thousands=sure)
    return lambda _cell: None


def _is_serial(cell: str) -> bool:
    return bool(_SERIAL.fullmatch(cell)) and _FIRST_SERIAL <= int(cell) <= _LAST_SERIAL


def day(cell: str, order: Order = "ymd") -> Reading | None:
    """The day a cell means, as ISO text; none when it means none or, in this order, more than one.

    The year may come first, the month may be a name, the year may be counted in a Japanese era. Only with an
    order of ``dmy`` or ``mdy`` may the year come last, only with ``excel`` may it be a count of days.
    """
    if found := _ERA.fullmatch(cell):
        return _era(*found.groups())
    if found := _YEAR_FIRST.fullmatch(cell):
        parts = [part for part in found.groups() if part]
        return _iso(parts[0], parts[1], parts[2], "date-form")
    if found := _DAY_NAMED.fullmatch(cell):
        return _iso(found[3], _month(found[2]), found[1], "date-form")
    if found := _NAMED_DAY.fullmatch(cell):
        return _iso(found[3], _month(found[1]), found[2], "date-form")
    if order in ("dmy", "mdy") and (found := _YEAR_LAST.fullmatch(cell)):
        first, second = found[1], found[3]
        month, monthday = (second, first) if order == "dmy" else (first, second)
        return _iso(found[4], month, monthday, "date-order")
    if order == "excel" and _is_serial(cell):
        return Reading((_EXCEL_ZERO + timedelta(days=int(cell))).isoformat(), "excel-serial")
    return None


def _era(name: str, year: str, month: str, monthday: str) -> Reading | None:
    """A day of an era, within that era only: 平成 has no year 35."""
    first, last = _ERAS[_ERA_NAMES[name.upper()]]
    count = 1 if year == "元" else int(year)
    read = _iso(str(first.year + count - 1), month, monthday, "era-date")
    return read if count and read and first <= date.fromisoformat(read.text) <= last else None


def _month(name: str) -> str:
    lower = name.lower()
    if lower in _MONTHS:
        return str(_MONTHS.index(lower) + 1)
    if lower == "sept":
        return "9"
    return str(_LONG.index(lower) + 1) if lower in _LONG else "0"


def _iso(year: str, month: str, monthday: str, code: str) -> Reading | None:
    try:
        return Reading(date(int(year), int(month), int(monthday)).isoformat(), code)
    except ValueError:
        return None


def number(cell: str, decimal: Decimal = "point", *, thousands: bool = False) -> Reading | None:
    """The number a cell means, with a decimal point and without marks between thousands; none when a comma
    could be either.

    With a decimal comma a point can only stand between thousands. ``thousands`` says that the commas of the
    column are known to stand between thousands.
    """
    if _SPACED.fullmatch(cell):
        return Reading(re.sub(r"[ ’']", "", cell), "thousands")
    if decimal == "comma":
        if _DECIMAL_COMMA.fullmatch(cell):
            return Reading(re.sub(r"[. ’']", "", cell).replace(",", "."), "decimal-comma")
        return Reading(cell.replace(".", ""), "thousands") if _DOTTED.fullmatch(cell) else None
    if _SURE_COMMAS.fullmatch(cell) or (thousands and _COMMAS.fullmatch(cell)):
        return Reading(cell.replace(",", ""), "thousands")
    return None


_IN_PROFILE = N_("Write YYYY-MM-DD, or say day first or month first in a mapping profile.")
_REFUSED = {
    "ambiguous-date": (N_("“{value}” can be read as two days, day first or month first."), _IN_PROFILE),
    "date-order": (N_("“{value}” is not written year first."), _IN_PROFILE),
    "era-date": (
        N_("“{value}” is no day of its Japanese era."),
        N_("Write it in the era of that day, or as YYYY-MM-DD."),
    ),
    "serial-date": (
        N_("“{value}” may be a day as Excel counts it; this column does not make that certain."),
        N_("Format the cells as dates before saving, or say excel for this column in a mapping profile."),
    ),
    "ambiguous-number": (
        N_("“{value}” can be read with a decimal comma or with a mark between thousands."),
        N_("Leave out the comma or write a decimal point, or say which it is in a mapping profile."),
    ),
    "decimal-comma": (
        N_("“{value}” is written with a decimal comma."),
        N_("Write a decimal point, or say decimal comma in a mapping profile."),
    ),
}


def why(column: Column, cell: str) -> tuple[str, str, str] | None:
    """The code, words and remedy for a cell that was refused though somebody may know what it means."""
    text = unified(cell) if len(cell) <= LONGEST else ""
    code = ""
    if column.kind == "date":
        if found := _YEAR_LAST.fullmatch(text):
            both = int(found[1]) <= 12 and int(found[3]) <= 12 and found[1] != found[3]
            code = "ambiguous-date" if both else "date-order"
        elif _ERA.fullmatch(text):
            code = "era-date"
        elif _is_serial(text):
            code = "serial-date"
    elif column.kind in ("number", "int") and _ANY_COMMA.fullmatch(text):
        code = "ambiguous-number" if _COMMAS.fullmatch(text) else "decimal-comma"
    return (code, *_REFUSED[code]) if code else None


def is_number(cell: str) -> bool:
    """Whether a cell is a number in the form of the contracts."""
    return bool(_PLAIN.fullmatch(cell))
