"""Readiness marks: each boundary from both sides, and what closing or adding an item may do to an area."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.contracts import contracts
from firstdose.figures import theme
from firstdose.rules.readiness import (
    AREAS,
    JURISDICTIONS,
    MARKS,
    NOT_APPLICABLE,
    area_rollup,
    item_marks,
    rollup_by,
)

TODAY = date(2026, 11, 23)
STATES = ("not started", "in progress", "in review", "closed", NOT_APPLICABLE)


def day(offset: int | None) -> date | None:
    return None if offset is None else TODAY + timedelta(days=offset)


def item(
    status: str = "in progress",
    *,
    due: int | None = 60,
    forecast: int | None = None,
    silent: int = 0,
    gate: bool = True,
    area: str = "Clinical",
    jurisdiction: str = "JP",
) -> dict[str, Any]:
    """One item of program P1; dates are days from the report day."""
    return {
        "program_id": "P1",
        "jurisdiction": jurisdiction,
        "area": area,
        "status": status,
        "gate": gate,
        "due_on": day(due),
        "forecast_on": day(forecast),
        "updated_on": day(-silent),
    }


def frame(*items: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(items), columns=list(item()))


@pytest.mark.parametrize(
    ("one", "mark"),
    [
        pytest.param(item(due=60), "in progress", id="far from due keeps its state"),
        pytest.param(item(due=0), "at risk", id="due today is at risk, not late"),
        pytest.param(item(due=-1), "late", id="due yesterday is late"),
        pytest.param(item(due=14), "at risk", id="14 days before due is at risk"),
        pytest.param(item(due=15), "in progress", id="15 days before due is not yet at risk"),
        pytest.param(item("in review", due=14), "in review", id="soon due but in review is in review"),
        pytest.param(item("in review", due=-1), "late", id="in review after its due day is late"),
        pytest.param(item(due=60, forecast=60), "in progress", id="forecast on the due day is in time"),
        pytest.param(item(due=60, forecast=61), "at risk", id="forecast a day after due is at risk"),
        pytest.param(item("in review", due=60, forecast=61), "at risk", id="a slipping review is at risk"),
        pytest.param(item(silent=30), "in progress", id="30 days without update is fresh"),
        pytest.param(item(silent=31), "at risk", id="31 days without update is at risk"),
        pytest.param(item(silent=31, gate=False), "at risk", id="stale counts without a gate too"),
        pytest.param(item(due=-1, silent=31), "late", id="stale never makes a late item better"),
        pytest.param(item("not started", due=None), "not started", id="without dates it keeps its state"),
        pytest.param(item(due=None, forecast=-9), "in progress", id="no due day: a forecast judges nothing"),
        pytest.param(item("closed", due=-9, forecast=9, silent=99), "closed", id="closed stays closed"),
        pytest.param(item(NOT_APPLICABLE, due=-9, silent=99), NOT_APPLICABLE, id="not applicable stays so"),
    ],
)
def test_an_item_wears_the_mark_its_dates_earn(one: dict[str, Any], mark: str) -> None:
    assert item_marks(frame(one), TODAY)["mark"].tolist() == [mark]


@pytest.mark.parametrize(
    ("one", "why"),
    [
        pytest.param(item(due=-1), "due 1 day ago", id="late by one day"),
        pytest.param(
            item(due=-20, forecast=5, silent=40),
            "due 20 days ago; forecast 25 days after its due day; no update for 40 days",
            id="every reason is told, the worst first",
        ),
        pytest.param(item(due=0), "due today and not in review", id="due today"),
        pytest.param(item(due=3), "due in 3 days and not in review", id="due soon"),
        pytest.param(item(due=90), "due in 90 days", id="nothing wrong"),
        pytest.param(item(due=None), "no milestone day and no due day given", id="no date at all"),
        pytest.param(item("closed", due=-9), "closed", id="closed"),
    ],
)
def test_the_reason_is_said_in_words(one: dict[str, Any], why: str) -> None:
    assert item_marks(frame(one), TODAY)["why"].tolist() == [why]


def test_stale_is_told_beside_the_mark_and_only_for_open_items() -> None:
    judged = item_marks(frame(item(silent=31), item(silent=30), item("closed", silent=99)), TODAY)
    assert judged["stale"].tolist() == [True, False, False]


def test_days_to_due_count_for_open_items_only() -> None:
    judged = item_marks(frame(item(due=-3), item(due=None), item("closed", due=5)), TODAY)
    assert judged["days_to_due"].tolist() == [-3, pd.NA, pd.NA]


def test_an_area_shows_its_worst_open_gate_item_and_counts_gate_items() -> None:
    rolled = area_rollup(
        frame(item("closed"), item("in review"), item("not started"), item(due=-5, gate=False)), TODAY
    )
    assert rolled.to_dict("records") == [
        {
            "program_id": "P1",
            "jurisdiction": "JP",
            "area": "Clinical",
            "mark": "not started",
            "stale": False,
            "closed": 1,
            "total": 3,
            "open_gate": 2,
            "open_other": 1,
        }
    ]


def test_an_area_with_every_gate_item_closed_is_closed() -> None:
    rolled = area_rollup(frame(item("closed"), item(due=-1, gate=False)), TODAY)
    assert rolled["mark"].tolist() == ["closed"]


def test_an_area_without_gate_items_has_no_mark() -> None:
    rolled = area_rollup(frame(item("in progress", gate=False)), TODAY)
    assert rolled["mark"].isna().tolist() == [True]
    assert rolled["open_other"].tolist() == [1]


def test_an_area_without_applicable_items_has_no_row() -> None:
    assert area_rollup(frame(item(NOT_APPLICABLE)), TODAY).empty
    assert area_rollup(frame(), TODAY).empty


def test_several_programs_in_one_cell_show_the_worst_and_the_sums() -> None:
    other = {**item(due=-1), "program_id": "P2"}
    rolled = rollup_by(frame(item("closed"), other), TODAY, ["area", "jurisdiction"])
    assert rolled[["mark", "closed", "total"]].to_numpy().tolist() == [["late", 1, 2]]


def test_areas_stand_in_domain_order() -> None:
    rolled = area_rollup(frame(*(item(area=area) for area in sorted(AREAS))), TODAY)
    assert rolled["area"].tolist() == list(AREAS)


def test_the_frame_given_is_left_as_it_was() -> None:
    given_frame = frame(item(), item("closed"))
    before = given_frame.copy()
    area_rollup(given_frame, TODAY)
    pd.testing.assert_frame_equal(given_frame, before)


def test_marks_areas_and_jurisdictions_are_those_of_theme_and_contract() -> None:
    contract = contracts()["readiness_items"]
    assert contract.column("area").allowed == AREAS
    assert contract.column("jurisdiction").allowed == JURISDICTIONS
    assert set(contract.column("status").allowed) == set(STATES)
    assert {*MARKS, NOT_APPLICABLE} == {status.value for status in theme.Status} - {"stale"}


OFFSETS = st.integers(-40, 40)
ITEMS = st.builds(
    item,
    st.sampled_from(STATES),
    due=st.none() | OFFSETS,
    forecast=st.none() | OFFSETS,
    silent=st.integers(0, 60),
    gate=st.booleans(),
)


def badness(items: list[dict[str, Any]]) -> int:
    """How bad the one area of the items stands; -1 when it has no mark."""
    marks = area_rollup(frame(*items), TODAY)["mark"].dropna().tolist()
    return MARKS.index(marks[0]) if marks else -1


@settings(max_examples=60, deadline=None)
@given(st.lists(ITEMS, min_size=1, max_size=8), st.data())
def test_closing_an_item_never_makes_its_area_worse(items: list[dict[str, Any]], data: st.DataObject) -> None:
    applicable = [at for at, one in enumerate(items) if one["status"] != NOT_APPLICABLE]
    if not applicable:
        return
    at = data.draw(st.sampled_from(applicable))
    closed = [{**one, "status": "closed"} if here == at else one for here, one in enumerate(items)]
    assert badness(closed) <= badness(items)


@settings(max_examples=60, deadline=None)
@given(st.lists(ITEMS, max_size=8), ITEMS)
def test_adding_an_open_gate_item_never_makes_its_area_better(
    items: list[dict[str, Any]], new: dict[str, Any]
) -> None:
    new = {**new, "gate": True, "status": "in progress" if new["status"] in STATES[3:] else new["status"]}
    assert badness([*items, new]) >= badness(items)


@settings(max_examples=60, deadline=None)
@given(st.lists(ITEMS, min_size=1, max_size=8))
def test_an_area_is_never_greener_than_its_worst_open_gate_item(items: list[dict[str, Any]]) -> None:
    judged = item_marks(frame(*items), TODAY)
    worst = judged.loc[judged["is_open"] & judged["gate"], "mark"].map(MARKS.index).max()
    assert pd.isna(worst) or badness(items) >= worst
