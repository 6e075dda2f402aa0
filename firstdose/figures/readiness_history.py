"""Readiness over the data versions drawn: gate items closed against added, and the forecast interval."""

from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from firstdose.figures import theme
from firstdose.rules.readiness import area_name
from firstdose.rules.readiness_history import Forecast
from firstdose.words import _, ngettext, say_date


def burn_up(counted: pd.DataFrame, now: Forecast, target: date | None) -> go.Figure:
    """Draw gate items closed and in all by report day, those reopened, and when the last may close.

    Takes ``rules.readiness_history.burn_up`` without keys and the forecast. Unit: gate items (count).
    """
    if not counted["total"].any():
        return theme.empty(_("No gate item fits the filters."))
    top = int(counted["total"].max())
    days = counted["as_of"].tolist()
    traces = [
        _line(days, counted["total"].tolist(), _("in all"), "secondary", "dash"),
        _line(days, counted["closed"].tolist(), _("closed"), "closed", "solid"),
    ]
    if counted["reopened"].max():
        traces.append(_line(days, counted["reopened"].tolist(), _("reopened so far"), "late", "dot"))
    if now.days:
        traces += _interval(now, int(counted["total"].iloc[-1]))
    shapes, notes = _target(target)
    return go.Figure(
        data=traces,
        layout={
            "height": 300,
            "margin": {"l": 40, "r": 16, "t": 28, "b": 64},
            "xaxis": {"type": "date", "fixedrange": True},
            "yaxis": {"range": [0, top * 1.15 + 1], "fixedrange": True, "title": {"text": _("gate items")}},
            "legend": {"orientation": "h", "x": 0, "y": -0.18, "yanchor": "top"},
            "showlegend": True,
            "shapes": shapes,
            "annotations": notes,
        },
    )


def _line(days: list[date], counts: list[int], name: str, role: str, dash: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": days,
        "y": counts,
        "name": name,
        "line": {"color": theme.colour(role), "width": 2, "dash": dash, "shape": "hv"},
        "marker": {"size": 6, "color": theme.colour(role)},
        "customdata": [ngettext("{n} item", "{n} items", n).format(n=n) for n in counts],
        "hovertemplate": f"{name}: %{{customdata}}<br>%{{x|%Y-%m-%d}}<extra></extra>",
    }


def _interval(now: Forecast, height: int) -> list[dict[str, Any]]:
    """P10 to P90 as a bar at the height of all items, P50 and P80 as marks on it."""
    names = {level: f"P{level}: {say_date(day)}" for level, day in now.days.items()}
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [now.days[10], now.days[90]],
            "y": [height, height],
            "line": {"color": theme.colour("primary"), "width": 8},
            "opacity": 0.35,
            "name": "P10–P90",
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "x": list(now.days.values()),
            "y": [height] * len(now.days),
            "marker": {
                "symbol": ["line-ns-open", "diamond", "diamond-open", "line-ns-open"],
                "size": 12,
                "color": theme.colour("primary"),
            },
            "name": _("forecast: P50 filled, P80 hollow"),
            "customdata": list(names.values()),
            "hovertemplate": "%{customdata}<extra></extra>",
        },
    ]


def _target(target: date | None) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    if target is None:
        return [], []
    shape = {
        "type": "line",
        "x0": target,
        "x1": target,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": theme.colour("second"), "width": 1.5, "dash": "dash"},
    }
    note = {
        "x": target,
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "showarrow": False,
        "text": _("target {day}").format(day=say_date(target)),
        "font": {"size": 12, "color": theme.colour("second")},
    }
    return [shape], [note]


def by_area(counted: pd.DataFrame, since: int, until: int) -> pd.DataFrame:
    """Areas with what was closed, added and reopened from one version to another.

    Takes ``rules.readiness_history.burn_up`` by area over these versions; an area without gate items in one
    of them has none of none there. Columns: area (str), before, now (str: closed of total), closed, added,
    reopened (int).
    """
    areas = pd.Index(counted["area"].unique(), name="area")
    first, last = (_at(counted, version, areas) for version in (since, until))
    words = _("{closed} of {total}")
    frame = pd.DataFrame(
        {
            "area": [area_name(str(area)) for area in areas],
            "before": [
                words.format(closed=c, total=t) for c, t in zip(first.closed, first.total, strict=True)
            ],
            "now": [words.format(closed=c, total=t) for c, t in zip(last.closed, last.total, strict=True)],
            "closed": (last.closed - first.closed).to_numpy(),
            "added": (last.total - first.total).to_numpy(),
            "reopened": counted.groupby("area")["reopened"].max().reindex(areas).to_numpy(),  # it only grows
        }
    )
    frame.attrs = dict(counted.attrs)
    return frame


def _at(counted: pd.DataFrame, version: int, areas: "pd.Index[Any]") -> pd.DataFrame:
    """Gate items closed and in all of one version, one row for each of ``areas``."""
    there = counted[counted["version"] == version].set_index("area")
    return there[["closed", "total"]].reindex(areas, fill_value=0)


def area_columns() -> dict[str, str]:
    """The columns of the table by area with their labels."""
    return {
        "area": _("Area"),
        "before": _("First version"),
        "now": _("Version shown"),
        "closed": _("Closed since, net"),
        "added": _("Added since, net"),
        "reopened": _("Reopened"),
    }
