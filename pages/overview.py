"""Overview: where do we stand, what blocks the next first dose, and what changed?"""

from firstdose import ui
from firstdose.contracts import contracts
from firstdose.figures import overview as figures
from firstdose.figures import pipeline
from firstdose.queries import overview as queries
from firstdose.queries import pipeline as stages
from firstdose.rules import changes as told
from firstdose.rules import overview as rules
from firstdose.rules import pipeline as conversions
from firstdose.ui import overview as room
from firstdose.words import _

view, session = ui.reading()
ui.page_header(view, session, _("Where do we stand, and what blocks the next first dose?"))
day, base = view.as_of or session.as_of, ui.compared(view, session)
since = rules.since_words(base.version, base.name) if base else ""


def headlines() -> list[rules.Headline]:
    """Six figures, each with its change since the version compared with."""
    return list(rules.headlines(queries.standing(session, view), queries.standing_before(base, view), since))


def cards() -> tuple[ui.Chart, ui.Chart, ui.Table, ui.Table, ui.Table, ui.Chart]:
    """Readiness, the next 90 days, open conditions, supply, what changed, the funnel."""
    planned = queries.next_days(session, view)
    funnel = conversions.conversions(stages.stage_funnel(session, view))
    changed = ui.changes_between(base, session)
    lines = told.headline_changes(changed, queries.names_of_changes(changed, session, base, view))
    return (
        room.readiness(view, session, day),
        ui.Chart(
            key="chart-overview-next-days",
            figure=figures.next_days(planned, day),
            data=planned,
            title=_("The next 90 days"),
            how=_(
                "Diamonds are milestones, circles the claimed due days of open gate items; "
                "the lead's in the first colour, the partner's in the second"
            ),
            foot=figures.hidden(planned),
        ),
        room.conditions(view, session, day),
        room.supply(view, session, day),
        ui.Table(
            key="table-overview-changes",
            data=figures.changes(lines),
            title=_("What changed since {since}").format(since=since) if since else _("What changed"),
            how=_("The most important first; the changes page tells every one"),
            columns=figures.change_columns(),
            foot=told.counted(changed, {name: one.label for name, one in contracts().items()}),
        ),
        ui.Chart(
            key="chart-overview-funnel",
            figure=pipeline.stage_funnel(funnel, verdicts=False),
            data=funnel,
            title=_("Programs that reached each stage"),
            how=_("Count that entered the stage or a later one"),
        ),
    )


ui.kpi_row(ui.remembered(headlines, view, session, base))
matrix, planned, conditions, supply, changes, funnel = ui.remembered(cards, view, session, base)
left, right = ui.grid((3, 2))
with left:
    ui.draw(matrix, planned)
with right:
    ui.draw(conditions, supply, changes, funnel)
