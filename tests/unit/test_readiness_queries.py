"""Readiness questions on the real engine: which items count, and what stands beside them."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from firstdose.queries import readiness as queries
from firstdose.view import View
from tests.support import MemorySession, session_of

TODAY = date(2026, 11, 23)


def program(program_id: str, **more: Any) -> dict[str, Any]:
    return {
        "program_id": program_id,
        "indication_group": "T-cell malignancy",
        "lead_partner": "CTR",
        "jurisdictions": "JP;US",
        **more,
    }


def item(item_id: str, **more: Any) -> dict[str, Any]:
    return {
        "item_id": item_id,
        "program_id": "P1",
        "jurisdiction": "JP",
        "area": "Regulatory",
        "title": item_id,
        "gate": True,
        "blocks": "filing",
        "status": "in progress",
        "owner_partner": "CTR",
        "evidence_expected": 1,
        "updated_on": TODAY,
        **more,
    }


def document(evidence_id: str, item_id: str, status: str, **more: Any) -> dict[str, Any]:
    """One version of a document, of its own unless ``document_id`` names another."""
    return {
        "evidence_id": evidence_id,
        "item_id": item_id,
        "document_id": f"DOC-{evidence_id}",
        "status": status,
        **more,
    }


def ids(frame: pd.DataFrame) -> str:
    return "".join(sorted(frame["item_id"]))


@pytest.fixture(scope="module")
def session() -> MemorySession:
    return session_of(
        partners=[
            {"partner_id": "CTR", "name": "Centre", "name_ja": "センター"},
            {"partner_id": "CDMO", "name": "Maker"},
        ],
        programs=[program("P1"), program("P2", indication_group="Solid tumour", jurisdictions="EU")],
        readiness_items=[
            item("A", due_on=TODAY - timedelta(days=1), requirement_code="REG-02"),
            item("B", due_on=TODAY, owner_partner="CDMO", blocks="first dose", gate=False),
            item("C", status="closed", due_on=TODAY - timedelta(days=9), jurisdiction="US"),
            item("D", status="not applicable", area="Clinical", due_on=TODAY - timedelta(days=9)),
            item("E", program_id="P2", jurisdiction="EU", due_on=None),
        ],
        evidence=[
            document("1", "A", "approved"),
            document("2", "A", "approved", valid_until=TODAY),
            document("3", "A", "approved", valid_until=TODAY - timedelta(days=1)),
            document("4", "A", "draft"),
            document("5", "B", "superseded"),
        ],
    )


CASES = [
    pytest.param(View(), "ABCDE", id="everything"),
    pytest.param(View(program=("P2",)), "E", id="one program"),
    pytest.param(View(group=("Solid tumour",)), "E", id="one group"),
    pytest.param(View(jurisdiction=("US",)), "C", id="one jurisdiction"),
    pytest.param(View(area=("Clinical",)), "D", id="one area"),
    pytest.param(View(partner=("CDMO",)), "B", id="one owner"),
    pytest.param(View(since=TODAY), "B", id="due from a day on; items without a due day have none"),
    pytest.param(View(until=TODAY - timedelta(days=1)), "ACD", id="due until a day"),
    pytest.param(View(program=()), "", id="a refused program shows nothing"),
    pytest.param(View(area=()), "", id="a refused area shows nothing"),
    pytest.param(View(jurisdiction=()), "", id="a refused jurisdiction shows nothing"),
    pytest.param(View(partner=()), "", id="a refused partner shows nothing"),
]


@pytest.mark.parametrize(("view", "shown"), CASES)
def test_items_and_checklist_follow_the_shared_filters(
    session: MemorySession, view: View, shown: str
) -> None:
    assert ids(queries.items(session, view)) == shown
    assert ids(queries.checklist(session, view)) == shown


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("blocks", "filing", "ACDE"),
        ("blocks", "first dose", "B"),
        ("blocks", "all", "ABCDE"),
        ("blocks", "-", ""),
        ("state", "open", "ABE"),
        ("state", "overdue", "ABE"),
        ("state", "all", "ABCDE"),
        ("state", "-", ""),
        ("gate", "gate", "ACDE"),
        ("gate", "all", "ABCDE"),
        ("gate", "-", ""),
    ],
)
def test_the_page_keys_choose_rows_and_a_refused_one_shows_none(
    session: MemorySession, key: str, value: str, shown: str
) -> None:
    assert ids(queries.checklist(session, View().with_key(key, value))) == shown


def test_evidence_counts_when_approved_and_still_valid(session: MemorySession) -> None:
    proven = queries.checklist(session, View()).set_index("item_id")
    assert proven["evidence_approved"].to_dict() == {"A": 2, "B": 0, "C": 0, "D": 0, "E": 0}


def test_versions_of_one_document_are_one_piece_of_evidence() -> None:
    passed = TODAY - timedelta(days=1)
    rows = [
        document(f"{status}-{version}", "A", status, version=version, document_id=status)
        for status in ("approved", "superseded")
        for version in ("1.0", "2.0")
    ]
    expired = [
        document(f"expired-{version}", "A", "approved", document_id="expired", valid_until=passed)
        for version in ("1.0", "2.0")
    ]
    told = session_of(
        programs=[program("P1")],
        readiness_items=[item("A", status="closed", evidence_expected=2)],
        evidence=[*rows, *expired],
    )
    listed = queries.checklist(told, View()).iloc[0]
    assert (listed["evidence_approved"], listed["evidence_expected"]) == (1, 2)
    counted = queries.network(told, View()).iloc[0]
    names = ["evidence_approved", "evidence_superseded", "evidence_expired"]
    assert counted[names].tolist() == [1, 1, 1]


def test_a_requirement_brings_its_source_and_how_sure_it_is(session: MemorySession) -> None:
    rows = queries.checklist(session, View()).set_index("item_id")
    assert rows.loc["A", "confidence"] == "seen"
    assert "PMDA" in str(rows.loc["A", "source_name"])
    assert rows["confidence"].drop("A").isna().all()


def test_all_items_ignore_the_milestone_chosen(session: MemorySession) -> None:
    view = View().with_key("blocks", "first dose")
    assert ids(queries.items(session, view)) == "B"
    assert ids(queries.all_items(session, view)) == "ABCDE"


def test_the_version_compared_with_is_read_on_its_own_report_day() -> None:
    base = session_of(as_of=TODAY - timedelta(days=30), programs=[program("P1")], readiness_items=[item("A")])
    before = queries.items_before(base, View(as_of=TODAY))
    assert before is not None
    assert before["item_id"].tolist() == ["A"]
    assert queries.items_before(None, View()) is None


def test_the_past_of_a_gate_is_told_whatever_else_the_view_filters(session: MemorySession) -> None:
    whole = queries.history(session, View("review", program=("P1",)))
    assert len(whole)
    others = View("review", program=("P1",), partner=("NOBODY",), area=("Clinical",), group=("none",))
    pd.testing.assert_frame_equal(queries.history(session, others), whole)
    assert queries.history(session, View("review", program=())).empty
