"""What unblocks most: which open item frees most gate items, and which one shortens the longest chain.

Project rule R-07, our convention: ranked by the open gate items that wait for it, directly or through
others; then by the days by which the earliest possible first dose comes nearer when it is closed today.
"""

from typing import Any

import numpy as np
import pandas as pd

from firstdose.rules.readiness_network import Links, Network, chain, days_ahead, freed, network
from firstdose.words import N_, _, ngettext


def unblocking(items: pd.DataFrame, links: Links | None = None) -> pd.DataFrame:
    """Open items by what closing them today would do, the most useful first; every column of ``items`` stays.

    Takes ``queries.readiness.network``. Adds frees (open gate items that wait for it), waits_for (open items
    it waits for directly), days_gained (days on the longest open chain of its program and jurisdiction),
    on_chain (bool). Ties go to the earlier claimed day, then by item id.
    """
    net = network(items, links)
    total, waiting = freed(net)
    gained, on_chain = _gained(net)
    found = items.assign(frees=total, waits_for=waiting, days_gained=gained, on_chain=on_chain)
    found = found[net.is_open].sort_values(
        ["frees", "days_gained", "due_on", "item_id"], ascending=[False, False, True, True], ignore_index=True
    )
    found.attrs = dict(items.attrs)
    return found


def _gained(net: Network) -> tuple["np.ndarray[Any, Any]", "np.ndarray[Any, Any]"]:
    """Days gained by closing each item today, and whether it stands on the longest chain of its group.

    Only items of the longest chain can gain; each place of all chains is tried in one pass over all groups.
    """
    gate = net.frame["gate"].to_numpy(dtype=bool) & net.is_open
    ahead = days_ahead(net)
    longest = _longest(net, ahead.days, gate)
    places = np.flatnonzero(gate)
    ranked = places[np.argsort(ahead.days[places], kind="stable")]
    last = np.full(net.groups, -1, dtype=np.intp)
    last[net.group[ranked]] = ranked
    chains = chain(ahead, last)
    gained, on_chain = np.zeros(len(gate), dtype=int), np.zeros(len(gate), dtype=bool)
    for step in range(max(map(len, chains), default=0)):
        tried = np.array([line[step] for line in chains if len(line) > step], dtype=np.intp)
        still_open = net.is_open.copy()
        still_open[tried] = False
        after = _longest(net, days_ahead(net, still_open).days, gate & still_open)
        gained[tried] = (longest - after)[net.group[tried]]
        on_chain[tried] = True
    return gained, on_chain


def _longest(
    net: Network, days: "np.ndarray[Any, Any]", which: "np.ndarray[Any, Any]"
) -> "np.ndarray[Any, Any]":
    """Days of the longest chain of each group to a gate item."""
    longest = np.zeros(net.groups)
    np.maximum.at(longest, net.group[which], days[which])
    return longest


_ACTIONS = {
    "not started": N_("start it"),
    "in progress": N_("finish and send to review"),
    "in review": N_("close the review: a second person signs"),
}


def next_action(row: dict[Any, Any]) -> str:
    """What to do next about an open item."""
    if row["waits_for"]:
        waits = int(row["waits_for"])
        said = ngettext(
            "waits for {n} open item: close that first", "waits for {n} open items: close those first", waits
        )
        return said.format(n=waits)
    lacking = int(row["evidence_expected"]) - int(row["evidence_approved"])
    if row["status"] == "in review" and lacking > 0:
        said = ngettext("get {n} document approved", "get {n} documents approved", lacking)
        return said.format(n=lacking)
    action = _ACTIONS[row["status"]]
    return _(action)
