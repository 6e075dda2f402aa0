"""Sign-in at an OpenID provider: Streamlit's ``st.login`` asks, a session of ours remembers.

Streamlit 1.67 would keep a person's claims in a cookie for 30 days that no server can end, and would come
back to the home page. So its answer to the provider's callback is read here: the claims become a session
(``firstdose/sessions.py``), its cookies are taken away, and the reader comes back to the address asked for.
Nobody signed in gets the page that asks for it, the files that page needs, and nothing else.
"""

import json
import os
import re
import secrets
import time
from collections.abc import Iterable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.auth_util import build_logout_url
from streamlit.web.server.starlette.starlette_server_config import TOKENS_COOKIE_NAME, USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import _get_signed_cookie_with_chunks

from firstdose import partner, readers, sessions
from firstdose.errors import SettingsError
from firstdose.place import Place
from firstdose.settings import Settings, settings
from firstdose.sign_in_audit import tell
from firstdose.who import Who
from firstdose.words import _

BACK = "firstdose_back"
CALLBACK, LOG_OUT = "/oauth2callback", "/auth/logout"
FAILED = "/?sign-in=failed"
_LONGEST_BACK = 2_500  # characters of an address that a cookie still holds, sealed
#: What the page that asks to sign in needs itself, before anybody is signed in.
_OPEN = re.compile(
    r"/[a-z_]*|/health|(/[a-z_]+)?/_stcore/(health|host-config|stream)|/static/.+|/assets/[\w.-]+|/auth/login"
    r"|/favicon\.png|/_stcore/bidi-components/.+"
)
_SHORT = re.compile(r"/v/[0-9a-f]{32}")
_BACK_TO = re.compile(r"/([a-z_]+|v/[0-9a-f]{32})?(\?[!-~]*)?")  # on this server, nothing else
_NO_STORE = {"cache-control": "no-store"}
_PROVIDER_SECONDS = 5.0


def cookie_secret(place: Place) -> str:
    """The secret that signs cookies: 32 random bytes made at the first start, for their owner only.

    ``SettingsError`` when others may read it or it is not what was made.
    """
    path = place.folder / "cookie.secret"
    place.make()
    with place.written():
        try:
            opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(opened, "w") as file:
                file.write(os.urandom(32).hex())
                file.flush()
                os.fsync(file.fileno())
        kept = path.read_text(encoding="ascii", errors="replace").strip()
        mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        said = _("Others may read {file}: take their rights away (chmod 600), or delete it to get a new one.")
        raise SettingsError(said.format(file=path))
    if not re.fullmatch(r"[0-9a-f]{64,}", kept):
        raise SettingsError(
            _("{file} holds no secret of 32 bytes: delete it to get a new one.").format(file=path)
        )
    return kept


def secrets_of(chosen: Settings, secret: str) -> dict[str, Any]:
    """What ``st.login`` reads from ``st.secrets``: given to Streamlit in memory, never written to a file."""
    if chosen.oidc is None:
        return {}
    return {
        "auth": {
            "redirect_uri": chosen.url + CALLBACK,
            "cookie_secret": secret,
            "client_id": chosen.oidc.client_id,
            "client_secret": chosen.oidc.client_secret,
            "server_metadata_url": f"{chosen.oidc.issuer}/.well-known/openid-configuration",
        }
    }


def person(claims: Mapping[str, Any], groups: str, *, trust_email: bool = False) -> Who | None:
    """Who the claims of a provider name; none when they name nobody.

    The id is the e-mail address where the provider says that it is verified, else the subject: at some
    providers anybody enters the address they like. Where it says nothing, the operator may ``trust_email``.
    """
    email, subject = _plain(claims.get("email")), _plain(claims.get("sub"))
    verified = claims.get("email_verified", trust_email) in (True, "true")
    id_ = (email if email and verified else subject).lower()
    if not id_:
        return None
    name = _plain(claims.get("name")) or _plain(claims.get("preferred_username")) or id_
    told = claims.get(groups)
    listed = [told] if isinstance(told, str) else told if isinstance(told, list) else []
    return Who(id_, name, "oidc", frozenset(filter(None, map(_plain, listed))))


def _plain(told: object) -> str:
    """A claim as text that shows as it is: no control characters, no end of a page."""
    text = told if isinstance(told, str) else ""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:200]


