"""How each task of the plan stands, who waits for whom, and the order of the lanes.

The rules, all project rule R-05, of one kind with the readiness marks:

- *closed*: it has an actual finish;
- *late*: open, and the day it was promised for (baseline finish, else forecast) or the day it is forecast
  for lies before the report day (promised for today is not late);
- *at risk*: open, and forecast to finish after its baseline, or its start day is past and it has not begun;
- else *in progress* once begun, *not started* before.
"""

from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd

from firstdose.rules.proportion import Share
from firstdose.rules.readiness import AREAS, area_name
from firstdose.rules.reasons import days_of, joined, said_per_day
from firstdose.words import N_, _, language, ngettext

Lanes = Literal["partner", "program", "workstream"]

#: Workstreams in domain order: the nine areas, then what belongs to none of them.
WORKSTREAMS = (*AREAS, "Technology transfer", "Alliance")
_OTHER_WORKSTREAMS = {
    "Technology transfer": N_("Technology transfer"),
    "Alliance": N_("Alliance"),
}
#: Partners in the order of the work: who asks first, who makes next.
ROLES = ("academic centre", "sponsor", "hospital", "CDMO", "CRO", "vendor", "regulator")
MOST_ROWS = 300  # rows that can still be read and drawn at once; our convention

#: The six dates of a task.
DATES = (
    "baseline_start",
    "baseline_finish",
    "forecast_start",
    "forecast_finish",
    "actual_start",
    "actual_finish",
)


