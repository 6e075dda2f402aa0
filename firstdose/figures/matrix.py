"""A matrix of tinted cells: each has the colour of a mark, a few characters, words and a link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from firstdose.figures import gantt, theme

ROW = 30  # px of one row
LEGEND = 46  # px under a picture for two lines of marks
_CHARACTER = 6.4  # px of a character at 12 px, measured on Inter and Noto Sans


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: ``role`` is its mark, or ``line`` where nothing can be marked; texts are plotly's markup.

    ``opens`` is the part of a link that chooses what the cell counts; empty where there is nothing.
    """

    role: str
    text: str
    told: str
    opens: str = ""


Placed = tuple[tuple[int, int], Cell]


def nothing(told: str) -> Cell:
    """A cell in which nothing is counted."""
    return Cell("line", f'<span style="color:{theme.colour("secondary")}">–</span>', told)


def counted(mark: str, text: str, told: str, opens: str = "") -> Cell:
    """A cell with the symbol of its mark in the colour of the mark before the text."""
    sign = f'<span style="color:{theme.colour(mark)}">{theme.symbol(mark)}</span>'
    return Cell(mark, f"{sign} {text}", told, opens)


def matrix(
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Sequence[Cell],
    marks: Sequence[str],
    words: Mapping[str, str] | None = None,
) -> go.Figure:
    """Draw cells row by row under the labels of rows and columns, the ``marks`` explained below.

    A column whose label has two lines makes the head taller; ``words`` says marks otherwise than usual. No
    two cells may open the same: of bars with one id plotly draws the last alone (measured on 3.3).
    """
    places = [(column, row) for row in range(len(rows)) for column in range(len(columns))]
    placed = list(zip(places, cells, strict=True))
    leading, other = [one for one in placed if one[1].opens], [one for one in placed if not one[1].opens]
    margin = 14 + int(_CHARACTER * max(map(gantt.width, rows)))
    head = 40 if any("<br>" in label for label in columns) else 28
    return go.Figure(
        data=[
            _backgrounds(leading) | {"ids": [cell.opens for _place, cell in leading]},
            _texts(placed),
            *([_backgrounds(other)] if other else []),
        ],
        layout={
            "barmode": "overlay",
            "height": ROW * len(rows) + head + LEGEND,
            "margin": {"l": margin, "r": 0, "t": head, "b": LEGEND},
            "xaxis": fixed(columns) | {"side": "top", "showgrid": False},
            "yaxis": fixed(rows) | {"range": [len(rows) - 0.5, -0.5], "showgrid": False},
            "showlegend": False,
            "annotations": [marks_line(marks, margin, 10, words)],
        },
    )


def fixed(labels: Sequence[str]) -> dict[str, Any]:
    """An axis of labels at whole numbers that nobody can move."""
    return {
        "range": [-0.5, len(labels) - 0.5],
        "tickvals": list(range(len(labels))),
        "ticktext": list(labels),
        "ticklabelstandoff": 6,
        "tickangle": 0,
        "fixedrange": True,
        "zeroline": False,
    }


def _backgrounds(placed: Sequence[Placed]) -> dict[str, Any]:
    """The tinted cells; they carry what a pointer reads."""
    cells = [cell for _place, cell in placed]
    return {
        "type": "bar",
        "x": [column for (column, _row), _cell in placed],
        "base": [row - 0.45 for (_column, row), _cell in placed],
        "y": [0.9] * len(cells),
        "width": 0.96,
        "marker": {
            "color": [theme.tint(cell.role, 0.13 if cell.role != "line" else 0.35) for cell in cells],
            "cornerradius": 4,
        },
        "customdata": [cell.told for cell in cells],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _texts(placed: Sequence[Placed]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "text",
        "x": [column for (column, _row), _cell in placed],
        "y": [row for (_column, row), _cell in placed],
        "text": [cell.text for _place, cell in placed],
        "textfont": {"size": 12.5, "color": theme.colour("text")},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def marks_line(
    marks: Sequence[str], margin: int, below: int, words: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Marks with their words, four a line, ``below`` px under the axis and from the edge of the picture."""
    said = [
        f'<span style="color:{theme.colour(mark)}">{theme.symbol(mark)}</span> '
        f"{(words or {}).get(mark) or theme.word(mark)}"
        for mark in marks
    ]
    return {
        "text": "<br>".join(" &nbsp; ".join(said[at : at + 4]) for at in range(0, len(said), 4)),
        "align": "left",
        "showarrow": False,
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": 0,
        "xanchor": "left",
        "yanchor": "top",
        "xshift": 4 - margin,
        "yshift": -below,
        "font": {"size": 12, "color": theme.colour("secondary")},
    }
