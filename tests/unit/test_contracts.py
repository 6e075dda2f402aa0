"""Contracts: complete in both languages, their rules run, and other tools accept what is made of them."""

import csv
import io
import json
import zipfile
from datetime import date
from pathlib import Path

import duckdb
import frictionless
import pytest
from click.testing import CliRunner

from firstdose import reference
from firstdose.cli.contracts import template
from firstdose.contracts import contracts
from firstdose.contracts.across import rules_across
from firstdose.contracts.datapackage import datapackage
from firstdose.contracts.dictionary import dictionary
from firstdose.contracts.template import template_csv, templates_zip
from firstdose.intake.check import placeholders
from firstdose.words import use_language

TABLES = list(contracts())


def test_there_is_a_contract_for_each_of_the_23_tables() -> None:
    assert len(TABLES) == 23


@pytest.mark.parametrize("name", TABLES)
def test_a_contract_speaks_both_languages_and_has_a_key(name: str) -> None:
    contract = contracts()[name]
    assert contract.title_ja
    assert contract.description_ja
    assert [
        column.name for column in contract.columns if not (column.title_ja and column.description_ja)
    ] == []
    assert all(contract.column(key).required for key in contract.key)
    assert contract.stale_after_days > 0


@pytest.mark.parametrize("name", TABLES)
def test_a_reference_names_the_key_of_a_table_that_comes_earlier(name: str) -> None:
    for link in contracts()[name].references:
        if link.table.startswith("reference."):
            shipped = link.table.removeprefix("reference.")
            assert set(link.table_columns) <= set(reference.columns(shipped))
            continue
        assert link.table_columns == contracts()[link.table].key
        assert link.table == name or TABLES.index(link.table) < TABLES.index(name)


@pytest.mark.parametrize("name", TABLES)
def test_the_rules_of_a_row_run_on_typed_columns_and_their_words_name_its_columns(name: str) -> None:
    contract = contracts()[name]
    con = duckdb.connect()
    columns = ", ".join(f'"{column.name}" {column.stored_type}' for column in contract.columns)
    con.execute(f"create table t ({columns})")
    known = {column.name for column in contract.columns}
    for check in contract.checks:
        bound = {"as_of": date(2026, 1, 1)} if "$as_of" in check.holds else {}
        con.execute(f"select 1 from t where not ({check.holds})", bound)
        assert set(check.columns) <= known
        assert placeholders(check) <= known | {"as_of"}


def test_the_rules_across_tables_run_and_return_what_their_words_name() -> None:
    con = duckdb.connect()
    con.execute("create schema reference")
    con.execute("create schema given")
    for name in reference.tables():
        con.execute(
            f'create table reference."{name}" as from read_csv(?, header = true, columns = ?)',
            [str(reference.path(name)), reference.columns(name)],
        )
    for contract in contracts().values():
        columns = ", ".join(f'"{column.name}" {column.stored_type}' for column in contract.columns)
        con.execute(f'create table "{contract.name}" (line bigint, {columns})')
        con.execute(f'create table given."{contract.name}" (line bigint, {columns})')
    assert len(rules_across()) >= 10
    for rule in rules_across():
        names = {part[0] for part in con.execute(rule.sql).description or ()}
        assert {rule.table, *rule.tables} <= set(TABLES)
        assert rule.code == "cycle" or {"line", "value"} <= names
        assert rule.column in {column.name for column in contracts()[rule.table].columns}


def test_a_template_holds_every_column_and_opens_in_excel_as_utf_8() -> None:
    for contract in contracts().values():
        content = template_csv(contract)
        assert content.startswith(b"\xef\xbb\xbf")
        header = next(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        assert header == [column.name for column in contract.columns]


def test_the_archive_holds_every_template_and_is_the_same_each_time() -> None:
    assert templates_zip() == templates_zip()
    names = set(zipfile.ZipFile(io.BytesIO(templates_zip())).namelist())
    assert names == {f"{name}.csv" for name in TABLES} | {"dictionary.txt", "README.txt"}


def test_the_dictionary_speaks_the_language_of_the_reader() -> None:
    use_language("ja")
    try:
        assert "プログラムID" in dictionary("programs").to_string()
    finally:
        use_language("en")
    assert "Program ID" in dictionary("programs").to_string()


def test_another_tool_accepts_the_data_package_and_the_templates(tmp_path: Path) -> None:
    ran = CliRunner().invoke(template, [str(tmp_path)])
    assert ran.exit_code == 0, ran.output
    report = frictionless.Package(str(tmp_path / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "note"])


def test_another_tool_finds_what_our_contract_forbids(tmp_path: Path) -> None:
    (tmp_path / "partners.csv").write_text(
        "partner_id,name,name_ja,role,country\nA,One,,castle,JP\nA,Two,,CDMO,JP\n", encoding="utf-8"
    )
    (tmp_path / "datapackage.json").write_text(json.dumps(datapackage(("partners",))), encoding="utf-8")
    report = frictionless.Package(str(tmp_path / "datapackage.json")).validate()
    assert {kind for (kind,) in report.flatten(["type"])} == {"constraint-error", "primary-key"}


def test_a_template_never_writes_over_a_file_unless_told(tmp_path: Path) -> None:
    (tmp_path / "programs.csv").write_text("mine", encoding="utf-8")
    assert CliRunner().invoke(template, [str(tmp_path), "programs"]).exit_code == 1
    assert (tmp_path / "programs.csv").read_text(encoding="utf-8") == "mine"
    assert CliRunner().invoke(template, [str(tmp_path), "programs", "--force"]).exit_code == 0
    assert "program_id" in (tmp_path / "programs.csv").read_text(encoding="utf-8")
