"""Files that the browser loads: the page itself, then what it keeps, named after its content.

All are answered from memory: through Streamlit's own handler each of the sixty files of a first visit waits
about 45 ms for a thread while a starting server is busy (measured on Streamlit 1.67).
"""

import gzip
import hashlib
import mimetypes
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

#: The setting that chooses the engine of figures; ``firstdose serve`` sets it to ``host`` unless it is set.
CHARTS = "FIRSTDOSE_CHARTS"
_FOR_EVER = "public, max-age=31536000, immutable"
#: The drawing code: plotly.js, basic bundle (``ui/host/browser/README.md`` says from where).
_BROWSER = Path(__file__).parent / "ui" / "host" / "browser"
BUNDLE = _BROWSER / "plotly-basic.min.js"


@cache
def bundle_address() -> str:
    """The address of the bundle; it changes with the content, so a browser may keep it for ever."""
    return f"/assets/plotly-basic.{hashlib.sha256(BUNDLE.read_bytes()).hexdigest()[:12]}.js"


@cache
def _packed() -> bytes:
    return gzip.compress(BUNDLE.read_bytes(), 9, mtime=0)


def _bundle(request: Request) -> Response:
    if request.url.path != bundle_address():
        return PlainTextResponse("Not found", 404)
    packed = "gzip" in request.headers.get("accept-encoding", "")
    headers = {"cache-control": _FOR_EVER, "vary": "accept-encoding"}
    if packed:
        headers["content-encoding"] = "gzip"
    body = _packed() if packed else BUNDLE.read_bytes()
    return Response(body, media_type="text/javascript", headers=headers)


def _static() -> Path:
    found = find_spec("streamlit")  # found without importing it: this room knows files, not Streamlit
    return Path(str(found.origin)).parent / "static" if found else Path()


@cache
def index() -> str:
    """Streamlit's page with our script for the browser's history before any other of its scripts."""
    ours = (_BROWSER / "history.js").read_text(encoding="utf-8")
    page = (_static() / "index.html").read_text(encoding="utf-8")
    return page.replace("<head>", f"<head><script>{ours}</script>", 1)


def page() -> Response:
    """The answer for every address that Streamlit would answer with its page; a browser always asks again."""
    return HTMLResponse(index(), headers={"cache-control": "no-cache"})


@cache
def _streamlit_files() -> dict[str, Path]:
    folder = _static()
    return {f"/{file.relative_to(folder).as_posix()}": file for file in folder.glob("static/*/*.*")}


@cache
def _kept(path: str) -> Response:
    kind, _encoding = mimetypes.guess_type(path)
    body = _streamlit_files()[path].read_bytes()
    return Response(body, media_type=kind, headers={"cache-control": _FOR_EVER})


def of_streamlit(method: str, path: str) -> Response | None:
    """The answer for a file of Streamlit's page; none for any other path, which Streamlit then answers."""
    return _kept(path) if method == "GET" and path in _streamlit_files() else None


#: ``/assets/…``: only what is named here is served, whatever a path says.
ROUTE = Route("/assets/{name}", _bundle)


def early() -> bytes:
    """The ``Link`` header of the first page: fetch the drawing code while the page is still starting."""
    return f"<{bundle_address()}>; rel=preload; as=script".encode()
