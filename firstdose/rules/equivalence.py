"""Whether two groups of lots are comparable: equivalence test, quality range, and three verdicts.

*Equivalent*: the interval of the difference lies inside the margin. *Not equivalent*: it lies wholly
outside. *Not demonstrated*: it straddles a bound, or there are too few lots. That a difference is not
significant is no proof of sameness and is not told here. Margins and ranks are settings of the data, never
constants of the code. Lots of one donor count once.

Source: Schuirmann 1987 (two one-sided tests); Yang, Novick and Burdick 2016 (margin in standard deviations of
the sending site, quality range, share inside); ICH Q5E.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from firstdose.rules.run_rules import Numbers

ALPHA = 0.05  # of each one-sided test: the interval is the one at 90 %
FEWEST = 3  # lots a side; our convention

Verdict = Literal["equivalent", "not equivalent", "not demonstrated"]
Values = Sequence[float] | Numbers


@dataclass(frozen=True, slots=True)
class Group:
    """One side of a comparison: mean, sample standard deviation (n - 1) and number of independent lots."""

    mean: float
    sd: float
    n: int


def group(values: Values) -> Group:
    """The summary of results (nan = missing); the spread of fewer than two is not a number."""
    numbers = np.asarray(values, dtype=float)
    numbers = numbers[~np.isnan(numbers)]
    n = len(numbers)
    return Group(float(numbers.mean()) if n else np.nan, float(numbers.std(ddof=1)) if n > 1 else np.nan, n)


def one_per_donor(values: Values, donors: Sequence[Hashable]) -> Numbers:
    """One value a donor, the mean of its lots; a lot without a donor stands for itself.

    Lots of one donor are no independent evidence: counted apart they would make the interval too narrow.
    """
    frame = pd.DataFrame({"value": np.asarray(values, dtype=float), "donor": list(donors)})
    known = frame[frame["donor"].notna()].groupby("donor", sort=False)["value"].mean()
    alone = frame.loc[frame["donor"].isna(), "value"]
    return np.concatenate([known.to_numpy(dtype=float), alone.to_numpy(dtype=float)])


@dataclass(frozen=True, slots=True)
class Test:
    """Two one-sided tests of a difference against its bounds.

    ``diff`` is receiving minus sending (of logarithms for ratios); ``t_lower`` and ``p_lower`` belong to the
    lower bound, ``t_upper`` and ``p_upper`` to the upper; the interval is at 1 - 2 alpha. With ``few``
    there are fewer than three lots on a side, and nothing else than the difference is known.
    """

    diff: float
    se: float
    df: float
    low: float
    high: float
    alpha: float
    t_lower: float
    t_upper: float
    p_lower: float
    p_upper: float
    ci_low: float
    ci_high: float
    few: bool = False

    @property
    def p(self) -> float:
        """The larger of the two one-sided p values."""
        return max(self.p_lower, self.p_upper)

    @property
    def verdict(self) -> Verdict:
        """Equivalent, not equivalent, or not demonstrated."""
        if self.few or np.isnan(self.ci_low):
            return "not demonstrated"
        if self.low < self.ci_low and self.ci_high < self.high:
            return "equivalent"
        return "not equivalent" if self.ci_high < self.low or self.ci_low > self.high else "not demonstrated"

    @property
    def smallest_margin(self) -> float:
        """The smallest margin these lots could prove if there were no difference: half the interval."""
        return (self.ci_high - self.ci_low) / 2


def margin(sending: Group, factor: float) -> float:
    """The margin in the unit of the results: ``factor`` standard deviations of the sending side."""
    return factor * sending.sd


def tost(
    receiving: Group, sending: Group, low: float, high: float, *, alpha: float = ALPHA, welch: bool = False
) -> Test:
    """The test of two independent groups, pooled or, with ``welch``, without equal variances.

    Fewer than three lots on a side give no interval. Source: as ``statsmodels.stats.weightstats.ttost_ind``.
    """
    diff = receiving.mean - sending.mean
    if min(receiving.n, sending.n) < FEWEST:
        return _few(diff, low, high, alpha)
    over_receiving, over_sending = receiving.sd**2 / receiving.n, sending.sd**2 / sending.n
    if welch:
        se = float(np.sqrt(over_receiving + over_sending))
        spread = over_receiving**2 / (receiving.n - 1) + over_sending**2 / (sending.n - 1)
        df = (over_receiving + over_sending) ** 2 / spread if spread else float(receiving.n + sending.n - 2)
    else:
        df = float(receiving.n + sending.n - 2)
        pooled = ((receiving.n - 1) * receiving.sd**2 + (sending.n - 1) * sending.sd**2) / df
        se = float(np.sqrt(pooled * (1 / receiving.n + 1 / sending.n)))
    return _tested(diff, se, df, low, high, alpha)


def tost_paired(receiving: Values, sending: Values, low: float, high: float, *, alpha: float = ALPHA) -> Test:
    """The test of pairs, the same donor made at both sites; the variation of patients drops out.

    For ratios give logarithms of results and bounds. Pairs with a missing side are left out.
    """
    differences = np.asarray(receiving, dtype=float) - np.asarray(sending, dtype=float)
    pairs = group(differences)
    if pairs.n < FEWEST:
        return _few(pairs.mean, low, high, alpha)
    return _tested(pairs.mean, pairs.sd / float(np.sqrt(pairs.n)), float(pairs.n - 1), low, high, alpha)


def _few(diff: float, low: float, high: float, alpha: float) -> Test:
    gap = np.nan
    return Test(diff, gap, gap, low, high, alpha, gap, gap, gap, gap, gap, gap, few=True)


def _tested(diff: float, se: float, df: float, low: float, high: float, alpha: float) -> Test:
    from scipy.special import stdtr, stdtrit  # half a second to import

    half = float(stdtrit(df, 1 - alpha)) * se
    with np.errstate(divide="ignore", invalid="ignore"):  # lots all alike have no spread
        t_lower, t_upper = float(np.divide(diff - low, se)), float(np.divide(diff - high, se))
    p_lower, p_upper = float(stdtr(df, -t_lower)), float(stdtr(df, t_upper))
    return Test(diff, se, df, low, high, alpha, t_lower, t_upper, p_lower, p_upper, diff - half, diff + half)


@dataclass(frozen=True, slots=True)
class QualityRange:
    """The range of the sending lots and how many receiving lots lie in it, its ends included."""

    mean: float
    sd: float
    low: float
    high: float
    n: int
    n_inside: int
    required: float
    few: bool

    @property
    def share(self) -> float | None:
        """The share inside, 0..1; none without a lot."""
        return self.n_inside / self.n if self.n else None

    @property
    def passed(self) -> bool | None:
        """Whether enough lots lie inside; none when there are too few lots to say."""
        return None if self.few else self.n_inside >= self.required * self.n - 1e-12


def quality_range(receiving: Values, sending: Values, k: float, required: float = 0.9) -> QualityRange:
    """Mean +/- ``k`` standard deviations of the sending lots; passed when a share ``required`` lies in it."""
    of = group(sending)
    numbers = np.asarray(receiving, dtype=float)
    numbers = numbers[~np.isnan(numbers)]
    low, high = of.mean - k * of.sd, of.mean + k * of.sd
    inside = int(((numbers >= low) & (numbers <= high)).sum())
    few = min(of.n, len(numbers)) < FEWEST
    return QualityRange(of.mean, of.sd, low, high, len(numbers), inside, required, few)
