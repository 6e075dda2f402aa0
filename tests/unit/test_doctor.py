"""The doctor says in words what is wrong with the settings, the secrets and the store, and what to do."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from firstdose import settings
from firstdose.cli import doctor, looked, main
from firstdose.errors import SettingsError
from firstdose.settings import NAMES, PREFIX


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lake folder, and no setting of sign-in."""
    monkeypatch.setenv("FIRSTDOSE_LAKE", str(tmp_path))
    for name in (*NAMES, "settings", "demo", "charts", "four_eyes", "export_reason", "roles"):
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)
    monkeypatch.setattr(looked, "settings", settings.settings.__wrapped__)
    return tmp_path


def test_a_machine_that_is_well_is_said_to_be(machine: Path) -> None:
    ran = CliRunner().invoke(main, ["doctor", "--format", "json"])
    told = json.loads(ran.stdout)
    seen = {one["name"]: one["seen"] for one in told["findings"] if one["ok"]}
    assert {"settings", "secrets", "provider", "extensions", "store", "writing", "clock"} <= set(seen)
    assert "nobody is asked" in seen["settings"]
    assert "signatures checked" in seen["extensions"]


def test_every_setting_that_does_not_fit_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTDOSE_AUTH", "oidc")
    monkeypatch.setenv("FIRSTDOSE_FOUR_EYES", "yes")
    monkeypatch.setenv("FIRSTDOSE_EXPORT_REASON", "true")
    found = looked.setting()
    assert not found.ok
    for part in ("OIDC_ISSUER is missing", "FIRSTDOSE_URL is missing", "FOUR_EYES: “yes”", "REASON: “true”"):
        assert part in found.seen
    assert "operating.md" in found.remedy


@pytest.mark.parametrize("name", settings.SWITCHES)
def test_a_server_does_not_start_with_a_switch_that_means_nothing(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "true")
    ran = CliRunner().invoke(main, ["serve", "--port", "0"])
    assert ran.exit_code == 1
    assert f"{name}: “true” means nothing. Write 0 / 1." in ran.stderr
    with pytest.raises(SettingsError):
        settings.is_on(name)
    for said, on in (("1", True), ("0", False), ("", False)):
        monkeypatch.setenv(name, said)
        assert settings.is_on(name) is on


def test_a_rules_file_with_a_fault_or_without_a_rule_is_named(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert looked.roles().ok, "the local user needs none"
    (machine / "roles.toml").write_text("[[rule]]\nwho = 3\n")
    found = looked.roles()
    assert not found.ok
    assert "roles.toml" in found.seen
    assert "roles check" in found.remedy
    for name, said in (("AUTH", "proxy"), ("PROXY_FROM", "127.0.0.1"), ("PROXY_ID", "X-Who")):
        monkeypatch.setenv(f"FIRSTDOSE_{name}", said)
    (machine / "roles.toml").unlink()
    assert not looked.roles().ok, "nobody who signs in would see anything"
    (machine / "roles.toml").write_text(
        '[[rule]]\nwho = ["a@b.example"]\nrole = "viewer"\npartners = "*"\nprograms = "*"\n'
    )
    assert (looked.roles().ok, looked.roles().seen) == (True, "1 rule")


def test_a_server_open_to_the_network_is_called_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTDOSE_OPEN_TO_NETWORK", "1")
    assert "everybody who reaches the port" in looked.setting().seen


def test_a_secret_that_others_may_read_is_named(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, file = machine / "cookie.secret", machine / "firstdose.toml"
    for path in (kept, file):
        path.write_text("x")
        path.chmod(0o600)
    monkeypatch.setenv("FIRSTDOSE_SETTINGS", str(file))
    assert looked.secrets().ok
    file.chmod(0o640)
    found = looked.secrets()
    assert (found.ok, found.seen) == (False, str(file))
    assert "chmod 600" in found.remedy


def test_a_provider_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "auth": "oidc",
        "url": "http://127.0.0.1:1",
        "oidc_issuer": "http://127.0.0.1:9",  # the port that throws everything away; nobody listens
        "oidc_client_id": "firstdose",
        "oidc_client_secret": "x",
    }.items():
        monkeypatch.setenv(f"{PREFIX}{name.upper()}", value)
    found = looked.provider()
    assert not found.ok
    assert "http://127.0.0.1:9" in found.seen


@pytest.mark.parametrize("look", doctor.LOOKED_AT)
def test_nothing_is_looked_at_without_a_name_and_words(look: Callable[[], looked.Finding]) -> None:
    found = look()
    assert found.name
    assert found.seen
