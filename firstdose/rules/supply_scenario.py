"""What if the plant were another: the settings of the queue from the data, some of them changed in a link.

Changes stand side by side with a space between them, each a letter, ``~`` and a number (``s~8 t~10``):

    n  patients a year      s  suites               w  days worked a week, 5 or 7
    c  collections a day    m  days of making       t  days of testing and release
    f  failed lots, %       r  of them made again, %
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from firstdose.rules.proportion import TOO_FEW
from firstdose.rules.supply_demand import Attempts
from firstdose.rules.supply_queue import RUNS, Chances, Plant
from firstdose.words import N_, _, ngettext, say_number

#: Smallest and largest value of each setting, and the step of its field. At most 150,000 patients are played.
BOUNDS: Mapping[str, tuple[float, float, float]] = {
    "n": (1, 1000, 1),
    "s": (1, 100, 1),
    "w": (5, 7, 2),
    "c": (1, 20, 1),
    "m": (1, 60, 1),
    "t": (1, 120, 1),
    "f": (0, 60, 1),
    "r": (0, 100, 1),
}
_NAMES = {
    "n": N_("Patients a year"),
    "s": N_("Suites"),
    "w": N_("Days worked a week"),
    "c": N_("Collections a working day"),
    "m": N_("Making, days"),
    "t": N_("Testing and release, days"),
    "f": N_("Failed lots, %"),
    "r": N_("Made again, %"),
}
MOST_PLAYED = 150_000  # patients over all runs, which keeps a scenario below a second; our convention
TURNAROUND = 2.0  # days a suite needs between two lots; our convention
#: Days where fewer than five finished lots say them: process time of academic CAR-T (benchmarks B046, B047),
#: two weeks of testing, two days of transport and a week to the infusion by our convention.
_MAKING, _TESTING, _TRANSPORT, _TAIL = (12.0, 13.0), (14.0,), 2.0, 7.0
_PART = re.compile(r"([nswcmtfr])~(\d{1,4}(?:\.\d)?)", re.ASCII)
_UNREAD = N_("“{part}” is not a change of the plant that firstdose knows; it was left out.")
_BEYOND = N_("“{part}” lies outside {low}–{high}; it was left out.")
_TWICE = N_("“{part}” changes what was changed before it; it was left out.")


def setting_name(letter: str) -> str:
    """A setting in the reader's language."""
    return _(_NAMES[letter])


@dataclass(frozen=True, slots=True)
class Base:
    """The plant as the data describe it: the settings by letter, and the days observed."""

    settings: Mapping[str, float]
    making: tuple[float, ...]
    testing: tuple[float, ...]
    transport: float
    tail: float
    lots: int  # finished lots that the days were observed in; 0 where conventions stand for them
    slots_a_week: float
    planned: float  # patients a year of the plan, before the bounds


def base(cases: pd.DataFrame, need: Attempts, patients: float, slots_a_week: float) -> Base:
    """The plant from finished cases (``queries.supply.cases``), shares of failure, demand and slots a week.

    A suite makes one lot at a time, so as many suites are taken as make the slots of a week with the median
    days of making and two days between lots.
    """
    done = cases[cases[["harvested_on", "released_on", "started_on"]].notna().all(axis=1)]
    enough = len(done) >= TOO_FEW
    making = _between(done, "started_on", "harvested_on") if enough else _MAKING
    testing = _between(done, "harvested_on", "released_on") if enough else _TESTING
    transport = _between(cases, "collected_on", "received_on")
    tail = _between(cases, "released_on", "infused_on")
    suites = slots_a_week * (float(np.median(making)) + TURNAROUND) / 7
    known = need.basis != "nothing"
    settings = {
        "n": round(patients),
        "s": max(1, round(suites)),
        "w": 5,
        "c": 1,
        "m": round(float(np.median(making)), 1),
        "t": round(float(np.median(testing)), 1),
        "f": round(100 * (need.failure.value or 0.0), 1) if known else 0.0,
        "r": round(100 * (need.repeat.value or 0.0), 1),
    }
    bound = {
        letter: float(min(max(value, BOUNDS[letter][0]), BOUNDS[letter][1]))
        for letter, value in settings.items()
    }
    return Base(
        bound,
        making,
        testing,
        float(np.median(transport)) if len(transport) >= TOO_FEW else _TRANSPORT,
        float(np.median(tail)) if len(tail) >= TOO_FEW else _TAIL,
        len(done) if enough else 0,
        slots_a_week,
        patients,
    )


