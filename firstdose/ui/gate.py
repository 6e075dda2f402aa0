"""The cards of a gate review, made once a view and version: what the meeting reads, in the order it asks."""

from typing import TYPE_CHECKING

from firstdose.contracts import contracts
from firstdose.figures import changes_words, readiness_checklist
from firstdose.figures import review as figures
from firstdose.queries import changes as changed
from firstdose.queries import review as queries
from firstdose.rules import change_lines, readiness
from firstdose.rules import review as rules
from firstdose.ui.card import Table
from firstdose.ui.store import changes_between, lake
from firstdose.words import _, say_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.lake import Session
    from firstdose.rules.overview import Headline
    from firstdose.view import View


def base(view: "View", session: "Session") -> "Session | None":
    """The version that the last review of this gate looked at; none where there was none."""
    last = rules.last_review(queries.decisions(session, view), session.version)
    number = int(last["data_version"]) if last else 0
    return lake().session(number) if number in {one.version for one in lake().versions()} else None


def headlines(view: "View", session: "Session") -> "Sequence[Headline]":
    """Six figures of the gate."""
    day = view.as_of or session.as_of
    return rules.headlines(
        readiness.item_marks(queries.criteria(session, view), day),
        queries.evidence_gaps(session, view),
        queries.risks(session, view),
        rules.overdue(queries.promises(session, view), day),
        queries.elsewhere(session, view),
    )


def cards(view: "View", session: "Session", before: "Session | None") -> tuple[Table, ...]:
    """Criteria, changes, evidence, risks, conditions, other jurisdictions, decisions, in this order."""
    return (
        _criteria(view, session),
        _changes(view, session, before),
        _evidence(view, session),
        _risks(view, session),
        _promises(view, session),
        _elsewhere(view, session),
        _decisions(view, session),
    )


def _criteria(view: "View", session: "Session") -> Table:
    judged = readiness.blockers_first(queries.criteria(session, view), view.as_of or session.as_of)
    shown = ("mark", "item", "area", "why", "owner", "due", "forecast", "evidence", "source")
    labels = readiness_checklist.columns()
    return Table(
        key="table-review-criteria",
        data=readiness_checklist.checklist(judged),
        title=_("Gate criteria, open ones first"),
        how=_("Only gate items of this milestone; “Why” tells the rule behind each mark"),
        columns={name: labels[name] for name in shown},
        most=figures.MOST,
        foot=readiness.rules_in_words(),
    )


def _changes(view: "View", session: "Session", before: "Session | None") -> Table:
    labels = {name: one.label for name, one in contracts().items()}
    placed = changed.placed(changes_between(before, session), session, before, view)
    lines = change_lines.lines(changes_between(before, session), placed, labels)
    data = changes_words.lines(lines)
    data.attrs = dict(placed.attrs)
    if before is None:
        how = _("No earlier review of this gate is recorded: nothing to compare with")
    else:
        how = _("v{before} of {day} → v{after}; the biggest first; other rows are counted").format(
            before=before.version, day=say_date(before.as_of), after=session.version
        )
    columns = changes_words.line_columns()
    return Table(
        key="table-review-changes",
        data=data,
        title=_("What changed since the last review"),
        how=how,
        columns={name: columns[name] for name in ("area", "mark", "change")},
        most=figures.MOST,
        grouped=("area",),
        foot=changes_words.hidden(lines),
    )


def _evidence(view: "View", session: "Session") -> Table:
    return Table(
        key="table-review-evidence",
        data=figures.evidence_gaps(queries.evidence_gaps(session, view)),
        title=_("Evidence gaps of gate items"),
        how=_("Documents approved and valid on the report day against those expected; closed items first"),
        columns=figures.evidence_columns(),
        most=figures.MOST,
    )


def _risks(view: "View", session: "Session") -> Table:
    return Table(
        key="table-review-risks",
        data=figures.risks(queries.risks(session, view)),
        title=_("Risks, the accepted ones first"),
        how=_("Who accepts the risk if the gate is passed; an open risk is accepted by nobody yet"),
        columns=figures.risk_columns(),
        most=figures.MOST,
    )


def _promises(view: "View", session: "Session") -> Table:
    judged = rules.overdue(queries.promises(session, view), view.as_of or session.as_of)
    return Table(
        key="table-review-actions",
        data=figures.promises(judged),
        title=_("Conditions and actions, open ones first"),
        how=_("Conditions of gate decisions and promises of meetings; overdue after the due day"),
        columns=figures.promise_columns(),
        most=figures.MOST,
    )


def _elsewhere(view: "View", session: "Session") -> Table:
    return Table(
        key="table-review-elsewhere",
        data=figures.elsewhere(queries.elsewhere(session, view)),
        title=_("What other jurisdictions would ask and nobody collects yet"),
        how=_("Gate requirements for the same milestone that apply to this program and have no item"),
        columns=figures.elsewhere_columns(),
        most=figures.MOST,
        foot=_("For planning; not regulatory advice."),
    )


def _decisions(view: "View", session: "Session") -> Table:
    return Table(
        key="table-review-decisions",
        data=figures.decisions(queries.decisions(session, view)),
        title=_("Decisions at this gate"),
        how=_("Newest first, as recorded in the data version shown"),
        columns=figures.decision_columns(),
        most=figures.MOST,
    )
