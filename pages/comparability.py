"""Comparability: do two groups of lots give the same product?"""

from firstdose import ui
from firstdose.rules.overview import Headline
from firstdose.ui import comparability as room
from firstdose.ui import comparability_choices
from firstdose.ui.card import Card, Chart, Table
from firstdose.words import _

view, session = ui.reading()
found = room.subject(view, session)
ui.page_header(found.view, session, _("Is it the same product, wherever and however it is made?"))


def headlines() -> tuple[Headline, ...]:
    """Verdicts by tier, lots, smallest margin, donors, lots left out."""
    return room.headlines(found, session)


def results() -> tuple[Chart, Table, Table]:
    """The picture of all differences, the table of verdicts, the smallest margins."""
    return (*room.result_cards(found, session), room.margin_card(found, session))


def lots() -> tuple[Table, Table]:
    """Both groups side by side, and the selection of lots."""
    return room.lot_cards(found, session)


def report() -> tuple[Card, ...]:
    """The whole comparison to print."""
    return room.report_cards(found, session)


if comparability_choices.choices(view, found, session):
    held = room.without(found.view, "attribute")
    if found.view.key("part") == "report":
        ui.draw(*ui.remembered(report, held, session))
    else:
        ui.kpi_row(ui.remembered(headlines, held, session))
        forest, verdicts, margins = ui.remembered(results, held, session)
        left, right = ui.grid((3, 2))
        with left:
            ui.draw(forest)
        with right:
            code = room.attribute_picked(found, session)
            if code:

                def attribute() -> Chart:
                    """The lots of one attribute."""
                    return room.attribute_card(found, session, code)

                ui.draw(ui.remembered(attribute, found.view, session))
            ui.draw(margins)
        ui.draw(verdicts, *ui.remembered(lots, held, session))
