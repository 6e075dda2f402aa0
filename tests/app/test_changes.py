"""The changes page compares with what its reader chooses, and says when that cannot be."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.test_pages import address, opened, said

pytestmark = pytest.mark.usefixtures("demo_store")


def changes(language: str = "en", **params: str) -> AppTest:
    app = opened("changes", language)  # the menu first: its page keys are known from the second run on
    for name, value in params.items():
        app.query_params[name] = value
    return app.run()


def tables(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def compared(app: AppTest) -> list[str]:
    """The versions compared, as the cards say them."""
    return sorted(set(re.findall(r"v\d+ → v\d+", tables(app))))


def test_the_version_before_is_compared_with_unless_said_otherwise() -> None:
    app = changes()
    assert not app.exception
    assert compared(app) == ["v11 → v12"]
    assert "Gate item closed" in tables(app)
    assert address(app, "compare") == ["version"]


def test_a_link_with_a_base_shows_what_changed_since_that_version() -> None:
    assert compared(changes(base="5", version="8")) == ["v5 → v8"]


def test_a_first_visit_is_said_and_falls_back_to_the_version_before() -> None:
    app = changes(compare="visit")
    assert compared(app) == ["v11 → v12"]
    assert "No earlier visit" in said(app)


def test_the_last_visit_is_compared_with_where_it_is_known() -> None:
    app = opened("changes")
    app.session_state["seen"] = 7
    app.query_params["compare"] = "visit"
    app.run()
    assert compared(app) == ["v7 → v12"]
    assert "saw version 7" in said(app)
    app.session_state["seen"] = 12
    app.run()
    assert compared(app) == ["v11 → v12"]
    assert "Nothing was published since your last visit" in said(app)


def test_a_tab_left_open_counts_as_a_visit_once_something_newer_came() -> None:
    app = opened("changes")
    app.session_state["opened"] = 9
    app.query_params["compare"] = "visit"
    app.run()
    assert compared(app) == ["v9 → v12"]


def test_named_versions_alone_are_offered_and_the_newest_before_is_taken() -> None:
    app = changes(compare="named")
    assert compared(app) == ["v11 → v12"]
    offered = app.selectbox(key="filter-compared")
    assert all("Steering" in name or "Kick-off" in name for name in offered.options)
    offered.set_value(5).run()
    assert compared(app) == ["v5 → v12"]
    assert address(app, "base") == ["5"]


@pytest.mark.parametrize(
    ("day", "versions", "words"),
    [
        pytest.param("2026-07-24", ["v8 → v12"], "was version 8", id="the day it was published"),
        pytest.param("2026-07-23", ["v7 → v12"], "was version 7", id="the day before"),
        pytest.param("2026-11-20", [], "nothing was published since", id="the version shown"),
        pytest.param("2001-01-01", [], "No version was published on or before", id="before all"),
        pytest.param("yesterday", [], "not a date", id="no date"),
    ],
)
def test_a_day_means_the_newest_version_published_on_or_before_it(
    day: str, versions: list[str], words: str
) -> None:
    app = changes(compare="date", on=day)
    assert not app.exception
    assert compared(app) == versions
    assert words in said(app).replace("\\", "")


def test_the_first_version_has_nothing_to_compare_with() -> None:
    app = changes(version="1")
    assert not app.exception
    assert "No rows" in tables(app)


def test_a_filter_leaves_out_the_lines_of_other_programs() -> None:
    drawn = tables(changes(program="NCC-03"))
    assert "NCC-03" in drawn
    assert "NCC-01 ·" not in drawn.replace("NCC-01 · NCC-03", "")


def test_all_changes_since_the_first_version_stay_usable() -> None:
    app = changes(base="1")
    drawn = tables(app)
    assert not app.exception
    assert drawn.count("<tr>") < 400
    assert any("Show all" in button.label for button in app.button)
