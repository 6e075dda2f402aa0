"""Folding a plan: the tasks of a workstream as one row, its milestones and decisions kept."""

import pandas as pd

from firstdose.rules.timeline import workstream_name
from firstdose.words import _

#: Marks from worst to best: a folded row wears the worst of its open tasks.
_WORST = ("late", "at risk", "in progress", "not started", "closed")
_LANE = {"partner": "partner_id", "program": "program_id", "workstream": "workstream"}
_KEPT = ("milestone", "decision")
_GHOST = ("ghost_start", "ghost_finish")


def fold(judged: pd.DataFrame, how: str, by: str) -> pd.DataFrame:
    """Judged tasks (``rules.timeline.task_marks``) with each workstream of a lane as one row.

    ``how``: "none" folds nothing, "all" everything, a workstream everything but that one. A folded row (kind
    "summary") reaches from the first start to the last finish, its ghost likewise; percent_complete is the
    mean, mark the worst of those open, why how many are done.
    """
    kept, groups = _parts(judged, how, by)
    found = pd.concat([kept, *map(_one, groups)], ignore_index=True) if groups else judged
    found.attrs = dict(judged.attrs)
    return found


def folded(judged: pd.DataFrame, how: str, by: str) -> pd.DataFrame:
    """The tasks that ``fold`` puts into one row with others; adds into (str, the task_id of that row)."""
    _kept, groups = _parts(judged, how, by)
    shared = [part.assign(into=_row_id(part)) for part in groups if len(part) > 1]
    return pd.concat(shared, ignore_index=True) if shared else judged.head(0).assign(into="")


def _parts(judged: pd.DataFrame, how: str, by: str) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """The rows that stay as they are, and those of each lane and workstream to fold."""
    if how == "none" or judged.empty:
        return judged, []
    folding = ~judged["kind"].isin(_KEPT) & (judged["workstream"] != how)
    lane = _LANE[by]
    keys = [judged[lane].fillna("").rename("_lane"), judged["workstream"].rename("_stream")]
    return judged[~folding], [part for _key, part in judged[folding].groupby(keys, sort=False)]


def _row_id(part: pd.DataFrame) -> str:
    return f"{part['task_id'].iloc[0]}+{len(part) - 1}"


def _one(part: pd.DataFrame) -> pd.DataFrame:
    """One row for tasks of one lane and workstream; a single one stays itself."""
    if len(part) == 1:
        return part
    open_ = part[part["is_open"]]
    name = f"{workstream_name(part['workstream'].iloc[0])} ({len(part)})"
    done = len(part) - len(open_)
    days = {column: pd.to_datetime(part[column]) for column in ("start_on", "finish_on", *_GHOST)}
    ahead = pd.to_datetime(open_["start_on"]).min(), pd.to_datetime(open_["finish_on"]).max()
    percent = pd.to_numeric(part["percent_complete"]).fillna(0).where(part["is_open"], 100)
    one = part.head(1).assign(
        task_id=_row_id(part),
        name=name,
        name_ja=name,
        kind="summary",
        anchor=None,
        receiver_partner=None,
        predecessors=None,
        start_on=days["start_on"].min(),
        finish_on=days["finish_on"].max(),
        ghost_start=days["ghost_start"].min(),
        ghost_finish=days["ghost_finish"].max(),
        actual_start=pd.to_datetime(part["actual_start"]).min(),
        actual_finish=None if len(open_) else pd.to_datetime(part["actual_finish"]).max(),
        forecast_start=ahead[0],
        forecast_finish=ahead[1],
        percent_complete=float(percent.mean()),
        is_open=bool(len(open_)),
        mark=min(open_["mark"], key=_WORST.index) if len(open_) else "closed",
        why=_("{n} of {all} done").format(n=done, all=len(part)),
    )
    programs = part["program_id"].dropna().unique()
    return one if len(programs) == 1 else one.assign(program_id=None)
