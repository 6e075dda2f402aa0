"""Who the provider's claims name, where a reader comes back to, and what nobody signed in may not have."""

import asyncio
import re
import time
from pathlib import Path
from typing import Any

import pytest

from firstdose import sessions, signin
from firstdose.errors import SettingsError
from firstdose.place import Place
from firstdose.settings import Oidc, Settings
from firstdose.signin import BACK, SignIn, back_header, came_from, cookie_secret, person
from firstdose.who import Who

SATO = Who("k.sato@example.org", "Keiko Sato", "oidc")
CHOSEN = Settings(
    auth="oidc", url="https://dash.example.org", oidc=Oidc("https://id.example.org", "us", "secret", "groups")
)


@pytest.fixture(autouse=True)
def chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signin, "settings", lambda: CHOSEN)


@pytest.mark.parametrize(
    ("claims", "id_", "name"),
    [
        pytest.param(
            {"sub": "A1", "email": "K@x.org", "email_verified": True}, "k@x.org", "k@x.org", id="mail"
        ),
        pytest.param({"sub": "A1", "email": "K@x.org", "name": "K S"}, "a1", "K S", id="not said"),
        pytest.param(
            {"sub": "A1", "email": "boss@x.org", "email_verified": False}, "a1", "a1", id="not verified"
        ),
        pytest.param(
            {"sub": "A1", "email": "boss@x.org", "email_verified": "false"}, "a1", "a1", id="as text"
        ),
        pytest.param(
            {"sub": "A1", "email": "boss@x.org", "email_verified": None}, "a1", "a1", id="as nothing"
        ),
        pytest.param({"sub": "A1", "name": " K\n\x1b[31m S\u202e "}, "a1", "K [31m S", id="signs of control"),
        pytest.param({"sub": "A1", "email": ["a", "b"]}, "a1", "a1", id="no text"),
    ],
)
def test_claims_name_a_person_by_a_verified_address_or_the_subject(
    claims: dict[str, Any], id_: str, name: str
) -> None:
    who = person(claims, "groups")
    assert who == Who(id_, name, "oidc")


def test_an_address_of_which_nothing_is_said_counts_where_the_operator_trusts_it() -> None:
    said = {"sub": "A1", "email": "K@x.org"}
    trusted = person(said, "groups", trust_email=True)
    denied = person(said | {"email_verified": False}, "groups", trust_email=True)
    assert (trusted and trusted.id, denied and denied.id) == ("k@x.org", "a1")


def test_claims_that_name_nobody_sign_nobody_in() -> None:
    assert person({}, "groups") is None
    assert person({"sub": "", "email": "k@x.org", "email_verified": False}, "groups") is None


@pytest.mark.parametrize("told", [["cmc", "quality", "", 7], "cmc", None, {"cmc": 1}])
def test_groups_come_from_the_claim_that_the_setting_names(told: object) -> None:
    who = person({"sub": "a", "roles": told, "groups": ["stewards"]}, "roles")
    assert who is not None
    assert who.groups <= {"cmc", "quality"}
    assert ("cmc" in who.groups) == isinstance(told, str | list)


def scope(address: str, *cookies: str, method: str = "GET", kind: str = "http") -> dict[str, Any]:
    path, _mark, query = address.partition("?")
    headers = [(b"cookie", "; ".join(cookies).encode("latin-1"))] if cookies else []
    return {"type": kind, "method": method, "path": path, "query_string": query.encode(), "headers": headers}


def back(address: str) -> str:
    """Where a reader comes back to who asked for an address before sign-in."""
    lines = [value.decode() for _name, value in back_header(scope(address))]
    if not lines:
        return ""
    assert "HttpOnly" in lines[0]
    assert "SameSite=Lax" in lines[0]
    assert "Secure" in lines[0]
    assert "Max-Age=600" in lines[0]
    return came_from({BACK: lines[0].partition("=")[2].partition(";")[0]})


@pytest.mark.parametrize(
    "address", ["/readiness", "/readiness?v=1&program=A%20B&program=C", "/v/" + "0a" * 16, "/?v=1&group=x"]
)
def test_a_reader_comes_back_to_the_page_and_view_asked_for(address: str) -> None:
    assert back(address) == address


@pytest.mark.parametrize(
    "address",
    [
        *(
            "/",
            "/?sign-in=failed",
            "//evil.example",
            "//evil.example/x",
            "/\\evil.example",
            "/%2f/evil.example",
        ),
        *(
            "https://evil.example/",
            "/auth/logout",
            "/oauth2callback?code=1",
            "/a/b",
            "/v/xyz",
            "/media/x.csv",
        ),
        *("/pipeline?" + "x" * 3_000, "/pipeline?a=\r\nset-cookie: b=c", "/pipeline?ü", "/pipe\x00line", ""),
    ],
)
def test_a_reader_comes_back_to_nothing_else(address: str) -> None:
    assert back(address) == ""
    told = sessions.sealed("back", [address, int(time.time())])
    assert came_from({BACK: told}) in {"", "/", "/?sign-in=failed"}, "not even with our own seal"


def test_the_way_back_is_short_lived_and_only_ours() -> None:
    now = int(time.time())
    assert came_from({BACK: sessions.sealed("back", ["/pipeline", now - 599])}) == "/pipeline"
    assert came_from({BACK: sessions.sealed("back", ["/pipeline", now - 602])}) == ""
    for forged in ("/pipeline", "WyJiYWNrIiwgWyIvcGlwZWxpbmUiLCA5OTk5OTk5OTk5XV0=.0", "x.y", ""):
        assert came_from({BACK: forged}) == ""


