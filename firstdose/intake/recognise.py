"""Which table a file is, and which of its columns is which: by its name, else by its header."""

import difflib
import re
import unicodedata
from pathlib import PurePath

from firstdose.contracts import Contract, contracts
from firstdose.errors import Issue
from firstdose.words import N_

_SEPARATORS = " _-.("


def table_of(name: str, header: tuple[str, ...]) -> str | None:
    """The table of a file: the longest table name its own name begins with, else the one its header fits."""
    stem = PurePath(name).stem.lower()
    named = [
        table
        for table in contracts()
        if stem == table or (stem.startswith(table) and stem[len(table)] in _SEPARATORS)
    ]
    return max(named, key=len) if named else _by_header(header)


def _by_header(header: tuple[str, ...]) -> str | None:
    """The only table whose required columns all stand in the header and that most columns belong to."""
    given = {_plain(name) for name in header}
    fits = []
    for contract in contracts().values():
        known = {column.name for column in contract.columns}
        required = {column.name for column in contract.columns if column.required}
        if required <= given:
            fits.append((len(given & known) / len(given), contract.name))
    fits.sort(reverse=True)
    if not fits or fits[0][0] < 0.5 or (len(fits) > 1 and fits[0][0] == fits[1][0]):
        return None
    return fits[0][1]


def is_ours(header: tuple[str, ...]) -> bool:
    """Whether every column of a header is a column of one of our tables."""
    given = {_plain(name) for name in header}
    return any(given <= {column.name for column in contract.columns} for contract in contracts().values())


def unknown_table(header: tuple[str, ...]) -> Issue:
    """The error for a file that fits no table."""
    known = {column.name for contract in contracts().values() for column in contract.columns}
    seen = ", ".join(name[:40] for name in header[:8] if _plain(name) in known) or "–"
    return Issue(
        "unknown-table",
        "error",
        N_("Neither the name nor the header tells which table this is; columns known of it: {seen}."),
        (("seen", seen),),
        line=1,
        remedy=N_("Name the file after its table, such as programs.csv, or name the table with --table."),
    )


def _plain(name: str) -> str:
    if not name.isascii():
        name = unicodedata.normalize("NFKC", name)
    return re.sub(r"[\s\-]+", "_", name.strip().lower())


def columns_of(contract: Contract, header: tuple[str, ...]) -> tuple[dict[str, int], list[Issue]]:
    """Where each column of the contract stands in the header, and what is wrong with the header.

    A name may also be written in capitals, with blanks, or as the column's label in either language.
    """
    names = {column.name: column.name for column in contract.columns}
    for column in contract.columns:
        for label in (column.title, column.title_ja):
            names.setdefault(_plain(label), column.name)
    places: dict[str, int] = {}
    issues: list[Issue] = []
    for at, given in enumerate(header):
        name = names.get(given) or names.get(_plain(given))
        if name is None:
            issues.append(_unknown(contract, given))
        elif name in places:
            issues.append(_twice(name, header[places[name]], given))
        else:
            places[name] = at
            if given != name:
                template = N_("The column “{given}” was read as {column}.")
                issues.append(_warning("column-read-as", template, name, given=given[:200]))
    issues += [
        _missing(column.name, required=column.required)
        for column in contract.columns
        if column.name not in places
    ]
    return places, issues


def explains(contract: Contract, places: dict[str, int], cells: list[str | None]) -> bool:
    """Whether a row below the header says again what the columns are: their labels, units or kinds.

    Two cells at the least, none of another sort; a unit may stand in brackets.
    """
    said = []
    for column in contract.columns:
        cell = cells[places[column.name]] if column.name in places else None
        if cell is None or not cell.strip(_BLANK):
            continue
        labels = (column.name, column.title, column.title_ja, column.unit, column.kind, *_KINDS)
        given = {_plain(cell.strip(_BLANK)), _plain(cell.strip(_BLANK).strip("()[]（）［］"))}
        said.append(not given.isdisjoint(_plain(label) for label in labels if label))
    return len(said) > 1 and all(said)


_BLANK = " \t\u00a0\u3000"
_KINDS = (
    "string",
    "text",
    "date",
    "number",
    "integer",
    "boolean",
    "-",
    "文字列",
    "日付",
    "数値",
    "必須",
    "任意",
)


def _unknown(contract: Contract, given: str) -> Issue:
    names = [column.name for column in contract.columns]
    close = difflib.get_close_matches(_plain(given), names, 1, 0.7)
    template = N_("The table {table} has no column “{given}”.")
    remedy = N_("Did you mean “{close}”?") if close else N_("Remove the column or rename it.")
    values = (("table", contract.name), ("given", given[:200]), ("close", close[0] if close else ""))
    return Issue("unknown-column", "error", template, values, line=1, column=given[:200], remedy=remedy)


def _twice(name: str, first: str, second: str) -> Issue:
    template = N_("“{first}” and “{second}” are both the column {column}.")
    values = (("first", first[:200]), ("second", second[:200]), ("column", name))
    remedy = N_("Remove one of them.")
    return Issue("duplicate-column", "error", template, values, line=1, column=name, remedy=remedy)


def _missing(name: str, *, required: bool) -> Issue:
    if not required:
        template = N_("The column {column} is not there; its cells will be empty.")
        return _warning("column-missing", template, name)
    template = N_("The column {column} is missing; every row needs it.")
    remedy = N_("Add it; the template of the table has every column.")
    return Issue("column-missing", "error", template, (("column", name),), line=1, column=name, remedy=remedy)


def _warning(code: str, template: str, column: str, **values: str) -> Issue:
    told = (("column", column), *values.items())
    return Issue(code, "warning", template, told, line=1, column=column)
