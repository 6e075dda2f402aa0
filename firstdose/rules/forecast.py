"""When filing and first dose will come, how sure that is, and what decides it. Project rule R-08.

Every forecast is 10,000 runs of the whole plan (``simulation``) with beta-PERT durations and the open and
accepted risks; the seed is fixed, so that everybody sees the same days. P80 is the day by which 80 % of the
runs are done. A risk that occurred is taken to stand in the plan already.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from firstdose.rules import network as nets
from firstdose.rules import simulation
from firstdose.rules.network import Days
from firstdose.rules.schedule import Plan, plan, schedule
from firstdose.rules.simulation import Risk
from firstdose.words import _

RUNS, SEED = 10_000, 1
SHARES = (0.1, 0.5, 0.8, 0.9)
#: Points of an S-curve: the shares of runs at which it is drawn.
_CURVE = np.linspace(0.01, 0.99, 99)


@dataclass(frozen=True, slots=True)
class Outlook:
    """The milestones forecast, one row each; ``finish``: their moments, runs × milestones."""

    milestones: pd.DataFrame
    finish: Days


@dataclass(frozen=True, slots=True)
class Drivers:
    """What decides one milestone: its S-curve, its open tasks, and its mean against the naive sum."""

    curve: pd.DataFrame
    tasks: pd.DataFrame
    merge_bias_days: float


def common_causes(risks: pd.DataFrame, given: Plan) -> tuple[Risk, ...]:
    """The risks by position in the plan; those whose tasks are all done cannot strike any more."""
    open_at = {task: at for at, task in enumerate(given.net.ids) if not given.done[at]}
    found = []
    for row in risks.to_dict("records"):
        struck = [open_at[task] for part in str(row["tasks"]).split(";") if (task := part.strip()) in open_at]
        days = [float(row[f"impact_{name}_days"]) for name in ("low", "mid", "high")]
        if struck:
            found.append(Risk(float(row["probability_pct"]) / 100, days[0], days[1], days[2], tuple(struck)))
    return tuple(found)


def outlook(tasks: pd.DataFrame, risks: pd.DataFrame, milestones: pd.DataFrame, as_of: date) -> Outlook:
    """Forecast every milestone of ``milestones`` (task_id, target_on and what else) that is not done.

    Adds p10, p50, p80, p90 (date), chance (0..1 of meeting target_on, none without one) and in_time_runs
    (int or none), ordered by P50. All come from the same runs, so that common causes count together.
    """
    ahead = milestones[milestones["actual_finish"].isna()].reset_index(drop=True)
    given = plan(tasks, as_of)
    at = [given.net.at(task) for task in ahead["task_id"]]
    finish = np.empty((RUNS, 0))
    if at:
        finish = _run(given, risks, at, drivers=False).finish
    target = pd.to_datetime(ahead["target_on"]).to_numpy().astype("datetime64[D]")
    known = ~np.isnat(target)
    last = np.where(known, target.astype(np.int64), 0) + 1.0  # done within the day of the target is in time
    runs = (finish < last).sum(axis=0)
    days = np.quantile(finish, SHARES, axis=0) if at else np.empty((len(SHARES), 0))
    frame = ahead.assign(
        **{f"p{round(share * 100)}": _days(row) for share, row in zip(SHARES, days, strict=True)},
        chance=np.where(known, runs / RUNS, np.nan),
        in_time_runs=pd.array(np.where(known, runs, 0), dtype="Int64"),
    )
    frame.loc[~known, "in_time_runs"] = pd.NA
    order = np.argsort(days[1], kind="stable")
    found = frame.iloc[order].reset_index(drop=True)
    found.attrs = dict(tasks.attrs)
    return Outlook(found, finish[:, order])


def next_open(milestones: pd.DataFrame) -> dict[Any, Any]:
    """The next milestone whose day is still open; the next one at all when every day is fixed."""
    open_ = milestones[milestones["p90"] > milestones["p10"]]
    return dict((milestones if open_.empty else open_).iloc[0])


def drivers(tasks: pd.DataFrame, risks: pd.DataFrame, milestone: str, as_of: date) -> Drivers:
    """What decides one milestone: only the tasks it waits for are run.

    ``curve``: day_on (date), share (0..1). ``tasks``: the open tasks with criticality and cruciality (see
    ``simulation``), total_float_days, driver, held_by and early_finish (see ``schedule``), those that matter
    most first.
    """
    given = plan(tasks, as_of)
    before = _upstream(given, milestone)
    part = tasks[tasks["task_id"].isin(before)].reset_index(drop=True)
    own = plan(part.assign(predecessors=pd.Series(_within(part), dtype=object)), as_of)
    at = own.net.at(milestone)
    found = _run(own, risks, [at], drivers=True)
    computed = schedule(own, milestone)
    frame = computed.assign(criticality=found.criticality, cruciality=found.cruciality)
    frame = frame[~frame["is_done"]].sort_values(
        ["criticality", "cruciality", "task_id"], ascending=[False, False, True], ignore_index=True
    )
    frame.attrs = dict(tasks.attrs)
    curve = pd.DataFrame({"day_on": _days(np.quantile(found.finish[:, 0], _CURVE)), "share": _CURVE})
    curve.attrs = dict(tasks.attrs)
    return Drivers(curve, frame, float(found.merge_bias[0]))


def _run(given: Plan, risks: pd.DataFrame, at: list[int], *, drivers: bool) -> simulation.Outcome:
    return simulation.simulate(
        given.net,
        given.low,
        given.mid,
        given.high,
        at,
        risks=common_causes(risks, given),
        earliest=given.earliest,
        calendars=given.calendars,
        runs=RUNS,
        seed=SEED,
        drivers=drivers,
    )


def _upstream(given: Plan, milestone: str) -> set[str]:
    """The milestone and all it waits for."""
    found, open_ = set(), [given.net.at(milestone)]
    while open_:
        at = open_.pop()
        if at not in found:
            found.add(at)
            open_ += [before for before, _kind, _lag in given.net.incoming[at]]
    return {given.net.ids[at] for at in found}


def _within(part: pd.DataFrame) -> list[str | None]:
    """The predecessors of each task that still bind; a done task may wait for what is not in the part."""
    done = part["actual_finish"].notna()
    begun = part["actual_start"].notna()
    return [
        None if past or running else text
        for past, running, text in zip(done, begun, part["predecessors"], strict=True)
    ]


def _days(moments: Days) -> "pd.Series[pd.Timestamp]":
    days = np.floor(np.asarray(moments) + nets.CLOSE).astype(np.int64).astype("datetime64[D]")
    found: pd.Series[pd.Timestamp] = pd.Series(days.astype("datetime64[s]"))
    return found


def at_least(found: Outlook) -> pd.DataFrame:
    """The first day by which at least k of the milestones are done with a chance of 50 % and of 80 %.

    One row per k. Columns: count (int), p50, p80 (date).
    """
    ordered = np.sort(found.finish, axis=1)
    days = np.quantile(ordered, (0.5, 0.8), axis=0) if ordered.shape[1] else np.empty((2, 0))
    frame = pd.DataFrame(
        {"count": range(1, ordered.shape[1] + 1), "p50": _days(days[0]), "p80": _days(days[1])}
    )
    frame.attrs = dict(found.milestones.attrs)
    return frame


def rules_in_words() -> str:
    """How a forecast is made, as the screen says it."""
    return _(
        "10,000 runs of the plan with seed 1: beta-PERT durations, running tasks by what remains, open and "
        "accepted risks striking all their tasks at once; nothing starts before the report day or its "
        "planned day. P80 is the day by which 80 % of the runs are done."
    )


def merge_bias_in_words(days: float) -> str:
    """How much later the mean is than the plan on mean durations, in words."""
    return _("Merge bias: the mean of the runs is {days} days after the plan on mean durations.").format(
        days=round(days)
    )
