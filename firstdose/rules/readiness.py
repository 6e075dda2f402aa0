"""How each readiness item and each area stands: the marks on screen and the words that explain them.

An item shows its own state unless a date or its evidence says worse. Bad to worse: closed, in review, in
progress, not started, at risk, late; as signals: done, on track, at risk, late. The day an item is needed is
computed (``rules.readiness_network``, R-06); the due day typed in is a claim that stands beside it and is
judged only where nothing can be computed. All project rule R-01; the limits are our convention:

- *late*: *overdue*, that is open after the day it is needed (needed today is not), or a gate item whose
  forecast lies after the last day that still holds the committed milestone (its float is eaten);
- *at risk*: open, and its forecast is after the day it is needed, or nobody gave a forecast and the typical
  lead times still ahead of it (R-06) end after that day, or it is needed within 14 days and not in review, or
  nobody has updated it for more than 30 days (*stale*, shown beside the mark); or closed with
  fewer approved and valid documents than expected;
- *not applicable* items are left out of every count.

An area shows the worst of its gate items, so it is never greener than its worst open one; without any gate
item it shows no mark. Means are never used. The status rules follow no regulation.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from firstdose.rules import readiness_why
from firstdose.rules.reasons import Days, Said, days_of, joined, said_per_day
from firstdose.words import N_, _

#: The nine areas in domain order.
AREAS = (
    "Regulatory",
    "CMC-Vector",
    "CMC-Drug product",
    "Analytical",
    "Nonclinical",
    "Clinical",
    "Quality system",
    "Supply & logistics",
    "Ethics & biosafety",
)
JURISDICTIONS = ("JP", "US", "EU")
_AREA_NAMES = {
    "Regulatory": N_("Regulatory"),
    "CMC-Vector": N_("CMC vector"),
    "CMC-Drug product": N_("CMC product"),
    "Analytical": N_("Analytical"),
    "Nonclinical": N_("Nonclinical"),
    "Clinical": N_("Clinical"),
    "Quality system": N_("Quality"),
    "Supply & logistics": N_("Supply"),
    "Ethics & biosafety": N_("Biosafety"),
}

#: Marks from best to worst; ``not applicable`` stands outside the order.
MARKS = ("closed", "in review", "in progress", "not started", "at risk", "late")
NOT_APPLICABLE = "not applicable"
#: What a mark says of the plan, from best to worst.
SIGNALS = ("done", "on track", "at risk", "late")
_SIGNAL_OF = {
    "closed": "done",
    "at risk": "at risk",
    "late": "late",
    NOT_APPLICABLE: NOT_APPLICABLE,
} | dict.fromkeys(("in review", "in progress", "not started"), "on track")

SOON_DAYS = 14  # days to the due day from which an item must be in review; our convention
STALE_DAYS = 30  # days without update that are still fresh; our convention
MONTHS_AHEAD = 12  # months shown one by one, the month of the report day first; our convention


def item_marks(items: pd.DataFrame, as_of: date, *, why: bool = True) -> pd.DataFrame:
    """Judge every item on the report day; the frame given is left as it was.

    Needs columns: status, due_on, forecast_on, updated_on (dates may be missing); need_on, latest_on and
    days_ahead of ``rules.readiness_network.with_need`` and gate, evidence_approved and evidence_expected are
    judged where they are. Adds mark (str, one of ``MARKS`` or ``not applicable``), signal (str, one of
    ``SIGNALS`` or ``not applicable``), stale (bool), is_open (bool), days_to_due (int or none, days to the
    day it is needed, of open items) and why (str, the reasons in the reader's language; left out when not
    asked for, as words of thousands of rows take longer than their marks).
    """
    status = items["status"].to_numpy(dtype=object)
    is_open = ~np.isin(status.astype(str), list(readiness_why.SETTLED))
    claim, day = pd.to_datetime(items["due_on"]), pd.Timestamp(as_of)
    need = pd.to_datetime(items["need_on"]) if "need_on" in items else claim
    computed = (need.notna() if "need_on" in items else pd.Series(data=False, index=items.index)).to_numpy()
    need = need.fillna(claim)
    to_need = np.where(is_open, days_of(need - day), np.nan)
    forecast = pd.to_datetime(items["forecast_on"])
    slip = np.where(is_open, days_of(forecast - need), np.nan)
    typical = np.where(forecast.isna(), _typical(items) - to_need, np.nan)
    silent = np.where(is_open, days_of(day - pd.to_datetime(items["updated_on"])), np.nan)
    past = _float_eaten(items, forecast, is_open)
    lacking = _evidence_lacking(items, status)
    overdue, eaten = to_need < 0, past > 0
    soon = (to_need >= 0) & (to_need <= SOON_DAYS) & (status != "in review")
    slipping, stale = (slip > 0) & ~eaten, silent > STALE_DAYS
    too_long = (typical > 0) & ~overdue
    late, risky = overdue | eaten, slipping | too_long | soon | stale | (lacking > 0)
    mark = np.select([late, risky], ["late", "at risk"], status)
    signal = pd.Series(mark, index=items.index).map(_SIGNAL_OF)
    judged = items.assign(
        mark=pd.Series(mark, index=items.index, dtype="str"),
        signal=signal.astype("str"),
        stale=stale,
        is_open=is_open,
        days_to_due=pd.Series(to_need, index=items.index).astype("Int64"),
    )
    if not why:
        return judged
    reasons = (
        said_per_day(to_need, overdue & computed, readiness_why.needed_ago),
        said_per_day(to_need, overdue & ~computed, readiness_why.overdue),
        said_per_day(past, eaten, readiness_why.eaten),
        said_per_day(slip, slipping & computed, readiness_why.after_need),
        said_per_day(slip, slipping & ~computed, readiness_why.slipping),
        said_per_day(typical, too_long & computed, readiness_why.typical_after_need),
        said_per_day(typical, too_long & ~computed, readiness_why.typical_after_due),
        said_per_day(to_need, soon & computed, readiness_why.needed_soon),
        said_per_day(to_need, soon & ~computed, readiness_why.soon),
        said_per_day(silent, stale, readiness_why.silent),
        said_per_day(lacking, lacking > 0, readiness_why.lacking),
    )
    said = joined(reasons, readiness_why.otherwise(status, to_need, computed))
    return judged.assign(why=pd.Series(said, index=items.index, dtype="str"))


def _float_eaten(items: pd.DataFrame, forecast: "pd.Series[Any]", is_open: "np.ndarray[Any, Any]") -> Days:
    """Days by which the forecast of an open gate item lies after the last day that holds the milestone."""
    if "latest_on" not in items:
        return np.full(len(items), np.nan)
    held = is_open & items["gate"].to_numpy(dtype=bool)
    return np.where(held, days_of(forecast - pd.to_datetime(items["latest_on"])), np.nan)


def _typical(items: pd.DataFrame) -> Days:
    """Days to the earliest end of each item through typical lead times; not a number where unknown."""
    if "days_ahead" not in items:
        return np.full(len(items), np.nan)
    return items["days_ahead"].to_numpy(dtype=float)


def _evidence_lacking(items: pd.DataFrame, status: Said) -> Days:
    """Documents that a closed item lacks: expected, but not approved and valid on the report day."""
    if "evidence_approved" not in items or "evidence_expected" not in items:
        return np.full(len(items), np.nan)
    lacking = (items["evidence_expected"] - items["evidence_approved"]).to_numpy(dtype=float)
    return np.where(status == "closed", lacking, np.nan)


def area_rollup(items: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """How each area of each program stands in each jurisdiction: its worst open gate item, and counts.

    Takes items (judged here unless ``item_marks`` did). One row per program_id, jurisdiction and area that
    holds an applicable item; columns: program_id, jurisdiction, area, mark (str; none without gate items),
    stale (bool: an open item, gate or not, is), closed, total (gate items), open_gate, open_other (int).
    """
    judged = items if "mark" in items else item_marks(items, as_of)
    return _rolled(judged, ["program_id", "jurisdiction", "area"])


def rollup_by(items: pd.DataFrame, as_of: date, keys: Sequence[str]) -> pd.DataFrame:
    """The same as ``area_rollup`` over any keys: several programs in one cell show the worst and the sums."""
    judged = items if "mark" in items else item_marks(items, as_of)
    return _rolled(judged, list(keys))


def _rolled(judged: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    counted = judged[judged["status"] != NOT_APPLICABLE]
    gate, is_open = counted["gate"].astype(bool), counted["is_open"]
    badness = counted["mark"].map({name: rank for rank, name in enumerate(MARKS)})
    cells = counted[keys].assign(
        badness=badness.where(gate),
        stale=counted["stale"],
        closed=(gate & ~is_open).astype(int),
        total=gate.astype(int),
        open_gate=(gate & is_open).astype(int),
        open_other=(~gate & is_open).astype(int),
    )
    summed = dict.fromkeys(("closed", "total", "open_gate", "open_other"), "sum")
    rolled = cells.groupby(keys, as_index=False, sort=False).agg(
        {"badness": "max", "stale": "any"} | summed  # max leaves out what has no gate
    )
    mark = rolled.pop("badness").map(dict(enumerate(MARKS)))
    rolled.insert(len(keys), "mark", mark.astype("str"))
    rolled = rolled.sort_values(keys, key=_in_order, ignore_index=True)
    rolled.attrs = dict(judged.attrs)
    return rolled


def rules_in_words() -> str:
    """The rules of the marks as the screen says them."""
    return _(
        "An item is needed before every open item that waits for it has to begin, counted back from its "
        "milestone through typical lead times and hard links; without a milestone day the claimed due "
        "day stands in. Overdue: open after the day it is needed. Late: overdue, or the forecast of a gate "
        "item eats all float to the committed milestone. At risk: forecast after the day it is needed, or "
        "without a forecast the typical lead times still ahead end after it, needed within {soon} days and "
        "not in review, no update for more than {stale} days, or closed with fewer valid documents than "
        "expected (limits are our convention). An area shows its worst open gate item. For planning; not "
        "regulatory advice."
    ).format(soon=SOON_DAYS, stale=STALE_DAYS)


def area_name(area: str) -> str:
    """The short name of an area in the reader's language; an unknown one as it is written."""
    return _(_AREA_NAMES.get(area, "")) or area


