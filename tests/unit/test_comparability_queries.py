"""The lots and results of two groups as the engine answers: groups, what is held fixed, one value a lot."""

from datetime import date
from typing import Any

import pytest

from firstdose.queries import comparability as queries
from firstdose.rules.comparability import Sides
from firstdose.view import View
from tests.support import MemorySession
from tests.unit.test_manufacturing_queries import lot, result, world

LOTS = [
    lot("S1", "2026-01-01", donor_id="D"),
    lot("S2", "2026-01-02", process_version="2.0"),
    lot("T1", "2026-01-03", partner_id="TAKE", donor_id="D"),
    lot("T2", "2026-01-04", partner_id="TAKE", process_version="2.0", disposition="rejected"),
    lot("X1", "2026-01-05", program_id="P2"),
    lot("V1", "2026-01-06", material="vector"),
    lot("F1", "2026-12-01"),
]
SITES = Sides("P1", "drug product", "sites", "SEND", "TAKE")


def view(**own: Any) -> View:
    return View(page="comparability", **own)


@pytest.fixture(scope="module")
def session() -> MemorySession:
    results = [
        result("S1", 80.0),
        result("S1", 90.0, replicate=2, lab_partner="TAKE"),
        result("S1", 1.0, sample="in process", attribute="VIAB"),
        result("S2", 70.0, qualifier="<"),
        result("S2", 80.0, replicate=2),
        result("T1", 2.0, "VCN"),
        result("T1", 8.0, "VCN", replicate=2),
        result("T1", 60.0, tested_on=date(2026, 12, 1)),
        result("T2", None, "LOOK", passed=True),
        result("T2", None, "LOOK", passed=False, replicate=2),
        result("X1", 5.0),
    ]
    limits = (
        ("S1", "clinical", 70.0, None),
        ("S2", "clinical", 75.0, "P1"),
        ("S3", "commercial", 80.0, "P1"),
    )
    names = ("specification_id", "phase", "lower", "program_id")
    return world(
        batches=LOTS,
        results=results,
        specifications=[
            {"attribute_code": "VIAB", "valid_from": date(2026, 1, 1), **dict(zip(names, one, strict=True))}
            for one in limits
        ],
        transfers=[
            {
                "transfer_id": "TR",
                "program_id": None,
                "kind": kind,
                "subject": "S",
                "sending_partner": "SEND",
                "receiving_partner": "TAKE",
            }
            for kind in ("cell process", "analytical method")
        ],
    )


@pytest.mark.parametrize(
    ("sides", "lots"),
    [
        pytest.param(SITES, {"S1": "first", "S2": "first", "T1": "second", "T2": "second"}, id="sites"),
        pytest.param(
            Sides("P1", "drug product", "sites", "SEND", "TAKE", "2.0"),
            {"S2": "first", "T2": "second"},
            id="sites within one version",
        ),
        pytest.param(
            Sides("P1", "drug product", "versions", "1.0", "2.0", "SEND"),
            {"S1": "first", "S2": "second"},
            id="versions within one site",
        ),
    ],
)
def test_lots_stand_in_their_group_and_what_is_held_fixed_bars_the_others(
    session: MemorySession, sides: Sides, lots: dict[str, str]
) -> None:
    found = queries.lots(session, view(), sides.sql())
    assert dict(zip(found["batch_id"], found["side"], strict=True)) == lots


@pytest.mark.parametrize(
    "own",
    [
        pytest.param({"program": ("P2",)}, id="another program"),
        pytest.param({"partner": ()}, id="no partner"),
        pytest.param({"area": ()}, id="a refused area"),
        pytest.param({"until": date(2025, 1, 1)}, id="before the lots"),
        pytest.param({"as_of": date(2025, 1, 1)}, id="an early report day"),
    ],
)
def test_the_filters_of_the_page_bound_the_comparison(session: MemorySession, own: dict[str, Any]) -> None:
    assert queries.lots(session, view(**own), SITES.sql()).empty
    assert queries.results(session, view(**own), SITES.sql()).empty


def test_a_lot_has_one_value_an_attribute_as_on_its_control_chart(session: MemorySession) -> None:
    found = queries.results(session, view(), SITES.sql()).set_index(["batch_id", "attribute_code"])
    assert found.index.tolist() == [("T2", "LOOK"), ("T1", "VCN"), ("S1", "VIAB"), ("S2", "VIAB")]
    assert found.loc[("S1", "VIAB"), "value"] == 80.0, "of two laboratories the site's own"
    assert found.loc[("T1", "VCN"), "value"] == pytest.approx(4.0), "the mean of logarithms"
    assert found.loc[("S2", "VIAB"), ["value", "qualifier"]].tolist() == [75.0, "<"]
    assert not found.loc[("T2", "LOOK"), "passed"]


def test_the_specification_shown_is_the_clinical_one_and_the_programs_own(session: MemorySession) -> None:
    found = queries.attributes(session, view(), SITES.sql()).set_index("attribute_code")
    assert (found.loc["VIAB", "phase"], found.loc["VIAB", "lower_limit"]) == ("clinical", 75.0)
    assert found.index.tolist() == ["VCN", "VIAB", "LOOK"], "the most critical tier first"


def test_what_there_is_to_compare_and_who_sends(session: MemorySession) -> None:
    found = queries.offered(session, view())
    own = found[(found["program_id"] == "P1") & (found["material"] == "drug product")]
    assert own[["partner_id", "process_version", "lots"]].to_numpy().tolist() == [
        ["SEND", "1.0", 1], ["SEND", "2.0", 1], ["TAKE", "1.0", 1], ["TAKE", "2.0", 1],
    ]  # fmt: skip
    assert queries.directions(session, view())["material"].tolist() == ["drug product"]
