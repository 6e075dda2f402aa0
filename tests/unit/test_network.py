"""The network engine, against networkx, against its own definition, and against plans made at random."""

import time
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.errors import PlanError
from firstdose.rules import network as rules
from firstdose.rules.network import Kind, Link


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[str], list[Link], np.ndarray]:
    """Up to nine tasks; links point from earlier to later names, so there is never a loop."""
    count = draw(st.integers(1, 9))
    ids = [f"T{at}" for at in range(count)]
    links = []
    for after in range(count):
        for before in draw(st.sets(st.integers(0, max(after - 1, 0)), max_size=3)) if after else ():
            kind: Kind = draw(st.sampled_from(("FS", "SS", "FF", "SF")))
            links.append(Link(ids[before], ids[after], kind, draw(st.integers(-5, 10))))
    days = np.array(draw(st.lists(st.integers(0, 30), min_size=count, max_size=count)), dtype=float)
    return ids, links, days


@settings(deadline=None)
@given(plans())
def test_every_link_is_kept_and_every_start_is_held_by_something(
    plan: tuple[list[str], list[Link], np.ndarray],
) -> None:
    ids, links, days = plan
    early = rules.forward(rules.network(ids, links), days)
    starts, finishes = early.start == 0, early.finish == early.start + days
    for link in links:
        before, after = ids.index(link.before), ids.index(link.after)
        own = (early.finish if link.kind[0] == "F" else early.start)[before] + link.lag
        held = (early.finish if link.kind[1] == "F" else early.start)[after]
        assert held >= own
        (finishes if link.kind[1] == "F" else starts)[after] |= held == own
    assert starts.all()
    assert finishes.all()


@settings(deadline=None)
@given(plans(), st.data())
def test_a_longer_task_never_makes_anything_finish_earlier(
    plan: tuple[list[str], list[Link], np.ndarray], data: st.DataObject
) -> None:
    ids, links, days = plan
    net = rules.network(ids, links)
    longer = days.copy()
    longer[data.draw(st.integers(0, len(ids) - 1))] += data.draw(st.integers(0, 20))
    assert (rules.forward(net, longer).finish >= rules.forward(net, days).finish).all()


@settings(deadline=None)
@given(plans(), st.data())
def test_removing_a_link_never_makes_anything_later(
    plan: tuple[list[str], list[Link], np.ndarray], data: st.DataObject
) -> None:
    ids, links, days = plan
    if not links:
        return
    gone = data.draw(st.integers(0, len(links) - 1))
    fewer = links[:gone] + links[gone + 1 :]
    with_it = rules.forward(rules.network(ids, links), days)
    without = rules.forward(rules.network(ids, fewer), days)
    assert (without.finish <= with_it.finish).all()


@settings(deadline=None)
@given(plans())
def test_latest_days_leave_the_end_where_it_is(plan: tuple[list[str], list[Link], np.ndarray]) -> None:
    ids, links, days = plan
    net = rules.network(ids, links)
    early = rules.forward(net, days)
    late = rules.backward(net, days, early)
    assert (late.start >= early.start - 1e-9).all()
    again = rules.forward(net, days, late.start)
    assert again.finish.max() == pytest.approx(early.finish.max())
    assert again.start == pytest.approx(late.start)


@settings(deadline=None)
@given(plans())
def test_the_end_is_the_longest_path_that_networkx_finds(
    plan: tuple[list[str], list[Link], np.ndarray],
) -> None:
    ids, links, days = plan
    links = [Link(link.before, link.after) for link in links]
    graph = nx.DiGraph()
    graph.add_nodes_from([*ids, "end"])
    graph.add_edges_from((link.before, link.after, {"days": days[ids.index(link.before)]}) for link in links)
    graph.add_edges_from((task, "end", {"days": days[at]}) for at, task in enumerate(ids))
    wanted = nx.dag_longest_path_length(graph, weight="days")
    net = rules.network(ids, links)
    early = rules.forward(net, days)
    assert early.finish.max() == wanted
    late = rules.backward(net, days, early)
    slack = rules.total_float(early, late)
    paths = rules.critical_paths(net, days, early, late)
    for path in paths:
        assert sum(days[ids.index(task)] for task in path) == wanted
        assert all(graph.has_edge(*pair) for pair in pairwise(path))
    assert {task for path in paths for task in path} == {ids[at] for at in np.flatnonzero(slack < 1e-9)}


