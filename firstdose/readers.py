"""How a browser is known again without signing in: three cookies of ours, and nothing about a person.

``firstdose_reader`` is a random number, so that a draft belongs to its maker after a reload, in a second tab
and tomorrow. ``firstdose_visit`` holds the newest data version at this visit and when it began;
``firstdose_seen`` the newest one at the visit before, for "what changed since I was here".
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

READER, VISIT, SEEN = "firstdose_reader", "firstdose_visit", "firstdose_seen"
VISIT_SECONDS = 4 * 3600  # a break as long as this makes a new visit; our convention
_YEAR = 365 * 24 * 3600
_TOKEN = re.compile(r"[\w-]{22}")
_STAMP = re.compile(r"(\d{1,9})\.(\d{1,12})")


def parse(header: str) -> dict[str, str]:
    """The cookies of a request by name; none when the header cannot be read."""
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}


def to_set(cookies: Mapping[str, str], newest: int, now: int) -> dict[str, str]:
    """The cookies an answer has to set, given those the browser sent, the newest version and the time.

    While the newest version is not known (0), the visit is left for the next answer.
    """
    told: dict[str, str] = {}
    if not _TOKEN.fullmatch(cookies.get(READER, "")):
        told[READER] = secrets.token_urlsafe(16)
    stamp = _STAMP.fullmatch(cookies.get(VISIT, ""))
    if newest and (stamp is None or now - int(stamp[2]) > VISIT_SECONDS):
        told[VISIT] = f"{newest}.{now}"
        if stamp is not None and int(stamp[1]):
            told[SEEN] = stamp[1]
    return told


def headers(told: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """The ``Set-Cookie`` headers of those cookies: for our pages only, out of reach of any script."""
    kept = f"Path=/; Max-Age={_YEAR}; HttpOnly; SameSite=Lax"
    return [(b"set-cookie", f"{name}={value}; {kept}".encode()) for name, value in told.items()]


def owner(cookies: Mapping[str, str], otherwise: str) -> str:
    """Who a draft belongs to: a print of the reader's number, or of something else where there is none."""
    token = cookies.get(READER, "")
    known = token if _TOKEN.fullmatch(token) else otherwise
    return hashlib.sha256(known.encode()).hexdigest()[:16]
