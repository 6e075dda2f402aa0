"""The forecast page in the app: a what-if put together, kept in the link, taken to the data desk."""

from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from firstdose.lake import Drafts
from firstdose.place import Place
from tests.app.test_pages import opened

TASK = "NCC-01-C05"


def forecast(language: str = "en", **params: str) -> AppTest:
    app = opened("forecast", language)
    for name, value in params.items():
        app.query_params[name] = value
    return app.run()


def test_a_change_made_in_the_form_stands_in_the_link_and_its_effect_on_the_page(demo_store: Path) -> None:
    app = forecast(part="what-if", program="NCC-01")
    assert not app.exception
    app.selectbox(key="whatif-d-of").set_value(TASK).run()
    app.number_input(key=f"whatif-d-high-{TASK}").set_value(400.0).run()
    app.button(key="action-whatif-add").click().run()
    assert not app.exception
    what = "".join(app.query_params["what"])
    assert what.startswith(f"d~{TASK}~")
    assert what.endswith("~400")
    assert "d later" in "".join(element.proto.body for element in app.get("html"))
    app.multiselect(key="whatif-kept").set_value([]).run()
    assert "".join(app.query_params["what"]) == ""


def _form_of_a_change() -> None:
    """The fields of a duration for a plan whose tasks have no estimate; a script of its own."""
    from datetime import date

    from firstdose.ui import forecast_whatif
    from firstdose.view import View
    from tests.support import session_of

    same = {"program_id": "P1", "partner_id": "CTR", "workstream": "Regulatory"}
    bar = {"baseline_start": date(2026, 6, 1), "baseline_finish": date(2026, 6, 21)}
    first = {"kind": "milestone", "anchor": "first dose", "jurisdiction": "JP", "predecessors": "A"}
    session = session_of(
        as_of=date(2026, 6, 1),
        partners=[{"partner_id": "CTR", "name": "Centre", "role": "academic centre", "country": "JP"}],
        programs=[{"program_id": "P1", "name": "One"}],
        tasks=[
            same | bar | {"task_id": "A", "name": "A", "kind": "task"},
            same | first | {"task_id": "M", "name": "M"},
        ],
    )
    forecast_whatif._fields("d", View(page="forecast"), session, {"task_id": "M"}, {})


def test_a_task_without_an_estimate_is_offered_the_days_the_plan_gives_it(demo_store: Path) -> None:
    app = AppTest.from_function(_form_of_a_change).run()
    assert not app.exception
    assert [field.value for field in app.number_input] == [20.0, 20.0, 20.0]


@pytest.mark.parametrize("alone", ["", "table-forecast-whatif", "chart-forecast-whatif"])
def test_a_scenario_says_what_it_changes_at_its_foot_alone_or_not(demo_store: Path, alone: str) -> None:
    asked = {"part": "what-if", "what": f"d~{TASK}~10~20~30 e d~NONE~1~2~3"} | (
        {"chart": alone} if alone else {}
    )
    app = forecast(**asked)
    assert not app.exception
    drawn = [element.proto.body for element in app.get("html")]
    feet = [body for body in drawn if "fd-foot" in body]
    told = [body for body in feet if "takes 10–20–30 days · Nothing waits for its planned day." in body]
    assert len(told) == (1 if alone else 2)
    assert all(TASK in body and "NONE" in body and "10,000 runs" in body for body in told)


def test_how_forecasts_held_says_of_how_many_versions_and_runs(demo_store: Path) -> None:
    app = forecast(part="history", program="NCC-01")
    assert not app.exception
    said = "".join(element.proto.body for element in app.get("html"))
    assert "12 data versions, each forecast anew" in said
    assert "past ones with 2,000" in said


def test_a_scenario_goes_to_the_data_desk_as_a_draft_of_its_rows_and_nowhere_else(demo_store: Path) -> None:
    app = forecast(part="what-if", what=f"d~{TASK}~10~20~30 d~NONE~1~2~3")
    assert any("NONE" in warning.value for warning in app.warning)
    app.button(key="action-whatif-draft").click().run()
    assert not app.exception
    drafts = Drafts(Place.at(demo_store))
    (draft,) = [one for one in drafts._all() if one.files]
    try:
        assert [(file.table, draft.scope.mode) for file in draft.files] == [("tasks", "merge")]
        rows = pd.read_csv(drafts.path(draft, draft.files[0]))
        assert rows["task_id"].tolist() == [TASK]
        assert rows[["duration_low_days", "duration_high_days"]].to_numpy().tolist() == [[10, 30]]
        assert rows["partner_id"].notna().all()
    finally:
        drafts.drop(draft)
