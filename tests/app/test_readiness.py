"""The readiness page in the app: one item in full, reached by a link."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.test_pages import opened, said


def readiness(language: str = "en", **params: str) -> AppTest:
    app = opened("readiness", language)
    for name, value in params.items():
        app.query_params[name] = value
    return app.run()


def cards(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


@pytest.mark.parametrize(("language", "side"), [("en", "receiving side"), ("ja", "受入側")])
def test_a_link_opens_one_item_with_both_sides_and_its_documents(
    demo_store: object, language: str, side: str
) -> None:
    app = readiness(language, program="NCC-01")
    assert not app.exception
    assert side in cards(app)
    item = app.selectbox(key="filter-item").options[-1]
    assert item.startswith("NCC-01")


def test_an_item_not_let_through_is_said_and_not_shown(demo_store: object) -> None:
    app = readiness(program="NCC-01", item="no-such-item")
    assert not app.exception
    assert "table-readiness-item" not in cards(app)
    assert "nothing is shown" in said(app)