def cookie_name(chosen: Settings) -> str:
    """The name of the session's cookie; over HTTPS no other site of the domain can set it."""
    return "__Host-firstdose_session" if chosen.secure else "firstdose_session"


class SignIn:
    """ASGI middleware: who is signed in, and what happens at the provider's callback and at sign-out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._settings = settings()
        self._sessions = sessions.shared()
        self._cookie = cookie_name(self._settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or one connection."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        cookies = _cookies(scope)
        number = cookies.get(self._cookie, "")
        print_ = sessions.printed(number) if number else ""
        who = self._sessions.find(print_) or partner.who_of(cookies)
        scope.setdefault("state", {})["who"] = who
        scope = sessions.without_header(scope)
        if scope["type"] == "websocket":
            if who and who.method == "oidc":
                scope["headers"].append((sessions.HEADER.encode(), sessions.sealed("oidc", print_).encode()))
            await self._connected(scope, receive, send, print_ if who else "")
        elif scope["path"] == CALLBACK:
            await self._callback(scope, receive, send, print_)
        elif scope["path"] == LOG_OUT:
            await (await self._out(print_))(scope, receive, send)
        elif who is None and not may_ask(scope["method"], scope["path"]):
            await _closed(scope)(scope, receive, send)
        else:
            if who and who.method == "oidc" and scope["method"] not in {"GET", "HEAD"}:
                self._sessions.find(print_, used=True)
            await self._app(scope, receive, send)

    async def _connected(self, scope: Scope, receive: Receive, send: Send, print_: str) -> None:
        """Hand on what a tab says for as long as its session lives; then not, until it asks to sign in.

        What a tab still shows of an ended session can so press no button and run no fragment.
        """
        tab = secrets.token_hex(16)
        scope["headers"].append((sessions.TAB.encode(), tab.encode()))

        async def heard() -> Message:
            message = await receive()
            over = self._sessions.find(print_, used=True) is None and not sessions.asks(tab)
            if message["type"] == "websocket.receive" and over:
                await send({"type": "websocket.close", "code": 1008})
                return {"type": "websocket.disconnect", "code": 1008}
            return message

        began_here = print_ and self._sessions.find(print_) is not None
        await self._app(scope, heard if began_here else receive, send)

    async def _callback(self, scope: Scope, receive: Receive, send: Send, old: str) -> None:
        """Let Streamlit talk to the provider, then begin a session and come back to the address asked for."""
        query = parse_qs(scope["query_string"].decode("latin-1"))
        if not {"state", "code", "error"} & set(query):  # the provider sends readers here after sign-out, too
            await RedirectResponse("/", 302, _NO_STORE)(scope, receive, send)
            return
        told: list[bytes] = []

        async def held(message: Message) -> None:
            if message["type"] == "http.response.start":
                told.extend(value for name, value in message["headers"] if name.lower() == b"set-cookie")

        await self._app(scope, receive, held)
        claims, id_token = _claims(told)
        oidc = self._settings.oidc
        who = person(claims, oidc.groups, trust_email=oidc.trust_email) if oidc else None
        kept = [value for value in told if not value.startswith(b"_streamlit_user")]
        if who is None:
            error = query.get("error", ["refused"])[0]
            error = error if re.fullmatch(r"[a-z_]{1,40}", error) else "refused"
            tell("login_fail", None, _("The provider signed nobody in."), "oidc", error=error)
            response: Response = RedirectResponse(FAILED, 302, _NO_STORE)
        else:
            self._sessions.end(old)
            number = self._sessions.begin(who, id_token)
            tell("login", who, _("Signed in"), sessions.printed(number)[:16])
            response = RedirectResponse(_way_back(_cookies(scope)) or "/", 302, _NO_STORE)
            self._set(response, self._cookie, number, self._settings.longest)
            self._set(response, BACK, "", 0)
        for value in kept:
            response.raw_headers.append((b"set-cookie", value))
        await response(scope, receive, send)

    async def _out(self, print_: str) -> Response:
        """After ``leave``: forget the cookie, and let the provider end its own session where it can."""
        id_token = sessions.left(print_)
        if id_token is None:  # a link of somebody else, not the reader's own button
            return RedirectResponse("/", 302, _NO_STORE)
        response = RedirectResponse(await self._provider_out(id_token) or "/", 302, _NO_STORE)
        self._set(response, self._cookie, "", 0)
        return response

    async def _provider_out(self, id_token: str) -> str:
        """Where the provider ends its session; empty when it does not say so."""
        import httpx2

        oidc = self._settings.oidc
        if oidc is None:
            return ""
        try:
            async with httpx2.AsyncClient(timeout=_PROVIDER_SECONDS) as client:
                answer = await client.get(f"{oidc.issuer}/.well-known/openid-configuration")
            end = answer.json().get("end_session_endpoint")
        except (httpx2.HTTPError, ValueError, AttributeError):
            return ""
        if not isinstance(end, str) or not end.startswith(
            ("https://", "http://127.0.0.1", "http://localhost")
        ):
            return ""
        return build_logout_url(end, oidc.client_id, self._settings.url + CALLBACK, id_token or None)

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path="/",
            secure=self._settings.secure,
            httponly=True,
            samesite="lax",
        )


def _cookies(scope: Scope) -> dict[str, str]:
    sent = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    return readers.parse(sent.decode("latin-1"))


def _claims(set_cookies: Iterable[bytes]) -> tuple[dict[str, Any], str]:
    """The claims and the token in the cookies that Streamlit would set; empty when it signed nobody in."""
    found: dict[str, str] = {}
    for line in set_cookies:
        try:
            jar = SimpleCookie(line.decode("latin-1"))
        except CookieError:
            continue
        found |= {name: morsel.value for name, morsel in jar.items() if morsel.value}
    user = _get_signed_cookie_with_chunks(found, USER_COOKIE_NAME)
    tokens = _get_signed_cookie_with_chunks(found, TOKENS_COOKIE_NAME)
    told = json.loads(user) if user else {}
    return told, str((json.loads(tokens) if tokens else {}).get("id_token", ""))


def back_header(scope: Scope) -> list[tuple[bytes, bytes]]:
    """The cookie by which a reader not signed in yet comes back to this page; none for the plain home."""
    query = scope["query_string"].decode("latin-1")
    address = scope["path"] + (f"?{query}" if query else "")
    if (
        scope.get("state", {}).get("who")
        or address == "/"
        or query.startswith("sign-in=")
        or not _may_come_back(address)
    ):
        return []
    secure = "; Secure" if settings().secure else ""
    value = sessions.sealed("back", [address, int(time.time())])
    line = f"{BACK}={value}; Path=/; Max-Age={sessions.BACK_SECONDS}; HttpOnly; SameSite=Lax{secure}"
    return [(b"set-cookie", line.encode("latin-1"))]


def came_from(cookies: Mapping[str, str]) -> str:
    """The address a reader asked for less than ten minutes ago; empty for anything that is not ours."""
    told = sessions.unsealed("back", cookies.get(BACK, ""))
    if not isinstance(told, list):
        return ""
    address, at = told
    return address if time.time() - at <= sessions.BACK_SECONDS and _may_come_back(address) else ""


def _way_back(cookies: Mapping[str, str]) -> str:
    """The page on the screen when its reader went to sign in, else the one opened before."""
    asked = sessions.asked_back(cookies.get(readers.READER, ""))
    return asked if asked and _may_come_back(asked) else came_from(cookies)


def _may_come_back(address: str) -> bool:
    return len(address) <= _LONGEST_BACK and bool(_BACK_TO.fullmatch(address))


def may_ask(method: str, path: str) -> bool:
    """Whether nobody in particular may ask for it: the page that asks who it is, a partner's link."""
    if partner.ADDRESS.fullmatch(path) or path == partner.LEAVE:
        return method in {"GET", "HEAD", "POST"}
    return method in {"GET", "HEAD"} and bool(_OPEN.fullmatch(path))


def _closed(scope: Scope) -> Response:
    """The answer for what only a person signed in may have; a short link is remembered for after it."""
    if _SHORT.fullmatch(scope["path"]):
        response = RedirectResponse("/", 302, _NO_STORE)
        response.raw_headers += back_header(scope)
        return response
    return PlainTextResponse("Sign in first", 401, _NO_STORE)
