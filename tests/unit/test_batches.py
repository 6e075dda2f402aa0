"""What became of lots: pending apart, out of specification apart, repeats apart; deviations per lot."""

import pandas as pd
import pytest
from scipy.stats import chi2

from firstdose.rules import batches


def lots(*rows: tuple[str, int, bool]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["disposition", "deviations", "is_remanufacture"])
    return frame.assign(site=["A"] * len(frame))


def test_no_lot_gives_counts_of_zero_and_no_rate() -> None:
    found = batches.metrics(lots())
    assert found.started == found.dispositioned == 0
    assert all(share.value is None for share in found.shares.values())
    assert found.deviations_per_lot is None
    assert batches.by_group(lots(), "site").empty


def test_pending_lots_stand_apart() -> None:
    found = batches.metrics(lots(("pending", 1, False), ("released", 0, False)))
    assert (found.started, found.pending, found.shares["success"].n) == (2, 1, 1)


def test_a_group_with_nothing_decided_has_a_row_and_no_interval() -> None:
    row = batches.by_group(lots(("pending", 0, False)), "site").iloc[0]
    assert (row["started"], row["n"]) == (1, 0)
    assert row[["share", "low", "high"]].isna().all()


@pytest.mark.parametrize(("count", "exposure"), [(0, 10), (3, 10), (200, 40)])
def test_deviations_per_lot_have_the_exact_interval(count: int, exposure: int) -> None:
    low = chi2.ppf(0.025, 2 * count) / 2 / exposure if count else 0.0
    high = chi2.ppf(0.975, 2 * count + 2) / 2 / exposure
    assert batches.poisson_interval(count, exposure) == pytest.approx((low, high))


def test_causes_are_ordered_by_count_and_missing_ones_are_named() -> None:
    found = batches.pareto(pd.Series(["Material", None, "Training", "Material"]), "not stated")
    assert found["cause"].tolist() == ["Material", "Training", "not stated"]
    assert found["count"].tolist() == [2, 1, 1]
    assert found["cumulative"].tolist() == [0.5, 0.75, 1.0]
    assert batches.pareto(pd.Series([], dtype="str"), "not stated").empty
