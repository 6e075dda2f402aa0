"""What nobody foresaw: the reader gets an id, the operator one line, and neither gets a secret."""

import asyncio
import json
import logging
import re
from typing import Any

import pytest
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.routing import Route, Router
from streamlit.logger import get_logger
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.runtime.backend_operation_handler import DeferredFileHandler
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.testing.v1 import AppTest

from firstdose import incidents, server
from firstdose.access import Denied
from firstdose.errors import StoreError

DETAIL = "no column “lot”\n2026-11-26 forged line \x1b[31m\u2028 password=hunter2"


def error_of(message: str) -> ValueError:
    with pytest.raises(ValueError, match="lot") as caught:
        raise ValueError(message)
    return caught.value


def test_an_incident_is_one_line_of_the_log_with_its_place(caplog: pytest.LogCaptureFixture) -> None:
    name = incidents.note(error_of(DETAIL))
    (line,) = caplog.messages
    assert line.isascii()
    assert line.isprintable(), "no line break, no control character"
    told = json.loads(line)
    assert told["incident"] == name
    assert told["error"] == "ValueError"
    assert "test_incidents.py" in told["where"][-1]
    assert told["said"].startswith("no column “lot”")


@pytest.mark.parametrize(
    "text",
    [
        "password=hunter2",
        '{"password": "hunter2"}',
        "api_key: hunter2",
        "Authorization: Bearer hunter2hunter2",
        "sent Bearer hunter2hunter2",
        "https://kim:hunter2@example.org/x",
        "Cookie: firstdose_reader=hunter2",
        "GET /?token=hunter2&v=1",
        "a=b; __Host-firstdose_session=hunter2; c=d",
        "client_secret=hunter2",
        "{'id_token': 'hunter2'}",
    ],
)
def test_no_secret_reaches_the_log(text: str) -> None:
    assert "hunter2" not in incidents.without_secrets(text)


def test_a_plain_message_stays_as_it_is() -> None:
    text = "column yield_pct: 12 of 30 rows, see https://example.org/a?b=1"
    assert incidents.without_secrets(text) == text


def broken() -> None:
    from firstdose.ui.trouble import show_incident as show

    show(ValueError("the secret detail"))


def test_the_reader_sees_the_id_and_never_the_detail(caplog: pytest.LogCaptureFixture) -> None:
    app = AppTest.from_function(broken).run()
    (shown,) = app.error
    assert json.loads(caplog.messages[-1])["incident"] in shown.value
    assert "detail" not in shown.value
    assert not app.exception


def foreseen_error() -> None:
    from firstdose.errors import StoreError
    from firstdose.ui.trouble import show_incident as show

    show(StoreError("no room is left"))


def test_an_error_meant_for_the_reader_keeps_its_words_also_out_of_a_button() -> None:
    app = AppTest.from_function(foreseen_error).run()
    assert "no room" in app.error[0].value


def test_the_server_hands_every_error_of_a_page_on(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Exception] = []
    monkeypatch.setattr("firstdose.ui.trouble.show_incident", lambda error: seen.append(error) is None)
    app = server.make_app(server.project() / "app.py")
    error = StoreError("x")
    assert app._on_script_error(error)
    assert seen == [error]


def test_streamlit_does_not_write_the_same_error_again() -> None:
    def record(message: str) -> logging.LogRecord:
        return logging.LogRecord("streamlit.error_util", logging.ERROR, "", 0, message, (), None)

    assert not incidents.foreseen(record("Uncaught app execution"))
    assert incidents.foreseen(record("anything else"))


def test_what_others_log_stands_on_one_line_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "_logRecordFactory", logging.LogRecord)
    incidents.write_on_one_line()
    written: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(logging.Formatter("%(message)s").format(record))

    for name in ("uvicorn.error", "streamlit.runtime.download", "firstdose.incidents", "others"):
        log, kept = logging.getLogger(name), Kept()
        log.addHandler(kept)
        try:
            log.error("Running on %s", "http://127.0.0.1:8501")
            log.error("refused: %s", DETAIL)
            try:
                raise error_of(DETAIL)
            except ValueError:
                log.exception("in a download")
        finally:
            log.removeHandler(kept)
        plain, refused, *incident = written
        written.clear()
        assert plain == "Running on http://127.0.0.1:8501"
        if name in ("uvicorn.error", "streamlit.runtime.download"):
            assert "\\x1b[31m" in refused
            for line in (refused, *incident):
                assert "hunter2" not in line
                assert "\x1b" not in line
                assert len(line.splitlines()) == 1
            assert re.fullmatch(r"in a download \(incident [0-9a-f]{8}\)", incident[-1])
        elif name == "others":
            assert "hunter2" in refused, "what is not the server's is left alone"


@pytest.mark.parametrize(
    ("error", "line"),
    [
        pytest.param(Denied("revoked\nby Aiko"), r"\(Denied: revoked\\x0aby Aiko\)", id="refused in words"),
        pytest.param(ValueError("revoked"), r"\(incident [0-9a-f]{8}\)", id="not foreseen"),
    ],
)
def test_a_file_that_is_refused_in_words_is_no_incident(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception, line: str
) -> None:
    monkeypatch.setattr(logging, "_logRecordFactory", logging.LogRecord)
    incidents.write_on_one_line()

    def refused() -> bytes:
        raise error

    files = MediaFileManager(MemoryMediaFileStorage("/media"))
    request = BackendOperationRequest(request_id="one")
    request.deferred_file.file_id = files.add_deferred(refused, "text/csv", "here")
    log = get_logger("streamlit.runtime.backend_operation_handler")
    log.addHandler(caplog.handler)
    try:
        asyncio.run(DeferredFileHandler(lambda: files).handle(request, ""))
    finally:
        log.removeHandler(caplog.handler)
    assert re.fullmatch(rf"Error executing deferred callable for file_id \S+ {line}", caplog.messages[-1])
    told = [one for one in caplog.records if one.name == "firstdose.incidents"]
    assert len(told) == ("incident" in line)
    assert not caplog.records[-1].exc_info


def test_a_route_that_breaks_answers_with_an_incident_and_the_headers_of_every_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(_request: Any) -> None:
        raise error_of(DETAIL)

    made = server.make_app(server.project() / "app.py")._user_middleware
    whole = [one for one in made if one.cls in (server.Guard, ServerErrorMiddleware)]
    app: Any = Router([Route("/x", broken)])
    for one in reversed(whole):
        app = one.cls(app, *one.args, **one.kwargs)
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/x", "headers": [], "query_string": b""}
    with pytest.raises(ValueError, match="lot") as caught:
        asyncio.run(app(scope, lambda: None, send))
    start, body = sent
    headers = dict(start["headers"])
    assert start["status"] == 500
    assert b"content-security-policy" in headers
    assert headers[b"x-content-type-options"] == b"nosniff"
    (incident,) = re.fullmatch(rb"Internal error, incident ([0-9a-f]{8})", body["body"]).groups()  # type: ignore[union-attr]
    assert incidents.note(caught.value) == incident.decode(), "the same wherever it is told"
    assert len([line for line in caplog.messages if incident.decode() in line]) == 1
