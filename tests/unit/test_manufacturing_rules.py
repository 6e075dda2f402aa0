"""What is said of lots: verdicts of results, links to a chart, ageing, closure, causes, reference lines."""

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest

from firstdose.rules import control_chart
from firstdose.rules import manufacturing as rules
from firstdose.rules import manufacturing_chart as charts

NONE = float("nan")


@pytest.mark.parametrize(
    ("value", "qualifier", "lower", "upper", "mark"),
    [
        pytest.param(70.0, None, 70.0, NONE, "passes", id="on the lower limit passes"),
        pytest.param(69.9, None, 70.0, NONE, "fails", id="below"),
        pytest.param(5.0, None, NONE, 5.0, "passes", id="on the upper limit passes"),
        pytest.param(5.1, None, NONE, 5.0, "fails", id="above"),
        pytest.param(5.0, None, NONE, NONE, "no specification", id="no limits"),
        pytest.param(1.0, "<", NONE, 5.0, "passes", id="below a bound under the upper limit"),
        pytest.param(9.0, "<", NONE, 5.0, "unclear", id="below a bound over the upper limit"),
        pytest.param(60.0, "<", 70.0, NONE, "fails", id="below a bound under the lower limit"),
        pytest.param(70.0, "<", 70.0, NONE, "fails", id="below the lower limit itself"),
        pytest.param(70.0, ">", 70.0, NONE, "passes", id="above the lower limit itself"),
        pytest.param(80.0, "<", 70.0, NONE, "unclear", id="below a bound over the lower limit"),
        pytest.param(80.0, ">", 70.0, NONE, "passes", id="above a bound over the lower limit"),
        pytest.param(60.0, ">", 70.0, NONE, "unclear", id="above a bound under the lower limit"),
        pytest.param(9.0, ">", NONE, 5.0, "fails", id="above a bound over the upper limit"),
        pytest.param(5.0, ">", NONE, 5.0, "fails", id="above the upper limit itself"),
        pytest.param(5.0, "<", NONE, 5.0, "passes", id="below the upper limit itself"),
        pytest.param(1.0, ">", NONE, 5.0, "unclear", id="above a bound under the upper limit"),
    ],
)
def test_a_result_is_judged_as_far_as_it_is_known(
    value: float, qualifier: str | None, lower: float, upper: float, mark: str
) -> None:
    row = {"passed": None, "value": value, "qualifier": qualifier, "lower": lower, "upper": upper}
    assert rules.result_mark(row) == mark


@pytest.mark.parametrize(("passed", "mark"), [(True, "passes"), (False, "fails")])
def test_a_pass_fail_result_needs_no_limits(passed: bool, mark: str) -> None:
    row = {"passed": passed, "value": NONE, "qualifier": None, "lower": NONE, "upper": NONE}
    assert rules.result_mark(row) == mark


@pytest.mark.parametrize(("passed", "value", "mark"), [(True, 50.0, "fails"), (False, 90.0, "passes")])
def test_a_number_is_judged_by_itself_and_not_by_the_verdict_beside_it(
    passed: bool, value: float, mark: str
) -> None:
    row = {"passed": passed, "value": value, "qualifier": None, "lower": 70.0, "upper": NONE}
    assert rules.result_mark(row) == mark