def _between(rows: pd.DataFrame, first: str, last: str) -> tuple[float, ...]:
    days = (rows[last] - rows[first]).dt.days.dropna()
    return tuple(float(one) for one in days if one >= 0)


@dataclass(frozen=True, slots=True)
class Scenario:
    """The changes that a link makes, by letter, and what of it was refused, in words."""

    changes: Mapping[str, float]
    refused: tuple[str, ...] = ()

    @property
    def written(self) -> str:
        """The changes as a link writes them, in the order of the settings."""
        return " ".join(f"{one}~{self.changes[one]:g}" for one in BOUNDS if one in self.changes)


def read(text: str) -> Scenario:
    """The changes of a link; what cannot be read is refused and named, never guessed."""
    changes: dict[str, float] = {}
    refused = []
    for part in text.split():
        found = _PART.fullmatch(part)
        if found is None:
            refused.append(_(_UNREAD).format(part=part[:40]))
            continue
        letter, value = found[1], float(found[2])
        low, high, _step = BOUNDS[letter]
        if not low <= value <= high or (letter == "w" and value not in (5, 7)):
            refused.append(_(_BEYOND).format(part=part, low=say_number(low), high=say_number(high)))
        elif letter in changes:
            refused.append(_(_TWICE).format(part=part))
        else:
            changes[letter] = value
    return Scenario(changes, tuple(refused))


def changed(found: Base, asked: Mapping[str, Any]) -> Scenario:
    """The scenario whose settings are those asked for: what differs from the data."""
    return Scenario(
        {
            letter: float(asked[letter])
            for letter in BOUNDS
            if abs(float(asked[letter]) - found.settings[letter]) > 0.049
        }
    )


def settings(found: Base, scenario: Scenario) -> dict[str, float]:
    """Every setting by letter, those of the scenario before those of the data."""
    return {**found.settings, **scenario.changes}


def plant(found: Base, asked: Mapping[str, float]) -> Plant:
    """The plant of the settings."""
    return Plant(int(asked["c"]), int(asked["s"]), found.transport, TURNAROUND)


def chances(found: Base, asked: Mapping[str, float]) -> Chances:
    """What chance draws from; days observed are stretched so that their median is the one asked for."""
    return Chances(
        int(asked["n"]),
        _stretched(found.making, asked["m"]),
        _stretched(found.testing, asked["t"]),
        asked["f"] / 100,
        asked["r"] / 100,
    )


def _stretched(days: tuple[float, ...], median: float) -> tuple[float, ...]:
    now = float(np.median(days))
    if now <= 0 or abs(now - median) < 0.05:
        return days
    return tuple(one * median / now for one in days)


def runs(asked: Mapping[str, float]) -> int:
    """How many years are played: 1,000, fewer where more patients would take too long."""
    return min(RUNS, int(MOST_PLAYED / (asked["n"] * 4 / 3)))


def in_words(found: Base, asked: Mapping[str, float], seed: int) -> str:
    """Where the settings come from, the seed and the runs."""
    said = [
        _("Seed {seed}, {runs} years played.").format(seed=seed, runs=say_number(runs(asked))),
        ngettext(
            "Days as observed in {n} finished lot, stretched where a median is changed.",
            "Days as observed in {n} finished lots, stretched where a median is changed.",
            found.lots,
        ).format(n=found.lots)
        if found.lots
        else _("Too few finished lots: days by convention, 12 to 13 of making, 14 of testing."),
        _(
            "Suites of the data: {slots} slots a week by days of making and {n} between lots. Drop-outs are "
            "not played; collection, start and release fall on working days."
        ).format(slots=say_number(found.slots_a_week, 1), n=say_number(TURNAROUND)),
    ]
    low, high, _step = BOUNDS["n"]
    if not low <= found.planned <= high:
        said.append(
            _("The plan has {n} patients a year; from {low} to {high} are played.").format(
                n=say_number(found.planned), low=say_number(low), high=say_number(high)
            )
        )
    return " ".join(said)