def test_a_tab_whose_session_ended_comes_back_to_what_it_showed() -> None:
    cookies = {"firstdose_reader": "r" * 22, BACK: sessions.sealed("back", ["/pipeline", int(time.time())])}
    sessions.ask_back("r" * 22, "/readiness?v=1")
    assert signin._way_back(cookies) == "/readiness?v=1"
    assert signin._way_back(cookies) == "/pipeline", "once; then what was opened before"
    for address in ("//evil.example", "https://evil.example/", "/auth/logout"):
        sessions.ask_back("r" * 22, address)
        assert signin._way_back(cookies) == "/pipeline"
    sessions.ask_back("r" * 22, "/readiness", now=0)
    assert sessions.asked_back("r" * 22, now=601) == ""
    sessions.ask_back("", "/readiness")
    assert sessions.asked_back("") == "", "no number, no way back"


def answer(asked: dict[str, Any]) -> tuple[int, dict[str, str], list[Any]]:
    """The status, the headers and what reached the app behind the door; 101 for a connection let through."""
    reached: list[Any] = []
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        reached.append(scope)
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(SignIn(app)(asked, receive, send))
    if not sent:
        return 101, {}, reached
    headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, reached


DATA = [
    *("/calendar/plan.ics", "/media/abc.csv", "/_stcore/upload_file/a/b", "/auth/other", "/p/x/y", "/%2e/x"),
    *("/health/../calendar/plan.ics", "/_stcore/message", "/pipeline/x", "/v/short"),
]


@pytest.mark.parametrize("path", DATA)
def test_nobody_signed_in_gets_only_what_the_asking_page_needs(path: str) -> None:
    for cookies in ([], ["__Host-firstdose_session=forged"], ["firstdose_session=" + "a" * 43]):
        status, _headers, reached = answer(scope(path, *cookies))
        assert (status, reached) == (401, [])


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS"])
def test_nobody_signed_in_brings_anything(method: str) -> None:
    assert answer(scope("/_stcore/upload_file/a/b", method=method))[0] == 401
    assert answer(scope("/pipeline", method=method))[0] == 401


@pytest.mark.parametrize("path", ["/", "/pipeline", "/static/js/x.js", "/_stcore/health", "/health"])
def test_the_asking_page_itself_is_answered(path: str) -> None:
    assert answer(scope(path))[0] == 200


def test_a_short_link_is_remembered_and_opened_after_sign_in() -> None:
    status, headers, reached = answer(scope("/v/" + "0a" * 16))
    assert (status, headers["location"], reached) == (302, "/", [])
    value = headers["set-cookie"].partition("=")[2].partition(";")[0]
    assert came_from({BACK: value}) == "/v/" + "0a" * 16


def test_a_session_opens_every_door_until_it_ends_and_tells_pages_by_its_print() -> None:
    number = sessions.shared().begin(SATO)
    cookie = f"__Host-firstdose_session={number}"
    assert [answer(scope(path, cookie))[0] for path in DATA] == [200] * len(DATA)
    status, _headers, (seen,) = answer(scope("/_stcore/stream", cookie, kind="websocket"))
    assert status == 101
    header = dict(seen["headers"])[sessions.HEADER.encode()].decode()
    assert sessions.unsealed("oidc", header) == sessions.printed(number)
    assert number not in header
    sessions.shared().end(sessions.printed(number))
    assert answer(scope(DATA[0], cookie))[0] == 401
    _status, _headers, (seen,) = answer(scope("/_stcore/stream", cookie, kind="websocket"))
    assert sessions.HEADER.encode() not in dict(seen["headers"])


@pytest.mark.parametrize("asks", [False, True])
def test_a_tab_whose_session_ended_is_heard_again_only_where_it_asks_to_sign_in(asks: bool) -> None:
    number = sessions.shared().begin(SATO)
    heard: list[str] = []
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while (message := await receive())["type"] == "websocket.receive":
            heard.append(message["bytes"])
            sessions.shared().end(sessions.printed(number))
            if asks:
                sessions.asks_now(dict(scope["headers"])[sessions.TAB.encode()].decode())
            if len(heard) > 2:
                break

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.receive", "bytes": b"publish"}

    async def send(message: Any) -> None:
        sent.append(message)

    asked = scope("/_stcore/stream", f"__Host-firstdose_session={number}", kind="websocket")
    asked["headers"].append((sessions.TAB.encode(), b"chosen by a client"))
    sessions.asks_now("chosen by a client")
    asyncio.run(SignIn(app)(asked, receive, send))
    assert heard == [b"publish"] * (3 if asks else 1)
    assert sent == ([] if asks else [{"type": "websocket.close", "code": 1008}])


def test_the_cookie_secret_is_made_once_for_its_owner_and_never_a_default(tmp_path: Path) -> None:
    place, other = Place(tmp_path / "one"), Place(tmp_path / "two")
    secret = cookie_secret(place)
    assert len(bytes.fromhex(secret)) == 32
    assert cookie_secret(place) == secret != cookie_secret(other)
    kept = place.folder / "cookie.secret"
    assert kept.stat().st_mode & 0o777 == 0o600
    kept.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        cookie_secret(place)
    kept.chmod(0o600)
    kept.write_text("short")
    with pytest.raises(SettingsError, match=re.escape(str(kept))):
        cookie_secret(place)
