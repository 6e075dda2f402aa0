"""Forecast: when is the first dose, and how sure are we?"""

from firstdose import ui
from firstdose.ui import forecast, forecast_history, forecast_whatif
from firstdose.words import _

view, session = ui.reading()
ui.page_header(view, session, _("When is the first dose, and how sure are we?"))
kinds = {"first dose": _("First dose"), "filing": _("Filing")}
parts = {
    "programs": _("All programs"),
    "drivers": _("What decides one"),
    "what-if": _("What if"),
    "history": _("How forecasts held"),
}
days = {"calendar": _("Calendar days"), "working": _("Working days")}
with ui.row():
    view = ui.page_choice(view, "milestone", _("Milestone"), kinds)
    view = ui.page_choice(view, "part", _("Shown"), parts)
    view = ui.page_choice(view, "days", _("Durations count"), days)
    forecast.calendars()
part = view.key("part", "programs")


def programs() -> tuple[ui.Chart, ui.Table, ui.Table]:
    """All milestones of the kind chosen."""
    return forecast.programs(view, session)


if part == "programs":
    portfolio, milestones, counted = ui.remembered(programs, view, session)
    ui.draw(portfolio)
    left, right = ui.grid((1, 1))
    with left:
        ui.draw(milestones)
    with right:
        ui.draw(counted)
elif row := forecast.picked(view, session):

    def decided() -> tuple[forecast.Card, ...]:
        """The one milestone picked: how sure, what decides it, its tasks."""
        return forecast.one(view.with_key("of", row["task_id"]), session, row)

    def held() -> tuple[forecast.Card, ...]:
        """What past data versions forecast of it, and how often their P80 came true."""
        return forecast_history.cards(view, session, row)

    if part == "what-if":
        forecast_whatif.what_if(view, session, row)
    elif part == "history":
        ui.draw(*ui.remembered(held, view.with_key("of", row["task_id"]), session))
    else:
        curve, moves, plan, tasks, broken = ui.remembered(decided, view, session)
        left, right = ui.grid((1, 1))
        with left:
            ui.draw(curve)
        with right:
            ui.draw(moves)
        ui.draw(plan, tasks, broken)
