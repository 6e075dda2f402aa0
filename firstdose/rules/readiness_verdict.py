"""Is a program ready to file, ready to dose: one verdict with its reasons in order.

Per program, jurisdiction and milestone (project rule R-06, our convention): *not ready* while a gate item is
open; *ready with conditions* when every gate item is closed but a closed one lacks valid evidence or an item
that is no gate is open; *ready* when neither is so; *unknown* without any applicable gate item. The first
dose waits for the items that block filing too. The earliest possible day lets every open item go on today,
through typical lead times and hard links; items without a link between them run side by side.
"""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from firstdose.rules.readiness import NOT_APPLICABLE, item_marks
from firstdose.rules.readiness_network import (
    Ahead,
    Links,
    Network,
    chain,
    day_numbers,
    days_ahead,
    days_as_dates,
    network,
    with_need,
)
from firstdose.words import N_, _, ngettext, say_date

#: From best to worst; ``unknown`` stands outside the order.
VERDICTS = ("ready", "ready with conditions", "not ready")
UNKNOWN = "unknown"
MILESTONES = ("filing", "first dose")
_WORDS = {
    "ready": N_("ready"),
    "ready with conditions": N_("ready with conditions"),
    "not ready": N_("not ready"),
    UNKNOWN: N_("unknown"),
}
#: The mark whose colour and symbol a verdict wears.
MARK_OF = {
    "ready": "closed",
    "ready with conditions": "at risk",
    "not ready": "late",
    UNKNOWN: "stale",
}


def verdict_word(verdict: str) -> str:
    """A verdict in the reader's language."""
    return _(_WORDS[verdict])


def verdicts(items: pd.DataFrame, as_of: date, links: Links | None = None) -> pd.DataFrame:
    """Judge every program in every jurisdiction before filing and before the first dose, in one pass.

    Takes ``queries.readiness.network`` (lead times and milestone days are columns of it), with need dates and
    marks of the same day or without. One row per
    program_id, jurisdiction and milestone that has items; columns: verdict (str), closed, total (gate
    items), open_gate, late, at_risk (open gate items by signal), open_other (items that are no gate),
    lacking (closed gate items without valid evidence), stale (open items), chain (tuple of item ids, the
    first to do first), chain_days (int), chain_codes (str), earliest_on, target_on (committed, else planned;
    date or none), distance_days (earliest after target; int or none).
    """
    net = network(items, links)
    marked = "mark" in items
    judged = items if marked else item_marks(with_need(items, items, links), as_of, why=False)
    ahead = days_ahead(net)
    both = [_at(net, ahead, judged, milestone, as_of) for milestone in MILESTONES]
    found = pd.concat(both, ignore_index=True)
    found["milestone"] = pd.Categorical(found["milestone"], MILESTONES, ordered=True)
    found = found.sort_values(["program_id", "jurisdiction", "milestone"], ignore_index=True)
    found["milestone"] = found["milestone"].astype("str")
    found.attrs = dict(items.attrs)
    return found


def worst_first(found: pd.DataFrame) -> pd.DataFrame:
    """Verdicts as a meeting reads them: what is not ready and farthest from its target on top."""
    worst = found["verdict"].map({"not ready": 0, UNKNOWN: 1, "ready with conditions": 2, "ready": 3})
    ordered = found.assign(worst=worst).sort_values(
        ["worst", "distance_days", "program_id"], ascending=[True, False, True], ignore_index=True
    )
    return ordered.drop(columns="worst")


