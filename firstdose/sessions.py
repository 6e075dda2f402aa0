"""Who is signed in, kept in this process, and how a page is told who asks.

A session is a random number in a cookie and what the server knows under its print. What ends it (signing out,
half an hour without an act, twelve hours in all) ends it for every tab and every copy of the cookie, since
an unknown number is nobody. A restart signs everybody out.

A page cannot see the request it was opened with but for headers. The middleware therefore takes away what a
client sent under ``HEADER`` and writes its own, sealed with a key that nobody outside this process knows.
"""

import hashlib
import hmac
import json
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from threading import RLock
from typing import Any

from firstdose.settings import settings
from firstdose.who import Who

HEADER, TAB = "x-firstdose-asks", "x-firstdose-tab"
_TABS = 1_000  # whose headers are kept unsealed: a page asks tens of times in a run
_KEY = secrets.token_bytes(32)
MOST = 20_000  # sessions at once; the ones used longest ago go first; our convention


@dataclass(slots=True)
class _Session:
    """One person in one browser: when it began, when it was used last, and its tabs."""

    who: Who
    began: float
    used: float
    id_token: str = ""
    tabs: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Sessions:
    """The sessions of one server; ``idle`` and ``longest`` in seconds. Threads may use it."""

    idle: int
    longest: int
    _open: dict[str, _Session] = field(default_factory=dict)
    _guard: RLock = field(default_factory=RLock)

    def begin(self, who: Who, id_token: str = "", now: float | None = None) -> str:
        """Begin a session; the number for its cookie, of which only the print is kept."""
        number, now = secrets.token_urlsafe(32), _time(now)
        with self._guard:
            while len(self._open) >= MOST:
                del self._open[min(self._open, key=lambda print_: self._open[print_].used)]
            self._open[printed(number)] = _Session(who, now, now, id_token)
        return number

    def find(self, print_: str, *, used: bool = False, now: float | None = None) -> Who | None:
        """Whose session it is; none when there is none, or not any more. ``used``: a person acted."""
        now = _time(now)
        with self._guard:
            found = self._open.get(print_)
            if found is None or self._over(found, now):
                return None
            if used:
                found.used = now
            return found.who

    def tab(self, print_: str, script: str) -> None:
        """Note that a tab, known by its script session, belongs to a session."""
        with self._guard:
            if print_ in self._open:
                self._open[print_].tabs.add(script)

    def end(self, print_: str) -> tuple[Who | None, str, frozenset[str]]:
        """End a session: whose it was, its provider's token, and its tabs; nobody when there is none."""
        with self._guard:
            gone = self._open.pop(print_, None)
        return (gone.who, gone.id_token, frozenset(gone.tabs)) if gone else (None, "", frozenset())

    def sweep(self, now: float | None = None) -> frozenset[str]:
        """Forget the sessions that are over; their tabs."""
        now = _time(now)
        with self._guard:
            over = [print_ for print_, one in self._open.items() if self._over(one, now)]
            return frozenset(tab for print_ in over for tab in self._open.pop(print_).tabs)

    def _over(self, session: _Session, now: float) -> bool:
        return now - session.used > self.idle or now - session.began > self.longest


@cache
def shared() -> Sessions:
    """The sessions of this server, with the limits of its settings."""
    chosen = settings()
    return Sessions(chosen.idle, chosen.longest)


_leaving: dict[str, tuple[str, float]] = {}
_LEAVING_SECONDS = 60.0


def leave(print_: str) -> tuple[Who | None, frozenset[str]]:
    """End a session by its reader's own button: whose it was, and its tabs. ``left`` may then follow."""
    who, id_token, tabs = shared().end(print_)
    if who is not None:
        now = time.monotonic()
        for old in [old for old, (_token, at) in list(_leaving.items()) if now - at > _LEAVING_SECONDS]:
            _leaving.pop(old, None)
        _leaving[print_] = id_token, now
    return who, tabs


def left(print_: str) -> str | None:
    """The provider's token of a session its reader ended a moment ago, once; none for any other."""
    id_token, at = _leaving.pop(print_, ("", -_LEAVING_SECONDS))
    return id_token if time.monotonic() - at <= _LEAVING_SECONDS else None


_asking: OrderedDict[str, None] = OrderedDict()


def asks_now(tab: str) -> None:
    """Note that a tab, known by its connection, asks to sign in now: it may be heard again."""
    _asking[tab] = None
    while len(_asking) > MOST:
        _asking.popitem(last=False)


def asks(tab: str) -> bool:
    """Whether a tab shows the page that asks, and nothing of the session it had."""
    return tab in _asking


_asked: OrderedDict[str, tuple[str, float]] = OrderedDict()
BACK_SECONDS = 600


def ask_back(reader: str, address: str, now: float | None = None) -> None:
    """Note the page on the screen of a browser, known by its reader's number, that goes to sign in."""
    if reader:
        _asked[reader] = address, _time(now)
        _asked.move_to_end(reader)
        while len(_asked) > MOST:
            _asked.popitem(last=False)


def asked_back(reader: str, now: float | None = None) -> str:
    """That page, once, for ten minutes; empty for a browser that asked for none."""
    address, at = _asked.pop(reader, ("", 0.0))
    return address if _time(now) - at <= BACK_SECONDS else ""


def without_header(scope: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A request without what its client may have written under our own headers."""
    own = (HEADER.encode(), TAB.encode())
    kept = [(name, value) for name, value in scope["headers"] if name.lower() not in own]
    return {**scope, "headers": kept}


def _time(now: float | None) -> float:
    return time.monotonic() if now is None else now


def printed(number: str) -> str:
    """The print of a session's number: what the server keeps, and no cookie can be made from it."""
    return hashlib.sha256(number.encode("utf-8", "replace")).hexdigest()


def sealed(kind: str, told: object) -> str:
    """What a page is told of who asks, so that only this process can have written it."""
    body = urlsafe_b64encode(json.dumps([kind, told], sort_keys=True).encode()).decode()
    return f"{body}.{_seal(body)}"


def unsealed(kind: str, header: str) -> object | None:
    """What ``sealed`` was told for this kind; none for anything that it did not write."""
    body, _dot, seal = header.rpartition(".")
    if not hmac.compare_digest(seal.encode("utf-8", "replace"), _seal(body).encode()):
        return None
    told = json.loads(urlsafe_b64decode(body))
    return told[1] if told[0] == kind else None


def _seal(body: str) -> str:
    return hmac.new(_KEY, body.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def sealed_who(who: Who) -> str:
    """A person as the proxy told, for a page."""
    return sealed("proxy", [who.id, who.name, sorted(who.groups)])


@lru_cache(_TABS)
def unsealed_print(header: str) -> str:
    """The print of a session in the header of a page; empty for anything that ``sealed`` did not write."""
    told = unsealed("oidc", header)
    return told if isinstance(told, str) else ""


@lru_cache(_TABS)
def unsealed_who(header: str) -> Who | None:
    """The person that ``sealed_who`` wrote; none for anything else."""
    told = unsealed("proxy", header)
    if not isinstance(told, list):
        return None
    id_, name, groups = told
    return Who(id_, name, "proxy", frozenset(groups))
