"""The supply page: its sections, their choices, and the cards of each."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from firstdose.figures import supply_demand as demand_figures
from firstdose.figures import supply_slots as slot_figures
from firstdose.figures import supply_vein as vein_figures
from firstdose.figures import supply_words as words
from firstdose.queries import supply as queries
from firstdose.rules import supply as rules
from firstdose.rules import supply_demand as demand
from firstdose.rules import supply_identity as identity
from firstdose.rules import supply_slots as slots
from firstdose.rules import supply_stock as stock
from firstdose.rules import supply_vein as vein
from firstdose.rules.overview import Headline
from firstdose.ui.address import page_choice, page_text
from firstdose.ui.card import Card, Chart, Table
from firstdose.ui.header import note
from firstdose.ui.leads import to_lot
from firstdose.ui.remember import remembered
from firstdose.view import NOTHING, View
from firstdose.words import _, ngettext

if TYPE_CHECKING:
    import pandas as pd

    from firstdose.lake import Session

#: Cards in rows: one of the whole width, or two side by side.
Rows: TypeAlias = tuple[tuple[Card, ...], ...]

#: The section a card stands in: a link to one card opens its section, whatever else it says.
_SECTION_OF = {
    "chart-supply-vein": "vein",
    "chart-supply-ends": "vein",
    "chart-supply-parts": "vein",
    "table-supply-groups": "vein",
    "table-supply-waiting": "vein",
    "chart-supply-slots": "slots",
    "table-supply-slots": "slots",
    "chart-supply-demand": "demand",
    "table-supply-limits": "demand",
    "table-supply-stock": "materials",
    "table-supply-lots": "materials",
    "table-supply-gaps": "identity",
    "table-supply-chains": "identity",
}


def sections() -> dict[str, str]:
    """The sections in the order a meeting asks."""
    return {
        "vein": _("Vein to vein"),
        "slots": _("Slots"),
        "demand": _("Demand"),
        "materials": _("Materials"),
        "identity": _("Identity"),
    }


def section(view: View) -> str:
    """The section of a view: that of the one card it names, else the one chosen."""
    return _SECTION_OF.get(view.chart or "", view.key("section", "vein"))


def shared(view: View) -> View:
    """The view without what only one section depends on, so that the figures above all are made once."""
    for name in ("section", "by"):
        view = view.with_key(name, "")
    return view


def choose(view: View, session: "Session", at: str) -> None:
    """Draw the choices of a section, kept in the link."""
    if at in ("demand", "materials"):
        found = queries.demand(session, view)
        plan = demand.picked(found, view.key("plan"))
        names = {name: name for name in demand.scenarios(found)}
        page_choice(view.with_key("plan", plan or NOTHING), "plan", _("Scenario"), names)
        if view.key("plan") and not plan:
            note(_("The data has no scenario of the name in this link: nothing is planned."))
    if at == "vein":
        groups = {"all": _("All"), "site": _("Site"), "program": _("Program"), "month": _("Month")}
        page_choice(view, "by", _("Grouped by"), groups)
        page_text(view, "target", _("Target in days (empty: of the data)"))


def target_of(view: View) -> float | None:
    """The target that the reader set; none where those of the data count."""
    said = view.key("target")
    return float(said) if said else None


def judged(view: View, session: "Session") -> "pd.DataFrame":
    """The patients' cases let through, judged on the report day."""
    found = queries.cases(session, view)
    return vein.judged(found, view.as_of or session.as_of, target_of(view))


def headlines(view: View, session: "Session") -> tuple[Headline, ...]:
    """The figures above every section."""
    day = view.as_of or session.as_of
    planned = plan_of(view, session)
    return (
        *rules.vein_headlines(judged(view, session), target_of(view)),
        rules.next_free_slot(weeks(view, session), day),
        rules.first_misfit(planned.limits, planned.plan),
        rules.vector_cover(planned.covers, planned.wanted_weeks, planned.plan),
        rules.whole_chains(queries.identity(session, view)),
    )


@dataclass(frozen=True, slots=True)
class Planned:
    """One scenario of demand against slots and stock."""

    plan: "pd.DataFrame"
    months: "pd.DataFrame"
    need: demand.Attempts
    covers: list[stock.Cover]
    limits: list[demand.Limit]
    wanted_weeks: float | None


def plan_of(view: View, session: "Session") -> Planned:
    """The scenario of the view with what it needs and what there is, made once for every section."""

    def planned() -> Planned:
        return _planned(view, session)

    alone = replace(view, keys=(("plan", view.key("plan")),))
    return remembered(planned, alone, session)


