"""The plan computed for the screen: chains, loops, contradicted claims, links, folding, days off."""

import itertools
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from firstdose.figures import gantt
from firstdose.figures import timeline as figures
from firstdose.figures import timeline_links as links
from firstdose.rules import calendar
from firstdose.rules import network as nets
from firstdose.rules import timeline as plans
from firstdose.rules import timeline_fold as folding
from firstdose.rules import timeline_network as rules
from firstdose.words import use_language
from tests.unit.test_timeline_slip import TODAY, bar, day, plan

STEP = 1000.0


def named(*tasks: dict[str, Any]) -> pd.DataFrame:
    return plan(*tasks).assign(name=[f"Work {one['task_id']}" for one in tasks], name_ja=None, anchor=None)


def dosing(*tasks: dict[str, Any]) -> pd.DataFrame:
    """A plan whose task ``m`` is the first dose."""
    found = named(*tasks)
    return found.assign(anchor=[None if task != "m" else "first dose" for task in found["task_id"]])


def test_the_chain_that_sets_the_first_dose_is_critical_and_a_shorter_one_is_not() -> None:
    tasks = dosing(bar("long", 0, 30), bar("short", 0, 10), bar("m", 31, 31, "long;short", kind="milestone"))
    assert rules.reckon(tasks, TODAY).critical == {"long", "m"}, "the day after its predecessor follows it"


def test_a_start_two_days_after_its_predecessor_is_held_by_its_own_plan() -> None:
    tasks = dosing(bar("long", 0, 30), bar("m", 32, 32, "long", kind="milestone"))
    assert rules.reckon(tasks, TODAY).critical == {"m"}


def test_a_loop_is_shown_whole_and_nothing_is_computed() -> None:
    found = rules.reckon(dosing(bar("a", 0, 5, "m"), bar("b", 6, 9, "a"), bar("m", 9, 9, "b")), TODAY)
    assert found.loop == {"a", "b", "m"}
    assert "a → b → m → a" in found.trouble
    assert not found.critical
    assert found.contradictions.empty


def test_a_claim_before_the_computed_finish_is_told_in_days_with_what_holds_it() -> None:
    found = rules.reckon(named(bar("a", 0, 30), bar("b", 10, 20, "a")), TODAY).contradictions
    (row,) = found.to_dict("records")
    assert (row["task_id"], row["days"], row["held"]) == ("b", 20, "Work a")
    assert (row["claimed_on"].date(), row["computed_on"].date()) == (day(20), day(40))


@pytest.mark.parametrize("seed", range(8))
def test_what_holds_a_task_is_what_has_no_float_towards_it(seed: int) -> None:
    chance = np.random.default_rng(seed)
    ids = [f"t{at}" for at in range(14)]
    kinds: tuple[nets.Kind, ...] = ("FS", "SS", "FF", "SF")
    linked = [
        nets.Link(ids[before], ids[after], kinds[chance.integers(4)], float(chance.integers(-2, 4)))
        for after in range(1, 14)
        for before in chance.choice(after, size=min(after, 2), replace=False)
    ]
    net = nets.network(ids, linked)
    days = chance.integers(1, 9, size=14).astype(float)
    early = nets.forward(net, days)
    late = nets.backward(net, days, early, 13)
    free = {at for at, room in enumerate(nets.total_float(early, late)) if room <= nets.NO_FLOAT}
    assert nets.holding(net, early, days, 13) == free


# ---------------------------------------------------------------- links


@pytest.mark.parametrize("kind", ["FS", "SS", "FF", "SF"])
@pytest.mark.parametrize("other", [(9_000.0, 60.0), (2_000.0, 60.0), (5_000.0, 12.0)])
def test_a_link_touches_both_ends_and_turns_at_right_angles(kind: str, other: tuple[float, float]) -> None:
    one = (5_000.0, 30.0)
    corners = links.elbow(one, other, kind, STEP)
    assert (corners[0], corners[-1]) == (one, other)
    for (x1, y1), (x2, y2) in itertools.pairwise(corners):
        assert x1 == x2 or y1 == y2
    assert corners[1][0] >= one[0] if kind[0] == "F" else corners[1][0] < one[0]
    assert corners[-2][0] <= other[0] if kind[1] == "S" else corners[-2][0] > other[0]


