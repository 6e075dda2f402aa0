"""The server sends its security headers, keeps its side doors closed and says whether it is well."""

import asyncio
import base64
import gc
import gzip
import hashlib
import json
import re
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from streamlit import delta_generator
from streamlit.components.v2 import manifest_scanner
from streamlit.components.v2.component_manager import BidiComponentManager as ComponentManager
from streamlit.runtime.scriptrunner import script_runner
from streamlit.web.server.starlette import starlette_server

from firstdose import assets, policy, server
from firstdose.errors import FirstdoseError


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def get(path: str, *asked: tuple[bytes, bytes], html: bool = False) -> Answer:
    """What the guard, the health answer and a page that answers every path say to one request."""

    def page(request: object) -> PlainTextResponse:
        return PlainTextResponse("page", media_type="text/html" if html else None)

    routes = [Route("/health", server.health), assets.ROUTE, Route("/{rest:path}", page)]
    app = Starlette(routes=routes, middleware=[Middleware(server.Guard)])
    sent: list[Any] = []
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": list(asked),
        "root_path": "",
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    headers = {key.decode(): value.decode() for key, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], headers, b"".join(part.get("body", b"") for part in sent[1:]))


@pytest.fixture
def lake_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FIRSTDOSE_LAKE", str(tmp_path / "lake"))
    return tmp_path / "lake"


@pytest.mark.parametrize("path", ["/", "/_stcore/metrics"])
def test_every_answer_carries_the_security_headers(path: str) -> None:
    headers = get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_the_drawing_code_is_packed_kept_for_ever_and_fetched_early() -> None:
    address = assets.bundle_address()
    plain, packed = get(address), get(address, (b"accept-encoding", b"gzip, br"))
    assert plain.body == assets.BUNDLE.read_bytes() == gzip.decompress(packed.body)
    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.body) < 0.4 * len(plain.body)
    assert "immutable" in plain.headers["cache-control"]
    assert address in get("/", html=True).headers["link"]
    assert "link" not in get("/").headers, "only a page needs it"


def test_the_files_of_the_page_come_from_memory_and_are_kept_for_ever() -> None:
    index = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    address = "/" + re.findall(r'src="\./(static/js/index\.[^"]+)"', index)[0]
    answer = get(address)
    assert answer.body == (Path(st.__file__).parent / "static" / address[1:]).read_bytes()
    assert "javascript" in answer.headers["content-type"]
    assert "immutable" in answer.headers["cache-control"]
    assert "content-security-policy" in answer.headers


def test_text_leaves_packed_for_a_browser_that_unpacks_and_pictures_as_they_are() -> None:
    static = Path(st.__file__).parent / "static"
    gzipped = (b"accept-encoding", b"gzip, deflate, br")
    for folder, ending in (("js", "js"), ("css", "css")):
        file = max((static / "static" / folder).glob(f"index.*.{ending}"), key=lambda one: one.stat().st_size)
        address = f"/static/{folder}/{file.name}"
        plain, packed = get(address), get(address, gzipped)
        assert plain.body == file.read_bytes() == gzip.decompress(packed.body)
        assert "content-encoding" not in plain.headers
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.headers["content-length"] == str(len(packed.body))
        assert packed.headers["content-type"] == plain.headers["content-type"]
        assert len(packed.body) < 0.4 * len(plain.body)
        assert plain.headers["vary"] == packed.headers["vary"] == "accept-encoding"
    font = next((static / "static" / "media").glob("*.woff2"))
    answer = get(f"/static/media/{font.name}", gzipped)
    assert answer.body == font.read_bytes()
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("path", ["/static/js/none.js", "/static/../index.html", "/static/js/%2e%2e/x.js"])
def test_only_files_of_the_page_come_from_memory(path: str) -> None:
    assert get(path).body == b"page", "everything else is left to Streamlit"


def test_a_connection_sends_small_answers_at_once() -> None:
    server.send_at_once()
    with starlette_server._bind_socket("127.0.0.1", 0, 1) as listening:
        listening.setblocking(True)
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_the_collector_of_garbage_works_again_once_the_server_has_settled() -> None:
    gc.disable()
    server.settle()
    assert gc.isenabled()


