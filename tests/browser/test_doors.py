"""The doors of a real server: spoofed identities, tricks of HTTP, uploads that no page asked for."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.browser.serving import FIRSTDOSE, Served, running

XSRF = {"X-Xsrftoken": "a" * 32, "Cookie": f"_streamlit_xsrf={'a' * 32}"}
WAIT = 60.0


def said(url: str, request: str, *, source: str = "127.0.0.1", body: bytes = b"") -> tuple[int, str]:
    """The status and the text of the answer to a request written by hand."""
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    with socket.create_connection((parts.hostname, parts.port), WAIT, (source, 0)) as line:
        line.sendall(request.replace("\n", "\r\n").encode("latin-1") + b"\r\n\r\n" + body)
        answer = b""
        while part := line.recv(1 << 16):
            answer += part
    text = answer.decode("utf-8", "replace")
    return (int(text.split(" ", 2)[1]) if text else 0), text


def get(url: str, path: str, *headers: str, source: str = "127.0.0.1") -> int:
    lines = [f"GET {path} HTTP/1.1", f"Host: {urlsplit(url).netloc}", "Connection: close", *headers]
    return said(url, "\n".join(lines), source=source)[0]


@contextmanager
def tab(
    url: str, headers: dict[str, str] | None = None, source: str = "127.0.0.1"
) -> Iterator[ClientConnection]:
    """A tab of a browser: connected, its script asked to run."""
    address = url.replace("http://", "ws://") + "/_stcore/stream"
    with connect(
        address,
        additional_headers=headers or {},
        subprotocols=["streamlit"],  # type: ignore[list-item]
        max_size=None,
        source_address=(source, 0),
        open_timeout=WAIT,
    ) as opened:
        opened.send(BackMsg(rerun_script=ClientState()).SerializeToString())
        yield opened


def heard(opened: ClientConnection, wanted: str) -> ForwardMsg:
    """The first message of a kind, or that holds a text."""
    while True:
        raw = opened.recv(WAIT)
        assert isinstance(raw, bytes)
        message = ForwardMsg.FromString(raw)
        if message.WhichOneof("type") == wanted or wanted.encode() in raw:
            return message


@pytest.fixture(scope="module")
def proxied(lake: Path) -> Iterator[Served]:
    """The dashboard behind a proxy whose address is 127.0.0.1; anybody else comes from 127.0.0.2."""
    more = {
        "FIRSTDOSE_LAKE": str(lake),
        "FIRSTDOSE_AUTH": "proxy",
        "FIRSTDOSE_PROXY_FROM": "127.0.0.1",
        "FIRSTDOSE_PROXY_ID": "X-Forwarded-Email",
        "FIRSTDOSE_PROXY_NAME": "X-Forwarded-User",
    }
    with TemporaryDirectory() as folder:
        command, roles = (FIRSTDOSE, "serve", "--port", "0"), Path(folder) / "roles.toml"
        roles.write_text('[[rule]]\nwho = ["*"]\nrole = "viewer"\npartners = "*"\nprograms = "*"\n')
        with running(command, Path(folder) / "server.log", more | {"FIRSTDOSE_ROLES": str(roles)}) as served:
            yield served


def test_only_the_proxys_own_connections_say_who_asks(proxied: Served) -> None:
    url = proxied.url
    named = "X-Forwarded-Email: boss@example.org"
    afar = "X-Forwarded-For: 127.0.0.1"
    assert get(url, "/pipeline", named) == 200
    assert get(url, "/pipeline", named, "X-Forwarded-For: 203.0.113.9") == 200, "its own client's address"
    assert get(url, "/pipeline", named, source="127.0.0.2") == 403
    assert get(url, "/pipeline", named, afar, source="127.0.0.2") == 403
    assert get(url, "/pipeline", afar, source="127.0.0.2") == 403
    assert get(url, "/calendar/plan.ics") == 401
    assert get(url, "/calendar/plan.ics", named) == 200
    with pytest.raises(InvalidStatus), tab(url, {"X-Forwarded-Email": "boss"}, "127.0.0.2"):
        pass


def test_a_page_knows_who_the_proxy_named_and_a_forged_header_of_ours_names_nobody(proxied: Served) -> None:
    sato = {"X-Forwarded-Email": "k.sato@example.org", "X-Forwarded-User": "Keiko Sato"}
    with tab(proxied.url, sato) as opened:
        heard(opened, "Signed in as Keiko Sato")
    with tab(proxied.url, {"x-firstdose-asks": "WyJwcm94eSIsIFsiYiIsICJiIiwgW11dXQ==.00"}) as opened:
        heard(opened, "did not say who you are")


@pytest.mark.parametrize(
    ("line", "statuses"),
    [
        *[
            (f"{method} /pipeline HTTP/1.1", {405})
            for method in ("TRACE", "PUT", "DELETE", "OPTIONS", "POST")
        ],
        ("get /pipeline HTTP/1.1", {400, 405}),
        ("GET http://evil.example/_stcore/metrics HTTP/1.1", {400, 404}),
        ("TRACE /health HTTP/1.1", {405}),
        ("DELETE /v/00000000000000000000000000000000 HTTP/1.1", {405}),
        ("HEAD /health HTTP/1.1", {200}),
        ("HEAD /pipeline HTTP/1.1", {200}),
    ],
)
def test_tricks_of_http_open_no_door_and_echo_nothing(server: Served, line: str, statuses: set[int]) -> None:
    request = f"{line}\nHost: {urlsplit(server.url).netloc}\nConnection: close\nX-Secret: echo-me"
    status, text = said(server.url, request)
    assert status in statuses
    assert "echo-me" not in text
    assert not (line.startswith("HEAD") and "<html" in text)


def _put(url: str, path: str, body: bytes) -> int:
    sent = "\n".join(f"{name}: {value}" for name, value in XSRF.items())
    head = (
        '--b\r\nContent-Disposition: form-data; name="f"; filename="x.csv"\r\nContent-Type: text/csv\r\n\r\n'
    )
    whole = head.encode() + body + b"\r\n--b--\r\n"
    request = (
        f"PUT {path} HTTP/1.1\nHost: {urlsplit(url).netloc}\nConnection: close\n{sent}\n"
        f"Content-Type: multipart/form-data; boundary=b\nContent-Length: {len(whole)}"
    )
    return said(url, request, body=whole)[0]


def test_files_that_no_page_asked_for_are_not_kept(server: Served) -> None:
    with tab(server.url) as opened:
        session = heard(opened, "new_session").new_session.initialize.session_id
        for number in range(3):
            assert _put(server.url, f"/_stcore/upload_file/{session}/{number:036d}", b"a,b\n") == 403
        asked = BackMsg()
        asked.file_urls_request.request_id = "1"
        asked.file_urls_request.file_names.append("x.csv")
        asked.file_urls_request.session_id = session
        opened.send(asked.SerializeToString())
        answer = heard(opened, "file_urls_response").file_urls_response
        assert _put(server.url, answer.file_urls[0].upload_url, b"a,b\n") == 204
