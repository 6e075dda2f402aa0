"""Overview: where do we stand, what blocks the next first dose, and what changed?"""

from firstdose import ui
from firstdose.contracts import contracts
from firstdose.figures import overview as figures
from firstdose.figures import pipeline, readiness
from firstdose.queries import overview as queries
from firstdose.queries import pipeline as stages
from firstdose.queries import readiness as items
from firstdose.rules import changes as told
from firstdose.rules import overview as rules
from firstdose.rules import pipeline as conversions
from firstdose.rules import readiness as marks
from firstdose.words import _

view, session = ui.reading()
ui.page_header(view, session, _("Where do we stand, and what blocks the next first dose?"))
day, base = view.as_of or session.as_of, ui.compared(view, session)
since = rules.since_words(base.version, base.name) if base else ""
ui.kpi_row(rules.headlines(queries.standing(session, view), queries.standing_before(base, view), since))

areas = marks.rollup_by(marks.item_marks(items.all_items(session, view), day), day, ["program_id", "area"])
planned = queries.next_days(session, view)
funnel = conversions.conversions(stages.stage_funnel(session, view))
changed = ui.changes_between(base, session)
lines = figures.changes(
    told.headline_changes(changed, queries.names_of_changes(changed, session, base, view))
)

left, right = ui.grid((3, 2))
with left:
    ui.chart_card(
        "chart-overview-readiness",
        readiness.program_matrix(areas, dict(ui.known(session, view.page).program)),
        data=areas,
        title=_("Readiness by program and area"),
        how=_("Mark of the worst open gate item; gate items closed of total"),
    )
    ui.chart_card(
        "chart-overview-next-days",
        figures.next_days(planned, day),
        data=planned,
        title=_("The next 90 days"),
        how=_("Milestones as diamonds; the lead's work in the first colour, the partner's in the second"),
        foot=figures.hidden(planned),
    )
with right:
    ui.table_card(
        "table-overview-changes",
        lines,
        title=_("What changed since {since}").format(since=since) if since else _("What changed"),
        how=_("The most important first; the data page lists every version"),
        columns=figures.change_columns(),
        foot=told.counted(changed, {name: one.label for name, one in contracts().items()}),
    )
    ui.chart_card(
        "chart-overview-funnel",
        pipeline.stage_funnel(funnel, verdicts=False),
        data=funnel,
        title=_("Programs that reached each stage"),
        how=_("Count that entered the stage or a later one"),
    )
