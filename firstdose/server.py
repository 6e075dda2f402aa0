"""The server: the dashboard's script as an ASGI app with security headers, closed doors and ``/health``.

``serve`` is what ``firstdose serve`` calls. The order at a start: find the script, make the first data
version when the store holds none, open the port and say where; then, while the browser fetches and reads the
files of the page, open the newest version, import the rooms of the screen and run the script once.
Measured on Streamlit 1.67: no header is sent by default, metrics and the agent description answer anyone, and
the first reader of a cold server waits twice as long.
"""

import asyncio
import gc
import logging
import os
import pkgutil
import re
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.metadata import distributions
from pathlib import Path
from socket import IPPROTO_TCP, TCP_NODELAY, socket
from threading import Timer
from types import SimpleNamespace
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import delta_generator, runtime
from streamlit.components.v2 import manifest_scanner
from streamlit.components.v2.manifest_scanner import ComponentManifest
from streamlit.runtime.scriptrunner import script_runner
from streamlit.web.server.starlette import starlette_server

from firstdose import assets, doors, incidents, partner, policy, readers, settings_audit, short
from firstdose.errors import FirstdoseError, StoreError
from firstdose.lake import Lake, Overtaken, publish_history
from firstdose.settings import may_listen, settings
from firstdose.words import _

#: Doors of Streamlit that answer anyone and that no page of ours needs.
CLOSED = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check")

#: Rooms imported a little after the first page was drawn: statistics alone take two seconds (scipy 1.17).
LATER = ("firstdose.queries", "firstdose.rules", "firstdose.figures", "firstdose.ui.desk")
LATER_SECONDS = 4.0
GARBAGE_SECONDS = 2.0
ALL_GARBAGE_SECONDS = 60.0


def project() -> Path:
    """The folder that holds ``app.py`` and ``pages/``: beside the package, else the current folder.

    Raises FirstdoseError when neither holds them, as after installing the package alone.
    """
    for folder in (Path(__file__).resolve().parent.parent, Path.cwd()):
        if (folder / "app.py").is_file() and (folder / "pages").is_dir():
            return folder
    raise FirstdoseError(
        _("app.py and pages/ were not found: start firstdose in its project folder, a clone of it.")
    )


