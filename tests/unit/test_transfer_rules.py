"""How transfers are judged: late by day, drift since when, the ladder of runs, methods, hand-over."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from firstdose.rules.forecast import Basis
from firstdose.rules.transfer import (
    Seen,
    chosen,
    differing,
    drift_of,
    drifts,
    first_seen,
    marked,
    stages,
    waiting,
)
from firstdose.rules.transfer_handover import hand_over
from firstdose.rules.transfer_methods import methods
from firstdose.rules.transfer_runs import concerned, ladder, longest_row, needed

DAY = date(2026, 11, 20)


def due(days: int) -> date:
    return DAY + timedelta(days=days)


def deliverable(status: str = "in progress", due_on: date | None = None, **own: Any) -> dict[str, Any]:
    return {
        "transfer_id": "T1",
        "stage_code": "TT3",
        "status": status,
        "since_on": None,
        "waiting_on": None,
        "due_on": due_on,
        "item_id": None,
    } | own


@pytest.mark.parametrize(
    ("status", "days", "mark"),
    [
        pytest.param("in progress", -1, "late", id="open the day after its due day is late"),
        pytest.param("in progress", 0, "at risk", id="due today is at risk"),
        pytest.param("not started", 14, "at risk", id="14 days before is at risk"),
        pytest.param("not started", 15, "not started", id="15 days before wears its status"),
        pytest.param("in review", 0, "in review", id="in review on its due day is not at risk"),
        pytest.param("in review", -1, "late", id="in review after its due day is late"),
        pytest.param("failed", 30, "late", id="failed is late before its due day"),
        pytest.param("accepted", -30, "closed", id="accepted is never late"),
        pytest.param("not applicable", -30, "not applicable", id="what does not apply is never late"),
        pytest.param("in progress", None, "in progress", id="without a due day nothing is late"),
    ],
)
def test_a_deliverable_is_marked_by_its_day(status: str, days: int | None, mark: str) -> None:
    frame = marked(pd.DataFrame([deliverable(status, None if days is None else due(days))]), DAY)
    assert frame["mark"].tolist() == [mark]
    assert frame["is_late"].tolist() == [mark == "late"]


def test_age_counts_from_the_day_the_status_began_and_is_unknown_without_it() -> None:
    frame = marked(
        pd.DataFrame(
            [
                deliverable(since_on=due(-12)),
                deliverable(),
                deliverable("accepted", since_on=due(-12)),
            ]
        ),
        DAY,
    )
    assert frame["age_days"].iloc[0] == 12
    assert frame["age_days"].isna().tolist() == [False, True, True]


def test_a_stage_wears_its_worst_mark_and_does_not_count_what_does_not_apply() -> None:
    judged = marked(
        pd.DataFrame(
            [
                deliverable("accepted", due(-5)),
                deliverable("in progress", due(-5), waiting_on="sending", since_on=due(-9)),
                deliverable("not applicable"),
                deliverable("accepted", stage_code="TT4"),
            ]
        ),
        DAY,
    )
    board = stages(judged).set_index("stage_code")
    assert board.loc["TT3", ["mark", "closed", "total", "late"]].tolist() == ["late", 1, 2, 1]
    assert board.loc["TT4", "mark"] == "closed"
    assert waiting(judged).values.tolist() == [["T1", "sending", 1, 9]]


def test_late_ones_come_longest_first_and_an_unknown_choice_shows_none() -> None:
    judged = marked(
        pd.DataFrame(
            [
                deliverable(due_on=due(-2), stage_code="TT3"),
                deliverable(due_on=due(-9), stage_code="TT4", waiting_on="receiving"),
                deliverable("accepted"),
            ]
        ),
        DAY,
    )
    assert chosen(judged, "late", "all")["days_late"].tolist() == [9, 2]
    assert len(chosen(judged, "open", "all")) == 2
    assert len(chosen(judged, "all", "TT3")) == 2
    assert chosen(judged, "open", "receiving")["stage_code"].tolist() == ["TT4"]
    assert chosen(judged, "-", "all").empty
    assert chosen(judged, "all", "-").empty


def versions(sending: str | None, receiving: str | None, filed: str | None = None) -> dict[str, Any]:
    return {
        "transfer_id": "T1",
        "sending_version": sending,
        "receiving_version": receiving,
        "filed_version": filed,
        "drift_since": None,
    }


@pytest.mark.parametrize(
    ("row", "drift"),
    [
        pytest.param(versions("2", "2", "2"), "same", id="three the same"),
        pytest.param(versions("2", "2", "1"), "differ", id="the dossier lags behind"),
        pytest.param(versions("2", "2 "), "same", id="a blank is no other version"),
        pytest.param(versions("2", None), "one stated", id="one alone differs from nothing"),
        pytest.param(versions(None, None), "none stated", id="none stated"),
    ],
)
def test_versions_differ_only_when_two_are_stated(row: dict[str, Any], drift: str) -> None:
    assert drift_of(row) == drift


def test_drift_without_a_day_is_dated_by_the_unbroken_run_of_data_versions() -> None:
    differ, same = (differing(pd.DataFrame([versions("2", other)])) for other in ("1", "2"))
    days = [due(-1), due(-20), due(-40), due(-60)]
    history = list(zip(days, [differ, differ, same, differ], strict=True))
    assert first_seen(history, "T1") == Seen(due(-20), at_least=False)
    assert first_seen(history[:2], "T1") == Seen(due(-20), at_least=True)
    assert first_seen(history[2:], "T1") is None
    assert first_seen([], "T1") is None


def test_the_day_in_the_data_goes_before_the_data_versions() -> None:
    rows = pd.DataFrame([versions("2", "2"), versions("2", "1") | {"drift_since": pd.Timestamp(due(-50))}])
    found = drifts(rows, {"T1": Seen(due(-20), at_least=True)}, DAY)
    assert found["drift"].tolist() == ["differ", "same"]
    assert found["days"].iloc[0] == 50
    assert np.isnan(found["days"].iloc[1])


@pytest.mark.parametrize(
    ("runs", "row"),
    [
        pytest.param(["passed"] * 3, 3, id="three in a row"),
        pytest.param(["passed", "passed", "failed", "passed"], 2, id="a failure breaks the row"),
        pytest.param(["passed", "aborted", "passed"], 1, id="an abort breaks the row"),
        pytest.param(["passed", "pending", "passed"], 2, id="a pending lot neither counts nor breaks"),
        pytest.param([], 0, id="none"),
    ],
)
def test_the_longest_row_of_passed_runs(runs: list[str], row: int) -> None:
    assert longest_row(runs) == row


def lot(number: int, purpose: str, disposition: str = "released", **own: Any) -> dict[str, Any]:
    return {
        "batch_id": f"L{number}",
        "program_id": "P1",
        "partner_id": "TAKE",
        "partner_name": "Taker",
        "partner_name_ja": None,
        "material": "drug product",
        "purpose": purpose,
        "disposition": disposition,
        "is_remanufacture": False,
        "deviations": 0,
        "started_on": due(number - 100),
    } | own


RULES = pd.DataFrame(
    [
        {"program_id": None, "partner_id": None, "runs_needed": 3},
        {"program_id": None, "partner_id": "TAKE", "runs_needed": 4},
        {"program_id": "P1", "partner_id": None, "runs_needed": 2},
    ]
)


def test_the_target_of_the_program_goes_before_that_of_the_site_and_of_all() -> None:
    assert needed(RULES)("P1", "TAKE") == 2
    assert needed(RULES)("P2", "TAKE") == 4
    assert needed(RULES)("P2", "SEND") == 3
    assert needed(RULES.head(0))("P1", "TAKE") is None


def test_the_ladder_counts_by_disposition_and_says_when_the_next_rung_is_reached() -> None:
    lots = pd.DataFrame(
        [
            lot(1, "development", "rejected"),
            lot(2, "development"),
            lot(3, "development", deviations=1),
            lot(4, "engineering", "released out of specification"),
            lot(5, "engineering", "terminated"),
            lot(6, "engineering"),
            lot(7, "engineering", "pending"),
            lot(8, "clinical"),
            lot(9, "commercial"),
        ]
    )
    found = ladder(lots, RULES).set_index("purpose")
    assert found.index.tolist() == ["development", "engineering", "clinical"]
    assert found.loc["development", ["passed", "failed", "k", "n", "in_a_row"]].tolist() == [2, 1, 1, 3, 2]
    assert found.loc["development", "is_reached"]
    assert found.loc["engineering", ["passed", "failed", "aborted", "pending"]].tolist() == [1, 1, 1, 1]
    assert not found.loc["engineering", "is_reached"]
    assert found.loc["engineering", ["next_rung", "begun"]].tolist() == ["qualification", 0]
    assert found.loc["clinical", "is_reached"] is None


def test_a_process_transfer_concerns_the_lots_of_its_material_at_both_units() -> None:
    transfers = pd.DataFrame(
        [
            {
                "program_id": "P1",
                "sending_partner": "SEND",
                "receiving_partner": "TAKE",
                "kind": "vector process",
            }
        ]
    )
    lots = pd.DataFrame(
        [
            lot(1, "development", material="vector"),
            lot(2, "development", material="vector", partner_id="SEND"),
            lot(3, "development"),
            lot(4, "development", material="vector", partner_id="ELSEWHERE"),
            lot(5, "development", material="vector", program_id="P2"),
        ]
    )
    assert concerned(lots, transfers)["batch_id"].tolist() == ["L1", "L2"]
    platform = transfers.assign(program_id=None, kind="quality system")
    assert concerned(lots, platform)["batch_id"].tolist() == ["L1", "L2", "L3", "L5"]


def method(approach: str | None = "comparative testing", margin: float | None = 0.3) -> pd.DataFrame:
    return pd.DataFrame(
        [{"transfer_id": "M1", "kind": "analytical method", "approach": approach, "margin": margin}]
    )


def measured(margin_sd: float | None = None, data_type: str = "numeric") -> pd.DataFrame:
    return pd.DataFrame(
        [{"transfer_id": "M1", "unit": "copies", "data_type": data_type, "margin_sd": margin_sd}]
    )


def pairs(*differences: float, donors: tuple[str | None, ...] = (), bound: int = 0) -> pd.DataFrame:
    rows = [
        {
            "transfer_id": "M1",
            "batch_id": f"L{at}",
            "donor_id": donors[at] if donors else None,
            "sending_value": 2.0 + 0.1 * at,
            "receiving_value": 2.0 + 0.1 * at + difference,
            "is_bound": at < bound,
        }
        for at, difference in enumerate(differences)
    ]
    columns = ["transfer_id", "batch_id", "donor_id", "sending_value", "receiving_value", "is_bound"]
    return pd.DataFrame(rows, columns=columns)


@pytest.mark.parametrize(
    ("differences", "verdict", "why"),
    [
        pytest.param((0.05, -0.02, 0.01, 0.0), "equivalent", "inside", id="inside the margin"),
        pytest.param((0.9, 1.0, 1.1, 0.95), "not equivalent", "outside", id="wholly outside"),
        pytest.param((0.5, -0.4, 0.6, -0.3), "not demonstrated", "wide", id="it straddles the margin"),
        pytest.param((0.0, 0.01), "not demonstrated", "few", id="two lots are too few"),
        pytest.param((), "not demonstrated", "few", id="no lot was tested in both"),
    ],
)
def test_a_method_has_three_verdicts_from_pairs(
    differences: tuple[float, ...], verdict: str, why: str
) -> None:
    found = methods(method(), measured(), pairs(*differences)).iloc[0]
    assert (found["verdict"], found["why"], found["n"]) == (verdict, why, len(differences))


def test_the_interval_of_a_method_is_that_of_the_paired_t_test() -> None:
    from scipy import stats

    differences = (0.05, -0.02, 0.01, 0.04)
    found = methods(method(), measured(), pairs(*differences)).iloc[0]
    expected = stats.ttest_1samp(differences, 0).confidence_interval(0.9)
    assert (found["ci_low"], found["ci_high"]) == pytest.approx((expected.low, expected.high))


def test_lots_of_one_donor_count_once_and_bounds_are_left_out() -> None:
    found = methods(method(), measured(), pairs(0.0, 0.1, 0.0, 0.1, donors=("D1", "D1", "D2", None))).iloc[0]
    assert found["n"] == 3
    found = methods(method(), measured(), pairs(0.0, 0.1, 0.0, bound=1)).iloc[0]
    assert (found["n"], found["left_out"], found["why"]) == (2, 1, "few")


def test_mostly_bounds_demonstrate_nothing() -> None:
    found = methods(method(), measured(), pairs(*[0.0, 0.01] * 10, bound=17)).iloc[0]
    assert (found["n"], found["left_out"]) == (3, 17)
    assert (found["verdict"], found["why"]) == ("not demonstrated", "bounds")
    quarter = methods(method(), measured(), pairs(*[0.0, 0.01] * 10, bound=5)).iloc[0]
    assert (quarter["n"], quarter["verdict"]) == (15, "equivalent")


def test_without_a_margin_of_its_own_the_spread_of_the_sending_results_sets_it_else_nothing_is_shown() -> (
    None
):
    found = methods(method(margin=None), measured(1.5), pairs(0.0, 0.01, -0.01)).iloc[0]
    assert found["limit"] == pytest.approx(1.5 * 0.1)
    assert (found["bound_by"], found["verdict"]) == ("margin_sd", "equivalent")
    found = methods(method(margin=None), measured(), pairs(0.0, 0.01, -0.01)).iloc[0]
    assert (found["verdict"], found["why"]) == ("not demonstrated", "no margin")


@pytest.mark.parametrize(("approach", "why"), [("waiver", "waived"), ("revalidation", "validated anew")])
def test_a_waiver_and_a_revalidation_compare_nothing(approach: str, why: str) -> None:
    found = methods(method(approach), measured(), pairs(9.0, 9.1, 9.2)).iloc[0]
    assert (found["verdict"], found["why"]) == ("not applicable", why)


def task(
    task_id: str, transfer: str | None, estimate: tuple[float, float, float] | None, **own: Any
) -> dict[str, Any]:
    low, mid, high = estimate or (None, None, None)
    return {
        "task_id": task_id,
        "transfer_id": transfer,
        "name": task_id,
        "name_ja": None,
        "kind": "task",
        "baseline_start": None,
        "baseline_finish": None,
        "forecast_start": DAY,
        "forecast_finish": due(10),
        "actual_start": None,
        "actual_finish": None,
        "percent_complete": 0.0,
        "predecessors": None,
        "duration_low_days": low,
        "duration_mid_days": mid,
        "duration_high_days": high,
    } | own


def test_the_hand_over_is_the_last_task_of_a_run_and_says_why_it_is_not_forecast() -> None:
    plan = pd.DataFrame(
        [
            task("A", "T1", (10.0, 10.0, 10.0)),
            task("B", "T1", (20.0, 20.0, 20.0), predecessors="A"),
            task("C", "T1", None, kind="milestone", forecast_finish=DAY),
            task("D", "T2", (5.0, 6.0, 7.0)),
            task("E", "T2", None),
            task("F", "T3", None, actual_start=due(-9), actual_finish=due(-3)),
            task("G", None, (1.0, 2.0, 3.0)),
            task("H", "T5", (40.0, 40.0, 40.0)),
            task("I", "T5", (5.0, 5.0, 5.0), predecessors="H", actual_start=due(-1)),
        ]
    )
    days = ["actual_start", "actual_finish", "forecast_start", "forecast_finish"]
    plan[days] = plan[days].apply(pd.to_datetime)
    risks = pd.DataFrame(columns=["risk_id", "tasks", "probability_pct"])
    transfers = pd.DataFrame(
        {"transfer_id": ["T1", "T2", "T3", "T4", "T5"], "promised_on": pd.to_datetime([due(30)] + [None] * 4)}
    )
    own = plan[plan["transfer_id"].notna()]
    found = hand_over(transfers, own, Basis(plan, risks, DAY, runs=200)).set_index("transfer_id")
    assert found["said"].tolist() == ["forecast", "no estimate", "done", "no task", "forecast"]
    assert found.loc["T1", "p50"].date() == due(30)
    assert found.loc["T1", "chance"] == 1.0
    assert found.loc["T5", "p50"].date() == due(40), "what has begun waits no more: it is not the last"
    assert found.loc["T2", "unestimated"] == 1
    assert found.loc["T3", "done_on"].date() == due(-3)
    assert found.loc[["T2", "T3", "T4"], "p80"].isna().all()