def _at(net: Network, ahead: Ahead, judged: pd.DataFrame, milestone: str, as_of: date) -> pd.DataFrame:
    """The verdicts before one milestone, one row per program and jurisdiction."""
    groups = net.groups
    counted = (judged["status"] != NOT_APPLICABLE).to_numpy()
    if milestone == "filing":
        counted = counted & (judged["blocks"] == "filing").to_numpy()
    gate, opened = counted & judged["gate"].to_numpy(dtype=bool), judged["is_open"].to_numpy()

    def count(which: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
        return np.bincount(net.group[which], minlength=groups)

    signal = judged["signal"].to_numpy(dtype=object)
    total, open_gate = count(gate), count(gate & opened)
    lacking = count(gate & ~opened & (signal == "at risk"))
    open_other = count(counted & ~gate & opened)
    last = _last(net, ahead, gate & opened)
    first = np.full(groups, -1, dtype=np.intp)
    first[net.group[::-1]] = np.arange(len(net.group))[::-1]
    days = np.where(last >= 0, ahead.days[np.maximum(last, 0)], 0.0) if groups else np.zeros(0)
    target = _target(net, judged, milestone)
    earliest = day_numbers([as_of])[0] + days
    chains = chain(ahead, last)
    ids, codes = judged["item_id"].tolist(), judged["requirement_code"].fillna(judged["item_id"]).tolist()
    verdict = np.select(
        [total == 0, open_gate > 0, (lacking > 0) | (open_other > 0)],
        [UNKNOWN, "not ready", "ready with conditions"],
        "ready",
    )
    frame = judged[["program_id", "jurisdiction"]].iloc[first].reset_index(drop=True)
    names = [name for name in ("program_name", "program_name_ja") if name in judged]
    frame[names] = judged[names].iloc[first].to_numpy()
    return frame.assign(
        milestone=milestone,
        verdict=pd.Series(verdict, dtype="str"),
        closed=total - open_gate,
        total=total,
        open_gate=open_gate,
        late=count(gate & opened & (signal == "late")),
        at_risk=count(gate & opened & (signal == "at risk")),
        open_other=open_other,
        lacking=lacking,
        stale=count(counted & judged["stale"].to_numpy(dtype=bool)),
        chain=pd.Series([tuple(ids[at] for at in line) for line in chains], dtype=object),
        chain_codes=[" → ".join(str(codes[at]) for at in line) for line in chains],
        chain_days=days.astype(int),
        earliest_on=days_as_dates(np.where(total > 0, earliest, np.nan)).to_numpy(),
        target_on=days_as_dates(target).to_numpy(),
        distance_days=pd.Series(np.where(total > 0, earliest - target, np.nan)).astype("Int64"),
    )


def _last(net: Network, ahead: Ahead, which: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """The item of each group that is done last among those asked; -1 where there is none."""
    places = np.flatnonzero(which)
    ranked = places[np.argsort(ahead.days[places], kind="stable")]
    last = np.full(net.groups, -1, dtype=np.intp)
    last[net.group[ranked]] = ranked
    return last


def _target(net: Network, judged: pd.DataFrame, milestone: str) -> "np.ndarray[Any, Any]":
    """The committed day of a milestone by group, else the planned one; not a number without either."""
    day = day_numbers(judged["target_on"])
    day = np.where(np.isnan(day), day_numbers(judged["planned_on"]), day)
    here = (judged["blocks"] == milestone).to_numpy() & ~np.isnan(day)
    target = np.full(net.groups, np.nan)
    target[net.group[here]] = day[here]
    return target


def reasons(row: dict[Any, Any]) -> list[str]:
    """Why a verdict is what it is, in order: gate items, longest chain, earliest day, what is stale."""
    if row["verdict"] == UNKNOWN:
        return [_("no gate item says anything about this milestone")]
    said = [_("{closed} of {total} gate items closed").format(closed=row["closed"], total=row["total"])]
    if row["open_gate"]:
        said[0] += " · " + _("{late} late, {at_risk} at risk").format(
            late=row["late"], at_risk=row["at_risk"]
        )
    for count, words in (
        (row["lacking"], ngettext(
            "{n} closed gate item lacks valid evidence",
            "{n} closed gate items lack valid evidence",
            int(row["lacking"]),
        )),
        (row["open_other"], ngettext(
            "{n} item that is no gate is open", "{n} items that are no gate are open", int(row["open_other"])
        )),
    ):  # fmt: skip
        if count:
            said.append(words.format(n=count))
    if row["chain"]:
        days = int(row["chain_days"])
        words = ngettext("longest open chain {n} day: {chain}", "longest open chain {n} days: {chain}", days)
        said.append(words.format(n=days, chain=row["chain_codes"]))
        said.append(_earliest(row))
    if row["stale"]:
        stale = int(row["stale"])
        said.append(ngettext("{n} open item is stale", "{n} open items are stale", stale).format(n=stale))
    return said


def _earliest(row: dict[Any, Any]) -> str:
    """The earliest possible day and how far from the target it lies."""
    day = say_date(row["earliest_on"])
    if pd.isna(row["target_on"]):
        return _("earliest possible {day}; no target day is given").format(day=day)
    distance, target = int(row["distance_days"]), say_date(row["target_on"])
    if distance > 0:
        said = ngettext(
            "earliest possible {day}, {n} day after the target {target}",
            "earliest possible {day}, {n} days after the target {target}",
            distance,
        )
    else:
        said = ngettext(
            "earliest possible {day}, {n} day before the target {target}",
            "earliest possible {day}, {n} days before the target {target}",
            -distance,
        )
    return said.format(day=day, n=abs(distance), target=target)
