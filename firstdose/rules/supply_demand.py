"""Demand against capacity: planned patients as slots with failures and repeats, month by month.

Project rule R-16. A patient needs 1 / (1 - failure x repeat) slots: each failed lot is made again with the
share of failed patients' lots that were. The interval puts in the low and the high ends of both shares
(Clopper-Pearson, 95 %), so it is wider than 95 %.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from firstdose.rules.proportion import Share
from firstdose.rules.timeline import in_language
from firstdose.words import N_, _, ngettext, say_number

Basis = Literal["patients", "all lots", "nothing"]
Fit = Literal["fits", "tight", "short", "unknown"]
FITS: tuple[Fit, ...] = ("fits", "tight", "short", "unknown")
_FIT_NAMES: dict[str, str] = {
    "fits": N_("fits"),
    "tight": N_("tight: not at the high end"),
    "short": N_("does not fit"),
    "unknown": N_("slots not given for the whole month"),
}
PLAN = "base"  # the scenario looked at first, where there is one of this name


def fit_name(fit: str) -> str:
    """How a month stands, in the reader's language."""
    return _(_FIT_NAMES[fit])


@dataclass(frozen=True, slots=True)
class Attempts:
    """How many slots a patient needs, and the shares it is made of."""

    failure: Share
    repeat: Share
    basis: Basis

    def slots(self, end: Literal["low", "mid", "high"] = "mid") -> float:
        """Slots a patient; 1 where too few lots are decided to say a rate."""
        if self.basis == "nothing":
            return 1.0
        if end == "mid":
            return 1 / (1 - (self.failure.value or 0.0) * (self.repeat.value or 0.0))
        at = 0 if end == "low" else 1
        return 1 / (1 - min(self.failure.interval[at] * self.repeat.interval[at], 0.9))


def attempts(counted: pd.DataFrame) -> Attempts:
    """The shares from decided lots: patients' own where there are five, else all drug-product lots.

    Takes ``queries.supply.attempts``. Without a failed patient's lot every failed lot counts as made again.
    """
    row = counted.iloc[0]
    own = Share(int(row["patients_failed"]), int(row["patients_lots"]))
    every = Share(int(row["lots_failed"]), int(row["lots"]))
    repeat = Share(int(row["patients_repeated"]), int(row["patients_failed"]))
    if not repeat.n:
        repeat = Share(1, 1)
    if own.enough:
        return Attempts(own, repeat, "patients")
    return Attempts(every, repeat, "all lots") if every.enough else Attempts(every, repeat, "nothing")


def attempts_in_words(found: Attempts) -> str:
    """Where the slots a patient needs come from."""
    if found.basis == "nothing":
        return _("Too few decided lots for a failure rate: one slot a patient, no interval.")
    lots = {
        "patients": _("patients' lots"),
        "all lots": _("all drug-product lots, since too few were for patients"),
    }[found.basis]
    return _(
        "{slots} slots a patient ({low}–{high}): {failure} of {lots} failed, {repeat} of failed ones were "
        "made again."
    ).format(
        slots=say_number(found.slots(), 2),
        low=say_number(found.slots("low"), 2),
        high=say_number(found.slots("high"), 2),
        failure=found.failure.percent(),
        repeat=_("{k} of {n}").format(k=found.repeat.k, n=found.repeat.n),
        lots=lots,
    )


def scenarios(demand: pd.DataFrame) -> list[str]:
    """The scenarios by name, the one called base first."""
    return sorted(set(demand["scenario"]), key=lambda name: (name != PLAN, name))


def picked(demand: pd.DataFrame, asked: str) -> str:
    """The scenario of a link, else the first; empty where the data has no such scenario."""
    there = scenarios(demand)
    name = asked or (there[0] if there else "")
    return name if name in there else ""


def of_plan(demand: pd.DataFrame, scenario: str) -> pd.DataFrame:
    """The rows of one scenario, with the names of program and site in the reader's language."""
    own = demand[demand["scenario"] == scenario].reset_index(drop=True)
    found: pd.DataFrame = own.assign(
        site=in_language(own, "partner_name"),
        program=own["program_id"] + " · " + in_language(own, "program_name"),
    )
    found.attrs = dict(demand.attrs)
    return found


def months(plan: pd.DataFrame, capacity: pd.DataFrame, need: Attempts) -> pd.DataFrame:
    """Slots needed and there are, by site and month; takes ``of_plan`` and ``supply_slots.monthly``.

    Columns: partner_id, site, month, patients, needed, low, high, slots (float; none where none are given),
    whole (bool) and fit: short when the slots needed exceed those there are, tight when only the high end
    does; a month whose slots are not all given is unknown unless it fits anyway. Exactly as many fit.
    """
    summed = plan.groupby(["partner_id", "site", "month"], as_index=False)["patients"].sum()
    found = summed.merge(capacity, on=["partner_id", "month"], how="left")
    whole = found["whole"].eq(True)  # a month without any slot row is missing here
    needed, low, high = (found["patients"] * need.slots(end) for end in ("mid", "low", "high"))
    room = found["slots"].fillna(0.0) + 1e-9
    fit = np.select(
        [high <= room, ~whole, needed <= room],
        ["fits", "unknown", "tight"],
        "short",
    )
    told: pd.DataFrame = found.assign(needed=needed, low=low, high=high, whole=whole, fit=fit)
    told.attrs = dict(plan.attrs)
    return told


@dataclass(frozen=True, slots=True)
class Limit:
    """One thing that bounds the plan: the first month it does not suffice for (none: it does), and why."""

    kind: Literal["slots", "vector", "material"]
    name: str
    where: str
    month: pd.Timestamp | None
    why: str


def slot_limits(found: pd.DataFrame) -> list[Limit]:
    """The first month of each site that lacks slots; takes ``months``."""
    told = []
    for site, own in found.groupby("site", sort=True):
        short = own[own["fit"] == "short"]
        unknown = int((own["fit"] == "unknown").sum())
        if len(short):
            row = short.iloc[0]
            why = _("{needed} slots needed, {there} there").format(
                needed=say_number(row["needed"], 1), there=say_number(row["slots"], 1)
            )
            month = pd.Timestamp(row["month"])
        else:
            why = (
                ngettext(
                    "{n} month without all slots given", "{n} months without all slots given", unknown
                ).format(n=unknown)
                if unknown
                else _("every month fits")
            )
            month = None
        told.append(Limit("slots", _("Drug-product slots"), str(site), month, why))
    return told


def first(limits: Sequence[Limit]) -> Limit | None:
    """The limit that is reached first; none when the plan fits in every month that is known."""
    reached = [one for one in limits if one.month is not None]
    return min(reached, key=lambda one: one.month or pd.Timestamp.max, default=None)
