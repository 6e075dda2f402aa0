"""How forecasts held: what each data version said of a milestone, and how often its P80 came true.

What a past version forecast is kept for the life of the process: it never changes, and opening it takes
longer than its runs.
"""

from dataclasses import replace
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

import pandas as pd

from firstdose.figures import forecast_history as figures
from firstdose.queries import forecast as queries
from firstdose.queries import timeline as plans
from firstdose.rules import forecast as forecasts
from firstdose.rules import forecast_history as rules
from firstdose.ui import forecast
from firstdose.ui.card import Chart, Table
from firstdose.ui.remember import remembered
from firstdose.ui.store import lake
from firstdose.view import NOTHING, View
from firstdose.words import _

if TYPE_CHECKING:
    from firstdose.lake import Session

_KEPT = 1024  # versions, by seed and kind of days; each a few rows
_guard = Lock()


@lru_cache(maxsize=_KEPT)
def _said(store: str, number: int, days: str, seed: str) -> pd.DataFrame:  # noqa: ARG001 (store is the key)
    """Every milestone that was ahead in a past version, forecast on its own report day."""
    past = lake().session(number, queries.TABLES)
    asked = View(page="forecast", keys=(("days", days), ("seed", seed)))
    basis = replace(forecast.basis(asked, past), runs=rules.PAST_RUNS)
    return forecasts.outlook(basis, queries.ahead(past, asked)).milestones


def _told(view: View, session: "Session", numbers: list[int]) -> list[rules.Told]:
    """The forecasts of versions, the newest of them the one shown."""
    now = forecast.found(view, session).milestones
    with _guard:  # readers who look at once wait for the one that reads the versions
        days = {one.version: one.as_of for one in lake().versions()}
        past = [_said(session.store, number, view.key("days"), view.key("seed")) for number in numbers[:-1]]
    before = [(number, days[number], frame) for number, frame in zip(numbers[:-1], past, strict=True)]
    return [*before, (session.version, view.as_of or session.as_of, now)]


def cards(view: View, session: "Session", row: dict[Any, Any]) -> tuple[Chart, Table]:
    """The band of one milestone over the data versions, and the calibration of all that are let through."""
    every = [one.version for one in lake().versions() if one.version <= session.version]
    numbers = every[-rules.MOST_VERSIONS :]

    def said_and_held() -> tuple[pd.DataFrame, pd.DataFrame]:
        """What the versions forecast, and how that held: the same whichever milestone is looked at."""
        whole = rules.history(_told(view, session, numbers))
        now = plans.milestones(session, view)
        now = now[now["anchor"] == view.key("milestone", "first dose")]
        past = whole[whole["version"] < session.version]
        return whole, rules.calibration(past, now, view.as_of or session.as_of)

    whole, calibrated = remembered(said_and_held, view.with_key("of", NOTHING), session)
    one = whole[whole["task_id"] == row["task_id"]].reset_index(drop=True)
    one.attrs = dict(whole.attrs)
    return (
        Chart(
            key="chart-forecast-history",
            figure=figures.band(one),
            data=one,
            title=_("{program}: what each data version forecast").format(program=forecast.named(row)),
            how=_("P50 to P80 by report day, each version forecast anew by the same rule; rising slips"),
            foot=rules.told_in_words(len(numbers), len(every) - len(numbers)),
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
