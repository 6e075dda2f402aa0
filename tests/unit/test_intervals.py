"""Capability, tolerance, equivalence: against other libraries, and where they must say nothing."""

import numpy as np
import pytest
from scipy import integrate, optimize, stats
from scipy.special import chdtrc, ndtr
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import ttost_ind, ttost_paired

from firstdose.rules import capability, equivalence, tolerance
from firstdose.rules.proportion import at_least, wilson

DIE = np.random.default_rng(7)


def alternating(count: int) -> list[float]:
    return [10.0 + (1.0 if lot % 2 else -1.0) for lot in range(count)]


@pytest.mark.parametrize(
    ("count", "signals", "censored", "cpk", "ppk"),
    [
        pytest.param(9, 0, 0, "few", "few", id="nine lots"),
        pytest.param(10, 0, 0, "few", "", id="ten lots give Ppk"),
        pytest.param(19, 0, 0, "few", "", id="nineteen lots"),
        pytest.param(20, 0, 0, "", "", id="twenty lots give Cpk"),
        pytest.param(20, 1, 0, "signals", "", id="a signal forbids Cpk"),
        pytest.param(20, 0, 1, "censored", "censored", id="a bound forbids both"),
    ],
)
def test_capability_says_why_it_is_not_shown(
    count: int, signals: int, censored: int, cpk: str, ppk: str
) -> None:
    found = capability.capability(alternating(count), 4.0, 16.0, signals=signals, censored=censored)
    assert (found.why_not_cpk, found.why_not_ppk) == (cpk, ppk)
    assert (found.within is None, found.overall is None) == (bool(cpk), bool(ppk))


def test_no_specification_and_no_spread_give_no_capability() -> None:
    assert capability.capability(alternating(20), None, None).why_not_ppk == "no specification"
    assert capability.capability([5.0] * 20, 1.0, 9.0).why_not_ppk == "no spread"
    assert capability.capability(alternating(20), 0.0, None, "log").why_not_ppk == "no specification"


def test_a_limit_that_is_missing_is_never_invented() -> None:
    found = capability.capability(alternating(20), 4.0, None)
    assert found.overall is not None
    assert (found.overall.both, found.overall.upper) == (None, None)
    assert found.overall.least == found.overall.lower


def test_the_interval_of_an_index_narrows_with_lots_and_holds_it() -> None:
    low, high = capability.interval(1.33, 20)
    wide_low, wide_high = capability.interval(1.33, 10)
    assert wide_low < low < 1.33 < high < wide_high
    assert (low, high) == pytest.approx((0.885, 1.775), abs=0.005)


@pytest.mark.parametrize("bad", [([1.0, 0.0], None, 2.0), ([1.0, 2.0], 0.0, 2.0)])
def test_a_lognormal_attribute_has_no_zero(bad: tuple[list[float], float | None, float | None]) -> None:
    with pytest.raises(ValueError, match="above zero"):
        capability.lognormal(*bad)


def confidence_of(k: float, n: int, coverage: float) -> float:
    """The confidence that mean +/- k sd covers enough, by adaptive integration of the definition."""

    def enough(u: float) -> float:
        shift = u / np.sqrt(n)
        r = optimize.brentq(lambda half: ndtr(shift + half) - ndtr(shift - half) - coverage, 0, 50)
        return float(chdtrc(n - 1, (n - 1) * r**2 / k**2) * np.exp(-(u**2) / 2) / np.sqrt(2 * np.pi))

    return float(2 * integrate.quad(enough, 0, 8, epsabs=1e-11)[0])


@pytest.mark.parametrize(("n", "coverage", "confidence"), [(3, 0.95, 0.95), (8, 0.9, 0.99), (50, 0.99, 0.9)])
def test_the_exact_tolerance_factor_agrees_with_adaptive_integration(
    n: int, coverage: float, confidence: float
) -> None:
    k = tolerance.two_sided(n, coverage, confidence)
    assert confidence_of(k, n, coverage) == pytest.approx(confidence, abs=1e-8)


def test_tolerance_of_few_lots_is_not_told_and_logs_are_told_in_their_unit() -> None:
    assert tolerance.interval([1.0, 2.0]) is None
    values = DIE.lognormal(0, 0.3, 12)
    plain, log = tolerance.interval(np.log(values)), tolerance.interval(values, "log")
    assert plain is not None
    assert log is not None
    assert (log.low, log.high) == pytest.approx((np.exp(plain.low), np.exp(plain.high)))


