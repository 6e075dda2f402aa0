"""What moved between two states of the plan, by how much, and since which data version.

A state is the plan of a data version, each task on its best known days (actual, else forecast, else
baseline), or the baseline columns of one version. Days are calendar days, positive = later.
"""

from datetime import date

import numpy as np
import pandas as pd

#: What both states are compared by.
ENDS = ("start_on", "finish_on")


def on_best_days(tasks: pd.DataFrame) -> pd.DataFrame:
    """The plan with start_on and finish_on (date or none): actual, else forecast, else baseline."""
    return tasks.assign(
        start_on=_first(tasks, "actual_start", "forecast_start", "baseline_start"),
        finish_on=_first(tasks, "actual_finish", "forecast_finish", "baseline_finish"),
    )


def on_baseline(tasks: pd.DataFrame) -> pd.DataFrame:
    """The plan as its baseline columns say it: nothing begun, every task as long as its baseline bar.

    Tasks without any baseline day are left out: they were not agreed.
    """
    agreed = tasks[tasks["baseline_finish"].notna() | tasks["baseline_start"].notna()].reset_index(drop=True)
    nothing = _never(agreed)
    number = pd.Series(np.nan, index=agreed.index)
    lengths = {f"duration_{name}_days": number for name in ("low", "mid", "high")}
    return on_best_days(
        agreed.assign(
            forecast_start=agreed["baseline_start"],
            forecast_finish=agreed["baseline_finish"],
            actual_start=nothing,
            actual_finish=nothing,
            percent_complete=number,
            **lengths,
        )
    )