def lots(*dispositions: str) -> pd.DataFrame:
    count = len(dispositions)
    return pd.DataFrame(
        {
            "batch_id": [f"L{at}" for at in range(count)],
            "partner_id": "SEND",
            "partner_name": "Sender",
            "partner_name_ja": None,
            "process_version": ["2.0", "1.0"] * (count // 2) + ["1.0"] * (count % 2),
            "purpose": ["clinical", "development"] * (count // 2) + ["clinical"] * (count % 2),
            "started_on": pd.date_range("2026-01-15", periods=count, freq="31D"),
            "disposition": list(dispositions),
            "failure_reason": ["Low growth" if one == "rejected" else None for one in dispositions],
            "is_remanufacture": False,
            "deviations": 0,
        }
    )


def test_purposes_stand_as_a_program_runs_and_months_newest_first() -> None:
    found = lots("released", "released", "rejected", "pending")
    assert list(dict.fromkeys(rules.rates(found, "purpose")["group_id"])) == ["development", "clinical"]
    months = list(dict.fromkeys(rules.rates(found, "month")["group_id"]))
    assert months == sorted(months, reverse=True)
    assert set(rules.rates(found, "site")["label"]) == {"Sender"}


def test_headlines_give_counts_and_intervals_and_hold_back_percentages_of_few_lots() -> None:
    few = {one.key: one for one in rules.headlines(lots("released", "rejected"))}
    assert few["kpi-manufacturing-success"].value == "1 of 2"
    assert "%" not in few["kpi-manufacturing-success"].context
    many = {one.key: one for one in rules.headlines(lots(*["released"] * 9, "pending"))}
    assert "(66–100 %)" in many["kpi-manufacturing-success"].context
    assert "1 pending" in many["kpi-manufacturing-success"].context
    assert [one.value for one in rules.headlines(lots())][-1] == "–"


def test_reference_lines_are_our_target_and_the_largest_published_counts() -> None:
    published = pd.DataFrame(
        {"measure": ["failure"] * 5, "value_pct": [1.0, 2, 3, 4, 5], "n": [900, 800, 700, 10, None]}
    ).assign(product="x", setting="y", source="z", confidence="high")
    targets = pd.DataFrame({"measure": ["failure"], "value_pct": [4.0], "valid_from": [date(2026, 1, 1)]})
    found = rules.lines(published, targets, "failure")
    assert found["kind"].tolist() == ["target", "benchmark", "benchmark", "benchmark"]
    assert found["value_pct"].tolist() == [4.0, 1.0, 2.0, 3.0]
    assert rules.lines(published, targets, "success").empty


def deviations(*rows: tuple[int, str | None, str | None, str]) -> pd.DataFrame:
    """Age in days, due and closed day, severity."""
    return pd.DataFrame(
        {
            "age_days": [row[0] for row in rows],
            "due_on": pd.to_datetime([row[1] for row in rows]),
            "closed_on": pd.to_datetime([row[2] for row in rows]),
            "severity": [row[3] for row in rows],
            "category": "Process",
            "root_cause": None,
        }
    )


def test_closed_on_the_due_day_is_on_time_and_open_ones_count_once_overdue() -> None:
    found = rules.closure(
        deviations(
            (10, "2026-02-01", "2026-02-01", "minor"),
            (20, "2026-02-01", "2026-02-02", "minor"),
            (30, "2026-11-19", None, "major"),
            (40, "2026-11-20", None, "major"),
            (50, None, None, "major"),
        ),
        date(2026, 11, 20),
    )
    assert (found.on_time.k, found.on_time.n) == (1, 3)
    assert (found.open, found.overdue) == (3, 1)
    assert found.median_days is None
    assert "1 of 3" in rules.closure_in_words(found)


@pytest.mark.parametrize(("days", "band"), [(0, 0), (30, 0), (31, 1), (60, 1), (61, 2), (90, 2), (91, 3)])
def test_open_deviations_fall_into_bands_of_age(days: int, band: int) -> None:
    found = rules.ageing(deviations((days, None, None, "major"), (5, None, "2026-01-01", "major")))
    counted = found[found["count"] > 0]
    assert counted[["severity", "band", "count"]].to_numpy().tolist() == [["major", band, 1]]
    assert len(found) == 12


def test_causes_of_four_kinds_stand_apart() -> None:
    failed = pd.DataFrame({"name": ["Viability"], "name_ja": [None]})
    found = rules.causes(lots("rejected", "released"), failed, deviations((5, None, "2026-01-01", "minor")))
    assert found[["kind", "cause"]].to_numpy().tolist() == [
        ["failure", "Low growth"],
        ["oos", "Viability"],
        ["deviation", "Process"],
        ["root cause", "not stated"],
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [("", (1, 2, 3, 5)), ("0", ()), ("18", (1, 8)), ("81", (1, 8)), ("9", None), ("1a", None), ("-", None)],
)
def test_run_rules_of_a_link_are_digits_and_nothing_else(text: str, found: tuple[int, ...] | None) -> None:
    assert charts.rules_of(text) == found


@pytest.mark.parametrize("rules_", [(1, 2, 3, 5), (), (1,), (1, 2, 3, 4, 5, 6, 7, 8)])
def test_run_rules_come_back_from_a_link_as_they_were(rules_: tuple[int, ...]) -> None:
    assert charts.rules_of(charts.rules_text(rules_)) == rules_


def offered() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "attribute_code": ["VCN", "VCN", "VIAB"],
            "partner_id": ["SEND", "TAKE", "SEND"],
            "name": "n",
            "name_ja": None,
            "unit": None,
            "scale": ["log", "log", "linear"],
            "partner_name": "p",
            "partner_name_ja": None,
        }
    )


