"""The settings of sign-in are whole and without contradiction, or every fault is said with its remedy."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from firstdose import settings
from firstdose.errors import SettingsError
from firstdose.settings import NAMES, PREFIX, Settings, may_listen
from firstdose.words import use_language

OIDC = {
    "auth": "oidc",
    "url": "https://dash.example.org",
    "oidc_issuer": "https://id.example.org/realms/one",
    "oidc_client_id": "firstdose",
    "oidc_client_secret": "a secret",
}
PROXY = {"auth": "proxy", "proxy_from": "10.0.0.7, 192.168.4.0/28", "proxy_id": "X-Forwarded-Email"}

Given = Callable[..., Settings]


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Given:
    """Read settings from an environment that holds these and no others."""
    for name in (*NAMES, "settings"):
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)

    def read(**said: str) -> Settings:
        for name, value in said.items():
            monkeypatch.setenv(f"{PREFIX}{name.upper()}", value)
        return settings.settings.__wrapped__()

    return read


def test_without_any_setting_there_is_one_local_user_and_nothing_is_read(given: Given) -> None:
    assert given() == Settings()
    code = "import sys, firstdose.server; assert not {'pydantic', 'authlib'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_openid_provider_is_read_whole(given: Given) -> None:
    read = given(**OIDC, idle_minutes="5", session_hours="2", oidc_groups="roles", oidc_trust_email="1")
    assert read.oidc is not None
    assert (read.auth, read.secure, read.idle, read.longest) == ("oidc", True, 300, 7200)
    assert (read.oidc.issuer, read.oidc.groups) == ("https://id.example.org/realms/one", "roles")
    assert read.oidc.trust_email


def test_a_proxy_speaks_from_its_addresses_alone(given: Given) -> None:
    proxy = given(**PROXY).proxy
    assert proxy is not None
    for address in ("10.0.0.7", "192.168.4.15", "::ffff:10.0.0.7"):
        assert proxy.speaks(address)
    for address in ("10.0.0.8", "192.168.4.16", "127.0.0.1", "::1", "", "10.0.0.7, 1.1.1.1", "unix:"):
        assert not proxy.speaks(address)


def test_the_environment_wins_over_the_one_file(given: Given, tmp_path: Path) -> None:
    file = tmp_path / "firstdose.toml"
    file.write_text("".join(f'{name} = "{value}"\n' for name, value in OIDC.items()) + "idle_minutes = 7\n")
    read = given(settings=str(file), oidc_client_id="other")
    assert read.oidc is not None
    assert (read.oidc.client_id, read.idle) == ("other", 420)


WRONG = [
    pytest.param({"auth": "sso"}, ["“sso”", "local, oidc or proxy"], id="no such way"),
    pytest.param(
        {"auth": "oidc"},
        ["FIRSTDOSE_URL is missing", "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"],
        id="half set: every missing one at once",
    ),
    pytest.param({"auth": "proxy"}, ["PROXY_FROM is missing", "PROXY_ID is missing"], id="half a proxy"),
    pytest.param({**OIDC, "proxy_id": "X-User"}, ["FIRSTDOSE_PROXY_ID is set, but"], id="two ways at once"),
    pytest.param({"oidc_issuer": "https://a.example"}, ["FIRSTDOSE_AUTH is local"], id="a way not chosen"),
    pytest.param({**OIDC, "open_to_network": "1"}, ["take one of them away"], id="open and signed in"),
    pytest.param({**OIDC, "url": "http://dash.example.org"}, ["this machine only"], id="no https"),
    pytest.param({**OIDC, "url": "https://a.example/deep"}, ["is no address"], id="an address with a path"),
    pytest.param(
        {**OIDC, "oidc_issuer": "https://me@a.example"}, ["is no address"], id="a name in an address"
    ),
    pytest.param(
        {**OIDC, "idle_minutes": "0", "session_hours": "-1"},
        ["IDLE_MINUTES: “0”", "SESSION_HOURS: “-1”"],
        id="times that are none",
    ),
    pytest.param({**OIDC, "oidc_trust_email": "maybe"}, ["OIDC_TRUST_EMAIL: write"], id="neither yes nor no"),
    pytest.param({**PROXY, "proxy_from": "10.0.0.300"}, ["“10.0.0.300”"], id="no address"),
    pytest.param({**PROXY, "proxy_from": "0.0.0.0/0"}, ["“0.0.0.0/0”"], id="the whole internet is no proxy"),
    pytest.param({**PROXY, "proxy_id": "Cookie"}, ["cannot say who asks"], id="a header with another task"),
    pytest.param({**PROXY, "proxy_name": "x-forwarded-email"}, ["cannot say who"], id="one header for two"),
    pytest.param({**PROXY, "proxy_id": "X User:"}, ["no name of a header"], id="no header"),
    pytest.param({"settings": "/nowhere.toml"}, ["/nowhere.toml cannot be read"], id="no file"),
]


@pytest.mark.parametrize(("said", "told"), WRONG)
def test_settings_that_do_not_fit_are_refused_with_every_fault(
    given: Given, said: dict[str, str], told: list[str]
) -> None:
    with pytest.raises(SettingsError) as refused:
        given(**said)
    for part in told:
        assert part in str(refused.value)
    use_language("ja")
    with pytest.raises(SettingsError, match="設定") as japanese:
        given(**said)
    assert len(str(japanese.value).splitlines()) == len(str(refused.value).splitlines()) > 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("auth = oidc", "is no TOML", id="no toml"),
        pytest.param('aut = "oidc"\nurl = ["a"]', "aut is no setting", id="a misspelt name"),
        pytest.param('aut = "oidc"\nurl = ["a"]', "url: write one value", id="and a list, at once"),
    ],
)
def test_a_file_that_does_not_fit_says_where(given: Given, tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "firstdose.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=told):
        given(settings=str(file))


def test_a_secret_is_never_part_of_what_is_said(given: Given) -> None:
    with pytest.raises(SettingsError) as refused:
        given(auth="local", oidc_client_secret="do-not-say-this")
    assert "do-not-say-this" not in str(refused.value)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.4", "dash.example.org"])
def test_where_nobody_is_asked_only_this_machine_is_listened_to(
    given: Given, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    def choose(chosen: Settings) -> None:
        monkeypatch.setattr(settings, "settings", lambda: chosen)

    nobody, opened = given(), given(open_to_network="1")
    asked = given(**PROXY, open_to_network="0")
    choose(nobody)
    for here in ("127.0.0.1", "::1", "localhost"):
        may_listen(here)
    with pytest.raises(SettingsError, match="FIRSTDOSE_OPEN_TO_NETWORK=1"):
        may_listen(address)
    for chosen in (opened, asked):
        choose(chosen)
        may_listen(address)
