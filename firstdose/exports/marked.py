"""The user's own workbook back: bad cells marked and commented, and a sheet that lists every issue.

What an uploader sent is hostile, so it is opened in a child process with limits, never here. The child gets
finished words in the reader's language and writes; ``marking`` is its work.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from firstdose.contracts import contracts
from firstdose.errors import IntakeError, Issue
from firstdose.exports.issues import say_severity
from firstdose.intake.decode import environment
from firstdose.intake.recognise import columns_of, table_of
from firstdose.intake.staged import ISSUE_SHEETS, Staged
from firstdose.words import _, language, ngettext, say_number

MOST_MARKED = 5_000  # cells; a workbook full of comments opens slowly (our convention)
MOST_LISTED = 20_000  # issues on the sheet; the CSV holds all of them
LONGEST_COMMENT = 500  # characters
LARGEST_KEPT = 500_000  # cells of a workbook that is given back whole; about 30 s of work (measured)
_SECONDS = 90.0
_LARGEST_ANSWER = 256 << 20
_ROOT = Path(__file__).resolve().parents[2]
_START = (
    "import sys; sys.path.append(sys.argv[1]); from firstdose.exports.marking import main; main(sys.stdin)"
)


def marked_workbook(
    original: bytes, name: str, staged: Staged, issues: Sequence[Issue], table: str | None = None
) -> bytes:
    """An .xlsx with every bad cell of one file marked and commented, issues listed and linked on its first
    sheet.

    A workbook keeps its sheets, formats and formulas; of any other file, and of a workbook too large or too
    odd to be changed, one is made from the rows as they were read, in the lines a spreadsheet shows. ``name``
    is the file's name, ``issues`` may be those of several files, ``table`` is found out when it is not given.
    ``IntakeError`` when the child cannot write it within its limits.
    """
    own = [issue for issue in issues if issue.file in ("", name, staged.name)]
    places = _places(staged, table or table_of(staged.name, staged.header))
    whole = staged.rows * len(staged.header) <= LARGEST_KEPT
    with TemporaryDirectory(prefix="firstdose-") as kept:
        source, target = Path(kept) / "original.xlsx", Path(kept) / "marked.xlsx"
        asked = _request(staged, name, own, places, whole=whole) | {"target": str(target)}
        if staged.sheet is not None and whole:
            source.write_bytes(original)
            if _written(asked | {"source": str(source), "sheet": staged.sheet}, target):
                return target.read_bytes()
            asked["list"]["partly"] = _(
                "The workbook cannot be changed as it is; these are the cells read from it."
            )
        if _written(asked, target):
            return target.read_bytes()
    raise IntakeError(
        _("{file} cannot be given back with marks; take the list of issues instead.").format(file=name), ()
    )


def _places(staged: Staged, table: str | None) -> dict[str, int]:
    """Where a column that an issue may name stands in the file: by its name there, or by its own name."""
    known = columns_of(contracts()[table], staged.header)[0] if table in contracts() else {}
    return {column: at for at, column in enumerate(staged.header)} | known


def _request(
    staged: Staged, name: str, issues: Sequence[Issue], places: dict[str, int], *, whole: bool
) -> dict[str, Any]:
    """What the child is asked to write, but for the files."""
    marks: dict[tuple[int | None, int | None], list[Issue]] = {}
    for issue in issues:
        at = places.get(issue.column) if issue.column is not None else None
        if at is not None or (issue.line is not None and issue.line > 1):
            of_row = issue.line is not None and issue.line > 1  # else it is told at the column's name
            marks.setdefault((issue.line if of_row else None, at), []).append(issue)
    first = list(marks.items())[:MOST_MARKED]
    listed = issues[:MOST_LISTED]
    return {
        "seconds": _SECONDS,
        "parquet": str(staged.parquet) if staged.rows else None,
        "header": list(staged.header),
        "whole": whole,
        "most_cells": LARGEST_KEPT,
        "name": name,
        "marks": [[line, at, *_mark(found)] for (line, at), found in first],
        "lists": list(ISSUE_SHEETS.values()),
        "list": {
            "name": ISSUE_SHEETS[language()],
            "title": _("Issues in {file}").format(file=name),
            "notes": _notes(issues, len(marks)),
            "partly": "" if whole else _partly(),
            "head": [
                _("Cell"), _("Line"), _("Column"), _("Value"), _("Severity"), _("What is wrong"),
                _("What to do"), _("Code"),
            ],
            "rows": [_row(issue, places) for issue in listed],
        },
    }  # fmt: skip


def _mark(issues: Sequence[Issue]) -> tuple[str, str]:
    """The severity and comment of one cell: the worst, and every message."""
    worst = "error" if any(issue.severity == "error" for issue in issues) else "warning"
    text = "\n".join(dict.fromkeys(issue.message for issue in issues))
    return worst, text if len(text) <= LONGEST_COMMENT else text[: LONGEST_COMMENT - 1] + "…"


def _row(issue: Issue, places: dict[str, int]) -> dict[str, Any]:
    """One line of the list: where it points to, and its cells."""
    return {
        "line": issue.line,
        "place": places.get(issue.column) if issue.column is not None else None,
        "severity": issue.severity,
        "cells": [
            issue.line,
            issue.column or "",
            issue.value or "",
            say_severity(issue),
            issue.wrong,
            issue.advice,
            issue.code,
        ],
    }


def _notes(issues: Sequence[Issue], marked: int) -> list[str]:
    errors = sum(issue.severity == "error" for issue in issues)
    warnings = len(issues) - errors
    said = [
        ngettext("{n} error", "{n} errors", errors).format(n=say_number(errors)),
        ngettext("{n} warning", "{n} warnings", warnings).format(n=say_number(warnings)),
    ]
    notes = [" · ".join(said)]
    if marked > MOST_MARKED:
        text = _("Only the first {most} of {n} places are marked; all are in the list of issues as CSV.")
        notes.append(text.format(most=say_number(MOST_MARKED), n=say_number(marked)))
    if len(issues) > MOST_LISTED:
        text = _("Only the first {most} issues stand here; all are in the list of issues as CSV.")
        notes.append(text.format(most=say_number(MOST_LISTED)))
    return notes


def _partly() -> str:
    return _("The file is too large to be given back whole: only lines with a mark are filled in.")


def _written(asked: dict[str, Any], target: Path) -> bool:
    """Let a child write the workbook; whether it did, within its limits."""
    target.unlink(missing_ok=True)
    child = subprocess.Popen(  # noqa: S603 (our own interpreter and code; files are only named to it)
        [sys.executable, "-I", "-c", _START, str(_ROOT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
    )
    with child:
        try:
            child.communicate(json.dumps(asked).encode(), timeout=_SECONDS + 2)
        except subprocess.TimeoutExpired:
            child.kill()
    return child.returncode == 0 and target.is_file() and target.stat().st_size <= _LARGEST_ANSWER
