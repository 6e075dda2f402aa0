"""The readiness checklist as it is read on screen."""

import pandas as pd

from firstdose.figures import cells
from firstdose.rules import data_words
from firstdose.rules.readiness import area_name
from firstdose.words import _


def columns() -> dict[str, str]:
    """The columns shown, in order, with their labels in the reader's language."""
    return {
        "mark": _("State"),
        "item": _("Item"),
        "program_id": _("Program"),
        "jurisdiction": _("Where"),
        "area": _("Area"),
        "milestone": _("Blocks"),
        "why": _("Why"),
        "owner": _("Owner"),
        "role": _("Role"),
        "needed": _("Needed"),
        "due": _("Claimed due"),
        "forecast": _("Forecast"),
        "days_to_due": _("Days to need"),
        "evidence": _("Evidence approved"),
        "updated": _("Updated"),
        "requirement": _("Requirement"),
        "source": _("Source of the requirement"),
        "note": _("Note"),
    }


def checklist(judged: pd.DataFrame) -> pd.DataFrame:
    """The checklist as it is read on screen: marks with symbol and word, names in the reader's language.

    Takes ``rules.readiness.blockers_first`` over ``queries.readiness.checklist``; rows and order stay.
    Columns: mark, why, program_id, item, requirement, area, jurisdiction, milestone, owner, role (str),
    needed (computed; missing where nothing can be), due (the claim), forecast, updated (date), days_to_due
    (int), evidence (str: approved of expected), source, note (str).
    """
    rows = cells.rows(judged)
    shown: cells.Row = {
        "mark": [cells.state(row["mark"], stale=row["stale"]) for row in rows],
        "item": [cells.named(row, "title") for row in rows],
        "requirement": judged["requirement_code"].fillna(""),
        "area": judged["area"].map(area_name),
        "milestone": [_milestone(row) for row in rows],
        "owner": [cells.named(row, "owner_name") for row in rows],
        "role": judged["owner_role"].fillna("").map(data_words.said),
        "needed": cells.days(judged["need_on"]),
        "due": cells.days(judged["due_on"]),
        "forecast": cells.days(judged["forecast_on"]),
        "updated": cells.days(judged["updated_on"]),
        "evidence": [f"{row['evidence_approved']}/{row['evidence_expected']}" for row in rows],
        "source": [_source(row) for row in rows],
        "note": judged["na_reason"].fillna(judged["note"]).fillna(""),
    }
    kept = judged[["item_id", "why", "program_id", "jurisdiction", "days_to_due"]]
    return kept.assign(**shown)


def _milestone(row: cells.Row) -> str:
    """What waits for the item; an item that is no gate is only expected by then."""
    name = cells.milestone(row["blocks"])
    return name if row["gate"] else _("{milestone} (no gate)").format(milestone=name)


def _source(row: cells.Row) -> str:
    """Where the requirement comes from and whether that was read; an own item has none."""
    if cells.text(row["source_name"]):
        return cells.source(row)
    return "" if cells.text(row["requirement_code"]) else _("own item")
