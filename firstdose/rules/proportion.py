"""A share of a small number of programs or lots: its exact interval, and when it is too few to say one."""

from dataclasses import dataclass
from functools import cache

from firstdose.words import _

TOO_FEW = 5  # below this many decided programs or lots a share is not printed; our convention
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Share:
    """``k`` of ``n`` with the Clopper-Pearson interval at 95 %; the share is none when ``n`` is 0."""

    k: int
    n: int

    @property
    def value(self) -> float | None:
        """k / n, 0..1; none when nothing was counted."""
        return self.k / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float]:
        """Low and high end, 0..1; closed at 0 for k = 0 and at 1 for k = n; (0, 1) when n is 0."""
        return clopper_pearson(self.k, self.n)

    @property
    def enough(self) -> bool:
        """Whether there are enough to print a percentage."""
        return self.n >= TOO_FEW

    def percent(self) -> str:
        """``87 % (74–95 %)``, or that there are too few to say."""
        if not self.enough or self.value is None:
            return _("too few for a rate")
        low, high = self.interval
        return _("{share} % ({low}–{high} %)").format(
            share=round(100 * self.value), low=round(100 * low), high=round(100 * high)
        )


@cache
def clopper_pearson(k: int, n: int, level: float = LEVEL) -> tuple[float, float]:
    """The exact two-sided interval of a binomial share. ``ValueError`` unless 0 <= k <= n.

    Source: Clopper and Pearson 1934; quantiles of the beta distribution, the same as
    ``scipy.stats.binomtest(k, n).proportion_ci(level, method="exact")``.
    """
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no share")
    from scipy.special import betaincinv  # half a second to import: only where an interval is asked for

    tail = (1 - level) / 2
    low = float(betaincinv(k, n - k + 1, tail)) if k else 0.0
    high = float(betaincinv(k + 1, n - k, 1 - tail)) if k < n else 1.0
    return low, high


def wilson(k: int, n: int, level: float = LEVEL) -> tuple[float, float]:
    """The score interval without continuity correction: shorter than the exact one, its coverage not sure.

    Source: Wilson 1927; as ``scipy.stats.binomtest(k, n).proportion_ci(level, method="wilson")``.
    """
    if not 0 <= k <= n or not n:
        raise ValueError(f"{k} of {n} is no share")
    from scipy.special import ndtri

    z = float(ndtri((1 + level) / 2))
    middle = (k + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * (k * (n - k) / n + z * z / 4) ** 0.5
    return max(middle - half, 0.0), min(middle + half, 1.0)


def at_least(k: int, n: int, level: float = LEVEL) -> float:
    """The share shown at least, one-sided: 29 of 29 show 90.2 % at 95 %. ``ValueError`` as above."""
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no share")
    from scipy.special import betaincinv

    return float(betaincinv(k, n - k + 1, 1 - level)) if k else 0.0
