"""Every attribute of two groups of lots, judged by its tier: equivalence, quality range, or side by side.

Lots of one donor count once a group, by the mean of their results (of logarithms on a log scale). A result
beyond a quantification limit is a bound: as on the control chart it is no part of means and spreads, a donor
with one has no value, and with more than a quarter of bounds in a group nothing is demonstrated. In a quality
range a bound counts only when it lies outside for sure.

Source: ``rules.equivalence``; the share of bounds is the one of ``rules.control_chart``.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from firstdose.rules.control_chart import MOST_CENSORED, Scale
from firstdose.rules.equivalence import (
    FEWEST,
    Group,
    QualityRange,
    Test,
    group,
    margin,
    one_per_donor,
    quality_range,
    tost,
    tost_paired,
)
from firstdose.rules.run_rules import Numbers

Method = Literal["welch", "pooled", "paired"]
METHODS: tuple[Method, ...] = get_args(Method)
Verdict = Literal[
    "equivalent", "not equivalent", "not demonstrated", "within range", "outside range", "side by side"
]
Why = Literal["", "few", "bounds", "no margin", "no range", "no spread", "straddles"]


@dataclass(frozen=True, slots=True)
class Side:
    """One group of one attribute.

    ``lots`` have a result; ``bounds`` of them beyond a quantification limit; ``unusable`` zero or less on a
    log scale, or two bounds at odds; ``values``, one a donor, stand on the scale judged (logarithm for a log
    attribute). ``median``, ``low`` and ``high`` are of the lots, in the unit of the attribute, with bounds.
    """

    lots: int
    bounds: int
    unusable: int
    values: Numbers
    median: float
    low: float
    high: float
    passed: int = 0

    @property
    def group(self) -> Group:
        """Mean, spread and number of the independent values."""
        return group(self.values)


@dataclass(frozen=True, slots=True)
class Judged:
    """One attribute judged.

    ``test`` holds the difference (second minus first) and its interval, on the scale judged; none when it
    cannot be formed. Its bounds are the margin of tier 1 and not a number elsewhere. ``factor`` is the margin
    in standard deviations of the first group, ``unpaired`` the lots that the paired test leaves out.
    """

    code: str
    numeric: bool
    tier: int | None
    scale: Scale
    method: Method
    first: Side
    second: Side
    factor: float
    k: float
    test: Test | None
    range: QualityRange | None
    unpaired: int
    verdict: Verdict
    why: Why

    @property
    def sd(self) -> float:
        """Standard deviation of the first group, by which differences are standardised."""
        return self.first.group.sd

    def in_sd(self, value: float) -> float:
        """A difference in standard deviations of the first group; not a number where there is no spread."""
        return value / self.sd if self.sd > 0 else np.nan

    @property
    def smallest_margin(self) -> float:
        """The smallest margin the lots could prove, on the scale judged; not a number without an interval."""
        return np.nan if self.test is None else self.test.smallest_margin


def points(lots: pd.DataFrame, results: pd.DataFrame, left_out: Collection[str] = ()) -> pd.DataFrame:
    """Results with what is known of their lots; those left out are marked in ``is_out`` and count nowhere.

    Takes the frames of ``queries.comparability``. Adds side, donor_id and the day of start.
    """
    found = results.merge(lots, on="batch_id", how="inner", sort=False)
    found["is_out"] = found["batch_id"].isin(list(left_out))
    bounds = found["qualifier"].astype("object")  # a column without any may arrive in any type
    found["qualifier"] = bounds.where(bounds.notna(), None)
    found.attrs = dict(results.attrs)
    return found


def judge(attributes: pd.DataFrame, all_points: pd.DataFrame, method: Method) -> tuple[Judged, ...]:
    """Every attribute that has a result in either group, in the order given."""
    parts = dict(iter(all_points[~all_points["is_out"]].groupby("attribute_code")))
    return tuple(
        _judged(row, parts[row["attribute_code"]], method)
        for row in attributes.to_dict("records")
        if row["attribute_code"] in parts
    )


def _judged(row: dict[Any, Any], own: pd.DataFrame, method: Method) -> Judged:
    scale: Scale = "log" if row["scale"] == "log" else "linear"
    numeric = row["data_type"] == "numeric"
    own = own.assign(known=_known(own, scale))
    sides = [_side(own[own["side"] == name]) for name in ("first", "second")]
    tier = None if pd.isna(row["tier"]) else int(row["tier"])
    factor = float(row["margin_sd"]) if tier == 1 and not pd.isna(row["margin_sd"]) else np.nan
    k = float(row["quality_range_k"]) if tier == 2 and not pd.isna(row["quality_range_k"]) else np.nan
    test = ranged = None
    unpaired = 0
    if numeric and not _bounded(*sides):
        test, unpaired = _test(own, sides[0], sides[1], factor, method)
    if numeric and not np.isnan(k):
        ranged = _range(own, sides[0], sides[1], k, scale)
    verdict, why = _verdict(numeric, tier, sides[0], sides[1], test, ranged, factor)
    return Judged(
        str(row["attribute_code"]), numeric, tier, scale, method, sides[0], sides[1], factor, k, test, ranged,
        unpaired, verdict, why,
    )  # fmt: skip


def _known(own: pd.DataFrame, scale: Scale) -> Numbers:
    """The values on the scale judged; not a number for a bound, and for what has no logarithm."""
    numbers = own["value"].to_numpy(dtype=float)
    usable = own["qualifier"].isna().to_numpy() & ~np.isnan(numbers)
    if scale == "linear":
        return np.where(usable, numbers, np.nan)
    usable &= numbers > 0
    return np.where(usable, np.log(np.where(usable, numbers, 1.0)), np.nan)


def _side(own: pd.DataFrame) -> Side:
    numbers = own["value"].to_numpy(dtype=float)
    there = numbers[~np.isnan(numbers)]
    bounds = int(own["qualifier"].notna().sum())
    no_value = own["passed"].isna() & own["qualifier"].isna()
    unusable = int((own["known"].isna() & no_value).sum())
    middle, low, high = (np.median(there), there.min(), there.max()) if len(there) else (np.nan,) * 3
    passed = int(own["passed"].astype("boolean").fillna(False).sum())
    return Side(len(own), bounds, unusable, _per_donor(own), float(middle), float(low), float(high), passed)


def _per_donor(own: pd.DataFrame) -> Numbers:
    """One value a donor; none for a donor of whom one lot has none."""
    gap = own["known"].isna() & own["donor_id"].notna()
    whole = ~own["donor_id"].isin(own.loc[gap, "donor_id"])
    return one_per_donor(own["known"].where(whole).to_numpy(dtype=float), own["donor_id"].tolist())


def _bounded(*sides: Side) -> bool:
    return any(side.lots and side.bounds / side.lots > MOST_CENSORED for side in sides)


def _test(own: pd.DataFrame, first: Side, second: Side, factor: float, method: Method) -> tuple[Test, int]:
    """The test of the difference and the lots that pairing leaves out."""
    bound = margin(first.group, factor)
    if method != "paired":
        return tost(second.group, first.group, -bound, bound, welch=method == "welch"), 0
    donors = [set(own.loc[own["side"] == name, "donor_id"].dropna()) for name in ("first", "second")]
    pairs = own[own["donor_id"].isin(donors[0] & donors[1])].sort_values("donor_id", kind="stable")
    values = [_per_donor(pairs[pairs["side"] == name]) for name in ("second", "first")]
    return tost_paired(values[0], values[1], -bound, bound), len(own) - len(pairs)


def shared_donors(lots: pd.DataFrame) -> int:
    """How many donors have lots in both groups."""
    known = lots[lots["donor_id"].notna()]
    return int((known.groupby("donor_id")["side"].nunique() == 2).sum())


def _range(own: pd.DataFrame, first: Side, second: Side, k: float, scale: Scale) -> QualityRange:
    """The quality range; a bound of the second group is counted only where it lies outside for sure.

    Below an end of the range is outside of it, as the ends belong to it.
    """
    found = quality_range(second.values, first.values, k)
    bounds = own[(own["side"] == "second") & own["qualifier"].notna()]
    numbers = bounds["value"].to_numpy(dtype=float)
    positive = np.where(numbers > 0, numbers, np.nan)
    scaled = np.log(positive) if scale == "log" else numbers
    below = (bounds["qualifier"] == "<").to_numpy() & (scaled <= found.low)
    above = (bounds["qualifier"] == ">").to_numpy() & (scaled >= found.high)
    donors = bounds.loc[below | above, "donor_id"]
    outside = int(donors.isna().sum()) + donors.nunique()
    # which value it has beyond its bound is not known, and the bound itself may stand on the end of the range
    return quality_range(np.concatenate([second.values, np.full(outside, np.inf)]), first.values, k)


def _verdict(
    numeric: bool,
    tier: int | None,
    first: Side,
    second: Side,
    test: Test | None,
    ranged: QualityRange | None,
    factor: float,
) -> tuple[Verdict, Why]:
    """The verdict of the tier, and why nothing is demonstrated."""
    if not numeric or tier not in (1, 2):
        return "side by side", ""
    wanted = np.isnan(factor) if tier == 1 else ranged is None
    if wanted:
        return "not demonstrated", "no margin" if tier == 1 else "no range"
    if _bounded(first, second):
        return "not demonstrated", "bounds"
    if min(first.group.n, second.group.n) < FEWEST or (tier == 1 and test is not None and test.few):
        return "not demonstrated", "few"
    if not first.group.sd > 0:
        return "not demonstrated", "no spread"
    if tier == 2 and ranged is not None:
        return ("within range" if ranged.passed else "outside range"), ""
    verdict = test.verdict if test is not None else "not demonstrated"
    return verdict, "straddles" if verdict == "not demonstrated" else ""


def tested(lots: pd.DataFrame, all_points: pd.DataFrame) -> pd.DataFrame:
    """The lots that have a result and are not left out."""
    counted = all_points.loc[~all_points["is_out"], "batch_id"]
    return lots[lots["batch_id"].isin(counted)]


def combined(lots: pd.DataFrame, all_points: pd.DataFrame, left: Collection[str] = ()) -> pd.DataFrame:
    """The lots with their ``role``: ``alone``, ``combined`` (with others of its donor), ``silent``, ``out``.

    A ``silent`` lot has no result until the report day.
    """
    out = lots["batch_id"].isin(list(left))
    silent = ~lots["batch_id"].isin(all_points["batch_id"])
    counted = lots[~out & ~silent & lots["donor_id"].notna()]
    several = counted.groupby(["side", "donor_id"])["batch_id"].transform("size") > 1
    role = pd.Series("alone", index=lots.index).mask(silent, "silent").mask(out, "out")
    role.loc[several.index[several]] = "combined"
    found = lots.assign(role=role)
    found.attrs = dict(lots.attrs)
    return found
