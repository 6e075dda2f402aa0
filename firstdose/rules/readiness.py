"""How each readiness item and each area stands: the marks on screen and the words that explain them.

An item shows its own state unless a date says worse. Bad to worse: closed, in review, in progress,
not started, at risk, late. The rules, all project rule R-01; the limits are our convention, no regulation:

- *late*: open, and its due day lies before the report day (due today is not late);
- *at risk*: open, and its forecast is after its due day, or it is due within 14 days and not in review,
  or nobody has updated it for more than 30 days (*stale*, shown beside the mark);
- *not applicable* items are left out of every count.

An area shows the worst of its open gate items, so it is never greener than that item; without an open one
its gate items are closed; without any gate item it shows no mark. Means are never used.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from firstdose.rules.reasons import Days, Said, days_of, joined, said_per_day
from firstdose.words import N_, _, ngettext

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

SOON_DAYS = 14  # days to the due day from which an item must be in review; our convention
STALE_DAYS = 30  # days without update that are still fresh; our convention
MONTHS_AHEAD = 12  # months shown one by one, the month of the report day first; our convention

_SETTLED = {"closed": N_("closed"), NOT_APPLICABLE: N_("does not apply; not counted")}


def item_marks(items: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Judge every item on the report day; the frame given is left as it was.

    Needs columns: status, due_on, forecast_on, updated_on (dates may be missing). Adds mark (str, one of
    ``MARKS`` or ``not applicable``), stale (bool), is_open (bool), days_to_due (int or none, of open items)
    and why (str, the reasons in the reader's language).
    """
    status = items["status"].to_numpy(dtype=object)
    is_open = ~np.isin(status.astype(str), list(_SETTLED))
    due, day = pd.to_datetime(items["due_on"]), pd.Timestamp(as_of)
    to_due = np.where(is_open, days_of(due - day), np.nan)
    slip = np.where(is_open, days_of(pd.to_datetime(items["forecast_on"]) - due), np.nan)
    silent = np.where(is_open, days_of(day - pd.to_datetime(items["updated_on"])), np.nan)
    late = to_due < 0
    soon = (to_due >= 0) & (to_due <= SOON_DAYS) & (status != "in review")
    slipping, stale = slip > 0, silent > STALE_DAYS
    reasons = (
        said_per_day(to_due, late, _overdue),
        said_per_day(slip, slipping, _slipping),
        said_per_day(to_due, soon, _soon),
        said_per_day(silent, stale, _silent),
    )
    mark = np.select([late, slipping | soon | stale], ["late", "at risk"], status)
    return items.assign(
        mark=pd.Series(mark, index=items.index, dtype="str"),
        stale=stale,
        is_open=is_open,
        days_to_due=pd.Series(to_due, index=items.index).astype("Int64"),
        why=pd.Series(joined(reasons, _otherwise(status, to_due)), index=items.index, dtype="str"),
    )


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
        "Late: open after its due day. At risk: forecast after the due day, due within {soon} days and not "
        "in review, or no update for more than {stale} days (limits are our convention). An area shows its "
        "worst open gate item. For planning; not regulatory advice."
    ).format(soon=SOON_DAYS, stale=STALE_DAYS)


def area_name(area: str) -> str:
    """The short name of an area in the reader's language; an unknown one as it is written."""
    return _(_AREA_NAMES.get(area, "")) or area


def blockers_first(items: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The checklist as a meeting reads it: open gate items first, the worst and then the earliest due on top.

    Order: open gate items, other open items, closed, not applicable; among the open late, at risk,
    not started, in progress, in review; then by due day (none last). Judged when ``item_marks`` was not run.
    """
    judged = items if "mark" in items else item_marks(items, as_of)
    worst = judged["mark"].map({name: -rank for rank, name in enumerate(MARKS)}).fillna(1)
    group = np.select([judged["is_open"] & judged["gate"], judged["is_open"]], [0, 1], 2)
    order = pd.DataFrame(
        {
            "group": group,
            "worst": worst.to_numpy(),
            "due": judged["due_on"].to_numpy(),
            "item": judged["item_id"].to_numpy(),
        }
    ).sort_values(["group", "worst", "due", "item"], na_position="last")
    return judged.iloc[order.index].reset_index(drop=True)


def due_months(items: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Open gate items by the month in which they are due. Columns: due (str), mark (str), items (int).

    ``due`` is ``overdue``, a month as YYYY-MM (twelve, the month of the report day first), ``later`` or
    ``undated``; an item due earlier in the month of the report day is overdue. Only what holds items.
    """
    judged = items if "mark" in items else item_marks(items, as_of)
    blocking = judged[judged["is_open"] & judged["gate"]]
    due = pd.to_datetime(blocking["due_on"])
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


def _in_order(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Areas and jurisdictions in domain order, everything else by itself."""
    known = {"area": AREAS, "jurisdiction": JURISDICTIONS}.get(str(column.name))
    return column if known is None else column.map({name: at for at, name in enumerate(known)})


def _overdue(days: int) -> str:
    return ngettext("due {n} day ago", "due {n} days ago", -days).format(n=-days)


def _slipping(days: int) -> str:
    said = ngettext("forecast {n} day after its due day", "forecast {n} days after its due day", days)
    return said.format(n=days)


def _soon(days: int) -> str:
    if days == 0:
        return _("due today and not in review")
    said = ngettext("due in {n} day and not in review", "due in {n} days and not in review", days)
    return said.format(n=days)


def _silent(days: int) -> str:
    return ngettext("no update for {n} day", "no update for {n} days", days).format(n=days)


def _ahead(days: int) -> str:
    return _("due today") if days == 0 else ngettext("due in {n} day", "due in {n} days", days).format(n=days)


def _otherwise(status: Said, to_due: Days) -> list[str]:
    """What is said of an item without trouble: how it was settled, or when it is due."""
    settled = {name: _(said) for name, said in _SETTLED.items()}
    ahead = said_per_day(to_due, ~np.isnan(to_due), _ahead)
    undated = _("no due day given")
    return [settled.get(state) or due or undated for state, due in zip(status, ahead, strict=True)]
