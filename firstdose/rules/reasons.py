"""Reasons in words, made for whole columns: each distinct number of days is put into words once."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Days = NDArray[np.float64]
Said = NDArray[Any]


def days_of(span: "pd.Series[Any]") -> Days:
    """Whole days of a column of time spans; not a number where the span is missing."""
    days: Days = span.dt.days.to_numpy(dtype=float)
    return days


def said_per_day(days: Days, where: NDArray[np.bool_], say: Callable[[int], str]) -> Said:
    """The words of ``say`` for the rows of ``where``; empty elsewhere."""
    said = np.full(len(days), "", dtype=object)
    chosen = days[where].astype(int).tolist()
    words = {number: say(number) for number in set(chosen)}
    said[where] = [words[number] for number in chosen]
    return said


def joined(reasons: Sequence[Said], otherwise: Iterable[str]) -> list[str]:
    """All reasons of each row in their order; a row without any says ``otherwise``."""
    return ["; ".join(filter(None, said)) or other for *said, other in zip(*reasons, otherwise, strict=True)]
