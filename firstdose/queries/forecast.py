"""What a forecast is computed from: the whole plan with its links, and the risks that may strike it."""

from typing import TYPE_CHECKING

from firstdose.queries import ask

if TYPE_CHECKING:
    import pandas as pd

    from firstdose.lake import Session
    from firstdose.view import View


def tasks(session: "Session", view: "View") -> "pd.DataFrame":
    """Every task with dates, progress, links and three-point estimate (days), and its partner's country.

    The plan that the timeline computes is the one that is forecast: one question for both.
    """
    return ask("timeline.whole", session, view)


#: The tables that the questions of this file read: a past version is opened with no others.
TABLES = frozenset({"tasks", "programs", "partners", "risks", "closures"})


def ahead(session: "Session", view: "View") -> "pd.DataFrame":
    """Every filing and first dose not done, whatever the filters: task_id, target_on (date) and whose."""
    return ask("forecast.ahead", session, view)


def risks(session: "Session", view: "View") -> "pd.DataFrame":
    """Open and accepted schedule risks: probability_pct, three impacts (days), tasks (ids by semicolon)."""
    return ask("forecast.risks", session, view)


def closures(session: "Session", view: "View") -> "pd.DataFrame":
    """Shutdowns of sites: partner_id (str), from_on, to_on (date, both inside)."""
    return ask("forecast.closures", session, view)