def test_the_first_page_waits_for_no_look_for_garbage(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    monkeypatch.setattr(script_runner, "gc", script_runner.gc)  # put back after the test
    monkeypatch.setattr("firstdose.server.gc.collect", lambda generation=2: looked.append(generation))
    gc.disable()  # as ``firstdose serve`` does
    server.collect_rarely()
    script_runner.gc.collect(2)  # as Streamlit does after the first run
    server.settle()
    assert looked == []
    script_runner.gc.collect(2)
    assert looked == [1]


def test_the_port_waits_for_nothing_that_only_pages_need() -> None:
    heavy = "[name for name in ('pandas', 'scipy', 'holidays') if name in sys.modules]"
    code = f"import sys, firstdose.server; print({heavy})"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "[]"


@pytest.mark.parametrize("path", ["/assets/x.js", "/assets/..%2f..%2fapp.py", "/assets/figure.js"])
def test_only_what_is_named_is_served_as_an_asset(path: str) -> None:
    assert get(path).status == 404


def test_inline_scripts_of_the_page_are_allowed_by_their_hash() -> None:
    answer = get("/pipeline", html=True)
    inline = re.findall(r"<script(?:\s[^>]*)?>(.+?)</script>", answer.body.decode(), re.DOTALL)
    assert len(inline) >= 2, "Streamlit's page has changed: look whether the policy still fits"
    for text in inline:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in answer.headers["content-security-policy"]


def test_the_page_is_streamlits_with_our_script_for_the_history_first() -> None:
    answer = get("/pipeline", html=True)
    index = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    ours, others = answer.body.decode().split("</script>", 1)
    assert "history.pushState" in ours
    assert "<script" in others
    assert index == ours.split("<script>")[0] + others, "nothing else is changed"
    assert answer.headers["content-length"] == str(len(answer.body))
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/_stcore/metrics", 404, id="numbers about the server are closed"),
        pytest.param("/_stcore/metrics/", 404, id="also with a slash behind"),
        pytest.param("//_stcore//metrics", 404, id="also with doubled slashes"),
        pytest.param("/_stcore/agent/openapi.json", 404, id="the agent's description is closed"),
        pytest.param("/_stcore/agent/mcp", 404, id="everything of the agent is closed"),
        pytest.param("/_stcore/agentry", 200, id="a longer name is another door"),
        pytest.param("/_stcore/health", 200, id="Streamlit's own health stays"),
        pytest.param("/_stcore/host-config", 200, id="the page needs its host configuration"),
    ],
)
def test_only_side_doors_are_closed(path: str, status: int) -> None:
    assert get(path).status == status


def test_health_names_the_newest_version(lake_folder: Path) -> None:
    answer = get("/health")
    assert answer.status == 200
    assert answer.json() == {"ok": True, "version": 0}


def test_health_is_not_well_when_the_store_cannot_be_reached(lake_folder: Path) -> None:
    lake_folder.write_text("a file where a folder should be")
    answer = get("/health")
    assert answer.status == 503
    assert answer.json() == {"ok": False, "code": "store"}


