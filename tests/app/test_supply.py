"""The supply page in its sections: what a link asks for opens, and what it cannot open is said."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.test_pages import address, opened, said

pytestmark = pytest.mark.usefixtures("demo_store")


def supply(language: str = "en", **params: Any) -> AppTest:
    """The supply page of a link."""
    app = opened("supply", language)
    for name, value in params.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def shown(app: AppTest) -> str:
    """Every card of the page as HTML."""
    return "\n".join(element.proto.body for element in app.get("html"))


def test_every_section_opens_in_japanese_and_draws_no_other() -> None:
    app = supply("ja")
    first = {"slots": "table-supply-slots", "demand": "table-supply-limits", "queue": "table-supply-queue"}
    first |= {
        "materials": "table-supply-stock",
        "identity": "table-supply-gaps",
        "vein": "table-supply-waiting",
    }
    for section, card in first.items():
        app.segmented_control(key="filter-section").set_value(section).run()
        assert not app.exception, section
        drawn = {other for other in first.values() if f"st-key-{other}" in shown(app)}
        assert drawn == {card}
    assert address(app, "section") == ["vein"]


def test_the_readers_target_is_kept_in_the_link_and_judges() -> None:
    app = supply(target="30")
    assert "finished, above 30 d" in shown(app)
    assert app.text_input(key="filter-target").value == "30"
    assert "finished, above their target" in shown(supply(target="0"))


def test_a_link_to_one_card_opens_the_section_it_stands_in() -> None:
    app = supply(chart="table-supply-gaps", section="vein")
    assert "D-0279" in shown(app)
    assert "no donor pseudonym" in shown(app)
    assert "lot=D-0279" in shown(app)


def test_a_plan_that_does_not_exist_plans_nothing_and_is_said() -> None:
    app = supply(section="demand", plan="nope")
    assert "nothing is planned" in said(app)
    assert "No patients are planned" in shown(app) or "no patients planned" in shown(app)


def test_a_field_of_the_plant_writes_the_link_and_plays_the_year_anew() -> None:
    app = supply(section="queue", what="s~9 q~1", seed="7")
    assert "is not a change of the plant" in said(app)
    assert "Seed 7" in shown(app)
    assert app.number_input(key="queue-s").value == 9
    app.number_input(key="queue-t").set_value(8.0).run()
    assert address(app, "what") == ["s~9 t~8"]
    app.number_input(key="queue-s").set_value(7).run()
    assert not app.exception
    assert address(app, "what") == ["t~8"]


def test_programs_without_patients_say_so() -> None:
    app = supply(program="HUB-11", section="vein")
    assert shown(app).count("no patient&#x27;s lot yet") == 2, "the median and the chains"
    for section in ("slots", "demand", "queue", "materials", "identity"):
        app.segmented_control(key="filter-section").set_value(section).run()
        assert not app.exception, section