def task_marks(tasks: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Judge every task on the report day; the frame given is left as it was.

    Needs the six dates of the plan. Adds mark (str), is_open (bool), overdue_days (int or none: days past the
    earlier of promise and forecast, of late tasks), slip_days (int or none: best known finish minus
    baseline) and why (str, the reasons in the reader's language).
    """
    day = pd.Timestamp(as_of)
    when = {name: pd.to_datetime(tasks[name]) for name in DATES}
    done, begun = when["actual_finish"].notna().to_numpy(), when["actual_start"].notna().to_numpy()
    promised = when["baseline_finish"].fillna(when["forecast_finish"])
    known = when["actual_finish"].fillna(when["forecast_finish"])
    slip = days_of(known - when["baseline_finish"])
    past = np.where(done, np.nan, days_of(day - promised))
    missed = np.where(done, np.nan, days_of(day - when["forecast_finish"]))
    start = when["forecast_start"].fillna(when["baseline_start"])
    unstarted = np.where(done | begun, np.nan, days_of(day - start))
    late = (past > 0) | (missed > 0)
    slipping = ~done & (slip > 0)
    reasons = (
        said_per_day(past, past > 0, _promised),
        said_per_day(missed, (missed > 0) & ~(past > 0), _missed),
        said_per_day(slip, slipping, _slipping),
        said_per_day(unstarted, unstarted > 0, _unstarted),
    )
    own = np.select([done, begun], ["closed", "in progress"], "not started")
    mark = np.select([late, slipping | (unstarted > 0)], ["late", "at risk"], own)
    over = np.where(late, np.fmax(past, missed), np.nan)
    return tasks.assign(
        mark=pd.Series(mark, index=tasks.index, dtype="str"),
        is_open=~done,
        overdue_days=pd.Series(over, index=tasks.index).astype("Int64"),
        slip_days=pd.Series(slip, index=tasks.index).astype("Int64"),
        why=pd.Series(joined(reasons, np.where(done, _("done"), "")), index=tasks.index, dtype="str"),
    )


def on_time(tasks: pd.DataFrame, as_of: date) -> Share:
    """Tasks done by the day they were promised for, of all that are done on the report day.

    Promised is the baseline finish (done on that very day is on time); what has none is not counted.
    """
    finish, promised = pd.to_datetime(tasks["actual_finish"]), pd.to_datetime(tasks["baseline_finish"])
    done = (finish <= pd.Timestamp(as_of)) & promised.notna()
    return Share(int((done & (finish <= promised)).sum()), int(done.sum()))


def _promised(days: int) -> str:
    return ngettext("promised {n} day ago", "promised {n} days ago", days).format(n=days)


def _missed(days: int) -> str:
    return ngettext("forecast for {n} day ago", "forecast for {n} days ago", days).format(n=days)


def _slipping(days: int) -> str:
    return ngettext("{n} day behind the baseline", "{n} days behind the baseline", days).format(n=days)


def _unstarted(days: int) -> str:
    said = ngettext("should have begun {n} day ago", "should have begun {n} days ago", days)
    return said.format(n=days)


def rules_in_words() -> str:
    """The rules of the marks as the screen says them."""
    return _(
        "Late: not done and past the day promised (the baseline) or forecast. At risk: forecast after the "
        "baseline, or not begun after its start day. Done tasks are solid to their actual finish."
    )


def workstream_name(workstream: str) -> str:
    """The short name of a workstream in the reader's language."""
    return _(_OTHER_WORKSTREAMS.get(workstream, "")) or area_name(workstream)


def judged(tasks: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """``task_marks``, each task with its ghost: its baseline unless one is given."""
    found = task_marks(tasks, as_of)
    if "ghost_finish" in found:
        return found
    return found.assign(ghost_start=found["baseline_start"], ghost_finish=found["baseline_finish"])


def lanes(tasks: pd.DataFrame, by: str, as_of: date) -> pd.DataFrame:
    """The tasks judged and ordered for drawing: lane by lane, each by start.

    ``by`` is partner, program or workstream. Adds lane (str, its name in the reader's language); the ghost of
    a task is its baseline unless given. At most ``MOST_ROWS`` rows, open ones and those nearest to the report
    day first; ``attrs["hidden"]`` others.
    """
    every = tasks if "mark" in tasks else judged(tasks, as_of)
    kept = _nearest(every, as_of)
    names, order = _lane_of(kept, by)
    rows = kept.assign(lane=names, _order=order).sort_values(
        ["_order", "lane", "start_on", "finish_on", "task_id"], ignore_index=True
    )
    rows = rows.drop(columns="_order")
    rows.attrs = dict(tasks.attrs) | {"hidden": len(every) - len(kept)}
    return rows


def owed(handoffs: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Open hand-offs judged, the longest overdue first, then by the day promised (none last)."""
    judged = task_marks(handoffs, as_of)
    over = judged["overdue_days"].fillna(0)
    ordered = judged.assign(_over=-over).sort_values(["_over", "promised_on", "task_id"], ignore_index=True)
    return ordered.drop(columns="_over")


def anchors(milestones: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Filing and first dose judged: those ahead first, the next on top; then those done, the latest first."""
    judged = task_marks(milestones, as_of)
    days = (pd.to_datetime(judged["expected_on"]) - pd.Timestamp(as_of)).dt.days
    ordered = judged.assign(_done=~judged["is_open"], _away=days.where(judged["is_open"], -days))
    ordered = ordered.sort_values(["_done", "_away", "task_id"], ignore_index=True)
    return ordered.drop(columns=["_done", "_away"])


def _nearest(judged: pd.DataFrame, as_of: date) -> pd.DataFrame:
    if len(judged) <= MOST_ROWS:
        return judged
    away = (pd.to_datetime(judged["finish_on"]) - pd.Timestamp(as_of)).abs()
    order = pd.DataFrame({"done": ~judged["is_open"], "away": away}).sort_values(["done", "away"]).index
    return judged.loc[order[:MOST_ROWS]]


def _lane_of(rows: pd.DataFrame, by: str) -> tuple["pd.Series[Any]", "pd.Series[Any]"]:
    """The name of each row's lane, and the place of that lane."""
    if by == "workstream":
        order = rows["workstream"].map({name: at for at, name in enumerate(WORKSTREAMS)})
        return rows["workstream"].map(workstream_name), order
    if by == "program":
        named = rows["program_id"] + " · " + in_language(rows, "program_name")
        return named.fillna(_("Alliance")), rows["program_id"].fillna("\U0010ffff")
    order = rows["partner_role"].map({name: at for at, name in enumerate(ROLES)}).fillna(len(ROLES))
    return in_language(rows, "partner_name").fillna(rows["partner_id"]), order


def in_language(rows: pd.DataFrame, name: str) -> "pd.Series[Any]":
    """A column of names in the reader's language: the Japanese one where there is one, else the English."""
    japanese = rows[f"{name}_ja"]
    if language() != "ja":
        return rows[name]
    return japanese.where(japanese.notna() & (japanese != ""), rows[name])
