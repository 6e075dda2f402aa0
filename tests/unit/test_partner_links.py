"""A partner link opens what was shared and nothing else, so often, so long, and not once it is revoked."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from firstdose import asking, doors, partner, server, signin
from firstdose.access import Denied, Scope
from firstdose.audit import Chain
from firstdose.errors import FirstdoseError
from firstdose.lake import Lake, partner_links, refusals
from firstdose.lake.partner_links import PartnerLink, Shut
from firstdose.readers import parse
from firstdose.settings import Settings
from firstdose.who import Who

SCOPE = Scope(programs=frozenset({"NCC-01"}))
SECRET = "correct horse"  # noqa: S105 (a passphrase of the test)


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    monkeypatch.setenv("FIRSTDOSE_LAKE", str(tmp_path / "lake"))
    return Lake.shared()


def made(lake: Lake, **more: Any) -> PartnerLink:
    given: dict[str, Any] = {
        "name": "Kenji", "scope": SCOPE, "pages": ("timeline",), "link": "/timeline?v=1", "by": "Aiko",
        "days": 14, "most": 3,
    }  # fmt: skip
    return partner_links.make(lake, **given | more)


def ask(
    path: str, cookie: str = "", form: dict[str, str] | None = None, method: str = ""
) -> tuple[int, dict[str, str], str]:
    """What the routes answer to one request: status, headers and body."""
    app = Starlette(routes=list(partner.ROUTES), middleware=[Middleware(server.Guard)])
    sent: list[Any] = []
    scope = {
        "type": "http", "method": method or ("GET" if form is None else "POST"), "path": path,
        "raw_path": path.encode(), "query_string": b"", "headers": [(b"cookie", cookie.encode())],
        "root_path": "",
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": urlencode(form or {}).encode(), "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(one.get("body", b"") for one in sent[1:]).decode()


def cookie_of(headers: dict[str, str]) -> dict[str, str]:
    return parse(headers["set-cookie"].partition(";")[0])


def test_opening_counts_tells_the_chain_and_leads_to_the_page(lake: Lake) -> None:
    link = made(lake)
    status, headers, _body = ask(link.address)
    assert (status, headers["location"]) == (303, "/timeline?v=1")
    assert "HttpOnly" in headers["set-cookie"]
    assert "SameSite=lax" in headers["set-cookie"]
    who = partner.who_of(cookie_of(headers))
    assert who is not None
    assert (who.method, who.name) == ("link", "Kenji")
    granted = partner.grant(who)
    assert (granted.role, granted.scope, granted.pages) == ("guest", SCOPE, {"timeline"})
    found = partner_links.find(lake, link.id)
    assert found is not None
    assert len(found.opened) == 1
    kept = (lake.place.links / f"{link.id}.opened.json").read_text()
    token = cookie_of(headers)[partner.COOKIE].partition(".")[2]
    assert token not in kept, "only its print is kept"
    assert [one["action"] for one in Chain(lake.place.audit).events()] == ["share_create", "share_open"]


def test_the_same_browser_coming_back_is_not_counted_again(lake: Lake) -> None:
    link = made(lake)
    _status, headers, _body = ask(link.address)
    status, _headers, _body = ask(link.address, headers["set-cookie"].partition(";")[0])
    assert status == 302
    assert len(partner_links.find(lake, link.id).opened) == 1  # type: ignore[union-attr]


def test_it_opens_so_often_and_no_more(lake: Lake) -> None:
    link = made(lake, most=2)
    assert [ask(link.address)[0] for _turn in range(4)] == [303, 303, 410, 410]


def test_it_ends_on_its_day_also_for_who_has_it_open(lake: Lake) -> None:
    link = made(lake, days=1)
    partner_links.open_(lake, link, "")
    with pytest.raises(Shut, match="ended"):
        partner_links.open_(lake, link, "", now=datetime.now(UTC) + timedelta(days=1, minutes=1))
    assert link.shut(datetime.now(UTC) + timedelta(days=2))


def test_revoking_shuts_it_at_once_for_who_has_it_open(lake: Lake) -> None:
    link = made(lake)
    _status, headers, _body = ask(link.address)
    who = partner.who_of(cookie_of(headers))
    assert who is not None
    partner_links.revoke(lake, link, "Aiko", "sent to the wrong person")
    with pytest.raises(Denied, match="revoked by Aiko"):
        partner.grant(who)
    assert ask(link.address)[0] == 410
    assert next(reversed(list(Chain(lake.place.audit).events())))["action"] == "share_revoke"


@pytest.mark.parametrize(
    "kept", ["x", "0.0", f"{'0' * 32}.token", "<id>.wrong", "<id>.", "<id>", "../audit.x"]
)
def test_a_cookie_that_does_not_hold_makes_a_guest_of_nothing(lake: Lake, kept: str) -> None:
    link = made(lake)
    partner_links.open_(lake, link, "")
    who = partner.who_of({partner.COOKIE: kept.replace("<id>", link.id)})
    assert who is not None, "who carries one never becomes somebody else by it"
    with pytest.raises(Denied):
        partner.grant(who)


def test_an_opening_of_another_link_opens_this_one_not(lake: Lake) -> None:
    one, other = made(lake), made(lake)
    token = partner_links.open_(lake, one, "")
    who = partner.who_of({partner.COOKIE: f"{other.id}.{token}"})
    assert who is not None
    with pytest.raises(Denied):
        partner.grant(who)


def test_an_opening_ends_after_half_a_day(lake: Lake) -> None:
    link = made(lake)
    token = partner_links.open_(lake, link, "")
    later = datetime.now(UTC) + partner_links.OPENED_FOR
    assert partner_links.holds(lake, link, token)
    assert not partner_links.holds(lake, link, token, now=later + timedelta(seconds=5))


def test_a_passphrase_is_asked_for_counted_and_then_asked_no_more(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partner_links, "MOST_WRONG", 3)
    link = made(lake, passphrase=SECRET)
    assert SECRET not in (lake.place.links / f"{link.id}.json").read_text()
    status, headers, body = ask(link.address)
    assert (status, "set-cookie" in headers) == (200, False)
    assert "<form method=post>" in body
    assert ask(link.address, form={"passphrase": SECRET})[0] == 303
    assert [ask(link.address, form={"passphrase": "wrong"})[0] for _turn in range(3)] == [403, 403, 403]
    status, headers, _body = ask(link.address, form={"passphrase": SECRET})
    assert "set-cookie" not in headers, "also the right one, once there were too many wrong"
    denied = [one for one in Chain(lake.place.audit).events() if one["action"] == "denied"]
    assert len(denied) == 3


def test_posting_without_its_passphrase_opens_nothing(lake: Lake) -> None:
    link = made(lake, passphrase=SECRET)
    for form in ({}, {"passphrase": ""}, {"other": SECRET}):
        assert "set-cookie" not in ask(link.address, form=form)[1]


@pytest.mark.parametrize("name", ["..", "0" * 31, "0" * 32, "G" * 32, "%2e%2e", "leave.json"])
def test_no_other_address_opens_anything(lake: Lake, name: str) -> None:
    made(lake)
    assert ask(f"/p/{name}")[0] == 404


def test_a_record_that_was_changed_shows_nothing_more_than_a_whole_one(lake: Lake) -> None:
    link = made(lake)
    file = lake.place.links / f"{link.id}.json"
    file.chmod(0o644)
    file.write_text(json.dumps(json.loads(file.read_text()) | {"scope": "{}", "more": 1}))
    assert partner_links.find(lake, link.id) is None
    file.write_text("{")
    assert ask(link.address)[0] == 404


def test_a_torn_file_of_openings_or_of_revoking_keeps_the_link_shut(lake: Lake) -> None:
    link = made(lake)
    (lake.place.links / f"{link.id}.opened.json").write_text("{")
    with pytest.raises(Shut):
        partner_links.open_(lake, partner_links.find(lake, link.id) or link, "")
    (lake.place.links / f"{link.id}.revoked.json").write_text("{")
    found = partner_links.find(lake, link.id)
    assert found is not None
    assert found.shut(datetime.now(UTC))


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"by": ""},
        {"pages": ()},
        {"days": 0},
        {"most": 0},
        {"most": 10**6},
        {"passphrase": "x"},
    ],
)
def test_a_link_that_does_not_say_enough_is_not_made(lake: Lake, wrong: dict[str, Any]) -> None:
    with pytest.raises(FirstdoseError):
        made(lake, **wrong)
    assert partner_links.listed(lake) == []


def test_a_feed_opens_by_a_link_that_shows_its_page_alone(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = made(lake)
    cookie = {partner.COOKIE: f"{link.id}.{partner_links.open_(lake, link, '')}"}
    assert asking.lake_of(cookie, "timeline").store.endswith(f"@{SCOPE.digest}")
    with pytest.raises(Denied):
        asking.lake_of(cookie, "data")
    assert asking.lake_of({}, "timeline") is lake
    monkeypatch.setattr(asking, "settings", lambda: Settings(auth="oidc"))
    with pytest.raises(Denied, match="Sign in"):
        asking.lake_of({}, "timeline")
    kenji = Who("kenji@forge.example", "Kenji", "oidc")
    with pytest.raises(Denied, match="Nobody has a role"):
        asking.lake_of({}, "timeline", kenji)
    rule = '[[rule]]\nwho = ["*"]\nrole = "viewer"\npartners = "*"\nprograms = ["NCC-01"]\n'
    lake.place.make()
    (lake.place.folder / "roles.toml").write_text(rule)
    assert asking.lake_of(cookie, "timeline", kenji).store.endswith(f"@{SCOPE.digest}")


def test_a_link_and_its_passphrase_pass_the_doors_of_every_way_to_run() -> None:
    address = f"{partner.HERE}{'a1' * 16}"
    for method in ("GET", "HEAD", "POST"):
        assert doors.may(method, address) == 0
        assert signin.may_ask(method, address)
    for path in ("/p/short", f"{address}/more", "/pipeline", "/v/" + "a1" * 16):
        assert doors.may("POST", path) == 405
        assert not signin.may_ask("POST", path)
    assert not signin.may_ask("GET", "/calendar/plan.ics")


def test_leaving_forgets_the_link_in_the_browser(lake: Lake) -> None:
    status, headers, _body = ask(partner.LEAVE)
    assert (status, headers["location"]) == (303, "/")
    assert "Max-Age=0" in headers["set-cookie"]


def test_who_is_signed_in_is_named_by_the_lines_of_making_and_revoking(lake: Lake) -> None:
    aiko = Who("aiko@centre.example", "Aiko", "oidc")
    link = made(lake, by=aiko.shown, who=aiko)
    partner_links.revoke(lake, link, aiko.shown, "sent to the wrong person", aiko)
    create, revoke = Chain(lake.place.audit).whole()
    assert (create["action"], revoke["action"]) == ("share_create", "share_revoke")
    assert (create["reason"], revoke["reason"]) == ("Kenji", "sent to the wrong person")
    for line in (create, revoke):
        assert line["actor_id"] == "aiko@centre.example"
        assert line["actor_name"] == "Aiko (aiko@centre.example)"
        assert line["auth_method"] == "oidc"
        assert line["object_id"] == link.id


def test_a_feed_that_is_refused_is_told_once(lake: Lake) -> None:
    refusals.forget()
    link = made(lake)
    cookie = {partner.COOKIE: f"{link.id}.{partner_links.open_(lake, link, '')}"}
    partner_links.revoke(lake, link, "Aiko", "sent to the wrong person")
    for _turn in range(2):
        with pytest.raises(Denied, match="revoked by Aiko"):
            asking.lake_of(cookie, "timeline")
    denied = [one for one in Chain(lake.place.audit).whole() if one["action"] == "denied"]
    told = [(one["actor_id"], one["auth_method"], one["asked"], one["object_id"]) for one in denied]
    assert told == [(f"link:{link.id}", "link", "view", "timeline")]


def test_a_look_at_the_head_alone_opens_nothing_and_is_told_nowhere(lake: Lake) -> None:
    """A mail program or chat that tries an address before it is clicked asks for the head alone."""
    link = made(lake, most=1)
    status, headers, body = ask(link.address, method="HEAD")
    assert (status, body) == (200, "")
    assert not {"set-cookie", "location"} & set(headers)
    assert headers["cache-control"] == "no-store"
    assert partner_links.find(lake, link.id).opened == ()  # type: ignore[union-attr]
    assert [one["action"] for one in Chain(lake.place.audit).whole()] == ["share_create"]
    assert ask(link.address)[0] == 303
    assert ask(link.address, method="HEAD")[0] == 200, "opened as often as it may be is told by GET"


def test_the_head_alone_says_too_that_there_is_no_link_or_none_any_more(lake: Lake) -> None:
    link = made(lake)
    partner_links.revoke(lake, link, "Aiko", "sent to the wrong person")
    assert ask(link.address, method="HEAD")[0] == 410
    assert ask(f"/p/{'0' * 32}", method="HEAD")[0] == 404
