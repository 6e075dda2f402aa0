"""Lots, results and deviations as the engine answers: filters, specifications by day, one value a lot."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from firstdose.queries import manufacturing as queries
from firstdose.queries import overview, transfer
from firstdose.rules.manufacturing import result_mark
from firstdose.rules.manufacturing_chart import out_of_specification
from firstdose.rules.transfer_runs import ladder
from firstdose.ui.manufacturing import lot_cards
from firstdose.view import View
from tests.support import MemorySession, session_of

DAY = date(2026, 11, 20)
PARTNERS = [
    {"partner_id": one, "name": one.title(), "role": "CDMO", "country": "JP"} for one in ("SEND", "TAKE")
]
PROGRAMS = [
    {
        "program_id": one,
        "name": one,
        "indication_group": "Solid",
        "lead_partner": "SEND",
        "jurisdictions": "JP",
    }
    for one in ("P1", "P2")
]
ATTRIBUTES = [
    {
        "attribute_code": "VIAB",
        "material": "drug product",
        "name": "Viability",
        "unit": "%",
        "data_type": "numeric",
        "scale": "linear",
        "tier": 2,
    },
    {
        "attribute_code": "VCN",
        "material": "drug product",
        "name": "Copies",
        "unit": "copies",
        "data_type": "numeric",
        "scale": "log",
        "tier": 1,
    },
    {
        "attribute_code": "LOOK",
        "material": "drug product",
        "name": "Appearance",
        "data_type": "pass/fail",
        "scale": "linear",
        "tier": 3,
    },
]


def lot(id_: str, started: str, **own: Any) -> dict[str, Any]:
    return {
        "batch_id": id_,
        "program_id": "P1",
        "partner_id": "SEND",
        "material": "drug product",
        "purpose": "clinical",
        "process_version": "1.0",
        "is_remanufacture": False,
        "started_on": date.fromisoformat(started),
        "disposition": "released",
        **own,
    }


def result(lot_id: str, value: float | None, attribute: str = "VIAB", **own: Any) -> dict[str, Any]:
    return {
        "batch_id": lot_id,
        "attribute_code": attribute,
        "sample": "release",
        "replicate": 1,
        "tested_on": date(2026, 3, 1),
        "value": value,
        "lab_partner": "SEND",
        **own,
    }


def world(**tables: Any) -> MemorySession:
    return session_of(as_of=DAY, partners=PARTNERS, programs=PROGRAMS, attributes=ATTRIBUTES, **tables)


def view(**own: Any) -> View:
    return View(page="manufacturing", **own)


def test_a_lot_carries_its_genealogy_and_its_deviations() -> None:
    lots = [
        lot("V1", "2026-01-01", material="vector"),
        lot("D1", "2026-02-01", vector_batch_id="V1"),
        lot("D2", "2026-03-01", vector_batch_id="V1", program_id="P2", partner_id="TAKE"),
    ]
    deviations = [
        {
            "deviation_id": "X1",
            "batch_id": "D1",
            "partner_id": "SEND",
            "severity": "minor",
            "category": "C",
            "title": "T",
            "opened_on": date(2026, 2, 3),
            "closed_on": date(2026, 12, 1),
        },
        {
            "deviation_id": "X2",
            "batch_id": "D1",
            "partner_id": "SEND",
            "severity": "minor",
            "category": "C",
            "title": "T",
            "opened_on": date(2026, 11, 21),
        },
    ]
    session = world(batches=lots, deviations=deviations)
    found = queries.lots(session, view()).set_index("batch_id")
    assert found.index.tolist() == ["D2", "D1", "V1"]
    assert found.loc["V1", "products"] == 2
    assert (found.loc["D1", "deviations"], found.loc["D1", "open_deviations"]) == (1, 1)
    assert queries.products(session, view(), "V1")["batch_id"].tolist() == ["D1", "D2"]
    assert queries.products(session, view(program=("P1",)), "V1")["batch_id"].tolist() == ["D1"]


@pytest.mark.parametrize(
    ("filters", "lots"),
    [
        pytest.param({"program": ("P2",)}, ["D2"], id="program"),
        pytest.param({"partner": ("SEND",)}, ["D1"], id="site"),
        pytest.param({"since": date(2026, 2, 15)}, ["D2"], id="period"),
        pytest.param({"program": ()}, [], id="nothing chosen"),
        pytest.param({"area": ()}, [], id="refused area"),
        pytest.param({"as_of": date(2026, 2, 1)}, ["D1"], id="report day"),
    ],
)
def test_filters_narrow_the_lots(filters: dict[str, Any], lots: list[str]) -> None:
    session = world(
        batches=[lot("D1", "2026-02-01"), lot("D2", "2026-03-01", program_id="P2", partner_id="TAKE")]
    )
    assert queries.lots(session, view(**filters))["batch_id"].tolist() == lots


def test_a_result_is_held_against_the_specification_of_its_phase_and_day() -> None:
    limits = [
        {
            "specification_id": "OLD",
            "attribute_code": "VIAB",
            "phase": "clinical",
            "lower": 60.0,
            "valid_from": date(2026, 1, 1),
        },
        {
            "specification_id": "NEW",
            "attribute_code": "VIAB",
            "phase": "clinical",
            "lower": 80.0,
            "valid_from": date(2026, 6, 1),
        },
        {
            "specification_id": "DEV",
            "attribute_code": "VIAB",
            "phase": "development",
            "lower": 10.0,
            "valid_from": date(2026, 1, 1),
        },
        {
            "specification_id": "OWN",
            "attribute_code": "VIAB",
            "phase": "clinical",
            "lower": 75.0,
            "valid_from": date(2026, 1, 1),
            "program_id": "P2",
        },
    ]
    session = world(
        batches=[
            lot("D1", "2026-01-01"),
            lot("D2", "2026-02-01", purpose="development"),
            lot("D3", "2026-02-01", purpose="engineering", program_id="P2"),
        ],
        specifications=limits,
        results=[
            result("D1", 70.0, tested_on=date(2026, 5, 31)),
            result("D1", 70.0, tested_on=date(2026, 6, 1), replicate=2),
            result("D1", 70.0, tested_on=date(2025, 12, 31), replicate=3),
            result("D2", 70.0),
            result("D3", 70.0, tested_on=date(2026, 7, 1)),
        ],
    )
    found = queries.lot_results(session, view(), "D1")
    assert found["specification_id"].fillna("").tolist() == ["OLD", "NEW", ""]
    assert queries.lot_results(session, view(), "D2")["specification_id"].tolist() == ["DEV"]
    assert queries.lot_results(session, view(), "D3")["specification_id"].tolist() == ["OWN"]
    assert queries.lot_results(session, view(partner=("TAKE",)), "D1").empty


def test_a_chart_has_one_value_a_lot_and_never_mixes_samples() -> None:
    session = world(
        batches=[lot("D1", "2026-01-02"), lot("D2", "2026-01-01")],
        results=[
            result("D1", 80.0),
            result("D1", 90.0, replicate=2),
            result("D1", 10.0, sample="stability"),
            result("D2", 70.0),
        ],
    )
    found = queries.series(session, view(), "VIAB", "SEND")
    assert found["batch_id"].tolist() == ["D2", "D1"]
    assert found["value"].tolist() == [70.0, 85.0]
    assert found["results"].tolist() == [1, 2]


def test_a_lot_tested_in_two_laboratories_is_charted_by_its_own_site() -> None:
    session = world(
        batches=[lot("D1", "2026-02-01"), lot("D2", "2026-02-02")],
        results=[
            result("D1", 90.0),
            result("D1", 80.0, lab_partner="TAKE"),
            result("D2", 85.0, lab_partner="TAKE"),
        ],
    )
    assert queries.series(session, view(), "VIAB", "SEND")["value"].tolist() == [90.0, 85.0]


def test_lots_of_a_log_attribute_are_averaged_on_logs() -> None:
    rows = [result("D1", 1.0, "VCN"), result("D1", 4.0, "VCN", replicate=2)]
    session = world(batches=[lot("D1", "2026-01-02")], results=rows)
    assert queries.series(session, view(), "VCN", "SEND")["value"].tolist() == [pytest.approx(2.0)]


@pytest.mark.parametrize("attribute", ["VIAB", "VCN"])
def test_a_result_of_zero_or_less_is_charted_as_it_is(attribute: str) -> None:
    rows = [result("D1", 0.0, attribute), result("D2", -1.0, attribute), result("D3", 2.0, attribute)]
    session = world(batches=[lot(f"D{at}", f"2026-01-0{at}") for at in (1, 2, 3)], results=rows)
    assert queries.series(session, view(), attribute, "SEND")["value"].tolist() == [0.0, -1.0, 2.0]


@pytest.mark.parametrize(
    ("qualifiers", "qualifier", "known"),
    [(("<", None), "<", True), ((">", ">"), ">", True), (("<", ">"), None, False)],
)
def test_the_mean_of_a_bound_is_a_bound_and_of_opposite_bounds_nothing(
    qualifiers: tuple[str | None, str | None], qualifier: str | None, known: bool
) -> None:
    rows = [result("D1", 1.0, replicate=at, qualifier=one) for at, one in enumerate(qualifiers, 1)]
    (row,) = queries.series(
        world(batches=[lot("D1", "2026-01-02")], results=rows), view(), "VIAB", "SEND"
    ).to_dict("records")
    assert (not np.isnan(row["value"])) is known
    assert qualifier is None or row["qualifier"] == qualifier


def test_only_numeric_attributes_with_results_of_the_report_day_are_offered() -> None:
    session = world(
        batches=[lot("D1", "2026-01-02"), lot("D2", "2026-01-02", partner_id="TAKE")],
        results=[
            result("D1", 1.0, "VIAB"),
            result("D2", 1.0, "VCN"),
            result("D1", None, "LOOK", passed=True),
            result("D2", 1.0, "VIAB", tested_on=date(2026, 11, 21)),
        ],
    )
    found = queries.charts(session, view())
    assert list(zip(found["attribute_code"], found["partner_id"], strict=True)) == [
        ("VCN", "TAKE"),
        ("VIAB", "SEND"),
    ]


def test_events_of_other_sites_and_attributes_are_not_shown() -> None:
    def event(id_: str, **own: Any) -> dict[str, Any]:
        return {"event_id": id_, "on_date": date(2026, 5, 1), "kind": "site", "title": id_, **own}

    session = world(
        events=[
            event("ALL"),
            event("SITE", partner_id="SEND", material="drug product"),
            event("OTHER-SITE", partner_id="TAKE"),
            event("OTHER-MATERIAL", material="vector"),
            event("OTHER-ATTRIBUTE", attribute_code="VCN"),
            event("LATER", on_date=date(2026, 11, 21)),
        ]
    )
    assert queries.events(session, view(), "VIAB", "SEND")["event_id"].tolist() == ["ALL", "SITE"]


def test_limits_that_differ_between_programs_are_two_rows() -> None:
    limits = [
        {
            "specification_id": "ALL",
            "attribute_code": "VIAB",
            "phase": "clinical",
            "lower": 60.0,
            "valid_from": date(2026, 1, 1),
        },
        {
            "specification_id": "OWN",
            "attribute_code": "VIAB",
            "phase": "clinical",
            "lower": 75.0,
            "valid_from": date(2026, 1, 1),
            "program_id": "P2",
        },
        {
            "specification_id": "LATER",
            "attribute_code": "VIAB",
            "phase": "clinical",
            "lower": 99.0,
            "valid_from": date(2026, 11, 21),
        },
    ]
    session = world(specifications=limits)
    assert sorted(queries.limits(session, view(), "VIAB", ["P1", "P2"])["lower"]) == [60.0, 75.0]
    assert queries.limits(session, view(), "VIAB", ["P2"])["lower"].tolist() == [75.0]


def test_what_a_failed_lot_failed_is_found_by_its_own_specification() -> None:
    limits = [
        {
            "specification_id": "S",
            "attribute_code": "VIAB",
            "phase": "clinical",
            "lower": 70.0,
            "valid_from": date(2026, 1, 1),
        }
    ]
    session = world(
        batches=[
            lot("BAD", "2026-01-02", disposition="rejected"),
            lot("GOOD", "2026-01-03"),
            lot("UNSURE", "2026-01-04", disposition="rejected"),
        ],
        specifications=limits,
        results=[
            result("BAD", 60.0),
            result("BAD", None, "LOOK", passed=False),
            result("GOOD", 60.0),
            result("UNSURE", 60.0, qualifier=">"),
        ],
    )
    found = queries.out_of_specification(session, view())
    assert found[["batch_id", "attribute_code"]].to_numpy().tolist() == [["BAD", "LOOK"], ["BAD", "VIAB"]]


def test_a_number_with_a_verdict_beside_it_is_judged_alike_on_lot_page_chart_and_pareto() -> None:
    limit = {"specification_id": "S", "attribute_code": "VIAB", "phase": "clinical", "lower": 70.0}
    session = world(
        batches=[lot(one, "2026-01-02", disposition="rejected") for one in ("LOW", "HIGH")],
        specifications=[limit | {"valid_from": date(2026, 1, 1)}],
        results=[result("LOW", 50.0, passed=True), result("HIGH", 90.0, passed=False)],
    )
    marks = {
        one: result_mark(queries.lot_results(session, view(), one).iloc[0].to_dict())
        for one in ("LOW", "HIGH")
    }
    charted = queries.series(session, view(), "VIAB", "SEND").set_index("batch_id")
    assert marks == {"LOW": "fails", "HIGH": "passes"}
    assert out_of_specification(charted).to_dict() == {"LOW": True, "HIGH": False}
    assert queries.out_of_specification(session, view())["batch_id"].tolist() == ["LOW"]


def test_a_result_given_as_a_bound_on_its_limit_is_judged_alike_on_lot_page_chart_and_pareto() -> None:
    told = {"attribute_code": "VIAB", "phase": "clinical", "valid_from": date(2026, 1, 1)}
    given = {
        "UNDER": result("UNDER", 70.0, qualifier="<"),
        "ON LOW": result("ON LOW", 70.0),
        "UNSURE LOW": result("UNSURE LOW", 70.0, qualifier=">"),
        "OVER": result("OVER", 90.0, qualifier=">"),
        "ON HIGH": result("ON HIGH", 90.0),
        "UNSURE HIGH": result("UNSURE HIGH", 90.0, qualifier="<"),
    }
    session = world(
        batches=[lot(one, "2026-01-02", disposition="rejected") for one in given],
        specifications=[{"specification_id": "S", "lower": 70.0, "upper": 90.0} | told],
        results=[*given.values(), result("OVER", 80.0, replicate=2, tested_on=date(2026, 4, 1))],
    )
    page = {one: queries.lot_results(session, view(), one).to_dict("records") for one in given}
    assert {one for one in given if "fails" in map(result_mark, page[one])} == {"OVER", "UNDER"}
    charted = queries.series(session, view(as_of=date(2026, 3, 31)), "VIAB", "SEND").set_index("batch_id")
    outside = out_of_specification(charted)
    assert set(outside[outside].index) == {"OVER", "UNDER"}
    for of in (view(), view(as_of=date(2026, 3, 31))):  # by lot, and by its days
        assert queries.out_of_specification(session, of)["batch_id"].tolist() == ["OVER", "UNDER"]


def test_a_deviation_is_open_until_the_report_day_says_otherwise() -> None:
    rows = [
        {
            "deviation_id": "X1",
            "batch_id": "D1",
            "partner_id": "SEND",
            "severity": "minor",
            "category": "C",
            "title": "T",
            "opened_on": date(2026, 1, 11),
            "closed_on": date(2026, 2, 10),
            "root_cause": "R",
        },
        {
            "deviation_id": "X2",
            "partner_id": "SEND",
            "severity": "minor",
            "category": "C",
            "title": "T",
            "opened_on": date(2026, 1, 1),
        },
    ]
    session = world(batches=[lot("D1", "2026-01-02")], deviations=rows)
    later = queries.deviations(session, view(as_of=date(2026, 2, 10)))
    assert later["deviation_id"].tolist() == ["X2", "X1"]
    assert later["age_days"].tolist() == [40, 30]
    sooner = queries.deviations(session, view(as_of=date(2026, 2, 9)))
    assert sooner["closed_on"].isna().all()
    assert sooner["root_cause"].isna().all()
    assert queries.deviations(session, view(program=("P1",)))["deviation_id"].tolist() == ["X1"]


@pytest.mark.parametrize(
    "filters",
    [
        pytest.param({}, id="no filter"),
        pytest.param({"since": date(2026, 2, 1)}, id="since the lot began"),
        pytest.param({"until": date(2026, 2, 1)}, id="until the lot began"),
        pytest.param({"partner": ("SEND",)}, id="the site of the lot"),
        pytest.param({"program": ("P1",)}, id="its program"),
        pytest.param({"as_of": date(2026, 2, 20)}, id="an earlier report day"),
    ],
)
def test_a_lot_shows_as_many_deviations_as_the_list_counts_for_it(filters: dict[str, Any]) -> None:
    told = {"batch_id": "D1", "severity": "minor", "category": "C", "title": "T"}
    rows = [
        told | {"deviation_id": "X1", "partner_id": "SEND", "opened_on": date(2026, 1, 20)},
        told | {"deviation_id": "X2", "partner_id": "TAKE", "opened_on": date(2026, 2, 10)},
        told | {"deviation_id": "X3", "partner_id": "SEND", "opened_on": date(2026, 3, 10)},
        told | {"deviation_id": "X4", "partner_id": "SEND", "opened_on": date(2026, 2, 3), "batch_id": "D2"},
    ]
    session = world(batches=[lot("D1", "2026-02-01"), lot("D2", "2026-02-01")], deviations=rows)
    counted = queries.lots(session, view(**filters)).set_index("batch_id")["deviations"]
    own = queries.lot_deviations(session, view(**filters), "D1")
    assert len(own) == counted["D1"] == (2 if "as_of" in filters else 3)
    assert own.columns.tolist() == queries.deviations(session, view()).columns.tolist()
    shown = {card.key: card.data for card in lot_cards(view(**filters), session, "D1", DAY)}
    assert len(shown["table-manufacturing-lot-deviations"]) == len(own)


def test_deviations_of_a_lot_that_is_not_let_through_are_not_shown() -> None:
    told = {"deviation_id": "X", "batch_id": "D1", "partner_id": "TAKE", "severity": "minor"}
    rows = [told | {"category": "C", "title": "T", "opened_on": date(2026, 2, 3)}]
    session = world(batches=[lot("D1", "2026-02-01")], deviations=rows)
    for refused in ({"program": ("P2",)}, {"partner": ("TAKE",)}):
        assert queries.lot_deviations(session, view(**refused), "D1").empty


def test_a_lot_released_after_the_report_day_is_pending_on_it_everywhere() -> None:
    later, days = date(2026, 5, 10), {"harvested_on": date(2026, 4, 20), "released_on": date(2026, 5, 10)}
    session = world(
        batches=[
            lot("V1", "2026-01-01", material="vector", released_on=later),
            lot("D1", "2026-04-02", vector_batch_id="V1", shipped_on=later, infused_on=later, **days)
            | {"patient_outcome": "infused"},
            lot("D2", "2026-04-03", disposition="released out of specification", **days),
            lot("D3", "2026-04-04", disposition="rejected", failure_reason="R"),
            lot("D4", "2026-04-05"),  # of a lot without a day of release the verdict is taken as it is
        ],
        specifications=[
            {"specification_id": "S", "attribute_code": "VIAB", "phase": "clinical", "lower": 70.0}
            | {"valid_from": date(2026, 1, 1)}
        ],
        results=[result(one, 60.0) for one in ("D1", "D2", "D3")],
    )
    before, after = view(as_of=date(2026, 5, 1)), view(as_of=later)

    def verdicts(of: View) -> list[dict[str, str]]:
        frames = queries.lots(session, of), queries.series(session, of, "VIAB", "SEND")
        return [frame.set_index("batch_id")["disposition"].to_dict() for frame in frames]

    listed, charted = verdicts(before)
    pending = {"V1": "pending", "D1": "pending", "D2": "pending", "D3": "rejected", "D4": "released"}
    assert listed == pending
    assert charted == {one: pending[one] for one in ("D1", "D2", "D3")}
    assert set(verdicts(after)[0].values()) == {"released", "released out of specification", "rejected"}
    assert queries.lots(session, before)["released_on"].isna().all()
    assert queries.products(session, before, "V1")["disposition"].tolist() == ["pending"]
    assert queries.out_of_specification(session, before)["batch_id"].tolist() == ["D3"]
    assert queries.out_of_specification(session, after)["batch_id"].tolist() == ["D2", "D3"]
    page = queries.lot(session, before, "D1").iloc[0]
    assert (page["disposition"], page["vector_disposition"]) == ("pending", "pending")
    assert page[["released_on", "shipped_on", "infused_on"]].isna().all()
    assert page["patient_outcome"] == "waiting"
    assert page["harvested_on"].date() == date(2026, 4, 20)
    made = overview.batch_success(session, before).set_index("material")
    assert made.loc["drug product", ["pending", "dispositioned", "released", "failed"]].tolist() == [
        2,
        2,
        1,
        1,
    ]
    rungs = ladder(queries.lots(session, before), transfer.rungs(session, before)).set_index("material")
    assert rungs.loc["drug product", ["passed", "failed", "pending"]].tolist() == [1, 1, 2]


def test_each_day_of_a_failed_lot_is_held_against_what_was_valid_on_it() -> None:
    def limit(id_: str, since: date, lower: float) -> dict[str, Any]:
        told = {"specification_id": id_, "attribute_code": "VIAB", "phase": "clinical", "valid_from": since}
        return told | {"lower": lower}

    first, last = date(2026, 3, 1), date(2026, 5, 1)
    session = world(
        batches=[lot(f"B{n}", "2026-01-02", disposition="rejected") for n in range(5)],
        specifications=[limit("S1", date(2026, 1, 1), 70.0), limit("S2", date(2026, 4, 1), 80.0)],
        results=[
            result("B0", 75.0, tested_on=first),  # inside what was valid on its day, and now outside
            result("B0", 85.0, tested_on=last, replicate=2),
            result("B1", 85.0, tested_on=first),
            result("B1", 75.0, tested_on=last, replicate=2),
            result("B2", 75.0, tested_on=first),  # all of it before the change
            result("B3", 75.0, tested_on=last),  # all of it after
            result("B4", 85.0, tested_on=date(2026, 4, 2)),
            result("B4", 75.0, tested_on=last, replicate=2),  # not yet known on the earlier report day
        ],
    )
    assert queries.out_of_specification(session, view())["batch_id"].tolist() == ["B1", "B3", "B4"]
    before = queries.out_of_specification(session, view(as_of=date(2026, 4, 30)))
    assert before["batch_id"].tolist() == []


def test_of_a_lot_that_was_still_tested_only_the_days_so_far_are_counted() -> None:
    session = world(
        batches=[lot("D1", "2026-01-02"), lot("D2", "2026-01-02")],
        results=[
            *(result("D1", 1.0, tested_on=date(2026, 3, day), replicate=day) for day in (1, 2, 3)),
            result("D2", 1.0, tested_on=date(2026, 3, 9)),
            result("D2", 1.0, "VCN", tested_on=date(2026, 3, 2), replicate=2),
        ],
    )

    def counted(day: int) -> dict[str, int]:
        found = queries.charts(session, view(as_of=date(2026, 3, day)))
        return dict(zip(found["attribute_code"], found["results"], strict=True))

    assert counted(1) == {"VIAB": 1}
    assert counted(2) == {"VIAB": 2, "VCN": 1}
    assert counted(8) == {"VIAB": 3, "VCN": 1}
    assert counted(9) == {"VIAB": 4, "VCN": 1}
