"""How long something takes when some of it is still running: the Kaplan-Meier median."""

from collections.abc import Sequence

import numpy as np

_GUARD = 1e-12  # floating-point products of survival that should equal a half do; convention of the cases


def km_quantile(days: Sequence[float], happened: Sequence[bool], p: float = 0.5) -> float | None:
    """The time by which a share ``p`` is expected to have happened; none when that is never reached.

    ``days`` until it happened or, where ``happened`` is false, until it was last seen still running
    (censored). The smallest event time with survival <= 1 - p; equality counts; what is censored at an event
    time is still at risk there. Leaving out the running ones would make the median too short.
    """
    times, events = np.asarray(days, dtype=float), np.asarray(happened, dtype=bool)
    survival = 1.0
    for time in np.unique(times[events]):
        at_risk = int((times >= time).sum())
        survival *= 1 - int((times[events] == time).sum()) / at_risk
        if survival <= 1 - p + _GUARD:
            return float(time)
    return None
