"""Why a milestone moved between two states of the plan: its shift split over the tasks it waits for.

Method: sequential replacement. Both states are computed by the network (``schedule.plan``). Then the tasks
are taken one after the other in the order of the work of the later state (each behind all it waits for),
and each is given its later duration, earliest start, progress and links while what follows still stands as
before. What the milestone moves at that step is the part of that task. Each state in between is free of
loops, the first step starts at the earlier day and the last ends at the later one, so the parts sum to the
whole shift of the network, in whole days, exactly. Who moves first is charged first: where two causes hide
each other, the one earlier in the work carries the shift.

The *residual* is what the typed dates of the milestone moved beyond what its links and durations explain.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from firstdose.rules import network as nets
from firstdose.rules import schedule
from firstdose.rules.network import Days, Kind
from firstdose.rules.timeline_slip import on_baseline
from firstdose.words import _, ngettext

#: What one task waits for, by name.
Waits = tuple[tuple[str, Kind, float], ...]


@dataclass(frozen=True, slots=True)
class Stand:
    """One task of a computed state: its days of work, the moment before which it cannot start, its links.

    ``typed`` is the start as it was typed, for words only.
    """

    days: float
    earliest: float
    done: bool
    running: bool
    waits: Waits
    typed: float = field(default=-np.inf, compare=False)


@dataclass(frozen=True, slots=True)
class State:
    """A state of the plan as the network sees it: tasks in the order of the work."""

    tasks: dict[str, Stand]
    start: dict[str, float]
    finish: dict[str, float]


@dataclass(frozen=True, slots=True)
class Split:
    """The shift of one milestone, in days, positive = later.

    ``parts``: one row per task with a part that is not 0, in the order of the work: task_id, days (int), why
    (str). ``network_days`` is their sum, ``whole_days`` the shift of its best known day, ``residual_days``
    the difference.
    """

    milestone: str
    before: date
    after: date
    parts: pd.DataFrame
    network_days: int
    whole_days: int

    @property
    def residual_days(self) -> int:
        """What the typed dates moved beyond what links and durations explain."""
        return self.whole_days - self.network_days


def state(tasks: pd.DataFrame, as_of: date) -> State:
    """Compute a state on its report day. Raises PlanError: a loop, an unknown predecessor."""
    given = schedule.plan(tasks, as_of)
    early = nets.forward(given.net, given.mid, given.earliest)
    ids = given.net.ids
    # what is done waits for nothing any more, yet its cause stands before it in the order of the work
    order = nets.network(ids, schedule.links(tasks)).order
    found = {ids[at]: _stand(given, at) for at in order}
    start, finish = (dict(zip(ids, days.tolist(), strict=True)) for days in (early.start, early.finish))
    return State(found, start, finish)


def _stand(given: schedule.Plan, at: int) -> Stand:
    ids = given.net.ids
    return Stand(
        float(given.mid[at]),
        float(given.earliest[at]),
        bool(given.done[at]),
        bool(given.running[at]),
        tuple((ids[before], kind, lag) for before, kind, lag in given.net.incoming[at]),
        float(given.floor[at]),
    )


def baseline_state(tasks: pd.DataFrame, as_of: date) -> State:
    """The state that the baseline columns describe, computed from the first day agreed on."""
    agreed = on_baseline(tasks)
    known = set(agreed["task_id"])
    cells = zip(agreed["task_id"], agreed["predecessors"], strict=True)
    kept = [_within(task, text, known) for task, text in cells]
    first = pd.to_datetime(agreed["start_on"]).min()
    day = as_of if pd.isna(first) else min(first.date(), as_of)
    return state(agreed.assign(predecessors=pd.Series(kept, index=agreed.index, dtype=object)), day)


def _within(task: str, text: Any, known: set[str]) -> str | None:
    """The links of a cell that lead to tasks with a baseline."""
    if not isinstance(text, str):
        return None
    parts = [part.strip() for part in text.split(";")]
    return ";".join(
        part for part in parts if all(link.before in known for link in schedule.links_of(task, part, known))
    )


def split(
    milestone: str,
    shown: State,
    base: State,
    claimed: tuple[date | None, date | None] = (None, None),
) -> Split | None:
    """Split the shift of a milestone from ``base`` to ``shown``; none when one of them has no such task.

    ``claimed``: its best known days in base and shown; without both the shift of the network is the whole.
    """
    if milestone not in shown.tasks or milestone not in base.tasks:
        return None
    steps = _steps(milestone, shown, base)
    told = np.floor(_through(milestone, shown, base, steps) + nets.CLOSE).astype(np.int64)
    moved = np.diff(told)
    rows = [
        {"task_id": task, "days": int(days), "why": _why(shown.tasks[task], base.tasks.get(task))}
        for task, days in zip(steps, moved, strict=True)
        if days
    ]
    network_days = int(told[-1] - told[0])
    was, now = claimed
    whole = network_days if was is None or now is None else (now - was).days
    epoch = date(1970, 1, 1)
    return Split(
        milestone,
        epoch + timedelta(days=int(told[0])),
        epoch + timedelta(days=int(told[-1])),
        pd.DataFrame(rows, columns=["task_id", "days", "why"]),
        network_days,
        whole,
    )


def _before(milestone: str, of: State) -> set[str]:
    """The milestone and all it waits for."""
    found: set[str] = set()
    open_ = [milestone]
    while open_:
        task = open_.pop()
        if task not in found:
            found.add(task)
            open_ += [before for before, _kind, _lag in of.tasks[task].waits]
    return found


def _steps(milestone: str, shown: State, base: State) -> list[str]:
    """The tasks replaced, in the order of the work: those the milestone waits for that differ."""
    near = _before(milestone, shown) | _before(milestone, base)
    return [task for task, stand in shown.tasks.items() if task in near and stand != base.tasks.get(task)]


def _through(milestone: str, shown: State, base: State, steps: list[str]) -> Days:
    """The finish of the milestone after each step, in moments; the first is the base.

    A replaced task stands on the final days of ``shown``, since all it waits for was replaced before it. So
    only the days of ``base`` tasks depend on the step, and one pass over them gives every step at once.
    """
    at = np.arange(len(steps) + 1)
    turn = {task: number for number, task in enumerate(steps, start=1)}
    start: dict[str, Days] = {}
    finish: dict[str, Days] = {}
    near = _before(milestone, base)
    for task, stand in base.tasks.items():
        if task not in near:
            continue
        begin = np.full(len(at), stand.earliest)
        held: Days | None = None
        for before, kind, lag in stand.waits:
            wanted = (finish if kind[0] == "F" else start)[before] + lag
            if kind[1] == "S":
                begin = np.maximum(begin, wanted)
            else:
                held = wanted if held is None else np.maximum(held, wanted)
        done = begin + stand.days
        done = done if held is None else np.maximum(done, held)
        start[task], finish[task] = begin, done
        if task in shown.tasks:
            replaced = at >= turn.get(task, len(at))
            start[task] = np.where(replaced, shown.start[task], begin)
            finish[task] = np.where(replaced, shown.finish[task], done)
    return finish[milestone]


def _why(now: Stand, was: Stand | None) -> str:
    """What differs in a task, in the reader's language."""
    if was is None:
        return _("new in the plan")
    said = []
    if now.done and not was.done:
        said.append(_("done"))
    elif now.running and not was.running:
        said.append(_("begun"))
    if not now.done and not now.running and (days := round(now.days - was.days)):
        longer = ngettext("{n} day longer", "{n} days longer", days)
        shorter = ngettext("{n} day shorter", "{n} days shorter", -days)
        said.append(longer.format(n=days) if days > 0 else shorter.format(n=-days))
    if not now.done and not now.running and (days := _later_start(now, was)):
        later = ngettext("may begin {n} day later", "may begin {n} days later", days)
        earlier = ngettext("may begin {n} day earlier", "may begin {n} days earlier", -days)
        said.append(later.format(n=days) if days > 0 else earlier.format(n=-days))
    if not now.done and {link[0] for link in now.waits} - {link[0] for link in was.waits}:
        said.append(_("waits for more"))
    if now.running and was.running:
        said.append(_("progress"))
    return _("; ").join(said) or _("other days or links")


