"""Control charts: phases, baselines, bounds, log scale, thinning."""

import numpy as np
import pandas as pd
import pytest

from firstdose.rules import control_chart as rules


def lots(values: list[float], versions: str | list[str] = "1.0", qualifiers: object = None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "batch_id": [f"L{at:03d}" for at in range(len(values))],
            "process_version": versions,
            "started_on": pd.date_range("2026-01-01", periods=len(values)),
            "value": np.array(values, dtype=float),
            "qualifier": pd.array([None] * len(values) if qualifiers is None else qualifiers, dtype="str"),
        }
    )


def steady(count: int, at: float = 10.0) -> list[float]:
    return [at + (0.5 if lot % 2 else -0.5) for lot in range(count)]


def test_each_process_version_has_its_own_limits_and_no_range_across_the_change() -> None:
    found = rules.chart(lots(steady(6) + steady(6, 50), ["1"] * 6 + ["2"] * 6), "linear")
    assert [phase.version for phase in found.phases] == ["1", "2"]
    assert found.points.groupby("phase")["center"].first().tolist() == [10, 50]
    assert np.isnan(found.points["moving_range"].iloc[6])
    assert found.stable


def test_lots_of_one_version_stand_together_however_they_interleave() -> None:
    found = rules.chart(lots(steady(8), ["1", "2"] * 4), "linear")
    assert found.points["process_version"].tolist() == ["1"] * 4 + ["2"] * 4
    assert found.points["batch_id"].tolist() == [f"L{at:03d}" for at in (0, 2, 4, 6, 1, 3, 5, 7)]


def test_only_the_lots_of_the_baseline_set_the_limits() -> None:
    frame = lots([*steady(10), 30.0, 31.0])
    baseline = rules.Baseline("1.0", pd.Timestamp("2026-01-01"), pd.Timestamp("2026-01-10"))
    found = rules.chart(frame, "linear", [baseline])
    assert found.points["in_limits"].tolist() == [True] * 10 + [False] * 2
    assert found.points["center"].iloc[-1] == 10
    assert found.signals[found.signals["rule"] == 1]["batch_id"].tolist() == ["L010", "L011"]
    assert found.phases[0].baseline is baseline
    assert found.phases[0].limits is not None
    assert found.phases[0].limits.provisional


@pytest.mark.parametrize(("count", "provisional"), [(19, True), (20, False)])
def test_fewer_than_twenty_lots_make_provisional_limits(count: int, provisional: bool) -> None:
    (phase,) = rules.chart(lots(steady(count)), "linear").phases
    assert phase.limits is not None
    assert phase.limits.provisional is provisional


def test_a_baseline_of_another_version_is_not_used() -> None:
    other = rules.Baseline("9.9", pd.Timestamp("2026-01-01"), pd.Timestamp("2026-01-03"))
    (phase,) = rules.chart(lots(steady(6)), "linear", [other]).phases
    assert phase.baseline is None


def test_a_log_attribute_is_judged_on_logs_and_told_in_its_unit() -> None:
    found = rules.chart(lots([1, 10, 1, 10, 1, 10]), "log")
    assert found.points["center"].iloc[0] == pytest.approx(10**0.5)
    ratio = 10 ** (3 / rules.D2)
    assert found.points["upper"].iloc[0] == pytest.approx(10**0.5 * ratio)
    assert found.points["lower"].iloc[0] == pytest.approx(10**0.5 / ratio)
    assert found.points["moving_range"].iloc[1] == pytest.approx(10)


def test_zero_has_no_logarithm_and_is_counted_as_left_out() -> None:
    found = rules.chart(lots([1, 0, 2, -1, float("nan")]), "log")
    assert found.left_out == 3
    assert found.points["value"].tolist() == [1, 2]


def test_a_bound_sets_no_limits_and_completes_no_pattern() -> None:
    values, qualifiers = [*steady(12), 9.0], [None] * 12 + ["<"]
    found = rules.chart(lots(values, qualifiers=qualifiers), "linear")
    assert found.points["center"].iloc[0] == 10
    assert not found.points["in_limits"].iloc[-1]
    assert found.phases[0].censored == 1
    assert found.stable


@pytest.mark.parametrize(("value", "qualifier", "signal"), [
    pytest.param(1.0, "<", True, id="below a bound that is below the limit"),
    pytest.param(30.0, ">", True, id="above a bound that is above the limit"),
    pytest.param(30.0, "<", False, id="below a bound that is above the limit may be anything"),
    pytest.param(1.0, ">", False, id="above a bound that is below the limit may be anything"),
])  # fmt: skip
def test_a_bound_beyond_a_limit_is_a_signal(value: float, qualifier: str, signal: bool) -> None:
    found = rules.chart(lots([*steady(12), value], qualifiers=[None] * 12 + [qualifier]), "linear")
    assert (not found.stable) is signal


@pytest.mark.parametrize(("bounds", "why"), [(5, ""), (6, "censored")])
def test_more_than_a_quarter_of_bounds_leave_no_limits(bounds: int, why: str) -> None:
    found = rules.chart(lots(steady(20), qualifiers=["<"] * bounds + [None] * (20 - bounds)), "linear")
    assert found.phases[0].why_not == why


@pytest.mark.parametrize("values", [[], [5.0], [5.0, 5.0, 5.0]])
def test_too_few_lots_or_no_spread_give_points_without_limits(values: list[float]) -> None:
    found = rules.chart(lots(values), "linear")
    assert len(found.points) == len(values)
    assert found.points["center"].isna().all()
    assert found.stable
    assert all(phase.why_not == "few" for phase in found.phases)


@pytest.mark.parametrize("dtype", ["str", "object", "float64", "Int32", "string"])
def test_a_series_without_any_bound_is_judged_whatever_type_its_column_has(dtype: str) -> None:
    frame = lots([*steady(12), 40.0])
    frame["qualifier"] = pd.Series([None] * 13, dtype=dtype)
    assert rules.chart(frame, "linear", rules=[1]).signals["batch_id"].tolist() == ["L012"]


def test_the_lots_given_are_left_as_they_were() -> None:
    frame = lots(steady(6))
    before = frame.copy()
    rules.chart(frame, "log")
    pd.testing.assert_frame_equal(frame, before)


def test_thinning_keeps_extremes_and_every_signal() -> None:
    die = np.random.default_rng(1)
    found = rules.chart(lots(die.normal(0, 1, 30_000).tolist()), "linear", rules=[2, 7])
    kept = rules.thinned(found, 5_000)
    assert len(kept) <= 5_000
    assert set(found.signals["at"]) <= set(kept.tolist())
    assert {int(found.points["value"].idxmin()), int(found.points["value"].idxmax()), 0, 29_999} <= set(kept)
    assert np.all(np.diff(kept) > 0)


def test_more_signals_than_room_keep_the_farthest() -> None:
    die = np.random.default_rng(2)
    baseline = rules.Baseline(None, pd.Timestamp("2026-01-01"), pd.Timestamp("2026-01-30"))
    values = np.concatenate([die.normal(0, 1, 30), die.normal(20, 1, 3_000)])
    found = rules.chart(lots(values.tolist()), "linear", [baseline])
    kept = rules.thinned(found, 500)
    assert len(kept) <= 500
    assert int(found.points["value"].idxmax()) in set(kept)


def test_nothing_is_thinned_that_fits() -> None:
    found = rules.chart(lots(steady(10)), "linear")
    assert rules.thinned(found, 10).tolist() == list(range(10))
