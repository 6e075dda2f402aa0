"""Where what is taken away comes from: the stamp of this run, and the line it leaves in the audit chain."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import streamlit as st

from firstdose.exports import reason
from firstdose.exports.artefact import Stamp
from firstdose.exports.table import to_csv, to_parquet
from firstdose.ui import access
from firstdose.ui.header import age, pinned_view, whole
from firstdose.ui.signed import author, name_said
from firstdose.ui.store import lake
from firstdose.view import to_link
from firstdose.words import _, language, use_language

if TYPE_CHECKING:
    import pandas as pd

    from firstdose.lake import Author, Lake
    from firstdose.ui.card import Card
    from firstdose.view import View


class Kept(Protocol):
    """The state of a session, in a browser or without one."""

    def __getitem__(self, name: str, /) -> Any: ...


def stamp_of(state: Kept, by: str, home: str, why: str = "") -> Stamp:
    """The stamp of a run, by the state it left; ``home`` is the address of the server."""
    view: View = state["view"]
    session = lake().session(state["reads"])
    return Stamp(
        page=view.page,
        title=state["question"],
        sentence=state["sentence"],
        version=session.version,
        version_name=session.name,
        as_of=view.as_of or session.as_of,
        published_at=session.published_at,
        age=age(session),
        link=home + to_link(pinned_view(view, session)),
        by=by,
        at=datetime.now(UTC),
        language=language(),
        chain=lake().version(session.version).audit_head,
        illustrative=session.illustrative,
        why=why.strip(),
    )


def one_card(card: "Card", ending: str, why: str = "") -> tuple[str, Callable[[], bytes]]:
    """The file name of a card's rows, and what writes them."""
    stamp = stamp_of(st.session_state, name_said() or reason.UNNAMED, whole(""), why)
    stamp = replace(stamp, sentence=card.sentence)
    name = f"{stamp.page}-{card.key}-v{stamp.version}.{ending}"
    write = partial(write_rows, lake(), card.taken, card.title, stamp, name, signed(stamp))
    return name, access.asked_anew(name, write)


def signed(stamp: Stamp) -> "Author":
    """Whoever takes something away, and of what page, as the audit chain tells it."""
    return author(stamp.by, reason.told(stamp.page, stamp.why), date.min)


def write_rows(
    lake: "Lake", told: "pd.DataFrame", title: str, stamp: Stamp, name: str, by: "Author"
) -> bytes:
    """The rows of one card as the file ``name``, CSV or Parquet by its ending, told in the audit chain.

    A thread of the server calls it when the reader asks, who may have changed the language since.
    """
    use_language(stamp.language)
    stamp = replace(stamp, at=datetime.now(UTC))
    reason.judge(stamp.why)
    about = [(_("Card"), title), *stamp.lines()]
    content = to_csv(told) if name.endswith(".csv") else to_parquet(told, about)
    note(lake, stamp, name, content, by)
    return content


def note(lake: "Lake", stamp: Stamp, name: str, content: bytes, by: "Author") -> None:
    """Tell the audit chain who took which file away, and its SHA-256."""
    lake.note(
        "export",
        by,
        name,
        link=stamp.link,
        version=stamp.version,
        file_sha256=hashlib.sha256(content).hexdigest(),
    )
