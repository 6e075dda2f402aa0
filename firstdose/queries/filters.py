"""What the shared filters offer, and how many programs they let through."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from firstdose.contracts import contracts
from firstdose.page_keys import PAGE_KEYS
from firstdose.queries import ask
from firstdose.view import Known, View
from firstdose.words import N_, _, either

if TYPE_CHECKING:
    import pandas as pd

    from firstdose.lake import Session

_GROUPS = {
    "T-cell malignancy": N_("T-cell malignancy"),
    "B-cell malignancy": N_("B-cell malignancy"),
    "Myeloid malignancy": N_("Myeloid malignancy"),
    "Solid tumour": N_("Solid tumour"),
    "Autoimmune": N_("Autoimmune"),
    "Other": N_("Other"),
}
_AREAS = {
    "Regulatory": N_("Regulatory"),
    "CMC-Vector": N_("CMC vector"),
    "CMC-Drug product": N_("CMC product"),
    "Analytical": N_("Analytical"),
    "Nonclinical": N_("Nonclinical"),
    "Clinical": N_("Clinical"),
    "Quality system": N_("Quality"),
    "Supply & logistics": N_("Supply"),
    "Ethics & biosafety": N_("Biosafety"),
}


def group_name(group: str) -> str:
    """A group of indications in the reader's language."""
    return _(_GROUPS.get(group, "")) or group


def area_names() -> dict[str, str]:
    """The nine readiness areas in the reader's language, in domain order."""
    allowed = contracts()["readiness_items"].column("area").allowed
    return {area: _(_AREAS.get(area, "")) or area for area in allowed}


def known(session: "Session", page: str, versions: Iterable[int]) -> Known:
    """What exists in the version of a session, labelled in the reader's language: what a link may name."""
    offered: dict[str, dict[str, str]] = {
        name: {} for name in ("program", "group", "partner", "jurisdiction")
    }
    for row in choices(session, View()).to_dict("records"):
        offered[row["filter"]][row["id"]] = either(row["label"], row["label_ja"])
    offered["group"] = {name: group_name(name) for name in offered["group"]}
    return Known(
        **offered,
        area=area_names(),
        versions=frozenset(versions),
        page_keys=PAGE_KEYS.get(page, {}),
    )


def choices(session: "Session", view: "View") -> "pd.DataFrame":
    """Every value a shared filter offers. Columns: filter, id, label, label_ja (str), filter_order (int)."""
    return ask("filters.choices", session, view)


def chosen_programs(session: "Session", view: "View") -> "pd.DataFrame":
    """The programs that the shared filters let through. Columns: program_id (str)."""
    return ask("filters.chosen_programs", session, view)
