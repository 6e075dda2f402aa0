"""How long something takes when some of it is still running: the Kaplan-Meier curve and its quantiles."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

_GUARD = 1e-12  # floating-point products of survival that should equal a half do; convention of the cases


def km_quantile(days: Sequence[float], happened: Sequence[bool], p: float = 0.5) -> float | None:
    """The time by which a share ``p`` is expected to have happened; none when that is never reached.

    ``days`` until it happened or, where ``happened`` is false, until it was last seen still running
    (censored). The smallest event time with survival <= 1 - p; equality counts; what is censored at an event
    time is still at risk there. Leaving out the running ones would make the median too short.
    """
    curve = km_curve(days, happened)
    reached = curve.loc[curve["survival"] <= 1 - p + _GUARD, "time"]
    return float(reached.iloc[0]) if len(reached) else None


def km_curve(days: Sequence[float], happened: Sequence[bool]) -> pd.DataFrame:
    """The share still running after each day on which something happened, the earliest first.

    Columns: time, at_risk, events, survival (0..1), standard_error (Greenwood, on the survival scale; none
    once nothing is left). What is censored at an event time is still at risk there.
    """
    times, events = np.asarray(days, dtype=float), np.asarray(happened, dtype=bool)
    at, counted = np.unique(times[events], return_counts=True)
    at_risk = len(times) - np.searchsorted(np.sort(times), at, side="left")
    survival = np.cumprod(1 - counted / np.maximum(at_risk, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        error = survival * np.sqrt(np.cumsum(counted / (at_risk * (at_risk - counted))))
    return pd.DataFrame(
        {
            "time": at,
            "at_risk": at_risk,
            "events": counted,
            "survival": survival,
            "standard_error": error,
        }
    )
