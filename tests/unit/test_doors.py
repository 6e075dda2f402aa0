"""What stands before Streamlit: methods, the trusted proxy, uploads; each refuses what nobody asked for."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.types import ASGIApp

from firstdose import doors, proxied, sessions, sign_in_audit, uploads
from firstdose.settings import Proxy, Settings
from firstdose.who import Who

Header = tuple[bytes, bytes]


@dataclass
class Inner:
    """What stands behind a door: notes the requests it gets and reads their bodies."""

    scopes: list[Any] = field(default_factory=list)
    body: bytes = b""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scopes.append(scope)
        if scope["type"] == "websocket":
            return
        while (message := await receive())["type"] == "http.request":
            self.body += message["body"]
            if not message.get("more_body"):
                break
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def ask(
    app: ASGIApp,
    path: str = "/",
    *headers: Header,
    method: str = "GET",
    peer: str = "127.0.0.1",
    kind: str = "http",
    body: Sequence[bytes] = (b"",),
) -> int:
    """The status of an answer; 403 for a connection closed before it was accepted."""
    sent: list[Any] = []
    parts = list(body)
    scope = {
        "type": kind,
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": list(headers),
        "client": (peer, 4711),
        "scheme": "ws" if kind == "websocket" else "http",
    }

    async def receive() -> dict[str, Any]:
        if not parts:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    if kind == "websocket":
        return 403 if sent else 101
    return int(sent[0]["status"])


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        *[(method, "/pipeline", 405) for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS")],
        *[(method, "/health", 405) for method in ("TRACE", "CONNECT", "PROPFIND", "DELETE", "X" * 200)],
        *[(method, "/calendar/plan.ics", 405) for method in ("PUT", "get", "Get", "", "GET ")],
        *[(method, "/_stcore/metrics", 405) for method in ("POST", "TRACE")],
        *[("GET", path, 400) for path in ("http://evil.example/", "//x".lstrip("/"), "*", "")],
        *[(method, "/pipeline", 0) for method in ("GET", "HEAD")],
        *[(method, "/_stcore/upload_file/a/b", 0) for method in ("PUT", "DELETE", "OPTIONS")],
        ("POST", "/_stcore/upload_file/a/b", 405),
        ("PUT", "/_stcore/upload_file", 405),
    ],
)
def test_a_door_knows_its_methods_and_no_tricks(method: str, path: str, status: int) -> None:
    assert doors.may(method, path) == status


# ---------------------------------------------------------------------------------------- trusted proxy

USER, NAME, GROUPS = b"x-forwarded-email", b"x-forwarded-name", b"x-forwarded-groups"
SATO = [(USER, b"K.Sato@example.org"), (NAME, "佐藤 恵子".encode()), (GROUPS, b"cmc, quality")]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What would be written into the audit chain."""
    lines: list[tuple[Any, ...]] = []
    monkeypatch.setattr(proxied, "tell", lambda *line, **more: lines.append((*line, more)))
    return lines


@pytest.fixture
def inner() -> Inner:
    return Inner()


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch, inner: Inner, told: object) -> ASGIApp:
    """The door of a proxy at 10.0.0.7."""
    named = Proxy((ip_network("10.0.0.7"),), USER.decode(), NAME.decode(), GROUPS.decode(), "")
    monkeypatch.setattr(proxied, "settings", lambda: Settings(auth="proxy", proxy=named))
    return proxied.Proxied(inner)


