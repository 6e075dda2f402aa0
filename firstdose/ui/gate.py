"""The cards of a gate review, made once a view and version: what the meeting reads, in the order it asks."""

from dataclasses import replace
from typing import TYPE_CHECKING

from firstdose.contracts import contracts
from firstdose.figures import changes_words, readiness_checklist
from firstdose.figures import readiness_history as drawn
from firstdose.figures import review as figures
from firstdose.queries import changes as changed
from firstdose.queries import readiness as items
from firstdose.queries import readiness_history as past
from firstdose.queries import review as queries
from firstdose.rules import change_lines, readiness, readiness_history
from firstdose.rules import review as rules
from firstdose.rules.readiness_network import with_need
from firstdose.rules.readiness_verdict import reasons, verdict_word, verdicts
from firstdose.sentence import unheld
from firstdose.ui.card import Card, Chart, Table
from firstdose.ui.store import changes_between, lake
from firstdose.words import _, ngettext, say_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from firstdose.lake import Session
    from firstdose.rules.overview import Headline
    from firstdose.view import View

#: Filters that what tells of the whole gate does not follow: its verdict, its history, its decisions.
_WHOLE = ("area", "partner", "period")
#: The same of risks and actions, which have an owner but no area, and of requirements, which nobody owns yet.
_OWNED, _REQUIRED = ("area", "period"), ("partner", "period")
_FIGURES = {"kpi-review-risks": _OWNED, "kpi-review-promises": _OWNED, "kpi-review-elsewhere": _REQUIRED}


def base(view: "View", session: "Session") -> "Session | None":
    """The version that the last review of this gate looked at; none where there was none."""
    last = rules.last_review(queries.decisions(session, view), session.version)
    number = int(last["data_version"]) if last else 0
    return lake().session(number) if number in {one.version for one in lake().versions()} else None


def headlines(view: "View", session: "Session") -> "Sequence[Headline]":
    """Six figures of the gate; the rule behind one says which filters it does not follow."""
    day = view.as_of or session.as_of
    found = rules.headlines(
        _judged(view, session),
        queries.evidence_gaps(session, view),
        queries.risks(session, view),
        rules.overdue(queries.promises(session, view), day),
        _asked(view, session),
    )
    aside = [unheld(view, _FIGURES.get(one.key, ())) for one in found]
    return [
        replace(one, why=" · ".join(filter(None, (one.why, said))))
        for one, said in zip(found, aside, strict=True)
    ]


def cards(view: "View", session: "Session", before: "Session | None") -> tuple[Card, ...]:
    """What a review asks, from the criteria to the decisions taken, in the order it is asked."""
    return (
        _criteria(view, session),
        _chain(view, session),
        *_history(view, session),
        _changes(view, session, before),
        _evidence(view, session),
        _risks(view, session),
        _promises(view, session),
        _elsewhere(view, session),
        _decisions(view, session),
    )


def _judged(view: "View", session: "Session") -> "pd.DataFrame":
    """The criteria with their marks, judged against the computed day each is needed."""
    found = with_need(queries.criteria(session, view), items.network(session, view))
    return readiness.item_marks(found, view.as_of or session.as_of)


def _criteria(view: "View", session: "Session") -> Table:
    judged = readiness.blockers_first(_judged(view, session), view.as_of or session.as_of)
    shown = ("mark", "item", "area", "why", "owner", "due", "forecast", "evidence")
    labels = readiness_checklist.columns()
    return Table(
        key="table-review-criteria",
        data=readiness_checklist.checklist(judged),
        title=_("Gate criteria, open ones first"),
        how=_(
            "Gate items of this milestone; the first dose waits for those of filing too; “Why” tells the rule"
        ),
        columns={name: labels[name] for name in shown},
        most=figures.MOST,
        foot=readiness.rules_in_words(),
    )


