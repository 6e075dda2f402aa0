"""Open items of one program in one jurisdiction as a layered graph: what waits for what, what is longest."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd

from firstdose.rules.readiness import item_marks
from firstdose.rules.readiness_network import Links, chain, days_ahead, network, waits, with_need

ACROSS = 6  # items without an open link stand in rows of this many; our convention


@dataclass(frozen=True, slots=True)
class Graph:
    """``nodes`` in chain order and ``edges`` between them; ``closed`` counts the items folded away.

    Nodes beside the items: mark, why, layer, slot (int, place from left and top), linked, on_chain (bool),
    days_ahead (int, earliest end counted from the report day), waits_for (str, item codes). Edges: before,
    after (item_id), on_chain (bool).
    """

    program: str
    jurisdiction: str
    nodes: pd.DataFrame
    edges: pd.DataFrame
    closed: int


def longest_pair(found: pd.DataFrame) -> tuple[str, str] | None:
    """The program and jurisdiction whose open chain to the first dose is longest; none when all is closed."""
    open_ = found[(found["milestone"] == "first dose") & (found["chain_days"] > 0)]
    if open_.empty:
        return None
    row = open_.sort_values(["chain_days", "program_id"], ascending=[False, True]).iloc[0]
    return str(row["program_id"]), str(row["jurisdiction"])


def graph(items: pd.DataFrame, pair: tuple[str, str], as_of: date, links: Links | None = None) -> Graph:
    """The open items of a program and jurisdiction. Takes ``queries.readiness.network``."""
    program, jurisdiction = pair
    mine = items[(items["program_id"] == program) & (items["jurisdiction"] == jurisdiction)]
    mine = mine.reset_index(drop=True)
    net, judged = network(mine, links), item_marks(with_need(mine, mine, links), as_of)
    ahead = days_ahead(net)
    edges = [
        (int(one), int(other))
        for code, before in np.argwhere(waits(net).any(axis=1))  # of the one group there is
        for one in net.members[before]
        for other in net.members[code]
        if net.is_open[one] and net.is_open[other]
    ]  # a few dozen links of one program
    layer = np.zeros(len(mine), dtype=int)
    for one, other in edges:  # codes stand in topological order, so one pass is enough
        layer[other] = max(layer[other], layer[one] + 1)
    gate = net.is_open & mine["gate"].to_numpy(dtype=bool)
    last = int(np.where(gate, ahead.days, -1.0).argmax()) if gate.any() else -1
    path = chain(ahead, np.array([last], dtype=np.intp))[0]
    steps = set(pairwise(path))
    linked = np.isin(np.arange(len(mine)), [at for edge in edges for at in edge])
    waiting: dict[int, list[str]] = {}
    codes = mine["requirement_code"].fillna(mine["item_id"]).tolist()
    for one, other in edges:
        waiting.setdefault(other, []).append(str(codes[one]))
    nodes = judged.assign(
        code=codes,
        layer=layer,
        linked=linked,
        on_chain=np.isin(np.arange(len(mine)), path),
        days_ahead=ahead.days.astype(int),
        waits_for=[", ".join(waiting.get(at, ())) for at in range(len(mine))],
    )[net.is_open]
    nodes = nodes.sort_values(["on_chain", "linked", "layer", "code"], ascending=[False, False, True, True])
    nodes.insert(0, "slot", _slots(nodes))
    alone = ~nodes["linked"]
    nodes.loc[alone, "layer"] = np.arange(int(alone.sum())) % ACROSS
    ids = mine["item_id"].tolist()
    drawn = pd.DataFrame(
        [(ids[one], ids[other], (one, other) in steps) for one, other in edges],
        columns=["before", "after", "on_chain"],
    )
    nodes.attrs = dict(items.attrs)
    return Graph(program, jurisdiction, nodes.reset_index(drop=True), drawn, int((~net.is_open).sum()))


def _slots(nodes: pd.DataFrame) -> "pd.Series[int]":
    """Places from the top: the longest chain in the first row, items without a link in rows below."""
    linked = nodes["linked"]
    slot = nodes[linked].groupby("layer").cumcount()
    below = int(slot.max()) + 1 if len(slot) else 0
    alone = pd.Series(np.arange(int((~linked).sum())) // ACROSS + below, index=nodes.index[~linked])
    placed: pd.Series[int] = pd.concat([slot, alone]).reindex(nodes.index).astype(int)
    return placed