@pytest.mark.parametrize("welch", [False, True])
def test_two_one_sided_tests_agree_with_statsmodels(welch: bool) -> None:
    receiving, sending = DIE.normal(10, 1, 7), DIE.normal(10.2, 2, 12)
    found = equivalence.tost(equivalence.group(receiving), equivalence.group(sending), -1.5, 1.5, welch=welch)
    p, lower, upper = ttost_ind(receiving, sending, -1.5, 1.5, usevar="unequal" if welch else "pooled")
    assert (found.p, found.p_lower, found.p_upper) == pytest.approx((p, lower[1], upper[1]))
    assert (found.t_lower, found.t_upper, found.df) == pytest.approx((lower[0], upper[0], lower[2]))


def test_paired_tests_agree_with_statsmodels() -> None:
    receiving, sending = DIE.normal(10, 1, 6), DIE.normal(10, 1, 6)
    found = equivalence.tost_paired(receiving, sending, -2, 2)
    p, lower, upper = ttost_paired(receiving, sending, -2, 2)
    assert (found.p, found.t_lower, found.t_upper) == pytest.approx((p, lower[0], upper[0]))


@pytest.mark.parametrize(
    ("difference", "verdict"),
    [
        pytest.param(0.0, "equivalent", id="inside"),
        pytest.param(2.0, "not demonstrated", id="straddles a bound"),
        pytest.param(9.0, "not equivalent", id="wholly outside"),
        pytest.param(-9.0, "not equivalent", id="wholly outside on the other side"),
    ],
)
def test_there_are_three_verdicts(difference: float, verdict: str) -> None:
    one, other = equivalence.Group(difference, 1.0, 6), equivalence.Group(0.0, 1.0, 6)
    found = equivalence.tost(one, other, -2.0, 2.0)
    assert found.verdict == verdict
    assert (found.verdict == "equivalent") == (found.p < found.alpha)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_fewer_than_three_lots_demonstrate_nothing_and_say_so(n: int) -> None:
    few, many = equivalence.group([10.0] * n), equivalence.group([9.0, 10.0, 11.0])
    for found in (equivalence.tost(few, many, -50, 50), equivalence.tost(many, few, -50, 50)):
        assert found.few
        assert found.verdict == "not demonstrated"
    assert equivalence.tost_paired([1.0] * n, [1.0] * n, -9, 9).few
    assert equivalence.quality_range([1.0] * n, [1.0, 2.0, 3.0], 3).passed is None


def test_lots_all_alike_are_equivalent_without_a_warning() -> None:
    alike = equivalence.group([5.0] * 4)
    assert equivalence.tost(alike, alike, -1, 1).verdict == "equivalent"
    assert equivalence.tost(alike, alike, -1, 1, welch=True).verdict == "equivalent"


def test_the_smallest_margin_is_just_proved_when_there_is_no_difference() -> None:
    one = equivalence.Group(10.0, 1.2, 5)
    smallest = equivalence.tost(one, one, -1, 1).smallest_margin
    assert equivalence.tost(one, one, -smallest * 1.001, smallest * 1.001).verdict == "equivalent"
    assert equivalence.tost(one, one, -smallest * 0.999, smallest * 0.999).verdict == "not demonstrated"


def test_lots_of_one_donor_count_once() -> None:
    values, donors = [1.0, 3.0, 10.0, 7.0, 8.0], ["A", "A", "B", None, None]
    assert sorted(equivalence.one_per_donor(values, donors)) == [2.0, 7.0, 8.0, 10.0]


@pytest.mark.parametrize(("k", "n"), [(0, 5), (3, 5), (5, 5), (29, 29), (1, 200)])
def test_wilson_and_the_lower_bound_agree_with_other_libraries(k: int, n: int) -> None:
    assert wilson(k, n) == pytest.approx(proportion_confint(k, n, method="wilson"), abs=1e-12)
    bound = stats.binomtest(k, n, alternative="greater").proportion_ci(0.95, method="exact").low
    assert at_least(k, n) == pytest.approx(bound)
