"""Demand as slots against capacity, stock used up in the order of expiry, and the day to order by."""

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from firstdose.queries import supply as queries
from firstdose.rules import supply as headlines
from firstdose.rules import supply_demand as demand
from firstdose.rules import supply_stock as stock
from firstdose.rules.proportion import Share, clopper_pearson
from firstdose.rules.supply_stock import Lot, run_down
from firstdose.view import View
from tests.support import session_of

DAY = date(2026, 11, 20)
EVERYTHING = View(page="supply")
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
        "vector": vector,
    }
    for one, vector in (("P1", "lentiviral"), ("P2", "mRNA"))
]
ONE_A_PATIENT = demand.Attempts(Share(0, 0), Share(1, 1), "nothing")


def lot(id_: str, disposition: str, purpose: str = "clinical", **own: Any) -> dict[str, Any]:
    return {
        "batch_id": id_,
        "program_id": "P1",
        "partner_id": "SEND",
        "material": "drug product",
        "purpose": purpose,
        "process_version": "1",
        "is_remanufacture": False,
        "started_on": date(2026, 1, 1),
        "disposition": disposition,
        **own,
    }


def counted(*lots: dict[str, Any]) -> demand.Attempts:
    session = session_of(DAY, partners=PARTNERS, programs=PROGRAMS, batches=lots)
    return demand.attempts(queries.attempts(session, EVERYTHING))


def test_a_patient_needs_more_slots_the_more_lots_fail_and_are_made_again() -> None:
    lots = [lot(f"L{n}", "released") for n in range(6)]
    lots += [lot("F1", "rejected"), lot("F2", "terminated"), lot("L6", "pending", replaces_batch_id="F1")]
    found = counted(*lots)
    assert (found.basis, found.failure, found.repeat) == ("patients", Share(2, 8), Share(1, 2))
    assert found.slots() == pytest.approx(1 / (1 - 0.25 * 0.5))
    low = clopper_pearson(2, 8)[0] * clopper_pearson(1, 2)[0]
    assert found.slots("low") == pytest.approx(1 / (1 - low))
    assert found.slots("low") < found.slots() < found.slots("high")


def test_a_lot_released_after_the_report_day_is_undecided_on_it_for_stock_and_for_failures() -> None:
    later = {"released_on": date(2026, 3, 1)}
    lots = [
        lot("D1", "released", **later),
        lot("D2", "released out of specification", **later),
        lot("D3", "released", released_on=date(2026, 2, 1)),
        lot("D4", "rejected"),  # a rejection has no day of its own
        lot("V1", "released", material="vector", **later),
        lot("V2", "released", material="vector", released_on=date(2026, 2, 1)),
        lot("V3", "rejected", material="vector"),
        lot("V4", "pending", material="vector"),
    ]
    session = session_of(DAY, partners=PARTNERS, programs=PROGRAMS, batches=lots)

    def told(as_of: date) -> tuple[int, int, int]:
        of = replace(EVERYTHING, as_of=as_of)
        made = queries.attempts(session, of).iloc[0]
        return int(made["lots"]), int(made["lots_failed"]), int(queries.vectors(session, of)["pending"].sum())

    assert told(date(2026, 2, 1)) == (2, 1, 2)
    assert told(date(2026, 3, 1)) == (4, 1, 1)


@pytest.mark.parametrize(
    ("patients", "others", "basis"),
    [
        pytest.param(5, 0, "patients", id="five of patients are enough"),
        pytest.param(4, 1, "all lots", id="four are not, with others they are"),
        pytest.param(4, 0, "nothing", id="too few at all"),
    ],
)
def test_the_failure_rate_says_which_lots_it_is_of(patients: int, others: int, basis: str) -> None:
    lots = [lot(f"L{n}", "released") for n in range(patients)]
    found = counted(*lots, *(lot(f"E{n}", "released", "engineering") for n in range(others)))
    assert found.basis == basis
    assert found.slots() == 1
    if basis == "nothing":
        assert found.slots("high") == 1
        assert "one slot a patient" in demand.attempts_in_words(found)


