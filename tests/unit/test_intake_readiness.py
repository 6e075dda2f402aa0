"""Readiness items and their evidence at the check: who did not do what is told with its line and column."""

from pathlib import Path

from firstdose.contracts import contracts
from firstdose.intake.scope import Scope
from tests.unit.test_intake_check import PARTNERS, PROGRAMS, checked, errors, stored

ITEM = {
    "item_id": "I1",
    "program_id": "P1",
    "jurisdiction": "JP",
    "requirement_code": "NC-01",
    "area": "Nonclinical",
    "title": "Pharmacology",
    "gate": "true",
    "blocks": "filing",
    "status": "in progress",
    "owner_partner": "NCC",
    "owner_role": "Nonclinical lead",
    "evidence_expected": "1",
    "updated_on": "2026-11-01",
}
CLOSED = {
    "status": "closed",
    "closed_on": "2026-11-01",
    "closed_by": "Nonclinical lead",
    "reviewed_by": "Quality reviewer",
}
SETTLED = {"status": "not applicable", "na_reason": "no vector", "reviewed_by": "Quality reviewer"}
PROOF = {
    "evidence_id": "E1",
    "item_id": "I1",
    "program_id": "P1",
    "document_id": "D1",
    "version": "1.0",
    "title": "Report",
    "status": "draft",
}


def table(name: str, *rows: dict[str, str]) -> str:
    """A whole file of a table: every column of its contract, then the rows."""
    columns = [column.name for column in contracts()[name].columns]
    lines = [",".join(row.get(column, "") for column in columns) for row in rows]
    return "\n".join((",".join(columns), *lines, ""))


def told(folder: Path, *items: dict[str, str], **more: str) -> list[tuple[str, str | None, int | None]]:
    """Code, column and line of every error of these items in their file."""
    given = {"partners": PARTNERS, "programs": PROGRAMS, "readiness_items": table("readiness_items", *items)}
    return [(issue.code, issue.column, issue.line) for issue in errors(checked(folder, **(given | more)))]


SOUND = [
    {},  # open
    CLOSED,  # by its owner, reviewed by another
    SETTLED,  # not applicable, with reason and approver
    {"requirement_code": ""},  # an item of one's own
    CLOSED | {"closed_on": "2026-11-20", "updated_on": "2026-11-20"},  # on the report day itself
]
WRONG = [
    (CLOSED | {"closed_on": ""}, "closed-without-date", "closed_on"),
    (CLOSED | {"closed_by": ""}, "closed-without-name", "closed_by"),
    (CLOSED | {"reviewed_by": ""}, "settled-without-review", "reviewed_by"),
    (CLOSED | {"closed_by": "quality Reviewer"}, "reviewed-by-the-closer", "reviewed_by"),
    (
        CLOSED | {"closed_by": "Vector lead", "reviewed_by": "nonclinical Lead"},
        "reviewed-by-the-owner",
        "reviewed_by",
    ),
    (SETTLED | {"na_reason": ""}, "not-applicable-without-reason", "na_reason"),
    (SETTLED | {"reviewed_by": ""}, "settled-without-review", "reviewed_by"),
    (SETTLED | {"reviewed_by": "Nonclinical lead"}, "reviewed-by-the-owner", "reviewed_by"),
    ({"requirement_code": "NC-99"}, "reference", "requirement_code"),
    ({"requirement_code": "", "jurisdiction": "CH"}, "enum", "jurisdiction"),
    ({"requirement_code": "", "jurisdiction": "EU"}, "not-planned", "jurisdiction"),
    ({"area": "Marketing"}, "enum", "area"),
    ({"program_id": "P9"}, "reference", "program_id"),
    ({"owner_partner": "X"}, "reference", "owner_partner"),
    (CLOSED | {"closed_on": "2026-11-21"}, "closed-in-future", "closed_on"),
    ({"updated_on": "2026-11-21"}, "updated-in-future", "updated_on"),
]


