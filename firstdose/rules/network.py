"""A network of linked tasks: its order, its earliest and latest days, and the chains that set its end.

Time is a number of days; a task takes ``finish = start + duration`` and may follow another by four kinds of
link, each with a lag in days: FS (starts after the other's finish), SS (starts after its start), FF (finishes
after its finish) and SF (finishes after its start). Durations are one number a task, or one row a run.

Source: critical path method, Kelley and Walker (1959); links as in PMI, Practice Standard for Scheduling.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from firstdose.errors import PlanError
from firstdose.words import _

Kind = Literal["FS", "SS", "FF", "SF"]
Days = NDArray[np.float64]

#: Float below this many days counts as none: exact comparison loses critical tasks to rounding.
NO_FLOAT = 1e-9
#: Days within which a link counts as the one that holds a task: a fraction of a minute.
CLOSE = 1e-6


@dataclass(frozen=True, slots=True)
class Link:
    """``after`` waits for ``before``; the lag is in days and may be negative (a lead)."""

    before: str
    after: str
    kind: Kind = "FS"
    lag: float = 0.0


class Calendar(Protocol):
    """Where the days of work lie: ``later`` and ``earlier`` move a moment by days of work."""

    def later(self, moment: Days, days: Days) -> Days:
        """The moment at which the work begun then is done."""
        ...

    def earlier(self, moment: Days, days: Days) -> Days:
        """The latest moment to begin so that the work is done by then."""
        ...

    def worked(self, since: Days, until: Days) -> Days:
        """Days of work between two moments."""
        ...


@dataclass(frozen=True, slots=True)
class Network:
    """Tasks in an order in which each stands behind all it waits for; links by position."""

    ids: tuple[str, ...]
    order: tuple[int, ...]
    incoming: tuple[tuple[tuple[int, Kind, float], ...], ...]
    outgoing: tuple[tuple[tuple[int, Kind, float], ...], ...]

    def at(self, task: str) -> int:
        """The position of a task; KeyError when there is none of that name."""
        try:
            return self.ids.index(task)
        except ValueError:
            raise KeyError(task) from None


@dataclass(frozen=True, slots=True)
class Pass:
    """Start and finish of every task in days, shaped as the durations were: (tasks,) or (runs, tasks)."""

    start: Days
    finish: Days


def network(ids: Sequence[str], links: Iterable[Link]) -> Network:
    """Order the tasks by their links.

    Raises PlanError: a link to an unknown task (both are named), or a loop (all its tasks, in order).
    """
    position = {task: at for at, task in enumerate(ids)}
    incoming: list[list[tuple[int, Kind, float]]] = [[] for _task in ids]
    outgoing: list[list[tuple[int, Kind, float]]] = [[] for _task in ids]
    for link in links:
        if link.after not in position or link.before not in position:
            unknown = link.before if link.after in position else link.after
            said = _("Task {task} waits for {unknown}, which is not in the plan.")
            raise PlanError(said.format(task=link.after, unknown=unknown), (link.after, unknown))
        before, after = position[link.before], position[link.after]
        incoming[after].append((before, link.kind, link.lag))
        outgoing[before].append((after, link.kind, link.lag))
    order = _ordered(incoming, outgoing)
    if len(order) < len(ids):
        loop = tuple(ids[at] for at in _loop(incoming, set(range(len(ids))) - set(order)))
        said = _("These tasks wait for each other: {loop}. Remove one of the links.")
        raise PlanError(said.format(loop=" → ".join((*loop, loop[0]))), loop)
    return Network(tuple(ids), order, tuple(map(tuple, incoming)), tuple(map(tuple, outgoing)))


def upstream(net: Network, targets: Sequence[int]) -> tuple[int, ...]:
    """The positions of the targets and of all they wait for, in the order of the plan."""
    found: set[int] = set()
    open_ = list(targets)
    while open_:
        at = open_.pop()
        if at not in found:
            found.add(at)
            open_ += [before for before, _kind, _lag in net.incoming[at]]
    return tuple(sorted(found))


def part(net: Network, kept: Sequence[int]) -> Network:
    """The network of the tasks at some positions alone, with the links between them."""
    new = {at: place for place, at in enumerate(kept)}
    both = tuple(
        tuple(tuple((new[to], kind, lag) for to, kind, lag in side[at] if to in new) for at in kept)
        for side in (net.incoming, net.outgoing)
    )
    order = tuple(new[at] for at in net.order if at in new)
    return Network(tuple(net.ids[at] for at in kept), order, both[0], both[1])


def _ordered(
    incoming: list[list[tuple[int, Kind, float]]], outgoing: list[list[tuple[int, Kind, float]]]
) -> tuple[int, ...]:
    waits = [len(links) for links in incoming]
    ready = [at for at, count in enumerate(waits) if not count]
    for at in ready:  # grows while it is read: every task joins when its last predecessor has
        for after, _kind, _lag in outgoing[at]:
            waits[after] -= 1
            if not waits[after]:
                ready.append(after)
    return tuple(ready)


def _loop(incoming: list[list[tuple[int, Kind, float]]], left: set[int]) -> list[int]:
    """One loop among the tasks that never became ready, in the order of work."""
    at = min(left)
    seen: list[int] = []
    while at not in seen:  # each of them waits for another of them: walking back must meet itself
        seen.append(at)
        at = next(before for before, _kind, _lag in incoming[at] if before in left)
    loop = seen[seen.index(at) :][::-1]
    first = loop.index(min(loop))
    return loop[first:] + loop[:first]


def forward(
    net: Network,
    durations: Days,
    earliest: Days | float = 0.0,
    calendars: Sequence[Calendar | None] | None = None,
) -> Pass:
    """Earliest start and finish. ``earliest`` is the day before which a task cannot start, or one a task.

    FS and SS hold a start. FF and SF hold a finish and leave the start where it is (the task stretches), so
    that a longer task never makes anything earlier. A task without a calendar works every day.
    """
    days, floor = _columns(durations), np.broadcast_to(earliest, (len(net.ids),))
    start, finish = np.empty_like(days), np.empty_like(days)
    for at in net.order:
        begin = start[at : at + 1]  # written in place: new memory for every link costs more than the sums
        begin.fill(floor[at])
        held: Days | None = None
        for before, kind, lag in net.incoming[at]:
            wanted = (finish if kind[0] == "F" else start)[before : before + 1]
            wanted = wanted + lag if lag else wanted
            if kind[1] == "S":
                np.maximum(begin, wanted, out=begin)
            else:
                held = wanted if held is None else np.maximum(held, wanted)
        calendar, done = calendars[at] if calendars is not None else None, finish[at : at + 1]
        if calendar is None:
            np.add(begin, days[at], out=done)
        else:
            done[:] = calendar.later(begin, days[at])
        if held is not None:
            np.maximum(done, held, out=done)
    return Pass(start.T, finish.T)


def backward(
    net: Network,
    durations: Days,
    early: Pass,
    target: int | None = None,
    calendars: Sequence[Calendar | None] | None = None,
) -> Pass:
    """Latest start and finish that do not move the end: of the whole plan, or of the task ``target``.

    With a target, tasks it does not wait for have no latest day (infinite).
    """
    days, done = _columns(durations), early.finish.T
    start, finish = np.empty_like(days), np.empty_like(days)
    end = done.max(axis=0) if target is None else np.full(days.shape[1:], np.inf)
    for at in reversed(net.order):
        last: Days = np.asarray(done[at] if at == target else end)
        begin: Days = np.full(days.shape[1:], np.inf)
        for after, kind, lag in net.outgoing[at]:
            allowed = (finish if kind[1] == "F" else start)[after] - lag
            if kind[0] == "F":
                last = np.minimum(last, allowed)
            else:
                begin = np.minimum(begin, allowed)
        calendar = calendars[at] if calendars is not None else None
        latest = last - days[at] if calendar is None else calendar.earlier(last, days[at])
        finish[at], start[at] = last, np.minimum(begin, latest)
    return Pass(start.T, finish.T)


def total_float(early: Pass, late: Pass, calendars: Sequence[Calendar | None] | None = None) -> Days:
    """Days a task may slip without moving the end: the smaller room of its start and its finish.

    With a calendar working days: a task that ends on Friday and may end on Sunday has none.
    """
    if calendars is None:
        return np.asarray(np.minimum(late.start - early.start, late.finish - early.finish))
    room = np.empty_like(early.start.T)
    for at, calendar in enumerate(calendars):
        begin = _between(calendar, early.start.T[at], late.start.T[at])
        room[at] = np.minimum(begin, _between(calendar, early.finish.T[at], late.finish.T[at]))
    return room.T


def _between(calendar: Calendar | None, since: Days, until: Days) -> Days:
    if calendar is None:
        return np.asarray(until - since)
    known = np.isfinite(until)
    return np.asarray(np.where(known, calendar.worked(since, np.where(known, until, since)), np.inf))


def _columns(durations: Days) -> Days:
    """One row a task, so that a task's runs lie side by side in memory."""
    return np.ascontiguousarray(np.asarray(durations, dtype=np.float64).T)


