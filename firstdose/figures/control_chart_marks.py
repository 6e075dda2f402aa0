"""What stands beside the lots of a control chart: specifications, events, process versions, round numbers."""

from math import floor, isfinite, log10
from typing import Any

import numpy as np
import pandas as pd

from firstdose.figures import theme
from firstdose.rules.control_chart import Chart
from firstdose.words import _, either, say_date, say_number

_MOST_TICKS, _MOST_EVENTS, _MOST_BOUNDS = 8, 6, 4
_ROOM = 0.05  # share of the lots that a number of a version needs on a phone; its word needs four times that
Row = dict[Any, Any]


def say_value(value: float) -> str:
    """A measured value with three significant places."""
    if value == 0 or not isfinite(value):
        return say_number(0)
    digits = max(0, 2 - floor(log10(abs(value))))
    return say_number(value, min(digits, 6))


def across(bound: float) -> Row:
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": bound,
        "y1": bound,
        "line": {"color": theme.colour("second"), "width": 1.6, "dash": "dot"},
    }


def named_limits(
    bounds: list[float], limits: pd.DataFrame, low: float, high: float, *, log: bool
) -> list[Row]:
    """The names of the specifications at their lines, at the right; one beyond the axis at its edge."""
    upper = {float(one) for one in limits["upper"].dropna()}
    found = []
    for bound in bounds[:_MOST_BOUNDS]:
        said = _("specification {limit}").format(limit=f"{'≤' if bound in upper else '≥'} {say_value(bound)}")
        beyond = bound >= high or bound <= low
        edge = min(max(bound, low), high)
        found.append(
            {
                "text": f"{said} {'↑' if bound >= high else '↓'}" if beyond else said,
                "xref": "paper",
                "x": 1,
                "xanchor": "right",
                "y": float(np.log10(edge)) if log else edge,
                "yanchor": "top" if bound >= high or (bound not in upper and not beyond) else "bottom",
                "showarrow": False,
                "bgcolor": theme.colour("card"),
                "font": {"size": 11, "color": theme.colour("second")},
            }
        )
    return found


def decades(low: float, high: float) -> Row:
    """Round numbers of a logarithmic axis: 1, 2 and 5 of every decade, or the decades alone when many."""
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    for steps in ((1, 2, 5), (1,)):
        values = [
            step * 10.0**power for power in powers for step in steps if low <= step * 10.0**power <= high
        ]
        if len(values) <= _MOST_TICKS:
            break
    return {"tickvals": values, "ticktext": [f"{value:,g}" for value in values]}


def events(points: pd.DataFrame, happened: pd.DataFrame) -> tuple[list[Row], list[Row]]:
    """A line where an event fell between two lots, and its letter above; the remark below names it.

    Lots stand by process version: of versions made side by side each has its own line.
    """
    phases = [pd.to_datetime(part) for _phase, part in points.groupby("phase", sort=True)["started_on"]]
    lines, names = [], []
    for number, row in enumerate(happened.to_dict("records")[:_MOST_EVENTS], 1):
        for place in _places(phases, pd.Timestamp(row["on_date"])):
            lines.append(_upright(place, "second"))
            names.append(
                {
                    "text": f"<b>{chr(64 + number)}</b>",
                    "x": place,
                    "yref": "paper",
                    "y": 1,
                    "yanchor": "bottom",
                    "showarrow": False,
                    "font": {"size": 11, "color": theme.colour("second")},
                }
            )
    return lines, names


def _places(phases: list["pd.Series[Any]"], day: pd.Timestamp) -> list[float]:
    """Where a day falls: in each phase with lots on both sides of it, else behind the last phase before."""
    found, start, behind = [], 0, 0
    for started in phases:
        before = int((started < day).sum())
        if 0 < before < len(started):
            found.append(start + before - 0.5)
        start += len(started)
        if before:
            behind = start  # no count of all lots: phases stand by their first, which a period may leave out
    return found or [behind - 0.5]


def events_in_words(happened: pd.DataFrame) -> str:
    """The events by the letter they wear; those beyond the letters are counted."""
    rows = happened.to_dict("records")
    said = [
        f"{chr(64 + number)} {say_date(row['on_date'])} "
        + either(row["title"], row["title_ja"] if isinstance(row["title_ja"], str) else None)
        for number, row in enumerate(rows[:_MOST_EVENTS], 1)
    ]
    if len(rows) > _MOST_EVENTS:
        said.append(_("and {n} more").format(n=len(rows) - _MOST_EVENTS))
    return " · ".join(said)


def changes(chart: Chart) -> list[Row]:
    """A line where a new process version begins."""
    starts = chart.points.groupby("phase", sort=True).head(1).index.tolist()
    return [_upright(start - 0.5, "line") for start in starts[1:]]


def phase_names(chart: Chart) -> list[Row]:
    """The process version above where its lots begin; the number alone, or nothing, without room."""
    starts = chart.points.groupby("phase", sort=True).head(1).index.tolist()
    count = len(chart.points)
    found = []
    for phase, start, end in zip(chart.phases, starts, [*starts[1:], count], strict=True):
        version, room = theme.show_text(phase.version[:12]), (end - start) / count
        if room < _ROOM:
            continue
        found.append(
            {
                "text": _("process {version}").format(version=version) if room > 4 * _ROOM else version,
                "x": start - 0.5,
                "xanchor": "left",
                "yref": "paper",
                "y": 1,
                "yanchor": "bottom",
                "yshift": 14,
                "showarrow": False,
                "font": {"size": 11, "color": theme.colour("secondary")},
            }
        )
    return found


def _upright(place: float, role: str) -> Row:
    return {
        "type": "line",
        "x0": place,
        "x1": place,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "line": {"color": theme.colour(role), "width": 1, "dash": "solid" if role == "line" else "dot"},
    }
