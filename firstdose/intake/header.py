"""The header of a file: hostile text that becomes clean, unique names, or a problem with a place."""

import re

from firstdose.errors import Issue
from firstdose.words import N_

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b\ufeff]+")
MOST_COLUMNS = 1_000


def clean(names: list[str], line: int) -> tuple[list[str], list[int], list[Issue]]:
    """The names trimmed of blanks and control characters, the places of the columns kept, and the issues.

    A column without a name is left out with a warning; a name that appears twice is an error, since nobody
    can say which of the two is meant.
    """
    issues: list[Issue] = []
    cleaned = []
    for at, name in enumerate(names, 1):
        plain = _CONTROL.sub(" ", name).strip()
        if plain != name.strip():
            issues.append(
                Issue(
                    "header-control",
                    "warning",
                    N_("Control characters were removed from the name of column {n}."),
                    (("n", str(at)),),
                    line=line,
                    column=plain[:200],
                )
            )
        cleaned.append(re.sub(r" {2,}", " ", plain))
    kept = [at for at, name in enumerate(cleaned) if name]
    issues += [_nameless(at, line) for at, name in enumerate(cleaned, 1) if not name]
    names_kept = [cleaned[at] for at in kept]
    issues += [
        _twice(name, names_kept.count(name), line)
        for name in dict.fromkeys(names_kept)
        if names_kept.count(name) > 1
    ]
    if len(names_kept) > MOST_COLUMNS:
        issues.append(
            Issue(
                "too-many-columns",
                "error",
                N_("The file has {n} columns; {most} are read at the most."),
                (("n", str(len(names_kept))), ("most", str(MOST_COLUMNS))),
                line=line,
                remedy=N_("Leave out the columns that the table does not need."),
            )
        )
    if not kept:
        issues.append(Issue("no-header", "error", N_("No column has a name."), line=line, remedy=_HEADER))
    return names_kept, kept, issues


_HEADER = N_("Is the header line there?")


def _nameless(at: int, line: int) -> Issue:
    template = N_("Column {n} has no name and was ignored.")
    return Issue("column-without-name", "warning", template, (("n", str(at)),), line=line)


def _twice(name: str, n: int, line: int) -> Issue:
    return Issue(
        "duplicate-column",
        "error",
        N_("The column “{name}” appears {n} times; names must be unique."),
        (("name", name[:200]), ("n", str(n))),
        line=line,
        column=name[:200],
        remedy=N_("Rename or remove all but one."),
    )


def looks_like_data(header: list[str], first: list[str] | None) -> bool:
    """Whether the first line holds values: numbers beside words, in the same places as the line after it.

    A header of numbers alone may be years or positions; that is left to the contract.
    """
    numbers = [_number(cell) for cell in header]
    if not numbers or not numbers[0] or all(numbers):
        return False
    return first is None or [_number(cell) for cell in first] == numbers


def _number(cell: str) -> bool:
    return bool(re.fullmatch(r"[+-]?\d+([.,]\d+)?", cell.strip()))


def without_header(line: int) -> Issue:
    """The error for a file whose first line holds values."""
    template = N_("Line {n} looks like data, not like column names.")
    return Issue("no-header", "error", template, (("n", str(line)),), line=line, remedy=_HEADER)
