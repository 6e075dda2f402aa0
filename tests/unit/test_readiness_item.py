"""One item in full: what it waits for, what waits for it, on which side."""

from pathlib import Path

import pandas as pd
import pytest

from firstdose.lake import Lake
from firstdose.queries import readiness as queries
from firstdose.rules.readiness_item import around, side
from firstdose.view import View

LINKS = (("B", "A"), ("C", "B"), ("D", "C"))


@pytest.fixture
def items() -> pd.DataFrame:
    rows = [(f"{p}-{w}-{c}", p, w, c) for p in ("P1", "P2") for w in ("JP", "US") for c in "ABCD"]
    found = pd.DataFrame(rows, columns=["item_id", "program_id", "jurisdiction", "requirement_code"])
    return found.assign(status="not started", lead_days=20)


def test_an_item_is_shown_with_its_direct_neighbours_of_the_same_program_and_place(
    items: pd.DataFrame,
) -> None:
    found = around(items, "P1-JP-B", LINKS)
    assert list(zip(found["relation"], found["item_id"], strict=True)) == [
        ("this", "P1-JP-B"),
        ("before", "P1-JP-A"),
        ("after", "P1-JP-C"),
    ]


def test_a_neighbour_that_does_not_apply_is_passed_there_only(items: pd.DataFrame) -> None:
    items.loc[items["item_id"] == "P1-JP-B", "status"] = "not applicable"
    found = around(items, "P1-JP-C", LINKS)
    assert found["item_id"].tolist() == ["P1-JP-C", "P1-JP-A", "P1-JP-D"]
    assert around(items, "P1-US-C", LINKS)["item_id"].tolist() == ["P1-US-C", "P1-US-B", "P1-US-D"]


def test_an_unknown_item_shows_nothing(items: pd.DataFrame) -> None:
    assert around(items, "P1-JP-Z", LINKS).empty


def test_an_item_without_a_code_stands_alone(items: pd.DataFrame) -> None:
    items.loc[0, "requirement_code"] = None
    assert list(around(items, items.loc[0, "item_id"], LINKS)["relation"]) == ["this"]


@pytest.mark.parametrize(
    ("kind", "said"),
    [("academic centre", "sending side"), ("CDMO", "receiving side"), ("regulator", "third party")],
)
def test_a_kind_of_partner_stands_on_a_side(kind: str, said: str) -> None:
    assert side(kind) == said


def test_documents_of_a_program_not_let_through_are_not_told(demo_lake: Path) -> None:
    session = Lake.open(demo_lake).session()
    rows = session.cursor().execute("select item_id, program_id from evidence limit 1").fetchall()
    item, program = rows[0]
    assert len(queries.evidence(session, View("readiness", program=(program,)), item))
    assert queries.evidence(session, View("readiness", program=("another",)), item).empty
    assert queries.evidence(session, View("readiness", program=()), item).empty
