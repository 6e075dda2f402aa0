"""Uploads bounded in body, number and sum, before Streamlit takes them into memory.

Streamlit 1.67 limits one file and nothing else: sixty files of 4 MiB that no page had asked for were kept
(measured). Here a file is taken only at an address its session was given, and a session and the server have
bounds of what they hold and of how often they ask.
"""

import contextlib
import re
import time
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime

_UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/([^/]+)")
BODY = 211 << 20  # bytes of one request: a file of 210 MB and what frames it
SESSION_BYTES = 1_050_000_000  # a draft takes 1 GB
SERVER_BYTES = 3_000_000_000  # all sessions together; our convention, as are the two below
PER_MINUTE = 120
GIVEN = 2_000  # addresses of a session that are remembered


class Manager(Protocol):
    """Where Streamlit keeps uploaded files."""

    file_storage: Mapping[str, Mapping[str, Any]]

    def get_upload_urls(self, session_id: str, file_names: Sequence[str]) -> Any:
        """Addresses for files a page has asked for."""


class Given:
    """The addresses given to sessions, learnt as Streamlit gives them."""

    def __init__(self) -> None:
        self._ids: OrderedDict[str, OrderedDict[str, None]] = OrderedDict()

    def watch(self, manager: Any) -> None:
        """Note every address that a manager gives from now on."""
        give = manager.get_upload_urls

        def noted(session_id: str, file_names: Sequence[str]) -> Any:
            given = give(session_id, file_names[:GIVEN])
            ids = self._ids.setdefault(session_id, OrderedDict())
            self._ids.move_to_end(session_id)
            ids.update((one.file_id, None) for one in given)
            while len(ids) > GIVEN:
                ids.popitem(last=False)
            while len(self._ids) > GIVEN:
                self._ids.popitem(last=False)
            return given

        manager.get_upload_urls = noted

    def has(self, session_id: str, file_id: str) -> bool:
        """Whether a session was given this address."""
        return file_id in self._ids.get(session_id, ())


GIVEN_ADDRESSES = Given()


def manager() -> Any:
    """Streamlit's own manager of uploaded files."""
    return runtime.get_instance().uploaded_file_mgr


class Uploads:
    """ASGI middleware before the door of uploads: 403, 413 or 429, or on to Streamlit."""

    def __init__(self, app: ASGIApp, given: Given = GIVEN_ADDRESSES) -> None:
        self._app = app
        self._given = given
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()
        self._coming: dict[str, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        found = _UPLOAD.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if found is None or scope["method"] != "PUT":
            await self._app(scope, receive, send)
            return
        session, file = found.groups()
        said = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
        size = int(said) if said.isdigit() and len(said) < 16 else 0
        status, why = self._judged(session, file, size)
        if status:
            await PlainTextResponse(why, status)(scope, receive, send)
            return
        await self._taken(session, scope, receive, send)

    def _judged(self, session: str, file: str, size: int) -> tuple[int, str]:
        """The status and the words of a refusal; 0 when the file may come."""
        if not self._given.has(session, file):
            return 403, "No page asked for this file"
        if size > BODY:
            return 413, "File too large"
        asked = self._asked.setdefault(session, deque())
        self._asked.move_to_end(session)
        while len(self._asked) > GIVEN:
            self._asked.popitem(last=False)
        now = time.monotonic()
        while asked and now - asked[0] > 60:
            asked.popleft()
        if len(asked) >= PER_MINUTE:
            return 429, "Too many files in a minute; wait, then go on"
        asked.append(now)
        own, every = self._held(session)
        if own + size > SESSION_BYTES or every + size > SERVER_BYTES:
            return 429, "Too much is held already; publish or remove files, then go on"
        return 0, ""

    def _held(self, session: str) -> tuple[int, int]:
        """Bytes that this session and all sessions hold, those on their way included."""
        kept = {name: _bytes(files) for name, files in list(manager().file_storage.items())}
        coming = sum(self._coming.values())
        return kept.get(session, 0) + self._coming.get(session, 0), sum(kept.values()) + coming

    async def _taken(self, session: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a body on, counted as it comes: a length that was not said, or not true, changes nothing."""
        came, over, started = 0, False, False

        async def counted() -> Message:
            nonlocal came, over
            message = await receive()
            if message["type"] == "http.request":
                size = len(message.get("body", b""))
                came += size
                self._coming[session] = self._coming.get(session, 0) + size
                own, every = self._held(session)
                over = over or came > BODY or own > SESSION_BYTES or every > SERVER_BYTES
                if over:
                    return {"type": "http.disconnect"}
            return message

        async def told(message: Message) -> None:
            nonlocal started
            if over:
                return  # whatever Streamlit makes of half a file
            started = True
            await send(message)

        try:
            with contextlib.suppress(ClientDisconnect):  # nobody is left to be answered, or we do it below
                await self._app(scope, counted, told)
        finally:
            self._coming[session] = self._coming.get(session, 0) - came
            if self._coming[session] <= 0:
                self._coming.pop(session)
        if over and not started:
            await PlainTextResponse("File too large", 413, {"connection": "close"})(scope, receive, send)


def _bytes(files: Mapping[str, Any]) -> int:
    return sum(len(file.data) for file in list(files.values()))
