"""A table on the page: plain HTML to read and print; a grid to sort and search where somebody asks for it.

Measured on Streamlit 1.67: its grid is a bundle of 2 MB and goes on working for 200 ms after each change, so
it is drawn only when opened (docs/decisions.md). Every cell is data and is escaped here, in one place.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from html import escape
from typing import Any, Protocol

import pandas as pd
import streamlit as st

from firstdose.figures import theme
from firstdose.figures.gantt import width
from firstdose.ui import host
from firstdose.words import _, language, say_date, say_number

#: Rows drawn as HTML; what is beyond is said and stands in the grid.
MOST = 20
#: Latin characters (a Japanese one counts twice) up to which a text stays on one line, in a narrow column.
_SHORT, _LONG = 22, 90
_ROW_PX = 35  # px of a row of the grid: one that needs less than its height is drawn as tall as it is


class Rows(Protocol):
    """What a table needs to be drawn."""

    @property
    def key(self) -> str: ...
    @property
    def data(self) -> pd.DataFrame: ...
    @property
    def columns(self) -> Mapping[str, str]: ...
    @property
    def title(self) -> str: ...
    @property
    def height(self) -> int | None: ...
    @property
    def most(self) -> int: ...
    @property
    def told(self) -> pd.DataFrame: ...
    @property
    def drawn(self) -> str: ...


def draw(rows: Rows, head: str = "", foot: str = "") -> None:
    """Draw what ``markup`` wrote between head and foot; as a grid of every row once somebody asked for it."""
    if len(rows.data) <= rows.most:
        host.words(head + rows.drawn + foot, f"words-{rows.key}")
    elif st.session_state.get(f"whole-{rows.key}"):
        if head:
            st.html(head)
        grid(rows.told, rows.columns, rows.key, rows.title, rows.height)
        _remark(foot)
    else:
        host.words(head + rows.drawn, f"words-{rows.key}")
        st.button(
            _("Show all {n} rows, to sort and search").format(n=say_number(len(rows.data))),
            key=f"action-{rows.key}-whole",
            type="tertiary",
            on_click=_whole,
            args=(rows.key,),
        )
        _remark(foot)


def _remark(foot: str) -> None:
    if foot:
        st.html(foot)


def _whole(key: str) -> None:
    st.session_state[f"whole-{key}"] = True


def grid(frame: pd.DataFrame, columns: Mapping[str, str], key: str, title: str, height: int | None) -> None:
    """Draw every row in a grid that sorts and searches."""
    shown = frame.copy(deep=False)
    shown.attrs = {}  # Arrow would write them out as JSON
    with st.container(key=key):
        st.dataframe(
            shown,
            hide_index=True,
            column_order=list(columns) or None,
            column_config=dict(columns),
            height=height if height and len(frame) * _ROW_PX > height else "auto",
            alt=title,
        )


def markup(
    frame: pd.DataFrame,
    columns: Mapping[str, str],
    key: str,
    title: str,
    height: int | None,
    *,
    most: int = MOST,
    grouped: Sequence[str] = (),
    linked: str = "",
) -> str:
    """The first ``most`` rows as an HTML table that can be scrolled by keyboard; every text is escaped.

    Its element key is written here as a class, as Streamlit would on a container that costs a pass more.
    ``columns`` gives name and label of what is shown, in order; empty, every column with its own name. The
    columns ``grouped`` say what they share with the row above only once. The column ``linked`` leads where
    the column ``opens`` of the frame says, as part of a link that ``completed`` makes whole.
    """
    columns = columns or {str(name): str(name) for name in frame.columns}
    cells = {name: [_said(value) for value in frame[name].head(most).tolist()] for name in columns}
    kind = {name: _kind(frame[name], cells[name]) for name in columns}
    _said_once(cells, grouped)
    head = "".join(f'<th scope="col"{kind[name]}>{escape(label)}</th>' for name, label in columns.items())
    drawn = [[_cell(kind[name], text) for text in said] for name, said in cells.items()]
    if linked:
        at = list(columns).index(linked)
        parts = frame["opens"].head(most).tolist()
        drawn[at] = [_link(cell, opens) for cell, opens in zip(drawn[at], parts, strict=True)]
    rows = "".join(f"<tr>{''.join(row)}</tr>" for row in zip(*drawn, strict=True))
    if not rows:
        nothing = escape(_("No rows."))
        rows = f'<tr><td colspan="{len(columns)}">{nothing}</td></tr>'
    tall = f' style="max-height:{height}px"' if height else ""
    return (
        f'<div class="fd-table st-key-{escape(key)}" lang="{language()}" role="region" tabindex="0" '
        f'aria-label="{escape(title)}"{tall}>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _said_once(cells: dict[str, list[str]], grouped: Sequence[str]) -> None:
    """Empty the cells that repeat the row above, with all of the groups before them."""
    same = [True] * len(next(iter(cells.values()), []))
    for name in grouped:
        said = cells[name]
        same = [at > 0 and kept and said[at] == said[at - 1] for at, kept in enumerate(same)]
        cells[name] = ["" if kept else text for text, kept in zip(said, same, strict=True)]


def _cell(kind: str, text: str) -> str:
    """One cell; where it says a status, its symbol wears the colour (``ui/begin.py``)."""
    status = theme.stated(text)
    if status is None:
        return f"<td{kind}>{escape(text)}</td>"
    sign = theme.symbol(status)
    return f'<td{kind}><span data-status="{status}">{escape(sign)}</span>{escape(text[len(sign) :])}</td>'


def _link(cell: str, opens: str) -> str:
    """A cell that leads somewhere; what it says is HTML already."""
    if not opens:
        return cell
    head, _sep, said = cell.removesuffix("</td>").partition(">")
    return f'{head}><a href="?{escape(opens)}" target="_self">{said}</a></td>'


def completed(written: str, opens: str) -> str:
    """A table whose links lead to the view ``opens``; no text of the data holds this piece of HTML."""
    return written.replace('<a href="?', f'<a href="{escape(opens)}&amp;')


def _kind(column: "pd.Series[Any]", said: list[str]) -> str:
    """How a column is set: ``n`` numbers, ``w`` text that wraps, ``l`` long; short text has none."""
    if column.dtype.kind in "iuf":
        return ' class="n"'
    longest = max((len(text) if text.isascii() else width(text) for text in said), default=0)
    return "" if longest <= _SHORT else ' class="w"' if longest <= _LONG else ' class="l"'


def _said(value: Any) -> str:
    """A cell as it is read; what is missing is empty."""
    if pd.isna(value):
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return say_date(value)
    if isinstance(value, float):
        return say_number(value, 0 if value.is_integer() else 2)
    return str(value)
