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

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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

#: Marks from best to worst; ``not applicable`` stands outside the order.
MARKS = ("closed", "in review", "in progress", "not started", "at risk", "late")
NOT_APPLICABLE = "not applicable"

SOON_DAYS = 14  # days to the due day from which an item must be in review; our convention
STALE_DAYS = 30  # days without update that are still fresh; our convention

_Days = NDArray[np.float64]
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
    to_due = np.where(is_open, _days(due - day), np.nan)
    slip = np.where(is_open, _days(pd.to_datetime(items["forecast_on"]) - due), np.nan)
    silent = np.where(is_open, _days(day - pd.to_datetime(items["updated_on"])), np.nan)
    late = to_due < 0
    soon = (to_due >= 0) & (to_due <= SOON_DAYS) & (status != "in review")
    slipping, stale = slip > 0, silent > STALE_DAYS
    reasons = (
        _said(to_due, late, _overdue),
        _said(slip, slipping, _slipping),
        _said(to_due, soon, _soon),
        _said(silent, stale, _silent),
    )
    mark = np.select([late, slipping | soon | stale], ["late", "at risk"], status)
    return items.assign(
        mark=pd.Series(mark, index=items.index, dtype="str"),
        stale=stale,
        is_open=is_open,
        days_to_due=pd.Series(to_due, index=items.index).astype("Int64"),
        why=pd.Series(_why(reasons, status, to_due), index=items.index, dtype="str"),
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


def _in_order(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Areas and jurisdictions in domain order, everything else by itself."""
    known = {"area": AREAS, "jurisdiction": JURISDICTIONS}.get(str(column.name))
    return column if known is None else column.map({name: at for at, name in enumerate(known)})


def _days(span: "pd.Series[Any]") -> _Days:
    days: _Days = span.dt.days.to_numpy(dtype=float)
    return days


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


def _said(days: _Days, where: NDArray[np.bool_], say: Callable[[int], str]) -> NDArray[Any]:
    """Words for the rows of ``where``, made once per distinct number of days; empty elsewhere."""
    said = np.full(len(days), "", dtype=object)
    chosen = days[where].astype(int).tolist()
    words = {number: say(number) for number in set(chosen)}
    said[where] = [words[number] for number in chosen]
    return said


def _why(reasons: Sequence[NDArray[Any]], status: NDArray[Any], to_due: _Days) -> list[str]:
    """All reasons of each row in order; a row without one says when it is due, or how it was settled."""
    settled = {name: _(said) for name, said in _SETTLED.items()}
    ahead = _said(to_due, ~np.isnan(to_due), _ahead)
    undated = _("no due day given")
    return [
        "; ".join(filter(None, said)) or settled.get(state) or due or undated
        for *said, state, due in zip(*reasons, status, ahead, strict=True)
    ]
