"""Timeline: who owes what to whom, and when?"""

from firstdose import ui
from firstdose.figures import timeline as figures
from firstdose.figures import timeline_words as words
from firstdose.queries import timeline as queries
from firstdose.rules import timeline as rules
from firstdose.words import _

view, session = ui.reading()
ui.page_header(view, session, _("Who owes what to whom, and when?"))
day = view.as_of or session.as_of

windows = {
    "quarter": _("Quarter"),
    "8-weeks": _("Eight weeks"),
    "year": _("Year"),
    "all": _("All"),
}
by = {"partner": _("Partner"), "program": _("Program"), "workstream": _("Workstream")}
with ui.row():
    view = ui.page_choice(view, "lanes", _("Lanes"), by)
    view = ui.page_choice(view, "window", _("Days around the report day"), windows)


def cards() -> tuple[ui.Chart, ui.Table, ui.Table]:
    """The plan, the open hand-offs, the milestones."""
    first, last = queries.window(session, view)
    plan = rules.lanes(queries.tasks(session, view), view.key("lanes", "partner"), day)
    return (
        ui.Chart(
            key="chart-timeline-plan",
            figure=figures.plan(plan, day, first, last),
            data=plan,
            title=_("The plan in lanes"),
            how=_(
                "Baseline hollow, forecast light, actual solid, milestones as diamonds, the report day dashed"
            ),
            foot=words.hidden_in_words(plan),
        ),
        ui.Table(
            key="table-timeline-handoffs",
            data=words.handoffs(rules.owed(queries.handoffs(session, view), day)),
            title=_("Open hand-offs, the longest overdue first"),
            how=_("What one partner owes another; the day promised is the baseline"),
            columns=words.handoff_columns(),
            height=420,
            foot=rules.rules_in_words(),
        ),
        ui.Table(
            key="table-timeline-milestones",
            data=words.milestones(rules.anchors(queries.milestones(session, view), day)),
            title=_("Filing and first dose, the next first"),
            how=_("Expected is the actual day, else the forecast, else the baseline"),
            columns=words.milestone_columns(),
            height=420,
        ),
    )


plan, handoffs, milestones = ui.remembered(cards, view, session)
ui.draw(plan)
left, right = ui.grid((3, 2))
with left:
    ui.draw(handoffs)
with right:
    ui.draw(milestones)
