"""Stock against the plan: how long it lasts, what expires unused, what to order by when.

Project rule R-17. What expires first is used first; a lot is used up to its last day of use. A drug-product
slot uses one dose of its program's vector, which may come from any site, and ``use_per_batch`` of the
materials of its own site. A month's use is spread over its days. Order by: the day it runs out less the lead
time (calendar days).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
import pandas as pd

from firstdose.rules.supply_demand import Attempts, Limit
from firstdose.rules.timeline import in_language
from firstdose.words import N_, _, ngettext, say_date, say_number

SOON_DAYS = 28  # an order due within four weeks is marked; our convention
Mark = Literal["late", "at risk", "closed", "not applicable"]
_WORDS: dict[Mark, str] = {
    "late": N_("order overdue"),
    "at risk": N_("order soon"),
    "closed": N_("enough"),
    "not applicable": N_("no planned use"),
}
_FURTHEST, _NOTHING = date.max, 1e-9


def mark_name(mark: Mark) -> str:
    """The mark of a stock in the reader's language."""
    return _(_WORDS[mark])


@dataclass(frozen=True, slots=True)
class Lot:
    """One lot in stock, in the unit that is used up; ``last_on`` is its last day of use."""

    name: str
    amount: float
    last_on: date | None


@dataclass(frozen=True, slots=True)
class Rundown:
    """What becomes of a stock under a plan: the day it no longer suffices, and what expires unused."""

    runs_out: date | None
    wasted: dict[str, float]
    used: float


def run_down(lots: Sequence[Lot], daily: Sequence[tuple[date, date, float]], as_of: date) -> Rundown:
    """Use lots day by day, the one that expires first before the others.

    ``daily`` holds spans of days in order: first, last and use a day. Expired lots count as wasted at once.
    The plan ends with its last span: a stock that lasts as long does not run out here.
    """
    order = sorted(lots, key=lambda lot: (lot.last_on or _FURTHEST, lot.name))
    left = [lot.amount for lot in order]
    wasted: dict[str, float] = {}
    used, at, day = 0.0, 0, as_of
    for first, last, rate in daily:
        day = max(day, first)
        while day <= last:
            wanted = rate
            while wanted > _NOTHING and at < len(order):
                if (order[at].last_on or _FURTHEST) < day:
                    wasted[order[at].name] = wasted.get(order[at].name, 0.0) + left[at]
                    at += 1
                    continue
                taken = min(wanted, left[at])
                left[at] -= taken
                wanted -= taken
                used += taken
                at += left[at] <= _NOTHING
            if wanted > _NOTHING:
                return Rundown(day, wasted, used)
            day += timedelta(days=1)
    for number in range(at, len(order)):
        if (order[number].last_on or _FURTHEST) < day:
            wasted[order[number].name] = wasted.get(order[number].name, 0.0) + left[number]
    return Rundown(None, wasted, used)


@dataclass(frozen=True, slots=True)
class Cover:
    """One stock and how long it lasts; ``weeks`` is none when it lasts for the plan or nothing is planned."""

    kind: str
    name: str
    where: str
    unit: str
    amount: float
    planned: float  # use planned until the plan ends
    weeks: float | None
    plan_ends: date | None
    runs_out: date | None
    wasted: float
    first_expiry: date | None
    lead_days: int | None
    single_source: bool
    order_by: date | None
    pending: int
    mark: Mark


def covers(
    inventory: pd.DataFrame,
    plan: pd.DataFrame,
    need: Attempts,
    as_of: date,
    *,
    pending: Mapping[str, int],
    wanted_weeks: float | None = None,
) -> list[Cover]:
    """Every stock against the plan, the one that must be ordered first on top.

    Takes ``queries.supply.inventory`` and ``supply_demand.of_plan``. Programs in the plan that need a vector
    and have none in stock stand with an amount of zero.
    """
    found = [
        *_vectors(inventory, plan, need, as_of, pending, wanted_weeks),
        *_materials(inventory, plan, need, as_of),
    ]
    order = {"late": 0, "at risk": 1, "closed": 2, "not applicable": 3}
    return sorted(found, key=lambda one: (order[one.mark], one.order_by or _FURTHEST, one.name, one.where))


def _vectors(
    inventory: pd.DataFrame,
    plan: pd.DataFrame,
    need: Attempts,
    as_of: date,
    pending: Mapping[str, int],
    wanted_weeks: float | None,
) -> Iterator[Cover]:
    stock = inventory[inventory["kind"] == "vector"]
    planned = plan[plan["needs_vector"].astype(bool)]
    programs = sorted({*stock["program_id"].dropna(), *planned["program_id"]})
    names = dict(zip(plan["program_id"], plan["program"], strict=True))
    for program in programs:
        own = stock[stock["program_id"] == program]
        per_batch = own["use_per_batch"].where(own["use_per_batch"] > 0)
        doses = own["doses_supported"].astype(float).fillna(own["quantity"] / per_batch).fillna(0.0)
        lots = [Lot(*one) for one in zip(own["lot"], doses, _days(own["expires_on"]), strict=True)]
        use = planned[planned["program_id"] == program]
        yield _cover(
            "vector",
            _("Vector for {program}").format(program=names.get(program, program)),
            ", ".join(sorted(set(in_language(own, "partner_name")))) if len(own) else "",
            _("doses"),
            lots,
            _daily(use, need.slots(), as_of),
            own,
            as_of,
            pending.get(program, 0),
            wanted_weeks,
        )


