"""The readiness page in the app: one item in full, reached by a link."""

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
        "table-readiness-unblocks",
        "chart-readiness-dependencies",
        "table-readiness-chain",
        "table-readiness-elsewhere",
    }
    heads = [body for body in cards(app) if "fd-head" in body]
    assert sum("not filtered by area or partner" in head for head in heads) == len(aside)
