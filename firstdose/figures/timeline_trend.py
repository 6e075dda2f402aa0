"""Milestone trends drawn: report day across, forecast day up, the diagonal where a milestone is done."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from firstdose.figures import gantt, theme
from firstdose.figures.timeline_words import milestone_name
from firstdose.rules.timeline_trend import MOST_LINES
from firstdose.words import _, say_date, say_number

_HEIGHT, _TOP, _BOTTOM = 450, 8, 58
_LABEL = 14  # px between two labels that do not touch
_FURTHEST = timedelta(days=730)  # a meeting further ahead than this of the last report is only in the table
_ROLES = ("primary", "second", "in progress", "at risk", "secondary")
_DASHES = ("solid", "dot")


def trend(reports: pd.DataFrame, trends: pd.DataFrame) -> go.Figure:
    """Draw each milestone's forecasts by report day; dotted on to where its line meets the diagonal.

    Takes ``rules.timeline_trend.followed`` and ``trends``. Units: dates. Flat is stable, rising slips,
    falling recovers. At most ``MOST_LINES`` milestones, the steepest first; the table has them all.
    """
    if reports["as_of"].nunique() < 2:
        return theme.empty(_("A trend needs at least two data versions with different report days."))
    kept: list[dict[Any, Any]] = [dict(row) for row in trends.head(MOST_LINES).to_dict("records")]
    shown = reports[reports["task_id"].isin([row["task_id"] for row in kept])]
    first, last = (pd.Timestamp(end).date() for end in (shown["as_of"].min(), shown["as_of"].max()))
    met = [day for row in kept if (day := _met(row, last))]
    told = pd.to_datetime(shown["expected_on"])
    right = max([last + timedelta(days=30), *met])
    low, high = min(told.min().date(), *(met or [last])), max(told.max().date(), *(met or [last]))
    air = timedelta(days=max(7, (high - low).days // 16))
    low, high = low - air, high + air
    shifts = _apart([row["expected_on"] for row in kept], low, high)
    values, said = gantt.ticks(first, right)
    data: list[Any] = [_diagonal(first, right)]
    for at, row in enumerate(kept):
        one = shown[shown["task_id"] == row["task_id"]]
        data += _line(one, row, at, last)
    return go.Figure(
        data=data,
        layout={
            "height": _HEIGHT,
            "margin": {"l": 78, "r": 126, "t": _TOP, "b": _BOTTOM},
            "showlegend": False,
            "xaxis": {
                "type": "date",
                "range": [gantt.moment(first - timedelta(days=20)), gantt.moment(right + timedelta(days=7))],
                "tickvals": values,
                "ticktext": said,
                "title": {"text": _("report day")},
                "fixedrange": True,
            },
            "yaxis": {
                "type": "date",
                "range": [gantt.moment(low), gantt.moment(high)],
                **_upright(low, high),
                "fixedrange": True,
            },
            "annotations": [
                _label(row, shift, at) for at, (row, shift) in enumerate(zip(kept, shifts, strict=True))
            ],
        },
    )


def _met(row: dict[Any, Any], last: date) -> date | None:
    day = row["meets_on"]
    return day if isinstance(day, date) and last < day <= last + _FURTHEST else None


def _upright(low: date, high: date) -> dict[str, Any]:
    values, _said = gantt.ticks(low, high)
    days = pd.to_datetime(pd.Series(values), unit="ms")
    return {"tickvals": values, "ticktext": [say_date(day.date(), _("MMM y")) for day in days]}


def _diagonal(first: date, right: date) -> dict[str, Any]:
    ends = [gantt.moment(first), gantt.moment(right)]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": ends,
        "y": ends,
        "line": {"color": theme.colour("text"), "width": 1.2, "dash": "dash"},
        "hoverinfo": "skip",
    }


def _line(one: pd.DataFrame, row: dict[Any, Any], at: int, last: date) -> list[dict[str, Any]]:
    """The reports of one milestone, and the way to the diagonal with a cross where it ends."""
    colour = theme.colour(_ROLES[at % len(_ROLES)])
    days = [gantt.moment(pd.Timestamp(day)) for day in one["as_of"]]
    told = [gantt.moment(pd.Timestamp(day)) for day in one["expected_on"]]
    found: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": days,
            "y": told,
            "line": {"color": colour, "width": 2, "dash": _DASHES[at // len(_ROLES) % len(_DASHES)]},
            "marker": {"size": 7, "symbol": "diamond" if row["anchor"] == "first dose" else "circle"},
            "customdata": [
                _told(row, version, day, said)
                for version, day, said in zip(one["version"], one["as_of"], one["expected_on"], strict=True)
            ],
            "hovertemplate": "%{customdata}<extra></extra>",
        }
    ]
    if meets := _met(row, last):
        found.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": [days[-1], gantt.moment(meets)],
                "y": [told[-1], gantt.moment(meets)],
                "line": {"color": colour, "width": 1, "dash": "dot"},
                "marker": {"size": [0, 9], "symbol": "x-thin-open", "color": colour},
                "customdata": ["", _("meets the diagonal on {day}").format(day=say_date(meets))],
                "hovertemplate": "%{customdata}<extra></extra>",
            }
        )
    return found


def _told(row: dict[Any, Any], version: int, day: Any, told: Any) -> str:
    said = _("v{version}, {day}: forecast {told}").format(
        version=version, day=say_date(pd.Timestamp(day).date()), told=say_date(pd.Timestamp(told).date())
    )
    return f"<b>{theme.show_text(milestone_name(row))}</b><br>{said}"


def _label(row: dict[Any, Any], shift: float, at: int) -> dict[str, Any]:
    """The name of a line at the right edge, moved up or down so that no two touch."""
    return {
        "text": theme.show_text(gantt.shorten(milestone_name(row), 22)),
        "xref": "paper",
        "x": 1,
        "xanchor": "left",
        "xshift": 4,
        "y": gantt.moment(pd.Timestamp(row["expected_on"])),
        "yshift": shift,
        "showarrow": False,
        "font": {"size": 11, "color": theme.colour(_ROLES[at % len(_ROLES)])},
    }


def _apart(days: Sequence[Any], low: date, high: date) -> list[float]:
    """By how many px each label is moved up so that two of them are ``_LABEL`` apart, in the order given."""
    tall = _HEIGHT - _TOP - _BOTTOM
    whole = max((high - low).days, 1)
    own = [(pd.Timestamp(day).date() - low).days / whole * tall for day in days]
    order = sorted(range(len(own)), key=lambda at: own[at])
    placed: list[float] = []
    for at in order:
        placed.append(max(own[at], placed[-1] + _LABEL) if placed else own[at])
    over = max(0.0, placed[-1] - tall) if placed else 0.0
    for number in range(len(placed) - 1, -1, -1):  # back from the top edge, as far as needed
        above = placed[number + 1] - _LABEL if number + 1 < len(placed) else placed[number] - over
        placed[number] = min(placed[number], above)
    moved = dict(zip(order, placed, strict=True))
    return [moved[at] - own[at] for at in range(len(own))]


def trend_columns() -> dict[str, str]:
    """The columns of the table of trends, in order."""
    return {
        "milestone": _("Milestone"),
        "forecast": _("Forecast"),
        "slip_days": _("Slip, days"),
        "slope_said": _("Slope, days per 30"),
        "meets": _("Meets the diagonal"),
        "last_move_days": _("Last move, days"),
        "moves": _("Times moved"),
        "days_to_go": _("Days to go"),
    }


def trend_rows(trends: pd.DataFrame) -> pd.DataFrame:
    """The trends as read on screen; takes ``rules.timeline_trend.trends``."""
    rows: list[dict[Any, Any]] = [dict(row) for row in trends.to_dict("records")]
    found = trends[["task_id", "slip_days", "last_move_days", "moves", "days_to_go", "slope"]].assign(
        milestone=[milestone_name(row) for row in rows],
        forecast=pd.to_datetime(trends["expected_on"]).dt.date.astype(object),
        slope_said=["" if pd.isna(one) else say_number(one, 1) for one in trends["slope"]],
        meets=trends["meets_on"].astype(object),
    )
    found.attrs = dict(trends.attrs)
    return found