def _materials(inventory: pd.DataFrame, plan: pd.DataFrame, need: Attempts, as_of: date) -> Iterator[Cover]:
    others = inventory[inventory["kind"] != "vector"]
    for (_id, site), own in others.groupby(["material_id", "partner_id"], sort=True):
        programs = set(own["program_id"].dropna())
        use = plan[(plan["partner_id"] == site) & (plan["program_id"].isin(programs) | (not programs))]
        rate = own["use_per_batch"].dropna().max()
        lots = [Lot(*one) for one in zip(own["lot"], own["quantity"], _days(own["expires_on"]), strict=True)]
        yield _cover(
            str(own["kind"].iloc[0]),
            str(own["name"].iloc[0]),
            str(in_language(own, "partner_name").iloc[0]),
            str(own["unit"].iloc[0]),
            lots,
            _daily(use, need.slots() * (0.0 if pd.isna(rate) else float(rate)), as_of),
            own,
            as_of,
            0,
            None,
        )


def _days(column: "pd.Series[Any]") -> list[date | None]:
    return [None if pd.isna(day) else pd.Timestamp(day).date() for day in column]


def _daily(use: pd.DataFrame, per_patient: float, as_of: date) -> list[tuple[date, date, float]]:
    """Spans of days with their use a day: what is left of the month of the report day, then whole months."""
    spans = []
    for month, patients in use.groupby("month")["patients"].sum().items():
        first = pd.Timestamp(str(month)).date()
        after = (pd.Timestamp(first) + pd.offsets.MonthBegin(1)).date()
        rate = float(patients) * per_patient / (after - first).days
        spans.append((max(first, as_of), after - timedelta(days=1), rate))
    return spans


def _cover(
    kind: str,
    name: str,
    where: str,
    unit: str,
    lots: list[Lot],
    daily: list[tuple[date, date, float]],
    own: pd.DataFrame,
    as_of: date,
    pending: int,
    wanted_weeks: float | None,
) -> Cover:
    """One stock judged: late when its order is overdue, at risk when due in four weeks or below target."""
    usable = [lot for lot in lots if lot.last_on is None or lot.last_on >= as_of]
    planned = float(sum(((last - first).days + 1) * rate for first, last, rate in daily))
    ran = run_down(lots, daily, as_of)
    leads = own["lead_time_days"].dropna()
    lead = int(leads.max()) if len(leads) else None
    order_by = None if ran.runs_out is None or lead is None else ran.runs_out - timedelta(days=lead)
    weeks = None if ran.runs_out is None else (ran.runs_out - as_of).days / 7
    if planned <= 0:
        mark: Mark = "not applicable"
    elif (order_by is not None and order_by < as_of) or (ran.runs_out is not None and ran.runs_out <= as_of):
        mark = "late"
    elif (order_by is not None and (order_by - as_of).days <= SOON_DAYS) or (
        weeks is not None and (lead is None or weeks < (wanted_weeks or 0.0))
    ):
        mark = "at risk"
    else:
        mark = "closed"
    days = [lot.last_on for lot in usable if lot.last_on is not None]
    return Cover(
        kind,
        name,
        where,
        unit,
        float(sum(lot.amount for lot in usable)),
        planned,
        weeks if planned > 0 else None,
        daily[-1][1] if daily else None,
        ran.runs_out if planned > 0 else None,
        float(sum(ran.wasted.values())),
        min(days, default=None),
        lead,
        bool(own["single_source"].any()) if len(own) else False,
        order_by if planned > 0 else None,
        pending,
        mark,
    )


def why(one: Cover) -> str:
    """Why a stock is marked so, in words."""
    parts = []
    if one.runs_out is None and one.plan_ends is not None and one.mark != "not applicable":
        parts.append(_("lasts to the end of the plan, {day}").format(day=say_date(one.plan_ends)))
    if one.runs_out is not None:
        parts.append(
            _("nothing in stock when it is needed on {day}").format(day=say_date(one.runs_out))
            if one.amount <= 0
            else _("runs out on {day}").format(day=say_date(one.runs_out))
        )
        parts.append(
            _("lead time not given")
            if one.lead_days is None
            else _("an order takes {n} days").format(n=one.lead_days)
        )
    if one.wasted > 0:
        parts.append(
            _("{amount} {unit} expire unused").format(
                amount=say_number(one.wasted, 0 if float(one.wasted).is_integer() else 1), unit=one.unit
            )
        )
    if one.pending:
        said = ngettext("{n} vector lot not decided yet", "{n} vector lots not decided yet", one.pending)
        parts.append(said.format(n=one.pending))
    return "; ".join(parts)


def limits(found: Sequence[Cover]) -> list[Limit]:
    """The first month that each stock does not suffice for, as limits of the plan."""
    return [
        Limit(
            "vector" if one.kind == "vector" else "material",
            one.name,
            one.where,
            None if one.runs_out is None else pd.Timestamp(one.runs_out.replace(day=1)),
            why(one),
        )
        for one in found
        if one.mark != "not applicable"
    ]


def shortest_vector(found: Sequence[Cover]) -> Cover | None:
    """The vector that lasts the shortest of those the plan uses; one that lasts for the plan comes last."""
    used = [one for one in found if one.kind == "vector" and one.mark != "not applicable"]
    return min(used, key=lambda one: np.inf if one.weeks is None else one.weeks, default=None)


def rules_in_words(wanted_weeks: float | None) -> str:
    """How stock is judged, as sentences."""
    said = _(
        "Overdue: the order day has passed. Soon: it comes within {n} days, or no lead time is given. "
        "Calendar days; receipt on the last day of the lead time."
    ).format(n=SOON_DAYS)
    if wanted_weeks is None:
        return said
    return said + " " + _("Vector below {n} weeks of cover is marked too.").format(n=say_number(wanted_weeks))
