"""What is known of a browser: the newest version it saw before, and whose its drafts and saved views are."""

import secrets

import streamlit as st

from firstdose import readers
from firstdose.ui.store import lake
from firstdose.ui.who import who
from firstdose.view import version_number

COOKIE = "firstdose_seen"


def arrive() -> None:
    """Note once a session what the browser saw at its last visit, and what is the newest now."""
    state = st.session_state
    if "opened" in state:
        return
    state["opened"] = lake().newest()
    seen = version_number(str(st.context.cookies.get(COOKIE, "")))  # a browser may send anything
    state["seen"] = seen if seen in {version.version for version in lake().versions()} else None


def last_seen() -> int | None:
    """The newest version seen at the last visit; none when no earlier one is known.

    Without a cookie a tab left open counts as a visit: what it was opened with, once something newer came.
    """
    state = st.session_state
    seen: int | None = state.get("seen")
    if seen is not None:
        return seen
    opened: int = state.get("opened", 0)
    return opened if 0 < opened < lake().newest() else None


def owner() -> str:
    """Whose drafts and saved views these are: a person's, else a cookie's, else this session's."""
    asks = who()
    if asks.method in {"oidc", "proxy"}:
        return readers.owner({}, f"{asks.method} {asks.id}")
    alone = st.session_state.setdefault("reader", secrets.token_hex(16))
    return readers.owner(st.context.cookies.to_dict(), alone)
