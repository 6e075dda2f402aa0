"""Columns that look like personal data: the publish waits until somebody has answered."""

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from firstdose.ui.desk.refused import told
from firstdose.ui.markdown import escaped
from firstdose.words import _

if TYPE_CHECKING:
    from firstdose.lake import Draft, Drafts, Prepared


def ask(drafts: "Drafts", draft: "Draft", ready: "Prepared") -> None:
    """Draw one question for every doubtful column; what was answered before can be taken back."""
    doubtful = {issue.column or "" for issue in ready.checked.issues if issue.code == "personal-data"}
    for column in sorted(doubtful | set(draft.not_personal)):
        key = f"desk-personal-{column}"
        st.checkbox(
            escaped(_("I looked: the column “{column}” holds no personal data").format(column=column)),
            value=column in draft.not_personal,
            key=key,
            on_change=partial(_answer, drafts, draft, column, key),
        )


@told
def _answer(drafts: "Drafts", draft: "Draft", column: str, key: str) -> None:
    said = {*draft.not_personal, column} if st.session_state[key] else {*draft.not_personal} - {column}
    drafts.change(draft, not_personal=tuple(sorted(said)))
