"""The checklist from the requirement library: what applies, what is there already, and that it publishes."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from firstdose.cli import main
from firstdose.contracts import contracts
from firstdose.exports.table import to_csv
from firstdose.queries import readiness as queries
from firstdose.rules.readiness_library import applies, elsewhere, missing, new_items
from firstdose.view import View
from tests.support import MemorySession, session_of

TODAY = date(2026, 11, 23)


def program(**more: Any) -> dict[str, Any]:
    return {
        "program_id": "P1",
        "name": "One",
        "modality": "autologous CAR-T",
        "vector": "lentiviral",
        "gene_edited": False,
        "target_selected": False,
        "lead_partner": "CTR",
        "jurisdictions": "JP",
    } | more


def item(code: str, where: str = "JP") -> dict[str, Any]:
    return {
        "item_id": f"I-{code}-{where}",
        "program_id": "P1",
        "requirement_code": code,
        "jurisdiction": where,
    }


def library(session: MemorySession, place: str | None = "JP") -> pd.DataFrame:
    return queries.library(session, View(), place=place)  # type: ignore[arg-type]


def applied(**more: Any) -> dict[str, bool]:
    """For each kind of condition whether it applies to such a program, in any jurisdiction."""
    found = library(session_of(programs=[program(**more)]), None)
    return found.assign(applies=applies(found)).groupby("applies_to")["applies"].all().to_dict()


@pytest.mark.parametrize(
    ("more", "kind", "expected"),
    [
        pytest.param({}, "all", True, id="what is for all applies"),
        pytest.param({}, "autologous", True, id="autologous"),
        pytest.param({"modality": "allogeneic CAR-T"}, "autologous", False, id="allogeneic"),
        pytest.param({}, "viral", True, id="viral"),
        pytest.param({"vector": "gammaretroviral"}, "integrating vector", True, id="integrating"),
        pytest.param({"vector": "mRNA"}, "viral", False, id="mRNA is not viral"),
        pytest.param({"vector": "mRNA"}, "integrating vector", False, id="mRNA does not integrate"),
        pytest.param({}, "non-viral or edited", False, id="viral and not edited"),
        pytest.param({"gene_edited": True}, "non-viral or edited", True, id="edited"),
        pytest.param({"vector": "non-viral"}, "non-viral or edited", True, id="non-viral"),
        pytest.param({}, "target-selected trials", False, id="patients not selected by target"),
        pytest.param({"target_selected": True}, "target-selected trials", True, id="selected by target"),
    ],
)
def test_a_requirement_applies_by_what_the_program_is(
    more: dict[str, Any], kind: str, expected: bool
) -> None:
    assert applied(**more)[kind] is expected


def test_items_that_the_program_has_are_never_made_twice() -> None:
    bare = library(session_of(programs=[program()]))
    some = library(session_of(programs=[program()], readiness_items=[item("REG-02"), item("REG-03", "US")]))
    assert set(missing(bare)["requirement_code"]) - set(missing(some)["requirement_code"]) == {"REG-02"}


def test_new_items_are_rows_of_the_contract_with_ids_of_their_own() -> None:
    rows = new_items(library(session_of(programs=[program()])), TODAY, frozenset({"P1-JP-REG-02"}))
    assert list(rows.columns) == [column.name for column in contracts()["readiness_items"].columns]
    assert rows["item_id"].is_unique
    assert "P1-JP-REG-02-new" in set(rows["item_id"])
    assert set(rows["status"]) == {"not started"}
    read = pd.read_csv(io.BytesIO(to_csv(rows)))
    assert read["owner_partner"].unique().tolist() == ["CTR"]


def test_what_other_jurisdictions_would_ask_leaves_out_what_is_collected_or_planned() -> None:
    session = session_of(programs=[program()], readiness_items=[item("REG-02")])
    asked = elsewhere(library(session, None))
    assert "REG-02" not in set(asked["requirement_code"])
    assert not asked["asked_in"].str.contains("JP").any()
    assert asked.set_index("requirement_code").loc["REG-07", "asked_in"] in ("EU", "US", "EU, US")
    assert asked["gate"].tolist() == sorted(asked["gate"], reverse=True)


def test_what_jurisdictions_ask_differently_stands_in_rows_of_its_own() -> None:
    asked = elsewhere(library(session_of(programs=[program()]), None))
    ethics = asked[asked["requirement_code"] == "ETH-01"].set_index("asked_in")
    assert ethics[["blocks", "lead_days"]].to_dict("index") == {
        "EU": {"blocks": "first dose", "lead_days": 120},
        "US": {"blocks": "filing", "lead_days": 15},
    }
    assert not asked.duplicated(["program_id", "requirement_code", "asked_in"]).any()


@pytest.mark.parametrize(
    ("fact", "other"),
    [
        ("blocks", "another"),
        ("gate", False),
        ("lead_days", 1),
        ("title", "Another"),
        ("title_ja", "別"),
        ("area", "Clinical"),
        ("source_name", "Another"),
        ("source_ref", "9.9"),
        ("source_url", "https://example.org"),
        ("confidence", "recalled"),
        ("applies_to", "autologous"),
    ],
)
def test_jurisdictions_share_a_row_only_where_all_that_is_shown_is_the_same(fact: str, other: object) -> None:
    whole = library(session_of(programs=[program(), program(program_id="P2")]), None)
    one = whole[whole["requirement_code"].eq("ETH-01") & whole["jurisdiction"].eq("EU")]
    same = pd.concat([one, one.assign(jurisdiction="US")], ignore_index=True)
    together = elsewhere(same)
    assert together[["program_id", "asked_in"]].to_numpy().tolist() == [["P1", "EU, US"], ["P2", "EU, US"]]
    assert "jurisdiction" not in together, "one of two would be said in a file of the rows"
    apart = elsewhere(pd.concat([one, one.assign(jurisdiction="US", **{fact: other})], ignore_index=True))
    assert apart.groupby("program_id")["asked_in"].agg(list).tolist() == [["EU", "US"]] * 2
    assert apart.set_index(["program_id", "asked_in"]).loc[("P1", "US"), fact] == other


def test_the_command_writes_items_that_pass_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRSTDOSE_LAKE", str(tmp_path / "lake"))
    files = tmp_path / "files"
    files.mkdir()
    (files / "partners.csv").write_text("partner_id,name,role,country\nCTR,Centre,academic centre,JP\n")
    head = "program_id,name,target,indication,indication_group,modality,vector,gene_edited,target_selected"
    (files / "programs.csv").write_text(
        f"{head},lead_partner,route,jurisdictions,status\n"
        "P1,One,CD7,T-ALL,T-cell malignancy,autologous CAR-T,lentiviral,false,false,CTR,"
        "investigator-initiated,JP,active\n"
    )
    run = CliRunner().invoke
    published = run(main, ["publish", str(files), "--by", "Tester", "--why", "a first small alliance"])
    assert published.exit_code == 0, published.output
    out = files / "readiness_items.csv"
    written = run(main, ["checklist", "P1", "--jurisdiction", "JP", "--out", str(out)])
    assert written.exit_code == 0, written.output
    assert run(main, ["check", str(files)]).exit_code == 0
    again = run(main, ["checklist", "P1", "--jurisdiction", "JP", "--out", str(out)])
    assert again.exit_code == 1
    assert "--force" in again.output
    unknown = run(main, ["checklist", "P9", "--jurisdiction", "JP"])
    assert unknown.exit_code == 1
    assert "P9" in unknown.output
