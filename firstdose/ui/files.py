"""Files to take away: a table as CSV, its template and its dictionary."""

from typing import TYPE_CHECKING

import streamlit as st

from firstdose.contracts.dictionary import dictionary
from firstdose.contracts.template import template_csv
from firstdose.exports.table import to_csv
from firstdose.ui import table
from firstdose.ui.card import Table
from firstdose.ui.empty import all_templates
from firstdose.ui.hand_out import hand_out
from firstdose.ui.markdown import escaped
from firstdose.words import _

if TYPE_CHECKING:
    import pandas as pd

    from firstdose.contracts import Contract
    from firstdose.lake import Session
    from firstdose.view import View


def table_files(view: "View", session: "Session", contract: "Contract", rows: "pd.DataFrame") -> None:
    """Offer one table of the data version: its rows, its empty template, and what every column means."""
    name = contract.name
    with st.container(key=f"card-table-data-{name}", border=True, gap="small"):
        st.markdown(f"##### {escaped(contract.label)}\n\n:small[:gray[{escaped(contract.meaning)}]]")
        with st.container(horizontal=True, key="action-data-files"):
            hand_out(
                _("Rows of v{version} as CSV").format(version=session.version),
                f"{name}-v{session.version}.csv",
                "action-data-rows",
                lambda: to_csv(rows),
                (view, session),
            )
            st.download_button(
                _("Empty template"),
                data=template_csv(contract),
                file_name=f"{name}.csv",
                mime="text/csv",
                key="action-data-template",
                on_click="ignore",
            )
            all_templates()
        told = Table(
            key="table-data-dictionary",
            data=dictionary(name),
            title=_("What every column of the table means"),
            how="",
            height=480,
        )
        table.draw(told)
