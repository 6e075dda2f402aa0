"""What the decode stage hands on: a file as text, cell by cell, and what was noticed on the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from firstdose.errors import Issue

LONGEST_TOLD = 200  # characters of a value that a message repeats
#: What the sheet is called that lists the issues in a workbook given back marked, by language; its first
#: cell tells it from a sheet of the owner's.
ISSUE_SHEETS = {"en": "Issues", "ja": "問題一覧"}
ISSUE_SHEET_BEGINS = "firstdose · "


@dataclass(frozen=True, slots=True)
class Staged:
    """A file as text. ``parquet`` holds ``line`` (the row a spreadsheet shows) and ``c0``, ``c1``, … as text.

    ``header`` is hostile text: it never becomes an identifier. ``rows`` counts the data rows read; ``issues``
    are warnings only, since a file with an error is not staged. ``mapped`` says that a
    profile made these cells; ``per_line`` how many rows a line of the file gave, where that is not one.
    """

    name: str
    path: Path
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    header: tuple[str, ...]
    rows: int
    parquet: Path
    issues: tuple[Issue, ...]
    notes: tuple[str, ...] = ()
    mapped: bool = False
    per_line: Mapping[int, int] | None = None
