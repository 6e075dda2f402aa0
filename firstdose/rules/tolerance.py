"""Tolerance intervals: where a share of all future lots lies, with a confidence.

Beside "mean plus or minus three standard deviations" they carry the uncertainty of few lots: a draft
specification from early lots rests on them.

Source: one-sided factor by the noncentral t distribution; two-sided exact factor by integrating over the
sample mean (ISO 16269-6); Howe 1969 as the quick approximation. All for normal values, or their logarithms.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from firstdose.rules.control_chart import Scale
from firstdose.rules.run_rules import Numbers

COVERAGE = CONFIDENCE = 0.95
FEWEST = 3  # values; two give factors above 30; our convention


def one_sided(n: int, coverage: float = COVERAGE, confidence: float = CONFIDENCE) -> float:
    """The factor k of mean - k sd, below which at most 1 - coverage lies."""
    from scipy.special import ndtri
    from scipy.stats import nct

    return float(nct.ppf(confidence, n - 1, ndtri(coverage) * np.sqrt(n)) / np.sqrt(n))


def howe(n: int, coverage: float = COVERAGE, confidence: float = CONFIDENCE) -> float:
    """Howe's approximation of the two-sided factor: within 2.1 % from n = 3, 0.3 % from n = 5 (at 95/95)."""
    from scipy.special import ndtri
    from scipy.stats import chi2

    spread = (n - 1) * (1 + 1 / n) / chi2.ppf(1 - confidence, n - 1)
    return float(ndtri((1 + coverage) / 2) * np.sqrt(spread))


@lru_cache(256)
def two_sided(n: int, coverage: float = COVERAGE, confidence: float = CONFIDENCE) -> float:
    """The exact factor k of mean +/- k sd: the coverage statement holds with just this confidence.

    With u the standard normal of the sample mean, r(u) is the half width that covers enough there, and k
    solves E[P(chi2 >= (n - 1) r(u)^2 / k^2)] = confidence. 64 points of Gauss and Legendre over half the
    normal, up to 8 standard deviations: the answer agrees with adaptive integration to 1e-8 (tested).
    """
    from scipy.optimize import brentq
    from scipy.special import chdtrc, ndtr

    at, weight = np.polynomial.legendre.leggauss(64)
    u, weight = 4 * (at + 1), 4 * weight
    density = 2 * weight * np.exp(-(u**2) / 2) / np.sqrt(2 * np.pi)
    shift = u / np.sqrt(n)
    r = np.array(
        [
            brentq(lambda half, s=s: ndtr(s + half) - ndtr(s - half) - coverage, 0, s + 40, xtol=1e-12)
            for s in shift
        ]
    )

    def short(k: float) -> float:
        return float((density * chdtrc(n - 1, (n - 1) * r**2 / k**2)).sum()) - confidence

    return float(brentq(short, 1e-3, 1e5, xtol=1e-10))


@dataclass(frozen=True, slots=True)
class Interval:
    """A tolerance interval in the unit of the values, two-sided and each side alone, and mean +/- 3 sd."""

    n: int
    low: float
    high: float
    lower_alone: float
    upper_alone: float
    three_low: float
    three_high: float


def interval(
    values: Sequence[float] | Numbers,
    scale: Scale = "linear",
    coverage: float = COVERAGE,
    confidence: float = CONFIDENCE,
) -> Interval | None:
    """The interval of results (nan = missing); none below three. A log scale is judged on logarithms."""
    numbers = np.asarray(values, dtype=float)
    numbers = numbers[~np.isnan(numbers)]
    n = len(numbers)
    if n < FEWEST:
        return None
    numbers = np.log(numbers) if scale == "log" else numbers
    mean, sd = float(numbers.mean()), float(numbers.std(ddof=1))
    both, alone = two_sided(n, coverage, confidence) * sd, one_sided(n, coverage, confidence) * sd
    ends = [mean - both, mean + both, mean - alone, mean + alone, mean - 3 * sd, mean + 3 * sd]
    return Interval(n, *(float(np.exp(end)) if scale == "log" else end for end in ends))
