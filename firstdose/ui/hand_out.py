"""Files that are no card's: whole versions, tables, the audit chain. Each leaves a line in the chain too."""

import hashlib
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from firstdose.exports import reason
from firstdose.ui import access
from firstdose.ui.header import pinned_view, whole
from firstdose.ui.signed import author, name_said
from firstdose.ui.store import lake
from firstdose.view import to_link
from firstdose.words import _

if TYPE_CHECKING:
    from firstdose.lake import Author, Lake, Session
    from firstdose.view import View

_CSV = "text/csv"


def hand_out(
    label: str,
    name: str,
    key: str,
    write: Callable[[], bytes],
    shown: "tuple[View, Session]",
    *,
    version: int | None = None,
    mime: str = _CSV,
) -> None:
    """A button for the file ``name`` of a data version, that of the session ``shown`` without another one.

    Where the setting asks for a reason, a field for it stands beside the button, which waits for it.
    """
    if not access.allows("export"):
        return
    view, session = shown
    why = ""
    if reason.asked():
        why = st.text_input(_("Why it is taken away"), max_chars=400, key=f"why-{key}", width=320)
    by = author(name_said() or reason.UNNAMED, reason.told(view.page, why), date.min)
    link = whole(to_link(pinned_view(view, session)))
    written = partial(_written, lake(), name, write, by, why, link, version or session.version)
    st.download_button(
        label,
        data=access.asked_anew(name, written),
        file_name=name,
        mime=mime,
        key=key,
        disabled=reason.lacks(why),
        on_click="ignore",
    )


def _written(
    source: "Lake",
    name: str,
    write: Callable[[], bytes],
    by: "Author",
    why: str,
    link: str,
    version: int,
) -> bytes:
    reason.judge(why)
    content = write()
    told = hashlib.sha256(content).hexdigest()
    source.note("export", by, name, link=link, version=version, file_sha256=told)
    return content
