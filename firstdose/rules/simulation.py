"""How sure the end of a plan is: many runs of the network with durations drawn at random. Project rule R-08.

Durations are triangular(low, most likely, high) or beta-PERT: a beta on [low, high] with the shapes
1 + 4(mode - low)/(high - low) and 1 + 4(high - mode)/(high - low). A risk strikes a run with its probability
and then adds one triangular impact to *all* its tasks, so that they move together. Equal seeds repeat every
number; the first 10,000 runs of a longer simulation are those of a shorter one.

Every task and risk draws its luck from a stream of its own, made of the seed and its id: one of 2,048 equally
likely slices of its distribution. So a run keeps its luck when a task is changed, dropped or added: two
plans that differ in one task differ by that task alone, and a part of a plan ends as it does in the whole.

Source: Malcolm et al. (1959) for PERT, Vose, Risk Analysis, for the shapes; merge bias, criticality and
cruciality as in Williams (1992), Criticality in stochastic networks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, Literal
from zlib import crc32

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from firstdose.rules import network as nets
from firstdose.rules import network_ends
from firstdose.rules.network import Calendar, Days, Network

Shape = Literal["pert", "triangular", "uniform"]

#: Most runs drawn and passed at once; rank correlations and swings use the first of them.
CHUNK = 10_000
#: Most durations passed at once (32 MB): a plan of 3,000 tasks goes 1,333 runs at a time.
CELLS = 4_000_000
#: The share of runs in which a task is called short, and long; our convention.
TAIL = 0.2
SWINGS = 20  # tasks, the most crucial ones, whose swing is told; others have the mean of all
#: Equally likely values of a duration: a day of a task as wide as five years.
SLICES = 2048
_BITS = SLICES.bit_length() - 1
_MIDDLES = (np.arange(SLICES) + 0.5) / SLICES
_MODES = 64  # places of the mode at which beta-PERT is tabled
_SPREAD = 1e-12  # days between low and high below which a duration is fixed


@dataclass(frozen=True, slots=True)
class Risk:
    """A common cause: with its probability it adds one impact (days) to all its tasks, by position."""

    probability: float
    low: float
    mid: float
    high: float
    tasks: tuple[int, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the runs said.

    ``finish``: days, one row a run, one column a target. ``criticality``: by task, the share of runs in
    which it lies on a longest chain to the first target. ``cruciality``: by task, rank correlation of its
    duration with the finish of the first target (0 when fixed). ``on_means``: finish of each target when
    every duration is its mean, risks by probability × mean impact. ``swing``: by task, the mean finish of the
    first target in the runs where the task is among its shortest ``TAIL`` and among its longest.
    ``struck``: by risk, the mean finish where it does not strike and where it does (none when it never does).
    """

    finish: Days
    criticality: Days
    cruciality: Days
    on_means: Days
    swing: Days
    struck: Days

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


def likely(low: float, mid: float, high: float, shape: Shape) -> Days:
    """``SLICES`` equally likely durations: the middles of as many slices of the distribution, rising."""
    width = high - low
    if width < _SPREAD:
        return np.full(SLICES, mid)
    if shape == "uniform":
        return np.asarray(low + width * _MIDDLES)
    peak = (mid - low) / width
    if shape == "triangular":
        early, late = np.sqrt(_MIDDLES * peak), 1 - np.sqrt((1 - _MIDDLES) * (1 - peak))
        return np.asarray(low + width * np.where(peak > _MIDDLES, early, late))
    table, whole = _pert(), min(int(peak * _MODES), _MODES - 1)
    return np.asarray(
        low + width * (table[whole] + (peak * _MODES - whole) * (table[whole + 1] - table[whole]))
    )


