"""When a transfer is handed over: the last of its tasks in every run of the plan. Project rules R-08, R-13.

Forecast only when each open task of the transfer carries a three-point estimate (milestones and decisions
take no time and need none): a fixed duration would look surer than anybody is.
"""

from typing import Literal

import numpy as np
import pandas as pd

from firstdose.rules.calendar import moment_of
from firstdose.rules.forecast import Basis, outlook
from firstdose.rules.network import CLOSE
from firstdose.rules.schedule import links

Said = Literal["forecast", "done", "no estimate", "no task"]
_TIMELESS = ("milestone", "decision")


def hand_over(transfers: pd.DataFrame, tasks: pd.DataFrame, basis: Basis) -> pd.DataFrame:
    """When each transfer will be handed over, one row each in their order.

    Takes ``queries.transfer.transfers`` and ``tasks``. Adds tasks, open_tasks, unestimated (int), said (see
    ``Said``), done_on, p50, p80 (date or none) and chance (0..1 of the promised day; none without one).
    """
    open_ = tasks[tasks["actual_finish"].isna()]
    lacking = open_[_estimates(open_).isna().any(axis=1) & ~open_["kind"].isin(_TIMELESS)]
    counts = {
        "tasks": tasks["transfer_id"].value_counts(),
        "open_tasks": open_["transfer_id"].value_counts(),
        "unestimated": lacking["transfer_id"].value_counts(),
    }
    ids = transfers["transfer_id"]
    ended = pd.to_datetime(tasks["actual_finish"]).groupby(tasks["transfer_id"]).max().to_dict()
    found = transfers.assign(
        **{
            name: pd.Series([int(count.get(one, 0)) for one in ids], index=ids.index, dtype=int)
            for name, count in counts.items()
        },
        done_on=pd.to_datetime(pd.Series([ended.get(one) for one in ids], index=ids.index, dtype="object")),
    )
    found["said"] = np.select(
        [found["tasks"] == 0, found["open_tasks"] == 0, found["unestimated"] > 0],
        ["no task", "done", "no estimate"],
        default="forecast",
    )
    found["done_on"] = found["done_on"].where(found["said"] == "done")
    forecast = open_["transfer_id"].isin(found.loc[found["said"] == "forecast", "transfer_id"])
    runs = _runs(_last(open_[forecast], basis.tasks), basis)
    p50, p80, chance = [], [], []
    for row in found[["transfer_id", "promised_on"]].to_dict("records"):
        finish = runs.get(row["transfer_id"])
        p50.append(None if finish is None else _day(np.quantile(finish, 0.5)))
        p80.append(None if finish is None else _day(np.quantile(finish, 0.8)))
        known = finish is not None and not pd.isna(row["promised_on"])
        until = moment_of(row["promised_on"].date()) + 1.0 if known else np.nan
        chance.append(float((finish < until).mean()) if finish is not None and known else np.nan)
    found = found.assign(p50=pd.to_datetime(pd.Series(p50, index=found.index, dtype="object")),
                         p80=pd.to_datetime(pd.Series(p80, index=found.index, dtype="object")),
                         chance=pd.Series(chance, index=found.index, dtype=float))  # fmt: skip
    found.attrs = dict(tasks.attrs)
    return found


def _estimates(tasks: pd.DataFrame) -> pd.DataFrame:
    return tasks[["duration_low_days", "duration_mid_days", "duration_high_days"]]


def _last(open_tasks: pd.DataFrame, plan: pd.DataFrame) -> pd.DataFrame:
    """The tasks that no other of their transfer waits for: only they can be the last; each costs 80 kB.

    A task that has begun waits for nothing any more, so it may end before the one it followed.
    """
    of = dict(zip(open_tasks["task_id"], open_tasks["transfer_id"], strict=True))
    waiting = plan[plan["task_id"].isin(of.keys()) & plan["actual_start"].isna()]
    followed = {
        link.before
        for link in links(waiting)
        if link.kind == "FS" and link.lag >= 0 and of.get(link.before) == of[link.after]
    }
    return open_tasks[~open_tasks["task_id"].isin(followed)]


def _runs(tasks: pd.DataFrame, basis: Basis) -> "dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]":
    """The moment of hand-over in every run, by transfer."""
    if tasks.empty:
        return {}
    found = outlook(basis, tasks.assign(target_on=pd.Series(pd.NaT, index=tasks.index)))
    own = found.milestones["transfer_id"]
    return {str(name): found.finish[:, (own == name).to_numpy()].max(axis=1) for name in own.unique()}


def _day(moment: float) -> np.datetime64:
    return np.datetime64(int(np.floor(moment + CLOSE)), "D")