@settings(deadline=None)
@given(plans(), st.integers(1, 4))
def test_many_runs_at_once_are_each_run_alone(
    plan: tuple[list[str], list[Link], np.ndarray], runs: int
) -> None:
    ids, links, days = plan
    net = rules.network(ids, links)
    many = np.stack([days + run for run in range(runs)])
    early = rules.forward(net, many)
    late = rules.backward(net, many, early, target=len(ids) - 1)
    for run in range(runs):
        alone = rules.forward(net, many[run])
        assert (early.finish[run] == alone.finish).all()
        assert (late.start[run] == rules.backward(net, many[run], alone, target=len(ids) - 1).start).all()


def test_a_loop_is_shown_whole_and_in_order() -> None:
    links = [Link("A", "B"), Link("B", "C"), Link("C", "D"), Link("D", "B"), Link("D", "E")]
    with pytest.raises(PlanError, match="B → C → D → B") as caught:
        rules.network(["A", "B", "C", "D", "E"], links)
    assert set(caught.value.tasks) == {"B", "C", "D"}


def test_a_task_that_waits_for_itself_is_a_loop() -> None:
    with pytest.raises(PlanError, match="A → A"):
        rules.network(["A"], [Link("A", "A")])


def test_an_unknown_predecessor_is_named_with_the_task_that_waits() -> None:
    with pytest.raises(PlanError, match="Task B waits for X, which is not in the plan"):
        rules.network(["A", "B"], [Link("X", "B")])


@pytest.mark.parametrize(
    ("kind", "start", "finish"),
    [
        pytest.param("FS", 12, 16, id="starts after the finish"),
        pytest.param("SS", 2, 6, id="starts after the start"),
        pytest.param("FF", 0, 12, id="finishes after the finish, stretched"),
        pytest.param("SF", 0, 4, id="finishes after the start, met by itself"),
    ],
)
def test_each_kind_of_link_with_a_lag_of_two_days(kind: Kind, start: float, finish: float) -> None:
    net = rules.network(["A", "B"], [Link("A", "B", kind, 2)])
    early = rules.forward(net, np.array([10.0, 4.0]))
    assert (early.start[1], early.finish[1]) == (start, finish)


def test_free_float_is_the_room_before_the_next_task_and_total_float_before_the_end() -> None:
    net = rules.network(
        ["A", "B", "C", "D"], [Link("A", "C"), Link("B", "C"), Link("C", "D"), Link("A", "D")]
    )
    days = np.array([2.0, 6.0, 3.0, 1.0])
    early = rules.forward(net, days)
    assert rules.free_float(net, early, 10.0).tolist() == [4, 0, 0, 0]
    assert (rules.backward(net, days, early).start - early.start).tolist() == [4, 0, 0, 0]
    assert rules.drivers(net, early, days) == (None, None, 1, 2)


def test_three_thousand_tasks_take_less_than_a_second() -> None:
    ids = [f"T{at}" for at in range(3000)]
    links = [Link(ids[at - step], ids[at]) for at in range(3000) for step in (1, 7, 50) if at >= step]
    days = np.ones(3000)
    begun = time.perf_counter()
    net = rules.network(ids, links)
    early = rules.forward(net, days)
    late = rules.backward(net, days, early)
    paths = rules.critical_paths(net, days, early, late)
    assert time.perf_counter() - begun < 1
    assert early.finish.max() == 3000
    assert len(paths) == 1
    assert (rules.total_float(early, late) == 0).all()