@cache
def _pert() -> Days:
    """Middles of the slices of beta-PERT on [0, 1], one row a place of its mode from 0 to 1.

    The density, x to the power 4m times (1 - x) to the power 4(1 - m), summed by trapezes; between two rows
    a quantile is off by less than 0.0001 of the width.
    """
    at, mode = np.linspace(0.0, 1.0, 8193), np.linspace(0.0, 1.0, _MODES + 1)[:, np.newaxis]
    density = at ** (4 * mode) * (1 - at) ** (4 * (1 - mode))
    below = np.cumsum((density[:, 1:] + density[:, :-1]) / 2, axis=1)
    return np.stack([np.interp(_MIDDLES, np.concatenate([[0.0], row / row[-1]]), at) for row in below])


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
    """Run the network ``runs`` times. ``drivers`` off skips all that is said of tasks and risks (zeros).

    Durations by position in days, low <= mid <= high. Only what the targets wait for is drawn and passed;
    memory is bounded by ``CELLS`` durations at a time, without ``drivers`` by the tasks that still wait.
    """
    kept = list(nets.upstream(net, targets))
    own, place = nets.part(net, kept), {at: new for new, at in enumerate(kept)}
    ends = [place[at] for at in targets]
    floor = np.broadcast_to(earliest, (len(net.ids),))[kept]
    worked = None if calendars is None else [calendars[at] for at in kept]
    causes = [_within(risk, place) for risk in risks]
    tables = [
        *(likely(low[at], mid[at], high[at], shape) for at in kept),
        *(likely(risk.low, risk.mid, risk.high, "triangular") for risk in causes),
    ]
    names = [net.ids[at] for at in kept] + [f"risk {risk.name or at}" for at, risk in enumerate(causes)]
    fixed = [*(high[kept] - low[kept] < _SPREAD), *(False for _risk in causes)]  # these need no luck
    streams = [None if sure else _stream(seed, name) for name, sure in zip(names, fixed, strict=True)]
    seen = _Seen(np.zeros(len(kept)), [], [], [])
    finish, room = np.empty((runs, len(targets))), max(CELLS // max(len(kept), 1), 1)
    for first in range(0, runs, CHUNK):
        count = min(CHUNK, runs - first)
        luck = np.zeros((len(streams), count), dtype=np.uint16)
        for at, random in enumerate(streams):
            if random is not None:
                luck[at] = _slices(random, count)
        hits = np.array(
            [
                random.random(count) < risk.probability
                for random, risk in zip(filter(None, streams[len(kept) :]), causes, strict=True)
            ],
            dtype=np.bool_,
        ).reshape(len(causes), count)
        impacts = _impacts(tables, luck, causes, hits)
        if not drivers:
            each = partial(_of, tables, luck, impacts)
            finish[first : first + count] = network_ends.ends(own, each, ends, floor, worked, count)
            continue
        for since in range(0, count, room):
            some = slice(since, min(since + room, count))
            days = np.empty((len(kept), some.stop - some.start))
            for at in range(len(kept)):
                struck = [impact[some] for impact in impacts.get(at, ())]
                days[at] = _duration(tables[at], luck[at, some], struck)
            early = nets.forward(own, days.T, floor, worked)
            finish[first + some.start : first + some.stop] = early.finish[:, ends]
            near = nets.NO_FLOAT if worked is None else nets.CLOSE
            late = nets.backward(own, days.T, early, ends[0], worked)
            seen.critical[:] += (nets.total_float(early, late, worked) <= near).sum(axis=0)
            if not first:
                seen.days.append(days)
        if drivers and not first:
            seen.hits.append(hits)
            seen.luck.append(luck)
    expected = means(low, mid, high, shape)[kept]
    for risk in causes:
        expected[list(risk.tasks)] += risk.probability * (risk.low + risk.mid + risk.high) / 3
    on_means = nets.forward(own, expected, floor, worked).finish[ends]
    return _told(seen, finish, on_means, kept, high - low, len(risks))


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the runs showed of the tasks drawn: critical so often; durations, strikes, luck of the first."""

    critical: Days
    days: list[Days]
    hits: list[NDArray[np.bool_]]
    luck: list[NDArray[np.uint16]]


def _told(seen: _Seen, finish: Days, on_means: Days, kept: list[int], wide: Days, risks: int) -> Outcome:
    critical, cruciality = np.zeros(len(wide)), np.zeros(len(wide))
    swing, struck = np.zeros((len(wide), 2)), np.zeros((risks, 2))
    if seen.days:
        days = np.concatenate(seen.days, axis=1)
        ended = finish[: days.shape[1], 0]
        critical[kept] = seen.critical / len(finish)
        cruciality[kept] = found = rank_correlations(days, ended)
        swing[:] = ended.mean()
        for at in np.argsort(-np.abs(found))[:SWINGS]:
            if wide[kept[at]] >= _SPREAD:  # by its own luck: what a risk adds is the swing of the risk
                swing[kept[at]] = swings(seen.luck[0][at], ended)
        struck = np.array([_where(ended, one) for one in seen.hits[0]]).reshape(risks, 2)
    return Outcome(finish, critical, cruciality, on_means, swing, struck)


def _within(risk: Risk, place: dict[int, int]) -> Risk:
    """A risk with those of its tasks that are passed, by their new positions."""
    return replace(risk, tasks=tuple(place[at] for at in risk.tasks if at in place))


def _stream(seed: int, name: str) -> Generator:
    """The luck of one task or risk."""
    return np.random.default_rng([seed, crc32(name.encode())])


def _slices(random: Generator, count: int) -> NDArray[np.uint16]:
    """One of ``SLICES`` a run: what ``integers(0, SLICES, count)`` draws of uint16, in a quarter of its time.

    For a power of two that is the leading bits of 16 raw ones, four to a word of the stream.
    """
    if count % 4:
        return random.integers(0, SLICES, count, dtype=np.uint16)
    words = random.bit_generator.random_raw(count // 4).astype("<u8", copy=False)
    return words.view("<u2") >> np.uint16(16 - _BITS)


def _impacts(
    tables: Sequence[Days], luck: NDArray[np.uint16], risks: Sequence[Risk], hits: NDArray[np.bool_]
) -> dict[int, list[Days]]:
    """What risks add to each task they strike; one strikes all its tasks in the same runs."""
    found: dict[int, list[Days]] = {}
    first = len(tables) - len(risks)
    for number, risk in enumerate(risks, first):
        impact = hits[number - first] * tables[number].take(luck[number])
        for at in risk.tasks:
            found.setdefault(at, []).append(impact)
    return found


def _duration(table: Days, luck: NDArray[np.uint16], impacts: Sequence[Days]) -> Days:
    """The days of a task in some runs; one number when they do not vary."""
    days: Days = table[0] if table[0] == table[-1] else table.take(luck, mode="clip")
    for impact in impacts:
        days = days + impact
    return days


def _of(tables: Sequence[Days], luck: NDArray[np.uint16], impacts: dict[int, list[Days]], at: int) -> Days:
    return _duration(tables[at], luck[at], impacts.get(at, ()))


def _where(finish: Days, hit: NDArray[np.bool_]) -> tuple[float, float]:
    """The mean finish where a risk does not strike and where it does; none of what never comes."""
    return tuple(float(finish[one].mean()) if one.any() else np.nan for one in (~hit, hit))  # type: ignore[return-value]


def swings(luck: NDArray[Any], finish: Days) -> tuple[float, float]:
    """Mean ``finish`` in the runs in which a task is among its shortest, and in which among its longest."""
    order, few = np.argsort(luck, kind="stable"), max(round(len(finish) * TAIL), 1)
    return float(finish[order[:few]].mean()), float(finish[order[-few:]].mean())


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
