"""Every issue of every file: how many of which kind, filtered, in the reader's language."""

from typing import TYPE_CHECKING

import streamlit as st

from firstdose.exports.issues import issues_csv
from firstdose.exports.marked import marked_workbook
from firstdose.intake.staged import Staged
from firstdose.rules import desk as rules
from firstdose.rules.issue_kinds import kind_of
from firstdose.ui.desk.rows import show
from firstdose.ui.markdown import escaped
from firstdose.words import _

if TYPE_CHECKING:
    from firstdose.lake import Draft, Drafts, Prepared
    from firstdose.lake.draft import File


def listed(drafts: "Drafts", draft: "Draft", ready: "Prepared") -> None:
    """Draw the issues of a draft, with what can be taken away to mend them; nothing when there are none."""
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
    chosen = [one for one in issues if kind in (None, kind_of(one.code)) and file in (None, one.file)]
    show(
        "table-desk-issues",
        rules.issue_rows(chosen),
        _("What is wrong, where, and what to do"),
        {
            "state": _("State"),
            "kind": _("Kind"),
            "file": _("File"),
            "line": _("Line"),
            "column": _("Column"),
            "value": _("Value"),
            "message": _("What is wrong and what to do"),
        },
        height=420,
    )
    _downloads(drafts, draft, ready)


def _downloads(drafts: "Drafts", draft: "Draft", ready: "Prepared") -> None:
    """The issues as CSV, and each file with issues as a workbook whose bad cells are marked."""
    tables = {file.file: file.table for file in ready.checked.files if file.table}
    with st.container(horizontal=True, key="action-desk-issues"):
        st.download_button(
            _("Issues as CSV"),
            data=lambda: issues_csv(ready.checked.issues, tables),
            file_name="issues.csv",
            mime="text/csv",
            key="action-desk-issues-csv",
            on_click="ignore",
        )
        for file in draft.files:
            if any(issue.file == file.name for issue in ready.checked.issues):
                _marked(drafts, draft, file, ready)


def _marked(drafts: "Drafts", draft: "Draft", file: "File", ready: "Prepared") -> None:
    read = ready.staged.get(file.number)
    if not isinstance(read, Staged):
        return
    found = [issue for issue in ready.checked.issues if issue.file == file.name]
    st.download_button(
        escaped(_("{file} with its cells marked").format(file=file.name)),
        data=lambda: marked_workbook(
            drafts.path(draft, file).read_bytes(), file.name, read, found, file.table
        ),
        file_name=f"{file.name.rsplit('.', 1)[0]}-marked.xlsx",
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        key=f"action-desk-marked-{file.number}",
        on_click="ignore",
    )
