"""The gate review: what a decision must say, what it becomes, and what the page is told."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from firstdose.contracts import contracts
from firstdose.figures import review as figures
from firstdose.queries import readiness
from firstdose.queries import review as queries
from firstdose.rules import review as rules
from firstdose.rules.readiness import item_marks
from firstdose.rules.review import Condition, Decision
from firstdose.view import View
from tests.support import session_of

DAY = date(2026, 11, 20)
GO = Decision(
    program_id="P1",
    gate="filing",
    jurisdiction="JP",
    outcome="go",
    rationale="All criteria are met",
    decided_by="Joint steering committee",
    decided_on=DAY,
    data_version=12,
)
CONDITION = Condition("A third run", "CDMO", date(2026, 12, 18))
CONDITIONAL = replace(GO, outcome="conditional go", conditions=(CONDITION,))


def test_a_whole_decision_lacks_nothing() -> None:
    assert rules.missing(GO, DAY) == []
    assert rules.missing(CONDITIONAL, DAY) == []


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        pytest.param(replace(GO, outcome=""), "outcome", id="no outcome"),
        pytest.param(replace(GO, rationale=" \n"), "rationale", id="a blank rationale"),
        pytest.param(replace(GO, decided_by=""), "body", id="no body"),
        pytest.param(
            replace(GO, decided_on=date(2026, 11, 21)), "20 Nov 2026 at the latest", id="a day still to come"
        ),
        pytest.param(replace(CONDITIONAL, conditions=()), "at least one condition", id="no condition"),
        pytest.param(
            replace(CONDITIONAL, conditions=(replace(CONDITION, title=" "),)),
            "at least one condition",
            id="a blank condition is none",
        ),
        pytest.param(
            replace(CONDITIONAL, conditions=(replace(CONDITION, owner=""),)),
            "1 has no owner",
            id="a condition nobody owns",
        ),
        pytest.param(
            replace(CONDITIONAL, conditions=(CONDITION, replace(CONDITION, due_on=None))),
            "2 has no date",
            id="a condition without a date",
        ),
        pytest.param(
            replace(CONDITIONAL, conditions=(replace(CONDITION, due_on=date(2026, 11, 19)),)),
            "before the day of the decision",
            id="a condition due before it was made",
        ),
    ],
)
def test_what_a_decision_lacks_is_named(decision: Decision, said: str) -> None:
    lacks = rules.missing(decision, DAY)
    assert len(lacks) == 1
    assert said in lacks[0]


def test_a_condition_due_on_the_day_of_the_decision_is_taken() -> None:
    assert rules.missing(replace(CONDITIONAL, conditions=(replace(CONDITION, due_on=DAY),)), DAY) == []


def test_only_a_conditional_go_has_conditions() -> None:
    assert rules.action_rows(replace(CONDITIONAL, outcome="hold")) == []
    assert rules.decision_row(replace(CONDITIONAL, outcome="hold"))["conditions"] == ""


def test_conditions_become_actions_and_the_latest_day_is_the_decisions() -> None:
    later = Condition("Agree\nthe  margin", "CENTRE", date(2027, 1, 15))
    decision = replace(CONDITIONAL, conditions=(later, CONDITION, Condition("", "", None)))
    row, actions = rules.decision_row(decision), rules.action_rows(decision)
    assert row["conditions"] == "Agree the margin; A third run"
    assert row["conditions_due_on"] == "2027-01-15"
    assert row["data_version"] == "12"
    assert [(one["kind"], one["owner_partner"], one["due_on"]) for one in actions] == [
        ("condition", "CENTRE", "2027-01-15"),
        ("condition", "CDMO", "2026-12-18"),
    ]
    assert {one["decision_id"] for one in actions} == {row["decision_id"]}
    assert len({one["action_id"] for one in actions}) == 2
    assert set(row) == {column.name for column in contracts()["decisions"].columns}
    assert set(actions[0]) == {column.name for column in contracts()["actions"].columns}


def test_the_same_decision_has_the_same_id_and_any_other_another() -> None:
    assert replace(CONDITIONAL).id == CONDITIONAL.id
    others = (
        replace(CONDITIONAL, rationale="Something else"),
        replace(CONDITIONAL, data_version=11),
        replace(CONDITIONAL, conditions=(replace(CONDITION, due_on=date(2026, 12, 19)),)),
    )
    assert len({CONDITIONAL.id, *(one.id for one in others)}) == 4


@pytest.mark.parametrize(
    ("due", "is_open", "mark", "days"),
    [
        pytest.param(date(2026, 11, 19), True, "late", 1, id="due yesterday"),
        pytest.param(DAY, True, "at risk", None, id="due today is not overdue"),
        pytest.param(date(2026, 12, 4), True, "at risk", None, id="14 days ahead"),
        pytest.param(date(2026, 12, 5), True, "in progress", None, id="15 days ahead"),
        pytest.param(date(2026, 11, 1), False, "closed", None, id="closed is never overdue"),
    ],
)
def test_a_promise_is_overdue_after_its_day(due: date, is_open: bool, mark: str, days: int | None) -> None:
    judged = rules.overdue(pd.DataFrame({"due_on": [due], "is_open": [is_open]}), DAY).iloc[0]
    assert judged["mark"] == mark
    assert (None if pd.isna(judged["overdue_days"]) else judged["overdue_days"]) == days


def test_the_last_review_is_the_newest_that_looked_at_an_earlier_version() -> None:
    past = pd.DataFrame({"decision_id": ["D3", "D2", "D1"], "data_version": [None, 12, 9]})
    assert (rules.last_review(past, 13) or {})["decision_id"] == "D2"
    assert (rules.last_review(past, 12) or {})["decision_id"] == "D1", "not the version itself"
    assert rules.last_review(past, 9) is None


ITEM: dict[str, Any] = {
    "item_id": "I1",
    "program_id": "P1",
    "requirement_code": "NC-01",
    "jurisdiction": "JP",
    "area": "Nonclinical",
    "title": "Pharmacology",
    "gate": True,
    "blocks": "filing",
    "status": "closed",
    "owner_partner": "CDMO",
    "evidence_expected": 1,
    "updated_on": DAY,
}
PROGRAM: dict[str, Any] = {
    "program_id": "P1",
    "name": "Aoba",
    "modality": "autologous CAR-T",
    "vector": "lentiviral",
    "gene_edited": False,
    "target_selected": False,
    "jurisdictions": "JP",
}
HELD = View(page="review", keys=(("blocks", "filing"), ("of", ""), ("where", "JP")))


def evidence(status: str, valid_until: date | None = None) -> dict[str, Any]:
    return {
        "evidence_id": f"E-{status}",
        "item_id": "I1",
        "program_id": "P1",
        "document_id": "DOC",
        "version": "1.0",
        "title": "Report",
        "status": status,
        "valid_until": valid_until,
    }


@pytest.mark.parametrize(
    ("documents", "gap"),
    [
        pytest.param([evidence("approved")], None, id="approved"),
        pytest.param([evidence("approved", DAY)], None, id="valid until the report day"),
        pytest.param([], (0, 0, 0), id="none"),
        pytest.param([evidence("draft")], (0, 0, 0), id="only a draft"),
        pytest.param([evidence("superseded")], (0, 1, 0), id="superseded"),
        pytest.param([evidence("approved", date(2026, 11, 19))], (0, 0, 1), id="expired yesterday"),
        pytest.param([evidence("superseded"), evidence("approved")], None, id="replaced by an approved one"),
        pytest.param(
            [evidence("approved", date(2026, 11, 19)), evidence("approved", DAY)],
            None,
            id="expired and renewed",
        ),
    ],
)
def test_a_gate_item_without_valid_evidence_is_a_gap(
    documents: list[dict[str, Any]], gap: tuple[int, ...] | None
) -> None:
    session = session_of(DAY, programs=[PROGRAM], readiness_items=[ITEM], evidence=documents)
    held = queries.subject(session, HELD)  # type: ignore[arg-type]
    found = queries.evidence_gaps(session, held)  # type: ignore[arg-type]
    told = [tuple(row) for row in found[["approved", "superseded", "expired"]].to_numpy().tolist()]
    assert told == ([] if gap is None else [gap])
    judged = item_marks(queries.criteria(session, held), DAY)  # type: ignore[arg-type]
    assert judged["mark"].tolist() == ["closed" if gap is None else "at risk"], "the rule of the mark agrees"


@pytest.mark.parametrize(
    ("documents", "told"),
    [
        pytest.param(
            [("A", "1", "approved"), ("A", "2", "approved")], "1 of 2 approved", id="two versions are one"
        ),
        pytest.param(
            [("A", "1", "superseded"), ("A", "2", "approved"), ("A", "3", "draft")],
            "1 of 2 approved",
            id="what a valid version stands for is no part of the gap",
        ),
        pytest.param(
            [("A", "1", "approved"), ("B", "1", "superseded"), ("B", "2", "superseded")],
            "1 of 2 approved; 1 superseded | B 1, B 2",
            id="every superseded version of a document without a valid one",
        ),
        pytest.param(
            [("A", "1", "superseded"), ("A", "2", "draft"), ("B", "1", "expired"), ("C", "1", "old draft")],
            "0 of 2 approved; 2 draft; 1 superseded; 1 expired | A 1, B 1",
            id="a draft never expires",
        ),
    ],
)
def test_a_gap_tells_documents_and_only_those_without_a_valid_version(
    documents: list[tuple[str, str, str]], told: str
) -> None:
    passed = DAY - timedelta(days=1)
    rows = [
        evidence({"expired": "approved", "old draft": "draft"}.get(status, status))
        | {"evidence_id": f"E-{name}-{version}", "document_id": name, "version": version}
        | {"valid_until": passed if status in ("expired", "old draft") else None}
        for name, version, status in documents
    ]
    expecting = ITEM | {"evidence_expected": 2}
    session = session_of(DAY, programs=[PROGRAM], readiness_items=[expecting], evidence=rows)
    held = queries.subject(session, HELD)  # type: ignore[arg-type]
    (row,) = figures.evidence_gaps(queries.evidence_gaps(session, held)).to_dict("records")  # type: ignore[arg-type]
    named = "" if pd.isna(row["documents"]) else f" | {row['documents']}"
    assert f"{row['state']}{named}" == told


@pytest.mark.parametrize(
    ("period", "items"),
    [
        pytest.param({}, ["early", "late", "undated"], id="no period"),
        pytest.param({"since": DAY}, ["late"], id="due from a day on; without a due day never"),
        pytest.param({"until": DAY - timedelta(days=1)}, ["early"], id="due until a day"),
    ],
)
def test_evidence_gaps_follow_the_period_as_the_criteria_beside_them(
    period: dict[str, date], items: list[str]
) -> None:
    due = {"early": DAY - timedelta(days=1), "late": DAY, "undated": None}
    rows = [ITEM | {"item_id": name, "due_on": day} for name, day in due.items()]
    session = session_of(DAY, programs=[PROGRAM], readiness_items=rows)
    held = queries.subject(session, replace(HELD, **period))  # type: ignore[arg-type]
    assert queries.criteria(session, held)["item_id"].tolist() == items  # type: ignore[arg-type]
    assert queries.evidence_gaps(session, held)["item_id"].tolist() == items  # type: ignore[arg-type]


def asked(session: Any, held: View) -> pd.DataFrame:
    """What other jurisdictions ask of the gate in a view."""
    return rules.asked_elsewhere(readiness.library(session, held), held.key("where"), held.key("blocks"))


def test_a_program_the_filters_do_not_let_through_shows_nothing() -> None:
    other = PROGRAM | {"program_id": "P2"}
    session = session_of(DAY, programs=[PROGRAM, other], readiness_items=[ITEM])
    narrowed = replace(HELD.with_key("of", "P1"), program=("P2",))
    held = queries.subject(session, narrowed)  # type: ignore[arg-type]
    assert held.program == ()
    assert queries.criteria(session, held).empty  # type: ignore[arg-type]
    assert asked(session, held).empty


@pytest.mark.parametrize(
    ("days", "first"),
    [
        pytest.param({"P1": 90, "P2": 30}, "P2", id="the nearest one ahead"),
        pytest.param({"P1": -1, "P2": 400}, "P2", id="one ahead before one that has passed"),
        pytest.param({"P1": 0, "P2": 10}, "P1", id="the report day is ahead"),
        pytest.param({"P1": None, "P2": 400}, "P2", id="a day before no day"),
        pytest.param({"P1": 10, "P2": 10}, "P1", id="by id where the days are the same"),
        pytest.param({"P1": 90, "P2": 30, "P3": 5}, "P2", id="a gate without open items comes last"),
    ],
)
def test_a_review_opens_on_the_program_nearest_to_its_milestone(
    days: dict[str, int | None], first: str
) -> None:
    programs = [
        PROGRAM
        | {
            "program_id": name,
            "target_filing_date": None if ahead is None else DAY + timedelta(days=ahead),
        }
        for name, ahead in days.items()
    ]
    items = [
        ITEM | {"item_id": name, "program_id": name, "status": "closed" if name == "P3" else "in progress"}
        for name in days
    ]
    session = session_of(DAY, programs=programs, readiness_items=items)
    held = queries.subject(session, HELD.with_key("of", ""))  # type: ignore[arg-type]
    assert held.key("of") == first


def test_open_conditions_of_decisions_come_longest_overdue_first_and_lead_to_their_gate() -> None:
    decision = {"decision_id": "D-1", "program_id": "P1", "gate": "filing", "jurisdiction": "JP"}
    days = {"late": -2, "today": 0, "later": -40, "done": -9}
    actions = [
        {
            "action_id": name,
            "decision_id": "D-1",
            "program_id": "P1",
            "kind": "condition",
            "title": name,
            "due_on": DAY + timedelta(days=ahead),
            "closed_on": DAY if name == "done" else None,
        }
        for name, ahead in days.items()
    ]
    promise = actions[0] | {"action_id": "said", "kind": "action", "decision_id": None}
    session = session_of(DAY, programs=[PROGRAM], decisions=[decision], actions=[*actions, promise])
    found = rules.open_conditions(queries.promises(session, View()), DAY)  # type: ignore[arg-type]
    assert found["action_id"].tolist() == ["later", "late", "today"]
    assert found["mark"].tolist() == ["late", "late", "at risk"]
    told = figures.promises(found)
    assert set(told["opens"]) == {"of=P1&where=JP&blocks=filing"}
    assert figures.promises(found.assign(gate="S03"))["opens"].tolist() == [""] * 3


@pytest.mark.parametrize(
    ("blocks", "items"),
    [
        pytest.param("filing", ["I1"], id="filing"),
        pytest.param("first dose", ["I1", "I2"], id="the first dose waits for filing too"),
        pytest.param("-", [], id="a refused milestone shows nothing"),
    ],
)
def test_the_criteria_are_those_the_verdict_counts(blocks: str, items: list[str]) -> None:
    dose = ITEM | {"item_id": "I2", "blocks": "first dose"}
    session = session_of(DAY, programs=[PROGRAM], readiness_items=[ITEM, dose])
    held = queries.subject(session, HELD.with_key("blocks", blocks))  # type: ignore[arg-type]
    assert queries.criteria(session, held)["item_id"].tolist() == items  # type: ignore[arg-type]
    assert queries.evidence_gaps(session, held)["item_id"].tolist() == items  # type: ignore[arg-type]


def test_what_another_jurisdiction_asks_is_collected_under_one_code_anywhere() -> None:
    empty = session_of(DAY, programs=[PROGRAM])
    held = queries.subject(empty, HELD)  # type: ignore[arg-type]
    missing = set(asked(empty, held)["requirement_code"])
    assert "NC-01" in missing
    session = session_of(DAY, programs=[PROGRAM], readiness_items=[ITEM])
    now = asked(session, held)
    assert missing - set(now["requirement_code"]) == {"NC-01"}
    assert set(now["jurisdiction"]) <= {"US", "EU"}


def test_a_code_that_two_jurisdictions_ask_is_one_requirement_that_is_not_collected() -> None:
    session = session_of(DAY, programs=[PROGRAM])
    held = queries.subject(session, HELD)  # type: ignore[arg-type]
    other = asked(session, held)
    both = other.groupby("requirement_code")["jurisdiction"].nunique()
    assert both.max() == 2
    none = pd.DataFrame(columns=["status", "is_open", "is_closed", "mark"])
    *_figures, told = rules.headlines(none.astype({"is_open": bool}), none, none, none, other)
    assert (told.value, told.context) == (str(len(both)), "in 2 other jurisdictions")
    assert "counts once" in told.why
    assert len(figures.elsewhere(other)) == both.sum(), "what each of them asks stays a row of its own"


def test_an_item_that_does_not_apply_here_collects_nothing_for_elsewhere() -> None:
    settled = ITEM | {"status": "not applicable", "na_reason": "asked of others"}
    session = session_of(DAY, programs=[PROGRAM], readiness_items=[settled])
    held = queries.subject(session, HELD)  # type: ignore[arg-type]
    assert "NC-01" in set(asked(session, held)["requirement_code"])


@pytest.mark.parametrize(
    ("vector", "asked_of_viral", "asked_of_others"),
    [("lentiviral", True, False), ("mRNA", False, True), ("non-viral", False, True), ("none", False, False)],
)
def test_what_applies_follows_the_vector_by_the_one_rule_of_the_library(
    vector: str, asked_of_viral: bool, asked_of_others: bool
) -> None:
    session = session_of(DAY, programs=[PROGRAM | {"vector": vector}])
    held = queries.subject(session, HELD.with_key("blocks", "first dose"))  # type: ignore[arg-type]
    kinds = set(asked(session, held)["applies_to"])
    assert ("viral" in kinds) is asked_of_viral
    assert ("non-viral or edited" in kinds) is asked_of_others
