"""Readiness: what stands between this program and its first dose?"""

from firstdose import ui
from firstdose.queries import readiness as queries
from firstdose.rules.overview import Headline
from firstdose.rules.readiness_headlines import headlines
from firstdose.rules.readiness_network import with_need
from firstdose.ui import readiness as room
from firstdose.ui import readiness_item as one
from firstdose.ui.card import Card, Table
from firstdose.words import _

view, session = ui.reading()
ui.page_header(view, session, _("What stands between this program and its first dose?"))
day, base = view.as_of or session.as_of, ui.compared(view, session)
every = view.with_key("item", "")  # what does not depend on the one item shown


def figures_of_items() -> list[Headline]:
    """Five figures, each with its change since the version compared with."""
    before = queries.items_before(base, view)
    if base is not None and before is not None:
        before = with_need(before, queries.network_before(base, view))
    needed = with_need(queries.all_items(session, view), room.judged(view, session))
    return list(headlines(needed, day, before, base))


def cards() -> list[Card]:
    """Verdicts and all that explains them, in the order a gate review asks."""
    return room.all_cards(view, session, day)


def items_offered() -> dict[str, str]:
    """The items to pick one from, blockers first."""
    return dict(one.offered(room.let_through(view, session, room.judged(view, session)), day))


ui.kpi_row(ui.remembered(figures_of_items, every, session, base))
milestones = {"all": _("Both"), "filing": _("Filing"), "first dose": _("First dose")}
states = {"open": _("Open"), "overdue": _("Overdue"), "all": _("All")}
kinds = {"all": _("All"), "gate": _("Gate items only")}
with ui.row():
    view = ui.page_choice(view, "blocks", _("Milestone"), milestones)
    view = ui.page_choice(view, "state", _("Checklist"), states)
    view = ui.page_choice(view, "gate", _("Kind in the checklist"), kinds)

verdicts, areas, due, programs, checklist, unblocks, *deeper = ui.remembered(cards, every, session, base)
ui.draw(verdicts)
left, right = ui.grid((2, 3))
with left:
    ui.draw(areas)
with right:
    ui.draw(due)
ui.draw(unblocks, checklist)
chosen = room.let_through(view, session, queries.network(session, view))
item = one.pick(view, chosen, ui.remembered(items_offered, every, session))


def cards_of_item() -> tuple[Table, ...]:
    """The one item picked: both sides, documents."""
    return one.cards(view, session, queries.network(session, view), day, item)


if item:
    one.one_item(ui.remembered(cards_of_item, view.with_key("item", item), session))
ui.draw(programs, *deeper)
room.checklist_to_take(view, session)
