"""One readiness item in full as it is read on screen: both sides, its documents, its requirement."""

import pandas as pd

from firstdose.figures import cells
from firstdose.reference import rows
from firstdose.rules import data_words
from firstdose.rules.readiness_item import relation, side
from firstdose.words import N_, _

_PROOF = {"draft": N_("draft"), "approved": N_("approved"), "superseded": N_("superseded")}


def side_columns() -> dict[str, str]:
    """The columns of the two sides, in order, with their labels."""
    return {
        "relation": _("Relation"),
        "mark": _("State"),
        "item": _("Item"),
        "side": _("Side"),
        "owner": _("Owner"),
        "role": _("Role"),
        "needed": _("Needed"),
        "due": _("Claimed due"),
        "forecast": _("Forecast"),
        "evidence": _("Evidence approved"),
        "why": _("Why"),
    }


def sides(judged: pd.DataFrame) -> pd.DataFrame:
    """The item and its neighbours with the side that owes each. Takes ``around`` after ``item_marks``."""
    rows = cells.rows(judged)
    shown = judged[["item_id", "why"]].assign(
        relation=[relation(row["relation"]) for row in rows],
        mark=[cells.state(row["mark"], stale=row["stale"]) for row in rows],
        item=[cells.titled(row) for row in rows],
        side=[side(row["owner_kind"]) for row in rows],
        owner=[cells.named(row, "owner_name") for row in rows],
        role=judged["owner_role"].fillna("").map(data_words.said),
        needed=cells.days(judged["need_on"]),
        due=cells.days(judged["due_on"]),
        forecast=cells.days(judged["forecast_on"]),
        evidence=[f"{row['evidence_approved']}/{row['evidence_expected']}" for row in rows],
    )
    shown.attrs = dict(judged.attrs)
    return shown


def document_columns() -> dict[str, str]:
    """The columns of the documents, in order, with their labels."""
    return {
        "document_id": _("Document"),
        "version": _("Version"),
        "title": _("Title"),
        "state": _("State"),
        "approved_on": _("Approved on"),
        "approved_by": _("Approved by"),
        "valid_until": _("Valid until"),
        "url": _("Address"),
    }


def documents(evidence: pd.DataFrame) -> pd.DataFrame:
    """The documents behind an item. Takes ``queries.readiness.evidence``; adds ``state`` in words."""
    states = [
        _("expired") if expired and status == "approved" else _(_PROOF[status])
        for status, expired in zip(evidence["status"], evidence["is_expired"], strict=True)
    ]
    shown = evidence.assign(
        state=states,
        approved_on=cells.days(evidence["approved_on"]),
        valid_until=cells.days(evidence["valid_until"]),
    )
    shown.attrs = dict(evidence.attrs)
    return shown


def requirement(code: object, jurisdiction: str) -> str:
    """Where the requirement of an item comes from, whether that was read, and its typical lead time."""
    for row in rows("requirements"):
        if (row["requirement_code"], row["jurisdiction"]) == (code, jurisdiction):
            return _(
                "Requirement {code}: {source}, {ref} ({sure}); typical lead time {n} days. "
                "Supports planning; not regulatory advice."
            ).format(
                code=code,
                source=row["source_name"],
                ref=row["source_ref"],
                sure=cells.sure(row["confidence"]),
                n=row["typical_lead_time_days"],
            )
    return _("An item of your own: no requirement of the library stands behind it.")


def label(row: cells.Row) -> str:
    """An item as a list names it: program, jurisdiction, code and title."""
    return f"{row['program_id']} · {row['jurisdiction']} · {cells.titled(row)}"