def test_the_proxy_says_who_asks_and_no_page_sees_its_headers(proxy: ASGIApp, inner: Inner) -> None:
    more = [(b"cookie", b"a=b"), (b"x-forwarded-proto", b"https"), (sessions.HEADER.encode(), b"forged")]
    assert ask(proxy, "/_stcore/stream", *SATO, *more, peer="10.0.0.7", kind="websocket") == 101
    scope = inner.scopes[0]
    headers = dict(scope["headers"])
    assert set(headers) == {b"cookie", b"x-forwarded-proto", sessions.HEADER.encode()}
    who = Who("k.sato@example.org", "佐藤 恵子", "proxy", frozenset({"cmc", "quality"}))
    assert sessions.unsealed_who(headers[sessions.HEADER.encode()].decode()) == who
    assert scope["state"]["who"] == who
    assert scope["scheme"] == "wss"


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(SATO, id="all"),
        pytest.param(SATO[:1], id="who"),
        pytest.param([(b"x_forwarded_email", b"boss")], id="with other lines"),
        pytest.param([(b"X-FORWARDED-EMAIL", b"boss")], id="in capitals"),
        pytest.param([*SATO, (b"x-forwarded-for", b"10.0.0.7"), (b"x-real-ip", b"10.0.0.7")], id="from afar"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/health", "/_stcore/stream"])
def test_a_header_from_anybody_else_is_refused_and_told(
    proxy: ASGIApp, inner: Inner, told: list[Any], kind: str, headers: list[Header], path: str
) -> None:
    assert ask(proxy, path, *headers, peer="10.0.0.8", kind=kind) == 403
    assert inner.scopes == []
    assert [(line[0], line[-1]) for line in told] == [("denied", {"client": "10.0.0.8"})]


def test_who_does_not_come_through_the_proxy_gets_nothing_but_health(proxy: ASGIApp, inner: Inner) -> None:
    for path in ("/", "/calendar/plan.ics", "/_stcore/stream", "/healthy"):
        assert ask(proxy, path, peer="127.0.0.1") == 403
    assert ask(proxy, "/_stcore/stream", peer="127.0.0.1", kind="websocket") == 403
    assert inner.scopes == []
    assert ask(proxy, "/health", peer="127.0.0.1") == 204


def test_a_header_that_comes_twice_is_refused(proxy: ASGIApp, inner: Inner) -> None:
    for twice in ((USER, b"boss"), (b"x_forwarded_email", b"boss"), (GROUPS, b"stewards")):
        assert ask(proxy, "/", *SATO, twice, peer="10.0.0.7") == 403
    assert inner.scopes == []


def test_somebody_the_proxy_does_not_name_gets_the_page_that_says_so_and_no_data(
    proxy: ASGIApp, inner: Inner
) -> None:
    for path in ("/calendar/plan.ics", "/v/" + "0" * 32, "/media/x.csv", "/_stcore/upload_file/a/b"):
        assert ask(proxy, path, (USER, b" "), peer="10.0.0.7") == 401
    assert inner.scopes == []
    for path in ("/", "/pipeline", "/static/js/x.js", "/_stcore/health"):
        assert ask(proxy, path, peer="10.0.0.7") == 204
    assert ask(proxy, "/_stcore/stream", peer="10.0.0.7", kind="websocket") == 101
    assert sessions.HEADER.encode() not in dict(inner.scopes[-1]["headers"])


def test_a_person_is_told_to_the_chain_once_and_not_at_every_connection(
    proxy: ASGIApp, told: list[Any]
) -> None:
    for _tab in range(5):
        ask(proxy, "/_stcore/stream", *SATO, peer="10.0.0.7", kind="websocket")
    assert [(line[0], line[1].id) for line in told] == [("login", "k.sato@example.org")]


# ---------------------------------------------------------------------------------------------- uploads


@dataclass
class Manager:
    """What Streamlit holds, by session and file."""

    file_storage: dict[str, dict[str, Any]] = field(default_factory=dict)

    def get_upload_urls(self, session_id: str, file_names: Sequence[str]) -> list[Any]:
        return [SimpleNamespace(file_id=f"{session_id}-{number}") for number, _ in enumerate(file_names)]

    def hold(self, session: str, size: int) -> None:
        self.file_storage.setdefault(session, {})[f"f{size}"] = SimpleNamespace(data=range(size))


Put = Callable[..., int]


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> Manager:
    made = Manager()
    monkeypatch.setattr(uploads, "manager", lambda: made)
    monkeypatch.setattr(uploads, "BODY", 1_000)
    monkeypatch.setattr(uploads, "SESSION_BYTES", 5_000)
    monkeypatch.setattr(uploads, "SERVER_BYTES", 8_000)
    return made


@pytest.fixture
def put(manager: Manager, inner: Inner) -> Put:
    """Upload to a file's address of a session."""
    given = uploads.Given()
    given.watch(manager)
    door = uploads.Uploads(inner, given)

    def upload(file: str, body: Sequence[bytes] = (b"x",), *, said: int | None = None, of: str = "a") -> int:
        length = [] if said is None else [(b"content-length", str(said).encode())]
        return ask(door, f"/_stcore/upload_file/{of}/{file}", *length, method="PUT", body=body)

    return upload


def test_a_file_is_taken_only_where_its_session_was_told_to_bring_it(
    manager: Manager, put: Put, inner: Inner
) -> None:
    manager.get_upload_urls("a", ["one.csv"])
    assert put("a-0") == 204
    assert put("a-1") == 403
    assert put("a-0", of="b") == 403
    assert len(inner.scopes) == 1


@pytest.mark.parametrize(
    ("body", "said", "status"),
    [
        pytest.param([b"x" * 1_000], 1_000, 204, id="as large as may be"),
        pytest.param([b"x" * 1_001], 1_001, 413, id="one byte more, said"),
        pytest.param([b"x" * 600, b"x" * 600], None, 413, id="more, in parts, not said"),
        pytest.param([b"x" * 600, b"x" * 600], 10, 413, id="more than said"),
    ],
)
def test_a_body_is_bounded_whatever_it_says_of_itself(
    manager: Manager, put: Put, body: list[bytes], said: int | None, status: int
) -> None:
    manager.get_upload_urls("a", ["one.csv"])
    assert put("a-0", body, said=said) == status


def test_a_session_and_the_server_hold_no_more_than_their_sum(manager: Manager, put: Put) -> None:
    for session in "ab":
        manager.get_upload_urls(session, ["one.csv"])
    manager.hold("a", 4_500)
    assert put("a-0", [b"x" * 500], said=500) == 204
    assert put("a-0", [b"x" * 501], said=501) == 429
    assert put("a-0", [b"x" * 501]) == 413, "a sum that was not said is counted as it comes"
    assert put("b-0", [b"x" * 501], said=501, of="b") == 204, "another session has its own"
    manager.hold("c", 3_400)
    assert put("b-0", [b"x" * 501], said=501, of="b") == 429, "all sessions together have one"
    manager.file_storage.clear()
    assert put("a-0", [b"x" * 501], said=501) == 204, "what is taken away makes room"


def test_a_session_brings_no_more_files_in_a_minute_than_it_may(
    manager: Manager, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager.get_upload_urls("a", ["one.csv"])
    now = [1_000.0]
    monkeypatch.setattr(uploads.time, "monotonic", lambda: now[0])
    assert [put("a-0") for _file in range(uploads.PER_MINUTE)] == [204] * uploads.PER_MINUTE
    assert put("a-0") == 429
    now[0] += 61
    assert put("a-0") == 204


# ------------------------------------------------------------------------------------------- audit bound


def test_a_flood_of_failures_grows_the_chain_by_a_bucket_and_is_counted() -> None:
    bounded = sign_in_audit.Bounded(size=3, refill=10)
    taken = [bounded.take("login_fail", 100.0) for _try in range(1_000)]
    assert taken == [0, 0, 0, *[None] * 997]
    assert bounded.take("login", 100.0) == 0, "another kind has its own bucket"
    assert bounded.take("login_fail", 109.0) is None
    assert bounded.take("login_fail", 110.0) == 998, "the next line tells how many were not"