def free_float(
    net: Network, early: Pass, end: float, calendars: Sequence[Calendar | None] | None = None
) -> Days:
    """Days a task may slip without moving the earliest day of any other; until ``end`` when none follows."""
    found = np.empty(len(net.ids))
    for at, links in enumerate(net.outgoing):
        rooms = [_room(early, at, after, kind, lag, calendars) for after, kind, lag in links]
        found[at] = min(rooms) if rooms else end - early.finish[at]
    return np.asarray(np.maximum(found, 0.0))


def drivers(
    net: Network, early: Pass, durations: Days, calendars: Sequence[Calendar | None] | None = None
) -> tuple[int | None, ...]:
    """For every task the position of the predecessor that sets its days; none when its own day does."""
    found: list[int | None] = []
    for at in range(len(net.ids)):
        stretched = _stretch(early, durations, at, calendars) > CLOSE
        tight = [
            before
            for before, kind, lag in net.incoming[at]
            if (kind[1] == "F") <= stretched and _room(early, before, at, kind, lag, calendars) <= CLOSE
        ]
        found.append(max(tight, key=lambda before: float(early.finish[before])) if tight else None)
    return tuple(found)


def _stretch(early: Pass, durations: Days, at: int, calendars: Sequence[Calendar | None] | None) -> float:
    """Days by which a finish link holds the finish of a task beyond its own duration."""
    calendar = calendars[at] if calendars is not None else None
    return float(_between(calendar, early.start[at], early.finish[at]) - durations[at])


