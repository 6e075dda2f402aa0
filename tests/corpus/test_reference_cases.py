"""Numeric cases with known answers. ``FIRSTDOSE_REFERENCE_CASES`` names another folder of the same form.

Handled are the topics of what is built: stage funnel, time to an event, proportions. Cases of other topics
are named by pytest as skipped until their rules exist.
"""

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from firstdose.queries import pipeline as queries
from firstdose.rules import pipeline as rules
from firstdose.rules.proportion import clopper_pearson
from firstdose.rules.survival import km_quantile
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


@pytest.mark.parametrize("case", cases("prop"))
def test_a_proportion_case_comes_out_as_known(case: dict[str, Any]) -> None:
    for wanted in case["expected"]["rows"]:
        low, high = clopper_pearson(wanted["k"], wanted["n"], wanted["confidence"])
        assert same(low, wanted["cp_low"], case["tolerance"]["abs"])
        assert same(high, wanted["cp_high"], case["tolerance"]["abs"])


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_every_case_of_the_folder_is_read(path: Path) -> None:
    topic = path.stem.split("-")[0]
    assert json.loads(path.read_text(encoding="utf-8"))["expected"]
    if topic not in {"funnel", "km", "prop"}:
        pytest.skip(f"no rule for {topic} yet")
