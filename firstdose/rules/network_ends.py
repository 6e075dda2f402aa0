"""When some tasks of a network end, run by run: what ``network.forward`` gives, with few rows in memory."""

from collections.abc import Callable, Sequence

import numpy as np

from firstdose.rules.network import Calendar, Days, Network


def ends(
    net: Network,
    days_of: Callable[[int], Days],
    targets: Sequence[int],
    earliest: Days,
    calendars: Sequence[Calendar | None] | None,
    runs: int,
) -> Days:
    """Finish of the targets, one row a run. ``days_of`` gives the runs of a task's duration, or one number.

    Rules as in ``forward``. The days of a task are forgotten when all that wait for it have theirs, and what
    does not vary stays one number: a plan of 3,000 tasks then passes whole, without new memory for each link.
    """
    start: dict[int, Days] = {}
    finish: dict[int, Days] = {}
    waiting, wanted_at_end = [len(links) for links in net.outgoing], set(targets)
    for at in net.order:
        begin, held = np.asarray(earliest[at]), None
        for before, kind, lag in net.incoming[at]:
            wanted = (finish if kind[0] == "F" else start)[before]
            wanted = wanted + lag if lag else wanted
            if kind[1] == "S":
                begin = np.maximum(begin, wanted)
            else:
                held = wanted if held is None else np.maximum(held, wanted)
        calendar, days = calendars[at] if calendars is not None else None, days_of(at)
        done = begin + days if calendar is None else calendar.later(begin, days)
        start[at], finish[at] = begin, done if held is None else np.maximum(done, held)
        for before, _kind, _lag in net.incoming[at]:
            waiting[before] -= 1
            if not waiting[before] and before not in wanted_at_end:
                del start[before], finish[before]
    return np.stack([np.broadcast_to(finish[at], (runs,)) for at in targets], axis=1)