@pytest.mark.parametrize(
    ("attribute", "site", "found"),
    [
        ("", "", ("VCN", "SEND")),
        ("VIAB", "", ("VIAB", "SEND")),
        ("", "TAKE", ("VCN", "TAKE")),
        ("VIAB", "TAKE", None),
        ("NOPE", "", None),
    ],
)
def test_a_link_never_opens_another_chart_than_it_names(
    attribute: str, site: str, found: tuple[str, str] | None
) -> None:
    picked = charts.pick(offered(), attribute, site)
    assert (None if picked is None else (picked.attribute, picked.site)) == found


def limits(*rows: tuple[str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["phase", "lower", "upper"])


def test_capability_has_one_specification_or_says_why_not() -> None:
    assert charts.specification(limits()).why_not == "none"
    assert charts.specification(limits(("clinical", 1.0, 2.0), ("clinical", 1.0, 3.0))).why_not == "several"
    one = charts.specification(limits(("clinical", 1.0, NONE), ("development", 0.0, 9.0)))
    assert (one.lower, one.upper, one.phase, one.why_not) == (1.0, None, "clinical", "")


def test_each_phase_is_judged_by_itself() -> None:
    values = [10.0 + 0.5 * (-1) ** at for at in range(40)]
    values[30] = 25.0
    frame = pd.DataFrame(
        {
            "batch_id": [str(at) for at in range(40)],
            "process_version": ["1"] * 20 + ["2"] * 20,
            "started_on": pd.date_range("2026-01-01", periods=40),
            "value": values,
            "qualifier": pd.array([None] * 40, dtype="str"),
        }
    )
    first, second = charts.judged(
        control_chart.chart(frame, "linear", rules=[1]), charts.Specification(0.0, 30.0, "clinical")
    )
    assert first.capability.within is not None
    assert second.capability.within is None
    assert second.capability.why_not_cpk == "signals"
    assert second.signals == 1
    assert second.tolerance is not None


def test_a_bound_is_out_of_specification_only_when_it_is_sure() -> None:
    points = pd.DataFrame(
        {
            "value": [9.0, 9.0, 1.0, 5.0],
            "qualifier": pd.array([None, "<", "<", None], dtype="str"),
            "lower_limit": [2.0, 2.0, 2.0, NONE],
            "upper_limit": [8.0, 8.0, 8.0, NONE],
        }
    )
    assert charts.out_of_specification(points).tolist() == [True, False, True, False]
    on = pd.DataFrame(
        {
            "value": [70.0, 70.0, 70.0, 5.0, 5.0, 5.0, math.exp(math.log(3.0))],
            "qualifier": ["<", ">", None, ">", "<", None, None],
            "lower_limit": [70.0] * 3 + [NONE] * 4,
            "upper_limit": [NONE] * 3 + [5.0] * 3 + [3.0],
        }
    )
    assert charts.out_of_specification(on).tolist() == [True, False, False, True, False, False, False]
    assert not np.any(charts.out_of_specification(points.iloc[:0]))
