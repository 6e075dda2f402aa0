"""A trusted proxy says who asks, in headers that count only on connections from its own address.

What counts is the address TCP sees. Nobody else gets anything but ``/health``, and who sends such a header
from elsewhere is refused by name. No page ever sees the headers: it is told under a sealed one of ours.
"""

import time

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from firstdose import partner, readers, sessions
from firstdose.settings import Proxy, settings
from firstdose.sign_in_audit import tell
from firstdose.who import Who
from firstdose.words import _

Headers = list[tuple[bytes, bytes]]
_NO_STORE = {"cache-control": "no-store"}
_PAGE_FILES = ("/static/", "/assets/", "/_stcore/health", "/_stcore/host-config", "/_stcore/bidi-components/")


class Proxied:
    """ASGI middleware: takes identities from the proxy, refuses them from anybody else."""

    def __init__(self, app: ASGIApp) -> None:
        chosen = settings()
        if chosen.proxy is None:
            raise AssertionError("only for FIRSTDOSE_AUTH=proxy")
        self._app = app
        self._chosen = chosen
        self._proxy: Proxy = chosen.proxy
        self._met: dict[str, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or one connection."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        peer = (scope.get("client") or ("", 0))[0]
        said = _said(scope["headers"], self._proxy.headers)
        why = self._refused(peer, said, scope["path"])
        if why:
            if said:
                tell("denied", None, why, "proxy header", client=peer)
            await _no(scope, why)(scope, receive, send)
            return
        who = _who(said, self._proxy)
        if who is None:
            sent = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
            who = partner.who_of(readers.parse(sent.decode("latin-1")))
        scope.setdefault("state", {})["who"] = who
        scope = sessions.without_header(_stripped(scope, self._proxy))
        if who is None and not _page_itself(scope):
            await _no(scope, "Sign in first", 401)(scope, receive, send)
            return
        if who is not None and who.method == "proxy":
            scope["headers"].append((sessions.HEADER.encode(), sessions.sealed_who(who).encode()))
            if scope["type"] == "websocket":
                self._meet(who)
        await self._app(scope, receive, send)

    def _refused(self, peer: str, said: dict[str, list[str]], path: str) -> str:
        if not self._proxy.speaks(peer):
            if said:
                return _("A header that says who asks came from {peer}, which is not the proxy.").format(
                    peer=peer
                )
            return "" if path == "/health" else _("Come through the proxy.")
        if any(len(values) > 1 for values in said.values()):
            return _("A header that says who asks came twice: the proxy has to remove the one of its client.")
        return ""

    def _meet(self, who: Who) -> None:
        """Tell the audit chain of a person once in the time a session may last."""
        now = time.monotonic()
        if now - self._met.get(who.id, -self._chosen.longest) < self._chosen.longest:
            return
        if len(self._met) > sessions.MOST:
            self._met.clear()
        self._met[who.id] = now
        tell("login", who, _("Signed in"), "proxy")


def _said(headers: Headers, names: frozenset[str]) -> dict[str, list[str]]:
    """What a request says under the names that say who asks, ``_`` read as ``-``: some programs do."""
    said: dict[str, list[str]] = {}
    for name, value in headers:
        plain = name.decode("latin-1").lower().replace("_", "-")
        if plain in names:
            said.setdefault(plain, []).append(_text(value))
    return said


def _text(value: bytes) -> str:
    """A header as text that shows as it is; proxies write names in UTF-8."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = value.decode("latin-1")
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:2_000]


def _who(said: dict[str, list[str]], proxy: Proxy) -> Who | None:
    id_ = next(iter(said.get(proxy.id, [])), "")[:200].lower()
    if not id_:
        return None
    name = next(iter(said.get(proxy.name, [])), "")[:200] or id_
    groups = next(iter(said.get(proxy.groups, [])), "").split(",")
    return Who(id_, name, "proxy", frozenset(filter(None, (group.strip() for group in groups))))


def _stripped(scope: Scope, proxy: Proxy) -> Scope:
    """The request without the headers that say who asks, with the scheme its reader sees."""
    kept: Headers = []
    scheme = scope.get("scheme", "http")
    for name, value in scope["headers"]:
        plain = name.decode("latin-1").lower().replace("_", "-")
        if plain == "x-forwarded-proto" and value in (b"https", b"http"):
            secure = value == b"https"
            scheme = ("wss" if secure else "ws") if scope["type"] == "websocket" else value.decode()
        if plain not in proxy.headers:
            kept.append((name, value))
    return {**scope, "headers": kept, "scheme": scheme}


def _page_itself(scope: Scope) -> bool:
    """Whether it is the page that says who is missing, or a file it is made of; none of them hold data."""
    if scope["type"] == "websocket":
        return True
    path: str = scope["path"]
    if partner.ADDRESS.fullmatch(path) or path == partner.LEAVE:
        return True
    inside = path.startswith(_PAGE_FILES) or path.endswith(("/_stcore/health", "/_stcore/host-config"))
    plain = path == "/health" or (
        (path.count("/") == 1 and path[1:].replace("_", "").isalpha()) or path == "/"
    )
    return scope["method"] in {"GET", "HEAD"} and (inside or plain)


def _no(scope: Scope, why: str, status: int = 403) -> ASGIApp:
    return WebSocketClose(1008) if scope["type"] == "websocket" else PlainTextResponse(why, status, _NO_STORE)
