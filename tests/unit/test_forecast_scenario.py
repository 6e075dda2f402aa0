"""A what-if lives in a link alone: it is read as it was written, and what cannot be is named."""

from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.errors import PlanError
from firstdose.figures import forecast_whatif as figures
from firstdose.page_keys import PAGE_KEYS
from firstdose.rules import forecast as rules
from firstdose.rules import forecast_scenario as scenarios
from firstdose.rules.forecast_scenario import Change, Scenario
from firstdose.view import Known, View, from_params, to_link
from tests.unit.test_forecast import DAY, ask, risk, world

KNOWN = Known(page_keys=PAGE_KEYS["forecast"])

ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)
numbers = st.integers(0, 36_500).map(lambda tenths: tenths / 10)
three = st.lists(numbers, min_size=3, max_size=3).map(lambda days: tuple(sorted(days)))
on = st.dates(min_value=date(1990, 1, 1), max_value=date(2199, 12, 31))
changes = st.one_of(
    st.builds(lambda of, days: Change("d", of, days), ids, three),
    st.builds(lambda of, day: Change("s", of, on=day), ids, on),
    st.builds(lambda of: Change("x", of), ids),
    st.builds(lambda of, days, a, b: Change("a", of, days, after=a, before=b), ids, three, ids, ids),
    st.builds(lambda of, days, n: Change("r", of, days, n), ids, three, numbers.filter(lambda n: n <= 100)),
    st.builds(lambda of: Change("q", of), ids),
    st.just(Change("e")),
)
several = st.lists(changes, max_size=12, unique_by=lambda change: change.touches)


def made(text: str, *risks: dict[str, Any], days: str = "calendar") -> tuple[rules.Basis, scenarios.Applied]:
    tasks, causes, _milestones = ask(world(*risks))
    applied = scenarios.applied(scenarios.read(text), tasks, causes)
    keeps, starts = applied.scenario.keeps_planned, applied.scenario.starts
    return rules.Basis(applied.tasks, applied.risks, DAY, keep_planned=keeps, starts=starts), applied


def outlook(text: str, *risks: dict[str, Any]) -> pd.DataFrame:
    basis, _applied = made(text, *risks)
    return rules.outlook(basis, ask(world(*risks))[2]).milestones.set_index("task_id")


@settings(deadline=None)
@given(several)
def test_a_scenario_comes_back_from_a_link_as_it_went_in(given_changes: list[Change]) -> None:
    scenario = Scenario(tuple(given_changes))
    link = to_link(View(page="forecast").with_key("what", scenario.written))
    view = from_params(parse_qs(urlsplit(link).query), "forecast", KNOWN)
    assert view.refused == ()
    assert scenarios.read(view.key("what")) == scenario


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_read_or_named_and_never_breaks(text: str) -> None:
    found = scenarios.read(text)
    again = scenarios.read(found.written)
    assert again.changes == found.changes
    assert len(found.changes) + len(found.refused) <= len(text.split())


@pytest.mark.parametrize(
    "text",
    ["<script>", "d~A~1~2~3;drop", "d~A~１~2~3", "x" * 2001, "a\x00b", "d~A~1~2~3\n"],
    ids=["markup", "other signs", "other digits", "too long", "control", "line"],
)
def test_a_link_with_hostile_text_shows_the_plan_as_it_is_and_says_so(text: str) -> None:
    view = from_params({"what": [text]}, "forecast", KNOWN)
    assert view.key("what") == ""
    assert [refused.key for refused in view.refused] == ["what"]


@pytest.mark.parametrize("seed", ["0", "-1", "1e9", "1234567890", "one"])
def test_a_seed_is_a_plain_number(seed: str) -> None:
    view = from_params({"seed": [seed]}, "forecast", KNOWN)
    assert view.key("seed") == ""
    assert view.refused


@pytest.mark.parametrize(
    "part",
    [
        "d~A~5~4~9",
        "d~A~5",
        "s~A~2027-02-30",
        "s~A~1066-10-14",
        "r~R~101~1~2~3",
        "d~A~1~2~9999",
        "z~A",
        "d~~1~2~3",
    ],
)
def test_what_cannot_be_is_left_out_and_named(part: str) -> None:
    found = scenarios.read(part + " x~B")
    assert [change.written for change in found.changes] == ["x~B"]
    assert part in found.refused[0]


