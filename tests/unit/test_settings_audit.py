"""Who changes what a server runs with leaves a line in the audit chain, however it was changed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from firstdose import settings, settings_audit
from firstdose.audit import Chain
from firstdose.lake import Lake
from firstdose.rules import data

RULE = '[[rule]]\nwho = ["kim@hub.example"]\nrole = "{role}"\npartners = "*"\nprograms = "*"\n'


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    settings.settings.cache_clear()
    yield
    settings.settings.cache_clear()
    settings_audit._seen.clear()


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake")


def events(lake: Lake) -> list[dict[str, Any]]:
    return [dict(event) for event in Chain(lake.place.audit).events()]


def test_the_user_of_a_dashboard_of_their_own_gets_no_line(lake: Lake) -> None:
    assert not settings_audit.tell(lake)
    assert not lake.place.folder.exists(), "and no store either"


def test_a_start_with_other_settings_is_told_once_and_so_is_the_way_back(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRSTDOSE_FOUR_EYES", "1")
    assert settings_audit.tell(lake)
    assert not settings_audit.tell(lake), "the next start with the same settings says nothing"
    monkeypatch.delenv("FIRSTDOSE_FOUR_EYES")
    assert settings_audit.tell(lake)
    told = [event["settings"] for event in events(lake)]
    assert told == [{"FIRSTDOSE_FOUR_EYES": ["", "1"]}, {"FIRSTDOSE_FOUR_EYES": ["1", ""]}]


def test_the_way_of_sign_in_is_told_without_its_secret(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {
        "AUTH": "oidc",
        "URL": "https://dose.example",
        "OIDC_ISSUER": "https://id.example",
        "OIDC_CLIENT_ID": "dose",
        "OIDC_CLIENT_SECRET": "correct horse battery staple",
    }
    for name, value in said.items():
        monkeypatch.setenv(f"FIRSTDOSE_{name}", value)
    assert settings_audit.tell(lake)
    assert "horse" not in lake.place.audit.read_text(encoding="utf-8")
    (event,) = events(lake)
    assert event["in_force"]["auth"] == "oidc"
    assert event["in_force"].items() >= {"oidc.client_secret": "set"}.items()
    (row,) = data.audit([event]).to_dict("records")
    assert "oidc.issuer: – → https://id.example" in row["changes"]
    (record,) = data.record([event]).to_dict("records")
    assert record["object_type"] == "settings"
    assert '"auth": ["", "oidc"]' in record["changes"]


def test_a_rules_file_that_is_edited_while_the_server_runs_is_told(lake: Lake) -> None:
    lake.place.make()
    rules = lake.place.folder / "roles.toml"
    rules.write_text(RULE.format(role="viewer"))
    assert settings_audit.tell(lake)
    settings_audit.look(lake)
    settings_audit.written()
    assert len(events(lake)) == 1, "nothing was edited"
    rules.write_text(RULE.format(role="steward"))
    settings_audit.look(lake)
    settings_audit.look(lake)
    settings_audit.written()
    before, after = (event["in_force"]["FIRSTDOSE_ROLES"] for event in events(lake))
    assert before != after
    assert after.startswith("sha256:")


def test_a_store_that_cannot_be_written_is_logged_and_the_server_serves(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("FIRSTDOSE_EXPORT_REASON", "1")
    lake.place.folder.write_text("no folder")
    assert not settings_audit.tell(lake)
    assert "not_told" in caplog.text
