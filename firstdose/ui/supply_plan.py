"""The cards of the supply page about the plan: slots, demand against them, stock."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from firstdose.figures import supply_demand as demand_figures
from firstdose.figures import supply_slots as slot_figures
from firstdose.queries import supply as queries
from firstdose.rules import supply_demand as demand
from firstdose.rules import supply_slots as slots
from firstdose.rules import supply_stock as stock
from firstdose.ui.card import Chart, Table
from firstdose.ui.remember import remembered
from firstdose.words import _

if TYPE_CHECKING:
    import pandas as pd

    from firstdose.lake import Session
    from firstdose.ui.timeline_partners import Rows
    from firstdose.view import View


@dataclass(frozen=True, slots=True)
class Planned:
    """One scenario of demand against slots and stock."""

    plan: "pd.DataFrame"
    months: "pd.DataFrame"
    need: demand.Attempts
    covers: list[stock.Cover]
    limits: list[demand.Limit]
    wanted_weeks: float | None


def plan_of(view: "View", session: "Session") -> Planned:
    """The scenario of the view with what it needs and what there is, made once for every section."""

    def planned() -> Planned:
        return _planned(view, session)

    alone = replace(view, keys=(("plan", view.key("plan")),))
    return remembered(planned, alone, session)


def _planned(view: "View", session: "Session") -> Planned:
    day = view.as_of or session.as_of
    found = queries.demand(session, view)
    plan = demand.of_plan(found, demand.picked(found, view.key("plan")))
    need = demand.attempts(queries.attempts(session, view))
    months = demand.months(plan, slots.monthly(weeks(every_day(view), session)), need)
    wanted = queries.cover_target(session, view)
    pending = queries.vectors(session, view)
    covers = stock.covers(
        queries.inventory(session, view),
        plan,
        need,
        day,
        pending=dict(zip(pending["program_id"], pending["pending"].tolist(), strict=True)),
        wanted_weeks=wanted,
    )
    limits = [*demand.slot_limits(months), *stock.limits(covers)]
    return Planned(plan, months, need, covers, limits, wanted)


def every_day(view: "View") -> "View":
    """The view without its period: it bounds the months of the plan, not the slots those months have."""
    return replace(view, since=None, until=None)


def weeks(view: "View", session: "Session") -> "pd.DataFrame":
    """The weeks of slots with their working days and state."""
    found = queries.slots(session, view)
    return slots.weeks(found, queries.closures(session, view), view.as_of or session.as_of)


def slot_cards(view: "View", session: "Session") -> "Rows":
    """The calendar of weeks; how full each site is."""
    day = view.as_of or session.as_of
    found = weeks(view, session)
    drawn = slots.shown(found, day, every=view.since is not None or view.until is not None)
    chart = Chart(
        key="chart-supply-slots",
        figure=slot_figures.calendar(drawn, day),
        data=drawn,
        title=_("Slots by week: how many are free"),
        how=_("A cell a week, its number the free slots; dotted: report day"),
        foot=slots.rules_in_words(),
    )
    table = Table(
        key="table-supply-slots",
        data=slot_figures.standings(slots.standings(found, day), found.attrs),
        title=_("Next free slot and utilisation"),
        how=_(
            "Booked of usable slots; those of weeks in which the site does not work are not counted; "
            "overbooked and closed in weeks from the report day on"
        ),
        columns=slot_figures.standing_columns(),
    )
    return ((chart,), (table,))


def demand_cards(view: "View", session: "Session") -> "Rows":
    """Slots needed against those there are, a picture a site; what bounds the plan, and when."""
    found = plan_of(view, session)
    chart = Chart(
        key="chart-supply-demand",
        figure=demand_figures.months(found.months),
        data=found.months,
        title=_("Drug-product slots needed and given, by month"),
        how=_(
            "Bars: planned patients as slots, with the interval of failures and repeats; line: slots given; "
            "▲ not at the high end, ✕ does not fit, – slots not all given"
        ),
        foot=demand.attempts_in_words(found.need),
    )
    limits = Table(
        key="table-supply-limits",
        data=demand_figures.limits(found.limits, found.plan.attrs),
        title=_("What bounds the plan, the earliest on top"),
        how=_("First month that slots, vector or material in stock do not suffice for, without a new order"),
        columns=demand_figures.limit_columns(),
        most=30,
    )
    return ((chart,), (limits,))


def stock_cards(view: "View", session: "Session") -> "Rows":
    """How long stock lasts and what to order by when; the lots behind it."""
    found = plan_of(view, session)
    inventory = queries.inventory(session, view)
    covers = Table(
        key="table-supply-stock",
        data=demand_figures.covers(found.covers, inventory.attrs),
        title=_("What to order by when"),
        how=_("Stock against planned use; what expires first is used first; the most urgent on top"),
        columns=demand_figures.cover_columns(),
        most=30,
        foot=stock.rules_in_words(found.wanted_weeks) + " " + demand.attempts_in_words(found.need),
    )
    lots = Table(
        key="table-supply-lots",
        data=demand_figures.lots(inventory),
        title=_("Lots in stock, the first to expire on top"),
        how=_("As counted on the day of the data; a lot is used up to its last day of use"),
        columns=demand_figures.lot_columns(),
        most=10,
    )
    return ((covers,), (lots,))
