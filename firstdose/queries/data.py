"""What a data version holds: rows per table, and the rows of one table as they were published."""

from typing import TYPE_CHECKING

from firstdose.contracts import contracts
from firstdose.errors import ViewError
from firstdose.queries import ask
from firstdose.words import _

if TYPE_CHECKING:
    import pandas as pd

    from firstdose.lake import Session
    from firstdose.view import View


def row_counts(session: "Session", view: "View") -> "pd.DataFrame":
    """Rows of each table. Columns: table_name (str), row_count (int); one row per table."""
    return ask("data.row_counts", session, view)


def rows(session: "Session", view: "View", table: str = "programs") -> "pd.DataFrame":
    """All rows of one table, in the order of its columns. ``ViewError`` for a name that no contract has."""
    if table not in contracts():
        raise ViewError(_("There is no table “{table}”.").format(table=table[:60]))
    return ask("data.rows", session, view, table=table)
