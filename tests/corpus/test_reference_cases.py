"""Numeric cases with known answers. ``FIRSTDOSE_REFERENCE_CASES`` names another folder of the same form.

Here are stage funnel, time to an event, proportions, networks and milestone trend; the others stand in
``test_reference_statistics``. A case of a topic that neither knows fails.
"""

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from firstdose.queries import pipeline as queries
from firstdose.rules import milestone_trend, simulation
from firstdose.rules import network as networks
from firstdose.rules import pipeline as rules
from firstdose.rules.proportion import clopper_pearson
from firstdose.rules.survival import km_curve, km_quantile
from firstdose.view import View
from tests.support import session_of

OWN = Path(__file__).parent / "reference_cases"
FOLDER = Path(os.environ.get("FIRSTDOSE_REFERENCE_CASES") or OWN)


def cases(topic: str) -> list[Any]:
    files = sorted(FOLDER.glob(f"{topic}-*.json"))
    return [pytest.param(json.loads(path.read_text(encoding="utf-8")), id=path.stem) for path in files]


def same(found: object, wanted: float | None, tolerance: float) -> bool:
    nothing = found is None or bool(pd.isna(found))
    if wanted is None or nothing:
        return wanted is None and nothing
    return abs(float(str(found)) - wanted) <= tolerance


@pytest.mark.parametrize("case", cases("funnel"))
def test_a_funnel_case_comes_out_as_known(case: dict[str, Any]) -> None:
    given, cut = case["inputs"], date.fromisoformat(case["inputs"]["data_cut"])
    codes = {stage: f"S{at:02d}" for at, stage in enumerate(given["stage_order"], 1)}
    rows = [
        {
            "program_id": row["asset"],
            "stage_code": codes[row["stage"]],
            "entered_on": row["entered"],
            "left_on": row["exited"],
            "outcome": row["outcome"],
        }
        for row in given["rows"]
    ]
    programs = [
        {"program_id": asset, "name": asset} for asset in sorted({row["asset"] for row in given["rows"]})
    ]
    session = session_of(as_of=cut, programs=programs, stage_events=rows)
    view = View(as_of=cut)
    funnel = rules.conversions(queries.stage_funnel(session, view))
    times = rules.stage_times(funnel, queries.stays(session, view)).set_index("stage_code")
    found = funnel.set_index("stage_code")
    tolerance = case["tolerance"]["abs"]
    for wanted in case["expected"]["stages"]:
        row, time = found.loc[codes[wanted["stage"]]], times.loc[codes[wanted["stage"]]]
        assert [row["entered"], row["advanced"], row["stopped"], row["still_open"]] == [
            wanted[name] for name in ("entered", "advanced", "stopped", "open")
        ]
        for name in ("conversion_all", "conversion_resolved", "cumulative"):
            assert same(row[name], wanted[name], tolerance), (wanted["stage"], name, row[name])
        assert same(time["median_days"], wanted["median_days_completed"], tolerance)
        assert same(time["km_median_days"], wanted["km_median_days"], tolerance)


@pytest.mark.parametrize("case", cases("km"))
def test_a_time_to_event_case_comes_out_as_known(case: dict[str, Any]) -> None:
    given = case["inputs"]
    for share, wanted in case["expected"]["quantiles"].items():
        found = km_quantile(given["time"], [bool(event) for event in given["event"]], float(share))
        assert same(found, wanted, case["tolerance"]["abs"]), share
    curve = km_curve(given["time"], [bool(event) for event in given["event"]]).to_dict("records")
    for row, wanted in zip(curve, case["expected"].get("rows", curve), strict=True):
        assert [row[name] for name in ("time", "at_risk", "events")] == [
            wanted[name] for name in ("time", "at_risk", "events")
        ]
        assert same(row["survival"], wanted["survival"], case["tolerance"]["abs"])
        assert same(row["standard_error"], wanted.get("se_greenwood"), case["tolerance"]["abs"])


@pytest.mark.parametrize("case", cases("prop"))
def test_a_proportion_case_comes_out_as_known(case: dict[str, Any]) -> None:
    for wanted in case["expected"]["rows"]:
        low, high = clopper_pearson(wanted["k"], wanted["n"], wanted["confidence"])
        assert same(low, wanted["cp_low"], case["tolerance"]["abs"])
        assert same(high, wanted["cp_high"], case["tolerance"]["abs"])


def of_topic(topic: str, prefix: str) -> list[Any]:
    return [case for case in cases(prefix) if case.values[0]["topic"] == topic]


def net_of(given: dict[str, Any]) -> networks.Network:
    tasks = given["activities"]
    links = [networks.Link(before, task["id"]) for task in tasks for before in task["predecessors"]]
    return networks.network([task["id"] for task in tasks], links)


@pytest.mark.parametrize("case", of_topic("network_cpm", "net"))
def test_a_network_case_comes_out_as_known(case: dict[str, Any]) -> None:
    net, tolerance = net_of(case["inputs"]), case["tolerance"]["abs"]
    days = np.array([task["duration"] for task in case["inputs"]["activities"]], dtype=float)
    early = networks.forward(net, days)
    late = networks.backward(net, days, early)
    slack = networks.total_float(early, late)
    assert same(early.finish.max(), case["expected"]["duration"], tolerance)
    for wanted in case["expected"]["activities"]:
        at = net.at(wanted["id"])
        found = [early.start[at], early.finish[at], late.start[at], late.finish[at], slack[at]]
        assert found == pytest.approx(
            [wanted[name] for name in ("es", "ef", "ls", "lf", "slack")], abs=tolerance
        )
    paths = networks.critical_paths(net, days, early, late)
    assert sorted(map(list, paths)) == sorted(case["expected"]["critical_paths"])


