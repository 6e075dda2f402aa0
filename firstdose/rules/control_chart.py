"""Individuals and moving-range charts: limits, phases, run rules, and what is said about them.

One value a lot, in the order of manufacture. Limits describe the process; the specification, which says what
may be released, is no matter of this room. Lognormal attributes are judged on their natural logarithm and
told in their own unit.

Source: NIST/SEMATECH e-Handbook 6.3.2.2. Our conventions:
limits of fewer than 20 lots are provisional; no limits when more than a quarter of the lots lie beyond a
quantification limit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firstdose.rules.run_rules import DEFAULT, Flags, Numbers, run_rules

D2 = 1.128  # mean range of two normal values in standard deviations, as tables print it
D4 = 3.267  # upper limit of such a range in mean ranges
ENOUGH_LOTS = 20  # fewer baseline lots make provisional limits; our convention
MOST_CENSORED = 0.25  # share of lots beyond a quantification limit above which there are no limits

Scale = Literal["linear", "log"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Centre and limits of individuals and moving ranges, on the scale the values came in.

    ``sigma`` is the spread within: mean moving range / 1.128; not a number when no two neighbours exist.
    """

    n: int
    n_ranges: int
    center: float
    mean_range: float

    @property
    def sigma(self) -> float:
        """Standard deviation within, from neighbouring lots."""
        return self.mean_range / D2

    @property
    def upper(self) -> float:
        """Upper limit of an individual."""
        return self.center + 3 * self.sigma

    @property
    def lower(self) -> float:
        """Lower limit of an individual."""
        return self.center - 3 * self.sigma

    @property
    def range_upper(self) -> float:
        """Upper limit of a moving range; the lower one is 0."""
        return D4 * self.mean_range

    @property
    def usable(self) -> bool:
        """Whether there is a spread to judge by."""
        return self.n_ranges > 0 and self.mean_range > 0

    @property
    def provisional(self) -> bool:
        """Whether fewer lots made them than it takes to trust them."""
        return self.n < ENOUGH_LOTS


def moving_ranges(values: Sequence[float] | Numbers) -> Numbers:
    """The absolute difference to the lot before; the first, and any beside a missing result, is missing."""
    numbers = np.asarray(values, dtype=float)
    return np.abs(np.diff(numbers, prepend=np.nan))


def limits(values: Sequence[float] | Numbers) -> Limits:
    """Limits of results in the order of manufacture; a missing one (nan) forms no range across the gap."""
    numbers = np.asarray(values, dtype=float)
    there, ranges = numbers[~np.isnan(numbers)], moving_ranges(numbers)
    ranges = ranges[~np.isnan(ranges)]
    return Limits(
        len(there),
        len(ranges),
        float(there.mean()) if len(there) else np.nan,
        float(ranges.mean()) if len(ranges) else np.nan,
    )


