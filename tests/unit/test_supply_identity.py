"""The chain of identity: what is owed when, which links contradict, and that a whole chain has no gap."""

from datetime import date
from typing import Any

import pytest

from firstdose.contracts import contracts
from firstdose.queries import supply as queries
from firstdose.rules import supply_identity as rules
from firstdose.view import View
from tests.support import session_of

DAY = date(2026, 11, 20)
PARTNERS = [{"partner_id": "S", "name": "Site", "role": "CDMO", "country": "JP"}]
PROGRAMS = [
    {"program_id": one, "name": one, "indication_group": "G", "lead_partner": "S", "jurisdictions": "JP"}
    for one in ("P1", "P2")
]
VECTOR = {
    "batch_id": "V1",
    "program_id": "P1",
    "partner_id": "S",
    "material": "vector",
    "purpose": "clinical",
    "process_version": "1",
    "is_remanufacture": False,
    "started_on": date(2026, 1, 1),
    "released_on": date(2026, 3, 1),
    "disposition": "released",
}
WHOLE = VECTOR | {
    "batch_id": "L1",
    "material": "drug product",
    "vector_batch_id": "V1",
    "donor_id": "DN-1",
    "collected_on": date(2026, 4, 1),
    "received_on": date(2026, 4, 2),
    "started_on": date(2026, 4, 3),
    "harvested_on": date(2026, 4, 13),
    "released_on": date(2026, 4, 28),
    "shipped_on": date(2026, 4, 30),
    "infused_on": date(2026, 5, 6),
    "patient_outcome": "infused",
    "outcome_on": date(2026, 5, 6),
}
RUNNING = (
    WHOLE
    | dict.fromkeys(("harvested_on", "released_on", "shipped_on", "infused_on", "outcome_on"))
    | {
        "disposition": "pending",
        "patient_outcome": "waiting",
    }
)
FAILED = RUNNING | {"batch_id": "L0", "disposition": "rejected", "failure_reason": "x"}


def gaps(*lots: dict[str, Any], as_of: date | None = None, vector: dict[str, Any] = VECTOR) -> list[str]:
    session = session_of(DAY, partners=PARTNERS, programs=PROGRAMS, batches=[vector, *lots])
    return rules.gaps(queries.identity(session, View(page="supply", as_of=as_of)))["gap"].tolist()


@pytest.mark.parametrize("lot", [WHOLE, RUNNING, FAILED], ids=["infused", "running", "failed"])
def test_a_whole_chain_has_no_gap_and_nothing_is_owed_before_its_time(lot: dict[str, Any]) -> None:
    assert gaps(lot) == []


@pytest.mark.parametrize(
    ("lot", "gap"),
    [
        pytest.param(WHOLE | {"donor_id": None}, "donor", id="no donor"),
        pytest.param(WHOLE | {"vector_batch_id": None}, "vector", id="no vector"),
        pytest.param(WHOLE | {"vector_batch_id": "V9"}, "vector unknown", id="vector not in the data"),
        pytest.param(WHOLE | {"vector_batch_id": "L1"}, "not a vector", id="no vector lot"),
        pytest.param(WHOLE | {"collected_on": None}, "collected", id="no collection"),
        pytest.param(RUNNING | {"received_on": None}, "received", id="no receipt"),
        pytest.param(WHOLE | {"harvested_on": None}, "harvested", id="released without harvest"),
        pytest.param(WHOLE | {"released_on": None}, "released", id="released without its day"),
        pytest.param(WHOLE | {"shipped_on": None}, "shipped", id="infused without shipping"),
        pytest.param(WHOLE | {"infused_on": None}, "infused", id="outcome without a day"),
        pytest.param(WHOLE | {"patient_outcome": "died"}, "outcome contradicts", id="infused or died"),
        pytest.param(RUNNING | {"patient_outcome": None}, "outcome", id="no outcome"),
        pytest.param(WHOLE | {"disposition": "rejected"}, "infused although failed", id="rejected"),
        pytest.param(RUNNING | {"is_remanufacture": True}, "repeat", id="repeat of nothing"),
    ],
)
def test_a_gap_is_named(lot: dict[str, Any], gap: str) -> None:
    assert gaps(lot) == [gap]


@pytest.mark.parametrize(
    ("own", "gap"),
    [
        pytest.param({"program_id": "P2"}, "vector of another program", id="of another program"),
        pytest.param({"disposition": "rejected"}, "vector failed", id="rejected"),
        pytest.param({"released_on": None}, "vector not released", id="never released"),
        pytest.param({"released_on": date(2026, 4, 4)}, "vector not released", id="released after the start"),
    ],
)
def test_a_vector_lot_must_be_good_before_the_start(own: dict[str, Any], gap: str) -> None:
    assert gaps(WHOLE, vector=VECTOR | own) == [gap]


def test_a_vector_released_on_the_day_of_the_start_is_good() -> None:
    assert gaps(WHOLE, vector=VECTOR | {"released_on": date(2026, 4, 3)}) == []


def test_a_repeat_is_of_a_failed_lot_of_the_same_donor() -> None:
    repeat = WHOLE | {"is_remanufacture": True, "replaces_batch_id": "L0"}
    assert gaps(FAILED, repeat) == []
    assert gaps(FAILED, repeat | {"donor_id": "DN-2"}) == ["repeat of another donor"]
    assert gaps(RUNNING | {"batch_id": "L0"}, repeat) == ["repeat of a good lot"]


def test_a_repeat_begins_after_what_it_repeats() -> None:
    repeat = WHOLE | {"is_remanufacture": True, "replaces_batch_id": "L0"}
    assert gaps(FAILED | {"started_on": date(2026, 4, 4)}, repeat) == ["repeat of a later lot"]


def test_a_donor_that_stands_with_two_programs_is_named_on_both() -> None:
    other = RUNNING | {"batch_id": "L2", "program_id": "P2", "vector_batch_id": None}
    assert sorted(gaps(WHOLE, other)) == ["donor elsewhere", "donor elsewhere", "vector"]


def test_what_lies_after_the_report_day_is_not_owed() -> None:
    assert gaps(WHOLE | {"harvested_on": None}, as_of=date(2026, 4, 20)) == []


def test_no_table_has_a_column_for_a_persons_name_or_birth() -> None:
    """What the page promises in its foot."""
    columns = {column.name for contract in contracts().values() for column in contract.columns}
    assert not {one for one in columns if any(part in one for part in ("birth", "patient_name", "initials"))}
