"""The supply page: its sections, their choices, and the cards of each."""

from typing import TYPE_CHECKING

from firstdose.queries import supply as queries
from firstdose.rules import supply as rules
from firstdose.rules import supply_demand as demand
from firstdose.rules.data_words import said
from firstdose.ui import supply_queue as queue
from firstdose.ui.address import page_choice, page_text
from firstdose.ui.header import note, row
from firstdose.ui.supply_plan import demand_cards, plan_of, slot_cards, stock_cards, weeks
from firstdose.ui.supply_vein import identity_cards, judged, target_of, vein_cards
from firstdose.view import NOTHING, View
from firstdose.words import _

if TYPE_CHECKING:
    from firstdose.lake import Session
    from firstdose.rules.overview import Headline
    from firstdose.ui.timeline_partners import Rows

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
    "chart-supply-queue": "queue",
    "table-supply-queue": "queue",
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
        "queue": _("What if"),
        "materials": _("Materials"),
        "identity": _("Identity"),
    }


def section(view: View) -> str:
    """The section of a view: that of the one card it names, else the one chosen."""
    return _SECTION_OF.get(view.chart or "", view.key("section", "vein"))


def shared(view: View) -> View:
    """The view without what only one section depends on, so that the figures above all are made once."""
    for name in ("section", "by", "site", "what", "seed"):
        view = view.with_key(name, "")
    return view


def choose(view: View, session: "Session", at: str) -> None:
    """Draw the choice of the section and the choices of that section, kept in the link."""
    with row():
        page_choice(view, "section", _("Look at"), sections())
        if at in ("demand", "queue", "materials"):
            found = queries.demand(session, view)
            plan = demand.picked(found, view.key("plan"))
            names = {name: said(name) for name in demand.scenarios(found)}
            page_choice(view.with_key("plan", plan or NOTHING), "plan", _("Scenario"), names)
            if view.key("plan") and not plan:
                note(_("The data has no scenario of the name in this link: nothing is planned."))
        if at == "vein":
            groups = {"all": _("All"), "site": _("Site"), "program": _("Program"), "month": _("Month")}
            page_choice(view, "by", _("Grouped by"), groups)
            page_text(view, "target", _("Target in days (empty: of the data)"))
    if at == "queue":
        queue.choose(view, session)


def headlines(view: View, session: "Session") -> "tuple[Headline, ...]":
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


def cards(view: View, session: "Session", at: str) -> "Rows":
    """The cards of one section."""
    make = {
        "vein": vein_cards,
        "slots": slot_cards,
        "demand": demand_cards,
        "queue": queue.cards,
        "materials": stock_cards,
        "identity": identity_cards,
    }
    return make[at](view, session)
