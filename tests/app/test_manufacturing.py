"""The manufacturing page as a link opens it: one lot, one chart, run rules; what it cannot open it says."""

import re
from html import unescape
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.test_pages import address, opened, said

pytestmark = pytest.mark.usefixtures("demo_store")


HREF = re.compile(r'<a href="[^"?]*\?([^"]+)"')


def cards(app: AppTest) -> str:
    """The heads and tables of the page."""
    return "\n".join(str(element.proto.body) for element in app.get("html"))


def linked(**keys: str) -> AppTest:
    app = opened("manufacturing")
    app.query_params["v"] = "1"
    for name, value in keys.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def test_a_link_to_a_vector_lot_opens_every_lot_made_with_it() -> None:
    app = linked(lot="V-0001")
    assert "Every lot made with vector lot V-0001" in cards(app)
    assert "D-0011" in cards(app)
    led = {parse_qs(unescape(query))["lot"][0] for query in HREF.findall(cards(app)) if "lot=" in query}
    assert "D-0011" in led, "each lot made with it opens in its turn"
    assert "Released in specification" not in cards(app)
    assert address(app, "lot") == ["V-0001"]


def test_a_lot_that_does_not_exist_shows_nothing_and_is_said() -> None:
    app = linked(lot="NOPE")
    assert "nothing is shown" in said(app)
    assert "Lots, the newest first" not in cards(app)


def test_a_chart_that_does_not_exist_is_not_replaced_by_another() -> None:
    app = linked(attribute="NOPE")
    assert "has no results among those" in said(app)
    assert "Capability and tolerance" not in cards(app)


def test_run_rules_are_chosen_and_kept_in_the_address() -> None:
    app = linked(attribute="DP_VCN", site="FORGE", rules="17")
    assert app.pills(key="filter-rules").value == ["1", "7"]
    app.pills(key="filter-rules").set_value([]).run()
    assert address(app, "rules") == ["0"]
    assert "No run rule is applied" in cards(app)
    app.pills(key="filter-rules").set_value(["1", "2", "3", "5"]).run()
    assert address(app, "rules") == [""]


def test_run_rules_that_are_not_understood_apply_none_and_are_said() -> None:
    assert "none is applied" in said(linked(rules="19"))
