"""What draws figures and texts: our host in the browser, or Streamlit's own where our server does not run.

``figure.js`` draws with ``Plotly.react`` in place from the basic bundle of plotly.js, 1.2 MB of the full
4.7 MB (``browser/README.md`` says from where). ``words.js`` shows tables, whose every text is escaped where
it is written (``ui/table.py``): ``st.html`` takes them apart, cleans them and reads them again, 10 ms of a
filter change with two tables (measured on Streamlit 1.67; for a line or two ``st.html`` is the quicker one).
Streamlit's own elements stay for ``streamlit run app.py``, AppTest and ``FIRSTDOSE_CHARTS=streamlit``.
"""

import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

import orjson
import streamlit as st

from firstdose.assets import CHARTS, bundle_address
from firstdose.figures import theme

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from streamlit.components.v2.types import ComponentRenderer

#: Kinds of traces the basic bundle draws.
KINDS = frozenset({"scatter", "bar", "pie"})
_CONFIG = {"displayModeBar": False, "responsive": False, "scrollZoom": False}


@cache
def _component(script: str) -> "ComponentRenderer":
    return st.components.v2.component(f"firstdose.{script}", js=f"{script}.js", isolate_styles=False)


def ours() -> bool:
    """Whether our host draws on this server; Streamlit's own elements do otherwise."""
    return os.environ.get(CHARTS) == "host"


def words(html: str, key: str) -> str:
    """Show text under its element key; ``html`` must have been escaped by whoever wrote it.

    Gives the key of the card whose “Why” was pressed just now, as the browser says it; empty otherwise.
    """
    if ours():
        return str(_component("words")(key=key, data=html, on_why_change=_heard).why or "")
    if html:
        st.html(html)
    return ""


def _heard() -> None:
    """Streamlit hears a trigger only of a component that names a callback."""


def draw(figure: "go.Figure", key: str, alt: str, wire: Callable[[], bytes], opens: str = "") -> None:
    """Draw a figure under its element key; ``wire`` gives what ``written`` made of figure and alternative.

    ``opens`` is a link that the id of a mark completes: such marks are links, by pointer and by keyboard.
    """
    if ours() and {trace.type for trace in figure.data} <= KINDS:
        data = wire() + b"\n" + opens.encode()
        _component("figure")(key=key, data=data, height=_height(figure))
    else:
        config = _CONFIG | {"responsive": True}
        st.plotly_chart(theme.dressed(figure), key=key, theme=None, config=config, alt=alt)


def written(figure: "go.Figure", alt: str, stamp: Mapping[str, str]) -> bytes:
    """A figure for the host, wearing the template of the mode in use: two lines of JSON.

    The first has the words and settings, the second the figure, so that new words draw nothing anew. A third
    is added when it is drawn: where its marks lead.
    """
    said = {"alt": alt, "config": _CONFIG, "engine": bundle_address(), "height": _height(figure)}
    said["stamp"] = dict(stamp)
    drawn = theme.dressed(figure).to_plotly_json()
    return orjson.dumps(said) + b"\n" + orjson.dumps(drawn, option=orjson.OPT_SERIALIZE_NUMPY, default=_plain)


def _height(figure: "go.Figure") -> int:
    return int(figure.layout.height or 320)


def _plain(value: object) -> object:
    """What orjson does not know: an extension array of pandas as a list, anything else as its text."""
    return value.tolist() if hasattr(value, "tolist") else str(value)
