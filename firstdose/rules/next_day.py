"""A start typed for the day after what it waits for: that link, and no day of its own. Project rule R-08."""

import numpy as np
from numpy.typing import NDArray

from firstdose.rules import network as nets
from firstdose.rules.network import Days, Link, Network

#: Days after its predecessor at which a typed start still counts as following it: plans end a bar on its last
#: day and begin the next one on the day after.
NEXT_DAY = 1.0


def following(
    net: Network,
    mid: Days,
    floor: Days,
    ahead: NDArray[np.bool_],
    day: float,
    calendars: tuple[nets.Calendar | None, ...] | None,
) -> tuple[Network, Days]:
    """The network and earliest days with starts typed for the day after their link as its lag."""
    early = nets.forward(net, mid, floor, calendars)
    kept, earliest = [], floor.copy()
    for at, incoming in enumerate(net.incoming):
        held = [
            float((early.finish if kind[0] == "F" else early.start)[before]) + lag
            for before, kind, lag in incoming
            if kind[1] == "S"
        ]
        gap = float(floor[at]) - max(held, default=np.inf)
        follows = bool(ahead[at]) and 0 < gap <= NEXT_DAY
        earliest[at] = day if follows else floor[at]
        for before, kind, lag in incoming:
            more = gap if follows and kind[1] == "S" else 0.0
            kept.append(Link(net.ids[before], net.ids[at], kind, lag + more))
    return nets.network(net.ids, kept), earliest
