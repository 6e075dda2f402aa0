"""The queue against closed forms, by working days, with repeats; the scenario of a link, read and written."""

from datetime import date, timedelta
from math import factorial

import numpy as np
import pandas as pd
import pytest

from firstdose.rules import supply_queue as queue
from firstdose.rules import supply_scenario as scenarios
from firstdose.rules.calendar import EVERY_DAY, day_at, moment_of, work_calendar
from firstdose.rules.proportion import Share
from firstdose.rules.supply_demand import Attempts
from firstdose.rules.supply_queue import Chances, Days, Draws, Plant

DAY = date(2026, 11, 20)
SHAPE = 1200, 500  # runs and patients; the first 150 of each run fill the plant


def drawn(
    requests: Days, making: Days, fails: "queue.Flags | None" = None, testing: Days | None = None
) -> Draws:
    nothing = np.zeros(making.shape)
    no = np.zeros(making.shape, dtype=bool)
    return Draws(
        requests, making, nothing if testing is None else testing, no if fails is None else fails, ~no
    )


def poisson(luck: np.random.Generator, rate: float, shape: tuple[int, int]) -> Days:
    return np.asarray(luck.exponential(1 / rate, SHAPE).cumsum(axis=1))


def erlang_wait(rate: float, service: float, servers: int) -> float:
    """Mean wait of M/M/c, by the formula of Erlang C."""
    load = rate * service
    last = load**servers / factorial(servers) * servers / (servers - load)
    chance = last / (sum(load**k / factorial(k) for k in range(servers)) + last)
    return chance * service / (servers - load)


@pytest.mark.parametrize(("servers", "busy"), [(1, 0.5), (2, 0.6), (4, 0.6)])
def test_the_mean_wait_is_that_of_erlang_for_random_service(servers: int, busy: float) -> None:
    luck = np.random.default_rng(7)
    requests = poisson(luck, busy * servers, SHAPE)
    found = queue.flow(drawn(requests, luck.exponential(1.0, (*SHAPE, 1))), Plant(1, servers, collecting=0.0))
    wanted = erlang_wait(busy * servers, 1.0, servers)
    assert found.waited[:, 150:].mean() == pytest.approx(wanted, rel=0.05)


def test_the_mean_wait_is_that_of_pollaczek_for_fixed_service() -> None:
    luck = np.random.default_rng(8)
    busy = 0.6
    found = queue.flow(drawn(poisson(luck, busy, SHAPE), np.ones((*SHAPE, 1))), Plant(1, 1, collecting=0.0))
    assert found.waited[:, 150:].mean() == pytest.approx(busy / (2 * (1 - busy)), rel=0.05)


def test_lots_made_again_fill_the_suites_as_a_network_of_jackson_says() -> None:
    """Three in ten fail and are served anew at once: the stay is load / (1 - load) / rate, by Little."""
    luck = np.random.default_rng(9)
    rate, failure = 0.42, 0.3
    making = luck.exponential(1.0, (*SHAPE, 12))
    fails = luck.random((*SHAPE, 12)) < failure
    found = queue.flow(drawn(poisson(luck, rate, SHAPE), making, fails), Plant(1, 1, collecting=0.0))
    load = rate / (1 - failure)
    wanted = load / (1 - load) / rate
    assert (found.released - found.requested)[:, 150:].mean() == pytest.approx(wanted, rel=0.06)


def test_who_asks_first_is_served_first_and_a_place_to_collect_holds_up_as_a_suite_does() -> None:
    requests = np.array([[0.0, 0.1, 0.2]])
    found = queue.flow(drawn(requests, np.full((1, 3, 1), 5.0)), Plant(1, 1, transport=1, turnaround=2))
    assert found.collected.tolist() == [[0, 1, 2]]
    assert found.starts[0, :, 0].tolist() == [1, 8, 15]
    assert found.waited.tolist() == [[0, 6, 12]]


def test_a_failed_lot_is_made_again_or_the_patient_is_lost() -> None:
    making = np.full((1, 2, 2), 3.0)
    fails = np.array([[[True, False], [True, False]]])
    draws = drawn(np.array([[0.0, 100.0]]), making, fails, np.full((1, 2, 2), 4.0))
    again = np.array([[[True, True], [False, True]]])
    found = queue.flow(draws._replace(again=again), Plant(1, 1, collecting=0.0))
    assert found.released[0, 0] == 14
    assert np.isnan(found.released[0, 1])
    assert found.lost.tolist() == [[False, True]]


def test_collection_start_and_release_fall_on_working_days() -> None:
    calendar = work_calendar("JP", DAY)
    saturday = moment_of(date(2026, 11, 21))
    draws = drawn(np.array([[saturday]]), np.array([[[5.0]]]), None, np.array([[[2.0]]]))
    found = queue.flow(draws, Plant(1, 1), calendar)
    assert day_at(found.collected[0, 0]) == date(2026, 11, 24), "Monday is a holiday"
    assert day_at(found.released[0, 0]) == date(2026, 12, 1)
    worked = work_calendar("JP", DAY, [(date(2026, 11, 21), date(2026, 11, 21))], week=EVERY_DAY)
    assert day_at(queue.flow(draws, Plant(1, 1), worked).collected[0, 0]) == date(2026, 11, 22), (
        "shut on Saturday"
    )