def test_an_empty_store_stays_empty_when_the_demo_is_switched_off(
    lake_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRSTDOSE_DEMO", "0")
    assert server.seed(server.project() / "data") == 0


def test_the_script_stands_beside_the_package() -> None:
    assert (server.project() / "app.py").is_file()


def test_a_package_without_its_pages_says_where_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "__file__", str(tmp_path / "site-packages" / "firstdose" / "server.py"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FirstdoseError, match="project folder"):
        server.project()


@pytest.mark.parametrize(
    ("address", "shown"),
    [("127.0.0.1", "http://127.0.0.1:"), ("::", "http://127.0.0.1:"), ("::1", "http://[::1]:")],
)
def test_the_address_said_can_be_typed(address: str, shown: str) -> None:
    assert server.url(address).startswith(shown)


@pytest.mark.parametrize("said", ["https://intranet.example.org", "'self' http://127.0.0.1:9000"])
def test_only_the_origins_named_may_show_a_page_in_a_frame(
    said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRSTDOSE_FRAME_ANCESTORS", said)
    assert policy.frame_ancestors() == said


@pytest.mark.parametrize(
    "said", ["*", "https:", "https://a.example; script-src *", "javascript:x", "https://*.org"]
)
def test_a_setting_that_would_open_more_than_an_origin_stops_the_start(
    said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRSTDOSE_FRAME_ANCESTORS", said)
    with pytest.raises(FirstdoseError, match="is no origin"):
        policy.frame_ancestors()


SPOOFED = [
    (b"x-forwarded-for", b"203.0.113.9"),
    (b"x-forwarded-host", b"evil.example"),
    (b"x-forwarded-proto", b"https"),
    (b"x-real-ip", b"203.0.113.9"),
    (b"forwarded", b"for=203.0.113.9;host=evil.example"),
    (b"remote-user", b"admin"),
    (b"x-remote-user", b"admin"),
    (b"x-forwarded-user", b"admin"),
    (b"authorization", b"Basic YWRtaW46YWRtaW4="),
    (b"host", b"evil.example"),
    (b"origin", b"https://evil.example"),
    (b"x-original-url", b"/_stcore/metrics"),
    (b"x-rewrite-url", b"/_stcore/metrics"),
    (b"x-http-method-override", b"DELETE"),
]


@pytest.mark.parametrize("header", SPOOFED, ids=lambda header: header[0].decode())
@pytest.mark.parametrize("path", ["/health", "/_stcore/metrics", "/other"])
def test_a_spoofed_header_changes_no_answer(
    lake_folder: Path, path: str, header: tuple[bytes, bytes]
) -> None:
    assert get(path, header) == get(path)


@pytest.mark.parametrize("header", SPOOFED[:2], ids=lambda header: header[0].decode())
def test_no_spoofed_header_reaches_a_page(lake_folder: Path, header: tuple[bytes, bytes]) -> None:
    answer = get("/pipeline", header, html=True)
    assert header[1] not in answer.body
    assert not any(header[1].decode() in value for name, value in answer.headers.items() if name != "link")
    assert "access-control-allow-origin" not in answer.headers


def test_a_page_of_another_site_cannot_open_a_connection() -> None:
    from streamlit.web.server.starlette.starlette_websocket import _is_origin_allowed

    for origin in ("https://evil.example", "null", "http://127.0.0.1.evil.example:8501", "file://"):
        assert not _is_origin_allowed(origin, "127.0.0.1:8501")
    assert _is_origin_allowed("http://127.0.0.1:8501", "127.0.0.1:8501")


def test_garbage_is_looked_for_now_and_then_and_everywhere_once_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[tuple[float, int]] = []
    now = 1_000.0
    monkeypatch.setattr(script_runner, "gc", script_runner.gc)  # put back after the test
    assert callable(script_runner.gc.collect), "Streamlit still calls it there"
    monkeypatch.setattr("firstdose.server.gc.collect", lambda generation: looked.append((now, generation)))
    monkeypatch.setattr("firstdose.server.time.monotonic", lambda: now)
    server.collect_rarely()
    for _run in range(1_201):  # ten runs a second for two minutes
        script_runner.gc.collect(2)
        now += 0.1
    every = [generation for _at, generation in looked]
    assert 55 <= len(every) <= 61
    assert 1 <= every.count(2) <= 2
    assert every.count(1) == len(every) - every.count(2)


def test_the_first_element_looks_for_no_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[None] = []
    monkeypatch.setattr(delta_generator, "_use_warning_has_been_displayed", False)
    monkeypatch.setattr("streamlit.env_util.is_repl", lambda: asked.append(None))
    delta_generator._maybe_print_use_warning()
    assert len(asked) == 1, "Streamlit still asks there"
    monkeypatch.setattr(delta_generator, "_use_warning_has_been_displayed", False)
    server.ask_no_stack()
    delta_generator._maybe_print_use_warning()
    assert len(asked) == 1


def test_the_components_of_the_page_are_found_without_asking_other_packages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    every = manifest_scanner.scan_component_manifests
    ours = [found for found in every() if found[0].name == "firstdose"]
    monkeypatch.setattr(manifest_scanner, "scan_component_manifests", every)  # put back after the test
    server.know_our_components()
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(ComponentManager, "register_from_manifest", lambda _self, *found: asked.append(found))
    ComponentManager().discover_and_register_components(start_file_watching=False)
    assert asked == ours != [], "Streamlit still asks there"
