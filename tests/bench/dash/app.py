"""The peer: Dash showing the figures of ``floor/app.py``, the same pages, filter and menu, and nothing else.

``FIRSTDOSE_FLOOR`` names the same JSON file; the marks by which the benchmark finds its way are the same too.
"""

import json
import os
import socket
from pathlib import Path
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html

CHOICES = os.environ["FIRSTDOSE_FLOOR_CHOICES"].split(",")
FIGURES: dict[str, dict[str, list[dict[str, Any]]]] = json.loads(
    Path(os.environ["FIRSTDOSE_FLOOR"]).read_text(encoding="utf-8")
)
HOME = next(iter(FIGURES))


def line(area: str) -> html.Div:
    """One line of the menu."""
    marked = {"data-testid": "stSidebarNavLink"}
    to = "/" if area == HOME else f"/{area}"
    return html.Div(dcc.Link(area, href=to, style={"display": "block"}), **marked)


app = Dash(__name__, serve_locally=True)
app.layout = html.Div(
    [
        dcc.Location(id="at"),
        dcc.Store(id="chosen", data=[]),
        html.Nav(
            [
                *map(line, FIGURES),
                html.Div(
                    [html.Button(choice, id={"choice": choice}) for choice in CHOICES],
                    className="st-key-filter-jurisdiction",
                ),
            ],
            style={"width": "300px", "flex": "none"},
        ),
        html.Main(id="main", style={"flex": "1"}),
    ],
    style={"display": "flex"},
)


@app.callback(
    Output("chosen", "data"),
    Input({"choice": ALL}, "n_clicks"),
    State("chosen", "data"),
    prevent_initial_call=True,
)
def choose(_clicks: list[int | None], chosen: list[str]) -> list[str]:
    """The choices after one was pressed."""
    pressed = ctx.triggered_id["choice"]
    return [choice for choice in CHOICES if (choice in chosen) != (choice == pressed)]


@app.callback(Output("main", "children"), Input("at", "pathname"), Input("chosen", "data"))
def show(path: str | None, chosen: list[str]) -> list[dcc.Graph | html.Div]:
    """One page: its figures for the choice made, which is named too: some figures look the same for both."""
    area, choice = (path or "/").strip("/") or HOME, ",".join(chosen)
    drawn = enumerate(FIGURES[area][choice])
    return [
        html.Div(choice, hidden=True),
        *(dcc.Graph(figure=figure, id=f"chart-{area}-{position}") for position, figure in drawn),
    ]


if __name__ == "__main__":
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app.run(host="127.0.0.1", port=port, debug=False)
