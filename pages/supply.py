"""Supply: can we treat the patients we plan, vein to vein?"""

from firstdose import ui
from firstdose.rules.overview import Headline
from firstdose.ui import supply as room
from firstdose.ui.timeline_partners import Rows
from firstdose.words import _

view, session = ui.reading()
ui.page_header(view, session, _("Can we treat the patients we plan, vein to vein?"))
section = room.section(view)
view = view.with_key("section", section)


def headlines() -> tuple[Headline, ...]:
    """Six figures: waiting, slots, demand, vector, identity."""
    return room.headlines(view, session)


ui.kpi_row(ui.remembered(headlines, room.shared(view), session))
room.choose(view, session, section)


def supply_cards() -> Rows:
    """The cards of the section chosen."""
    return room.cards(view, session, section)


for cards in ui.remembered(supply_cards, view, session):
    for place, card in zip(ui.grid((3, 2)[: len(cards)]), cards, strict=True):
        with place:
            ui.draw(card)