@dataclass(frozen=True, slots=True)
class Phase:
    """One process version in a chart: which lots, which limits (in the attribute's unit) and from which lots.

    ``limits`` is on the scale judged (logarithm for a log attribute); none where there are none, and
    ``why_not`` is ``few`` (no two neighbours, or no spread) or ``censored``. ``lots`` and ``censored`` count
    what is shown. ``unused`` is a baseline that would set the limits, had it a lot here.
    """

    version: str
    lots: int
    limits: Limits | None
    why_not: Literal["", "few", "censored"]
    baseline: "Baseline | None"
    censored: int
    unused: "Baseline | None" = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """A period whose lots set the limits; ``version`` none counts every process version."""

    version: str | None
    first_on: pd.Timestamp
    last_on: pd.Timestamp
    set_by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A control chart: its points, phases and signals.

    ``points``: one row a lot as given, with phase (int), in_limits (bool: helped to set them), center, lower,
    upper, moving_range, range_upper (in the unit of the attribute; a range of a log attribute is a ratio) and
    signals (the rules that fired, as ``1 5``) and unstable (bool: one of them fired, or of the default rules,
    applied or not). ``rules``: those applied. ``signals``: one row a lot and rule: at (row of points),
    batch_id, rule. ``left_out``: lots without a usable value, those of zero or less on a log scale included.
    ``outside``: lots of these phases that were judged but started outside the period shown, of every phase
    where none is shown.
    """

    points: pd.DataFrame
    phases: tuple[Phase, ...]
    signals: pd.DataFrame
    scale: Scale
    left_out: int
    rules: tuple[int, ...] = DEFAULT
    outside: int = 0

    @property
    def stable(self) -> bool:
        """Whether no rule fired."""
        return self.signals.empty


def chart(
    lots: pd.DataFrame,
    scale: Scale,
    baselines: Sequence[Baseline] = (),
    rules: Sequence[int] = DEFAULT,
    *,
    since: date | None = None,
    until: date | None = None,
) -> Chart:
    """The control chart of one attribute at one site.

    Takes one row a lot in the order of manufacture: batch_id, process_version (str), started_on (date), value
    (float), qualifier (``<``, ``>`` or none: the value is a bound). Each process version is a phase, its lots
    together, in the order in which versions first occur, with limits from the lots of its baseline where
    there is one, else from all its lots. Bounds set no limits and complete no pattern; one that already lies
    beyond a limit is a signal of rule 1. A period (``since``, ``until``: days of start) bounds what is shown
    of the chart, neither the lots that set limits nor the runs that reach into it.
    """
    points = lots.reset_index(drop=True).copy()
    bounds = points["qualifier"].astype("object")  # a column without any may arrive in any type
    points["qualifier"] = bounds.where(bounds.notna(), None)
    numbers = points["value"].to_numpy(dtype=float)
    usable = ~np.isnan(numbers) & ((numbers > 0) if scale == "log" else True)
    left_out = int((~usable & _inside(points, since, until)).sum())
    points = points[usable].reset_index(drop=True)
    versions = points["process_version"].astype("str")
    points["phase"] = pd.factorize(versions)[0].astype(int)
    points = points.sort_values("phase", kind="stable", ignore_index=True)
    scaled = (
        np.log(points["value"].to_numpy(dtype=float))
        if scale == "log"
        else points["value"].to_numpy(dtype=float)
    )
    parts: list[pd.DataFrame] = []
    phases: list[Phase] = []
    fired: list[pd.DataFrame] = []
    for at in points.groupby("phase", sort=True).indices.values():
        part, phase = _phase(points.iloc[at].copy(), scaled[at], scale, baselines)
        asked = _signals(part, scaled[at], phase, sorted({*DEFAULT, *rules}))
        flags = {rule: flag for rule, flag in asked.items() if rule in rules}
        part["signals"] = [
            " ".join(str(rule) for rule in flags if flags[rule][row]) for row in range(len(part))
        ]
        part["unstable"] = np.logical_or.reduce([*asked.values(), np.zeros(len(part), dtype=bool)])
        parts.append(part)
        phases.append(phase)
        fired += [
            pd.DataFrame({"at": at[flag], "batch_id": part["batch_id"].to_numpy()[flag], "rule": rule})
            for rule, flag in flags.items()
        ]
    nothing = pd.DataFrame({"at": [], "batch_id": [], "rule": []}).astype({"at": int, "rule": int})
    signals = pd.concat([nothing, *fired], ignore_index=True) if fired else nothing
    drawn = pd.concat(parts, ignore_index=True) if parts else _without_limits(points)
    drawn.attrs = dict(lots.attrs)
    signals = signals.sort_values(["at", "rule"], ignore_index=True)
    found = Chart(drawn, tuple(phases), signals, scale, left_out, tuple(rules))
    return _shown(found, _inside(drawn, since, until))


def _inside(lots: pd.DataFrame, since: date | None, until: date | None) -> Flags:
    """Which lots were started in a period."""
    started, inside = pd.to_datetime(lots["started_on"]), np.ones(len(lots), dtype=bool)
    if since is not None:
        inside &= (started >= pd.Timestamp(since)).to_numpy()
    if until is not None:
        inside &= (started <= pd.Timestamp(until)).to_numpy()
    return inside


def _shown(whole: Chart, inside: Flags) -> Chart:
    """The lots to show of a chart that was judged as a whole, with the phases that they belong to."""
    if inside.all():
        return whole
    points = whole.points[inside].reset_index(drop=True)
    numbers = np.unique(points["phase"].to_numpy(dtype=int))
    points["phase"] = np.searchsorted(numbers, points["phase"].to_numpy(dtype=int))
    parts = [points[points["phase"] == number] for number in range(len(numbers))]
    phases = [
        replace(whole.phases[number], lots=len(part), censored=int(part["qualifier"].notna().sum()))
        for number, part in zip(numbers, parts, strict=True)
    ]
    signals = whole.signals[inside[whole.signals["at"].to_numpy(dtype=int)]].reset_index(drop=True)
    signals["at"] = (np.cumsum(inside) - 1)[signals["at"].to_numpy(dtype=int)]
    behind = sum(whole.phases[number].lots for number in numbers) - len(points) if parts else len(inside)
    return replace(whole, points=points, phases=tuple(phases), signals=signals, outside=behind)


def _without_limits(points: pd.DataFrame) -> pd.DataFrame:
    blank = dict.fromkeys(("center", "lower", "upper", "moving_range", "range_upper"), np.nan)
    return points.assign(in_limits=False, **blank, signals="", unstable=False)


def _phase(
    part: pd.DataFrame, scaled: Numbers, scale: Scale, baselines: Sequence[Baseline]
) -> tuple[pd.DataFrame, Phase]:
    """The lots of one process version with their limits."""
    version = str(part["process_version"].iloc[0])
    started = pd.to_datetime(part["started_on"])
    censored = part["qualifier"].notna().to_numpy()
    chosen, counted = None, np.ones(len(part), dtype=bool)
    own = [one for one in baselines if one.version in (None, version)]
    own.sort(key=lambda one: (one.version is None, -one.last_on.value))
    for one in own:
        inside = started.between(one.first_on, one.last_on).to_numpy()
        if inside.any():
            chosen, counted = one, inside
            break
    unused = own[0] if own and chosen is None else None
    known = np.where(censored, np.nan, scaled)
    found = limits(known[counted])
    why_not: Literal["", "few", "censored"] = ""
    if censored[counted].mean() > MOST_CENSORED:
        why_not = "censored"
    elif not found.usable:
        why_not = "few"
    bounds = int(censored.sum())
    phase = Phase(version, len(part), None if why_not else found, why_not, chosen, bounds, unused)
    back = np.exp if scale == "log" else np.asarray
    part = _without_limits(part)
    part["moving_range"] = back(moving_ranges(known))
    if not why_not:
        part["in_limits"] = counted & ~censored
        part["center"], part["lower"], part["upper"] = (
            float(back(one)) for one in (found.center, found.lower, found.upper)
        )
        part["range_upper"] = float(back(found.range_upper))
    return part, phase


def _signals(part: pd.DataFrame, scaled: Numbers, phase: Phase, rules: Sequence[int]) -> dict[int, Flags]:
    """The lots of one phase that complete a pattern, by rule; nothing fires without limits."""
    if phase.limits is None:
        return {}
    censored = part["qualifier"].notna().to_numpy()
    found = run_rules(np.where(censored, np.nan, scaled), phase.limits.center, phase.limits.sigma, rules)
    if 1 in found:
        below = (part["qualifier"] == "<").to_numpy() & (scaled < phase.limits.lower)
        above = (part["qualifier"] == ">").to_numpy() & (scaled > phase.limits.upper)
        found[1] = found[1] | below | above
    return found


def thinned(chart_: Chart, most: int) -> NDArray[np.intp]:
    """The rows of the points to draw, at most ``most``: every signal, and the extremes of what is between.

    Lots are taken in equal stretches; of each the lowest and the highest stay, with the first and last lot of
    every phase. Signals beyond ``most`` are kept by their distance from the centre.
    """
    points = chart_.points
    if len(points) <= most:
        return np.arange(len(points))
    value = points["value"].to_numpy(dtype=float)
    phase = points["phase"].to_numpy()
    edges = np.flatnonzero(np.diff(phase, prepend=-1, append=phase[-1] + 1) != 0)
    kept = {int(one) for edge in edges[: most // 4] for one in (edge, edge - 1) if 0 <= one < len(points)}
    signals = np.unique(chart_.signals["at"].to_numpy(dtype=int))
    room = most - len(kept)
    if len(signals) > room:
        far = np.abs(value[signals] - points["center"].to_numpy(dtype=float)[signals])
        signals = signals[np.argsort(-far, kind="stable")[:room]]
    kept |= {int(one) for one in signals}
    stretches = max((most - len(kept)) // 2, 0)
    if stretches:
        for stretch in np.array_split(np.arange(len(points)), stretches):
            kept |= {int(stretch[value[stretch].argmin()]), int(stretch[value[stretch].argmax()])}
    return np.array(sorted(kept), dtype=np.intp)