@pytest.mark.parametrize("case", of_topic("network_exact", "net"))
def test_a_simulated_case_comes_out_as_known(case: dict[str, Any]) -> None:
    tasks, wanted, tolerance = case["inputs"]["activities"], case["expected"], case["tolerance"]
    kinds = {task["dist"]["kind"] for task in tasks} - {"fixed"}
    ends = [networks.Link(task["id"], "end") for task in tasks]
    links = [networks.Link(before, task["id"]) for task in tasks for before in task["predecessors"]]
    net = networks.network([*(task["id"] for task in tasks), "end"], links + ends)
    low, mid, high = np.array([_three(task["dist"]) for task in tasks] + [(0, 0, 0)], dtype=float).T
    (kind,) = kinds
    found = simulation.simulate(net, low, mid, high, [len(tasks)], shape=kind, runs=300_000, seed=7)
    finish = found.finish[:, 0]
    assert finish.mean() == pytest.approx(wanted["mean"], abs=tolerance["mean_abs"])
    assert finish.std() == pytest.approx(wanted["sd"], abs=tolerance["sd_abs"])
    for share, day in wanted["quantiles"].items():
        assert np.quantile(finish, float(share)) == pytest.approx(day, abs=tolerance["quantile_abs"])
    for task, share in wanted["criticality"].items():
        assert found.criticality[net.at(task)] == pytest.approx(share, abs=tolerance["criticality_abs"])
    assert same(found.on_means[0], wanted["deterministic_on_means"], tolerance["deterministic_abs"])
    assert found.merge_bias[0] == pytest.approx(wanted["merge_bias"], abs=tolerance["mean_abs"])


def _three(dist: dict[str, Any]) -> tuple[float, float, float]:
    if dist["kind"] == "fixed":
        return dist["value"], dist["value"], dist["value"]
    return dist["low"], dist.get("mode", dist["low"]), dist["high"]


@pytest.mark.parametrize("case", cases("pert"))
def test_a_three_point_case_comes_out_as_known(case: dict[str, Any]) -> None:
    net, tolerance = net_of(case["inputs"]), case["tolerance"]["abs"]
    low, mid, high = np.array(
        [(task["low"], task["mode"], task["high"]) for task in case["inputs"]["activities"]], dtype=float
    ).T
    mean, variance, classic = (
        simulation.pert_mean(low, mid, high),
        simulation.pert_variance(low, mid, high),
        simulation.classic_variance(low, high),
    )
    for wanted in case["expected"]["activities"]:
        at = net.at(wanted["id"])
        found = [mean[at], classic[at], variance[at]]
        assert found == pytest.approx(
            [wanted[name] for name in ("mean", "var_classic", "var_beta_pert")], abs=tolerance
        )
    early = networks.forward(net, mean)
    (path,) = networks.critical_paths(net, mean, early, networks.backward(net, mean, early))
    assert list(path) == case["expected"]["critical_path"]
    assert same(early.finish.max(), case["expected"]["mean"], tolerance)
    spread = float(sum(classic[net.at(task)] for task in path))
    assert same(spread, case["expected"]["variance_on_critical_path"], tolerance)
    chance = norm.cdf((case["inputs"]["deadline"] - early.finish.max()) / spread**0.5)
    assert same(chance, case["expected"]["prob_by_deadline_normal"], tolerance)


@pytest.mark.parametrize("case", cases("mta"))
def test_a_milestone_trend_case_comes_out_as_known(case: dict[str, Any]) -> None:
    given, wanted, tolerance = case["inputs"], case["expected"], case["tolerance"]
    reports = [
        (date.fromisoformat(row["report_date"]), date.fromisoformat(row["forecast"]))
        for row in given["history"]
    ]
    found = milestone_trend.trend(reports, date.fromisoformat(given["baseline"]))
    assert [found.slip_days, found.last_move_days, found.moves, found.days_to_go] == [
        wanted[name] for name in ("slip_days", "last_move_days", "n_moves", "days_to_go")
    ]
    assert same(found.slope, wanted["slope_days_per_30"], tolerance["abs"])
    if wanted["extrapolated_finish"] is None:
        assert found.finish is None
    else:
        assert found.finish is not None
        assert (
            abs((found.finish - date.fromisoformat(wanted["extrapolated_finish"])).days)
            <= tolerance["date_days"]
        )


HANDLED = {
    *("funnel", "kaplan_meier", "proportion_ci", "milestone_trend"),
    *("network_cpm", "network_exact", "pert", "imr_limits", "run_rules", "capability"),
    *("capability_lognormal", "tolerance_factor", "tolerance_interval", "tost", "tost_paired"),
    *("quality_range", "batch_metrics"),
}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_every_case_of_the_folder_is_read(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    assert case["expected"]
    assert case["topic"] in HANDLED