def _room(
    early: Pass, before: int, after: int, kind: Kind, lag: float, calendars: Sequence[Calendar | None] | None
) -> float:
    """Days between what the link asks for and what is, by the calendar of the one that waits."""
    own = (early.finish if kind[0] == "F" else early.start)[before] + lag
    held = (early.finish if kind[1] == "F" else early.start)[after]
    return float(_between(calendars[after] if calendars is not None else None, own, held))


def critical_paths(
    net: Network,
    durations: Days,
    early: Pass,
    late: Pass,
    calendars: Sequence[Calendar | None] | None = None,
    most: int = 100,
) -> tuple[tuple[str, ...], ...]:
    """All longest chains, first task to last; at most ``most`` of them.

    A chain is followed from start to finish of a task and along links without room; the latest days say
    which of them set the end.
    """
    near = NO_FLOAT if calendars is None else CLOSE
    tight: dict[tuple[int, str], list[tuple[int, str]]] = {}
    for at in range(len(net.ids)):
        calendar = calendars[at] if calendars is not None else None
        if _between(calendar, early.start[at], late.start[at]) <= near:
            tight[at, "S"] = []
        if _between(calendar, early.finish[at], late.finish[at]) <= near:
            tight[at, "F"] = []
    for (at, end), following in tight.items():
        if end == "S" and (at, "F") in tight and _stretch(early, durations, at, calendars) <= near:
            following.append((at, "F"))
        following += [
            (after, kind[1])
            for after, kind, lag in net.outgoing[at]
            if kind[0] == end
            and (after, kind[1]) in tight
            and _room(early, at, after, kind, lag, calendars) <= near
        ]
    return _chains(net, tight, most)


def _chains(
    net: Network, tight: dict[tuple[int, str], list[tuple[int, str]]], most: int
) -> tuple[tuple[str, ...], ...]:
    """Every way through the tight ends, as task ids; each once."""
    opening = tight.keys() - {after for afters in tight.values() for after in afters}
    found: dict[tuple[str, ...], None] = {}
    ends = [(at, end) for at in reversed(net.order) for end in "FS" if (at, end) in opening]
    way: list[tuple[int, str]] = []  # the one being followed; a whole one for every end would be quadratic
    open_ = [(0, end) for end in ends]
    while open_ and len(found) < most:
        depth, end = open_.pop()
        way[depth:] = [end]
        if following := dict.fromkeys(tight[end]):
            open_ += [(depth + 1, after) for after in reversed(following)]
        else:
            found[tuple(dict.fromkeys(net.ids[at] for at, _end in way))] = None
    return tuple(found)


def holding(net: Network, early: Pass, durations: Days, target: int, within: float = CLOSE) -> frozenset[int]:
    """The tasks that set the earliest day of ``target``: those without float towards it, itself included.

    Walks back from its finish along links with no more room than ``within`` days, so it costs as much as the
    chain is long.
    """
    found: set[tuple[int, str]] = set()
    open_ = [(target, "F")]
    while open_:
        at, end = open_.pop()
        if (at, end) in found:
            continue
        found.add((at, end))
        if end == "F" and _stretch(early, durations, at, None) <= CLOSE:
            open_.append((at, "S"))
        open_ += [
            (before, kind[0])
            for before, kind, lag in net.incoming[at]
            if kind[1] == end and _room(early, before, at, kind, lag, None) <= within
        ]
    return frozenset(at for at, _end in found)
