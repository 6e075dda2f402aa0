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
from firstdose.words import N_, _, either, ngettext, say_date, say_number

SOON_DAYS = 28  # an order due within four weeks is marked; our convention
Row = dict[str, Any]
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
    stock, use = _records(inventory), _records(plan)  # rows once: a frame a stock took twenty times as long
    found = [
        *_vectors(stock, use, need, as_of, pending, wanted_weeks),
        *_materials(stock, use, need, as_of),
    ]
    order = {"late": 0, "at risk": 1, "closed": 2, "not applicable": 3}
    return sorted(found, key=lambda one: (order[one.mark], one.order_by or _FURTHEST, one.name, one.where))


def _records(frame: pd.DataFrame) -> list[Row]:
    """The rows as dicts, none where a value is missing, days as days; the site in the reader's language."""
    rows: list[Row] = [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in frame.to_dict("records")
    ]
    for row in rows:
        row["site"] = either(str(row["partner_name"]), row["partner_name_ja"])
        for name in ("expires_on", "month"):
            if row.get(name) is not None:
                row[name] = row[name].date()
    return rows


def _vectors(
    stock: list[Row],
    plan: list[Row],
    need: Attempts,
    as_of: date,
    pending: Mapping[str, int],
    wanted_weeks: float | None,
) -> Iterator[Cover]:
    planned = [row for row in plan if row["needs_vector"]]
    names = {row["program_id"]: row["program"] for row in plan}
    given = [row for row in stock if row["kind"] == "vector" and row["program_id"]]
    for program in sorted({row["program_id"] for row in (*given, *planned)}):
        own = [row for row in given if row["program_id"] == program]
        use = [row for row in planned if row["program_id"] == program]
        yield _cover(
            "vector",
            _("Vector for {program}").format(program=names.get(program, program)),
            ", ".join(sorted({row["site"] for row in own})),
            _("doses"),
            [Lot(row["lot"], _doses(row), row["expires_on"]) for row in own],
            _daily(use, need.slots(), as_of),
            own,
            as_of,
            pending.get(program, 0),
            wanted_weeks,
        )


def _doses(row: Row) -> float:
    if row["doses_supported"] is not None:
        return float(row["doses_supported"])
    return float(row["quantity"]) / float(row["use_per_batch"]) if row["use_per_batch"] else 0.0


def _materials(stock: list[Row], plan: list[Row], need: Attempts, as_of: date) -> Iterator[Cover]:
    others = [row for row in stock if row["kind"] != "vector"]
    for material, site in sorted({(row["material_id"], row["partner_id"]) for row in others}):
        own = [row for row in others if (row["material_id"], row["partner_id"]) == (material, site)]
        programs = {row["program_id"] for row in own} - {None}
        use = [
            row
            for row in plan
            if row["partner_id"] == site and (not programs or row["program_id"] in programs)
        ]
        rate = max((float(row["use_per_batch"] or 0.0) for row in own), default=0.0)
        yield _cover(
            own[0]["kind"],
            own[0]["name"],
            own[0]["site"],
            own[0]["unit"],
            [Lot(row["lot"], float(row["quantity"]), row["expires_on"]) for row in own],
            _daily(use, need.slots() * rate, as_of),
            own,
            as_of,
            0,
            None,
        )


def _daily(use: list[Row], per_patient: float, as_of: date) -> list[tuple[date, date, float]]:
    """Spans of days with their use a day: what is left of the month of the report day, then whole months."""
    patients: dict[date, float] = {}
    for row in use:
        patients[row["month"]] = patients.get(row["month"], 0.0) + float(row["patients"])
    spans = []
    for first in sorted(patients):
        after = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
        rate = patients[first] * per_patient / (after - first).days
        spans.append((max(first, as_of), after - timedelta(days=1), rate))
    return spans


def _cover(
    kind: str,
    name: str,
    where: str,
    unit: str,
    lots: list[Lot],
    daily: list[tuple[date, date, float]],
    own: list[Row],
    as_of: date,
    pending: int,
    wanted_weeks: float | None,
) -> Cover:
    """One stock judged: late when its order is overdue, at risk when due in four weeks or below target."""
    usable = [lot for lot in lots if lot.last_on is None or lot.last_on >= as_of]
    planned = float(sum(((last - first).days + 1) * rate for first, last, rate in daily))
    ran = run_down(lots, daily, as_of)
    lead = max((int(row["lead_time_days"]) for row in own if row["lead_time_days"] is not None), default=None)
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
        any(row["single_source"] for row in own),
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
