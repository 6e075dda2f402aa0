"""Every issue of every file: how many of which kind, filtered, in the reader's language."""

from typing import TYPE_CHECKING

import streamlit as st

from firstdose.rules import desk as rules
from firstdose.ui.desk.files import show
from firstdose.words import _

if TYPE_CHECKING:
    from firstdose.lake import Prepared


def listed(ready: "Prepared") -> None:
    """Draw the issues of a draft; nothing when there are none."""
    issues = ready.checked.issues
    if not issues:
        return
    kinds = rules.kinds(issues)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        kind = st.pills(
            _("Issues by kind"), list(kinds), format_func=kinds.__getitem__, key="desk-issue-kind", wrap=True
        )
        files = sorted({issue.file for issue in issues})
        file = (
            st.selectbox(
                _("File"),
                files,
                index=None,
                placeholder=_("All {n}").format(n=len(files)),
                key="desk-issue-file",
            )
            if len(files) > 1
            else None
        )
    chosen = [one for one in issues if kind in (None, one.code) and file in (None, one.file)]
    show(
        "table-desk-issues",
        rules.issue_rows(chosen),
        _("What is wrong, where, and what to do"),
        {
            "state": _("State"),
            "file": _("File"),
            "line": _("Line"),
            "column": _("Column"),
            "value": _("Value"),
            "message": _("What is wrong and what to do"),
        },
        height=420,
    )
