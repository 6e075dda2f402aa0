"""The timeline page in its sections: it opens, compares with what the link says, and splits a shift."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.test_pages import address, opened

pytestmark = pytest.mark.usefixtures("demo_store")


def timeline(language: str = "en", **params: Any) -> AppTest:
    """The timeline page of a link."""
    app = opened("timeline", language)
    for name, value in params.items():
        app.query_params[name] = value
    return app.run()


def shown(app: AppTest) -> str:
    """Every card of the page as HTML."""
    return "\n".join(element.proto.body for element in app.get("html"))


def test_what_moved_is_told_and_split_against_a_version() -> None:
    app = timeline(section="slip", against="version", base="9")
    assert not app.exception
    assert app.selectbox(key="filter-of").value == "NCC-01-K03", "the first dose that moved most"
    assert app.selectbox(key="filter-compared").value == 9
    assert "+9 days against data version 9" in shown(app)
    assert address(app, "against") == ["version"]


def test_a_link_to_one_card_opens_the_section_it_stands_in() -> None:
    app = timeline("ja", chart="table-timeline-handoffs")
    assert not app.exception
    assert "st-key-table-timeline-handoffs" in shown(app)
    assert "st-key-table-timeline-slip" not in shown(app)


def test_a_milestone_that_the_filters_hide_is_not_split() -> None:
    app = timeline(section="slip", program="NCC-02", of="NCC-01-K03")
    assert not app.exception
    assert app.selectbox(key="filter-of").value is None
    assert "Why it moved" not in shown(app)
    assert "st-key-table-timeline-slip" in shown(app)
