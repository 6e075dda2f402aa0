"""The transfer page as a link opens it: all transfers, one, a stage of one; what it cannot open it says."""

import pytest

from tests.app.test_manufacturing import cards
from tests.app.test_pages import address, opened, said

pytestmark = pytest.mark.usefixtures("demo_store")


def test_the_page_shows_late_deliverables_drift_methods_runs_and_hand_over() -> None:
    shown = cards(opened("transfer"))
    assert "Deliverables: late or failed" in shown
    assert "DP-08 Comparability after transfer or change" in shown
    assert "/readiness?" in shown
    assert "item=NCC-01-JP-DP-08" in shown
    assert "4 Sep 2026" in shown, "drift without a day is that of the first data version to show it"
    assert "Validated anew at the receiving unit" in shown
    assert "qualification begun, but at most 2 in a row passed, 3 needed" in shown
    assert "Not forecast: no task of the plan names this transfer." in shown


def test_a_link_to_one_stage_of_one_transfer_shows_that_alone_and_keeps_its_address() -> None:
    app = opened("transfer")
    app.query_params["v"] = "1"
    for name, value in {"transfer": "TR-NCC-01-T", "show": "all", "part": "TT6"}.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    shown = cards(app)
    assert "Split-apheresis comparability lots" in shown
    assert "Technology-transfer protocol" not in shown
    assert "NCC-02" not in shown
    assert address(app, "part") == ["TT6"]
    app.selectbox(key="filter-part").set_value("all").run()
    assert "Technology-transfer protocol" in cards(app)


def test_a_transfer_that_does_not_exist_shows_nothing_and_is_said() -> None:
    app = opened("transfer")
    app.query_params["v"] = "1"
    app.query_params["transfer"] = "NOPE"
    app.run()
    assert "nothing is shown" in said(app)
    assert "Transfers by stage" not in cards(app)
