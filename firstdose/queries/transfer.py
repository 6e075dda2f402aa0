"""Transfers from one partner to another: what is delivered, which versions run, what the methods measured."""

from typing import TYPE_CHECKING

from firstdose.queries import ask

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from firstdose.lake import Session
    from firstdose.view import View

#: The tables that ``versions`` reads: a past version is opened with no others.
TABLES = frozenset({"transfers"})


def transfers(session: "Session", view: "View") -> "pd.DataFrame":
    """Transfers let through, by program and kind; ``transfer`` of the view names one. One row per transfer.

    Columns: transfer_id, program_id (none for the platform), kind, subject, subject_ja, code, ids and names
    of sending and receiving partner, sending_version, receiving_version, filed_version, approach (str),
    drift_since, promised_on (date: the last due day of its deliverables), margin (unit of the attribute). An
    area lets through the kinds that belong to it.
    """
    return ask("transfer.transfers", session, view, transfer=view.key("transfer"))


def deliverables(session: "Session", view: "View", shown: "Sequence[str]") -> "pd.DataFrame":
    """Deliverables of the transfers ``shown``, stage by stage; a period bounds due_on.

    Columns: transfer_id, deliverable_code, stage_code, stage_name, title, criterion (with ``_ja``), status,
    waiting_on, item_id, requirement_code, item_title, item_status, item_blocks (str), since_on, due_on,
    done_on (date).
    """
    return ask("transfer.deliverables", session, view, shown=list(shown))


def methods(session: "Session", view: "View", shown: "Sequence[str]") -> "pd.DataFrame":
    """What the methods shown measure: transfer_id, unit, data_type (str), margin_sd (standard deviations)."""
    return ask("transfer.methods", session, view, shown=list(shown))


def pairs(session: "Session", view: "View", shown: "Sequence[str]") -> "pd.DataFrame":
    """Lots that both laboratories of a method transfer tested: means of replicates side by side.

    Of each method the sample nearest to release that both tested. One row per lot.

    Columns: transfer_id, batch_id, donor_id, sample (str), sending_value, receiving_value (float, unit of the
    attribute), is_bound (bool: a result below or above a limit of quantification is among them).
    """
    return ask("transfer.pairs", session, view, shown=list(shown))


def rungs(session: "Session", view: "View") -> "pd.DataFrame":
    """How many successful runs the next rung asks for: program_id, partner_id (none: all), runs_needed."""
    return ask("transfer.rungs", session, view)


def tasks(session: "Session", view: "View") -> "pd.DataFrame":
    """Tasks of the plan that serve a transfer, with their three-point estimate (days) and actual_finish."""
    return ask("transfer.tasks", session, view)


def versions(session: "Session", view: "View", shown: "Sequence[str]") -> "pd.DataFrame":
    """What one data version says of the versions in use and in the dossier. One row per transfer."""
    return ask("transfer.versions", session, view, shown=list(shown))
