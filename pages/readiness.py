"""Readiness: what stands between this program and its first dose?"""

from firstdose import ui
from firstdose.figures import readiness as figures
from firstdose.figures import readiness_checklist as table
from firstdose.queries import readiness as queries
from firstdose.rules import readiness as rules
from firstdose.rules.overview import Headline
from firstdose.rules.readiness_headlines import headlines
from firstdose.rules.readiness_network import with_need
from firstdose.words import _

view, session = ui.reading()
ui.page_header(view, session, _("What stands between this program and its first dose?"))
day, base = view.as_of or session.as_of, ui.compared(view, session)


def figures_of_items() -> list[Headline]:
    """Five figures, each with its change since the version compared with."""
    before = queries.items_before(base, view)
    if base is not None and before is not None:
        before = with_need(before, queries.network_before(base, view))
    needed = with_need(queries.all_items(session, view), queries.network(session, view))
    return list(headlines(needed, day, before, base))


def cards() -> tuple[ui.Chart, ui.Chart, ui.Table]:
    """Areas by jurisdiction, open items by month, the checklist."""
    plan = queries.network(session, view)
    items = rules.item_marks(with_need(queries.items(session, view), plan), day)
    areas = rules.rollup_by(items, day, ["area", "jurisdiction"])
    months = rules.due_months(items, day)
    return (
        ui.Chart(
            key="chart-readiness-areas",
            figure=figures.area_matrix(areas),
            data=areas,
            title=_("Areas by jurisdiction"),
            how=_(
                "Mark of the worst open gate item; gate items closed of total, all chosen programs together"
            ),
        ),
        ui.Chart(
            key="chart-readiness-due",
            figure=figures.due_months(months, day),
            data=months,
            title=_("Open gate items by the month they are needed"),
            how=_("Number of open gate items; colour is the mark of each on the report day"),
        ),
        ui.Table(
            key="table-readiness-checklist",
            data=table.checklist(
                rules.blockers_first(with_need(queries.checklist(session, view), plan), day)
            ),
            title=_("Checklist, blockers first"),
            how=_(
                "Open gate items on top, the worst and earliest first; “Why” tells the rule behind each mark"
            ),
            columns=table.columns(),
            height=560,
            foot=rules.rules_in_words(),
        ),
    )


ui.kpi_row(ui.remembered(figures_of_items, view, session, base))
milestones = {"all": _("Both"), "filing": _("Filing"), "first dose": _("First dose")}
states = {"open": _("Open"), "overdue": _("Overdue"), "all": _("All")}
kinds = {"all": _("All"), "gate": _("Gate items only")}
with ui.row():
    view = ui.page_choice(view, "blocks", _("Milestone"), milestones)
    view = ui.page_choice(view, "state", _("Checklist"), states)
    view = ui.page_choice(view, "gate", _("Kind in the checklist"), kinds)

areas, due, checklist = ui.remembered(cards, view, session, base)
left, right = ui.grid((2, 3))
with left:
    ui.draw(areas)
with right:
    ui.draw(due)
ui.draw(checklist)
