"""When each open task can start and finish, what holds it, and which chain sets the end. Project rule R-08.

- A *done* task keeps its actual days. A *running* one has its remaining duration from the report day on:
  duration × (1 - percent complete), else what is left of each of its values since it began, at least a day.
  Where the likely one is used up, its forecast finish ahead takes its place.
- What has *not begun* starts on the report day at the earliest, and not before its planned start (forecast,
  else baseline): a plan is not made earlier by an empty link.
- A start typed for the day after what it waits for is that link and no day of its own: the day becomes its
  lag. Else every such start would count as a day of float, and they add up along a chain.
- Durations and lags are calendar days unless ``days`` is "working"; then durations count the working days of
  the partner's country and closures, lags stay calendar days (contract of ``predecessors``).
- A day is a moment: a task of 45 days from 1 June is done on 16 July, and what follows may begin that day.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firstdose.errors import PlanError
from firstdose.rules import network as nets
from firstdose.rules import timeline
from firstdose.rules.calendar import WorkCalendar, moment_of, work_calendar
from firstdose.rules.network import Days, Kind, Link, Network
from firstdose.rules.next_day import following
from firstdose.words import _

DayKind = Literal["calendar", "working"]
_LINK = re.compile(
    r"([A-Za-z0-9][A-Za-z0-9._-]*?)\s*(FS|SS|FF|SF)?\s*(?:([+-]\s*\d+(?:\.\d+)?)\s*d?)?", re.ASCII
)
#: Float up to this many days is near-critical; our convention (two working weeks).
NEAR_DAYS = 14.0


@dataclass(frozen=True, slots=True)
class Plan:
    """The open plan on the report day, by position: what remains to be done and from when.

    ``floor``: the earliest starts as typed, before those of the next day became lags of their links.
    """

    tasks: pd.DataFrame
    net: Network
    low: Days
    mid: Days
    high: Days
    earliest: Days
    floor: Days
    done: NDArray[np.bool_]
    running: NDArray[np.bool_]
    planned: Days
    as_of: date
    calendars: tuple[WorkCalendar | None, ...] | None = None

    @property
    def tolerance(self) -> float:
        """Days below which float counts as none."""
        return nets.NO_FLOAT if self.calendars is None else nets.CLOSE


def links_of(task: str, text: str | None, known: Iterable[str]) -> tuple[Link, ...]:
    """The links of one cell of ``predecessors``, such as ``T11;T12SS+10d``.

    A part that is itself the name of a task is that task. Raises PlanError: a part nobody can read.
    """
    known = known if isinstance(known, set | frozenset | dict) else set(known)
    found = []
    for part in (part.strip() for part in (text or "").split(";")):
        if not part:
            continue
        if part in known:
            found.append(Link(part, task))
            continue
        read = _part(part)
        if read is None:
            raise PlanError(
                _("Task {task}: the predecessor “{part}” cannot be read.").format(task=task, part=part),
                (task,),
            )
        before, kind, lag = read
        found.append(Link(before, task, kind, lag))
    return tuple(found)


@lru_cache(maxsize=50_000)
def _part(part: str) -> tuple[str, Kind, float] | None:
    """One part of a cell as task, kind and lag, none when nobody can read it; a plan is read often."""
    read = _LINK.fullmatch(part)
    if read is None:
        return None
    kind: Kind = {"SS": "SS", "FF": "FF", "SF": "SF"}.get(read[2] or "", "FS")  # type: ignore[assignment]
    return read[1], kind, float((read[3] or "0").replace(" ", ""))


def links(tasks: pd.DataFrame) -> tuple[Link, ...]:
    """All links of the plan, row by row of ``tasks`` (task_id, predecessors)."""
    known = set(tasks["task_id"])
    cells = tasks.loc[tasks["predecessors"].notna(), ["task_id", "predecessors"]]
    return tuple(
        link
        for task, text in zip(cells["task_id"], cells["predecessors"], strict=True)
        for link in links_of(task, text, known)
    )


def plan(
    tasks: pd.DataFrame,
    as_of: date,
    closures: pd.DataFrame | None = None,
    days: DayKind = "calendar",
    *,
    keep_planned: bool = True,
    starts: frozenset[str] = frozenset(),
) -> Plan:
    """Read the plan as it stands on the report day.

    ``tasks``: columns of the contract, and country of the partner when ``days`` is "working"; ``closures`` as
    their contract. ``keep_planned`` off lets tasks begin as soon as links allow, but for those of ``starts``.
    Raises PlanError: see ``network`` and ``links_of``.
    """
    tasks = tasks.reset_index(drop=True)
    day = moment_of(as_of)
    when = {name: _moments(tasks, name) for name in timeline.DATES}
    done = ~np.isnan(when["actual_finish"])
    running = ~done & ~np.isnan(when["actual_start"])
    calendars = None if days == "calendar" else _calendars(tasks, as_of, closures, done)
    low, mid, high = _left(tasks, when, day, running, calendars)
    began = _first(when["actual_start"], when["actual_finish"] - mid, 0.0)
    took = when["actual_finish"] - began
    low, mid, high = (np.where(done, took, days_) for days_ in (low, mid, high))
    planned = _first(when["forecast_start"], when["baseline_start"], -np.inf)
    kept = keep_planned | tasks["task_id"].isin(starts).to_numpy(dtype=np.bool_)
    to_come = np.where(kept, np.maximum(day, planned), day)
    earliest = np.where(done, began, np.where(running, day, to_come))
    net = nets.network(tasks["task_id"].tolist(), _open_links(tasks, when, day, done=done, running=running))
    floor = earliest
    net, earliest = following(net, mid, floor, ~done & ~running, day, calendars)
    return Plan(tasks, net, low, mid, high, earliest, floor, done, running, planned, as_of, calendars)


def _moments(tasks: pd.DataFrame, name: str) -> Days:
    stamps = pd.to_datetime(tasks[name]).to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64).astype(np.float64))


def _first(one: Days, other: Days, else_: float) -> Days:
    found = np.where(np.isnan(one), other, one)
    return np.where(np.isnan(found), else_, found)


def _durations(tasks: pd.DataFrame, when: dict[str, Days]) -> tuple[Days, Days, Days]:
    """Low, most likely and high days of every task; without an estimate the length of its bar, fixed."""
    low, mid, high = (
        pd.to_numeric(tasks[f"duration_{name}_days"]).to_numpy(dtype=np.float64, na_value=np.nan)
        for name in ("low", "mid", "high")
    )
    forecast = when["forecast_finish"] - when["forecast_start"]
    mid = np.maximum(
        _first(mid, _first(forecast, when["baseline_finish"] - when["baseline_start"], 0.0), 0.0), 0.0
    )
    return np.clip(_first(low, mid, 0.0), 0.0, mid), mid, np.maximum(_first(high, mid, 0.0), mid)


def durations(tasks: pd.DataFrame) -> pd.DataFrame:
    """The days the plan gives each task as a whole, begun or not: columns low, mid, high by task_id."""
    found = _durations(tasks, {name: _moments(tasks, name) for name in timeline.DATES})
    days = dict(zip(("low", "mid", "high"), found, strict=True))
    return pd.DataFrame(days, index=pd.Index(tasks["task_id"]))


def _left(
    tasks: pd.DataFrame,
    when: dict[str, Days],
    day: float,
    running: NDArray[np.bool_],
    calendars: tuple[WorkCalendar | None, ...] | None,
) -> tuple[Days, Days, Days]:
    """Low, most likely and high days that every task still needs; the whole of it where it is not running."""
    low, mid, high = _durations(tasks, when)
    percent = pd.to_numeric(tasks["percent_complete"]).to_numpy(dtype=np.float64, na_value=np.nan)
    share = np.where(running, np.clip(1.0 - np.nan_to_num(percent) / 100.0, 0.0, 1.0), 1.0)
    said_done = running & (mid * share <= 0)  # and still it runs: a day
    untold = running & np.isnan(percent)
    worked = _days_from(calendars, when["actual_start"], np.full(len(tasks), day))
    to_come = _days_from(calendars, np.full(len(tasks), day), when["forecast_finish"])
    used_up = untold & (mid - worked <= 0) & (to_come >= 1)
    left = [
        np.where(untold, np.maximum(value - worked, 1.0), np.where(said_done, 1.0, value * share))
        for value in (low, mid, high)
    ]
    likely = np.where(used_up, to_come, left[1])
    # a fixed length stays fixed: nobody said how far off it may be
    least = np.where(used_up & (low == high), likely, left[0])
    return least, likely, np.maximum(left[2], likely)


def _days_from(calendars: tuple[WorkCalendar | None, ...] | None, since: Days, until: Days) -> Days:
    """Days between two moments as durations count them, none below 0 or where a moment is unknown."""
    found = np.nan_to_num(until - since)
    for at, calendar in enumerate(calendars or ()):
        if calendar is not None and found[at] > 0:
            found[at] = float(calendar.worked(since[at], until[at]))
    return np.asarray(np.maximum(found, 0.0))


def _open_links(
    tasks: pd.DataFrame,
    when: dict[str, Days],
    day: float,
    *,
    done: NDArray[np.bool_],
    running: NDArray[np.bool_],
) -> list[Link]:
    """Links that still bind: a start that has happened waits for nothing, what is done for nothing at all."""
    at = {task: position for position, task in enumerate(tasks["task_id"])}
    nets.network(
        tasks["task_id"].tolist(), found := links(tasks)
    )  # a loop is one even when its tasks are done
    kept = []
    for link in found:
        after, before = at[link.after], at[link.before]
        if done[after] or (running[after] and link.kind[1] == "S"):
            continue
        if running[before] and link.kind[0] == "S":  # it began earlier than its remainder
            link = Link(link.before, link.after, link.kind, link.lag + when["actual_start"][before] - day)
        kept.append(link)
    return kept


def _calendars(
    tasks: pd.DataFrame, as_of: date, closures: pd.DataFrame | None, done: NDArray[np.bool_]
) -> tuple[WorkCalendar | None, ...]:
    shut: dict[str, list[tuple[date, date]]] = {}
    if closures is not None:
        for partner, since, until in zip(
            closures["partner_id"], closures["from_on"], closures["to_on"], strict=True
        ):
            shut.setdefault(partner, []).append((pd.Timestamp(since).date(), pd.Timestamp(until).date()))
    pairs = dict.fromkeys(zip(tasks["partner_id"], tasks["country"], strict=True))
    known = {pair: work_calendar(pair[1], as_of, shut.get(pair[0], ())) for pair in pairs}
    each = zip(tasks["partner_id"], tasks["country"], done, strict=True)
    return tuple(None if past else known[partner, country] for partner, country, past in each)


def schedule(given: Plan, target: str | None = None) -> pd.DataFrame:
    """The plan computed once with the most likely durations; late days and float reach to ``target``.

    One row per task, in the order of the plan. Adds is_done, early_start, early_finish, late_start,
    late_finish (date; late ones none where the target does not wait for it), total_float_days,
    free_float_days (float or none), is_critical, is_near (float up to ``NEAR_DAYS``), driver (task_id that
    sets its days, or ""), held_by (link, report day, planned day, actual), claimed_finish (date or none) and
    gap_days (computed minus claimed finish, positive = later than claimed).
    ``attrs["critical_paths"]``: every longest chain of task ids.
    """
    net, days = given.net, given.mid
    early = nets.forward(net, days, given.earliest, given.calendars)
    at = None if target is None else net.at(target)
    late = nets.backward(net, days, early, at, given.calendars)
    total = np.where(given.done, np.nan, nets.total_float(early, late, given.calendars))
    free = np.where(
        given.done, np.nan, nets.free_float(net, early, float(early.finish.max(initial=0.0)), given.calendars)
    )
    driving = nets.drivers(net, early, days, given.calendars)
    claimed = _first(_moments(given.tasks, "actual_finish"), _moments(given.tasks, "forecast_finish"), np.nan)
    driver = np.array(["" if before is None else net.ids[before] for before in driving], dtype=object)
    kept = early.start > moment_of(given.as_of)
    held = np.select([given.done, driver != "", kept], ["actual", "link", "planned day"], "report day")
    finite = np.where(np.isfinite(total), total, np.nan)
    frame = given.tasks.assign(
        is_done=given.done,
        early_start=_stamps(early.start),
        early_finish=_stamps(early.finish),
        late_start=_stamps(np.where(given.done, np.nan, late.start)),
        late_finish=_stamps(np.where(given.done, np.nan, late.finish)),
        total_float_days=finite,
        free_float_days=free,
        is_critical=~given.done & (total <= given.tolerance),
        is_near=~given.done & (total > given.tolerance) & (total <= NEAR_DAYS),
        driver=driver.astype(str),
        held_by=held,
        claimed_finish=_stamps(claimed),
        gap_days=np.where(given.done, 0.0, np.floor(early.finish + nets.CLOSE) - claimed),
    )
    paths = nets.critical_paths(net, days, early, late, given.calendars)
    past = {task for task, is_done in zip(net.ids, given.done, strict=True) if is_done}
    frame.attrs = {"critical_paths": tuple(path for path in paths if not set(path) <= past)}
    return frame


def _stamps(moments: Days) -> pd.Series:
    """Midnight moments as days; what is not finite is none."""
    known = np.isfinite(moments)
    days = np.where(known, np.floor(np.where(known, moments, 0.0) + nets.CLOSE), 0).astype(np.int64)
    stamps = days.astype("datetime64[D]").astype("datetime64[s]")
    return pd.Series(np.where(known, stamps, np.datetime64("NaT", "s")))


def contradictions(tasks: pd.DataFrame) -> pd.DataFrame:
    """Dates that contradict their links: what the task claims against what its link allows.

    One row per link broken by the claimed dates (actual, else forecast, else baseline), worst first. Columns:
    task_id, predecessor, link (FS …), end (start or finish), claimed_on, allowed_on (date), days (int).
    """
    when = {name: _moments(tasks, name) for name in timeline.DATES}
    start = _first(
        when["actual_start"], _first(when["forecast_start"], when["baseline_start"], np.nan), np.nan
    )
    finish = _first(
        when["actual_finish"], _first(when["forecast_finish"], when["baseline_finish"], np.nan), np.nan
    )
    at = {task: position for position, task in enumerate(tasks["task_id"])}
    found = [link for link in links(tasks) if link.before in at]
    before = np.array([at[link.before] for link in found], dtype=np.int64)
    after = np.array([at[link.after] for link in found], dtype=np.int64)
    kind = np.array([link.kind for link in found], dtype="U2")
    lag = np.array([link.lag for link in found], dtype=np.float64)
    from_finish, to_finish = np.char.startswith(kind, "F"), np.char.endswith(kind, "F")
    allowed = np.where(from_finish, finish[before], start[before]) + lag
    claimed = np.where(to_finish, finish[after], start[after])
    broken = allowed - claimed > nets.CLOSE
    frame = pd.DataFrame(
        {
            "task_id": [link.after for link in found],
            "predecessor": [link.before for link in found],
            "link": kind.astype(object),
            "end": np.where(to_finish, "finish", "start"),
            "claimed_on": _stamps(claimed),
            "allowed_on": _stamps(allowed),
            "days": np.where(broken, np.ceil(np.where(broken, allowed - claimed, 0.0)), 0).astype(np.int64),
        }
    )
    return frame[broken].sort_values(["days", "task_id"], ascending=[False, True], ignore_index=True)
