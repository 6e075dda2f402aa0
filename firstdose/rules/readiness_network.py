"""Items and the links between them: when each is needed, when it can be done, what waits for it.

Links are those of the requirement library and hold between items of one program in one jurisdiction, code
for code; only hard ones count, and only open items take time. A code without an applicable item in a program
and jurisdiction is passed through: what waits for it waits for what it would have waited for. Lead times are
the typical ones of the library (calendar days, planning estimates). Project rule R-06; the shares and the
default below are our convention.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from graphlib import TopologicalSorter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firstdose.reference import rows

Numbers = NDArray[np.float64]
Places = NDArray[np.intp]
Truths = NDArray[np.bool_]
Links = Sequence[tuple[str, str]]

#: Share of the typical lead time that is still ahead, by the state of an open item; our convention.
AHEAD = {"not started": 1.0, "in progress": 0.5, "in review": 0.25}
OWN_LEAD_DAYS = 30  # lead time of an item that has none in the library; our convention
NOT_APPLICABLE = "not applicable"
SETTLED = ("closed", NOT_APPLICABLE)
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Network:
    """Items as arrays, in the order of their frame, and the codes in topological order.

    ``group`` is the place of the program and jurisdiction, ``code`` that of the requirement code (-1 for an
    item of one's own, which has no links); ``before`` holds for each code those it waits for; ``passed`` is
    true by code and group where no item of the code applies.
    """

    frame: pd.DataFrame
    group: Places
    code: Places
    is_open: Truths
    lead: Numbers
    before: tuple[tuple[int, ...], ...]
    members: tuple[Places, ...]
    passed: Truths

    @property
    def groups(self) -> int:
        """How many pairs of program and jurisdiction there are."""
        return int(self.group.max()) + 1 if len(self.group) else 0


@cache
def hard_links() -> tuple[tuple[str, str], ...]:
    """The hard links of the requirement library as (code, code it waits for)."""
    return tuple(
        (row["requirement_code"], row["depends_on_code"])
        for row in rows("requirement_links")
        if row["link"] == "hard"
    )


def network(items: pd.DataFrame, links: Links | None = None) -> Network:
    """The items of ``queries.readiness.network`` with the links between them.

    Needs columns: program_id, jurisdiction, requirement_code, status, lead_days. ``links`` are the hard ones
    of the library unless given; links that make a ring are a ``graphlib.CycleError``.
    """
    waits: dict[str, dict[str, None]] = {}  # in the order of the links: a set has another one in each process
    for code, other in hard_links() if links is None else links:
        waits.setdefault(code, {})[other] = None
    order = {code: at for at, code in enumerate(TopologicalSorter(waits).static_order())}
    places: Places = np.asarray(items["requirement_code"].map(order).fillna(-1), dtype=np.intp)
    program, _programs = pd.factorize(items["program_id"], use_na_sentinel=False)
    where, regions = pd.factorize(items["jurisdiction"], use_na_sentinel=False)
    group = pd.factorize(program * max(len(regions), 1) + where)[0].astype(np.intp)
    before = tuple(tuple(sorted(order[other] for other in waits.get(name, ()))) for name in order)
    sorted_ = np.argsort(places, kind="stable")
    bounds = np.searchsorted(places[sorted_], np.arange(len(order) + 1))
    members = tuple(sorted_[bounds[at] : bounds[at + 1]] for at in range(len(order)))
    lead = pd.to_numeric(items["lead_days"]).fillna(OWN_LEAD_DAYS).to_numpy(dtype=float)
    is_open = ~items["status"].isin(SETTLED).to_numpy()
    passed = np.ones((len(order), int(group.max(initial=-1)) + 1), dtype=bool)
    applies = (places >= 0) & items["status"].ne(NOT_APPLICABLE).to_numpy()
    passed[places[applies], group[applies]] = False
    return Network(items, group, places, is_open, lead, before, members, passed)


def waits(net: Network) -> Truths:
    """Whether a code waits in a group for another (code, group, other), directly or through passed ones."""
    codes = len(net.before)
    found = np.zeros((codes, net.groups, codes), dtype=bool)
    for code, others in enumerate(net.before):
        for other in others:
            found[code, :, other] |= ~net.passed[other]
            found[code] |= found[other] & net.passed[other][:, None]
    return found


def need_days(net: Network, milestone: Numbers, counted: Truths | None = None) -> Numbers:
    """The latest day, as days since 1970, on which each item may finish without moving a milestone.

    ``milestone`` is the day of each item's own milestone (not a number where there is none). An item must be
    done before every open item that waits for it has to begin; ``counted`` limits which of those hold it.
    """
    holding = net.is_open if counted is None else net.is_open & counted
    latest = milestone.astype(float).copy()
    begin = np.full((len(net.before), net.groups), np.inf)
    after: list[list[int]] = [[] for _code in net.before]
    for code, others in enumerate(net.before):
        for other in others:
            after[other].append(code)
    for code in range(len(net.before) - 1, -1, -1):
        here = net.members[code]
        if after[code]:
            first = begin[after[code]].min(axis=0)
            begin[code, net.passed[code]] = first[net.passed[code]]
            bound = first[net.group[here]]
            latest[here] = np.fmin(latest[here], np.where(np.isinf(bound), np.nan, bound))
        held = here[holding[here] & ~np.isnan(latest[here])]
        np.minimum.at(begin[code], net.group[held], latest[held] - net.lead[held])
    return latest


@dataclass(frozen=True, slots=True)
class Ahead:
    """How far ahead the end of each open item lies in days after the report day, and what it waits for."""

    days: Numbers  # zero for settled items
    driver: Places  # the item that holds it up longest; -1 when it can go on today


def days_ahead(net: Network, is_open: Truths | None = None) -> Ahead:
    """The earliest end of every item if work went on today, through lead times and links."""
    open_ = net.is_open if is_open is None else is_open
    share = net.frame["status"].map(AHEAD).fillna(0.0).to_numpy(dtype=float)
    own = np.where(open_, np.ceil(net.lead * share), 0.0)
    days, driver = own.copy(), np.full(len(own), -1, dtype=np.intp)
    codes, groups = len(net.before), net.groups
    done, who = np.zeros((codes, groups)), np.full((codes, groups), -1, dtype=np.intp)
    for code, others in enumerate(net.before):
        here = net.members[code]
        here = here[open_[here]]
        if others:
            earlier, every = done[list(others)], np.arange(groups)
            longest, holder = earlier.max(axis=0), who[np.asarray(others)[earlier.argmax(axis=0)], every]
            through = net.passed[code]
            done[code, through], who[code, through] = longest[through], holder[through]
            days[here] += longest[net.group[here]]
            driver[here] = holder[net.group[here]]
        ranked = here[np.argsort(days[here], kind="stable")]
        done[code][net.group[ranked]] = days[ranked]  # the longest is written last
        who[code][net.group[ranked]] = ranked
    return Ahead(days, driver)


def freed(net: Network) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many open gate items wait for each open item, directly or not, and how many open ones it waits for.

    The second counts items it waits for directly. Settled items have zeros.
    """
    codes, groups = len(net.before), net.groups
    gate = net.frame["gate"].to_numpy(dtype=bool)
    opened, gates = np.zeros((groups, codes), dtype=int), np.zeros((groups, codes), dtype=int)
    linked = net.code >= 0
    np.add.at(opened, (net.group[linked & net.is_open], net.code[linked & net.is_open]), 1)
    np.add.at(gates, (net.group[linked & net.is_open & gate], net.code[linked & net.is_open & gate]), 1)
    below = np.zeros((codes, groups, codes), dtype=bool)
    for code in range(codes - 1, -1, -1):
        there = opened[:, code] > 0
        held = there | net.passed[code]
        for other in net.before[code]:
            below[other] |= below[code] & held[:, None]
            below[other, :, code] |= there
    total, waiting = (np.zeros(len(net.code), dtype=np.int64) for _both in range(2))
    direct = waits(net)
    for code, here in enumerate(net.members):
        mine = here[net.is_open[here]]
        at = net.group[mine]
        total[mine] = (below[code][at] * gates[at]).sum(axis=1)
        waiting[mine] = (direct[code][at] * opened[at]).sum(axis=1)
    return total, waiting


def chain(ahead: Ahead, last: Places) -> list[list[int]]:
    """The items that lead to each of ``last``, the first to do first; empty where it is -1."""
    steps = [last]
    while (steps[-1] >= 0).any():
        here = steps[-1]
        steps.append(np.where(here >= 0, ahead.driver[np.maximum(here, 0)], -1))
    return [[int(at) for at in line if at >= 0] for line in zip(*reversed(steps), strict=True)]


def day_numbers(column: Iterable[object]) -> Numbers:
    """Dates as days since 1970; not a number where there is none."""
    read = pd.to_datetime(pd.Series(column))
    days: Numbers = np.asarray((read - pd.Timestamp(_EPOCH)) / pd.Timedelta(days=1), dtype=np.float64)
    return days


def days_as_dates(days: Numbers) -> "pd.Series[pd.Timestamp]":
    """Days since 1970 as dates; none where there is no number."""
    return pd.Series(pd.to_datetime(pd.Series(days), unit="D", origin="unix")).astype("datetime64[us]")


def with_need(items: pd.DataFrame, plan: pd.DataFrame, links: Links | None = None) -> pd.DataFrame:
    """Items with what their links say: need_on, latest_on (date or none), days_ahead, and their evidence.

    ``plan`` is ``queries.readiness.network`` of the same programs, whose rows may be more; with need_on and
    latest_on already, those count. ``need_on`` is computed from the earlier of the planned and the committed
    day of the milestone; ``latest_on`` from the committed one (else the planned), through open gate items
    alone: the days between are the float. ``days_ahead`` (float, days) is the earliest end of an open item if
    work went on today.
    """
    needed = plan if "need_on" in plan else _needed(plan, links)
    evidence = [name for name in plan if str(name).startswith("evidence_") and name not in items]
    found = needed[["item_id", *evidence, "need_on", "latest_on", "days_ahead"]]
    judged = items.merge(found, on="item_id", how="left", validate="many_to_one")
    judged.attrs = dict(items.attrs)
    return judged


def _needed(plan: pd.DataFrame, links: Links | None) -> pd.DataFrame:
    """The plan with the two days that its links say."""
    net = network(plan, links)
    planned, target = day_numbers(plan["planned_on"]), day_numbers(plan["target_on"])
    need = need_days(net, np.fmin(planned, target))
    gate = plan["gate"].to_numpy(dtype=bool)
    latest = need_days(net, np.where(np.isnan(target), planned, target), gate)
    return plan.assign(
        need_on=days_as_dates(need).to_numpy(),
        latest_on=days_as_dates(latest).to_numpy(),
        days_ahead=days_ahead(net).days,
    )