def test_the_same_thing_twice_is_refused_and_so_is_one_change_too_many() -> None:
    assert len(scenarios.read("d~A~1~2~3 d~A~4~5~6").refused) == 1
    many = scenarios.read(" ".join(f"x~T{n}" for n in range(40)))
    assert len(many.changes) == scenarios.MOST_CHANGES
    assert "T30" in many.refused[0]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("d~NONE~1~2~3", "NONE"),
        ("q~NONE", "NONE"),
        ("a~NEW~1~2~3~NONE~M", "NONE"),
        ("d~OLD~1~2~3", "OLD"),
        ("x~M", "M"),
        ("a~B~1~2~3~A~M", "B"),
    ],
    ids=["no task", "no risk", "no such end", "done", "a milestone", "there already"],
)
def test_a_change_that_this_plan_cannot_take_is_dropped_and_named(text: str, named: str) -> None:
    _basis, applied = made(text)
    assert applied.scenario.changes == ()
    assert named in applied.scenario.refused[0]


@settings(deadline=None, max_examples=5)
@given(st.integers(1, 999_999_999))
def test_an_empty_scenario_is_the_live_forecast_for_every_seed(seed: int) -> None:
    tasks, causes, milestones = ask(world(risk()))
    live = rules.outlook(rules.Basis(tasks, causes, DAY, seed=seed), milestones)
    applied = scenarios.applied(scenarios.read(""), tasks, causes)
    again = rules.outlook(rules.Basis(applied.tasks, applied.risks, DAY, seed=seed), milestones)
    assert (live.finish == again.finish).all()
    assert (scenarios.effects(live, again)[["p50_days", "p80_days"]] == 0).all().all()


def test_a_change_moves_what_waits_for_it_and_nothing_else() -> None:
    live, longer = outlook(""), outlook("d~A~60~70~90")
    assert (longer["p50"] - live["p50"]).dt.days.to_dict() == {"N": 0, "M": 30}
    assert (outlook("d~A~30~40~60")["p80"] == live["p80"]).all(), "the durations it has already"


def test_a_dropped_task_hands_its_links_on_and_an_added_one_stands_between() -> None:
    _basis, dropped = made("x~A")
    plan = dropped.tasks.set_index("task_id")["predecessors"].to_dict()
    assert plan["M"] == "OLD;B"
    assert "A" not in plan
    assert outlook("x~A").loc["M", "p90"] == pd.Timestamp("2026-06-11")
    _basis, added = made("a~NEW~5~5~5~B~N")
    row = added.tasks.set_index("task_id").loc["NEW"]
    assert (row["partner_id"], row["predecessors"], row["duration_mid_days"]) == ("CTR", "B", 5)
    assert outlook("a~NEW~5~5~5~B~N").loc["N", "p50"] == pd.Timestamp("2026-06-16")


def test_a_start_and_a_risk_can_be_moved_and_a_risk_dropped() -> None:
    assert outlook("s~B~2026-07-01").loc["N", "p50"] == pd.Timestamp("2026-07-11")
    live = outlook("", risk())
    less = outlook("r~R-open~100~10~10~10", risk())
    none = outlook("q~R-open", risk())
    assert (live["p50"] - less["p50"]).dt.days.to_dict() == {"N": 10, "M": 10}
    assert (live["p50"] - none["p50"]).dt.days.to_dict() == {"N": 20, "M": 20}


@pytest.mark.parametrize("text", ["e s~A~2027-03-01", "s~A~2027-03-01 e"])
def test_a_start_the_reader_sets_is_kept_where_nothing_else_waits_for_its_planned_day(text: str) -> None:
    found = outlook(text)
    assert found.loc["M", "p10"] > pd.Timestamp("2027-03-01")
    assert found.loc["N", "p50"] == pd.Timestamp("2026-06-11")


def test_a_new_link_that_makes_a_loop_is_said_with_its_tasks() -> None:
    with pytest.raises(PlanError, match="M"):
        outlook("a~NEW~1~1~1~M~A")


def test_rows_for_the_data_desk_are_those_that_changed_whole() -> None:
    tasks, _risks, _milestones = ask(world())
    _basis, applied = made("d~A~60~70~90 a~NEW~5~5~5~B~N")
    changed = scenarios.changed_rows(tasks, applied.tasks, "task_id")
    assert changed["task_id"].tolist() == ["A", "N", "NEW"]
    assert changed.loc[0, "name"] == "A"


def test_the_form_refuses_durations_that_fall() -> None:
    with pytest.raises(PlanError, match="shortest"):
        scenarios.check(Change("d", "A", (5.0, 4.0, 9.0)))


def test_before_and_after_stand_side_by_side_with_a_word_for_the_direction() -> None:
    tasks, causes, milestones = ask(world())
    live = rules.outlook(rules.Basis(tasks, causes, DAY), milestones)
    longer = rules.outlook(made("d~A~60~70~90")[0], milestones)
    compared = scenarios.effects(live, longer)
    assert compared["task_id"].tolist() == ["M", "N"]
    shown = figures.effect_rows(compared)
    assert shown["moved_80"].tolist() == ["▲ 30 d later", "no change"]
    assert compared.loc[0, "chance_after"] == 0
