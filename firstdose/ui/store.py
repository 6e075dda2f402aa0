"""The lake of this server, opened once, and the sessions read from it."""

from functools import lru_cache
from typing import TYPE_CHECKING

import streamlit as st

from firstdose.errors import UnknownVersion
from firstdose.lake import Lake
from firstdose.view import version_number
from firstdose.words import _

if TYPE_CHECKING:
    from firstdose.lake import Session, TableChanges


def lake() -> Lake:
    """The lake named by the settings, opened once for the whole server."""
    return Lake.shared()


def run_session() -> "Session":
    """The one session that this run reads, and its fragments after it.

    What is published meanwhile waits for the next run: asked twice for the newest version, a run could say
    one version above the figures of another.
    """
    return lake().session(st.session_state["reads"])


def pinned(asked: str | None) -> int | None:
    """The version a link asks for; none for live. ``UnknownVersion`` when there is no such version."""
    if asked is None:
        return None
    number = version_number(asked)
    newest = lake().newest()
    if number is None or number not in {version.version for version in lake().versions()}:
        raise UnknownVersion(
            _("There is no data version “{asked}”. The newest is {newest}.").format(
                asked=asked[:60], newest=newest
            ),
            newest,
        )
    return number


@lru_cache(maxsize=32)
def _changes(store: str, before: int, after: int) -> "dict[str, TableChanges]":  # noqa: ARG001 (store is the key)
    return lake().changes(before, after)


def changes_between(base: "Session | None", session: "Session") -> "dict[str, TableChanges]":
    """What changed from one session's version to another's, by table; nothing when there is no base."""
    return {} if base is None else _changes(session.store, base.version, session.version)
