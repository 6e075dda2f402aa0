"""Many runs of a plan, against closed forms and against themselves."""

import time
from datetime import date

import numpy as np
import pytest
from scipy.stats import spearmanr

from firstdose.rules import network as nets
from firstdose.rules import network_ends
from firstdose.rules import simulation as rules
from firstdose.rules.calendar import work_calendar
from firstdose.rules.simulation import Risk

ONE = nets.network(["A"], [])
PAIR = nets.network(["A", "B", "M"], [nets.Link("A", "M"), nets.Link("B", "M")])


def days(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)


def test_the_same_seed_repeats_every_number_and_another_does_not() -> None:
    first, again, other = (
        rules.simulate(ONE, days(5), days(8), days(20), [0], runs=500, seed=seed).finish for seed in (3, 3, 4)
    )
    assert (first == again).all()
    assert not (first == other).any()


def test_the_first_ten_thousand_runs_do_not_depend_on_how_many_follow() -> None:
    few = rules.simulate(ONE, days(5), days(8), days(20), [0], runs=10_000)
    many = rules.simulate(ONE, days(5), days(8), days(20), [0], runs=25_000)
    assert (many.finish[:10_000] == few.finish).all()
    assert (many.cruciality == few.cruciality).all()


@pytest.mark.parametrize("shape", ["pert", "triangular"])
def test_mean_and_variance_are_those_of_the_shape(shape: rules.Shape) -> None:
    low, mid, high = days(10), days(12), days(30)
    found = rules.simulate(ONE, low, mid, high, [0], shape=shape, runs=200_000).finish
    variance = (
        rules.pert_variance(low, mid, high)[0]
        if shape == "pert"
        else (10**2 + 12**2 + 30**2 - 10 * 12 - 10 * 30 - 12 * 30) / 18
    )
    assert found.mean() == pytest.approx(rules.means(low, mid, high, shape)[0], abs=0.05)
    assert found.var() == pytest.approx(variance, rel=0.02)


def test_a_fixed_duration_is_fixed() -> None:
    found = rules.simulate(ONE, days(7), days(7), days(7), [0], runs=50)
    assert (found.finish == 7).all()
    assert found.cruciality[0] == 0


def test_a_common_cause_strikes_all_its_tasks_in_the_same_runs() -> None:
    fixed = (days(10, 10, 0),) * 3
    risk = Risk(0.3, 5, 5, 5, (0, 1))
    found = rules.simulate(PAIR, *fixed, [2, 0, 1], risks=[risk], runs=50_000)
    assert (found.finish[:, 1] == found.finish[:, 2]).all()
    assert rules.chance(found.finish[:, 0], 10) == pytest.approx(0.7, abs=0.01)
    apart = [Risk(0.3, 5, 5, 5, (0,)), Risk(0.3, 5, 5, 5, (1,))]
    alone = rules.simulate(PAIR, *fixed, [2], risks=apart, runs=50_000)
    assert rules.chance(alone.finish[:, 0], 10) == pytest.approx(0.49, abs=0.01)
    assert found.on_means[0] == pytest.approx(11.5)


def test_cruciality_is_the_rank_correlation_of_scipy() -> None:
    random = np.random.default_rng(1)
    drawn = random.random((3, 2000))
    finish = drawn[0] * 3 + drawn[1]
    found = rules.rank_correlations(np.vstack([drawn, np.ones(2000)]), finish)
    assert found[:3] == pytest.approx([spearmanr(row, finish).statistic for row in drawn], abs=1e-9)
    assert found[3] == 0


def test_criticality_counts_every_task_of_a_tie() -> None:
    found = rules.simulate(PAIR, days(4, 4, 0), days(4, 4, 0), days(4, 4, 0), [2], runs=10)
    assert found.criticality.tolist() == [1, 1, 1]


def test_at_least_k_of_several_targets() -> None:
    finishes = np.array([[1.0, 5.0, 9.0], [2.0, 2.0, 20.0]])
    assert rules.at_least(finishes, 1, days(1, 2)).tolist() == [0.5, 1]
    assert rules.at_least(finishes, 2, days(2, 5)).tolist() == [0.5, 1]
    assert rules.at_least(finishes, 3, days(9, 20)).tolist() == [0.5, 1]