def _chain(view: "View", session: "Session") -> Table:
    """The open items that set the earliest day, first to do first, each with its float."""
    plan, day = items.network(session, view), view.as_of or session.as_of
    found = verdicts(plan, day) if len(plan) else plan.assign(milestone="")
    found = found[found["milestone"] == view.key("blocks", "filing")]
    verdict = found.to_dict("records")[0] if len(found) else None
    said = [verdict_word(verdict["verdict"]), *reasons(verdict)] if verdict else []
    return Table(
        key="table-review-chain",
        data=figures.chain(with_need(plan, plan), verdict["chain"] if verdict else ()),
        title=_("Longest open chain and its float"),
        how=_("First to do first; float: days between the forecast and the last day that holds the target"),
        columns=figures.chain_columns(),
        most=figures.MOST,
        foot=_("; ").join(said),
        unheld=unheld(view, _WHOLE),
    )


def _history(view: "View", session: "Session") -> tuple[Card, ...]:
    """Burn-up over the newest versions up to the one shown, its forecast and back-test; the same by area."""
    milestone = view.key("blocks", "filing")
    numbers = [one.version for one in lake().versions() if one.version <= session.version]
    told_of = numbers[-readiness_history.MOST_VERSIONS :]
    sessions = [lake().session(number) for number in told_of]
    whole = past.every_version(sessions, view)
    parts = dict(iter(whole.groupby("version")))
    none = whole.head(0)  # of a version without an item
    told = [
        readiness_history.forecast(parts.get(one.version, none), milestone, one.as_of) for one in sessions
    ]
    here = parts.get(session.version, none)
    ready = readiness_history.ready_on(here, milestone)
    tested = readiness_history.back_test(told[:-1], ready, session.as_of)
    days = {one.version: one.as_of for one in sessions}
    counted, now = readiness_history.burn_up(whole, milestone, versions=days), told[-1]
    ends = readiness_history.in_words(now, tested)
    if not counted["total"].iloc[-1]:
        ends = _("No gate item fits the filters.")
    said = filter(None, (ends, _left_out(len(numbers) - len(told_of))))
    target = here[here["blocks"] == milestone]["target_on"].dropna() if len(here) else here
    return (
        Chart(
            key="chart-review-history",
            figure=drawn.burn_up(counted, now, target.iloc[0].date() if len(target) else None),
            data=counted,
            title=_("Gate items closed against added, by data version"),
            how=_(
                "Each version on its own report day; the bar is the forecast of the day the last one closes"
            ),
            foot=" ".join(said),
            unheld=unheld(view, _WHOLE),
        ),
        Table(
            key="table-review-areas",
            data=drawn.by_area(
                readiness_history.burn_up(whole, milestone, ("area",)), told_of[0], session.version
            ),
            title=_("Gate items closed, added and reopened by area"),
            how=_("From data version {first} to the one shown").format(first=told_of[0]),
            columns=drawn.area_columns(),
            unheld=unheld(view, _WHOLE),
        ),
    )


def _left_out(older: int) -> str:
    """How many older versions the history does not go back to; empty when it tells all."""
    words = ngettext("{n} older data version is left out.", "{n} older data versions are left out.", older)
    return words.format(n=older) if older > 0 else ""


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
        unheld=unheld(view, ("period",)),
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
        unheld=unheld(view, _OWNED),
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
        unheld=unheld(view, _OWNED),
    )


def _asked(view: "View", session: "Session") -> "pd.DataFrame":
    """What other jurisdictions ask before this milestone and the program collects nowhere."""
    found = rules.asked_elsewhere(
        items.library(session, view), view.key("where", "JP"), view.key("blocks", "filing")
    )
    return found if view.area is None else found[found["area"].isin(view.area)]


def _elsewhere(view: "View", session: "Session") -> Table:
    return Table(
        key="table-review-elsewhere",
        data=figures.elsewhere(_asked(view, session)),
        title=_("What other jurisdictions would ask and nobody collects yet"),
        how=_("Gate requirements for the same milestone that apply to this program and have no item"),
        columns=figures.elsewhere_columns(),
        most=figures.MOST,
        foot=_("For planning; not regulatory advice."),
        unheld=unheld(view, _REQUIRED),
    )


def _decisions(view: "View", session: "Session") -> Table:
    return Table(
        key="table-review-decisions",
        data=figures.decisions(queries.decisions(session, view)),
        title=_("Decisions at this gate"),
        how=_("Newest first, as recorded in the data version shown"),
        columns=figures.decision_columns(),
        most=figures.MOST,
        unheld=unheld(view, _WHOLE),
    )
