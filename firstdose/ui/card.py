"""The card every figure sits in: title, how to read it, filters, data version; link, query, data, table.

Every figure of the product is drawn by ``chart_card`` and by nothing else, so the engine that draws it can be
exchanged in this one room.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

from firstdose.exports.table import to_csv
from firstdose.figures import theme
from firstdose.figures.alt import alternative
from firstdose.ui.header import age, pinned_view, whole
from firstdose.ui.markdown import escaped
from firstdose.ui.state import current_view, speak
from firstdose.ui.store import lake
from firstdose.view import View, to_link
from firstdose.words import _, say_date

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from firstdose.lake import Session
    from firstdose.queries import Asked

_ROW_PX = 35  # px of a row of a table: one that needs less than its height is drawn as tall as it is
_CONFIG = {"displayModeBar": False, "responsive": True, "scrollZoom": False}


@dataclass(frozen=True, slots=True)
class _Card:
    """What the tools of a card need: nothing here changes while a view stands."""

    key: str
    title: str
    data: "pd.DataFrame"
    columns: Mapping[str, str]


def chart_card(
    key: str,
    figure: "go.Figure",
    *,
    data: "pd.DataFrame",
    title: str,
    how: str,
    foot: str = "",
    alt: str = "",
) -> None:
    """Draw a figure in its card. ``data`` is the frame behind it; its ``attrs["asked"]`` says why."""
    view = current_view()
    if view.chart not in (None, key):
        return
    with st.container(key=f"card-{key}", border=True, gap="small"):
        _head(_Card(key, title, data, {}), how)
        st.plotly_chart(
            theme.dressed(figure),
            key=key,
            theme=None,
            config=_CONFIG,
            alt=alt or alternative(title, data, st.session_state.get("sentence", "")),
        )
        _foot(foot)


def table_card(
    key: str,
    frame: "pd.DataFrame",
    *,
    title: str,
    how: str,
    columns: Mapping[str, str] | None = None,
    height: int | None = None,
    foot: str = "",
) -> None:
    """Draw a table in its card; ``columns`` names and orders what is shown, the data keeps every column."""
    view = current_view()
    if view.chart not in (None, key):
        return
    with st.container(key=f"card-{key}", border=True, gap="small"):
        _head(_Card(key, title, frame, columns or {}), how)
        _table(frame, columns or {}, key, title, height)
        _foot(foot)


def _head(card: _Card, how: str) -> None:
    view, session = current_view(), lake().session(current_view().version)
    context = [how, st.session_state.get("sentence", ""), f"v{session.version}", age(session)]
    with st.container(horizontal=True, vertical_alignment="top", gap="small", key=f"head-{card.key}"):
        with st.container(gap=None, width="stretch"):
            said = " · ".join(escaped(part) for part in context if part)
            st.markdown(f"##### {escaped(card.title)}\n\n:small[:gray[{said}]]", anchors=False)
        _tools(card, view, session)


def _foot(foot: str) -> None:
    if foot:
        st.caption(escaped(foot))


@st.fragment
def _tools(card: _Card, view: View, session: "Session") -> None:
    """The link, the query, the data and the table of a card, made only when somebody opens them."""
    speak()
    tools = st.popover(_("Why"), key=f"action-{card.key}", type="tertiary", on_change="rerun")
    if not tools.open:
        return
    with tools:
        alone = replace(view, chart=card.key)
        st.caption(_("Link to this card, live and pinned"))
        st.code(whole(to_link(alone)), language=None, wrap_lines=True)
        st.code(whole(to_link(pinned_view(alone, session))), language=None, wrap_lines=True)
        asked: Asked | None = card.data.attrs.get("asked")
        if asked is not None:
            st.caption(
                _("Query {name} on data version {version}, report day {day}").format(
                    name=escaped(asked.name), version=asked.version, day=say_date(asked.as_of)
                )
            )
            st.code(asked.pasteable(), language="sql", wrap_lines=True, height=220)
        st.download_button(
            _("Data as CSV"),
            data=lambda: to_csv(card.data),
            file_name=f"{card.key}-v{session.version}.csv",
            mime="text/csv",
            key=f"csv-{card.key}",
            on_click="ignore",
        )
        _table(card.data, card.columns, f"table-{card.key}", card.title, 320)


def _table(
    frame: "pd.DataFrame", columns: Mapping[str, str], key: str, title: str, height: int | None
) -> None:
    shown = frame.copy(deep=False)
    shown.attrs = {}  # Arrow would write them out as JSON
    st.dataframe(
        shown,
        key=key,
        hide_index=True,
        column_order=list(columns) or None,
        column_config=dict(columns),
        height=height if height and len(frame) * _ROW_PX > height else "auto",
        alt=title,
    )
