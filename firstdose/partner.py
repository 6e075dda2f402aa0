"""``/p/<id>``: a partner link opens a page for somebody without an account, with rows fixed on the server.

Opening checks the link, counts it and gives the browser a token of that opening; every later run of a page
asks the link again, so what was revoked is shut at once.
"""

import re
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from firstdose.access import Denied, Grant
from firstdose.errors import FirstdoseError
from firstdose.lake import Lake, partner_links
from firstdose.lake.partner_links import OPENED_FOR, PartnerLink, Shut
from firstdose.readers import parse
from firstdose.settings import settings
from firstdose.who import Who
from firstdose.words import _, language, use_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

COOKIE = "firstdose_link"
HERE = "/p/"
LEAVE = f"{HERE}leave"
ADDRESS = re.compile(f"{HERE}[0-9a-f]{{32}}")
_LONGEST_FORM = 4_096
_ID = "link:"


def who_of(cookies: "Mapping[str, str]") -> Who | None:
    """Whoever came by a partner link; none without its cookie.

    A browser that carries one that does not hold (any more) stays a guest, who is granted nothing: it must
    not become somebody else by it.
    """
    kept = cookies.get(COOKIE)
    if not isinstance(kept, str) or not kept:  # a page run without a browser has something else
        return None
    name, _sep, token = kept.partition(".")
    lake = Lake.shared()
    found = partner_links.find(lake, name)
    if found is None or not partner_links.holds(lake, found, token):
        return Who(_ID, "", "link")
    return Who(f"{_ID}{found.id}", found.name, "link")


def grant(who: Who) -> Grant:
    """What a guest is granted: the scope and pages of the link; ``Denied`` once it is shut."""
    found = partner_links.find(Lake.shared(), who.id.removeprefix(_ID))
    if found is None:
        raise Denied(_("This opening of a partner link has ended: open the link again."))
    if why := found.shut(datetime.now(UTC)):
        raise Denied(why)
    said = _("partner link of {by} for {name}").format(by=found.by, name=found.name)
    return Grant("guest", found.allowed(), said, frozenset(found.pages))


def answered(request: "Request") -> Response:
    """GET: the page of the link, or a form for its passphrase; 404 for no such link, 410 for one shut.

    HEAD tells these apart too, and opens nothing.
    """
    use_language((request.headers.get("accept-language") or "en")[:2])
    try:
        lake = Lake.shared()
        found = partner_links.find(lake, str(request.path_params["name"]))
        if found is None:
            return PlainTextResponse("Not found", 404)
        if why := found.shut(datetime.now(UTC)):
            return _page(why, 410)
        if request.method == "HEAD":  # sent by programs that try an address before anybody reads the page
            return HTMLResponse("", headers=_NO_STORE)
        kept = parse(request.headers.get("cookie", "")).get(COOKIE, "")
        name, _sep, token = kept.partition(".")
        if name == found.id and partner_links.holds(lake, found, token):
            return RedirectResponse(found.link, 302, headers={"cache-control": "no-store"})
        if found.passphrase:
            return _form(found)
        return _opened(lake, found, "", secure=request.url.scheme == "https")
    except FirstdoseError as error:
        return _page(str(error), 503)


async def sent(request: "Request") -> Response:
    """POST: the passphrase of a link."""
    from starlette.concurrency import run_in_threadpool

    use_language((request.headers.get("accept-language") or "en")[:2])
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_FORM:
            return PlainTextResponse("Too large", 413)
    told = parse_qs(body.decode("utf-8", errors="replace"))
    passphrase = (told.get("passphrase") or [""])[0]
    lake = Lake.shared()
    found = partner_links.find(lake, str(request.path_params["name"]))
    if found is None:
        return PlainTextResponse("Not found", 404)
    return await run_in_threadpool(_opened, lake, found, passphrase, secure=request.url.scheme == "https")


def _opened(lake: Lake, found: PartnerLink, passphrase: str, *, secure: bool) -> Response:
    try:
        token = partner_links.open_(lake, found, passphrase)
    except Shut as error:
        again = partner_links.find(lake, found.id)
        if again and again.passphrase and not again.shut(datetime.now(UTC)):
            return _form(again, str(error))
        return _page(str(error), 410)
    except FirstdoseError as error:
        return _page(str(error), 503)
    answer = RedirectResponse(found.link, 303, headers={"cache-control": "no-store"})
    answer.set_cookie(
        COOKIE,
        f"{found.id}.{token}",
        max_age=int(OPENED_FOR.total_seconds()),
        secure=secure or settings().secure,
        httponly=True,
        samesite="lax",
    )
    return answer


def left(request: "Request") -> Response:  # noqa: ARG001 (the shape Starlette calls)
    """Forget the link in this browser."""
    answer = RedirectResponse("/", 303, headers={"cache-control": "no-store"})
    answer.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return answer


def _page(said: str, status: int) -> HTMLResponse:
    return HTMLResponse(f"{_HEAD.format(lang=language())}<p>{escape(said)}</p>", status, headers=_NO_STORE)


def _form(found: PartnerLink, wrong: str = "") -> HTMLResponse:
    """Ask for the passphrase; the form goes to the address it stands at."""
    head, label, button = _("Shared with {name}"), _("Passphrase"), _("Open the page")
    told = f"<p role=alert>{escape(wrong)}</p>" if wrong else ""
    text = (
        f"{_HEAD.format(lang=language())}<h1>{escape(head.format(name=found.name))}</h1>{told}"
        f"<form method=post><p><label>{escape(label)} "
        "<input type=password name=passphrase autocomplete=off required autofocus></label></p>"
        f"<p><button>{escape(button)}</button></p></form>"
    )
    return HTMLResponse(text, 403 if wrong else 200, headers=_NO_STORE)


_NO_STORE = {"cache-control": "no-store"}
_HEAD = (
    '<!doctype html><html lang="{lang}"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>firstdose</title>'
    "<style>body{{font:16px/1.5 sans-serif;max-width:32rem;margin:3rem auto;padding:0 1rem}}"
    "h1{{font-size:1.25rem}}input,button{{font:inherit;padding:.4rem}}</style>"
)

ROUTES = (
    Route(LEAVE, left),
    Route("/p/{name}", answered, methods=["GET"]),  # and with it HEAD
    Route("/p/{name}", sent, methods=["POST"]),
)
