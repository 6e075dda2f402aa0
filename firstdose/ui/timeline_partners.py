"""The cards of the timeline page about milestones and partners: how forecasts moved, who owes what."""

from typing import TYPE_CHECKING, TypeAlias

from firstdose.figures import timeline_partners as partner_words
from firstdose.figures import timeline_trend as trend_words
from firstdose.figures import timeline_words as words
from firstdose.queries import timeline as queries
from firstdose.rules import timeline as rules
from firstdose.rules import timeline_partners as partners
from firstdose.rules import timeline_trend
from firstdose.ui.card import Card, Chart, Table
from firstdose.ui.store import lake
from firstdose.words import _

if TYPE_CHECKING:
    from firstdose.lake import Session
    from firstdose.view import View

#: Cards in rows: one of the whole width, or two side by side.
Rows: TypeAlias = tuple[tuple[Card, ...], ...]
#: Data versions a history goes back to; our convention, as for the gate review.
MOST_VERSIONS = 30


def sessions(session: "Session", first: int) -> "list[Session]":
    """The newest data versions from ``first`` up to the one shown, oldest first."""
    numbers = [one.version for one in lake().versions() if first <= one.version <= session.version]
    return [lake().session(number) for number in numbers[-MOST_VERSIONS:]] or [session]


def milestone_cards(view: "View", session: "Session") -> Rows:
    """How filing and first dose moved from report to report, and where they stand."""
    day = view.as_of or session.as_of
    reports = timeline_trend.followed(queries.milestones_of(sessions(session, 0), view), day)
    found = timeline_trend.trends(reports)
    trend = Chart(
        key="chart-timeline-trend",
        figure=trend_words.trend(reports, found),
        data=reports,
        title=_("Forecasts by report day: flat is stable, rising slips"),
        how=_("Each data version on its own report day; diamonds first dose, circles filing; dashed: done"),
        foot=timeline_trend.rules_in_words(),
    )
    listed = Table(
        key="table-timeline-trend",
        data=trend_words.trend_rows(found),
        title=_("Trend of every open milestone, the steepest first"),
        how=_("Over the data versions up to the one shown; slip against the baseline"),
        columns=trend_words.trend_columns(),
    )
    milestones = Table(
        key="table-timeline-milestones",
        data=words.milestones(rules.anchors(queries.milestones(session, view), day)),
        title=_("Filing and first dose, the next first"),
        how=_("Expected is the actual day, else the forecast, else the baseline"),
        columns=words.milestone_columns(),
        height=420,
    )
    return ((trend,), (listed,), (milestones,))


def partner_cards(view: "View", session: "Session") -> Rows:
    """What the partners owe each other: late, how often in time, and the next six weeks."""
    day = view.as_of or session.as_of
    whole = queries.whole(session, view)
    mine = whole[whole["task_id"].isin(queries.matching(session, view)["task_id"])]
    standing = Table(
        key="table-timeline-on-time",
        data=partner_words.standing_rows(partners.standing(mine, day)),
        title=_("Who keeps what was promised"),
        how=_("Hand-offs done by their baseline day, of all done; exact interval (Clopper-Pearson)"),
        columns=partner_words.standing_columns(),
    )
    owed = Table(
        key="table-timeline-handoffs",
        data=words.handoffs(rules.owed(queries.handoffs(session, view), day)),
        title=_("Open hand-offs, the longest overdue first"),
        how=_("What one partner owes another; the day promised is the baseline"),
        columns=words.handoff_columns(),
        height=420,
        foot=rules.rules_in_words(),
    )
    agenda = partners.agenda(whole, day)
    agenda = agenda[agenda["task_id"].isin(mine["task_id"])].reset_index(drop=True)
    agenda.attrs = dict(whole.attrs)
    next_weeks = Table(
        key="table-timeline-agenda",
        data=partner_words.agenda_rows(agenda, whole),
        title=_("Agenda: the next six weeks, pair by pair"),
        how=_(
            "Open hand-offs by their forecast day (else baseline), overdue ones first; both sides see this"
        ),
        columns=partner_words.agenda_columns(),
        most=40,
        grouped=("pair",),
    )
    return ((next_weeks,), (standing,), (owed,))