def planned(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    """Program, site, first of the month, patients."""
    given = [
        {
            "program_id": program,
            "partner_id": site,
            "scenario": "base",
            "month": date.fromisoformat(month),
            "patients": patients,
        }
        for program, site, month, patients in rows
    ]
    session = session_of(DAY, partners=PARTNERS, programs=PROGRAMS, demand=given)
    return demand.of_plan(queries.demand(session, EVERYTHING), "base")


def capacity(slots: float, *, whole: bool = True) -> pd.DataFrame:
    return pd.DataFrame(
        {"partner_id": ["SEND"], "month": [pd.Timestamp("2026-12-01")], "slots": [slots], "whole": [whole]}
    )


SOME_FAIL = demand.Attempts(Share(2, 8), Share(1, 2), "patients")


@pytest.mark.parametrize(
    ("slots", "whole", "fit"),
    [
        pytest.param(8.0 * SOME_FAIL.slots("high"), True, "fits", id="exactly the high end"),
        pytest.param(8.0 * SOME_FAIL.slots("high") - 0.01, True, "tight", id="a little less"),
        pytest.param(8.0 * SOME_FAIL.slots(), True, "tight", id="exactly what is needed"),
        pytest.param(8.0 * SOME_FAIL.slots() - 0.01, True, "short", id="a little less than needed"),
        pytest.param(1.0, False, "unknown", id="not every week is given"),
        pytest.param(99.0, False, "fits", id="enough although not every week is given"),
    ],
)
def test_a_month_fits_when_its_slots_suffice(slots: float, whole: bool, fit: str) -> None:
    plan = planned(("P1", "SEND", "2026-12-01", 8))
    found = demand.months(plan, capacity(slots, whole=whole), SOME_FAIL)
    assert found["fit"].tolist() == [fit]


def test_a_month_without_any_slot_given_is_unknown_not_short() -> None:
    found = demand.months(planned(("P1", "TAKE", "2026-12-01", 8)), capacity(5), SOME_FAIL)
    assert found["fit"].tolist() == ["unknown"]
    assert demand.slot_limits(found)[0].month is None


def test_months_before_that_of_the_report_day_are_past() -> None:
    plan = planned(("P1", "SEND", "2026-10-01", 8), ("P1", "SEND", "2026-11-01", 1))
    assert plan["month"].dt.month.tolist() == [11]


def test_a_scenario_that_does_not_exist_is_not_replaced_by_another() -> None:
    plan = planned(("P1", "SEND", "2026-12-01", 8))
    assert demand.picked(plan, "") == "base"
    assert demand.picked(plan, "nope") == ""


def span(first: str, last: str, rate: float) -> tuple[date, date, float]:
    return date.fromisoformat(first), date.fromisoformat(last), rate


def test_what_expires_first_is_used_first_and_what_is_left_of_it_is_wasted() -> None:
    lots = [Lot("late", 10, None), Lot("soon", 5, date(2026, 11, 22))]
    ran = run_down(lots, [span("2026-11-20", "2026-11-30", 1)], DAY)
    assert ran.wasted == {"soon": 2}
    assert ran.used == 11
    assert ran.runs_out is None


@pytest.mark.parametrize(
    ("amount", "out"),
    [pytest.param(11, None, id="to the last day"), pytest.param(10.9, date(2026, 11, 30), id="not quite")],
)
def test_stock_runs_out_on_the_first_day_it_does_not_suffice_for(amount: float, out: date | None) -> None:
    ran = run_down([Lot("L", amount, None)], [span("2026-11-20", "2026-11-30", 1)], DAY)
    assert ran.runs_out == out


def test_a_lot_is_used_up_to_its_last_day() -> None:
    ran = run_down([Lot("L", 9, date(2026, 11, 21))], [span("2026-11-20", "2026-11-25", 1)], DAY)
    assert (ran.runs_out, ran.wasted, ran.used) == (date(2026, 11, 22), {"L": 7}, 2)


def stored(**own: Any) -> dict[str, Any]:
    return {
        "material_id": "VEC",
        "lot": "V1",
        "partner_id": "TAKE",
        "program_id": "P1",
        "name": "Vector",
        "kind": "vector",
        "quantity": 20,
        "unit": "mL",
        "use_per_batch": 2,
        "single_source": True,
        **own,
    }


def covered(*rows: dict[str, Any], plan: pd.DataFrame, **more: Any) -> list[stock.Cover]:
    session = session_of(DAY, partners=PARTNERS, programs=PROGRAMS, inventory=rows)
    inventory = queries.inventory(session, EVERYTHING)
    return stock.covers(inventory, plan, ONE_A_PATIENT, DAY, pending={}, **more)


TEN_DECEMBER = ("P1", "SEND", "2026-12-01", 31.0)


@pytest.mark.parametrize(
    ("lead", "mark"),
    [
        pytest.param(22, "late", id="had to be ordered yesterday"),
        pytest.param(21, "at risk", id="must be ordered today"),
        pytest.param(None, "at risk", id="lead time not known"),
    ],
)
def test_an_order_is_overdue_once_its_day_has_passed(lead: int | None, mark: str) -> None:
    """Ten doses, one a day from December on: the eleventh is missing on 11 December, 21 days ahead."""
    found = covered(stored(lead_time_days=lead), plan=planned(TEN_DECEMBER))[0]
    assert found.runs_out == date(2026, 12, 11)
    assert found.amount == 10
    assert found.weeks == 3
    assert found.mark == mark


def test_an_order_that_is_due_in_more_than_four_weeks_is_enough_unless_below_the_target() -> None:
    """Ten doses from 1 March on run out on the 11th, 111 days ahead: 83 of lead time leave four weeks."""
    plan = planned(("P1", "SEND", "2027-03-01", 31.0))
    assert covered(stored(lead_time_days=83), plan=plan)[0].mark == "at risk"
    given = stored(lead_time_days=82)
    assert covered(given, plan=plan)[0].mark == "closed"
    assert covered(given, plan=plan, wanted_weeks=15)[0].mark == "closed"
    assert covered(given, plan=plan, wanted_weeks=16)[0].mark == "at risk"


def test_a_program_without_any_vector_in_stock_is_named() -> None:
    plan = planned(("P1", "SEND", "2027-03-01", 1.0), ("P2", "SEND", "2027-03-01", 1.0))
    found = covered(plan=plan)
    assert [(one.name, one.amount) for one in found] == [("Vector for P1 · P1", 0), ("Vector for P2 · P2", 0)]
    headline = headlines.vector_cover(found, 12, plan)
    assert "nothing in stock" in headline.context


def test_materials_serve_their_own_site_and_vectors_any() -> None:
    plan = planned(TEN_DECEMBER)
    beads = stored(material_id="B", kind="reagent", name="Beads", program_id=None)
    found = {one.name: one.mark for one in covered(beads, stored(), plan=plan)}
    assert found == {"Beads": "not applicable", "Vector for P1 · P1": "at risk"}


def test_an_expired_lot_is_no_stock() -> None:
    plan = planned(TEN_DECEMBER)
    gone = stored(expires_on=date(2026, 11, 19), lead_time_days=5)
    found = covered(gone, plan=plan)[0]
    assert (found.amount, found.runs_out) == (0, date(2026, 12, 1))


def test_without_a_plan_nothing_is_used_and_nothing_misfits() -> None:
    plan = planned()
    found = covered(stored(), plan=plan)
    assert [one.mark for one in found] == ["not applicable"]
    assert headlines.first_misfit(stock.limits(found), plan).value == "–"
    assert headlines.vector_cover(found, None, plan).value == "–"
