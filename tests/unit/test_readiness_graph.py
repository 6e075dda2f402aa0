"""Open items as a graph: layers, the longest chain, closed ones folded, sixty at places of their own."""

import os
import subprocess
import sys

import pandas as pd

from firstdose.figures.readiness_graph import dependencies
from firstdose.rules.readiness_graph import Graph, graph, longest_pair
from firstdose.rules.readiness_verdict import verdicts
from tests.unit.test_readiness_verdict import LINKS, TODAY, frame, item


def drawn(*items: dict[str, object]) -> Graph:
    rows = frame(*items).assign(title="<b>t</b>", title_ja=None)
    return graph(rows, ("P1", "JP"), TODAY, LINKS)


def test_layers_follow_the_links_and_the_longest_chain_comes_first() -> None:
    found = drawn(item("A"), item("B"), item("C"), item("D", lead=5), item("E"))
    assert found.nodes["code"].tolist() == ["A", "B", "C", "D", "E"]
    assert found.nodes.set_index("code")["layer"].to_dict() == {"A": 0, "B": 1, "C": 2, "D": 0, "E": 0}
    assert found.nodes.set_index("code")["on_chain"].to_dict() == {
        "A": True, "B": True, "C": True, "D": False, "E": False,
    }  # fmt: skip
    assert found.nodes.set_index("code")["waits_for"]["C"] == "D, B"
    assert found.edges["on_chain"].tolist().count(True) == 2


def test_every_process_draws_the_same_picture() -> None:
    """Else two machines behind one balancer send two pictures of one view."""
    told = [
        "from firstdose.rules.readiness_network import network",
        "from tests.unit.test_readiness_verdict import frame, item",
        "items = frame(*(item(code) for code in 'ABCDEFGH'))",
        "print(network(items, [(code, other) for code in 'AB' for other in 'CDEFGH']).members)",
    ]
    seen = {
        subprocess.run(
            [sys.executable, "-c", "\n".join(told)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(seen) == 1


def test_settled_items_are_folded_and_counted() -> None:
    found = drawn(item("A", "closed"), item("B"), item("C", "not applicable"))
    assert (found.nodes["code"].tolist(), found.closed, len(found.edges)) == (["B"], 2, 0)


def test_what_does_not_apply_is_passed_in_the_picture() -> None:
    found = drawn(item("A"), item("B", "not applicable"), item("C"))
    assert found.edges.to_numpy().tolist() == [["P1-A", "P1-C", True]]
    assert found.nodes.set_index("code")["waits_for"]["C"] == "A"


def test_sixty_items_stand_at_places_of_their_own_and_their_titles_are_inert() -> None:
    found = drawn(*(item(f"X{at}") for at in range(56)), item("A"), item("B"), item("C"), item("D"))
    assert not found.nodes.duplicated(["layer", "slot"]).any()
    figure = dependencies(found)
    assert len(figure.data[2].x) == 60
    assert all("<b>t</b>" not in told for told in figure.data[2].customdata)


def test_without_open_items_the_picture_says_so() -> None:
    assert longest_pair(verdicts(frame(item("A", "closed")), TODAY, LINKS)) is None
    assert len(dependencies(None).layout.annotations) == 1
    assert pd.isna(drawn(item("A", "closed")).nodes["code"]).sum() == 0
