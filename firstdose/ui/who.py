"""Who looks at the page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from firstdose import partner, sessions
from firstdose.errors import NotSignedIn
from firstdose.settings import settings
from firstdose.who import LOCAL, Who
from firstdose.words import _

_operating: ContextVar[bool] = ContextVar("operating", default=False)
_OPERATOR, _TOKEN = "operator", object()  # an object of this process, which no browser can send


def as_operator(state: "Kept") -> None:
    """Let one run without a server see everything, for whoever has this machine and the lake on it."""
    state[_OPERATOR] = _TOKEN


@contextmanager
def operating() -> Iterator[None]:
    """For what the command line does with such a run afterwards: this thread alone, and no longer."""
    before = _operating.set(True)
    try:
        yield
    finally:
        _operating.reset(before)


def _is_operator() -> bool:
    return _operating.get() or st.session_state.get(_OPERATOR) is _TOKEN


class Kept(Protocol):
    """The state of a session that does not run yet."""

    def __setitem__(self, name: str, value: Any, /) -> None: ...


def who() -> Who:
    """Whoever looks at this page. ``NotSignedIn`` when nobody may, or not any more."""
    if _is_operator():
        return LOCAL
    cookies = st.context.cookies.to_dict()
    if not settings().signs_in:
        return partner.who_of(cookies) or LOCAL
    found = _signed_in() or partner.who_of(cookies)
    if found is None:
        raise NotSignedIn(_("You are not signed in."))
    return found


def still() -> Callable[[], Who]:
    """What tells later, in a thread that knows no browser, who looks at this page then.

    ``NotSignedIn`` once the session has ended. Whom a proxy names it names anew at each request alone.
    """
    asker = who()
    if asker.method == "link":
        cookies = st.context.cookies.to_dict()
        return lambda: partner.who_of(cookies) or asker
    if asker.method == "oidc":
        print_ = session_print()

        def found() -> Who:
            looks = sessions.shared().find(print_)
            if looks is None:
                raise NotSignedIn(_("You are not signed in."))
            return looks

        return found
    return lambda: asker


def _signed_in() -> Who | None:
    header = st.context.headers.get(sessions.HEADER, "")
    if settings().auth == "proxy":
        return sessions.unsealed_who(header)
    print_ = session_print()
    context = get_script_run_ctx()
    if print_ and context is not None:
        sessions.shared().tab(print_, context.session_id)
    return sessions.shared().find(print_)


def session_print() -> str:
    """The print of this browser's session; empty when it has none."""
    return sessions.unsealed_print(st.context.headers.get(sessions.HEADER, ""))


def admitted() -> bool:
    """Whether somebody may look; else the page that asks who it is has been drawn, and nothing was read."""
    if _is_operator() or not settings().signs_in:
        return True
    from firstdose.ui import sign_in  # only for who signs in

    try:
        sign_in.present(who())
    except NotSignedIn:
        sign_in.ask()
        return False
    return True