def test_an_item_that_says_all_it_must_is_accepted_and_what_it_lacks_is_told_at_line_and_column(
    tmp_path: Path,
) -> None:
    rows = [ITEM | changed for changed in (*SOUND, *(wrong for wrong, _code, _column in WRONG))]
    items = [row | {"item_id": f"I{at}"} for at, row in enumerate(rows)]
    expected = [(at, code, column) for at, (_wrong, code, column) in enumerate(WRONG, len(SOUND) + 2)]
    found = [(line, code, column) for code, column, line in told(tmp_path, *items)]
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_evidence_for_the_item_of_another_program_is_told_and_for_no_item_too(tmp_path: Path) -> None:
    other = PROGRAMS + PROGRAMS.splitlines()[1].replace("P1,One", "P2,Two") + "\n"
    strange, lost = {"evidence_id": "E2", "program_id": "P2"}, {"evidence_id": "E3", "item_id": "I9"}
    proofs = table("evidence", PROOF, PROOF | strange, PROOF | lost)
    assert told(tmp_path, ITEM, programs=other, evidence=proofs) == [
        ("other-program", "program_id", 3),
        ("reference", "item_id", 4),
    ]


def test_evidence_is_approved_on_the_report_day_at_the_latest(tmp_path: Path) -> None:
    approved = {"status": "approved", "approved_on": "2026-11-20"}
    later = {"evidence_id": "E2", "approved_on": "2026-11-21"}
    proofs = table("evidence", PROOF | approved, PROOF | approved | later)
    assert told(tmp_path, ITEM, evidence=proofs) == [("approved-in-future", "approved_on", 3)]


def test_an_item_where_its_program_files_nowhere_is_told_with_what_to_do_until_it_is_planned(
    tmp_path: Path,
) -> None:
    elsewhere = table("readiness_items", ITEM | {"requirement_code": "", "jurisdiction": "EU"})
    given = {"partners": PARTNERS, "programs": PROGRAMS, "readiness_items": elsewhere}
    (told_of,) = errors(checked(tmp_path, **given))
    assert told_of.message == (
        "The item I1 is for EU, where P1 plans no filing (only JP, US). "
        "Add the jurisdiction to those of the program, or leave the item out."
    )
    planned = PROGRAMS.replace("US;JP", "US;JP;EU")
    assert errors(checked(tmp_path, **given | {"programs": planned})) == []


def old_item(name: str, where: str) -> dict[str, str]:
    """What the rules across tables ask of an item that is stored."""
    return {"item_id": name, "program_id": "P1", "jurisdiction": where, "owner_partner": "NCC"}


def test_a_program_that_drops_a_jurisdiction_of_its_stored_items_is_told(tmp_path: Path) -> None:
    there = stored(readiness_items=[old_item("I1", "JP"), old_item("I2", "US")])
    dropped = PROGRAMS.replace("US;JP", "JP")
    (told_of,) = errors(checked(tmp_path, existing=there, partners=PARTNERS, programs=dropped))
    assert (told_of.code, told_of.file, told_of.line) == ("not-planned", "programs.csv", None)
    assert "I2 is for US" in told_of.message


def test_what_stood_before_the_rule_holds_up_nobody_who_leaves_it_as_it_is(tmp_path: Path) -> None:
    there = stored(
        partners=[{"partner_id": "NCC"}],
        programs=[{"program_id": "P1", "jurisdictions": "JP"}],
        readiness_items=[old_item("I2", "EU")],
    )
    items = table("readiness_items", ITEM)
    assert errors(checked(tmp_path, existing=there, scope=Scope("merge"), readiness_items=items)) == []


def test_the_links_of_the_library_name_known_codes_and_make_no_ring() -> None:
    from graphlib import TopologicalSorter

    from firstdose.reference import rows

    codes = {row["requirement_code"] for row in rows("requirements")}
    links = [(row["requirement_code"], row["depends_on_code"]) for row in rows("requirement_links")]
    assert {code for link in links for code in link} <= codes
    waits: dict[str, set[str]] = {}
    for code, other in links:
        waits.setdefault(code, set()).add(other)
    assert len(list(TopologicalSorter(waits).static_order())) == len({c for link in links for c in link})
