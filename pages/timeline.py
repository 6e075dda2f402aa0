"""Timeline: who owes what to whom, and when?"""

from firstdose import ui
from firstdose.ui import timeline as room
from firstdose.ui import timeline_partners as sides
from firstdose.words import _

view, session = ui.reading()
ui.page_header(view, session, _("Who owes what to whom, and when?"))
section = room.section(view)
sections = {
    "plan": _("Plan"),
    "slip": _("What moved"),
    "milestones": _("Milestones"),
    "partners": _("Partners"),
}
with ui.row():
    ui.page_choice(view, "section", _("Look at"), sections)
    base = room.choose(view, session, section)


def plan() -> sides.Rows:
    """The plan in lanes."""
    return room.plan_cards(view, session, base)


def slip() -> sides.Rows:
    """What moved since, and why one milestone did."""
    return room.slip_cards(view, session, base)


def milestones() -> sides.Rows:
    """Filing and first dose, and how their days moved from report to report."""
    return sides.milestone_cards(view, session)


def partners() -> sides.Rows:
    """Who owes what, how often in time, and what comes next."""
    return sides.partner_cards(view, session)


make = {"plan": plan, "slip": slip, "milestones": milestones, "partners": partners}[section]
for cards in ui.remembered(make, view, session, base):
    for place, card in zip(ui.grid((3, 2)[: len(cards)]), cards, strict=True):
        with place:
            ui.draw(card)
