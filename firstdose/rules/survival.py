"""How long something takes when some of it is still running: the Kaplan-Meier curve and its quantiles."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Days = NDArray[np.float64]
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


def incidence(days: Sequence[float], ends: Sequence[str]) -> pd.DataFrame:
    """The share that came to each of several ends by each day, when one end rules out the others.

    ``ends`` says how each case ended; empty while it runs (censored). Columns: time, at_risk (int) and one a
    kind of end (0..1) in order of their names; a row for each day on which something ended. Kaplan-Meier
    instead would answer "if nothing else could happen". Source: Aalen and Johansen 1978.
    """
    times, told = np.asarray(days, dtype=float), np.asarray(ends, dtype=str)
    ended = told != ""
    at = np.unique(times[ended])
    at_risk = len(times) - np.searchsorted(np.sort(times), at, side="left")
    frame = pd.DataFrame({"time": at, "at_risk": at_risk})
    all_ended = np.searchsorted(np.sort(times[ended]), at, side="right") - np.searchsorted(
        np.sort(times[ended]), at, side="left"
    )
    left = np.cumprod(1 - all_ended / np.maximum(at_risk, 1))
    before = np.concatenate([[1.0], left[:-1]])[: len(at)]
    for kind in sorted(set(told[ended])):
        own = np.sort(times[told == kind])
        counted = np.searchsorted(own, at, side="right") - np.searchsorted(own, at, side="left")
        frame[kind] = np.cumsum(before * counted / np.maximum(at_risk, 1))
    return frame


def survival_interval(curve: pd.DataFrame, z: float = 1.959964) -> tuple[Days, Days]:
    """Low and high end of the survival at each time of ``km_curve``, 95 % unless ``z`` says otherwise.

    Log-minus-log of Greenwood's error, so that neither end leaves 0..1; both are the curve itself where
    nothing is left. As ``scipy.stats.ecdf(…).sf.confidence_interval(method="log-log")``.
    """
    share = curve["survival"].to_numpy(dtype=float)
    error = curve["standard_error"].to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        width = z * error / (share * np.abs(np.log(share)))
        low, high = share ** np.exp(width), share ** np.exp(-width)
    known = np.isfinite(width)
    return np.where(known, low, share), np.where(known, high, share)
