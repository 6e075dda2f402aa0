"""Lots, results and specifications with a mistake are refused, each with its place and what to do."""

from pathlib import Path

import pytest

from firstdose.intake.scope import Scope
from tests.unit.test_intake_check import PARTNERS, PROGRAMS, checked, errors, stored

ATTRIBUTES = """attribute_code,material,category,name,unit,data_type,scale,direction
VIAB,drug product,general,Viability,%,numeric,linear,higher is better
LOOK,drug product,general,Appearance,,pass/fail,linear,conforms
"""
BATCHES = """batch_id,program_id,partner_id,material,purpose,process_version,is_remanufacture,collected_on,\
started_on,harvested_on,disposition
D1,P1,CDMO,drug product,clinical,1.0,false,2026-01-01,2026-01-03,2026-01-12,released
"""
RESULTS = """batch_id,attribute_code,sample,replicate,tested_on,value,qualifier,passed,lab_partner
D1,VIAB,release,1,2026-01-14,88.5,,,CDMO
D1,LOOK,release,1,2026-01-14,,,true,CDMO
"""
LIMITS = """specification_id,attribute_code,phase,lower,upper,valid_from
S1,VIAB,clinical,70,100,2026-01-01
"""
WHOLE = {
    "partners": PARTNERS,
    "programs": PROGRAMS,
    "attributes": ATTRIBUTES,
    "batches": BATCHES,
    "results": RESULTS,
    "specifications": LIMITS,
}


def test_the_files_without_a_mistake_are_accepted(tmp_path: Path) -> None:
    assert checked(tmp_path, **WHOLE).ok


@pytest.mark.parametrize(
    ("table", "old", "new", "code", "line", "column"),
    [
        pytest.param(
            "attributes", "Viability,%,", "Viability,,", "number-without-unit", 2, "unit", id="no unit"
        ),
        pytest.param("specifications", ",70,100,", ",,,", "no-limit", 2, "lower", id="no limit at all"),
        pytest.param(
            "specifications", ",70,100,", ",100,70,", "lower-above-upper", 2, "lower", id="limits swapped"
        ),
        pytest.param("results", "D1,VIAB", "D9,VIAB", "reference", 2, "batch_id", id="unknown lot"),
        pytest.param(
            "results", "D1,VIAB", "D1,VIAP", "reference", 2, "attribute_code", id="unknown attribute"
        ),
        pytest.param(
            "batches",
            "2026-01-03,2026-01-12",
            "2026-01-13,2026-01-12",
            "harvested-on-before-earlier-step",
            2,
            "harvested_on",
            id="harvested before the start",
        ),
        pytest.param(
            "results", ",,,true,", ",1.0,,,", "other-kind", 3, "value", id="pass/fail with a number"
        ),
        pytest.param("results", ",88.5,,,", ",,,true,", "other-kind", 2, "value", id="number with a verdict"),
        pytest.param("results", ",88.5,,,", ",,<,true,", "qualifier-without-value", 2, "qualifier", id="<"),
        pytest.param("results", ",88.5,", ",about 88,", None, 2, "value", id="a value that is no number"),
    ],
)
def test_a_mistake_is_refused_with_its_place_and_remedy(
    tmp_path: Path, table: str, old: str, new: str, code: str | None, line: int, column: str
) -> None:
    text = WHOLE[table]
    assert text.count(old) == 1
    answer = checked(tmp_path, **WHOLE | {table: text.replace(old, new)})
    assert not answer.ok
    found = [one for one in errors(answer) if code in (None, one.code) and one.file == f"{table}.csv"]
    assert [(one.line, one.column) for one in found][:1] == [(line, column)]
    assert found[0].remedy


def test_a_result_is_held_against_the_attribute_that_is_published_already(tmp_path: Path) -> None:
    there = stored(
        attributes=[
            {"attribute_code": "VIAB", "data_type": "numeric"},
            {"attribute_code": "LOOK", "data_type": "pass/fail"},
        ],
        batches=[{"batch_id": "D1"}],
        partners=[{"partner_id": "CDMO"}],
    )
    wrong = RESULTS.replace(",,,true,", ",1.0,,,")
    for text, ok in ((RESULTS, True), (wrong, False)):
        answer = checked(tmp_path, existing=there, scope=Scope(mode="merge"), results=text)
        assert answer.ok is ok


STORED = {
    "attributes": [
        {"attribute_code": "VIAB", "data_type": "pass/fail"},
        {"attribute_code": "LOOK", "data_type": "pass/fail"},
    ],
    "batches": [{"batch_id": "D1"}],
    "partners": [{"partner_id": "CDMO"}],
}


def result(attribute: str, value: float | None) -> dict[str, object]:
    key = {"batch_id": "D1", "sample": "release", "replicate": 1, "lab_partner": "CDMO"}
    return {**key, "attribute_code": attribute, "value": value}


@pytest.mark.parametrize(
    ("results", "sent", "mode", "ok"),
    [
        pytest.param([result("VIAB", None)], {}, "merge", False, id="a stored verdict of a number"),
        pytest.param([result("VIAB", 88.5)], {}, "merge", True, id="stored numbers already"),
        pytest.param([result("LOOK", None)], {}, "merge", True, id="results of another attribute"),
        pytest.param([], {}, "merge", True, id="no result"),
        pytest.param(
            [result("VIAB", None)], {"results": RESULTS}, "merge", True, id="numbers sent in their place"
        ),
        pytest.param(
            [result("VIAB", None)], {"results": RESULTS}, "replace", True, id="all results replaced"
        ),
    ],
)
def test_an_attribute_does_not_change_its_kind_under_stored_results(
    tmp_path: Path, results: list[dict[str, object]], sent: dict[str, str], mode: str, *, ok: bool
) -> None:
    there = stored(**STORED, results=results)
    answer = checked(tmp_path, existing=there, scope=Scope(mode=mode), attributes=ATTRIBUTES, **sent)  # type: ignore[arg-type]
    told = [(one.code, one.line, one.column, one.value) for one in errors(answer)]
    assert told == ([] if ok else [("kind-changed", 2, "data_type", "numeric")])
    assert all(one.remedy and "other kind: 1" in one.message for one in errors(answer))


def test_a_published_result_is_not_read_again_when_only_attributes_are_sent(tmp_path: Path) -> None:
    """Results may be millions: the rule about kinds looks at given rows alone."""
    asked: list[str] = []
    nothing = stored()

    def existing(table: str, columns: object) -> object:
        asked.append(f"{table}:{len(list(columns))}")  # type: ignore[call-overload]
        return nothing(table, columns)  # type: ignore[arg-type]

    assert checked(tmp_path, existing=existing, attributes=ATTRIBUTES).ok  # type: ignore[arg-type]
    assert [one for one in asked if one.startswith("results:")] in ([], ["results:1"])
