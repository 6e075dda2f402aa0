"""The comparability page as a link opens it: groups, lots left out, the report; what it cannot open."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.test_manufacturing import cards
from tests.app.test_pages import address, opened, said

pytestmark = pytest.mark.usefixtures("demo_store")


def linked(language: str = "en", **keys: str) -> AppTest:
    app = opened("comparability", language)
    app.query_params["v"] = "1"
    for name, value in keys.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def test_the_page_compares_as_the_transfer_says_and_a_lot_left_out_stands_in_the_link() -> None:
    app = linked(of="NCC-01")
    assert "Verdict on every attribute" in cards(app)
    assert "kpi-comparability-tier-1" in cards(app)
    assert not app.text_input, "what is said seldom is made only when somebody opens its box"
    app.session_state["action-comparability-settings"] = True
    app.run()
    app.selectbox(key="comparability-lot").set_value("D-0203")
    app.text_input(key="comparability-reason").set_value("Incubator failure; repeated")
    app.button(key="action-comparability-leave").click().run()
    assert address(app, "out") == ["D-0203~Incubator failure, repeated"]
    assert "left out: Incubator failure, repeated" in cards(app)


@pytest.mark.parametrize(("language", "title"), [("en", "Comparability report"), ("ja", "同等性評価報告書")])
def test_the_report_tells_selection_method_version_and_day_in_both_languages(
    language: str, title: str
) -> None:
    app = linked(language, of="NCC-01", part="report", test="paired", out="D-0203~QX;NOPE")
    shown = cards(app)
    assert title in shown
    assert "D-0203: QX" in shown
    assert "NOPE" in shown
    assert "v12" in shown
    assert {"en": "3 pairs", "ja": "3組"}[language] in shown
    assert "kpi-comparability-tier-1" not in shown


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        pytest.param({"of": "NOPE"}, "nothing is compared", id="a program"),
        pytest.param({"of": "NCC-01", "first": "NOPE"}, "A group of this link", id="a group"),
        pytest.param({"test": "guess"}, "not understood", id="a test"),
        pytest.param({"out": "D-0203;D-0203"}, "not understood", id="lots left out"),
        pytest.param({"of": "NCC-01", "partner": "FORGE"}, "only one group", id="one site let through"),
    ],
)
def test_what_a_link_names_and_cannot_be_compared_is_said_and_not_replaced(
    keys: dict[str, str], words: str
) -> None:
    app = linked(**keys)
    assert words in said(app)
    assert "Verdict on every attribute" not in cards(app)


def test_an_attribute_without_results_is_not_replaced_by_another() -> None:
    app = linked(of="NCC-01", attribute="VV_TITER")
    assert "no results in these groups" in said(app)
    assert "chart-comparability-lots" not in cards(app)


def test_another_kind_of_comparison_forgets_the_groups_of_the_one_before() -> None:
    app = linked(of="NCC-01", first="CENTRE-CPF", second="FORGE", within="2.0")
    app.segmented_control(key="filter-compare").set_value("versions").run()
    assert [address(app, key) for key in ("compare", "first", "within")] == [["versions"], [""], [""]]
    assert "before: process 2.0 · after: process 2.1" in cards(app)
