"""The page as something to take away: its cards as they were drawn in this run, stamped and written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from firstdose import assets
from firstdose.errors import FirstdoseError
from firstdose.exports import reason
from firstdose.exports.artefact import Artefact, Block, files
from firstdose.ui import access
from firstdose.ui.card import Card, Chart, Table
from firstdose.ui.header import whole
from firstdose.ui.stamp import Kept, note, signed, stamp_of
from firstdose.ui.store import lake
from firstdose.words import N_, _

if TYPE_CHECKING:
    from firstdose.queries import Asked


def _workbook(artefact: Artefact) -> bytes:
    from firstdose.exports.workbook import workbook

    return workbook(artefact)


def _deck(artefact: Artefact) -> bytes:
    from firstdose.exports.deck import deck

    return deck(artefact)


def _report(artefact: Artefact) -> bytes:
    from firstdose.exports.report import report

    return report(artefact, assets.BUNDLE.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file: its name in words, its ending, its media type, what writes it."""

    label: str
    ending: str
    mime: str
    write: Callable[[Artefact], bytes]


_OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS: Mapping[str, Kind] = {
    "pptx": Kind(N_("Deck (PowerPoint)"), "pptx", f"{_OFFICE}.presentationml.presentation", _deck),
    "xlsx": Kind(N_("Workbook (Excel)"), "xlsx", f"{_OFFICE}.spreadsheetml.sheet", _workbook),
    "html": Kind(N_("Report (one HTML file)"), "html", "text/html", _report),
    "csv": Kind(N_("CSV of every card (zip)"), "zip", "application/zip", files),
}


@dataclass(frozen=True, slots=True)
class Taken:
    """A written file: its name, media type and content."""

    name: str
    mime: str
    content: bytes


def artefact(by: str, why: str = "") -> Artefact:
    """What this run has drawn for the reader who is now named."""
    return artefact_of(st.session_state, by, whole(""), why)


def artefact_of(state: Kept, by: str, home: str, why: str = "") -> Artefact:
    """What a run has drawn, by the state it left; ``home`` is the address of the server."""
    return Artefact(
        stamp_of(state, by, home, why), tuple(state["headlines"]), tuple(map(_block, state["drawn"].values()))
    )


def _block(card: Card) -> Block:
    asked: Asked | None = card.data.attrs.get("asked")
    return Block(
        key=card.key,
        title=card.title,
        how=" · ".join(filter(None, (card.how, card.unheld))),
        foot=card.foot,
        told=card.taken,
        columns=card.columns if isinstance(card, Table) else {},
        figure=card.figure if isinstance(card, Chart) else None,
        alt=card.words if isinstance(card, Chart) else "",
        live=card.live,
        asked="" if asked is None else f"-- {asked.name}\n{asked.pasteable()}",
    )


def take(kind: str, made: Artefact) -> Taken:
    """Write an artefact as one kind of file and tell the audit chain who took it.

    ``FirstdoseError`` says in words why it could not be written; nothing is handed out then.
    """
    access.require("export", made.stamp.page)
    how = KINDS[kind]
    if not made.stamp.by.strip():
        raise FirstdoseError(_("Say who you are: every export tells who made it."))
    reason.judge(made.stamp.why)
    if not made.blocks:
        raise FirstdoseError(_("This page shows nothing that could be taken away."))
    try:
        content = how.write(made)
    except (ValueError, KeyError, TypeError, OSError, MemoryError) as error:
        raise FirstdoseError(
            _("The file could not be written ({kind}): {why}").format(kind=how.ending, why=error)
        ) from error
    name = made.file_name(how.ending)
    note(lake(), made.stamp, name, content, signed(made.stamp))
    return Taken(name, how.mime, content)
