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

LOG = logging.getLogger("firstdose.incidents")
_LONGEST = 500  # characters of a message; our convention
_PLACES = 12  # innermost calls that are named

_SECRET = re.compile(
    r"(?i)(\b(?:password|passphrase|passwd|pwd|secret|token|api[_-]?key|authorization|cookie|"
    r"client_secret|id_token|access_token|firstdose_(?:reader|session|back))"
    r"\b[\"']?\s*[=:]\s*[\"']?)(?:(?:bearer|basic)\s+)?[^\s\"',;&]+"
)
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[a-z0-9+/_=.-]{8,}")
_IN_ADDRESS = re.compile(r"(?<=://)[^/\s@]+@")


def note(error: BaseException) -> str:
    """Write an unexpected error into the log, on one line; the id by which the operator finds it."""
    name = secrets.token_hex(4)
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


def foreseen(record: logging.LogRecord) -> bool:
    """Whether a line of Streamlit's log may be written: its traceback of the same error has no id, many lines
    and whatever the message holds."""
    return record.msg != "Uncaught app execution"
