"""Open items drawn as a layered graph: arrows point to what waits, the longest chain is drawn strong."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from firstdose.figures import theme
from firstdose.rules.readiness_graph import Graph
from firstdose.words import _, either

_ROW = 40  # px of a row of items
_BELOW = 0.3  # of a row: how far the code stands below its item
_LONGEST = 7  # characters of a code, which fit a seventh of a phone's width


def dependencies(graph: Graph | None) -> go.Figure:
    """Draw what waits for what among the open items of one program and jurisdiction.

    Takes ``rules.readiness_graph.graph``; none when every item is closed. Layers run from left to right.
    """
    if graph is None or graph.nodes.empty:
        return theme.empty(_("No item is open under these filters."))
    nodes = graph.nodes
    at = {row["item_id"]: (row["layer"], row["slot"]) for row in nodes.to_dict("records")}
    across, down = int(nodes["layer"].max()), int(nodes["slot"].max())
    return go.Figure(
        data=[
            _lines(graph.edges[~graph.edges["on_chain"].astype(bool)], at, "line", 1.2),
            _lines(graph.edges[graph.edges["on_chain"].astype(bool)], at, "primary", 4),
            *_marks(nodes),
        ],
        layout={
            "height": _ROW * (down + 1) + 24,
            "margin": {"l": 4, "r": 4, "t": 8, "b": 8},
            "xaxis": {"visible": False, "range": [-0.5, across + 0.5], "fixedrange": True},
            "yaxis": {"visible": False, "range": [down + 0.6, -0.6], "fixedrange": True},
            "showlegend": False,
        },
    )


def _lines(edges: pd.DataFrame, at: dict[str, tuple[int, int]], role: str, width: float) -> dict[str, Any]:
    ends = [(at[row["before"]], at[row["after"]]) for row in edges.to_dict("records")]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [place for one, other in ends for place in (one[0], other[0], None)],
        "y": [place for one, other in ends for place in (one[1], other[1], None)],
        "line": {"color": theme.colour(role), "width": width},
        "hoverinfo": "skip",
    }


def _marks(nodes: pd.DataFrame) -> list[dict[str, Any]]:
    """The items, each with its symbol inside; the code below is short enough for eight layers on a phone."""
    rows: list[dict[Any, Any]] = [dict(row) for row in nodes.to_dict("records")]
    at: dict[str, Any] = {
        "type": "scatter",
        "x": nodes["layer"].tolist(),
        "y": nodes["slot"].tolist(),
        "cliponaxis": False,
    }
    items = {
        "mode": "markers+text",
        "marker": {
            "size": 16,
            "symbol": "square",
            "color": theme.colour("card"),
            "line": {"width": 1.5, "color": [theme.colour(row["mark"]) for row in rows]},
        },
        "text": [theme.symbol(row["mark"]) for row in rows],
        "textfont": {"size": 11, "color": [theme.colour(row["mark"]) for row in rows]},
        "customdata": [_told(row) for row in rows],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    codes = {
        "mode": "text",
        "text": [theme.show_text(_short(str(row["code"]))) for row in rows],
        "textposition": "bottom center",
        "textfont": {
            "size": 9.5,
            "color": [theme.colour("text" if row["on_chain"] else "secondary") for row in rows],
        },
        "hoverinfo": "skip",
    }
    return [at | items, at | codes | {"y": [slot + _BELOW for slot in at["y"]]}]


def _short(code: str) -> str:
    return code if len(code) <= _LONGEST else code[: _LONGEST - 1] + "…"


def _told(row: dict[Any, Any]) -> str:
    title_ja = row["title_ja"] if isinstance(row["title_ja"], str) else ""
    title = theme.show_text(either(str(row["title"]), title_ja))
    mark = f"{theme.symbol(row['mark'])} {theme.word(row['mark'])}"
    return "<br>".join((f"<b>{theme.show_text(str(row['code']))}</b> {title}", f"{mark}: {row['why']}"))