CHANCES = Chances(100, (8.0, 10.0, 12.0), (14.0,), 0.1, 0.5)


def test_the_same_seed_plays_the_same_years_and_a_change_keeps_the_other_luck() -> None:
    first = queue.draw(CHANCES, 0.0, 1, runs=20)
    again = queue.draw(CHANCES, 0.0, 1, runs=20)
    other = queue.draw(Chances(100, (8.0, 10.0, 12.0), (7.0,), 0.1, 0.5), 0.0, 1, runs=20)
    assert all((one == two).all() for one, two in zip(first, again, strict=True))
    assert (first.requests == other.requests).all()
    assert (first.fails == other.fails).all()
    assert (queue.draw(CHANCES, 0.0, 2, runs=20).requests != first.requests).any()


def test_another_suite_shortens_the_wait_and_empties_the_suites() -> None:
    drawn_once = queue.draw(CHANCES, 0.0, 1, runs=60)
    tight, wide = (
        queue.outcome(queue.flow(drawn_once, plant, None), plant, 0.0, 7.0, 45.0)
        for plant in (Plant(1, 3, 2.0, 2.0), Plant(1, 5, 2.0, 2.0))
    )
    assert wide.waits[1] < tight.waits[1]
    assert wide.utilisation < tight.utilisation <= 1
    assert wide.treated[1] > tight.treated[1]
    assert wide.unfinished < tight.unfinished


def test_a_year_in_which_nobody_is_infused_has_no_curve() -> None:
    hopeless = Chances(5, (10.0,), (14.0,), 1.0, 0.0)
    plant = Plant(1, 1)
    found = queue.outcome(queue.flow(queue.draw(hopeless, 0.0, 1, runs=5), plant), plant, 0.0, 7.0, 45.0)
    assert (found.curve, found.above, found.treated[1]) == ((), None, 0)
    assert found.lost > 0


@pytest.mark.parametrize(
    ("text", "changes", "refused"),
    [
        pytest.param("s~8 t~10.5", {"s": 8, "t": 10.5}, 0, id="two changes"),
        pytest.param("", {}, 0, id="none"),
        pytest.param("s~8 s~9", {"s": 8}, 1, id="the same twice"),
        pytest.param("s~0", {}, 1, id="below what can be"),
        pytest.param("n~1000", {"n": 1000}, 0, id="the most patients"),
        pytest.param("n~1001", {}, 1, id="one more"),
        pytest.param("w~6", {}, 1, id="six days a week"),
        pytest.param("x~1 hello s~~2", {}, 3, id="not understood"),
    ],
)
def test_a_link_says_a_scenario_and_what_is_refused(
    text: str, changes: dict[str, float], refused: int
) -> None:
    found = scenarios.read(text)
    assert found.changes == changes
    assert len(found.refused) == refused
    assert scenarios.read(found.written).changes == changes


def cases(lots: int) -> pd.DataFrame:
    begun = pd.Timestamp("2026-03-02")
    days = {"collected_on": 0, "received_on": 2, "started_on": 3, "harvested_on": 13, "released_on": 27}
    days |= {"infused_on": 36}
    return pd.DataFrame(
        {name: [begun + timedelta(days=n)] * lots for name, n in days.items()}, dtype="datetime64[us]"
    )


@pytest.mark.parametrize(
    ("lots", "making", "tail", "said"),
    [pytest.param(5, 10, 9, 5, id="five lots say it"), pytest.param(4, 12.5, 7, 0, id="four do not")],
)
def test_the_plant_is_as_the_data_describe_it(lots: int, making: float, tail: float, said: int) -> None:
    need = Attempts(Share(1, 10), Share(1, 2), "patients")
    found = scenarios.base(cases(lots), need, 60.4, 3.5)
    assert (found.settings["m"], found.tail, found.lots) == (making, tail, said)
    assert (found.settings["n"], found.settings["f"], found.settings["r"]) == (60, 10, 50)
    assert found.settings["s"] == round(3.5 * (making + 2) / 7)
    assert np.median(scenarios.chances(found, found.settings | {"m": 20.0}).making) == pytest.approx(20)


def test_only_what_differs_from_the_data_is_written_into_the_link() -> None:
    found = scenarios.base(cases(5), Attempts(Share(0, 0), Share(1, 1), "nothing"), 100, 3.5)
    assert scenarios.changed(found, found.settings).written == ""
    assert scenarios.changed(found, found.settings | {"s": 9.0, "t": 7.5}).written == "s~9 t~7.5"
    assert scenarios.runs({"n": 100}) == 1000
    assert scenarios.runs({"n": 1000}) == 112


def test_a_plan_beyond_what_is_played_is_said() -> None:
    need = Attempts(Share(0, 0), Share(1, 1), "nothing")
    many, some = (scenarios.base(cases(5), need, patients, 3.5) for patients in (1001, 1000))
    assert many.settings["n"] == 1000
    assert "1,001 patients a year" in scenarios.in_words(many, many.settings, 1)
    assert "patients a year" not in scenarios.in_words(some, some.settings, 1)
