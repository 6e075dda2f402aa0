"""Small corrections in the browser: a grid whose changed rows go the very same way as a file."""

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from firstdose.contracts import contracts
from firstdose.errors import FirstdoseError
from firstdose.exports.table import cell_text
from firstdose.intake.scope import Scope
from firstdose.queries import data as questions
from firstdose.rules import desk as rules
from firstdose.ui import access
from firstdose.ui.store import lake
from firstdose.view import View
from firstdose.words import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstdose.lake import Drafts

LARGEST_ROWS = 5_000  # rows a grid can be edited in; our convention


def draw(drafts: "Drafts", owner: str) -> None:
    """Offer the grid of one table; what is changed in it becomes a file of the reader's draft."""
    box = st.expander(_("Correct single cells"), key="desk-correct", on_change="rerun")
    if not box.open:
        return
    with box:
        session = lake().session()
        counts = questions.row_counts(session, View(page="data"))
        small = {
            name: contracts()[name].label
            for name, rows in zip(counts["table_name"], counts["row_count"], strict=True)
            if 0 < rows <= LARGEST_ROWS
        }
        name = st.selectbox(
            _("Table"), list(small), format_func=small.__getitem__, key="desk-correct-table", width=320
        )
        if name is None:
            return
        contract = contracts()[name]
        before = questions.rows(session, View(page="data"), name).astype(object).map(cell_text)
        before.attrs = {}  # Streamlit would write them out as JSON
        turn = st.session_state.setdefault("desk-turn", 0)
        after = st.data_editor(
            before,
            key=f"desk-grid-{name}-{session.version}-{turn}",
            hide_index=True,
            disabled=list(contract.key),
            column_config={
                column.name: st.column_config.SelectboxColumn(column.name, options=list(column.allowed))
                if column.allowed and column.kind == "enum"
                else st.column_config.TextColumn(column.name)
                for column in contract.columns
            },
            height=420,
        )
        changed = rules.corrections(before, pd.DataFrame(after))
        st.button(
            _("Check and preview {n} changed rows").format(n=len(changed)),
            key="action-desk-correct",
            disabled=changed.empty,
            on_click=_take,
            args=(drafts, owner, name, changed),
        )


def _take(drafts: "Drafts", owner: str, name: str, changed: pd.DataFrame) -> None:
    """Take corrected rows into a draft of their own; what stands against it is said at the desk."""
    content = changed.to_csv(index=False, lineterminator="\n").encode()
    said = _("{table}, corrected by hand.csv").format(table=name)
    problem = own_draft(drafts, owner, {name: (said, content)}, Scope("merge"))
    if problem:
        st.session_state["desk-problems"] = [problem]
        return
    st.session_state["desk-turn"] += 1
    st.session_state["desk-correct"] = False


def own_draft(drafts: "Drafts", owner: str, files: "Mapping[str, tuple[str, bytes]]", scope: Scope) -> str:
    """Put files (table: name and content) into a draft of their own; what stands against it, in words."""
    draft = drafts.of(owner)
    if draft is not None and (draft.files or draft.state == "submitted"):
        return _("Publish or give up the draft you have first; corrections are a draft of their own.")
    try:
        access.require("upload")
        begun = drafts.change(draft or drafts.begin(owner), scope=scope)
        for table, (name, content) in files.items():
            begun = drafts.add(begun, name, content, table=table)
    except FirstdoseError as error:
        return str(error)
    return ""
