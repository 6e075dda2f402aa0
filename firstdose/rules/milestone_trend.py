"""How a milestone's forecast moved from report to report, and where its trend ends.

Source: milestone trend analysis; the meeting with the diagonal (the day that is its own forecast) is the
point where the fitted line says "done".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

#: A slope from here on moves the milestone away as fast as time passes: the line never meets the diagonal.
RUNAWAY = 30.0
#: A meeting further ahead than this of the last report is said to be none; our convention.
FAR_DAYS = 3653


@dataclass(frozen=True, slots=True)
class Trend:
    """What a series of forecasts says; days are calendar days, positive = later.

    ``slope`` is days of slip per 30 days of time, none with fewer than two reports; ``finish`` is the day at
    which the fitted line meets the diagonal, none when it never does.
    """

    slip_days: int | None
    last_move_days: int | None
    moves: int
    slope: float | None
    days_to_go: int
    finish: date | None


def trend(reports: Sequence[tuple[date, date]], baseline: date | None = None) -> Trend:
    """Judge a milestone by its forecasts, pairs of report day and forecast, the oldest first; not empty.

    The slope is fitted by least squares. Slip is against ``baseline``.
    """
    days = np.array([day.toordinal() for day, _forecast in reports], dtype=np.float64)
    told = np.array([forecast.toordinal() for _day, forecast in reports], dtype=np.float64)
    steps = np.diff(told)
    last_day, last = reports[-1]
    slope = finish = None
    if len(reports) > 1 and np.ptp(days) > 0:
        rise = float(np.polyfit(days - days[0], told, 1)[0])
        slope = rise * 30
        finish = _meeting(days, told, rise, last_day)
    return Trend(
        None if baseline is None else (last - baseline).days,
        int(steps[-1]) if len(steps) else None,
        int(np.count_nonzero(steps)),
        slope,
        (last - last_day).days,
        finish,
    )


def _meeting(days: np.ndarray, told: np.ndarray, rise: float, last_day: date) -> date | None:
    """The day that the fitted line forecasts for itself, rounded to the nearest."""
    if rise * 30 >= RUNAWAY - 1e-9:
        return None
    middle, level = float(days.mean()), float(told.mean())
    ahead = (level - rise * middle) / (1 - rise) - last_day.toordinal()
    if not -FAR_DAYS <= ahead <= FAR_DAYS:
        return None
    return last_day + timedelta(days=round(ahead))
