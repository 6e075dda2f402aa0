"""Sign-in end to end: a real OpenID provider, the real server, a real browser with two tabs."""

import json
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from firstdose.audit import Chain
from tests.browser.looking import painted, visit
from tests.browser.serving import FIRSTDOSE, Served, running

SATO = {"sub": "s1", "email": "K.Sato@example.org", "email_verified": True, "name": "Keiko Sato"}
EVERYBODY = '[[rule]]\nwho = ["*"]\nrole = "steward"\npartners = "*"\nprograms = "*"\n'
LINK = "/readiness?v=1&jurisdiction=JP&state=overdue"


@dataclass(frozen=True, slots=True)
class Signing:
    """A dashboard that asks who it is, and its lake."""

    url: str
    lake: Path


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def signing(lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signing]:
    """The dashboard over a copy of the demo, and the provider in a process of its own."""
    import shutil

    own = Path(shutil.copytree(lake, tmp_path_factory.mktemp("signing") / "lake"))
    (own / "roles.toml").write_text(EVERYBODY)
    provider, port = _free(), _free()
    asked = (sys.executable, "-m", "oidc_provider_mock", "-p", str(provider))
    more = {
        "FIRSTDOSE_LAKE": str(own),
        "FIRSTDOSE_AUTH": "oidc",
        "FIRSTDOSE_URL": f"http://127.0.0.1:{port}",
        "FIRSTDOSE_OIDC_ISSUER": f"http://127.0.0.1:{provider}",
        "FIRSTDOSE_OIDC_CLIENT_ID": "firstdose",
        "FIRSTDOSE_OIDC_CLIENT_SECRET": "only for this test",
    }
    with TemporaryDirectory() as folder:
        logs = Path(folder)
        users = ("--user-claims", json.dumps(SATO))
        with (
            running((*asked, *users), logs / "provider.log", {}) as _provider,
            running((FIRSTDOSE, "serve", "--port", str(port)), logs / "server.log", more) as served,
        ):
            yield Signing(_address(served), own)


def _address(served: Served) -> str:
    return served.url


@pytest.fixture
def context(browser: Browser, signing: Signing) -> Iterator[BrowserContext]:
    made = browser.new_context(base_url=signing.url, viewport={"width": 1440, "height": 900}, locale="en-GB")
    yield made
    made.close()


def _sign_in(page: Page, address: str) -> None:
    page.goto(address)
    page.locator(".st-key-action-sign-in button").click()
    page.get_by_role("button", name="s1").click()
    expect(page.locator(".st-key-signed-in")).to_contain_text("Signed in as Keiko Sato")
    painted(page)


def test_a_link_is_opened_after_sign_in_and_sign_out_closes_every_tab_and_copy(
    browser: Browser, context: BrowserContext, signing: Signing
) -> None:
    page = context.new_page()
    page.goto(LINK)
    expect(page.locator(".st-key-sign-in")).to_be_visible()
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    _sign_in(page, LINK)
    filters, name = page.locator(".st-key-filters"), page.locator(".st-key-signed-in")
    above, below = filters.bounding_box(), name.bounding_box()
    assert above
    assert below
    assert above["y"] + above["height"] <= below["y"]
    there = urlsplit(page.url)
    keys = parse_qs(there.query)
    assert there.path == "/readiness"
    assert (keys["jurisdiction"], keys["state"]) == (["JP"], ["overdue"])

    second = context.new_page()
    visit(second, "/pipeline")
    expect(second.locator(".st-key-signed-in")).to_be_visible()
    cookie = next(one for one in context.cookies() if one["name"] == "firstdose_session")
    assert cookie["httpOnly"]
    assert not any(one["name"].startswith("_streamlit_user") for one in context.cookies())

    page.locator(".st-key-action-sign-out button").click()
    page.wait_for_url("**/oauth2/end_session**")
    expect(second.locator(".st-key-action-sign-in")).to_be_visible()
    expect(second.locator(".st-key-page-header")).to_have_count(0)
    expect(second.get_by_test_id("stSidebar")).to_be_hidden()
    assert not any(one["name"] == "firstdose_session" for one in context.cookies())

    context.clear_cookies(name="firstdose_back")  # as long after the link was opened
    second.locator(".st-key-action-sign-in button").click()
    second.get_by_role("button", name="s1").first.click()
    expect(second.locator(".st-key-signed-in")).to_be_visible()
    assert urlsplit(second.url).path == "/pipeline"

    thief = browser.new_context(base_url=signing.url)
    thief.add_cookies([{"name": cookie["name"], "value": cookie["value"], "url": signing.url}])
    stolen = thief.new_page()
    stolen.goto("/pipeline")
    expect(stolen.locator(".st-key-action-sign-in")).to_be_visible()
    assert thief.request.get("/calendar/plan.ics").status == 401
    thief.close()

    told = [
        event
        for event in Chain(signing.lake / "audit.jsonl").whole()
        if event["action"].startswith("log") and event["auth_method"] == "oidc"
    ]
    assert [event["action"] for event in told] == ["login", "logout", "login"]
    assert {event["actor_id"] for event in told} == {"k.sato@example.org"}


def test_who_is_refused_by_the_provider_is_told_so_and_sees_no_data(
    context: BrowserContext, signing: Signing
) -> None:
    page = context.new_page()
    page.goto("/pipeline")
    page.locator(".st-key-action-sign-in button").click()
    page.get_by_role("button", name="Deny").click()
    expect(page.locator(".st-key-sign-in")).to_contain_text("did not succeed")
    expect(page.locator("[data-testid=stSidebar] a")).to_have_count(0)
    last = Chain(signing.lake / "audit.jsonl").whole()[-1]
    assert (last["action"], last["actor_id"], last["error"]) == ("login_fail", "unknown", "access_denied")
