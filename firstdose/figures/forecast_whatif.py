"""A what-if drawn: the S-curves of one milestone before and after, and every milestone in numbers."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from firstdose.figures import gantt, theme
from firstdose.figures.forecast import axis, plain
from firstdose.rules.timeline import in_language
from firstdose.words import _, say_date, say_number

Row = dict[Any, Any]
_LEVELS = (("P50", "p50", 50), ("P80", "p80", 80))


def curves(before: pd.DataFrame, after: pd.DataFrame, was: Row, now: Row) -> go.Figure:
    """Draw the share of runs done by each day, before dashed and after solid, with P50, P80 and the target.

    Takes ``rules.forecast.curve`` of both outlooks and the milestone's rows.
    """
    days = [*before["day_on"].iloc[[0, -1]], *after["day_on"].iloc[[0, -1]]]
    data = [
        _line(before, _("before"), "secondary", "dash"),
        _line(after, _("after"), "primary", "solid"),
        _marks(was, "secondary"),
        _marks(now, "primary", said=True),
    ]
    if pd.notna(was["target_on"]):
        days.append(was["target_on"])
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": [gantt.moment(was["target_on"])] * 2,
                "y": [0, 100],
                "name": _("target"),
                "line": {"color": theme.colour("second"), "width": 1.5, "dash": "dot"},
                "marker": {"symbol": "diamond", "size": [1, 10]},
                "hoverinfo": "skip",
            }
        )
    return go.Figure(
        data=data,
        layout={
            "height": 340,
            "margin": {"l": 46, "r": 14, "t": 12, "b": 72},
            "xaxis": axis(days),
            "yaxis": {
                "range": [-3, 103],
                "ticktext": [_("{n} %").format(n=y) for y in (0, 20, 50, 80, 100)],
                "tickvals": [0, 20, 50, 80, 100],
                "fixedrange": True,
            },
            "legend": {"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"},
            "showlegend": True,
        },
    )


def _line(points: pd.DataFrame, name: str, role: str, dash: str) -> Row:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [gantt.moment(day) for day in points["day_on"]],
        "y": (points["share"] * 100).tolist(),
        "name": name,
        "line": {"color": theme.colour(role), "width": 2.5, "dash": dash},
        "hovertemplate": f"{name} %{{x|%Y-%m-%d}}: %{{y:.0f}} %<extra></extra>",
    }


def _marks(row: Row, role: str, *, said: bool = False) -> Row:
    """P50 and P80; only one of two curves says its days, both would cover each other on a phone."""
    return {
        "type": "scatter",
        "mode": "markers+text" if said else "markers",
        "x": [gantt.moment(row[key]) for _name, key, _y in _LEVELS],
        "y": [y for _name, _key, y in _LEVELS],
        "text": [f"  {name} {say_date(row[key])}  " for name, key, _y in _LEVELS],
        "textposition": "middle right",
        "textfont": {"color": theme.colour(role), "size": 12},
        "marker": {"size": 9, "color": theme.colour(role)},
        "showlegend": False,
        "hoverinfo": "skip",
    }


def effect_rows(compared: pd.DataFrame) -> pd.DataFrame:
    """Every milestone before and after, as the table shows it; a change says its direction in a word."""
    said = plain(compared, "p50_before", "p50_after", "p80_before", "p80_after", "target_on")
    return said.assign(
        shown=in_language(compared, "program_name"),
        moved_50=[_moved(days) for days in compared["p50_days"]],
        moved_80=[_moved(days) for days in compared["p80_days"]],
        met_before=[_percent(share) for share in compared["chance_before"]],
        met_after=[_percent(share) for share in compared["chance_after"]],
    )


def _moved(days: int) -> str:
    if not days:
        return _("no change")
    if days > 0:
        return f"{theme.symbol('at risk')} " + _("{n} d later").format(n=days)
    return f"{theme.symbol('closed')} " + _("{n} d earlier").format(n=-days)


def _percent(share: float) -> str:
    return "" if pd.isna(share) else _("{n} %").format(n=say_number(100 * share))


def effect_columns() -> dict[str, str]:
    """Columns of the table before and after, in order."""
    return {
        "shown": _("Program"),
        "jurisdiction": _("Jurisdiction"),
        "p50_before": _("P50 before"),
        "p50_after": _("P50 after"),
        "moved_50": _("P50 moves"),
        "p80_before": _("P80 before"),
        "p80_after": _("P80 after"),
        "moved_80": _("P80 moves"),
        "target_on": _("Target"),
        "met_before": _("Met before"),
        "met_after": _("Met after"),
    }