def drawn(*tasks: dict[str, Any]) -> list[dict[str, Any]]:
    who = {"partner_name": "A", "partner_name_ja": None, "partner_role": "CDMO", "workstream": "Regulatory"}
    frame = named(*tasks).assign(**who, receiver_partner=[one.get("receiver_partner") for one in tasks])
    frame = frame.assign(
        start_on=pd.to_datetime(frame["forecast_start"]), finish_on=pd.to_datetime(frame["forecast_finish"])
    )
    rows = plans.lanes(frame, "partner", TODAY).to_dict("records")
    return [dict(row) | {"y": 24.0 * at} for at, row in enumerate(rows)]


def ends_of(trace: dict[str, Any]) -> list[tuple[float, float]]:
    """First and last x of every line of a trace."""
    found, line = [], []
    for x in trace["x"]:
        if x is None:
            found.append((line[0], line[-1]))
            line = []
        else:
            line.append(x)
    return found


def test_links_leave_and_enter_at_the_ends_their_kind_says() -> None:
    rows = drawn(bar("a", 0, 5), bar("b", 10, 12, "a"), bar("c", 2, 20, "aSS;bFF"))
    others, *_rest = links.links(rows, gantt.moment(TODAY) or 0, 1e9, frozenset(), frozenset())
    a_start, a_end = gantt.moment(day(0)), gantt.after(day(5))
    b_start, b_end = gantt.moment(day(10)), gantt.after(day(12))
    c_start, c_end = gantt.moment(day(2)), gantt.after(day(20))
    assert set(ends_of(others)) == {(a_end, b_start), (a_start, c_start), (b_end, c_end)}


def test_links_are_sorted_into_hand_offs_critical_ones_and_loops() -> None:
    rows = drawn(
        bar("a", 0, 5, receiver_partner="B"), bar("b", 6, 9, "a", partner_id="B"), bar("c", 10, 11, "b")
    )
    moment = gantt.moment(TODAY) or 0
    counts = lambda *sets: [len(ends_of(one)) for one in links.links(rows, moment, 1e9, *sets)]  # noqa: E731
    assert counts(frozenset(), frozenset()) == [1, 1, 0, 0]
    assert counts(frozenset({"b", "c"}), frozenset()) == [0, 1, 1, 0]
    assert counts(frozenset(), frozenset({"a", "b", "c"})) == [0, 0, 0, 2]


# ---------------------------------------------------------------- folding and days off


def judged(*tasks: dict[str, Any]) -> pd.DataFrame:
    streams = [one.pop("workstream", "Clinical") for one in tasks]
    frame = named(*tasks).assign(workstream=streams, receiver_partner=None)
    frame = frame.assign(start_on=frame["forecast_start"], finish_on=frame["forecast_finish"])
    return plans.judged(frame, TODAY)


def test_a_folded_workstream_reaches_from_first_to_last_and_wears_the_worst_mark() -> None:
    found = folding.fold(
        judged(bar("a", -9, -3), bar("b", 2, 30), bar("m", 5, 5, kind="milestone")), "all", "partner"
    )
    assert found["kind"].tolist() == ["milestone", "summary"]
    row = found.iloc[1]
    assert (row["start_on"].date(), row["finish_on"].date(), row["mark"]) == (day(-9), day(30), "late")
    assert (row["name"], row["why"]) == ("Clinical (2)", "0 of 2 done")


def test_one_workstream_can_stay_open() -> None:
    tasks = judged(
        bar("a", 1, 2),
        bar("b", 2, 3),
        bar("c", 1, 2, workstream="Analytical"),
        bar("d", 1, 2, workstream="Analytical"),
    )
    assert folding.fold(tasks, "Clinical", "partner")["kind"].tolist() == ["task", "task", "summary"]
    assert folding.fold(tasks, "none", "partner")["task_id"].tolist() == ["a", "b", "c", "d"]


def test_golden_week_is_one_spell_and_a_closure_joins_it() -> None:
    found = calendar.spells(
        "JP", date(2026, 4, 20), date(2026, 5, 20), [(date(2026, 4, 30), date(2026, 5, 1), "Shut")]
    )
    assert [(one.first, one.last) for one in found] == [(date(2026, 4, 29), date(2026, 5, 6))]
    assert "Shut" in found[0].name


