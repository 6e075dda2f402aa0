"""Gate items over the data versions, the simulated day the last one closes, and how past forecasts held."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from firstdose.figures import readiness_history as figures
from firstdose.rules import readiness_history as rules
from firstdose.rules.readiness_history import BackTest, Forecast
from firstdose.rules.readiness_network import hard_links

DAY = date(2026, 11, 20)


def item(code: str, status: str = "not started", lead: int = 100, **more: Any) -> dict[str, Any]:
    return {
        "item_id": f"P1-{code}",
        "program_id": "P1",
        "jurisdiction": "JP",
        "requirement_code": code,
        "area": "Regulatory",
        "gate": True,
        "blocks": "filing",
        "status": status,
        "lead_days": lead,
        "closed_on": None,
    } | more


def told(*items: dict[str, Any], milestone: str = "filing") -> Forecast:
    return rules.forecast(pd.DataFrame(items), milestone, DAY)


def test_one_open_item_ends_within_the_spread_of_its_lead_time_in_rising_percentiles() -> None:
    days = told(item("XX-01")).days
    assert list(days) == [10, 50, 80, 90]
    assert list(days.values()) == sorted(days.values())
    assert DAY + timedelta(days=75) <= days[10]
    assert days[90] <= DAY + timedelta(days=200)
    # the median of a triangle of 0.75, 1 and 2 is 2 − √(1.25 · 1 / 2)
    assert abs((days[50] - DAY).days - 100 * (2 - 0.625**0.5)) <= 3


def test_an_item_that_waits_begins_when_the_other_is_done() -> None:
    alone = told(item("REG-03")).days
    after = told(item("REG-03"), item("REG-02")).days
    settled = told(item("REG-03"), item("REG-02", "closed")).days
    assert (after[50] - DAY).days > 1.7 * (alone[50] - DAY).days
    assert settled == alone, "a closed item takes no time"


def test_a_forecast_goes_on_past_an_item_that_does_not_apply() -> None:
    first, middle, last = next(
        (before, code, after)
        for code, before in hard_links()
        for after, other in hard_links()
        if other == code
    )
    alone = told(item(last)).days
    cut = told(item(first), item(middle, "closed"), item(last)).days
    past = told(item(first), item(middle, "not applicable"), item(last)).days
    assert (past[50] - DAY).days > 1.7 * (alone[50] - DAY).days
    assert (cut[50] - DAY).days < 1.4 * (alone[50] - DAY).days


def test_an_item_further_on_has_less_ahead() -> None:
    states = ("not started", "in progress", "in review")
    medians = [told(item("XX-01", state)).days[50] for state in states]
    assert medians == sorted(medians, reverse=True)
    assert len(set(medians)) == 3


def test_the_same_items_give_the_same_days_and_filing_does_not_wait_for_the_first_dose() -> None:
    both = (item("XX-01"), item("XX-02", lead=900, blocks="first dose"))
    assert told(*both) == told(*both)
    assert told(*both).open_items == 1
    assert told(*both, milestone="first dose").open_items == 2
    assert told(*both).days[90] < told(*both, milestone="first dose").days[10]


@pytest.mark.parametrize(
    "items",
    [
        pytest.param((item("XX-01", "closed"),), id="all closed"),
        pytest.param((item("XX-01", gate=False),), id="no gate item open"),
        pytest.param((item("XX-01", "not applicable"),), id="not applicable"),
    ],
)
def test_nothing_open_is_not_forecast(items: tuple[dict[str, Any], ...]) -> None:
    now = told(*items)
    assert now.days == {}
    assert "nothing to forecast" in rules.in_words(now, BackTest(0, 0, 0))


def versions(*states: tuple[str, ...]) -> pd.DataFrame:
    """Items XX-0, XX-1 … of each version, by their states."""
    return pd.DataFrame(
        [
            item(f"XX-{at}", state) | {"version": number, "as_of": DAY + timedelta(days=30 * number)}
            for number, version in enumerate(states, start=1)
            for at, state in enumerate(version)
        ]
    )


def test_the_burn_up_counts_what_was_closed_added_and_opened_again() -> None:
    whole = versions(
        ("not started",),
        ("closed", "not started"),
        ("in progress", "closed"),
        ("closed", "closed", "not applicable"),
    )
    counted = rules.burn_up(whole, "filing")
    assert counted[["closed", "total", "reopened"]].to_numpy().tolist() == [
        [0, 1, 0],
        [1, 2, 0],
        [1, 2, 1],
        [2, 2, 1],
    ]
    area = figures.by_area(rules.burn_up(whole, "filing", ("area",)), 1, 4).iloc[0]
    assert (area["closed"], area["added"], area["reopened"]) == (2, 1, 1)


def test_a_version_without_gate_items_stands_in_the_burn_up_with_none() -> None:
    whole = versions(("not applicable",), ("closed",), ("in progress",), ("not applicable",))
    days = {number: DAY + timedelta(days=30 * number) for number in range(6)}  # 0 and 5 hold no item at all
    counted = rules.burn_up(whole, "filing", versions=days)
    assert counted["version"].tolist() == list(range(6))
    assert counted["as_of"].tolist() == list(days.values())
    assert counted[["closed", "total", "reopened"]].to_numpy().tolist() == [
        [0, 0, 0],
        [0, 0, 0],
        [1, 1, 0],
        [0, 1, 1],
        [0, 0, 1],
        [0, 0, 1],
    ]
    assert list(figures.burn_up(counted, Forecast(DAY, 0, {}), None).data[0].x) == list(days.values())
    nothing = rules.burn_up(whole.head(0), "filing", versions=days)
    assert nothing["total"].tolist() == [0] * 6
    assert figures.burn_up(nothing, Forecast(DAY, 0, {}), None).layout.annotations, "says that it is empty"


@pytest.mark.parametrize("items", [(), (item("XX-01", gate=False),)])
def test_what_has_no_gate_item_has_nothing_to_forecast(items: tuple[dict[str, Any], ...]) -> None:
    frame = pd.DataFrame(items, columns=list(item("XX-01")))
    assert rules.forecast(frame, "filing", DAY) == Forecast(DAY, 0, {})


def test_an_area_that_appears_later_is_added_and_one_that_empties_falls() -> None:
    states = {
        "Regulatory": ({}, {}, {}),
        "Clinical": (None, {"status": "closed"}, {}),
        "Analytical": ({"status": "closed"}, {}, None),
        "Nonclinical": ({}, {}, {"gate": False}),
        "Quality system": (None, {}, None),
    }
    whole = pd.DataFrame(
        [
            item(area, **more) | {"area": area, "version": version, "as_of": DAY + timedelta(days=version)}
            for area, lives in states.items()
            for version, more in enumerate(lives, start=1)
            if more is not None
        ]
    )
    counted = rules.burn_up(whole, "filing", ("area",))
    found = figures.by_area(counted, 1, 3).set_index("area")
    assert found.to_dict("index") == {
        "Regulatory": area_row("0 of 1", "0 of 1"),
        "Clinical": area_row("0 of 0", "0 of 1", added=1, reopened=1),
        "Analytical": area_row("1 of 1", "0 of 0", closed=-1, added=-1, reopened=1),
        "Nonclinical": area_row("0 of 1", "0 of 0", added=-1),
        "Quality": area_row("0 of 0", "0 of 0"),
    }
    assert figures.by_area(counted, 0, 3)["added"].sum() == 2, "a version without the program had nothing"
    assert figures.by_area(counted.head(0), 1, 3).empty


def area_row(before: str, now: str, *, closed: int = 0, added: int = 0, reopened: int = 0) -> dict[str, Any]:
    return {"before": before, "now": now, "closed": closed, "added": added, "reopened": reopened}


@pytest.mark.parametrize(
    ("p80", "ready_on", "expected"),
    [
        pytest.param(DAY, DAY, BackTest(1, 0, 0), id="ready on the very day held"),
        pytest.param(DAY, DAY + timedelta(days=1), BackTest(0, 1, 0), id="a day later did not hold"),
        pytest.param(DAY, None, BackTest(0, 0, 1), id="not ready and not yet past is not decided"),
        pytest.param(DAY - timedelta(days=1), None, BackTest(0, 1, 0), id="past and not ready did not hold"),
    ],
)
def test_a_past_forecast_is_judged_by_what_came(p80: date, ready_on: date | None, expected: BackTest) -> None:
    earlier = Forecast(DAY - timedelta(days=90), 3, dict.fromkeys((10, 50, 80, 90), p80))
    nothing = Forecast(DAY - timedelta(days=60), 0, {})
    assert rules.back_test([earlier, nothing], ready_on, DAY) == expected


def test_the_day_ready_is_that_of_the_last_gate_item_closed() -> None:
    closed = [
        item("XX-1", "closed", closed_on=date(2026, 3, 1)),
        item("XX-2", "closed", closed_on=date(2026, 5, 1)),
    ]
    assert rules.ready_on(pd.DataFrame(closed), "filing") == date(2026, 5, 1)
    assert rules.ready_on(pd.DataFrame([*closed, item("XX-3")]), "filing") is None


def test_the_picture_leaves_its_frame_as_it_was_and_says_when_it_is_empty() -> None:
    counted = rules.burn_up(versions(("closed", "not started")), "filing")
    before = counted.copy(deep=True)
    drawn = figures.burn_up(counted, told(item("XX-01")), DAY)
    pd.testing.assert_frame_equal(counted, before)
    assert len(drawn.data) == 4
    assert figures.burn_up(counted.head(0), told(item("XX-01", "closed")), None).layout.annotations
