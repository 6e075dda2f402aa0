"""What became of lots: success, out of specification, failure, right first time, deviations; with intervals.

A rate counts lots with a disposition; pending ones stand apart. Released out of specification is decided, but
neither success nor failure. The re-manufacture flag marks the repeat, not the lot that failed first.

Source: definitions as in published manufacturing reports (first attempts apart: axicabtagene ciloleucel
abstract); intervals Clopper-Pearson at 95 %, deviations per lot exact Poisson.
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import pandas as pd

from firstdose.rules.proportion import LEVEL, Share

Measure = Literal["success", "oos", "failure", "right_first_time", "first_pass"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
FAILED = ("rejected", "terminated")
OUT_OF_SPECIFICATION = "released out of specification"


@dataclass(frozen=True, slots=True)
class Metrics:
    """The counts of a group of lots and its rates."""

    started: int
    pending: int
    shares: dict[Measure, Share]
    deviations: int

    @property
    def dispositioned(self) -> int:
        """Lots with a disposition."""
        return self.started - self.pending

    @property
    def deviations_per_lot(self) -> float | None:
        """Deviations of all started lots, pending ones too, by started lots; none without a lot."""
        return self.deviations / self.started if self.started else None


def metrics(lots: pd.DataFrame) -> Metrics:
    """The rates of lots: one row a lot with disposition (str), deviations (int), is_remanufacture (bool)."""
    decided = lots[lots["disposition"] != "pending"]
    again = decided["is_remanufacture"].astype(bool)
    released = decided["disposition"] == "released"
    n = len(decided)
    shares: dict[Measure, Share] = {
        "success": Share(int(released.sum()), n),
        "oos": Share(int((decided["disposition"] == OUT_OF_SPECIFICATION).sum()), n),
        "failure": Share(int(decided["disposition"].isin(FAILED).sum()), n),
        "right_first_time": Share(int(right_first_time(decided).sum()), n),
        "first_pass": Share(int((released & ~again).sum()), int((~again).sum())),
    }
    return Metrics(len(lots), len(lots) - n, shares, int(lots["deviations"].sum()))


def right_first_time(lots: pd.DataFrame) -> "pd.Series[bool]":
    """Whether each lot was released without any deviation and is no repeat of a failed one."""
    released, clean = lots["disposition"] == "released", lots["deviations"] == 0
    return released & clean & ~lots["is_remanufacture"].astype(bool)


def by_group(lots: pd.DataFrame, column: str) -> pd.DataFrame:
    """The rates by the values of a column, in their order: one row a group and measure.

    Columns: group_id, measure, started, pending (int), k, n (int), share, low, high (0..1; none without n).
    """
    found = []
    for name, part in lots.groupby(column, sort=True):
        of = metrics(part)
        for measure, share in of.shares.items():
            low, high = share.interval if share.n else (None, None)
            found.append((name, measure, of.started, of.pending, share.k, share.n, share.value, low, high))
    columns = ["group_id", "measure", "started", "pending", "k", "n", "share", "low", "high"]
    return pd.DataFrame(found, columns=columns).astype({"share": float, "low": float, "high": float})


def poisson_interval(count: int, exposure: float, level: float = LEVEL) -> tuple[float, float]:
    """The exact interval of a rate of ``count`` events over ``exposure`` lots; closed at 0 for none.

    Source: Garwood 1936; quantiles of chi-square.
    """
    from scipy.special import chdtri  # half a second to import; upper-tail quantile

    tail = (1 - level) / 2
    low = float(chdtri(2 * count, 1 - tail)) / 2 if count else 0.0
    return low / exposure, float(chdtri(2 * count + 2, tail)) / 2 / exposure


def pareto(causes: "pd.Series[Any]", unknown: str) -> pd.DataFrame:
    """How often each cause occurs, the most frequent first; columns cause, count (int), cumulative (0..1).

    Missing causes are counted as ``unknown``.
    """
    counted = causes.fillna(unknown).value_counts(sort=True)
    frame = pd.DataFrame({"cause": counted.index.astype("str"), "count": counted.to_numpy(dtype=int)})
    frame = frame.sort_values(["count", "cause"], ascending=[False, True], ignore_index=True)
    total = int(frame["count"].sum())
    frame["cumulative"] = frame["count"].cumsum() / total if total else pd.Series(dtype=float)
    return frame