def test_two_hundred_tasks_run_ten_thousand_times_in_half_a_second() -> None:
    ids = [f"T{at}" for at in range(200)]
    links = [nets.Link(ids[at - step], ids[at]) for at in range(200) for step in (1, 9) if at >= step]
    net, mid = nets.network(ids, links), np.linspace(5, 40, 200)
    took = []
    for _round in range(3):
        begun = time.perf_counter()
        rules.simulate(net, mid * 0.8, mid, mid * 1.6, [199])
        took.append(time.perf_counter() - begun)
    assert min(took) < 0.5


def test_a_part_of_a_plan_ends_as_it_does_in_the_whole() -> None:
    net = nets.network(["X", "A", "B", "M"], [nets.Link("A", "M"), nets.Link("B", "M")])
    whole = rules.simulate(net, days(9, 4, 4, 0), days(9, 5, 6, 0), days(30, 9, 9, 0), [3, 0], runs=500)
    part = rules.simulate(PAIR, days(4, 4, 0), days(5, 6, 0), days(9, 9, 0), [2], runs=500)
    assert (whole.finish[:, 0] == part.finish[:, 0]).all()


def test_a_longer_task_makes_no_single_run_earlier_and_leaves_the_others_alone() -> None:
    low, mid, high = days(4, 4, 0), days(5, 6, 0), days(9, 9, 0)
    longer = days(2, 1, 1)
    before = rules.simulate(PAIR, low, mid, high, [2, 1], runs=2000).finish
    after = rules.simulate(PAIR, low * longer, mid * longer, high * longer, [2, 1], runs=2000).finish
    assert (after[:, 0] >= before[:, 0]).all()
    assert (after[:, 1] == before[:, 1]).all()


def test_a_swing_is_the_mean_end_of_short_and_of_long_runs() -> None:
    drawn = np.arange(100.0)
    assert rules.swings(drawn, drawn * 2) == (pytest.approx(19), pytest.approx(179))
    risky = rules.simulate(ONE, days(7), days(7), days(7), [0], risks=[Risk(0.5, 4, 4, 4, (0,))], runs=1000)
    assert risky.swing[0, 0] == risky.swing[0, 1] == risky.finish.mean(), "the risk swings, not the task"


def test_what_a_risk_does_is_told_by_the_runs_it_spares_and_strikes() -> None:
    found = rules.simulate(ONE, days(7), days(7), days(7), [0], risks=[Risk(0.5, 4, 4, 4, (0,))], runs=1000)
    assert found.struck.tolist() == [[7, 11]]


@pytest.mark.parametrize("seed", range(6))
def test_the_ends_alone_are_those_of_the_whole_pass(seed: int) -> None:
    random = np.random.default_rng(seed)
    ids = [f"T{at}" for at in range(40)]
    kinds: tuple[nets.Kind, ...] = ("FS", "SS", "FF", "SF")
    links = [
        nets.Link(ids[before], ids[at], kinds[random.integers(4)], float(random.integers(-3, 9)))
        for at in range(1, 40)
        for before in random.integers(0, at, 2)
    ]
    net = nets.network(ids, links)
    took = random.integers(0, 30, (200, 40)) + random.random((200, 40)) * random.integers(0, 2, 40)
    took[:, ::5] = took[0, ::5]
    floor, targets = 20_600 + random.random(40) * 300, [39, 3, 20]
    own = [work_calendar(("JP", "US", "")[at % 3], date(2026, 6, 1)) if at % 4 else None for at in range(40)]
    for calendars in (None, own):
        whole = nets.forward(net, took, floor, calendars).finish[:, targets]
        found = network_ends.ends(
            net, lambda at: took[0, at] if at % 5 == 0 else took[:, at], targets, floor, calendars, 200
        )
        assert (found == whole).all()


@pytest.mark.parametrize("count", [8, 10_000, 10_001, 3])
def test_luck_is_the_even_draw_of_numpy_and_leaves_the_stream_where_that_does(count: int) -> None:
    ours, theirs = np.random.default_rng([7, count]), np.random.default_rng([7, count])
    for _again in range(2):
        drawn = theirs.integers(0, rules.SLICES, count, dtype=np.uint16)
        assert (rules._slices(ours, count) == drawn).all()
        assert ours.random() == theirs.random()
