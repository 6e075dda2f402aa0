"""Run rules agree with a reading of their words point by point, however a series runs."""

from itertools import pairwise

import numpy as np
import pytest

from firstdose.rules import run_rules


def literally(rule: int, z: list[float]) -> list[int]:
    """The rule read word by word, one point at a time: slow, and written without the code under test."""
    found = []
    for at in range(len(z)):
        steps = [b - a for a, b in pairwise(z[: at + 1])]
        if rule == 1:
            holds = abs(z[at]) > 3
        elif rule == 2:
            holds = at >= 8 and (min(_back(z, at, 9)) > 0 or max(_back(z, at, 9)) < 0)
        elif rule == 3:
            holds = at >= 5 and (all(one > 0 for one in steps[-5:]) or all(one < 0 for one in steps[-5:]))
        elif rule == 4:
            last = steps[-13:]
            holds = at >= 13 and all(a * b < 0 for a, b in pairwise(last))
        elif rule in (5, 6):
            far, needed, window = (2, 2, 3) if rule == 5 else (1, 4, 5)
            holds = any(
                side * z[at] > far and sum(side * one > far for one in _back(z, at, window)) >= needed
                for side in (1, -1)
            )
        elif rule == 7:
            holds = at >= 14 and all(abs(one) < 1 for one in _back(z, at, 15))
        else:
            last8 = _back(z, at, 8)
            holds = at >= 7 and all(abs(one) > 1 for one in last8) and min(last8) < 0 < max(last8)
        if holds:
            found.append(at)
    return found


def _back(z: list[float], at: int, count: int) -> list[float]:
    return z[max(0, at - count + 1) : at + 1]


@pytest.mark.parametrize("rule", run_rules.RULES)
@pytest.mark.parametrize("spread", [0.6, 1.0, 2.0])
def test_a_rule_fires_where_its_words_say(rule: int, spread: float) -> None:
    die = np.random.default_rng(rule)
    for _series in range(40):
        z = np.round(die.normal(0, spread, 60) + np.linspace(0, die.normal(), 60), 1)
        z[die.random(60) < 0.3] *= -1
        fired = run_rules.run_rules(z, 0.0, 1.0, [rule])[rule]
        assert np.flatnonzero(fired).tolist() == literally(rule, z.tolist())


@pytest.mark.parametrize("rule", run_rules.RULES)
def test_nothing_fires_without_results(rule: int) -> None:
    for values in ([], [np.nan], [np.nan] * 30, [5.0]):
        assert not run_rules.run_rules(values, 5.0, 1.0, [rule])[rule].any()


def test_without_a_spread_only_the_shape_of_the_series_can_fire() -> None:
    rising = np.arange(20.0)
    fired = run_rules.run_rules(rising, 10.0, 0.0)
    assert {rule for rule, flags in fired.items() if flags.any()} == {2, 3}


def test_a_rule_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="9"):
        run_rules.run_rules([1.0], 0.0, 1.0, [1, 9])


def test_alternation_does_not_drown_in_tiny_steps() -> None:
    tiny = [1e-200, -1e-200] * 10
    assert run_rules.run_rules(tiny, 0.0, 1.0, [4])[4].any()
