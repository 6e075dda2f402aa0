"""Manufacturing: can we make it, the same, every time?"""

from firstdose import ui
from firstdose.queries import manufacturing as queries
from firstdose.rules import manufacturing as rules
from firstdose.rules.overview import Headline
from firstdose.ui import manufacturing as room
from firstdose.ui.card import Card, Chart, Table
from firstdose.words import _

view, session = ui.reading()
ui.page_header(view, session, _("Can we make it, the same, every time?"))
day = view.as_of or session.as_of
lot = room.lot_picked(view, session)


def cards_of_lot() -> tuple[Table, ...]:
    """One lot in full."""
    return room.lot_cards(view, session, lot or "", day)


def headlines() -> tuple[Headline, ...]:
    """Rates of all lots let through, and deviations per lot."""
    return rules.headlines(queries.lots(session, view))


def cards_of_rates() -> tuple[Chart, Table]:
    """One rate by group; the list of lots."""
    return room.rate_cards(view, session)


def cards_of_trouble() -> tuple[Card, ...]:
    """Causes and deviations."""
    return room.trouble_cards(view, session, day)


if lot:
    ui.draw(*ui.remembered(cards_of_lot, view, session))
elif lot == "":
    every = room.without(view, "measure", "by", "attribute", "site", "rules")
    ui.kpi_row(ui.remembered(headlines, every, session))
    view = room.rate_choices(view)
    rates, lots = ui.remembered(cards_of_rates, room.without(view, "attribute", "site", "rules"), session)
    left, right = ui.grid((2, 3))
    with left:
        ui.draw(rates)
    with right:
        ui.draw(lots)
    picked = room.chart_picked(view, session)
    if picked:
        chosen = picked

        def cards_of_chart() -> tuple[Card, ...]:
            """One control chart, its signals, capability."""
            return room.chart_cards(view, session, chosen)

        ui.draw(*ui.remembered(cards_of_chart, room.without(view, "measure", "by"), session))
    causes, ages, deviations = ui.remembered(cards_of_trouble, every, session)
    left, right = ui.grid((2, 3))
    with left:
        ui.draw(causes)
    with right:
        ui.draw(ages, deviations)
