"""What the data desk tells before a publish: the issues of files, and what would change."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from firstdose.contracts import contracts
from firstdose.rules.issue_kinds import kind_of
from firstdose.words import N_, _

if TYPE_CHECKING:
    from firstdose.errors import Issue
    from firstdose.intake.receive import CheckedFile
    from firstdose.lake import Difference, TableChanges

ERROR, WARNING, GOOD = N_("✕ error"), N_("▲ warning"), N_("✓ good")
REMOVED, CHANGED, ADDED = N_("− removed"), N_("~ changed"), N_("+ added")
_SAID = {"error": ERROR, "warning": WARNING}


def file_rows(files: Iterable["CheckedFile"]) -> pd.DataFrame:
    """One row a file. Columns: state, file, table (its label), rows, accepted, rejected, issues (int)."""
    return pd.DataFrame(
        [
            {
                "state": _(GOOD if not file.issues else WARNING if file.ok else ERROR),
                "file": file.file,
                "table": contracts()[file.table].label if file.table else "?",
                "rows": file.rows,
                "accepted": file.accepted,
                "rejected": file.rejected,
                "issues": len(file.issues),
            }
            for file in files
        ],
        columns=["state", "file", "table", "rows", "accepted", "rejected", "issues"],
    )


def issue_rows(issues: Sequence["Issue"]) -> pd.DataFrame:
    """One row an issue, errors first.

    Columns: state, kind, file, line (int), column, value, message, code.
    """
    ordered = sorted(issues, key=lambda one: (one.severity != "error", one.file, one.line or 0))
    frame = pd.DataFrame(
        [
            {
                "state": _(_SAID[issue.severity]),
                "kind": _(kind_of(issue.code)),
                "file": issue.file,
                "line": issue.line,
                "column": issue.column or "",
                "value": issue.value or "",
                "message": issue.message,
                "code": issue.code,
            }
            for issue in ordered
        ],
        columns=["state", "kind", "file", "line", "column", "value", "message", "code"],
    )
    return frame.assign(line=frame["line"].astype("Int64"))


def kinds(issues: Sequence["Issue"]) -> dict[str, str]:
    """Every kind of issue with its number, the most frequent first: kind → words for a choice."""
    counted = Counter(kind_of(issue.code) for issue in issues)
    return {kind: f"{_(kind)} · {n}" for kind, n in counted.most_common()}


def difference_rows(differences: Iterable["Difference"]) -> pd.DataFrame:
    """One row a table that would change, what goes first. Columns: table, removed, changed, added, before."""
    rows = [
        {
            "table": contracts()[one.table].label,
            "removed": one.counts.removed,
            "changed": one.counts.changed,
            "added": one.counts.added,
            "before": one.rows_before,
        }
        for one in sorted(differences, key=lambda one: (-one.counts.removed, -one.counts.changed))
    ]
    return pd.DataFrame(rows, columns=["table", "removed", "changed", "added", "before"])


def change_rows(differences: Iterable["Difference"]) -> pd.DataFrame:
    """One row a key or cell, removed rows first. Columns: what, table, key, column, old, new (str).

    Holds what each difference lists; the counts of ``difference_rows`` are of all.
    """
    rows: list[dict[str, str]] = []
    for one in differences:
        rows += _changes(one.table, one.told)
    order = {_(REMOVED): 0, _(CHANGED): 1, _(ADDED): 2}
    rows.sort(key=lambda row: order[row["what"]])
    return pd.DataFrame(rows, columns=["what", "table", "key", "column", "old", "new"])


def _changes(name: str, told: "TableChanges") -> list[dict[str, str]]:
    names = {one.name: one.label for one in contracts()[name].columns}
    table = contracts()[name].label

    def row(what: str, key: Sequence[str], column: str = "", old: str = "", new: str = "") -> dict[str, str]:
        return {
            "what": _(what),
            "table": table,
            "key": " / ".join(key),
            "column": names.get(column, column),
            "old": old,
            "new": new,
        }

    return [
        *(row(REMOVED, key) for key in told.removed),
        *(row(CHANGED, cell.key, cell.column, cell.old or "", cell.new or "") for cell in told.changed),
        *(row(ADDED, key) for key in told.added),
    ]


def corrections(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """The rows of a grid that somebody changed, whole; both hold the same rows and columns as text."""
    differs = (before.fillna("") != after.fillna("")).any(axis=1)
    return after[differs]
