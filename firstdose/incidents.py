"""What nobody foresaw: an id for the reader, and one line of the log for the operator.

The line is JSON in ASCII, so that no sign of a message begins a second line or speaks to a terminal. Secrets
that a message may carry are left out; the values of variables are never written.
"""

import json
import logging
import re
import secrets
import traceback
from datetime import UTC, datetime
from typing import Any

from starlette.middleware import Middleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from firstdose.errors import FirstdoseError

LOG = logging.getLogger("firstdose.incidents")
_NOTED = "firstdose_incident"  # an attribute of an error that was written
_LONGEST = 500  # characters of a message; our convention
_PLACES = 12  # innermost calls that are named

_OTHERS = ("streamlit", "uvicorn")  # whose loggers are not ours
_CONTROL = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]")  # ends a line or speaks to a terminal
_SECRET = re.compile(
    r"(?i)(\b(?:password|passphrase|passwd|pwd|secret|token|api[_-]?key|authorization|cookie|"
    r"client_secret|id_token|access_token|firstdose_(?:reader|session|back))"
    r"\b[\"']?\s*[=:]\s*[\"']?)(?:(?:bearer|basic)\s+)?[^\s\"',;&]+"
)
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[a-z0-9+/_=.-]{8,}")
_IN_ADDRESS = re.compile(r"(?<=://)[^/\s@]+@")


def note(error: BaseException) -> str:
    """Write an unexpected error into the log, on one line; the id by which the operator finds it.

    An error that passes several hands is written once.
    """
    if known := vars(error).get(_NOTED):
        return str(known)
    name = secrets.token_hex(4)
    setattr(error, _NOTED, name)
    places = traceback.extract_tb(error.__traceback__)[-_PLACES:]
    told = {
        "ts_utc": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "incident": name,
        "error": type(error).__qualname__,
        "said": without_secrets(str(error))[:_LONGEST],
        "where": [f"{place.filename}:{place.lineno} {place.name}" for place in places],
    }
    LOG.error(json.dumps(told))
    return name


def without_secrets(text: str) -> str:
    """The text with passwords, tokens, cookies and the names in addresses left out."""
    return _IN_ADDRESS.sub("***@", _BEARER.sub(r"\1 ***", _SECRET.sub(r"\1***", text)))


def write_on_one_line() -> None:
    """Have what the server and Streamlit log stand on one line, without secrets, an error as an incident.

    Streamlit hands on what a file was refused for: that stands in the line in words and is no incident.
    They write tracebacks and whatever a request says, such as the error an identity provider is said to tell.
    """
    made = logging.getLogRecordFactory()

    def told(*given: Any, **more: Any) -> logging.LogRecord:
        record = made(*given, **more)
        if record.name.partition(".")[0] not in _OTHERS or not foreseen(record):
            return record
        said = record.getMessage()
        error, record.exc_info = record.exc_info, None
        refused = _refused(error[1]) if error and error[1] is not None else ""
        tamed = _tamed(f"{said} ({refused})" if refused else said)
        if error and error[1] is not None and not refused:
            tamed = f"{tamed} (incident {note(error[1])})"
        if tamed != said:
            record.msg, record.args = tamed, ()
        return record

    logging.setLogRecordFactory(told)


def _tamed(text: str) -> str:
    """The text without secrets, on one line."""
    return _CONTROL.sub(lambda sign: f"\\x{ord(sign[0]):02x}", without_secrets(text))


def _refused(error: BaseException) -> str:
    """What was refused in words, where an error only hands that on: it is no incident. Else empty.

    What somebody was told the number of stays one.
    """
    cause = error.__cause__
    if not isinstance(cause, FirstdoseError) or _NOTED in vars(error):
        return ""
    return f"{type(cause).__qualname__}: {cause}"[:_LONGEST]


def foreseen(record: logging.LogRecord) -> bool:
    """Whether a line of Streamlit's log may be written: its traceback of the same error has no id, many lines
    and whatever the message holds."""
    return record.msg != "Uncaught app execution"


def failed(request: Request, error: Exception) -> PlainTextResponse:  # noqa: ARG001 (the shape Starlette calls)
    """What a request gets whose answer failed: the id of the incident and nothing else."""
    return PlainTextResponse(f"Internal error, incident {note(error)}", 500)


#: Where an error of a request ends: it is answered, and raised on, which is logged as the same incident.
ANSWERED = Middleware(ServerErrorMiddleware, handler=failed)
