"""How forecasts held: what each data version said of a milestone, and how often its P80 came true."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from firstdose.figures import forecast_history as figures
from firstdose.queries import timeline as plans
from firstdose.rules import forecast_history as rules
from firstdose.rules.readiness_history import MOST_VERSIONS
from firstdose.ui import forecast
from firstdose.ui.card import Chart, Table
from firstdose.ui.store import lake
from firstdose.words import _

if TYPE_CHECKING:
    from firstdose.lake import Session
    from firstdose.view import View


def cards(view: "View", session: "Session", row: dict[Any, Any]) -> tuple[Chart, Table]:
    """The band of one milestone over the data versions, and the calibration of all that are let through."""
    numbers = [one.version for one in lake().versions() if one.version <= session.version][-MOST_VERSIONS:]
    then = replace(view, as_of=None, since=None, until=None)
    told = []
    for number in numbers:
        past = session if number == session.version else lake().session(number)
        asked = view if number == session.version else then
        told.append((number, asked.as_of or past.as_of, forecast.found(asked, past).milestones))
    whole = rules.history(told)
    one = whole[whole["task_id"] == row["task_id"]].reset_index(drop=True)
    one.attrs = dict(whole.attrs)
    now = plans.milestones(session, view)
    now = now[now["anchor"] == view.key("milestone", "first dose")]
    before = whole[whole["version"] < session.version]
    calibrated = rules.calibration(before, now, view.as_of or session.as_of)
    return (
        Chart(
            key="chart-forecast-history",
            figure=figures.band(one),
            data=one,
            title=_("{program}: what each data version forecast").format(program=forecast.named(row)),
            how=_("P50 to P80 by report day, each version forecast anew by the same rule; rising slips"),
        ),
        Table(
            key="table-forecast-calibration",
            data=figures.calibration_rows(calibrated),
            title=_("Did the P80 hold?"),
            how=_("Past versions against what came; open where that is not known yet"),
            columns=figures.calibration_columns(),
            foot=rules.in_words(calibrated),
            height=420,
        ),
    )
