"""``/v/<id>``: the short address of a saved view leads to the whole one; a retired one says so."""

from html import escape
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from firstdose.errors import FirstdoseError
from firstdose.lake import Lake
from firstdose.lake.saved_views import find
from firstdose.words import _, use_language

if TYPE_CHECKING:
    from starlette.requests import Request


def opened(request: "Request") -> Response:
    """302 to the view, 410 with who retired it and when, 404 for no such view."""
    use_language((request.headers.get("accept-language") or "en")[:2])
    try:
        found = find(Lake.shared(), str(request.path_params["name"]))
    except FirstdoseError as error:
        return PlainTextResponse(str(error), 503)
    if found is None:
        return PlainTextResponse("Not found", 404)
    if found.retired_by:
        said = _("The saved view “{name}” was retired by {by} on {day}.").format(
            name=found.name, by=found.retired_by, day=found.retired_at[:10]
        )
        whole = _("Open the dashboard")
        page = (
            f'<!doctype html><meta charset="utf-8"><title>firstdose</title><p>{escape(said)}</p>'
            f'<p><a href="/">{escape(whole)}</a></p>'
        )
        return HTMLResponse(page, 410)
    return RedirectResponse(found.link, 302, headers={"cache-control": "no-store"})


ROUTE = Route("/v/{name}", opened)
