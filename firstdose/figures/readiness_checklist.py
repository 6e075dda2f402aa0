"""The readiness checklist as it is read on screen."""

from typing import Any

import pandas as pd

from firstdose.figures import theme
from firstdose.rules.readiness import area_name
from firstdose.words import N_, _, either

Row = dict[Any, Any]

_BLOCKS = {"filing": N_("filing"), "first dose": N_("first dose")}
_SURE = {"seen": N_("seen"), "recalled": N_("recalled")}


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
    rows: list[Row] = [dict(row) for row in judged.to_dict("records")]
    shown: Row = {
        "mark": [_state(row) for row in rows],
        "item": [either(row["title"], _text(row["title_ja"])) for row in rows],
        "requirement": judged["requirement_code"].fillna(""),
        "area": judged["area"].map(area_name),
        "milestone": [_milestone(row) for row in rows],
        "owner": [either(_text(row["owner_name"]), _text(row["owner_name_ja"])) for row in rows],
        "role": judged["owner_role"].fillna(""),
        "needed": _dates(judged["need_on"]),
        "due": _dates(judged["due_on"]),
        "forecast": _dates(judged["forecast_on"]),
        "updated": _dates(judged["updated_on"]),
        "evidence": [f"{row['evidence_approved']}/{row['evidence_expected']}" for row in rows],
        "source": [_source(row) for row in rows],
        "note": judged["na_reason"].fillna(judged["note"]).fillna(""),
    }
    kept = judged[["item_id", "why", "program_id", "jurisdiction", "days_to_due"]]
    return kept.assign(**shown)


def _state(row: Row) -> str:
    stale = f" {theme.symbol('stale')} {theme.word('stale')}" if row["stale"] else ""
    return f"{theme.symbol(row['mark'])} {theme.word(row['mark'])}{stale}"


def _milestone(row: Row) -> str:
    """What waits for the item; an item that is no gate is only expected by then."""
    name = _(_BLOCKS[row["blocks"]])
    return name if row["gate"] else _("{milestone} (no gate)").format(milestone=name)


def _source(row: Row) -> str:
    """Where the requirement comes from and whether that was read; an own item has none."""
    if not _text(row["source_name"]):
        return _("own item") if not _text(row["requirement_code"]) else ""
    word = _SURE[row["confidence"]]
    sure = _(word)
    return f"{row['source_name']}, {row['source_ref']} ({sure})"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _dates(column: "pd.Series[Any]") -> "pd.Series[Any]":
    return pd.to_datetime(column).dt.date.astype(object)