def _later_start(now: Stand, was: Stand) -> int:
    """Days by which the earliest start moved; none where it was open."""
    moved = now.typed - was.typed
    return round(moved) if np.isfinite(moved) else 0


def grouped(parts: pd.DataFrame, tasks: pd.DataFrame) -> pd.DataFrame:
    """The parts summed by who they belong to: each partner's work, and the decisions.

    Takes ``Split.parts`` and the plan (task_id, partner_id, kind). One row per group, the largest first: who
    (partner id, or "decision"), days, tasks (int).
    """
    known = tasks.drop_duplicates("task_id").set_index("task_id")
    kind, partner = parts["task_id"].map(known["kind"]), parts["task_id"].map(known["partner_id"])
    who = partner.where(kind != "decision", "decision").fillna("")
    found = (
        parts.assign(who=who).groupby("who", as_index=False).agg(days=("days", "sum"), tasks=("days", "size"))
    )
    order = found["days"].abs().sort_values(ascending=False, kind="stable").index
    return found.loc[order].reset_index(drop=True)


def method_in_words() -> str:
    """How the shift is split, as the screen says it."""
    return _(
        "Task after task, in the order of the work, takes its new duration, start, progress and links; what "
        "the milestone moves at that step is its part, so the parts sum to the shift of the network. "
        "Residual: what the typed date of the milestone moved beyond its links and durations."
    )
