"""The ladder of runs and the hand-over of transfers, as they are read in tables."""

from typing import Any

import pandas as pd

from firstdose.figures import cells, theme
from firstdose.figures.manufacturing import purpose
from firstdose.figures.manufacturing_words import material
from firstdose.figures.transfer import named
from firstdose.figures.transfer_words import shown
from firstdose.rules.proportion import Share
from firstdose.words import _, ngettext, say_date

Row = dict[Any, Any]


def run_columns() -> dict[str, str]:
    """The columns of the ladder of runs, in order."""
    return {
        "program_id": _("Program"),
        "site": _("Site"),
        "made": _("Kind of lot"),
        "rung": _("Rung"),
        "passed": _("Passed"),
        "failed": _("Failed"),
        "aborted": _("Aborted"),
        "pending": _("Pending"),
        "first_time": _("Right first time"),
        "next": _("Next rung"),
    }


def runs(found: pd.DataFrame) -> pd.DataFrame:
    """The ladder of runs in words. Takes ``rules.transfer_runs.ladder``."""
    rows = cells.rows(found)
    return shown(
        found,
        site=[cells.named(row, "partner_name") for row in rows],
        made=[material(row["material"]) for row in rows],
        rung=[purpose(row["purpose"]) for row in rows],
        first_time=[_share(Share(int(row["k"]), int(row["n"]))) for row in rows],
        next=[_next(row) for row in rows],
    )


def _share(share: Share) -> str:
    if share.value is None:
        return _("no lot with a disposition")
    low, high = share.interval
    said = _("{k} of {n} (95 %: {low}–{high} %)")
    return said.format(k=share.k, n=share.n, low=round(100 * low), high=round(100 * high))


def _next(row: Row) -> str:
    if not cells.text(row["next_rung"]):
        return _("the last rung")
    if pd.isna(row["runs_needed"]):
        return _("no rule: the targets ask for no number of runs")
    said = {"rung": purpose(row["next_rung"]), "k": int(row["in_a_row"]), "n": int(row["runs_needed"])}
    if row["is_reached"]:
        return f"{theme.symbol('closed')} " + _("{rung} reached: {k} in a row passed, {n} needed").format(
            **said
        )
    if row["begun"]:
        early = _("{rung} begun, but at most {k} in a row passed, {n} needed")
        return f"{theme.symbol('at risk')} " + early.format(**said)
    return f"{theme.symbol('in progress')} " + _(
        "{rung} not reached: at most {k} in a row passed, {n} needed"
    ).format(**said)


def hand_over_columns() -> dict[str, str]:
    """The columns of the hand-overs, in order."""
    return {
        "moves": _("Transfer"),
        "even": _("P50"),
        "likely": _("P80"),
        "promised": _("Last deliverable due"),
        "in_time": _("Chance in time"),
        "words": _("In words"),
    }


def hand_overs(found: pd.DataFrame) -> pd.DataFrame:
    """When each transfer is handed over, and why not when that is not forecast.

    Takes ``rules.transfer_handover.hand_over``.
    """
    rows = cells.rows(found)
    return shown(
        found,
        moves=[named(row) for row in rows],
        even=cells.days(found["p50"]),
        likely=cells.days(found["p80"]),
        promised=cells.days(found["promised_on"]),
        in_time=["" if pd.isna(row["chance"]) else f"{round(100 * row['chance'])} %" for row in rows],
        words=[_hand_over(row) for row in rows],
    )


def _hand_over(row: Row) -> str:
    count, open_ = int(row["tasks"]), int(row["open_tasks"])
    if row["said"] == "no task":
        return _("Not forecast: no task of the plan names this transfer.")
    if row["said"] == "no estimate":
        return _("Not forecast: {k} of {n} open tasks lack a three-point estimate.").format(
            k=int(row["unestimated"]), n=open_
        )
    if row["said"] == "done":
        said = ngettext("{n} task, done on {day}.", "All {n} tasks done, the last on {day}.", count)
        return said.format(n=count, day=say_date(row["done_on"].date()))
    left = ngettext("{k} of {n} tasks is open", "{k} of {n} tasks are open", open_).format(k=open_, n=count)
    if pd.isna(row["promised_on"]):
        return f"{left}."
    days = (row["p80"] - row["promised_on"]).days
    if days <= 0:
        return _("{left}; even P80 is no later than the last deliverable is due.").format(left=left)
    late = ngettext(
        "{left}; P80 is {days} day after the last deliverable is due.",
        "{left}; P80 is {days} days after the last deliverable is due.",
        days,
    )
    return late.format(left=left, days=days)