def _never(rows: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    return pd.Series(pd.NaT, index=rows.index, dtype="datetime64[s]")


def _first(tasks: pd.DataFrame, *names: str) -> pd.Series:
    found = pd.to_datetime(tasks[names[0]])
    for name in names[1:]:
        found = found.fillna(pd.to_datetime(tasks[name]))
    return found


def with_ghost(rows: pd.DataFrame, base: pd.DataFrame) -> pd.DataFrame:
    """The rows with ghost_start and ghost_finish (date or none): where each task stood in ``base``."""
    there = base.set_index("task_id")
    found = rows.assign(
        ghost_start=pd.to_datetime(rows["task_id"].map(there["start_on"])),
        ghost_finish=pd.to_datetime(rows["task_id"].map(there["finish_on"])),
    )
    found.attrs = dict(rows.attrs)
    return found


def seen(rows: pd.DataFrame, first: date | None, last: date | None, as_of: date) -> pd.DataFrame:
    """The rows whose bar or ghost (``with_ghost``) touches the days shown; an open end lets all through.

    Work that is begun and not done runs up to the report day at least, as in ``queries.timeline.tasks``.
    """
    early = pd.concat([rows["start_on"], rows["ghost_start"], rows["ghost_finish"]], axis=1)
    begun = rows["actual_start"].notna() & rows["actual_finish"].isna()
    runs = begun & ~rows["kind"].isin(["milestone", "decision"])
    until = _never(rows).mask(runs, pd.Timestamp(as_of))
    late = pd.concat([rows["finish_on"], rows["ghost_finish"], until.rename("until")], axis=1)
    kept = pd.Series(data=True, index=rows.index)
    if first is not None:
        kept &= late.apply(pd.to_datetime).max(axis=1) >= pd.Timestamp(first)
    if last is not None:
        kept &= early.apply(pd.to_datetime).min(axis=1) <= pd.Timestamp(last)
    found = rows[kept]
    found.attrs = dict(rows.attrs)
    return found


def slips(shown: pd.DataFrame, base: pd.DataFrame) -> pd.DataFrame:
    """Every task that stands elsewhere than in ``base``, the largest slip of the finish first.

    Takes two states. One row per task that moved, is new or was removed. Columns: those of its state, change
    (moved, new, removed), was_start, was_finish (date or none), start_days, finish_days (int or none).
    """
    both = shown.merge(
        base[["task_id", *ENDS]].rename(columns={"start_on": "was_start", "finish_on": "was_finish"}),
        on="task_id",
        how="left",
        indicator="_side",
    )
    gone = base[~base["task_id"].isin(shown["task_id"])]
    removed = gone.assign(was_start=gone["start_on"], was_finish=gone["finish_on"], change="removed")
    removed = removed.assign(start_on=_never(removed), finish_on=_never(removed))
    kept = both.assign(change=np.where(both.pop("_side") == "both", "moved", "new"))
    found = pd.concat([part for part in (kept, removed) if len(part)] or [kept], ignore_index=True)
    days = {
        name: (pd.to_datetime(found[f"{name}_on"]) - pd.to_datetime(found[f"was_{name}"])).dt.days
        for name in ("start", "finish")
    }
    found = found.assign(**{f"{name}_days": one.astype("Int64") for name, one in days.items()})
    moved = (found["change"] != "moved") | ~_same(found, "start") | ~_same(found, "finish")
    found = found.assign(_size=-days["finish"].fillna(0).abs(), _kept=found["change"] == "moved")[moved]
    found = found.sort_values(["_size", "_kept", "task_id"], ignore_index=True).drop(
        columns=["_size", "_kept"]
    )
    found.attrs = dict(shown.attrs)
    return found


def _same(rows: pd.DataFrame, end: str) -> pd.Series:
    now, was = pd.to_datetime(rows[f"{end}_on"]), pd.to_datetime(rows[f"was_{end}"])
    return (now == was) | (now.isna() & was.isna())


def since(rows: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """Since which data version each task stands elsewhere, without a way back.

    Takes ``slips`` and the states of all versions in between, oldest first (version, as_of, task_id and
    ``ENDS``). Adds since_version (int or none) and since_on (its report day): the version after the last one
    in which both ends of the task stood where the base has them; the first known when it never did.
    """
    versions = history[["version", "as_of"]].drop_duplicates().sort_values("version", ignore_index=True)
    if versions.empty or rows.empty:
        return rows.assign(
            since_version=pd.array([pd.NA] * len(rows), dtype="Int64"), since_on=_never(rows), moves=0
        )
    order = {version: at for at, version in enumerate(versions["version"])}
    grid = {
        end: history.pivot_table(
            index="task_id", columns="version", values=end, aggfunc="first", dropna=False
        )
        .reindex(index=rows["task_id"], columns=versions["version"])
        .to_numpy()
        .astype("datetime64[D]")
        for end in ENDS
    }
    there = _present(rows, history, order)
    was = {
        "start_on": rows["was_start"].to_numpy().astype("datetime64[D]")[:, None],
        "finish_on": rows["was_finish"].to_numpy().astype("datetime64[D]")[:, None],
    }
    equal = np.logical_and.reduce([_equal(grid[end], was[end]) for end in ENDS])
    as_base = np.where((rows["change"] == "new").to_numpy()[:, None], ~there, there & equal)
    last = np.where(as_base.any(axis=1), as_base.shape[1] - 1 - as_base[:, ::-1].argmax(axis=1), -1)
    first = np.minimum(last + 1, len(versions) - 1)
    stepped = [there[:, 1:] & there[:, :-1] & ~_equal(grid[end][:, 1:], grid[end][:, :-1]) for end in ENDS]
    found = rows.assign(
        since_version=pd.array(versions["version"].to_numpy()[first], dtype="Int64"),
        since_on=pd.to_datetime(versions["as_of"]).to_numpy()[first],
        moves=np.logical_or.reduce(stepped).sum(axis=1),
    )
    found.attrs = dict(rows.attrs)
    return found


def _present(rows: pd.DataFrame, history: pd.DataFrame, order: dict[int, int]) -> np.ndarray:
    place = {task: at for at, task in enumerate(rows["task_id"])}
    known = history[history["task_id"].isin(place)]
    there = np.zeros((len(rows), len(order)), dtype=bool)
    there[known["task_id"].map(place).to_numpy(), known["version"].map(order).to_numpy()] = True
    return there


def _equal(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.asarray((one == other) | (np.isnat(one) & np.isnat(other)))
