"""Files that the browser keeps: named after their content, answered from memory, so never asked for again.

Our own bundle, and the files of Streamlit's page: through its own handler each of the sixty files of a first
visit waits about 45 ms for a thread while a starting server is busy (measured on Streamlit 1.67).
"""

import gzip
import hashlib
import mimetypes
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

#: The setting that chooses the engine of figures; ``firstdose serve`` sets it to ``host`` unless it is set.
CHARTS = "FIRSTDOSE_CHARTS"
_FOR_EVER = "public, max-age=31536000, immutable"
#: The drawing code: plotly.js, basic bundle (``ui/host/browser/README.md`` says from where).
BUNDLE = Path(__file__).parent / "ui" / "host" / "browser" / "plotly-basic.min.js"


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


@cache
def _streamlit_files() -> dict[str, Path]:
    found = find_spec("streamlit")  # found without importing it: this room knows files, not Streamlit
    folder = Path(str(found.origin)).parent / "static" if found else Path()
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
