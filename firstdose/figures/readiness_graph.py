"""Open items drawn as a layered graph: arrows point to what waits, the longest chain is drawn strong."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from firstdose.figures import theme
from firstdose.rules.readiness_graph import Graph
from firstdose.words import _, either

_ROW = 34  # px of a row of items


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
            _marks(nodes),
        ],
        layout={
            "height": _ROW * (down + 1) + 24,
            "margin": {"l": 4, "r": 4, "t": 8, "b": 8},
            "xaxis": {"visible": False, "range": [-0.5, across + 0.6], "fixedrange": True},
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


def _marks(nodes: pd.DataFrame) -> dict[str, Any]:
    rows: list[dict[Any, Any]] = [dict(row) for row in nodes.to_dict("records")]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": nodes["layer"].tolist(),
        "y": nodes["slot"].tolist(),
        "marker": {
            "size": 14,
            "symbol": "square",
            "color": [theme.colour(row["mark"]) for row in rows],
            "line": {"width": 1, "color": theme.colour("card")},
        },
        "text": [f" {theme.symbol(row['mark'])} {theme.show_text(str(row['code'])[:14])}" for row in rows],
        "textposition": "bottom center",
        "textfont": {
            "size": 11,
            "color": [theme.colour("text" if row["on_chain"] else "secondary") for row in rows],
        },
        "customdata": [_told(row) for row in rows],
        "hovertemplate": "%{customdata}<extra></extra>",
        "cliponaxis": False,
    }


def _told(row: dict[Any, Any]) -> str:
    title_ja = row["title_ja"] if isinstance(row["title_ja"], str) else ""
    title = theme.show_text(either(str(row["title"]), title_ja))
    mark = f"{theme.symbol(row['mark'])} {theme.word(row['mark'])}"
    return "<br>".join((f"<b>{theme.show_text(str(row['code']))}</b> {title}", f"{mark}: {row['why']}"))
