"""What the shared filters offer, and how many programs they let through."""

from typing import TYPE_CHECKING

from firstdose.queries import ask

if TYPE_CHECKING:
    import pandas as pd

    from firstdose.lake import Session
    from firstdose.view import View


def choices(session: "Session", view: "View") -> "pd.DataFrame":
    """Every value a shared filter offers. Columns: filter, id, label, label_ja (str), filter_order (int)."""
    return ask("filters.choices", session, view)


def chosen_programs(session: "Session", view: "View") -> "pd.DataFrame":
    """How many programs the shared filters let through. Columns: programs (int); one row."""
    return ask("filters.chosen_programs", session, view)
