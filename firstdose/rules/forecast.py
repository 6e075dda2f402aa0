"""When filing and first dose will come, how sure that is, and what decides it. Project rule R-08.

Every forecast is 10,000 runs of the whole plan (``simulation``) with beta-PERT durations and the open and
accepted risks; the seed stands in the link, so that everybody sees the same days. P80 is the day by
which 80 % of the runs are done. A risk that occurred is taken to stand in the plan already.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from firstdose.rules import network as nets
from firstdose.rules import simulation
from firstdose.rules.calendar import moment_of
from firstdose.rules.network import Days
from firstdose.rules.schedule import DayKind, Plan, links_of, plan, schedule
from firstdose.rules.simulation import Risk
from firstdose.words import _

RUNS, SEED = 10_000, 1
SHARES = (0.1, 0.5, 0.8, 0.9)
#: Points of an S-curve: the shares of runs at which it is drawn.
_CURVE = np.linspace(0.01, 0.99, 99)
_SEEN = 0.5  # days of swing below which a task does not decide anything


@dataclass(frozen=True, slots=True)
class Basis:
    """What a forecast is computed from: the whole plan, what may strike it, the report day, and how.

    ``days`` "working" counts durations in working days of each partner (column country, ``closures``);
    ``keep_planned`` off lets nothing wait for its planned day but the tasks of ``starts``; fewer ``runs``
    are the first of more.
    """

    tasks: pd.DataFrame
    risks: pd.DataFrame
    as_of: date
    closures: pd.DataFrame | None = None
    days: DayKind = "calendar"
    seed: int = SEED
    keep_planned: bool = True
    runs: int = RUNS
    starts: frozenset[str] = frozenset()

    def plan(self, tasks: pd.DataFrame | None = None) -> Plan:
        """The open plan, or that of some of its tasks. PlanError: see ``schedule.plan``."""
        given = self.tasks if tasks is None else tasks
        how = self.closures, self.days
        return plan(given, self.as_of, *how, keep_planned=self.keep_planned, starts=self.starts)


@dataclass(frozen=True, slots=True)
class Outlook:
    """The milestones forecast, one row each; ``finish``: their moments, runs × milestones."""

    milestones: pd.DataFrame
    finish: Days

    def only(self, tasks: Iterable[str]) -> "Outlook":
        """The same forecast of some milestones alone, by task id."""
        kept = self.milestones["task_id"].isin(list(tasks)).to_numpy()
        frame = self.milestones[kept].reset_index(drop=True)
        frame.attrs = dict(self.milestones.attrs)
        return Outlook(frame, self.finish[:, kept])


@dataclass(frozen=True, slots=True)
class Drivers:
    """What decides one milestone: its curve, open tasks, swings, its mean against the naive sum."""

    curve: pd.DataFrame
    tasks: pd.DataFrame
    swings: pd.DataFrame
    merge_bias_days: float


def common_causes(risks: pd.DataFrame, given: Plan) -> tuple[Risk, ...]:
    """The risks by position in the plan; those whose tasks are all done cannot strike any more."""
    open_at = {task: at for at, task in enumerate(given.net.ids) if not given.done[at]}
    found = []
    for row in risks.to_dict("records"):
        struck = [open_at[task] for part in str(row["tasks"]).split(";") if (task := part.strip()) in open_at]
        days = [float(row[f"impact_{name}_days"]) for name in ("low", "mid", "high")]
        if struck:
            chance, name = float(row["probability_pct"]) / 100, str(row["risk_id"])
            found.append(Risk(chance, days[0], days[1], days[2], tuple(struck), name))
    return tuple(found)


def outlook(basis: Basis, milestones: pd.DataFrame) -> Outlook:
    """Forecast every milestone of ``milestones`` (task_id, target_on and what else) that is not done.

    Adds p10, p50, p80, p90 (date), chance (0..1 of meeting target_on, none without one) and in_time_runs
    (int or none), ordered by P50. All come from the same runs, so that common causes count together.
    """
    ahead = milestones[milestones["actual_finish"].isna()].reset_index(drop=True)
    given = basis.plan()
    at = [given.net.at(task) for task in ahead["task_id"]]
    finish = np.empty((basis.runs, 0))
    if at:
        finish = _run(basis, given, at, drivers=False).finish
    target = pd.to_datetime(ahead["target_on"]).to_numpy().astype("datetime64[D]")
    known = ~np.isnat(target)
    last = np.where(known, target.astype(np.int64), 0) + 1.0  # done within the day of the target is in time
    runs = (finish < last).sum(axis=0)
    days = np.quantile(finish, SHARES, axis=0) if at else np.empty((len(SHARES), 0))
    frame = ahead.assign(
        **{f"p{round(share * 100)}": _days(row) for share, row in zip(SHARES, days, strict=True)},
        chance=np.where(known, runs / basis.runs, np.nan),
        in_time_runs=pd.array(np.where(known, runs, 0), dtype="Int64"),
    )
    frame.loc[~known, "in_time_runs"] = pd.NA
    order = np.argsort(days[1], kind="stable")
    found = frame.iloc[order].reset_index(drop=True)
    found.attrs = dict(basis.tasks.attrs)
    return Outlook(found, finish[:, order])


def next_open(milestones: pd.DataFrame) -> dict[Any, Any]:
    """The next milestone whose day is still open; the next one at all when every day is fixed."""
    open_ = milestones[milestones["p90"] > milestones["p10"]]
    return dict((milestones if open_.empty else open_).iloc[0])


def drivers(basis: Basis, milestone: str) -> Drivers:
    """What decides one milestone: only the tasks it waits for are run.

    ``curve``: day_on (date), share (0..1). ``tasks``: the open tasks with criticality and cruciality (see
    ``simulation``), total_float_days, is_near, driver, held_by, early_start and early_finish (see
    ``schedule``), those that matter most first. ``swings``: see ``_swings``.
    """
    tasks = basis.tasks
    before = _upstream(basis.plan(), milestone)
    part = tasks[tasks["task_id"].isin(before)].reset_index(drop=True)
    own = basis.plan(part.assign(predecessors=pd.Series(_within(part, set(tasks["task_id"])), dtype=object)))
    at = own.net.at(milestone)
    found = _run(basis, own, [at], drivers=True)
    computed = schedule(own, milestone)
    frame = computed.assign(criticality=found.criticality, cruciality=found.cruciality)
    frame = frame[~frame["is_done"]].sort_values(
        ["criticality", "cruciality", "task_id"], ascending=[False, False, True], ignore_index=True
    )
    frame.attrs = dict(tasks.attrs)
    swings = _swings(basis, own, found)
    return Drivers(_curve(found.finish[:, 0], tasks), frame, swings, float(found.merge_bias[0]))


def _curve(finish: Days, tasks: pd.DataFrame) -> pd.DataFrame:
    curve = pd.DataFrame({"day_on": _days(np.quantile(finish, _CURVE)), "share": _CURVE})
    curve.attrs = dict(tasks.attrs)
    return curve


def curve(found: Outlook, milestone: str) -> pd.DataFrame:
    """The S-curve of one milestone of an outlook. Columns: day_on (date), share (0..1)."""
    at = found.milestones.index[found.milestones["task_id"] == milestone][0]
    return _curve(found.finish[:, at], found.milestones)


def _swings(basis: Basis, own: Plan, found: simulation.Outcome) -> pd.DataFrame:
    """How far one task or risk alone moves the mean of the milestone, the widest first.

    Columns: id, name, name_ja, kind (task or risk), early_days and late_days (against the mean of all runs):
    of a task its shortest and longest fifth of runs, of a risk the runs it spares and those it strikes.
    """
    mean = float(found.finish[:, 0].mean())
    told = own.tasks[["task_id", "name", "name_ja"]].set_axis(["id", "name", "name_ja"], axis=1)
    tasks = told.assign(kind="task", early_days=found.swing[:, 0] - mean, late_days=found.swing[:, 1] - mean)
    causes = [risk.name for risk in common_causes(basis.risks, own)]
    risks = basis.risks.set_index("risk_id").loc[causes, ["title", "title_ja"]].reset_index()
    risks = risks.set_axis(["id", "name", "name_ja"], axis=1)
    moved = np.nan_to_num(found.struck - mean)
    risks = risks.assign(kind="risk", early_days=moved[:, 0], late_days=moved[:, 1])
    both = pd.concat([part for part in (tasks, risks) if len(part)], ignore_index=True)
    wide = (both["late_days"] - both["early_days"]).abs()
    order = wide[wide >= _SEEN].sort_values(ascending=False, kind="stable").index
    frame = both.loc[order].reset_index(drop=True)
    frame.attrs = dict(basis.tasks.attrs)
    return frame


def _run(basis: Basis, given: Plan, at: list[int], *, drivers: bool) -> simulation.Outcome:
    return simulation.simulate(
        given.net,
        given.low,
        given.mid,
        given.high,
        at,
        risks=common_causes(basis.risks, given),
        earliest=given.earliest,
        calendars=given.calendars,
        runs=basis.runs,
        seed=basis.seed,
        drivers=drivers,
    )


def _upstream(given: Plan, milestone: str) -> set[str]:
    """The milestone and all it waits for."""
    return {given.net.ids[at] for at in nets.upstream(given.net, [given.net.at(milestone)])}


def _within(part: pd.DataFrame, known: set[str]) -> list[str | None]:
    """The predecessors of each task that still bind; the others may lead to what is not in the part.

    ``known``: the tasks of the whole plan, by which a cell is read.
    """
    done = part["actual_finish"].notna()
    begun = part["actual_start"].notna()
    rows = zip(part["task_id"], done, begun, part["predecessors"], strict=True)
    return [
        None if past else _of_finish(task, text, known) if running else text
        for task, past, running, text in rows
    ]


def _of_finish(task: str, text: str | None, known: set[str]) -> str | None:
    """The parts of a cell that hold the finish of a task: its start has happened."""
    parts = text.split(";") if isinstance(text, str) else []
    held = [part for part in parts if any(link.kind[1] == "F" for link in links_of(task, part, known))]
    return ";".join(held) or None


def _days(moments: Days) -> "pd.Series[pd.Timestamp]":
    days = np.floor(np.asarray(moments) + nets.CLOSE).astype(np.int64).astype("datetime64[D]")
    found: pd.Series[pd.Timestamp] = pd.Series(days.astype("datetime64[s]"))
    return found


def at_least(found: Outlook, as_of: date) -> pd.DataFrame:
    """When at least k of the milestones are done, by chance and by day. One row per k.

    Columns: count (int), p50, p80 (date: even chance, and 80 %), and by_1 … by_6 (0..1): the
    chance by the end of each quarter in ``quarters``.
    """
    ordered = np.sort(found.finish, axis=1)
    days = np.quantile(ordered, (0.5, 0.8), axis=0) if ordered.shape[1] else np.empty((2, 0))
    counts = range(1, ordered.shape[1] + 1)
    frame = pd.DataFrame({"count": counts, "p50": _days(days[0]), "p80": _days(days[1])})
    for number, day in enumerate(quarters(found, as_of), 1):
        until = moment_of(day) + 1.0 - nets.CLOSE  # the k-th to be done is the k-th of the sorted
        frame[f"by_{number}"] = pd.Series((ordered <= until).mean(axis=0), dtype="float64")
    frame.attrs = dict(found.milestones.attrs)
    return frame


def quarters(found: Outlook, as_of: date) -> tuple[date, ...]:
    """Six ends of quarters that span the milestones, from the first P10 to the last P90."""
    if found.milestones.empty:
        return ()
    first = max(found.milestones["p10"].min(), pd.Timestamp(as_of))
    ends = pd.date_range(first, found.milestones["p90"].max() + pd.offsets.QuarterEnd(2), freq="QE")
    chosen = np.unique(np.linspace(0, len(ends) - 1, min(6, len(ends))).round().astype(int))
    return tuple(ends[at].date() for at in chosen)


def rules_in_words(seed: int = SEED, days: str = "calendar") -> str:
    """How a forecast is made, as the screen says it."""
    said = _(
        "10,000 runs of the plan with seed {seed}: beta-PERT durations, running tasks by what remains, open "
        "and accepted risks striking all their tasks at once; nothing starts before the report day or its "
        "planned day. P80 is the day by which 80 % of the runs are done."
    ).format(seed=seed)
    follows = _("A start planned for the day after its predecessor follows it at that distance.")
    said = f"{said} {follows}"
    if days == "calendar":
        return said
    worked = _(
        "Durations count working days: Monday to Friday without the holidays of the partner's country and "
        "its closures."
    )
    return f"{said} {worked}"


def merge_bias_in_words(days: float) -> str:
    """How much later (by rounding to working days, earlier) the mean is than the plan on mean durations."""
    if round(days) < 0:
        said = _("Merge bias: none; the mean of the runs is {days} days before the plan on mean durations.")
        return said.format(days=round(-days))
    return _("Merge bias: the mean of the runs is {days} days after the plan on mean durations.").format(
        days=round(days)
    )