def folded(critical: frozenset[str] = frozenset()) -> tuple[pd.DataFrame, Any]:
    """Two workstreams folded: a then b feed the milestone m, b is handed over; c is done, d waits for c."""
    who = {"partner_name": "A", "partner_name_ja": None, "partner_role": "CDMO", "country": None}
    who |= {"receiver_name": "B", "receiver_name_ja": None, "program_name": "P", "program_name_ja": None}
    tasks = judged(
        bar("a", 1, 5),
        bar("b", 6, 9, "a"),
        bar("c", -9, -5, workstream="Analytical", actual_start=day(-9), actual_finish=day(-5)),
        bar("d", 1, 30, "c;b", workstream="Analytical"),
        bar("m", 10, 10, "b;d", kind="milestone"),
    ).assign(**who, jurisdiction=None)
    dates = [*plans.DATES, "start_on", "finish_on"]
    tasks[dates] = tasks[dates].apply(pd.to_datetime)
    tasks = tasks.assign(finish_on=tasks["actual_finish"].fillna(tasks["finish_on"]))
    owed = tasks["task_id"].isin(["b", "c"])
    tasks = tasks.assign(receiver_partner=["B" if one else None for one in owed])
    rows = plans.lanes(folding.fold(tasks, "all", "partner"), "partner", TODAY)
    members = folding.folded(tasks, "all", "partner")
    return rows, figures.plan(rows, TODAY, critical=critical, folded=members)


def test_a_folded_workstream_with_a_critical_task_is_bold_and_its_chain_is_drawn() -> None:
    rows, figure = folded(frozenset({"b", "m"}))
    bold = [label.startswith("<b>") for label in figure.layout.yaxis.ticktext]
    assert dict(zip(rows["task_id"], bold, strict=True)) == {"a+1": True, "c+1": False, "m": True}
    others, _handoffs, critical, _loops = figure.data[-4:]
    b_end, d_end, m = gantt.after(day(9)), gantt.after(day(30)), gantt.moment(day(10))
    assert ends_of(critical) == [(b_end, m)]
    assert set(ends_of(others)) == {(b_end, gantt.moment(day(1))), (d_end, m)}, "none inside a folded row"
    height = dict(zip(rows["task_id"], figure.layout.yaxis.tickvals, strict=True))
    assert (critical.y[0], critical.y[-2]) == (height["a+1"] + links.BELOW, height["m"] + links.BELOW)


def test_nothing_is_critical_in_a_folded_row_without_a_critical_task() -> None:
    _rows, figure = folded()
    assert not any(label.startswith("<b>") for label in figure.layout.yaxis.ticktext)
    assert not ends_of(figure.data[-2])


def test_a_folded_row_carries_the_hand_offs_that_are_still_owed() -> None:
    rows, figure = folded()
    arrows = figure.data[-5]
    height = dict(zip(rows["task_id"], figure.layout.yaxis.tickvals, strict=True))
    assert list(arrows.x) == [gantt.after(day(9))], "the one that is done is owed no more"
    assert list(arrows.y) == [height["a+1"] + links.BELOW]
    assert "Work b" in arrows.customdata[0]


def test_only_tasks_that_share_a_row_are_told_as_folded() -> None:
    tasks = judged(bar("a", 1, 2), bar("b", 2, 3), bar("c", 1, 2, workstream="Analytical"))
    found = folding.folded(tasks, "all", "partner")
    assert dict(zip(found["task_id"], found["into"], strict=True)) == {"a": "a+1", "b": "a+1"}
    assert set(found["into"]) < set(folding.fold(tasks, "all", "partner")["task_id"])
    assert folding.folded(tasks, "none", "partner").empty
    assert folding.folded(tasks.head(0), "all", "partner").empty


@pytest.mark.parametrize(
    ("code", "country", "named"),
    [
        pytest.param("ja", "JP", "憲法記念日", id="in Japanese"),
        pytest.param("en", "JP", "Constitution Day", id="in English"),
        pytest.param("ja", "GB", "May Day", id="in English where the library has no Japanese"),
        pytest.param("en", "DE", "Labor Day", id="never in a language of the country alone"),
    ],
)
def test_holidays_are_named_in_the_language_of_the_reader(code: str, country: str, named: str) -> None:
    use_language(code)
    found = calendar.spells(country, date(2026, 5, 1), date(2026, 5, 6))
    assert named in found[0].name


def test_an_unknown_country_has_only_its_closures() -> None:
    shut = [(date(2026, 12, 28), date(2026, 12, 29), "Year end")]
    (found,) = calendar.spells("", date(2026, 12, 1), date(2026, 12, 31), shut)
    assert (found.first, found.last) == (date(2026, 12, 26), date(2026, 12, 29)), "with the week-end before"
