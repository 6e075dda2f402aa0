"""The doctor says in words what is wrong with the settings, the secrets and the store, and what to do."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from firstdose import settings
from firstdose.cli import doctor, looked, main
from firstdose.settings import NAMES, PREFIX


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lake folder, and no setting of sign-in."""
    monkeypatch.setenv("FIRSTDOSE_LAKE", str(tmp_path))
    for name in (*NAMES, "settings", "demo", "charts", "four_eyes"):
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
    found = looked.setting()
    assert not found.ok
    for part in ("OIDC_ISSUER is missing", "FIRSTDOSE_URL is missing", "FOUR_EYES: “yes”"):
        assert part in found.seen
    assert "operating.md" in found.remedy


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
