"""The lots of several attributes by group, small beside each other, as a report shows them."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from firstdose.figures import comparability_words as words
from firstdose.figures import gantt, theme
from firstdose.figures.comparability import dot_marks, drawn, ends_of_axis, median_mark
from firstdose.figures.control_chart_marks import decades
from firstdose.rules.comparability_judged import Judged
from firstdose.words import _

_ACROSS, _TALL, _GAP, _NAME = 3, 230, 0.075, 34
MOST_PANELS = 12  # attributes; five thousand marks are never reached below 200 lots a group
_MOST_DOTS = 150  # lots of one group in one panel
Row = dict[Any, Any]


def panels(
    judged: tuple[Judged, ...], points: pd.DataFrame, attributes: pd.DataFrame, roles: tuple[str, str]
) -> go.Figure:
    """Draw the lots of each attribute of tier 1 and 2: dots, medians, specification dotted.

    Takes ``rules.comparability_judged.judge`` and its points. Every panel has its own axis, in the unit of
    its attribute; the verdict stands above it in words.
    """
    known = {row["attribute_code"]: row for row in attributes.to_dict("records")}
    shown = [one for one in judged if one.numeric and one.tier in (1, 2)][:MOST_PANELS]
    if not shown:
        return theme.empty(_("No attribute of tier 1 or 2 has results."))
    rows = -(-len(shown) // _ACROSS)
    layout: Row = {
        "height": _TALL * rows + 50,
        "margin": {"l": 44, "r": 8, "t": 38, "b": 24},
        "showlegend": False,
        "shapes": [],
        "annotations": [],
    }
    traces: list[Row] = []
    for at, one in enumerate(shown):
        own = points[points["attribute_code"] == one.code]
        traces += _panel(at, rows, one, own, known[one.code], roles, layout)
    return go.Figure(data=traces, layout=layout)


def _panel(
    at: int,
    rows: int,
    found: Judged,
    own: pd.DataFrame,
    attribute: Row,
    roles: tuple[str, str],
    layout: Row,
) -> list[Row]:
    """The traces of one panel; its axes, specification and name go into the layout."""
    name = "" if at == 0 else str(at + 1)
    log = found.scale == "log"
    left, top = (at % _ACROSS) / _ACROSS, 1 - (at // _ACROSS) / rows
    width, height = 1 / _ACROSS - _GAP, 1 / rows - (0.26 / rows if rows > 1 else 0)
    shown = drawn(own, _MOST_DOTS)
    shown = shown[shown["value"] > 0] if log else shown
    bounds = [float(attribute[end]) for end in ("lower_limit", "upper_limit")]
    bounds = [one for one in bounds if not np.isnan(one) and (one > 0 or not log)]
    low, high = ends_of_axis(shown["value"].to_numpy(dtype=float), bounds, log=log) if len(shown) else (1, 2)
    layout[f"xaxis{name}"] = {
        "domain": [left, left + width],
        "range": [-0.5, 1.75],
        "tickvals": [0, 1],
        "ticktext": list(roles),
        "anchor": f"y{name}",
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
    }
    layout[f"yaxis{name}"] = {
        "domain": [top - height, top],
        "anchor": f"x{name}",
        "type": "log" if log else "linear",
        "range": [float(np.log10(low)), float(np.log10(high))] if log else [low, high],
        **(decades(low, high) if log else {}),
        "nticks": 4,
        "zeroline": False,
        "fixedrange": True,
    }
    layout["shapes"] += [_specified(one, name) for one in bounds if low < one < high]
    layout["annotations"].append(_named(f"x{name}", f"y{name}", attribute, found))
    traces = [
        dot_marks(shown[shown["side"] == side], number, attribute)
        for number, side in enumerate(("first", "second"))
    ]
    traces += [median_mark(found.first.median, 0), median_mark(found.second.median, 1)]
    return [{**one, "xaxis": f"x{name}", "yaxis": f"y{name}"} for one in traces]


def _specified(bound: float, name: str) -> Row:
    return {
        "type": "line",
        "xref": f"x{name} domain",
        "x0": 0,
        "x1": 1,
        "yref": f"y{name}",
        "y0": bound,
        "y1": bound,
        "line": {"color": theme.colour("second"), "width": 1.4, "dash": "dot"},
    }


def _named(x: str, y: str, attribute: Row, found: Judged) -> Row:
    """Name, unit and verdict above a panel."""
    name = theme.show_text(gantt.shorten(words.with_unit(attribute), _NAME))
    return {
        "text": f"{name}<br><b>{theme.show_text(words.verdict(found))}</b>",
        "xref": f"{x} domain",
        "yref": f"{y} domain",
        "x": 0,
        "y": 1,
        "xanchor": "left",
        "yanchor": "bottom",
        "align": "left",
        "showarrow": False,
        "font": {"size": 11, "color": theme.colour("text")},
    }
