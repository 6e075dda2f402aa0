"""Files that the browser loads: the page itself, then what it keeps, named after its content.

All are answered from memory, and text packed: through Streamlit's own handler each of the sixty files of a
first visit waits about 45 ms for a thread while a starting server is busy, and leaves unpacked (Streamlit
1.67). Packing them takes 40 ms once a process (level 6; level 9 half as long again for 0.3 %), and a first
visit is 1.7 MB instead of 3.6.
"""

import gzip
import hashlib
import mimetypes
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Scope

#: The setting that chooses the engine of figures; ``firstdose serve`` sets it to ``host`` unless it is set.
CHARTS = "FIRSTDOSE_CHARTS"
_TEXT = frozenset({".js", ".css", ".svg"})
_FOR_EVER = "public, max-age=31536000, immutable"
#: The drawing code: plotly.js, basic bundle (``ui/host/browser/README.md`` says from where).
_BROWSER = Path(__file__).parent / "ui" / "host" / "browser"
BUNDLE = _BROWSER / "plotly-basic.min.js"


@cache
def bundle_address() -> str:
    """The address of the bundle; it changes with the content, so a browser may keep it for ever."""
    return f"/assets/plotly-basic.{hashlib.sha256(BUNDLE.read_bytes()).hexdigest()[:12]}.js"


@cache
def _kept(file: Path, *, packed: bool) -> Response:
    """A file that a browser may keep for ever; pictures and fonts are packed in themselves."""
    kind, _encoding = mimetypes.guess_type(file.name)
    body, headers = file.read_bytes(), {"cache-control": _FOR_EVER}
    if file.suffix in _TEXT:
        headers["vary"] = "accept-encoding"
        if packed:
            headers["content-encoding"] = "gzip"
            body = gzip.compress(body, 6, mtime=0)
    return Response(body, media_type=kind, headers=headers)


def _packs(headers: Headers) -> bool:
    return "gzip" in headers.get("accept-encoding", "")


def _bundle(request: Request) -> Response:
    if request.url.path != bundle_address():
        return PlainTextResponse("Not found", 404)
    return _kept(BUNDLE, packed=_packs(request.headers))


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


def of_streamlit(scope: Scope) -> Response | None:
    """The answer for a file of Streamlit's page; none for any other request, which Streamlit then answers."""
    file = _streamlit_files().get(scope["path"]) if scope["method"] == "GET" else None
    return None if file is None else _kept(file, packed=_packs(Headers(scope=scope)))


#: ``/assets/…``: only what is named here is served, whatever a path says.
ROUTE = Route("/assets/{name}", _bundle)


def early() -> bytes:
    """The ``Link`` header of the first page: fetch the drawing code while the page is still starting."""
    return f"<{bundle_address()}>; rel=preload; as=script".encode()
