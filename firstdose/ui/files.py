"""Files to take away: a table as CSV, its template and its dictionary; the first steps of an empty lake."""

from typing import TYPE_CHECKING

import streamlit as st

from firstdose.contracts import contracts
from firstdose.contracts.dictionary import dictionary
from firstdose.contracts.template import template_csv, templates_zip
from firstdose.exports.table import to_csv
from firstdose.ui.markdown import escaped
from firstdose.words import _

if TYPE_CHECKING:
    import pandas as pd

    from firstdose.contracts import Contract
    from firstdose.lake import Session
    from firstdose.view import View


def table_files(view: "View", session: "Session", contract: "Contract", rows: "pd.DataFrame") -> None:  # noqa: ARG001
    """Offer one table of the data version: its rows, its empty template, and what every column means."""
    name = contract.name
    with st.container(key=f"card-table-data-{name}", border=True, gap="small"):
        st.markdown(f"##### {escaped(contract.label)}\n\n:small[:gray[{escaped(contract.meaning)}]]")
        with st.container(horizontal=True, key="action-data-files"):
            st.download_button(
                _("Rows of v{version} as CSV").format(version=session.version),
                data=lambda: to_csv(rows),
                file_name=f"{name}-v{session.version}.csv",
                mime="text/csv",
                key="action-data-rows",
                on_click="ignore",
            )
            st.download_button(
                _("Empty template"),
                data=template_csv(contract),
                file_name=f"{name}.csv",
                mime="text/csv",
                key="action-data-template",
                on_click="ignore",
            )
            _all_templates()
        st.dataframe(
            dictionary(name),
            key="table-data-dictionary",
            hide_index=True,
            alt=_("What every column of the table means"),
        )


def _all_templates() -> None:
    st.download_button(
        _("All templates (zip)"),
        data=templates_zip(),
        file_name="firstdose-templates.zip",
        mime="application/zip",
        key="action-data-templates",
        on_click="ignore",
    )


def first_steps() -> None:
    """What to do when nothing has been published yet."""
    with st.container(key="first-steps"):
        st.title(_("Nothing is published yet"), anchor=False)
        steps = [
            _("Take the templates: one CSV file per table, the header says which columns it has."),
            _("Fill in what you have. Programs and partners come first; the other tables refer to them."),
            _("Check the folder on the command line; every problem is listed with file, line and remedy."),
            _("Publish it: all files together become data version 1."),
        ]
        st.markdown("\n".join(f"{n}. {escaped(step)}" for n, step in enumerate(steps, 1)))
        st.code(
            "firstdose check my-folder\n"
            'firstdose publish my-folder --complete --by "Your name" --why "First own data"',
            language="bash",
        )
        _all_templates()
        st.caption(
            escaped(
                _("{n} tables are known. The demo alliance is published with: make demo").format(
                    n=len(contracts())
                )
            )
        )
