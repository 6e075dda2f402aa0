"""Run rules of control charts: patterns that a process in control seldom shows.

False alarms add up: a process in control gives its first signal after 370 lots on the mean with rule 1 alone,
after about 117 with rules 1, 2, 3 and 5, after about 72 with all eight (limits known; simulated).

Source: Nelson 1984 and 1985; conventions where tools differ stand in ``run_rules``. The default set is ours.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

RULES = (1, 2, 3, 4, 5, 6, 7, 8)
DEFAULT = (1, 2, 3, 5)

Numbers: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]


def run_rules(
    values: Sequence[float] | Numbers, center: float, sigma: float, rules: Sequence[int] = RULES
) -> dict[int, Flags]:
    """Which points complete a pattern, by Nelson's rule 1 to 8; all comparisons are strict.

    Missing results (nan) are left out before the rules are applied and are never flagged. A point on the
    centre line ends a run of rule 2, equal neighbours end one of rules 3 and 4; rules 5 and 6 may fire before
    their window is full, the flagged point being one of those beyond; rule 8 wants both sides. Without a
    spread only rules 2, 3 and 4 can fire. ``ValueError`` for a rule that does not exist.
    """
    if unknown := set(rules) - set(RULES):
        raise ValueError(f"no run rule {sorted(unknown)}")
    numbers = np.asarray(values, dtype=float)
    there = np.flatnonzero(~np.isnan(numbers))
    away = numbers[there] - center
    z = away / sigma if sigma > 0 else np.full(len(away), np.nan)
    found = {}
    for rule in rules:
        flags = np.zeros(len(numbers), dtype=bool)
        flags[there] = _fires(rule, away, z)
        found[rule] = flags
    return found


def same_side(values: Sequence[float] | Numbers, center: float, count: int) -> Flags:
    """Whether a point and those before it, ``count`` in a row, lie on one side of the centre.

    Nelson asks for 9, Western Electric for 8.
    """
    away = np.asarray(values, dtype=float) - center
    return (_streak(away > 0) >= count) | (_streak(away < 0) >= count)


def _fires(rule: int, away: Numbers, z: Numbers) -> Flags:
    if rule == 1:
        return np.abs(z) > 3
    if rule == 2:
        return same_side(away, 0.0, 9)
    if rule in (3, 4):
        return _trend(away) if rule == 3 else _alternating(away)
    if rule in (5, 6):
        beyond, needed, window = (2, 2, 3) if rule == 5 else (1, 4, 5)
        return _most_of(z > beyond, needed, window) | _most_of(z < -beyond, needed, window)
    if rule == 7:
        return _streak(np.abs(z) < 1) >= 15
    both = (_recent(z > 1, 8) > 0) & (_recent(z < -1, 8) > 0)
    return (_streak(np.abs(z) > 1) >= 8) & both


def _streak(holds: Flags) -> NDArray[np.intp]:
    """How many in a row hold, up to and with each point."""
    at = np.arange(len(holds))
    return at - np.maximum.accumulate(np.where(holds, -1, at)) if len(holds) else at


def _recent(holds: Flags, window: int) -> NDArray[np.int64]:
    """How many of the last ``window`` points hold; fewer points at the start."""
    total = np.concatenate([[0], np.cumsum(holds)])
    at = np.arange(1, len(holds) + 1)
    counted: NDArray[np.int64] = total[at] - total[np.maximum(at - window, 0)]
    return counted


def _most_of(beyond: Flags, needed: int, window: int) -> Flags:
    return beyond & (_recent(beyond, window) >= needed)


def _trend(away: Numbers) -> Flags:
    """Six points strictly rising or falling: five steps."""
    steps = np.diff(away)
    return np.concatenate(
        [np.zeros(min(1, len(away)), dtype=bool), (_streak(steps > 0) >= 5) | (_streak(steps < 0) >= 5)]
    )


def _alternating(away: Numbers) -> Flags:
    """Fourteen points up and down in turn: thirteen steps, twelve turns."""
    way = np.sign(np.diff(away))
    turns = way[1:] * way[:-1] < 0
    return np.concatenate([np.zeros(min(2, len(away)), dtype=bool), _streak(turns) >= 12])
