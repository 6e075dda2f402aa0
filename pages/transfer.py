"""Transfer: can the receiving site take over, and who holds it up?"""

from firstdose import ui
from firstdose.rules.overview import Headline
from firstdose.ui import transfer as room
from firstdose.ui.card import Card
from firstdose.words import _

view, session = ui.reading()
ui.page_header(view, session, _("Can the receiving site take over, and who holds it up?"))
every = view.with_key("show", "").with_key("part", "")  # what does not depend on the deliverables listed


def headlines() -> list[Headline]:
    """Five figures of the transfers let through."""
    return list(room.headlines(every, session))


def board() -> ui.Chart:
    """Every transfer by stage."""
    return room.board(every, session)


def deliverables() -> ui.Table:
    """The deliverables chosen."""
    return room.deliverables(view, session)


def more() -> tuple[Card, ...]:
    """Versions, methods, runs, hand-overs."""
    return room.more_cards(every, session)


if room.choose(view, session):
    ui.kpi_row(ui.remembered(headlines, every, session))
    ui.draw(
        ui.remembered(board, every, session),
        ui.remembered(deliverables, view, session),
        *ui.remembered(more, every, session),
    )
