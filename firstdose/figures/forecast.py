"""Forecasts drawn: every milestone on one axis, and the S-curve of one."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from firstdose.figures import gantt, theme
from firstdose.figures.timeline_words import known
from firstdose.rules.timeline import in_language
from firstdose.words import _, either, say_date, say_number

Row = dict[Any, Any]
_ROW, _TOP, _MARGIN = 34, 44, 150
_SHOWN = ("p50", "p80", "target_on")


def portfolio(milestones: pd.DataFrame) -> go.Figure:
    """Draw each milestone: a thin line P10 to P90, a bar P50 to P80, a diamond for the target.

    Takes ``rules.forecast.outlook(…).milestones``. Unit: days. Past its target at P80 the row says so by a
    symbol and its chance.
    """
    if milestones.empty:
        return theme.empty(_("No milestone of this kind is ahead. Choose other programs."))
    rows = milestones.to_dict("records")
    names = [theme.show_text(gantt.shorten(name, 20)) for name in in_language(milestones, "program_name")]
    days = [row[key] for row in rows for key in ("p10", "p90", "target_on") if pd.notna(row[key])]
    below = axis(days)
    at = list(range(len(rows)))
    return go.Figure(
        data=[
            _between(rows, "p10", "p90", 0.1, theme.tint("primary", 0.35)),
            _between(rows, "p50", "p80", 0.46, theme.colour("primary")),
            _targets(rows),
        ],
        layout={
            "barmode": "overlay",
            "height": _TOP + _ROW * len(rows) + 12,
            "margin": {"l": _MARGIN, "r": 14, "t": _TOP, "b": 12},
            "xaxis": below | {"side": "top"},
            "yaxis": {
                "range": [len(rows) - 0.5, -0.6],
                "tickvals": at,
                "ticktext": names,
                "fixedrange": True,
                "showgrid": False,
                "zeroline": False,
                "tickfont": {"size": 12, "color": theme.colour("text")},
            },
            "showlegend": False,
        },
    )


def axis(days: list[pd.Timestamp]) -> Row:
    """A date axis over the days with room at both ends."""
    room = max((max(days) - min(days)) / 20, pd.Timedelta(days=14))
    low, high = (min(days) - room).date(), (max(days) + room).date()
    values, said = gantt.ticks(low, high)
    return {
        "type": "date",
        "range": [gantt.moment(low), gantt.after(high)],
        "tickvals": values,
        "ticktext": said,
        "fixedrange": True,
        "tickangle": 0,
    }


def _between(rows: list[Row], first: str, last: str, width: float, colour: str) -> Row:
    starts = [gantt.moment(row[first]) or 0.0 for row in rows]
    return {
        "type": "bar",
        "orientation": "h",
        "base": starts,
        "x": [(gantt.after(row[last]) or 0.0) - start for row, start in zip(rows, starts, strict=True)],
        "y": list(range(len(rows))),
        "width": width,
        "marker": {"color": colour},
        "customdata": [_told(row) for row in rows],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _targets(rows: list[Row]) -> Row:
    aimed = [(at, row) for at, row in enumerate(rows) if pd.notna(row["target_on"])]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [gantt.moment(row["target_on"]) for _at, row in aimed],
        "y": [at for at, _row in aimed],
        "marker": {
            "symbol": "diamond",
            "size": 12,
            "color": theme.colour("second"),
            "line": {"color": theme.colour("card"), "width": 1},
        },
        "customdata": [_told(row) for _at, row in aimed],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _told(row: Row) -> str:
    name = either(str(row["program_name"]), known(row["program_name_ja"]))
    lines = [f"<b>{theme.show_text(name)}</b>"]
    lines += [f"P{n}: {say_date(row[f'p{n}'])}" for n in (10, 50, 80, 90)]
    if pd.notna(row["target_on"]):
        lines.append(
            _("target {day}: met in {n} % of the runs").format(
                day=say_date(row["target_on"]), n=say_number(100 * row["chance"])
            )
        )
    return "<br>".join(lines)


def curve(points: pd.DataFrame, milestone: Row) -> go.Figure:
    """Draw the share of runs that are done by each day, with P50, P80 and the target.

    Takes ``rules.forecast.drivers(…).curve`` and the milestone's row of the outlook.
    """
    days = [gantt.moment(day) for day in points["day_on"]]
    marks = [("P50", "p50", 50, "primary"), ("P80", "p80", 80, "primary")]
    first, last = points["day_on"].iloc[0], points["day_on"].iloc[-1]
    data: list[Row] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": days,
            "y": (points["share"] * 100).tolist(),
            "line": {"color": theme.colour("primary"), "width": 2.5},
            "hovertemplate": "%{x|%Y-%m-%d}: %{y:.0f} %<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "markers+text",
            "x": [gantt.moment(milestone[key]) for _n, key, _y, _c in marks],
            "y": [y for _n, _key, y, _c in marks],
            "text": [f"  {name} {say_date(milestone[key])}" for name, key, _y, _c in marks],
            "textposition": "middle right",
            "marker": {"size": 9, "color": theme.colour("primary")},
            "hoverinfo": "skip",
        },
    ]
    target = milestone["target_on"]
    if pd.notna(target):
        first, last = min(first, target), max(last, target)
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": [gantt.moment(target)] * 2,
                "y": [0, 100 * milestone["chance"]],
                "line": {"color": theme.colour("second"), "width": 1.5, "dash": "dot"},
                "marker": {"symbol": "diamond", "size": [1, 12]},
                "hovertemplate": _told(milestone) + "<extra></extra>",
            }
        )
    return go.Figure(
        data=data,
        layout={
            "height": 320,
            "margin": {"l": 46, "r": 14, "t": 12, "b": 34},
            "xaxis": axis([first, last]),
            "yaxis": {
                "range": [-3, 103],
                "ticktext": [_("{n} %").format(n=y) for y in (0, 20, 50, 80, 100)],
                "tickvals": [0, 20, 50, 80, 100],
                "fixedrange": True,
            },
            "showlegend": False,
        },
    )


def plain(frame: pd.DataFrame, *names: str) -> pd.DataFrame:
    """The frame with the named columns as days without a time of day."""
    return frame.assign(**{name: pd.to_datetime(frame[name]).dt.date for name in names})


def milestone_rows(milestones: pd.DataFrame) -> pd.DataFrame:
    """The milestones as the table shows them."""
    said = ["" if pd.isna(x) else _("{n} %").format(n=say_number(100 * x)) for x in milestones["chance"]]
    return plain(milestones, *_SHOWN).assign(shown=in_language(milestones, "program_name"), met=said)


def milestone_columns() -> dict[str, str]:
    """Columns of the table of milestones, in order."""
    return {
        "shown": _("Program"),
        "jurisdiction": _("Jurisdiction"),
        "p50": "P50",
        "p80": "P80",
        "target_on": _("Target"),
        "met": _("Target met in"),
    }


def count_rows(counted: pd.DataFrame) -> pd.DataFrame:
    """At least so many milestones, as the table shows them: days, and chances in percent."""
    said = {
        str(name): [_("{n} %").format(n=say_number(100 * share)) for share in counted[name]]
        for name in counted
        if str(name).startswith("by_")
    }
    return plain(counted, "p50", "p80").assign(**said)


def count_columns(until: Sequence[date]) -> dict[str, str]:
    """Columns of the table of at least k milestones, in order; ``until`` as ``rules.forecast.quarters``."""
    by = {f"by_{at}": _("by {day}").format(day=say_date(day)) for at, day in enumerate(until, 1)}
    return {"count": _("At least"), "p50": _("even chance by"), "p80": _("80 % chance by"), **by}
