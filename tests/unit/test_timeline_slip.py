"""What moved between two states of the plan, since when, and how a shift is split into parts that sum up."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.rules import network as nets
from firstdose.rules import schedule
from firstdose.rules import timeline_parts as parts
from firstdose.rules import timeline_slip as slip

BEFORE, TODAY = date(2026, 10, 9), date(2026, 11, 20)
COLUMNS = (
    *("task_id", "program_id", "partner_id", "kind", "predecessors", "percent_complete"),
    *(
        "baseline_start",
        "baseline_finish",
        "forecast_start",
        "forecast_finish",
        "actual_start",
        "actual_finish",
    ),
    *("duration_low_days", "duration_mid_days", "duration_high_days"),
)


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def plan(*tasks: dict[str, Any]) -> pd.DataFrame:
    known = {"program_id": "P", "partner_id": "A", "kind": "task"}
    return pd.DataFrame([known | task for task in tasks], columns=list(COLUMNS))


def bar(task_id: str, start: int, finish: int, after: str = "", **more: Any) -> dict[str, Any]:
    """A task forecast from one day to another (from the report day), as long as its bar."""
    return {
        "task_id": task_id,
        "forecast_start": day(start),
        "forecast_finish": day(finish),
        "predecessors": after or None,
        **more,
    }


def moved(shown: pd.DataFrame, base: pd.DataFrame) -> pd.DataFrame:
    return slip.slips(slip.on_best_days(shown), slip.on_best_days(base))


def test_what_stands_where_it_stood_is_not_told() -> None:
    assert moved(plan(bar("a", 0, 5)), plan(bar("a", 0, 5))).empty


def test_a_slip_is_told_at_both_ends_the_largest_first() -> None:
    was = plan(bar("a", 0, 5), bar("b", 0, 5), bar("c", 1, 2))
    found = moved(plan(bar("a", 3, 6), bar("b", 0, -15), bar("c", 1, 2)), was)
    assert found[["task_id", "start_days", "finish_days"]].to_numpy().tolist() == [["b", 0, -20], ["a", 3, 1]]


def test_a_task_only_on_one_side_is_new_or_removed_and_has_no_days() -> None:
    found = moved(plan(bar("new", 0, 5)), plan(bar("gone", 1, 4))).set_index("task_id")
    assert found["change"].to_dict() == {"new": "new", "gone": "removed"}
    assert found["finish_days"].isna().all()
    assert found.loc["gone", "was_finish"] == pd.Timestamp(day(4))


def test_the_actual_day_counts_before_the_forecast() -> None:
    found = moved(plan(bar("a", 0, 5, actual_finish=day(-1))), plan(bar("a", 0, 5)))
    assert found["finish_days"].tolist() == [-6]


def test_the_baseline_is_a_state_of_its_own_and_leaves_out_what_was_never_agreed() -> None:
    shown = plan(bar("a", 0, 9, baseline_start=day(0), baseline_finish=day(5)), bar("b", 0, 9))
    base = slip.on_baseline(shown)
    assert base["task_id"].tolist() == ["a"]
    assert slip.slips(slip.on_best_days(shown), base).set_index("task_id")["finish_days"]["a"] == 4


def history(*finishes: int | None) -> pd.DataFrame:
    """Versions 1, 2, … with the finish of task a in each; none where it is not in the plan."""
    states = [
        slip.on_best_days(plan(bar("other", 0, 1), *([] if at is None else [bar("a", 0, at)]))).assign(
            version=number, as_of=day(number)
        )
        for number, at in enumerate(finishes, start=1)
    ]
    return pd.concat(states, ignore_index=True)


@pytest.mark.parametrize(
    ("finishes", "since", "moves"),
    [
        pytest.param((5, 5, 9, 9), 3, 1, id="since the version that moved it"),
        pytest.param((5, 9, 5, 12), 4, 3, id="a way back does not count"),
        pytest.param((5, 7, 9), 2, 2, id="moved again: since it left"),
        pytest.param((6, 7, 8), 1, 2, id="never stood there: since the first known"),
    ],
)
def test_a_slip_is_dated_by_the_version_since_which_it_lasts(
    finishes: tuple[int, ...], since: int, moves: int
) -> None:
    found = slip.since(moved(plan(bar("a", 0, finishes[-1])), plan(bar("a", 0, 5))), history(*finishes))
    assert (found["since_version"].tolist(), found["moves"].tolist()) == ([since], [moves])
    assert found["since_on"].tolist() == [pd.Timestamp(day(since))]


def test_new_and_removed_tasks_are_dated_too() -> None:
    new = slip.since(moved(plan(bar("a", 0, 5)), plan(bar("x", 0, 1))), history(None, None, 5))
    assert new.set_index("task_id")["since_version"]["a"] == 3
    gone = slip.since(moved(plan(bar("x", 0, 1)), plan(bar("a", 0, 5))), history(5, 5, None))
    assert gone.set_index("task_id")["since_version"]["a"] == 3


def test_ghosts_stand_where_the_base_has_the_task() -> None:
    rows = slip.with_ghost(plan(bar("a", 0, 9), bar("b", 0, 1)), slip.on_best_days(plan(bar("a", 0, 5))))
    assert rows["ghost_finish"].tolist()[0] == pd.Timestamp(day(5))
    assert pd.isna(rows["ghost_finish"].tolist()[1])


def test_only_rows_whose_bar_or_ghost_touches_the_days_shown_are_drawn() -> None:
    there = slip.on_best_days(plan(bar("ghost", 1, 2), bar("neither", 20, 30)))
    rows = slip.on_best_days(plan(bar("ghost", 40, 50), bar("neither", 40, 50), bar("bar", 0, 3)))
    kept = slip.seen(slip.with_ghost(rows, there), day(0), day(10), TODAY)
    assert kept["task_id"].tolist() == ["ghost", "bar"]


def test_begun_work_that_is_overdue_touches_the_days_up_to_the_report_day() -> None:
    begun = {"actual_start": day(-90)}
    rows = slip.on_best_days(
        plan(
            bar("begun", -90, -40, **begun),
            bar("waiting", -90, -40),
            bar("done", -90, -40, **begun, actual_finish=day(-40)),
            bar("point", -40, -40, **begun, kind="decision"),
        )
    )
    shown = slip.with_ghost(rows, slip.on_best_days(plan(bar("new", 0, 1))))
    assert slip.seen(shown, day(-28), day(63), TODAY)["task_id"].tolist() == ["begun"]
    assert slip.seen(shown, day(1), day(63), TODAY).empty


def test_a_task_without_any_day_touches_none() -> None:
    rows = slip.with_ghost(slip.on_best_days(plan({"task_id": "a"})), slip.on_best_days(plan(bar("b", 0, 1))))
    assert slip.seen(rows, None, day(9), TODAY).empty
    assert slip.seen(rows, day(9), None, TODAY).empty
    assert slip.seen(rows, date.max, date.min, TODAY).empty, "a refused window"
    assert len(slip.seen(rows, None, None, TODAY)) == 1


# ---------------------------------------------------------------- split of a shift


def splitting(shown: pd.DataFrame, base: pd.DataFrame, milestone: str) -> parts.Split:
    found = parts.split(milestone, parts.state(shown, TODAY), parts.state(base, BEFORE))
    assert found is not None
    return found


def days_of(found: parts.Split) -> dict[str, int]:
    return dict(zip(found.parts["task_id"], found.parts["days"], strict=True))


def chain(first: int, second: int) -> pd.DataFrame:
    """a, then b, then the milestone, begun one after the other on the day after."""
    return plan(
        bar("a", 10, 10 + first),
        bar("b", 11 + first, 11 + first + second, "a"),
        bar("m", 12 + first + second, 12 + first + second, "b", kind="milestone"),
    )


def test_a_longer_task_carries_the_whole_shift_and_what_follows_none() -> None:
    found = splitting(chain(25, 10), chain(20, 10), "m")
    assert days_of(found) == {"a": 5}
    assert found.parts["why"].tolist() == ["5 days longer"]


def test_two_causes_each_carry_their_own() -> None:
    assert days_of(splitting(chain(25, 13), chain(20, 10), "m")) == {"a": 5, "b": 3}


def test_what_one_loses_another_may_win_back() -> None:
    found = splitting(chain(25, 7), chain(20, 10), "m")
    assert days_of(found) == {"a": 5, "b": -3}
    assert found.network_days == 2


def test_a_new_link_is_charged_to_the_task_that_now_waits() -> None:
    was = plan(bar("a", 0, 30), bar("b", 0, 10), bar("m", 11, 11, "b", kind="milestone"))
    now = plan(bar("a", 0, 30), bar("b", 0, 10), bar("m", 11, 11, "a;b", kind="milestone"))
    found = splitting(now, was, "m")
    assert days_of(found) == {"m": 19}
    assert found.parts["why"].tolist() == ["waits for more"]


def test_the_residual_is_what_the_typed_day_moved_beyond_the_network() -> None:
    found = parts.split(
        "m", parts.state(chain(25, 10), TODAY), parts.state(chain(20, 10), BEFORE), (day(42), day(50))
    )
    assert found is not None
    assert (found.whole_days, found.network_days, found.residual_days) == (8, 5, 3)


def test_a_milestone_of_one_state_only_has_no_shift() -> None:
    assert (
        parts.split("m", parts.state(chain(1, 1), TODAY), parts.state(plan(bar("a", 0, 1)), BEFORE)) is None
    )


def test_the_baseline_splits_like_any_state() -> None:
    agreed = {"baseline_start": day(0), "baseline_finish": day(20)}
    shown = plan(
        bar("a", 0, 26, **agreed),
        bar("m", 27, 27, "a", kind="milestone", baseline_start=day(21), baseline_finish=day(21)),
    )
    found = parts.split("m", parts.state(shown, TODAY), parts.baseline_state(shown, TODAY))
    assert found is not None
    assert days_of(found) == {"a": 6}


def test_parts_are_summed_by_partner_and_decisions_stand_apart() -> None:
    tasks = plan(bar("a", 0, 1), bar("b", 0, 1, partner_id="B"), bar("d", 0, 1, kind="decision"))
    rows = pd.DataFrame({"task_id": ["a", "b", "d"], "days": [2, 9, -4], "why": ""})
    found = parts.grouped(rows, tasks)
    assert found[["who", "days"]].to_numpy().tolist() == [["B", 9], ["decision", -4], ["A", 2]]


KINDS = ("FS", "SS", "FF", "SF")


@st.composite
def states(draw: st.DrawFn, size: int = 9) -> pd.DataFrame:
    """A random plan whose tasks wait for earlier ones of a random order, so never in a loop."""
    order = draw(st.permutations(range(size)))
    kept = [at for at in order if at == size - 1 or draw(st.integers(0, 9))]
    rows = []
    for place, at in enumerate(kept):
        before = draw(st.lists(st.sampled_from(kept[:place]), max_size=3, unique=True)) if place else []
        text = ";".join(
            f"t{one}{draw(st.sampled_from(KINDS))}{draw(st.integers(-5, 9)):+d}d" for one in before
        )
        start = draw(st.integers(-60, 90))
        long = draw(st.integers(0, 40))
        more: dict[str, Any] = {}
        if start < 0 and draw(st.booleans()):
            more["actual_start"] = day(start)
            more["percent_complete"] = draw(st.integers(0, 100))
            if start + long <= 0 and draw(st.booleans()):
                more["actual_finish"] = day(start + long)
        rows.append(bar(f"t{at}", start, start + long, text, **more))
    return plan(*rows)


@settings(max_examples=60, deadline=None)
@given(states(), states())
def test_parts_of_random_networks_sum_to_the_whole(base: pd.DataFrame, shown: pd.DataFrame) -> None:
    found = splitting(shown, base, "t8")
    ends = [computed(one, on) for one, on in ((base, BEFORE), (shown, TODAY))]
    assert found.network_days == found.parts["days"].sum() == ends[1] - ends[0]
    assert [(found.before - date(1970, 1, 1)).days, (found.after - date(1970, 1, 1)).days] == ends


def computed(tasks: pd.DataFrame, on: date) -> int:
    """The day of the milestone by the schedule itself."""
    found = schedule.plan(tasks, on)
    early = nets.forward(found.net, found.mid, found.earliest)
    return int(np.floor(early.finish[found.net.at("t8")] + nets.CLOSE))
