"""The cards of the overview that several rules feed: readiness by program, conditions of gates, supply."""

from datetime import date
from typing import TYPE_CHECKING

from firstdose.figures import readiness as drawn
from firstdose.figures import review as figures
from firstdose.figures import supply_words as supply_figures
from firstdose.queries import readiness as items
from firstdose.queries import review as queries
from firstdose.rules import readiness as marks
from firstdose.rules import review as rules
from firstdose.rules import supply as supplies
from firstdose.rules.readiness_network import with_need
from firstdose.ui.address import known
from firstdose.ui.card import Chart, Table
from firstdose.ui.leads import to_items, to_review, to_supply
from firstdose.ui.supply_plan import plan_of, weeks
from firstdose.ui.supply_vein import judged
from firstdose.words import _

if TYPE_CHECKING:
    from firstdose.lake import Session
    from firstdose.view import View


def readiness(view: "View", session: "Session", day: date) -> Chart:
    """Areas by program; a cell opens its items."""
    needed = with_need(items.all_items(session, view), items.network(session, view))
    areas = marks.rollup_by(marks.item_marks(needed, day, why=False), day, ["program_id", "area"])
    return Chart(
        key="chart-overview-readiness",
        figure=drawn.program_matrix(areas, dict(known(session, view.page).program)),
        data=areas,
        title=_("Readiness by program and area"),
        how=_(
            "Mark of the worst open gate item; gate items closed of total; "
            "a cell opens its items (Tab, then arrow keys)"
        ),
        drill=to_items("program", "area"),
    )


def conditions(view: "View", session: "Session", day: date) -> Table:
    """Open conditions of gate decisions, the overdue ones first; each opens the review of its gate."""
    open_ones = rules.open_conditions(queries.promises(session, view), day)
    return Table(
        key="table-overview-conditions",
        data=figures.promises(open_ones),
        title=_("Open conditions of gate decisions"),
        how=_("Overdue after the due day; a condition opens the review of its gate"),
        columns=figures.condition_columns(),
        linked="what",
        drill=to_review,
    )


def supply(view: "View", session: "Session", day: date) -> Table:
    """Next free slot, vector cover and median vein to vein; each opens its section of the supply page."""
    planned = plan_of(view, session)
    cases = judged(view, session)
    told = {
        "slots": supplies.next_free_slot(weeks(view, session), day),
        "materials": supplies.vector_cover(planned.covers, planned.wanted_weeks, planned.plan),
        "vein": supplies.median_wait(cases),
    }
    return Table(
        key="table-overview-supply",
        data=supply_figures.headlines(told, cases.attrs),
        title=_("Supply"),
        how=_("Free slots and vector in stock on the report day, days from collection to infusion"),
        columns=supply_figures.headline_columns(),
        linked="figure",
        drill=to_supply,
    )
