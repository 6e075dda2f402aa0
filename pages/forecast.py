"""Forecast: when is the first dose, and how sure are we?"""

from firstdose import ui
from firstdose.ui import forecast
from firstdose.words import _

view, session = ui.reading()
ui.page_header(view, session, _("When is the first dose, and how sure are we?"))
kinds = {"first dose": _("First dose"), "filing": _("Filing")}
view = ui.page_choice(view, "milestone", _("Milestone"), kinds)


def cards() -> forecast.Cards:
    """All milestones of the kind chosen; then the next one: how sure, and what decides it."""
    return forecast.cards(view, session)


(portfolio, milestones, counted), one = ui.remembered(cards, view, session)
ui.draw(portfolio)
left, right = ui.grid((3, 2))
with left:
    ui.draw(milestones)
with right:
    ui.draw(counted)
if one:
    left, right = ui.grid((1, 1))
    with left:
        ui.draw(one[0])
    with right:
        ui.draw(one[1])
    ui.draw(one[2])
