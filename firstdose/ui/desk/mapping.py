"""A file whose header is not ours: a mapping is proposed, answered in a form or as text, tried, and saved."""

import hashlib
import re
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from firstdose.contracts import contracts
from firstdose.errors import FirstdoseError, ProfileError
from firstdose.exports import reason
from firstdose.intake.answers import maps, open_questions
from firstdose.intake.decode import How, Source, decode_all
from firstdose.intake.profile import Profile, matching
from firstdose.intake.profile_files import saved, write
from firstdose.intake.profile_text import MOST_LINES, read
from firstdose.intake.propose import cells_of, propose
from firstdose.intake.staged import Staged
from firstdose.intake.trial import first_cells, tried
from firstdose.lake import profiles
from firstdose.rules import mapping as rules
from firstdose.ui import access
from firstdose.ui.desk import mapping_form
from firstdose.ui.desk.mapping_form import Form
from firstdose.ui.desk.rows import show
from firstdose.ui.markdown import escaped
from firstdose.ui.signed import author, name_said
from firstdose.ui.state import press, pressed, speak
from firstdose.ui.store import lake
from firstdose.words import _

if TYPE_CHECKING:
    from firstdose.lake.draft import File

_SAMPLE = 1_000  # rows by which a mapping is proposed and asked about


def known(staged: Staged) -> Profile | None:
    """The saved mapping that a file is read by; none when it is one of ours or of nobody."""
    return matching(staged.header, saved(lake().place.profiles).profiles)


@st.fragment  # an answer draws the form alone anew, not the page
def offer(file: "File", staged: Staged, by: Profile | None = None) -> None:
    """Draw the mapping of a file: the one it is read by, else a proposal to save for every file like it."""
    speak()
    key = f"desk-profile-{file.number}"
    if pressed(key):  # saved: the whole desk reads the file by it
        st.rerun()
    again = _read_again(key, staged, by)
    if again is None:
        return
    staged = again
    sample = first_cells(staged, _SAMPLE)
    if key not in st.session_state:
        found = by if by and by.header == staged.header else None
        found = found or propose(staged.header, sample, _name(file.name, staged))
        if found is None:
            said = _("No column of this file is known: choose its table above, or write a mapping profile.")
            st.caption(escaped(said))
            return
        layout = replace(found.layout, skip_lines=st.session_state[f"{key}-above"])
        st.session_state[key] = write(replace(found, layout=layout))
    fixed = by is not None and not access.grant().scope.everything
    st.caption(escaped(_introduced(by, fixed=fixed)))
    left, right = st.columns([3, 2], gap="medium")
    profile = None
    try:
        profile = read(st.session_state[key])
    except ProfileError as error:
        left.error(escaped(str(error)))
    if profile is not None:
        with left:
            form = Form(key, profile, cells_of(staged.header, sample), tuple(staged.header), sample)
            mapping_form.draw(form)
    with right:
        st.text_area(
            _("Mapping profile (YAML)"),
            height=460,
            key=key,
            help=_(
                "The same mapping as text: what is changed here changes the form, and the other way round."
            ),
        )
    if profile is not None:
        _effect(profile, staged, file.number)
        _closing(form, file.number, fixed=fixed)


def _introduced(by: Profile | None, *, fixed: bool) -> str:
    if by is None:
        return _(
            "The header is not ours. This mapping is proposed from its names and first rows: "
            "answer what is open, look at what it makes of the first rows, and save it; "
            "every file with this header is then read by it."
        )
    if fixed:
        said = _(
            "This file is read by the mapping {name}, as everybody's: who sees everything may change it. "
            "Copy the text of yours and ask a steward to save it."
        )
    else:
        said = _("This file is read by the mapping {name}; changed and saved, files are read anew.")
    return said.format(name=by.name)


def _read_again(key: str, staged: Staged, by: Profile | None) -> Staged | None:
    """The file read without the lines above its header that somebody says; none when it cannot be read so."""
    skipped = by.layout.skip_lines if by else 0
    lines = st.number_input(
        _("Lines to leave out above the header"),
        min_value=0,
        max_value=MOST_LINES,
        value=skipped,
        key=f"{key}-above",
        on_change=lambda: st.session_state.pop(key, None),  # another header: another proposal
        width=260,
    )
    if lines == skipped:
        return staged
    how = How(staged.encoding, staged.sheet, None, int(lines), doubtful=True)
    folder = staged.parquet.parent / f"above-{lines}-{staged.parquet.stem}"
    folder.mkdir(exist_ok=True)
    again = decode_all([Source(staged.path, staged.name)], folder, how=how)[0]
    if isinstance(again, Staged):
        return again
    st.error(escaped(str(again)))
    return None


def _name(file: str, staged: Staged) -> str:
    """A name for a mapping after its file, without what counts or dates it; after its header, if need be."""
    stem = file.rsplit(".", 1)[0].rstrip("0123456789-_ .()")
    if re.search("[A-Za-z]", stem):
        return stem
    return f"mapping-{hashlib.sha256(repr(staged.header).encode()).hexdigest()[:6]}"


def _effect(profile: Profile, staged: Staged, number: int) -> None:
    """What the mapping makes of the first rows, table by table, and what it cannot read there."""
    for one in tried(profile, staged):
        label = contracts()[one.table].label
        title = _("{table}: the first rows as this mapping makes them").format(table=label)
        names = {name: contracts()[one.table].column(name).label for name in one.columns}
        frame = pd.DataFrame(list(one.rows), columns=[names[name] for name in one.columns])
        show(f"table-desk-tried-{number}-{one.table}", frame, title, {}, height=240)
        for issue in one.faults[:5]:
            st.warning(escaped(issue.message))


def _closing(form: Form, number: int, *, fixed: bool) -> None:
    """What is open, the answer that proposed words were looked at, and the button that saves where it may."""
    questions = open_questions(form.profile, form.cells)
    for said in rules.said(form.profile, questions):
        st.warning(escaped(said), icon=":material/help:")
    mapped = maps(form.profile)
    looked = True
    if mapped:
        looked = st.checkbox(
            _("I looked at the words that are read as others: {columns}").format(
                columns=escaped(rules.columns(form.profile, mapped))
            ),
            # of these words: other words have to be looked at again
            key=f"desk-looked-{number}-{rules.digest(form.profile)}",
        )
    st.button(
        _("Save this mapping and read the file by it"),
        key=f"action-desk-map-{number}",
        type="primary",
        disabled=fixed or bool(questions) or not looked,
        on_click=partial(_save, form.key),
    )


def _save(key: str) -> None:
    speak()
    press(key)
    try:
        profile = read(st.session_state[key])
        access.require("upload", profile.name)
        by = author(name_said() or reason.UNNAMED, _("Saved as a mapping profile"), date.min)
        with access.telling("upload", profile.name):
            profiles.save(lake(), profile, by)
    except FirstdoseError as error:
        st.session_state["desk-problems"] = [str(error)]
