"""What a gate review asks of one program, one jurisdiction and one milestone."""

from dataclasses import replace
from typing import TYPE_CHECKING

from firstdose.queries import ask, chosen, filters, readiness

if TYPE_CHECKING:
    import pandas as pd

    from firstdose.lake import Session
    from firstdose.view import View

MILESTONES = ("filing", "first dose")


def subject(session: "Session", view: "View") -> "View":
    """The view of the one gate under review: its program (``of``) and jurisdiction in place of the filters.

    Without ``of`` the program that the filters let through and that is nearest to its milestone, gate items
    still open; one they do not let through shows nothing.
    """
    offered, where = chosen(session, view), view.key("where", "JP")
    named = view.key("of") or (nearest(session, view, where)["program_id"].iloc[0] if offered else "")
    program = (named,) if named in offered else ()
    return replace(view.with_key("of", named), program=program, jurisdiction=(where,))


def nearest(session: "Session", view: "View", where: str) -> "pd.DataFrame":
    """The programs let through, the one whose milestone comes next first; those without open gate items last.

    Columns: program_id (str), milestone_on (date: planned, else committed).
    """
    return ask("review.nearest", session, view, where=where, blocks=view.key("blocks", "filing"))


def programs(session: "Session", view: "View") -> dict[str, str]:
    """The programs a review can be held on: those the filters let through, labelled for the reader."""
    labels = filters.known(session, view.page, ()).program
    return {name: labels.get(name, name) for name in chosen(session, view)}


def criteria(session: "Session", view: "View") -> "pd.DataFrame":
    """The gate items of the milestone under review, as ``queries.readiness.checklist`` gives them.

    The first dose waits for those of filing too, as in the verdict.
    """
    blocks = "all" if view.key("blocks") == "first dose" else view.key("blocks")
    return readiness.checklist(session, view, blocks=blocks, state="all", gate="gate")


def decisions(session: "Session", view: "View") -> "pd.DataFrame":
    """Decisions already taken at this gate, the newest first; columns as the table ``decisions``."""
    return ask("review.decisions", session, view)


def evidence_gaps(session: "Session", view: "View") -> "pd.DataFrame":
    """Gate items with fewer approved and valid documents than expected, closed items first.

    Columns: item_id, program_id, jurisdiction, area, title, title_ja, status, documents, owner_partner,
    owner_name, owner_name_ja (str), due_on (date), is_closed (bool), expected, approved, drafts, superseded,
    expired (int, documents whatever their versions; approved are those valid on the report day, the others
    have no such version). A period bounds due_on, as in ``criteria``.
    """
    return ask("review.evidence_gaps", session, view)


def risks(session: "Session", view: "View") -> "pd.DataFrame":
    """Risks of the program, or of several that hit its tasks, that are not closed; accepted ones first.

    ``programs`` are the ids of those a risk touches: its own, else those whose tasks it names.
    """
    return ask("review.risks", session, view)


def promises(session: "Session", view: "View") -> "pd.DataFrame":
    """Conditions of decisions and other actions of the program and the alliance, open ones first.

    Columns: those of ``actions``, owner_name, owner_name_ja, gate, jurisdiction, decided_on of the decision
    behind it, is_open (bool: not closed on the report day).
    """
    return ask("review.promises", session, view)
