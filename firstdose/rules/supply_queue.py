"""A year of patients through collection, suites, testing and release, played many times.

Project rule R-19. Patients ask one after the other at random (Poisson). Each is collected when a place is
free, waits for a suite, is made, tested and released; a failed lot is made again from a new collection or the
patient is lost. Who asks first is served first. Collection, start and release happen on working days; cells
grow and tests run every day. All runs go side by side in numpy: measured, 20 times as fast as an event list
of objects (docs/decisions.md).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstdose.rules.calendar import WorkCalendar

Days = NDArray[np.float64]
Flags = NDArray[np.bool_]

RUNS, YEAR, WARM_UP = 1000, 365.0, 120.0  # warm-up days fill the plant before counting begins
MOST_ATTEMPTS = 4  # lots of one patient; our convention


class Draws(NamedTuple):
    """What chance decides, by run and patient (by attempt too, last axis): days and truths."""

    requests: Days  # run x patient, rising
    making: Days
    testing: Days
    fails: Flags
    again: Flags


class Flow(NamedTuple):
    """What became of each patient, run x patient; not a number where it did not happen."""

    requested: Days
    collected: Days  # of the first attempt
    waited: Days  # for a suite, of all attempts
    released: Days  # of the lot that passed
    lost: Flags  # failed and not made again
    starts: Days  # run x patient x attempt
    frees: Days  # when the suite was free again


@dataclass(frozen=True, slots=True)
class Plant:
    """What serves the patients: places to collect (one day each), suites, days between."""

    places: int
    suites: int
    transport: float = 0.0
    turnaround: float = 0.0
    collecting: float = 1.0


def flow(draws: Draws, plant: Plant, calendar: WorkCalendar | None = None) -> Flow:
    """Lead every patient of every run through the plant; without a calendar every moment is worked.

    At each step every run serves the patient who has asked for the longest: whoever fails asks again later
    than now, so nobody who is not known yet can come before.
    """
    runs, patients = draws.requests.shape
    attempts = draws.making.shape[2]
    asks = draws.requests.copy()
    tries = np.zeros((runs, patients), dtype=np.int64)
    place, suite = np.full((runs, plant.places), -np.inf), np.full((runs, plant.suites), -np.inf)
    nothing = np.full((runs, patients), np.nan)
    collected, released, waited = nothing.copy(), nothing.copy(), np.zeros((runs, patients))
    lost = np.zeros((runs, patients), dtype=bool)
    starts = np.full((runs, patients, attempts), np.nan)
    frees = starts.copy()
    row = np.arange(runs)
    while True:
        who = asks.argmin(axis=1)
        now = asks[row, who]
        there = np.isfinite(now)
        if not there.any():
            break
        at, one = row[there], who[there]
        turn = tries[at, one]
        seat = place[at].argmin(axis=1)
        taken = _opens(calendar, np.maximum(now[there], place[at, seat]))
        place[at, seat] = taken + plant.collecting
        received = taken + plant.transport
        room = suite[at].argmin(axis=1)
        begun = _opens(calendar, np.maximum(received, suite[at, room]))
        harvest = begun + draws.making[at, one, turn]
        suite[at, room] = harvest + plant.turnaround
        out = _opens(calendar, harvest + draws.testing[at, one, turn])
        failed = draws.fails[at, one, turn]
        more = failed & draws.again[at, one, turn] & (turn + 1 < attempts)
        collected[at, one] = np.where(turn == 0, taken, collected[at, one])
        waited[at, one] += begun - received
        starts[at, one, turn], frees[at, one, turn] = begun, harvest + plant.turnaround
        released[at, one] = np.where(failed, np.nan, out)
        lost[at, one] = failed & ~more
        asks[at, one] = np.where(more, out, np.inf)
        tries[at, one] = turn + 1
    return Flow(draws.requests, collected, waited, released, lost, starts, frees)


def _opens(calendar: WorkCalendar | None, moment: Days) -> Days:
    return moment if calendar is None else calendar.opens(moment)


@dataclass(frozen=True, slots=True)
class Chances:
    """What chance draws from: observed days (any number of them), shares 0..1, patients a year."""

    patients: int
    making: tuple[float, ...]
    testing: tuple[float, ...]
    failure: float
    again: float


def draw(chances: Chances, first: float, seed: int, runs: int = RUNS) -> Draws:
    """Draw what chance decides for ``runs`` years that begin at the moment ``first``.

    Each kind of chance has its own generator, so that a change of one leaves the others alone: two scenarios
    of one seed differ by what was changed, not by luck.
    """
    arrive, make, test, fail, again = (np.random.default_rng([seed, kind]) for kind in range(5))
    patients = round(chances.patients * (YEAR + WARM_UP) / YEAR)
    shape = (runs, patients, MOST_ATTEMPTS)
    requests = np.sort(arrive.random((runs, patients)), axis=1) * (YEAR + WARM_UP) - WARM_UP + first
    return Draws(
        requests,
        _observed(make, chances.making, shape),
        _observed(test, chances.testing, shape),
        fail.random(shape) < chances.failure,
        again.random(shape) < chances.again,
    )


def _observed(luck: np.random.Generator, days: tuple[float, ...], shape: tuple[int, ...]) -> Days:
    """Days drawn from those that were observed, each as likely as it was seen."""
    known = np.sort(np.asarray(days, dtype=np.float64))
    return known[(luck.random(shape) * len(known)).astype(np.int64)]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the runs say: days at levels, shares 0..1, counts a year."""

    waits: tuple[float, float]  # P50, P90 for a suite, of patients who asked in the year
    vein: tuple[float, float]  # P50, P90 from the first collection to the infusion
    utilisation: float
    treated: tuple[float, float, float]  # P10, mean, P90 of the runs, infused in the year
    lost: float
    unfinished: float  # asked in the year, neither infused nor lost at its end
    above: float | None  # share of infused ones above the target
    curve: tuple[float, ...]  # days from collection to infusion at 0, 1, … 100 %; empty without any


def outcome(found: Flow, plant: Plant, first: float, tail: float, target: float | None) -> Outcome:
    """Count the year that begins at ``first``; ``tail`` days lie between release and infusion."""
    last = first + YEAR
    mine = (found.requested >= first) & (found.requested < last)
    infused = found.released + tail
    took = (infused - found.collected)[mine & ~np.isnan(infused)]
    waits = found.waited[mine & ~np.isnan(found.collected)]
    busy = np.clip(found.frees, first, last) - np.clip(found.starts, first, last)
    treated = ((infused >= first) & (infused < last)).sum(axis=1)
    open_ = (mine & ~found.lost & ~(infused < last)).sum(axis=1)
    return Outcome(
        _levels(waits),
        _levels(took),
        float(np.nansum(busy) / (found.requested.shape[0] * plant.suites * YEAR)),
        (
            float(np.percentile(treated, 10)),
            float(treated.mean()),
            float(np.percentile(treated, 90)),
        ),
        float((mine & found.lost).sum(axis=1).mean()),
        float(open_.mean()),
        None if target is None or not len(took) else float((took > target).mean()),
        tuple(np.percentile(took, np.arange(101)).tolist()) if len(took) else (),
    )


def _levels(days: Days) -> tuple[float, float]:
    if not len(days):
        return float("nan"), float("nan")
    low, high = np.percentile(days, [50, 90])
    return float(low), float(high)
