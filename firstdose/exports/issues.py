"""What was found in files, as a table to take away and work through."""

from collections.abc import Mapping, Sequence

import pandas as pd

from firstdose.contracts import contracts
from firstdose.errors import Issue
from firstdose.exports.table import to_csv
from firstdose.intake.recognise import table_of
from firstdose.words import _


def say_severity(issue: Issue) -> str:
    """The severity of an issue as a word of the reader's language."""
    return _("error") if issue.severity == "error" else _("warning")


def issues_frame(issues: Sequence[Issue], tables: Mapping[str, str | None] | None = None) -> pd.DataFrame:
    """One row per issue, in the order given, with headings and words in the reader's language.

    Columns: file, table, line (int or empty), column, value, severity, code, message, what to do.
    ``tables`` names the table of each file; without it the table is known by the file's name or not at all.
    """
    named = {issue.file: (tables or {}).get(issue.file) or table_of(issue.file, ()) or "" for issue in issues}
    columns = {
        _("File"): [issue.file for issue in issues],
        _("Table"): [_label(named[issue.file]) for issue in issues],
        _("Line"): pd.array([issue.line for issue in issues], dtype="Int64"),
        _("Column"): [issue.column or "" for issue in issues],
        _("Value"): [issue.value or "" for issue in issues],
        _("Severity"): [say_severity(issue) for issue in issues],
        _("Code"): [issue.code for issue in issues],
        _("What is wrong"): [issue.wrong for issue in issues],
        _("What to do"): [issue.advice for issue in issues],
    }
    return pd.DataFrame(columns)


def issues_csv(issues: Sequence[Issue], tables: Mapping[str, str | None] | None = None) -> bytes:
    """Every issue as one row of a CSV that Excel opens in both languages and never runs; see
    ``issues_frame``."""
    return to_csv(issues_frame(issues, tables))


def _label(table: str) -> str:
    return contracts()[table].label if table in contracts() else table
