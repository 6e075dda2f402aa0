"""Numeric cases of control charts, capability, intervals, comparability and lots."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from firstdose.rules import batches, capability, control_chart, equivalence, run_rules, tolerance
from firstdose.rules.proportion import Share, at_least, wilson
from tests.corpus.test_reference_cases import cases, of_topic, same

Case = dict[str, Any]


def close(case: Case, found: dict[str, Any], wanted: dict[str, Any] | None = None) -> None:
    """Every name of ``expected`` comes out as known; texts and truths are equal."""
    tolerance_ = case["tolerance"]["abs"]
    for name, value in (case["expected"] if wanted is None else wanted).items():
        if isinstance(value, bool | str):
            assert found[name] == value, name
        else:
            assert same(found[name], value, tolerance_), (name, found[name], value)


@pytest.mark.parametrize("case", cases("imr"))
def test_limits_of_a_chart_come_out_as_known(case: Case) -> None:
    given = [np.nan if value is None else value for value in case["inputs"]["values"]]
    found = control_chart.limits(given)
    told = {
        "n": found.n,
        "n_mr": found.n_ranges,
        "center": found.center,
        "mr_bar": found.mean_range,
        "sigma_within": found.sigma,
        "ucl": found.upper,
        "lcl": found.lower,
        "mr_ucl": found.range_upper,
        "mr_lcl": 0.0,
    }
    close(case, told)


@pytest.mark.parametrize("case", cases("rules"))
def test_run_rules_fire_where_known_and_nowhere_else(case: Case) -> None:
    for given, wanted in zip(case["inputs"]["series"], case["expected"]["series"], strict=True):
        values = np.array([np.nan if value is None else value for value in given["values"]], dtype=float)
        fired = run_rules.run_rules(values, given["mean"], given["sigma"])
        found = {f"nelson{rule}": np.flatnonzero(flags).tolist() for rule, flags in fired.items()}
        first = min((at[0] for at in found.values() if at), default=None)
        there = np.flatnonzero(~np.isnan(values))
        run = run_rules.same_side(values[there], given["mean"], 8)
        found["we4"] = there[np.flatnonzero(run)].tolist()
        assert {name: at for name, at in found.items() if at} == wanted["flags"], given["name"]
        assert first == wanted["first_nelson_index"], given["name"]


@pytest.mark.parametrize("case", of_topic("capability", "cap"))
def test_capability_comes_out_as_known(case: Case) -> None:
    given, told = case["inputs"], dict[str, Any]()
    lower, upper = given["lsl"], given["usl"]
    mean, within = given.get("mean"), given.get("sigma_within")
    if "values" in given:
        values = np.array(given["values"], dtype=float)
        found = control_chart.limits(values)
        mean, within, overall = found.center, found.sigma, float(values.std(ddof=1))
        wide = capability.indices(mean, overall, lower, upper)
        told |= {"sigma_overall": overall, "pp": wide.both, "ppu": wide.upper, "ppl": wide.lower}
        told["ppk"] = wide.least
    near = capability.indices(mean, within, lower, upper)
    told |= {"mean": mean, "sigma_within": within, "cp": near.both, "cpu": near.upper, "cpl": near.lower}
    told["cpk"] = near.least
    if given.get("target") is not None and near.both is not None:
        told["k_off_center"] = capability.off_center(mean, lower, upper)
        told["cpm"] = capability.against_target(near.both, mean, within, given["target"])
    close(case, told)


@pytest.mark.parametrize("case", of_topic("capability_lognormal", "cap"))
def test_lognormal_capability_comes_out_as_known(case: Case) -> None:
    found = capability.lognormal(case["inputs"]["values"], case["inputs"]["lsl"], case["inputs"]["usl"])
    told = {
        "mu_log": found.mu,
        "sigma_log": found.sigma,
        "ppk_log": found.ppk_log,
        "ppk_quantile": found.ppk_quantile,
        "expected_fraction_above_usl": found.above,
        "expected_fraction_below_lsl": found.below,
    }
    close(case, told)


@pytest.mark.parametrize("case", of_topic("tolerance_factor", "tol"))
def test_tolerance_factors_come_out_as_known(case: Case) -> None:
    for row in case["expected"]["rows"]:
        asked = (row["n"], row["coverage"], row["confidence"])
        told = {
            **row,
            "k_one_sided": tolerance.one_sided(*asked),
            "k_two_sided_howe": tolerance.howe(*asked),
            "k_two_sided_exact": tolerance.two_sided(*asked),
        }
        close(case, told, row)


@pytest.mark.parametrize("case", of_topic("tolerance_interval", "tol"))
def test_a_tolerance_interval_comes_out_as_known(case: Case) -> None:
    given = case["inputs"]
    found = tolerance.interval(given["values"], "linear", given["coverage"], given["confidence"])
    assert found is not None
    of = equivalence.group(given["values"])
    told = {
        "mean": of.mean,
        "sd": of.sd,
        "lower_one_sided": found.lower_alone,
        "two_sided_low": found.low,
        "two_sided_high": found.high,
    }
    close(case, told)


def sides(given: Case) -> tuple[equivalence.Group, equivalence.Group]:
    """Receiving and sending, from lots or from summaries."""
    return tuple(  # type: ignore[return-value]
        equivalence.group(given[side])
        if side in given
        else equivalence.Group(given[f"mean_{side}"], given[f"sd_{side}"], given[f"n_{side}"])
        for side in ("receiving", "sending")
    )


def told_of(found: equivalence.Test) -> dict[str, Any]:
    names = ("diff", "se", "df", "t_lower", "t_upper", "p_lower", "p_upper", "ci_low", "ci_high")
    told: dict[str, Any] = {name: getattr(found, name) for name in names}
    return told | {"p_tost": found.p, "equivalent": found.verdict == "equivalent"}


@pytest.mark.parametrize("case", of_topic("tost", "tost"))
def test_an_equivalence_test_comes_out_as_known(case: Case) -> None:
    given = case["inputs"]
    receiving, sending = sides(given)
    told: dict[str, Any] = {}
    if "bound_low" in given:
        low, high = given["bound_low"], given["bound_high"]
    else:
        wide = given.get("margin")
        wide = equivalence.margin(sending, given["margin_factor"]) if wide is None else wide
        low, high, told["margin"] = -wide, wide, wide
    found = equivalence.tost(
        receiving, sending, low, high, alpha=given["alpha"], welch=given.get("welch", False)
    )
    close(case, told | told_of(found))


@pytest.mark.parametrize("case", of_topic("tost_paired", "tost"))
def test_a_paired_equivalence_test_comes_out_as_known(case: Case) -> None:
    given = case["inputs"]
    found = equivalence.tost_paired(
        np.log(given["receiving"]),
        np.log(given["sending"]),
        np.log(given["ratio_bound_low"]),
        np.log(given["ratio_bound_high"]),
        alpha=given["alpha"],
    )
    told = told_of(found) | {"ratio": np.exp(found.diff)}
    told |= {"ci_low": np.exp(found.ci_low), "ci_high": np.exp(found.ci_high)}
    close(case, told)


@pytest.mark.parametrize("case", cases("qr"))
def test_a_quality_range_comes_out_as_known(case: Case) -> None:
    given = case["inputs"]
    found = equivalence.quality_range(
        given["receiving"], given["sending"], given["k"], given["required_fraction"]
    )
    told: dict[str, Any] = {name: getattr(found, name) for name in ("mean", "sd", "low", "high", "n_inside")}
    close(case, told | {"fraction_inside": found.share, "pass": found.passed})


@pytest.mark.parametrize("case", cases("prop"))
def test_other_intervals_of_a_proportion_come_out_as_known(case: Case) -> None:
    for row in case["expected"]["rows"]:
        low, high = wilson(row["k"], row["n"], row["confidence"])
        told = {"wilson_low": low, "wilson_high": high, "estimate": Share(row["k"], row["n"]).value}
        told["lower_one_sided"] = at_least(row["k"], row["n"], row["confidence"])
        close(case, told, {name: row[name] for name in told if name in row})


@pytest.mark.parametrize("case", cases("batch"))
def test_what_became_of_lots_comes_out_as_known(case: Case) -> None:
    lots = pd.DataFrame(case["inputs"]["lots"]).rename(columns={"remanufacture": "is_remanufacture"})
    lots["disposition"] = lots["disposition"].replace("released_oos", batches.OUT_OF_SPECIFICATION)
    found = batches.metrics(lots)
    low, high = found.shares["success"].interval
    told = {
        "started": found.started,
        "dispositioned": found.dispositioned,
        "success_rate": found.shares["success"].value,
        "oos_rate": found.shares["oos"].value,
        "failure_rate": found.shares["failure"].value,
        "right_first_time": found.shares["right_first_time"].value,
        "first_pass": found.shares["first_pass"].value,
        "deviations_per_lot": found.deviations_per_lot,
        "success_cp_low": low,
        "success_cp_high": high,
    }
    close(case, told)