def _planned(view: View, session: "Session") -> Planned:
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


def every_day(view: View) -> View:
    """The view without its period: it bounds the months of the plan, not the slots those months have."""
    return replace(view, since=None, until=None)


def weeks(view: View, session: "Session") -> "pd.DataFrame":
    """The weeks of slots with their working days and state."""
    found = queries.slots(session, view)
    return slots.weeks(found, queries.closures(session, view), view.as_of or session.as_of)


def cards(view: View, session: "Session", at: str) -> Rows:
    """The cards of one section."""
    make = {
        "vein": vein_cards,
        "slots": slot_cards,
        "demand": demand_cards,
        "materials": stock_cards,
        "identity": identity_cards,
    }
    return make[at](view, session)


def demand_cards(view: View, session: "Session") -> Rows:
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


def stock_cards(view: View, session: "Session") -> Rows:
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


def identity_cards(view: View, session: "Session") -> Rows:
    """Gaps of the chain of identity, then the chains themselves."""
    lots = queries.identity(session, view)
    gaps = Table(
        key="table-supply-gaps",
        data=words.gaps(identity.gaps(lots)),
        title=_("Gaps in the chain of identity"),
        how=_("Links and days that are missing or contradict each other, of every lot made for a patient"),
        columns=words.gap_columns(),
        grouped=("lot",),
        linked="lot",
        drill=to_lot,
        foot=_("Donors are pseudonyms; no page and no table of firstdose holds a name or a date of birth."),
    )
    chains = Table(
        key="table-supply-chains",
        data=words.chains(lots),
        title=_("Patients' lots from collection to infusion, the newest first"),
        how=_("By donor pseudonym and vector lot; a lot opens with all its results"),
        columns=words.chain_columns(),
        linked="lot",
        drill=to_lot,
        most=10,
    )
    return ((gaps,), (chains,))


def slot_cards(view: View, session: "Session") -> Rows:
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


def vein_cards(view: View, session: "Session") -> Rows:
    """Curves and how cases ended; parts and the waiting list; percentiles by group."""
    cases = judged(view, session)
    groups = vein.grouped(cases, view.key("by", "all")) if len(cases) else {}
    curves = vein.curves(groups)
    curves.attrs = dict(cases.attrs)
    running = cases[cases["end"] == ""]
    targets = sorted(cases["target_days"].dropna().unique().tolist())
    lines = vein_figures.lines(queries.benchmarks(session, view), targets)
    ended = vein.ends(cases)
    parts = vein.parts(cases)
    left_out = int(cases.attrs.get("left_out", 0))
    chart = Chart(
        key="chart-supply-vein",
        figure=vein_figures.curves(curves, lines, running["days"].tolist()),
        data=curves,
        title=_("From collection to infusion: share infused by each day"),
        how=_(
            "Kaplan–Meier, running cases (circles) and drop-outs censored: what would be if nobody dropped "
            "out; band 95 %; dashed target, dotted published medians"
        ),
        foot=" · ".join(filter(None, (vein_figures.lines_in_words(lines), vein_figures.hidden(len(groups))))),
    )
    outcomes = Chart(
        key="chart-supply-ends",
        figure=vein_figures.ends(ended),
        data=ended,
        title=_("How cases ended by each day"),
        how=_("Share of all cases, dropping out as a competing event (Aalen–Johansen)"),
        foot=vein_figures.ends_in_words(ended),
    )
    told = Table(
        key="table-supply-groups",
        data=words.groups([vein.group(label, part) for label, part in groups.items()], cases.attrs),
        title=_("Days from collection to infusion by group"),
        how=_("Percentiles of finished cases; a failed lot and its repeats are one case"),
        columns=words.group_columns(),
        foot=ngettext(
            "{n} case without a day of collection is left out.",
            "{n} cases without a day of collection are left out.",
            left_out,
        ).format(n=left_out)
        if left_out
        else "",
    )
    segments = Chart(
        key="chart-supply-parts",
        figure=vein_figures.parts(parts),
        data=parts,
        title=_("Where the days go"),
        how=_(
            "Bar: mean of finished cases, beginning where the one before ends; diamond: median of the part; "
            "at the right mean · median"
        ),
        foot=vein_figures.parts_in_words(parts),
    )
    waiting = Table(
        key="table-supply-waiting",
        data=words.waiting(vein.waiting(cases)),
        title=_("Patients waiting, the oldest first"),
        how=_("Running cases on the report day by donor pseudonym; late past the target"),
        columns=words.waiting_columns(),
        most=12,
    )
    return ((chart, outcomes), (told,), (segments,), (waiting,))
