"""How the forecasts of several milestones moved from data version to data version. Project rule R-08."""

from datetime import date
from typing import Any

import pandas as pd

from firstdose.rules import milestone_trend
from firstdose.words import _

#: Milestones followed at once, those that moved most first; our convention, so that lines can be told apart.
MOST_LINES = 10


def followed(history: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The reports of the milestones that are still open in the newest of them, oldest report first.

    Takes ``queries.timeline.milestones_of``. One row per milestone and report. Columns: task_id, program_id,
    anchor, jurisdiction, version, as_of, expected_on, baseline_finish (date). Versions of later report days
    than ``as_of`` are left out; of two versions of one report day the later counts.
    """
    seen = history[history["expected_on"].notna() & (pd.to_datetime(history["as_of"]) <= pd.Timestamp(as_of))]
    seen = seen.drop_duplicates(["task_id", "as_of"], keep="last")
    newest = seen[seen["version"] == seen["version"].max()]
    open_ = newest.loc[newest["actual_finish"].isna(), "task_id"]
    names = ["task_id", "program_id", "anchor", "jurisdiction", "version", "as_of", "expected_on"]
    found = seen.loc[seen["task_id"].isin(open_), [*names, "baseline_finish"]]
    found = found.sort_values(["task_id", "as_of"], ignore_index=True)
    found.attrs = dict(history.attrs)
    return found


def trends(reports: pd.DataFrame) -> pd.DataFrame:
    """One row per milestone of ``followed``, the steepest slope first, none last.

    Adds to its last report: slip_days, last_move_days (int or none), moves, days_to_go (int), slope (days of
    slip per 30 days, none with one report) and meets_on (date or none): see ``rules.milestone_trend``.
    """
    rows: list[dict[Any, Any]] = []
    for _task, one in reports.groupby("task_id", sort=False):
        last = dict(one.to_dict("records")[-1])
        pairs = [
            (pd.Timestamp(day).date(), pd.Timestamp(told).date())
            for day, told in zip(one["as_of"], one["expected_on"], strict=True)
        ]
        agreed = last["baseline_finish"]
        found = milestone_trend.trend(pairs, None if pd.isna(agreed) else pd.Timestamp(agreed).date())
        rows.append(
            last
            | {"slip_days": found.slip_days, "last_move_days": found.last_move_days, "moves": found.moves}
            | {"days_to_go": found.days_to_go, "slope": found.slope, "meets_on": found.finish}
        )
    added = ("slip_days", "last_move_days", "moves", "days_to_go", "slope", "meets_on")
    frame = pd.DataFrame(rows, columns=[*reports.columns, *added])
    frame = frame.astype({"slip_days": "Int64", "last_move_days": "Int64", "slope": "float64"})
    frame = frame.sort_values(["slope", "task_id"], ascending=[False, True], ignore_index=True)
    frame.attrs = dict(reports.attrs)
    return frame


def rules_in_words() -> str:
    """How a trend is read, as the screen says it."""
    return _(
        "Slope: days of slip per 30 days, least squares over the reports. The line meets the diagonal on the "
        "day that would be its own forecast; from 30 on, or more than ten years ahead, it never does."
    )
