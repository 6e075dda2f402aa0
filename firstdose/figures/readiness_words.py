"""Verdicts, what unblocks most, the chain and what other jurisdictions ask, as they are read in tables."""

import pandas as pd

from firstdose.figures import cells, theme
from firstdose.rules import data_words
from firstdose.rules.readiness import area_name
from firstdose.rules.readiness_unblock import next_action
from firstdose.rules.readiness_verdict import MARK_OF, reasons, verdict_word
from firstdose.words import _


def verdict_columns() -> dict[str, str]:
    """The columns of the verdicts, in order."""
    return {
        "said": _("Verdict"),
        "program_id": _("Program"),
        "jurisdiction": _("Where"),
        "before": _("Milestone"),
        "why": _("Why"),
        "gates": _("Gate items closed"),
        "earliest": _("Earliest possible"),
        "target": _("Target"),
    }


def verdicts(found: pd.DataFrame) -> pd.DataFrame:
    """Verdicts with symbol, word and reasons; rows and order stay.

    Takes ``rules.readiness_verdict.verdicts``; its columns stay, beside said, before, why, gates (str) and
    opens (str: the part of a link that names its gate review).
    """
    rows = cells.rows(found)
    shown = found.drop(columns="chain").assign(
        said=[f"{theme.symbol(MARK_OF[row['verdict']])} {verdict_word(row['verdict'])}" for row in rows],
        before=[cells.milestone(row["milestone"]) for row in rows],
        why=["; ".join(reasons(row)) for row in rows],
        gates=[f"{row['closed']}/{row['total']}" for row in rows],
        earliest=cells.days(found["earliest_on"]),
        target=cells.days(found["target_on"]),
        opens=[
            cells.opens(of=row["program_id"], where=row["jurisdiction"], blocks=row["milestone"])
            for row in rows
        ],
    )
    shown.attrs = dict(found.attrs)
    return shown


def unblocking_columns() -> dict[str, str]:
    """The columns of what unblocks most, in order."""
    return {
        "item": _("Item"),
        "program_id": _("Program"),
        "jurisdiction": _("Where"),
        "frees": _("Gate items it frees"),
        "days_gained": _("Days gained"),
        "next": _("Next action"),
        "owner": _("Owner"),
        "role": _("Role"),
    }


def unblocking(found: pd.DataFrame) -> pd.DataFrame:
    """What unblocks most, with the item, its owner and the next action in words."""
    rows = cells.rows(found)
    shown = found.assign(
        item=[cells.titled(row) for row in rows],
        next=[next_action(row) for row in rows],
        owner=[cells.named(row, "owner_name") for row in rows],
        role=found["owner_role"].fillna("").map(data_words.said),
    )
    shown.attrs = dict(found.attrs)
    return shown


def chain_columns() -> dict[str, str]:
    """The columns of the table twin of the graph, in order."""
    return {
        "state": _("State"),
        "item": _("Item"),
        "chain": _("Longest chain"),
        "waits_for": _("Waits for"),
        "days_ahead": _("Days to its earliest end"),
        "needed": _("Needed"),
        "claim": _("Claimed due"),
        "why": _("Why"),
        "owner": _("Owner"),
    }


def in_chain_order(nodes: pd.DataFrame) -> pd.DataFrame:
    """The nodes of the graph as rows, the longest chain first."""
    rows = cells.rows(nodes)
    shown = nodes.assign(
        state=[cells.state(row["mark"]) for row in rows],
        item=[cells.titled(row) for row in rows],
        chain=[_("yes") if row["on_chain"] else "" for row in rows],
        owner=[cells.named(row, "owner_name") for row in rows],
        needed=cells.days(nodes["need_on"]),
        claim=cells.days(nodes["due_on"]),
    )
    shown.attrs = dict(nodes.attrs)
    return shown


def elsewhere_columns() -> dict[str, str]:
    """The columns of what other jurisdictions would ask, in order."""
    return {
        "item": _("Requirement"),
        "program_id": _("Program"),
        "asked_in": _("Asked in"),
        "area_said": _("Area"),
        "before": _("Blocks"),
        "lead_days": _("Typical lead time, days"),
        "source": _("Source of the requirement"),
    }


def elsewhere(found: pd.DataFrame) -> pd.DataFrame:
    """What other jurisdictions would ask, with its source and whether that was read or recalled."""
    rows = cells.rows(found)
    shown = found.assign(
        item=[cells.titled(row) for row in rows],
        area_said=[area_name(row["area"]) for row in rows],
        before=[cells.milestone(row["blocks"]) for row in rows],
        source=[cells.source(row) for row in rows],
    )
    shown.attrs = dict(found.attrs)
    return shown
