"""The doors between the network and Streamlit, in order: methods, who asks, uploads; and waking open tabs.

Sign-in and proxy are imported only where the settings ask for them.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from starlette.middleware import Middleware
from starlette.types import Scope
from streamlit import runtime
from streamlit.proto.ClientState_pb2 import ClientState

from firstdose import partner, sessions, uploads
from firstdose.place import Place
from firstdose.settings import settings

SWEEP_SECONDS = 15.0
_READ, _UPLOAD = ("GET", "HEAD"), ("PUT", "DELETE", "OPTIONS")


def may(method: str, path: str) -> int:
    """The status with which a request is refused for its method or the form of its address; 0 when it may."""
    if not path.startswith("/"):  # a whole address: nobody here is a proxy
        return 400
    if method in _READ or (method in _UPLOAD and path.startswith("/_stcore/upload_file/")):
        return 0
    if method == "POST" and partner.ADDRESS.fullmatch(path):  # the passphrase of a partner link
        return 0
    return 405


def middleware() -> list[Middleware]:
    """What stands before Streamlit for the way the settings choose."""
    chosen = settings()
    doors = [Middleware(uploads.Uploads)]
    if chosen.auth == "oidc":
        from firstdose.signin import SignIn

        doors.insert(0, Middleware(SignIn))
    elif chosen.auth == "proxy":
        from firstdose.proxied import Proxied

        doors.insert(0, Middleware(Proxied))
    return doors


def secrets() -> dict[str, Any]:
    """What Streamlit is told of the provider; nothing for other ways."""
    chosen = settings()
    if chosen.auth != "oidc":
        return {}
    from firstdose.signin import cookie_secret, secrets_of

    return secrets_of(chosen, cookie_secret(Place.at()))


def cookies(scope: Scope) -> list[tuple[bytes, bytes]]:
    """The cookies that a page sets for sign-in: the way back to it."""
    if settings().auth != "oidc":
        return []
    from firstdose.signin import back_header

    return back_header(scope)


def options() -> dict[str, Any]:
    """Streamlit's options: a tab is resumed after a lost connection only by whoever it belongs to."""
    return {"server.trustedUserHeaders": {sessions.HEADER: "asks"}} if settings().signs_in else {}


@asynccontextmanager
async def open_doors() -> AsyncIterator[None]:
    """While the server runs: note addresses given for uploads, show ended sessions that they ended."""
    uploads.GIVEN_ADDRESSES.watch(uploads.manager())
    _Loop.running = asyncio.get_running_loop()
    sweeping = asyncio.create_task(_sweep()) if settings().auth == "oidc" else None
    yield
    if sweeping:
        sweeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sweeping


class _Loop:
    running: asyncio.AbstractEventLoop | None = None


async def _sweep() -> None:
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        _rerun(sessions.shared().sweep())


def wake(tabs: Iterable[str], *, after: float = 0.0) -> None:
    """Let tabs run their script anew, from any thread: they then show that their session ended.

    ``after`` seconds, for who is being answered yet: a run throws away what was not sent before it.
    """
    if (loop := _Loop.running) is not None:
        loop.call_soon_threadsafe(loop.call_later, after, _rerun, frozenset(tabs))


def _rerun(tabs: Iterable[str]) -> None:
    manager = runtime.get_instance()._session_mgr
    for tab in tabs:
        if (found := manager.get_active_session_info(tab)) is not None:
            last = found.session._client_state
            asked = ClientState(query_string=last.query_string, page_script_hash=last.page_script_hash)
            asked.context_info.CopyFrom(last.context_info)  # its reader's language and address
            found.session.request_rerun(asked)
