"""Who signs what is done: a name that is asked for, or the person signed in, who cannot say another."""

from datetime import date
from typing import TYPE_CHECKING, Literal

import streamlit as st

from firstdose.lake.publish import Author
from firstdose.ui.who import who
from firstdose.words import _

if TYPE_CHECKING:
    from firstdose.who import Method

_ASKED = "desk-by"  # what was said once in this session is not asked again
_LONGEST = 120


def name_field(
    label: str, key: str, *, value: str = "", again: bool = False, width: int | Literal["stretch"] = "stretch"
) -> str:
    """Draw the field for the name of whoever acts; the name. Signed in, it shows who it is and stays so.

    ``again`` asks also for a name said before: a second person may sit at the same screen.
    """
    asks = who()
    if asks.method != "local":
        told = _("This is who you are signed in as.")
        # what a browser sends for it is never read
        st.text_input(label, value=asks.shown, key=f"{key}-signed", disabled=True, help=told, width=width)
        return asks.shown
    before = value or ("" if again else st.session_state.get(_ASKED, ""))
    return st.text_input(label, value=before, max_chars=_LONGEST, key=key, width=width)


def name_said(key: str = "") -> str:
    """The name in a field drawn before, for what a button calls; without ``key`` the one said last."""
    asks = who()
    if asks.method != "local":
        return asks.shown
    return str(st.session_state.get(key or _ASKED, ""))


def read_by_all() -> str | None:
    """What to keep in mind when naming a data version; none for one user, whom nobody else reads."""
    if who().method == "local":
        return None
    return _("Everybody reads it, whatever they may see: no news of one program.")


def remember(name: str) -> None:
    """Ask for this name no more in this session."""
    if name.strip() and who().method == "local":
        st.session_state[_ASKED] = name


def author(by: str, why: str, as_of: date) -> Author:
    """The author of an act: whoever is signed in, else the name that was said."""
    asks = who()
    return Author(by, why, as_of) if asks.method == "local" else Author.of(asks, why, as_of)


def maker() -> "dict[str, str | Method]":
    """What a draft keeps of a person signed in, so that its publish tells who made it."""
    asks = who()
    return {} if asks.method == "local" else {"by_id": asks.id, "method": asks.method}
