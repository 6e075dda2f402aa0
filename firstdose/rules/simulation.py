"""How sure the end of a plan is: many runs of the network with durations drawn at random. Project rule R-08.

Durations are triangular(low, most likely, high) or beta-PERT: a beta on [low, high] with the shapes
1 + 4(mode - low)/(high - low) and 1 + 4(high - mode)/(high - low). A risk strikes a run with its probability
and then adds one triangular impact to *all* its tasks, so that they move together. Equal seeds repeat every
number; the first 10,000 runs of a longer simulation are those of a shorter one.

Source: Malcolm et al. (1959) for PERT, Vose, Risk Analysis, for the shapes; merge bias, criticality and
cruciality as in Williams (1992), Criticality in stochastic networks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from firstdose.rules import network as nets
from firstdose.rules.network import Calendar, Days, Network

Shape = Literal["pert", "triangular", "uniform"]

#: Runs drawn and passed at once: bounds memory; rank correlations use the first of them.
CHUNK = 10_000
_SPREAD = 1e-12  # days between low and high below which a duration is fixed


@dataclass(frozen=True, slots=True)
class Risk:
    """A common cause: with its probability it adds one impact (days) to all its tasks, by position."""

    probability: float
    low: float
    mid: float
    high: float
    tasks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the runs said.

    ``finish``: days, one row a run, one column a target. ``criticality``: by task, the share of runs in
    which it lies on a longest chain to the first target. ``cruciality``: by task, rank correlation of its
    duration with the finish of the first target (0 when fixed). ``on_means``: finish of each target when
    every duration is its mean, risks by probability × mean impact.
    """

    finish: Days
    criticality: Days
    cruciality: Days
    on_means: Days

    @property
    def merge_bias(self) -> Days:
        """Mean finish of each target minus its finish on mean durations, in days."""
        return np.asarray(self.finish.mean(axis=0) - self.on_means)


def pert_mean(low: Days, mid: Days, high: Days) -> Days:
    """Mean of beta-PERT, days."""
    return np.asarray((low + 4 * mid + high) / 6)


def pert_variance(low: Days, mid: Days, high: Days) -> Days:
    """Variance of beta-PERT, days squared; not the textbook's ((high - low)/6)², another number."""
    mean = pert_mean(low, mid, high)
    return np.asarray((mean - low) * (high - mean) / 7)


def classic_variance(low: Days, high: Days) -> Days:
    """The textbook variance of PERT, ((high - low)/6)², days squared; for comparison with hand sums."""
    return np.asarray(((high - low) / 6) ** 2)


def means(low: Days, mid: Days, high: Days, shape: Shape) -> Days:
    """Mean duration of every task under a shape."""
    if shape == "pert":
        return pert_mean(low, mid, high)
    return np.asarray((low + mid + high) / 3 if shape == "triangular" else (low + high) / 2)


def draw(random: Generator, low: float, mid: float, high: float, shape: Shape, runs: int) -> Days:
    """Durations of one task, one a run; fixed when low and high are the same."""
    width = high - low
    if width < _SPREAD:
        return np.full(runs, mid)
    if shape == "triangular":
        return random.triangular(low, mid, high, runs)
    if shape == "uniform":
        return random.uniform(low, high, runs)
    return low + width * random.beta(1 + 4 * (mid - low) / width, 1 + 4 * (high - mid) / width, runs)


def simulate(
    net: Network,
    low: Days,
    mid: Days,
    high: Days,
    targets: Sequence[int],
    *,
    shape: Shape = "pert",
    risks: Sequence[Risk] = (),
    earliest: Days | float = 0.0,
    calendars: Sequence[Calendar | None] | None = None,
    runs: int = 10_000,
    seed: int = 1,
    drivers: bool = True,
) -> Outcome:
    """Run the network ``runs`` times. ``drivers`` off skips criticality and cruciality (zeros).

    Durations by position in days, low <= mid <= high. Memory is bounded by ``CHUNK`` runs at a time.
    """
    random = np.random.default_rng(seed)
    near = nets.NO_FLOAT if calendars is None else nets.CLOSE
    finish = np.empty((runs, len(targets)))
    critical, cruciality = np.zeros(len(net.ids)), np.zeros(len(net.ids))
    for first in range(0, runs, CHUNK):
        count = min(CHUNK, runs - first)
        days = _durations(random, low, mid, high, shape, risks, count)
        early = nets.forward(net, days.T, earliest, calendars)
        finish[first : first + count] = early.finish[:, targets]
        if drivers:
            late = nets.backward(net, days.T, early, targets[0], calendars)
            critical += (nets.total_float(early, late, calendars) <= near).sum(axis=0)
            if not first:
                cruciality = rank_correlations(days, finish[:count, 0])
    expected = means(low, mid, high, shape)
    for risk in risks:
        expected[list(risk.tasks)] += risk.probability * (risk.low + risk.mid + risk.high) / 3
    on_means = nets.forward(net, expected, earliest, calendars).finish[list(targets)]
    return Outcome(finish, critical / runs, cruciality, on_means)


def _durations(
    random: Generator, low: Days, mid: Days, high: Days, shape: Shape, risks: Sequence[Risk], runs: int
) -> Days:
    """Durations drawn, one row a task; a risk strikes all its tasks in the same runs."""
    days = np.empty((len(low), runs))
    for at in range(len(low)):
        days[at] = draw(random, low[at], mid[at], high[at], shape, runs)
    for risk in risks:
        struck = random.random(runs) < risk.probability
        impact = struck * draw(random, risk.low, risk.mid, risk.high, "triangular", runs)
        for at in risk.tasks:
            days[at] += impact
    return days


def rank_correlations(days: Days, finish: Days) -> Days:
    """Spearman's rank correlation of each row with ``finish``; 0 for a row without spread.

    Ties take the order in which they stand, which matters for durations that are mostly equal only.
    """
    ranked = _ranks(finish)
    found = np.zeros(len(days))
    spread = float((ranked**2).sum())
    if np.ptp(finish) < _SPREAD:
        return found
    for at in np.flatnonzero(np.ptp(days, axis=1) > _SPREAD):
        found[at] = float(_ranks(days[at]) @ ranked) / spread
    return found


def _ranks(values: Days) -> Days:
    """Ranks less their mean."""
    ranks = np.empty(len(values))
    ranks[np.argsort(values)] = np.arange(len(values))
    return np.asarray(ranks - (len(values) - 1) / 2)


def quantiles(finish: Days, shares: Sequence[float] = (0.1, 0.5, 0.8, 0.9)) -> dict[float, float]:
    """The days by which the given shares of runs are done."""
    return dict(zip(shares, np.quantile(finish, shares).tolist(), strict=True))


def chance(finish: Days, target: float) -> float:
    """Share of runs that are done by the target."""
    return float((finish <= target).mean())


def at_least(finishes: Days, count: int, days: Days) -> NDArray[np.float64]:
    """For every day the chance that at least ``count`` of the targets are done by it.

    ``finishes``: one row a run, one column a target, of one simulation, so that common causes count.
    """
    reached = np.sort(np.partition(finishes, count - 1, axis=1)[:, count - 1])
    return np.asarray(np.searchsorted(reached, days, side="right") / len(finishes))