class Guard:
    """ASGI middleware: closed doors answer 404, pages are ours, every HTTP answer carries the headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = policy.security_headers()
        self._early = (b"link", assets.early())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Decided on ``scope["path"]``: a client can dress up the URL."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        page = False

        async def send_ours(message: Message) -> None:
            if message["type"] == "http.response.start":
                known = _cookies(scope)
                message["headers"] = [*message["headers"], *self._headers, self._early, *known]
            await send(message)

        async def send_guarded(message: Message) -> None:
            nonlocal page
            if message["type"] == "http.response.start":
                page = _is_page(message) and not scope["path"].startswith(partner.HERE)  # a form of ours
                message["headers"] = [*message.get("headers", ()), *self._headers]
                if page:
                    await assets.page()(scope, receive, send_ours)
            if not page:
                await send(message)

        await self._answer(scope)(scope, receive, send_guarded)

    def _answer(self, scope: Scope) -> ASGIApp:
        path = scope["path"]
        if refused := doors.may(scope["method"], path):
            return PlainTextResponse("Not allowed", refused)
        if is_closed(path):
            return PlainTextResponse("Not found", 404)
        return assets.of_streamlit(scope) or self._app


def _cookies(scope: Scope) -> list[tuple[bytes, bytes]]:
    """The cookies a page sets; it never waits for the store, which may be opening just now."""
    sent = b"; ".join(value for name, value in scope["headers"] if name == b"cookie").decode("latin-1")
    nobody = settings().signs_in and not scope.get("state", {}).get("who")
    newest = 0 if nobody else Lake.shared().last_seen
    told = readers.to_set(readers.parse(sent), newest, int(time.time()))
    return [*readers.headers(told), *doors.cookies(scope)]


def _is_page(start: Message) -> bool:
    kinds = (value for name, value in start.get("headers", ()) if name == b"content-type")
    return start["status"] == 200 and any(kind.startswith(b"text/html") for kind in kinds)


def is_closed(path: str) -> bool:
    """Whether a path is a side door nobody needs."""
    normal = re.sub(r"/+", "/", path).rstrip("/")
    return any(normal == door or normal.startswith(door + "/") for door in CLOSED)


def health(request: Request) -> JSONResponse:  # noqa: ARG001 (the shape Starlette calls)
    """``/health``: 200 with the newest data version, 503 when the store does not answer."""
    try:
        return JSONResponse({"ok": True, "version": Lake.shared().newest()})
    except StoreError as error:
        return JSONResponse({"ok": False, "code": error.code}, status_code=503)


def calendar(request: Request) -> Response:
    """A feed of days; its questions bring pandas, 0.2 s of imports that the port must not wait for."""
    from firstdose import feeds

    return feeds.feed(request)


def make_app(script: Path, when_ready: Callable[[], None] = lambda: None) -> st.App:
    """The ASGI app around one script; ``when_ready`` is called when the port is about to open."""

    @asynccontextmanager
    async def lifespan(app: st.App) -> AsyncIterator[dict[str, Any] | None]:  # noqa: ARG001 (Streamlit's shape)
        when_ready()
        first = asyncio.create_task(first_run())
        told = asyncio.create_task(asyncio.to_thread(settings_audit.tell, Lake.shared()))
        later = Timer(LATER_SECONDS, warm_rooms)
        later.daemon = True
        later.start()
        async with doors.open_doors():
            yield None
        later.cancel()
        first.cancel()
        told.cancel()  # it may be waiting for somebody who publishes

    return st.App(
        script,
        lifespan=lifespan,
        routes=[
            Route("/health", health),
            Route("/calendar/{kind}.ics", calendar),
            assets.ROUTE,
            short.ROUTE,
            *partner.ROUTES,
        ],
        # inside of the guard, so that the answer to an error carries the headers of every answer
        middleware=[Middleware(Guard), incidents.ANSWERED, *doors.middleware()],
        secrets=doors.secrets() or None,
        on_script_error=unforeseen,
        exception_handlers={Exception: incidents.failed},
    )


def unforeseen(error: Exception) -> bool:
    """Show what a page did not foresee; the room of the screen is imported when it is needed first."""
    from firstdose.ui.trouble import show_incident

    return show_incident(error)


def seed(folder: Path) -> int:
    """Publish the demo's history into a store without any version; the number of versions made.

    ``FIRSTDOSE_DEMO=0`` leaves the store empty; a store that holds anything is never touched. Of several
    servers that start together one seeds the store, and the others go on without.
    """
    if os.environ.get("FIRSTDOSE_DEMO") == "0":
        return 0
    empty = Lake.shared()
    if empty.newest() or not folder.is_dir():
        return 0
    try:
        publish_history(folder, empty, on_top_of=0)
    except Overtaken:
        return 0
    return empty.newest()


async def first_run() -> None:
    """Run the script once while the first browser still fetches its files; both share what is made.

    The engine works outside of the interpreter's lock, so opening versions and importing share two cores. Not
    pandas: the engine imports it where values are bound, and plotly fails on one that is half made (seen).
    """
    await asyncio.to_thread(import_module, "pandas")
    opening = asyncio.to_thread(Lake.shared().open_newest)
    await asyncio.gather(opening, asyncio.to_thread(import_module, "firstdose.ui"))
    await runtime.get_instance().does_script_run_without_error()
    settle()


def warm_rooms() -> None:
    """Import what the other pages need."""
    for room in LATER:
        for found in pkgutil.iter_modules(import_module(room).__path__, room + "."):
            import_module(found.name)
    gc.collect()  # what readers left meanwhile; what stood before them is not looked through again
    settle()


def settle() -> None:
    """Take what is there to stay out of the garbage collector's way, without looking for garbage in it.

    Streamlit collects garbage after every run; over the modules and catalogues of a warm server that took
    78 ms in which no reader got an answer, and takes 3 ms without them (measured on Streamlit 1.67). A start
    leaves 1,400 objects of 190,000 that nobody needs: to find them would hold the first page up by as long.
    """
    gc.freeze()
    gc.enable()


def collect_rarely() -> None:
    """Let Streamlit look for garbage once in two seconds, not after every run, and everywhere once a minute.

    Each look stops everybody. One everywhere takes 150 to 300 ms once a few hundred views are kept; every two
    seconds it was 40 % of what a server of eight busy sessions did (Streamlit 1.67). What a run leaves is
    young and found by the short look.
    """
    looked = [-GARBAGE_SECONDS, time.monotonic()]

    def collect(generation: int = 2) -> int:
        now = time.monotonic()
        if now - looked[0] < GARBAGE_SECONDS or not gc.isenabled():  # not before ``settle``
            return 0
        looked[0] = now
        if now - looked[1] < ALL_GARBAGE_SECONDS:
            return gc.collect(min(generation, 1))
        looked[1] = now
        return gc.collect(generation)

    script_runner.gc = SimpleNamespace(collect=collect)  # type: ignore[attr-defined,assignment]


def send_at_once() -> None:
    """Let every answer leave when it is written, not when the one before was acknowledged.

    Streamlit 1.67 makes its listening socket without a protocol number, by which asyncio knows that it may
    switch Nagle's algorithm off; each of the many small answers then waits up to 40 ms (measured).
    """
    bind = starlette_server._bind_socket

    def bound(address: str, port: int, backlog: int) -> socket:
        listening = bind(address, port, backlog)
        listening.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)  # connections inherit it
        return listening

    starlette_server._bind_socket = bound


def ask_no_stack() -> None:
    """Let Streamlit believe to have warned who types at a prompt: to find out, it walks every module imported
    for each frame of the stack, 50 to 110 ms of the first run (Streamlit 1.67)."""
    delta_generator._use_warning_has_been_displayed = True


def know_our_components() -> None:
    """Let Streamlit ask this package alone for components: else it reads what every installed package says of
    itself, 0.13 s before the port opens, and takes from whichever brings any (Streamlit 1.67)."""
    read = manifest_scanner._process_single_package

    def ours(max_workers: int | None = None) -> list[tuple[ComponentManifest, Path]]:  # noqa: ARG001
        return [found for one in distributions(name="firstdose") if (found := read(one))]

    manifest_scanner.scan_component_manifests = ours


def serve(script: Path, address: str, port: int | None, ready: Callable[[str], None]) -> None:
    """Serve until stopped; ``ready`` is told the address. Without ``port`` the first free one from 8501.

    ``SettingsError`` when the settings of sign-in do not fit, or would show everything to a network.
    """
    may_listen(address)
    options: dict[str, Any] = {"server.address": address, "logger.hideWelcomeMessage": True}
    if port is not None:
        options["server.port"] = port
    # Streamlit looks for .streamlit/config.toml beside what was started: that is the script, not our command.
    sys.argv = [str(script)]
    if settings().auth == "proxy":
        os.environ["FORWARDED_ALLOW_IPS"] = ""  # who a connection comes from is what TCP says, no header
    options |= doors.options()
    os.environ.setdefault(assets.CHARTS, "host")
    options["logger.enableRich"] = False  # it would print the traceback beside every log
    logging.getLogger("streamlit.error_util").addFilter(incidents.foreseen)
    incidents.write_on_one_line()
    send_at_once()
    collect_rarely()
    ask_no_stack()
    know_our_components()
    make_app(script, lambda: ready(url(address))).run(config=options)


def url(address: str) -> str:
    """The address a reader types, with the port the server really got."""
    host = "127.0.0.1" if address in {"0.0.0.0", "::"} else address  # noqa: S104 (compared, not bound)
    return f"http://{f'[{host}]' if ':' in host else host}:{st.get_option('server.port')}"
