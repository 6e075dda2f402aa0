"""Files arriving at the desk: taken at once into the draft, then listed as they were read."""

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from firstdose.contracts import contracts
from firstdose.errors import FirstdoseError
from firstdose.exports import reason
from firstdose.intake.staged import Staged
from firstdose.rules import desk as rules
from firstdose.ui.desk import mapping
from firstdose.ui.desk.refused import told
from firstdose.ui.desk.rows import first_rows, show
from firstdose.ui.markdown import escaped
from firstdose.ui.signed import author, name_said
from firstdose.ui.store import lake
from firstdose.words import _, say_number

if TYPE_CHECKING:
    from firstdose.lake import Draft, Drafts, Prepared
    from firstdose.lake.draft import File

_LARGEST = 200  # MB a file
_ENCODINGS = ("utf-8", "cp932", "euc-jp", "cp1252")


def receive(drafts: "Drafts", draft: "Draft | None", owner: str) -> "Draft | None":
    """Take what is dropped here into the reader's draft; the draft as it then is."""
    turn = st.session_state.setdefault("desk-turn", 0)
    brought = st.file_uploader(
        _("CSV, TSV, Excel or Parquet, several at once, up to {n} MB each").format(n=_LARGEST),
        accept_multiple_files=True,
        key=f"action-desk-upload-{turn}",
        max_upload_size=_LARGEST,
        disabled=draft is not None and draft.state == "submitted",
    )
    for problem in st.session_state.pop("desk-problems", ()):
        st.error(escaped(problem))
    for replaced in st.session_state.pop("desk-replaced", ()):
        st.info(escaped(replaced))
    if not brought:
        return draft
    problems, replaced = [], []
    for file in brought:
        if draft is not None and any(one.name == file.name for one in draft.files):
            replaced.append(_replaced(file.name))
        try:
            draft = drafts.add(draft or drafts.begin(owner), file.name, file.getvalue())
            kept = next(one for one in draft.files if one.name == file.name)
            by = author(name_said() or reason.UNNAMED, _("Brought to a draft"), date.min)
            lake().note("upload", by, draft.id, source_file=kept.name, file_sha256=kept.sha256)
        except FirstdoseError as error:
            problems.append(f"{file.name}: {error}")
    st.session_state["desk-problems"] = problems
    st.session_state["desk-replaced"] = replaced
    st.session_state["desk-turn"] = turn + 1  # a new box: the old one holds its files in the server's memory
    st.rerun()
    return draft


def _replaced(name: str) -> str:
    said = _("{file} took the place of the file of that name; when both are meant, give one another name.")
    return said.format(file=name)


def listed(drafts: "Drafts", draft: "Draft", ready: "Prepared") -> None:
    """Every file with what it was taken for; opened, its first rows and how else it may be read."""
    show(
        "table-desk-files",
        rules.file_rows(ready.checked.files),
        _("The files you brought"),
        {
            "state": _("State"),
            "file": _("File"),
            "table": _("Table"),
            "rows": _("Rows"),
            "accepted": _("Accepted"),
            "rejected": _("Rejected"),
            "issues": _("Issues"),
        },
    )
    for file in draft.files:
        box = st.expander(escaped(file.name), key=f"desk-file-{file.number}", on_change="rerun")
        if box.open:
            with box:
                _one(drafts, draft, file, ready)


def _one(drafts: "Drafts", draft: "Draft", file: "File", ready: "Prepared") -> None:
    read = ready.staged.get(file.number)
    if isinstance(read, Staged):
        how = [read.encoding, read.delimiter and f"“{read.delimiter}”", read.sheet]
        said = [str(part) for part in how if part]
        said.append(_("{n} rows").format(n=say_number(read.rows)))
        st.caption(escaped(" · ".join(said)))
        show(f"table-desk-rows-{file.number}", first_rows(read), _("The first rows as they were read"), {})
        by = None if file.table else mapping.known(read)
        if by is not None or any(one.file == file.name and one.table is None for one in ready.checked.files):
            mapping.offer(file, read, by)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        tables = ["", *contracts()]
        st.selectbox(
            _("Table"),
            tables,
            index=tables.index(file.table or ""),
            format_func=lambda name: contracts()[name].label if name else _("by name or header"),
            key=f"desk-table-{file.number}",
            on_change=partial(_read_as, drafts, draft, file.number, "table"),
        )
        encodings = ["", *_ENCODINGS]
        st.selectbox(
            _("Encoding"),
            encodings,
            index=encodings.index(file.encoding or ""),
            format_func=lambda name: name or _("found out"),
            key=f"desk-encoding-{file.number}",
            on_change=partial(_read_as, drafts, draft, file.number, "encoding"),
        )
        st.text_input(
            _("Sheet"),
            value=file.sheet or "",
            placeholder=_("the first"),
            key=f"desk-sheet-{file.number}",
            on_change=partial(_read_as, drafts, draft, file.number, "sheet"),
        )
        st.button(
            _("Take this file out"),
            key=f"action-desk-out-{file.number}",
            on_click=partial(_take_out, drafts, draft, file.number),
        )


@told
def _read_as(drafts: "Drafts", draft: "Draft", number: int, what: str) -> None:
    drafts.read_as(draft, number, **{what: st.session_state[f"desk-{what}-{number}"] or None})


@told
def _take_out(drafts: "Drafts", draft: "Draft", number: int) -> None:
    drafts.remove(draft, number)
