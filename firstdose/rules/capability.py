"""How well a process fits its specification: Cp, Cpk, Pp, Ppk, and when they may be shown at all.

Cp and Cpk use the spread within (neighbouring lots), Pp and Ppk the overall standard deviation (n - 1). With
one limit the index of the other and Cp stay empty: no limit is invented.

Source: NIST/SEMATECH e-Handbook 6.1.6; interval after Bissell 1990 (attribution recalled). Our conventions:
Cpk from 20 lots and only while the control chart has limits and no signal; Ppk from 10 lots.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from firstdose.rules.control_chart import ENOUGH_LOTS, Limits, Scale, limits
from firstdose.rules.run_rules import Numbers

ENOUGH_FOR_PPK = 10  # lots; fewer give an interval too wide to mean anything; our convention
FAR = 0.99865  # the share of a normal population below 3 standard deviations

WhyNot = Literal["", "no specification", "few", "signals", "no limits", "censored", "no spread"]


@dataclass(frozen=True, slots=True)
class Indices:
    """The indices of one spread: of both limits, of the upper, of the lower one; none without the limit."""

    both: float | None
    upper: float | None
    lower: float | None

    @property
    def least(self) -> float | None:
        """Cpk or Ppk."""
        return min((one for one in (self.upper, self.lower) if one is not None), default=None)


def indices(mean: float, sigma: float, lower: float | None, upper: float | None) -> Indices:
    """The indices of a mean and a spread against one or both limits; ``sigma`` must be above 0."""
    return Indices(
        None if lower is None or upper is None else (upper - lower) / (6 * sigma),
        None if upper is None else (upper - mean) / (3 * sigma),
        None if lower is None else (mean - lower) / (3 * sigma),
    )


def off_center(mean: float, lower: float, upper: float) -> float:
    """NIST's k: how far the mean lies from the middle, in half widths of the specification."""
    return abs((lower + upper) / 2 - mean) / ((upper - lower) / 2)


def against_target(both: float, mean: float, sigma: float, target: float) -> float:
    """Cpm: Cp made smaller by the distance of the mean from the target."""
    return both / float(np.sqrt(1 + ((mean - target) / sigma) ** 2))


def interval(index: float, n: int, level: float = 0.95) -> tuple[float, float]:
    """The approximate two-sided interval of Ppk from ``n`` lots; for Cpk the true one is somewhat wider."""
    from scipy.special import ndtri  # half a second to import: only where an interval is asked for

    half = float(ndtri((1 + level) / 2)) * np.sqrt(1 / (9 * n) + index**2 / (2 * (n - 1)))
    return index - float(half), index + float(half)


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Capability of a lognormal attribute; ``mu`` and ``sigma`` (n - 1) of the natural logarithms.

    ``ppk_log`` is the ordinary index on the log scale and the one shown; ``ppk_quantile`` the percentile
    method. ``above`` and ``below`` are the expected shares beyond a limit, 0..1.
    """

    mu: float
    sigma: float
    ppk_log: float | None
    ppk_quantile: float | None
    above: float | None
    below: float | None


def lognormal(values: Sequence[float] | Numbers, lower: float | None, upper: float | None) -> Lognormal:
    """Both conventions for a lognormal attribute. ``ValueError`` for a value or limit of zero or less."""
    from scipy.special import ndtr, ndtri

    numbers = np.asarray(values, dtype=float)
    if (numbers <= 0).any() or any(one is not None and one <= 0 for one in (lower, upper)):
        raise ValueError("a lognormal attribute has values and limits above zero")
    logs = np.log(numbers)
    mu, sigma = float(logs.mean()), float(logs.std(ddof=1))
    low, high = (None if one is None else float(np.log(one)) for one in (lower, upper))
    half, far = float(np.exp(mu)), float(ndtri(FAR)) * sigma
    quantile = [
        (upper - half) / (float(np.exp(mu + far)) - half) if upper is not None else None,
        (half - lower) / (half - float(np.exp(mu - far))) if lower is not None else None,
    ]
    return Lognormal(
        mu,
        sigma,
        indices(mu, sigma, low, high).least,
        min((one for one in quantile if one is not None), default=None),
        None if high is None else float(ndtr((mu - high) / sigma)),
        None if low is None else float(ndtr((low - mu) / sigma)),
    )


@dataclass(frozen=True, slots=True)
class Capability:
    """What may be said of a process: indices with n, and why one is not shown.

    Values are those of the scale judged. ``cpk`` and ``ppk`` are none where they may not be shown;
    ``why_not_cpk`` and ``why_not_ppk`` say why.
    """

    n: int
    mean: float
    sigma_within: float
    sigma_overall: float
    within: Indices | None
    overall: Indices | None
    why_not_cpk: WhyNot
    why_not_ppk: WhyNot


def capability(
    values: Sequence[float] | Numbers,
    lower: float | None,
    upper: float | None,
    scale: Scale = "linear",
    *,
    signals: int = 0,
    limited: bool = True,
    censored: int = 0,
) -> Capability:
    """The indices of results in the order of manufacture (nan = missing), guarded.

    On a log scale results and limits are taken as logarithms (``ppk_log``); a limit of zero or less is none
    there. ``signals`` of the control chart forbid Cpk, as does a chart without limits (not ``limited``), on
    which none can fire; ``censored`` results (bounds) forbid both.
    """
    numbers = np.asarray(values, dtype=float)
    if scale == "log":
        numbers = np.log(numbers)
        lower, upper = (None if one is None or one <= 0 else float(np.log(one)) for one in (lower, upper))
    there = numbers[~np.isnan(numbers)]
    found = limits(numbers)
    overall = float(there.std(ddof=1)) if len(there) > 1 else np.nan
    why: WhyNot = ""
    if lower is None and upper is None:
        why = "no specification"
    elif censored:
        why = "censored"
    elif len(there) < ENOUGH_FOR_PPK:
        why = "few"
    elif not overall > 0:
        why = "no spread"
    strict: WhyNot = why or _unfit(found, signals, limited=limited)
    return Capability(
        len(there),
        found.center,
        found.sigma,
        overall,
        None if strict else indices(found.center, found.sigma, lower, upper),
        None if why else indices(found.center, overall, lower, upper),
        strict,
        why,
    )


def _unfit(found: Limits, signals: int, *, limited: bool) -> WhyNot:
    """Why there is no Cpk although there is a Ppk."""
    if signals:
        return "signals"
    if found.n < ENOUGH_LOTS:
        return "few"
    if not limited:
        return "no limits"
    return "" if found.usable else "no spread"
