"""The readiness page in the app: one item in full, reached by a link."""

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.app.test_pages import opened, said


def readiness(language: str = "en", **params: str) -> AppTest:
    app = opened("readiness", language)
    for name, value in params.items():
        app.query_params[name] = value
    return app.run()


def cards(app: AppTest) -> list[str]:
    return [element.proto.body for element in app.get("html")]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("CMC section in CTD format", "receiving side", "sending side", "typical lead time 90 days")),
        ("ja", ("CMC資料(CTD第2部・第3部)", "受入側", "移管元", "標準的な所要期間90日")),
    ],
)
def test_a_link_opens_one_item_with_both_sides_its_documents_and_its_source(
    demo_store: object, language: str, words: tuple[str, ...]
) -> None:
    app = readiness(language, program="NCC-01", item="NCC-01-US-REG-06")
    assert not app.exception
    assert app.selectbox(key="filter-item").value == "NCC-01-US-REG-06"
    (item,) = [card for card in cards(app) if "table-readiness-item" in card]
    for word in words:
        assert word in item
    (documents,) = [card for card in cards(app) if "table-readiness-evidence" in card]
    assert documents.count("https://dms.example.org/ncc-01-us-reg-06/") == 2


def test_a_link_to_an_item_is_of_no_use_where_the_filters_let_its_program_not_through(
    demo_store: object,
) -> None:
    app = readiness(program="HUB-04", item="NCC-01-US-REG-06")
    assert not [card for card in cards(app) if "table-readiness-item" in card]
    assert "dms.example.org/ncc-01" not in "".join(cards(app))


def test_an_item_not_let_through_is_said_and_not_shown(demo_store: object) -> None:
    app = readiness(program="NCC-01", item="no-such-item")
    assert not app.exception
    assert not [card for card in cards(app) if "table-readiness-item" in card]
    assert "nothing is shown" in said(app)


def test_what_crosses_areas_and_partners_says_that_it_does_not_follow_their_filters(
    demo_store: object,
) -> None:
    app = readiness(area="Clinical", partner="FORGE")
    assert not app.exception
    aside = {key for key, card in app.session_state["drawn"].items() if card.unheld}
    assert aside == {
        "table-readiness-verdicts",
        "chart-readiness-dependencies",
        "table-readiness-chain",
        "table-readiness-elsewhere",
    }
    heads = [body for body in cards(app) if "fd-head" in body]
    assert sum("not filtered by area or partner" in head for head in heads) == len(aside)


#: Filters that leave some open items of the demo, and what those have in common.
FILTERS = [
    pytest.param({"area": "Quality system"}, {"area": "Quality system"}, id="area"),
    pytest.param({"partner": "FORGE"}, {"owner_partner": "FORGE"}, id="partner"),
    pytest.param({"blocks": "first dose"}, {"blocks": "first dose"}, id="milestone"),
    pytest.param({"since": "2027-06-01"}, {}, id="period"),
]


@pytest.mark.parametrize(("link", "own"), FILTERS)
def test_what_unblocks_most_shows_the_items_of_the_filters_and_counts_those_of_everybody(
    demo_store: object, link: dict[str, str], own: dict[str, str]
) -> None:
    whole = readiness().session_state["drawn"]["table-readiness-unblocks"].data
    app = readiness(**link)
    assert not app.exception
    card = app.session_state["drawn"]["table-readiness-unblocks"]
    left = whole["due_on"] >= link.get("since", "1900-01-01")
    for column, value in own.items():
        left &= whole[column] == value
    assert 0 < left.sum() < len(whole)
    pd.testing.assert_frame_equal(card.data, whole[left].reset_index(drop=True))
    assert not card.unheld
    assert "of every area and partner" in card.how


@pytest.mark.parametrize(("link", "own"), FILTERS)
def test_an_item_in_full_is_one_that_the_filters_let_through(
    demo_store: object, link: dict[str, str], own: dict[str, str]
) -> None:
    app = readiness(program="NCC-02", **link)
    assert not app.exception
    offered = app.selectbox(key="filter-item").options
    shown = app.session_state["drawn"]["table-readiness-item"].data["item_id"].iloc[0]
    left = readiness(program="NCC-02", state="all", **link).session_state["drawn"]
    inside = set(left["table-readiness-checklist"].data["item_id"])
    assert shown in inside
    assert len(offered) == len(inside)
    every = readiness(program="NCC-02", state="all").session_state["drawn"]["table-readiness-checklist"].data
    other = next(one for one in every["item_id"] if one not in inside)
    app = readiness(program="NCC-02", item=other, **link)
    assert not [card for card in cards(app) if "table-readiness-item" in card]
    assert "nothing is shown" in said(app)


def test_an_item_in_full_says_that_those_around_it_are_of_every_area_and_partner(demo_store: object) -> None:
    app = readiness(program="NCC-02", item="NCC-02-JP-VEC-04", area="CMC-Vector", partner="FORGE")
    drawn = app.session_state["drawn"]
    around = drawn["table-readiness-item"]
    assert around.unheld == "not filtered by area or partner"
    assert "NCC-02-JP-ETH-03" in set(around.data["item_id"]), "of another area and partner"
    assert not drawn["table-readiness-evidence"].unheld
