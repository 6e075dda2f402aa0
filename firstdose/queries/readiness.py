"""What must be closed before filing and before the first dose, item by item."""

from dataclasses import replace
from typing import TYPE_CHECKING

from firstdose.queries import ask

if TYPE_CHECKING:
    import pandas as pd

    from firstdose.lake import Session
    from firstdose.view import View


def items(session: "Session", view: "View", **own: str) -> "pd.DataFrame":
    """Readiness items, what is needed to judge and count them. One row per item.

    Columns: item_id, program_id, jurisdiction, area, blocks, status, owner_partner (str), gate (bool),
    due_on, forecast_on, closed_on, updated_on (date). A period bounds due_on; the page key ``blocks`` the
    milestone; ``own`` values stand before those of the view.
    """
    return ask("readiness.items", session, view, **own)


def all_items(session: "Session", view: "View") -> "pd.DataFrame":
    """The same as ``items`` for both milestones, on the session's own report day unless the view has one."""
    return ask("readiness.items", session, view, blocks=None)


def items_before(base: "Session | None", view: "View") -> "pd.DataFrame | None":
    """``all_items`` of the version compared with, on its own report day; none where there is no version."""
    return None if base is None else all_items(base, replace(view, as_of=None))


def network(session: "Session", view: "View") -> "pd.DataFrame":
    """Every item of the chosen programs and jurisdictions, with what need dates, verdicts and chains take.

    Beside ``items``: program_name, program_name_ja, requirement_code, title, title_ja, owner_name,
    owner_name_ja, owner_role (str), evidence_approved, evidence_expected, evidence_superseded,
    evidence_expired (documents with such a version), lead_days (typical lead time in calendar days, none for
    an own item), planned_on (the plan's day of its milestone) and target_on (the committed one). Filters by
    area, partner, period and page key do not limit it: links cross them.
    """
    return ask("readiness.network", session, view)


def library(
    session: "Session", view: "View", place: str | None = None, *, lacking: bool = False
) -> "pd.DataFrame":
    """Requirements of the library for each chosen program, with the item it has. One row per pair.

    ``place`` limits the jurisdiction; ``lacking`` leaves what the program has no item for where it files, or
    collects nowhere where it does not file. Columns: program_id, program_name, program_name_ja, modality,
    vector (str), gene_edited, target_selected (bool), lead_partner, jurisdictions (planned, by semicolon),
    jurisdiction, requirement_code, area, title, title_ja (str), gate (bool), blocks (str), lead_days (int),
    applies_to, source_name, source_ref, source_url, confidence (str), item_id (of that code and
    jurisdiction, or none), held_in (jurisdictions where the program has an item of that code, or none).
    """
    return ask("readiness.library", session, view, place=place, lacking=lacking)


def network_before(base: "Session", view: "View") -> "pd.DataFrame":
    """The same of the version compared with, on its own report day."""
    return network(base, replace(view, as_of=None))


def checklist(session: "Session", view: "View", **own: str) -> "pd.DataFrame":
    """The checklist: one row per item with owner, evidence and the source of its requirement.

    The page keys choose: ``blocks`` (filing, first dose, all), ``state`` (open, all; overdue gives the open
    ones: ``rules.readiness.overdue_days`` says which they are) and ``gate`` (gate, all). Beside ``items``:
    requirement_code, title, title_ja, owner_name, owner_name_ja, owner_role, source_name, source_ref,
    source_url, confidence, na_reason, note (str), evidence_approved, evidence_expected (int; approved and
    valid on the report day, expected).
    """
    return ask("readiness.checklist", session, view, **own)


def evidence(session: "Session", view: "View", item: str) -> "pd.DataFrame":
    """The documents that prove one item of a program let through, every version of each.

    Columns: evidence_id, item_id, document_id, version, title, status (draft, approved, superseded),
    approved_by, url (str), approved_on, valid_until (date), is_expired (bool, on the report day).
    """
    return ask("readiness.evidence", session, view, item=item)


def history(session: "Session", view: "View") -> "pd.DataFrame":
    """The items of one version as a burn-up and its forecast need them: those of the programs the view names.

    Its other filters let no program out, which may have none of a partner's work in a past version yet.

    Columns: item_id, program_id, jurisdiction, requirement_code, area, blocks, status (str), gate (bool),
    closed_on, target_on (date), lead_days (int, typical).
    """
    return ask("readiness.history", session, view, chosen=list(view.program or ()))
