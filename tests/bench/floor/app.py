"""The floor: bare Streamlit showing figures made beforehand; no query, no rule, no figure building in a run.

``FIRSTDOSE_FLOOR`` names a JSON file, taken from our own pages in the browser:
``{area: {choice: [figure, …]}}``, where choice is "" or the value of the one filter.
"""

import json
import os
from functools import partial
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import streamlit as st

CHOICES = os.environ["FIRSTDOSE_FLOOR_CHOICES"].split(",")


@st.cache_resource
def figures() -> dict[str, dict[str, list[go.Figure]]]:
    """Every figure of every page and choice, built once per process."""
    stored: dict[str, dict[str, list[dict[str, Any]]]] = json.loads(
        Path(os.environ["FIRSTDOSE_FLOOR"]).read_text(encoding="utf-8")
    )
    return {
        area: {
            choice: [go.Figure(one, skip_invalid=True) for one in drawn] for choice, drawn in choices.items()
        }
        for area, choices in stored.items()
    }


def show(area: str) -> None:
    """One page: its figures for the choice made in the side bar."""
    chosen = st.sidebar.pills("Jurisdiction", CHOICES, selection_mode="multi", key="filter-jurisdiction")
    for position, figure in enumerate(figures()[area][",".join(chosen)]):
        st.plotly_chart(figure, key=f"chart-{area}-{position}")


st.set_page_config(layout="wide")
pages = [
    st.Page(partial(show, area), title=area, url_path=area, default=position == 0)
    for position, area in enumerate(figures())
]
st.navigation(pages).run()