def blockers_first(items: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The checklist as a meeting reads it: open gate items first, the worst and then the earliest due on top.

    Order: open gate items, other open items, closed, not applicable; among the open late, at risk, not
    started, in progress, in review; then by the day it is needed (none last). Judged when it was not yet.
    """
    judged = items if "mark" in items else item_marks(items, as_of)
    worst = judged["mark"].map({name: -rank for rank, name in enumerate(MARKS)}).fillna(1)
    group = np.select([judged["is_open"] & judged["gate"], judged["is_open"]], [0, 1], 2)
    order = pd.DataFrame(
        {
            "group": group,
            "worst": worst.to_numpy(),
            "due": _needed_on(judged).to_numpy(),
            "item": judged["item_id"].to_numpy(),
        }
    ).sort_values(["group", "worst", "due", "item"], na_position="last")
    return judged.iloc[order.index].reset_index(drop=True)


def due_months(items: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Open gate items by the month in which they are needed. Columns: due (str), mark (str), items (int).

    ``due`` is ``overdue``, a month as YYYY-MM (twelve, the month of the report day first), ``later`` or
    ``undated``; an item needed earlier in the month of the report day is overdue. Only what holds items.
    """
    judged = items if "mark" in items else item_marks(items, as_of)
    blocking = judged[judged["is_open"] & judged["gate"]]
    due = _needed_on(blocking)
    ahead = (due.dt.year - as_of.year) * 12 + due.dt.month - as_of.month
    where = np.select(
        [due.isna(), due < pd.Timestamp(as_of), ahead >= MONTHS_AHEAD],
        ["undated", "overdue", "later"],
        due.dt.strftime("%Y-%m").fillna(""),
    )
    counted = (
        blocking.assign(due=where).groupby(["due", "mark"], as_index=False).agg(items=("item_id", "size"))
    )
    counted.attrs = dict(items.attrs)
    return counted


def overdue_days(items: pd.DataFrame, as_of: date) -> "pd.Series[Any]":
    """Days by which open items are past the day they are needed (int); none where they are not overdue.

    The one rule of *overdue*: the computed day counts, the claimed one only where nothing can be computed;
    needed today is not overdue.
    """
    past = days_of(pd.Timestamp(as_of) - _needed_on(items))
    late = ~items["status"].isin(list(readiness_why.SETTLED)).to_numpy() & (past > 0)
    return pd.Series(np.where(late, past, np.nan), index=items.index).astype("Int64")


def _needed_on(items: pd.DataFrame) -> "pd.Series[Any]":
    """The computed day an item is needed, else its claimed due day."""
    claim = pd.to_datetime(items["due_on"])
    return pd.to_datetime(items["need_on"]).fillna(claim) if "need_on" in items else claim


def _in_order(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Areas and jurisdictions in domain order, everything else by itself."""
    known = {"area": AREAS, "jurisdiction": JURISDICTIONS}.get(str(column.name))
    return column if known is None else column.map({name: at for at, name in enumerate(known)})
