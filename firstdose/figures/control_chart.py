"""A control chart drawn: individuals above, moving ranges below, limits apart from the specification."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from firstdose.figures import control_chart_marks as marks
from firstdose.figures import theme
from firstdose.figures.control_chart_marks import say_value
from firstdose.rules.control_chart import Chart, thinned
from firstdose.rules.manufacturing_chart import MOST_LOTS, Picked, out_of_specification
from firstdose.words import _, ngettext, say_date, say_number

_TALL, _LEFT, _MOST_TICKS = 440, 56, 6
_BOUNDS = {"<": "triangle-down-open", ">": "triangle-up-open"}
Row = dict[Any, Any]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn of a chart: the rows of its points, and whether they are fewer than there are."""

    at: "np.ndarray[Any, np.dtype[np.intp]]"
    of: int

    @property
    def fewer(self) -> bool:
        """Whether lots were left out of the picture."""
        return len(self.at) < self.of


def drawn(chart: Chart) -> Drawn:
    """The lots to draw, every signal among them."""
    return Drawn(thinned(chart, MOST_LOTS), len(chart.points))


def _nothing(chart: Chart) -> str:
    """Why no lot is drawn, and what to do about it where a period leaves every one out."""
    if not chart.outside:
        return _("No lot of this site has a usable result of this attribute.")
    return ngettext(
        "No lot of the period has a result to chart; {n} lot outside it has one: widen the period.",
        "No lot of the period has a result to chart; {n} lots outside it have one: widen the period.",
        chart.outside,
    ).format(n=say_number(chart.outside))


def control(chart: Chart, picked: Picked, limits: pd.DataFrame, events: pd.DataFrame) -> go.Figure:
    """Draw one attribute at one site, lot by lot in the order of manufacture.

    Takes ``rules.control_chart.chart``, the specifications (``queries.manufacturing.limits``) and events.
    Unit: that of the attribute, on a logarithmic axis for a log attribute. Control limits are dashed and
    belong to a phase; the specification is dotted and goes through. Signals carry the numbers of their rules.
    """
    if chart.points.empty:
        return theme.empty(_nothing(chart))
    points = chart.points.iloc[drawn(chart).at]
    at = points.index.to_numpy()
    log = chart.scale == "log"
    bounds = sorted(
        {float(one) for one in limits[["lower", "upper"]].to_numpy().ravel() if not np.isnan(one)}
    )
    bounds = [one for one in bounds if one > 0 or not log]
    low, high = _range([points["value"], points["lower"], points["upper"]], bounds, log=log)
    return go.Figure(
        data=[
            *_limit_lines(chart, "y", ("center", "lower", "upper")),
            *_limit_lines(chart, "y2", ("range_upper",)),
            _lots(points, at, picked),
            _signals(points, at),
            _ranges(points, at),
        ],
        _validate=False,
        layout={
            "height": _TALL,
            "margin": {"l": _LEFT, "r": 26, "t": 34, "b": 34},
            "xaxis": _order(chart.points),
            "yaxis": {
                "domain": [0.34, 1],
                "title": {"text": theme.show_text(picked.unit), "standoff": 4},
                "type": "log" if log else "linear",
                "range": [float(np.log10(low)), float(np.log10(high))] if log else [low, high],
                **(marks.decades(low, high) if log else {}),
                "fixedrange": True,
                "zeroline": False,
                "nticks": 6,
            },
            "yaxis2": {
                "domain": [0, 0.24],
                "title": {"text": _("ratio") if log else _("range"), "standoff": 4},
                "fixedrange": True,
                "zeroline": False,
                "nticks": 3,
                "rangemode": "tozero" if not log else "normal",
            },
            "showlegend": False,
            "shapes": [
                *(marks.across(one) for one in bounds if low < one < high),
                *marks.events(chart.points, events)[0],
                *marks.changes(chart),
            ],
            "annotations": [
                *marks.named_limits(bounds, limits, low, high, log=log),
                *marks.events(chart.points, events)[1],
                *marks.phase_names(chart),
            ],
        },
    )


def _range(columns: list["pd.Series[float]"], bounds: list[float], *, log: bool) -> tuple[float, float]:
    """Lowest and highest of the axis with room; specifications far beyond the lots do not flatten them."""
    numbers = np.concatenate([column.to_numpy(dtype=float) for column in columns])
    numbers = numbers[~np.isnan(numbers) & ((numbers > 0) if log else True)]
    scaled = np.log(numbers) if log else numbers
    low, high = float(scaled.min()), float(scaled.max())
    wide = (high - low) or abs(high) or 1.0
    for bound in np.log(bounds) if log else bounds:
        if low - wide / 2 < bound < high + wide / 2:
            low, high = min(low, float(bound)), max(high, float(bound))
    room = 0.07 * ((high - low) or wide)
    low, high = low - room, high + room
    return (float(np.exp(low)), float(np.exp(high))) if log else (low, high)


def _order(points: pd.DataFrame) -> Row:
    """The axis of lots in order, told by the day of start."""
    count = len(points)
    values = sorted({round(one) for one in np.linspace(0, count - 1, min(_MOST_TICKS, count))})
    days = pd.to_datetime(points["started_on"])
    return {
        "range": [-0.8, count - 0.2],
        "tickvals": values,
        "ticktext": [f"{days.iloc[one]:%Y-%m}" for one in values],
        "tickangle": 0,
        "anchor": "y2",
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
    }


def _limit_lines(chart: Chart, axis: str, names: tuple[str, ...]) -> list[Row]:
    """Centre solid, limits dashed, each only as long as its phase."""
    first = chart.points.groupby("phase", sort=True)
    spans = [(one.index[0] - 0.5, one.index[-1] + 0.5, one.iloc[0]) for _number, one in first]
    found = []
    for name in names:
        x: list[float | None] = []
        y: list[float | None] = []
        for start, end, row in spans:
            if not np.isnan(row[name]):
                x += [start, end, None]
                y += [float(row[name]), float(row[name]), None]
        found.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": x,
                "y": y,
                "yaxis": axis,
                "line": {
                    "color": theme.colour("secondary"),
                    "width": 1.2,
                    "dash": "solid" if name == "center" else "dash",
                },
                "hoverinfo": "skip",
            }
        )
    return found


def _lots(points: pd.DataFrame, at: "np.ndarray[Any, Any]", picked: Picked) -> Row:
    """One mark a lot: filled when it set limits, a triangle for a bound, a diamond out of specification.

    A square had a deviation; both wear the second colour when they did.
    """
    outside = out_of_specification(points).to_numpy()
    titles, bounds = points["deviations"].tolist(), points["qualifier"].tolist()
    marked = [isinstance(title, str) for title in titles]
    shapes = [
        "diamond" if out else "square" if mark else "circle"
        for out, mark in zip(outside, marked, strict=True)
    ]
    symbols = [
        _BOUNDS.get(bound) or (shape if inside else f"{shape}-open")
        for bound, inside, shape in zip(bounds, points["in_limits"].tolist(), shapes, strict=True)
    ]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": at.tolist(),
        "y": points["value"].tolist(),
        "line": {"color": theme.tint("primary", 0.35), "width": 1},
        "marker": {
            "symbol": symbols,
            "size": [9 if out or mark else 7 for out, mark in zip(outside, marked, strict=True)],
            "color": [theme.colour("second" if mark else "primary") for mark in marked],
            "opacity": 1,
            "line": {"width": 1.4},
        },
        "customdata": _told(points, picked, outside.tolist()),
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _told(points: pd.DataFrame, picked: Picked, outside: list[bool]) -> list[str]:
    """What a pointer reads of each lot; words are looked up once, not for every one of many lots."""
    process, beyond = _("process {version}"), " · " + _("outside its specification")
    rules, deviation, unit = _("run rules {rules}"), _("deviation: {title}"), theme.show_text(picked.unit)
    versions = points["process_version"].astype(str).tolist()
    made = {one: process.format(version=theme.show_text(one)) for one in set(versions)}
    found = []
    for batch, day, version, value, bound, fired, title, out in zip(
        points["batch_id"].tolist(),
        points["started_on"].tolist(),
        versions,
        points["value"].tolist(),
        points["qualifier"].tolist(),
        points["signals"].tolist(),
        points["deviations"].tolist(),
        outside,
        strict=True,
    ):
        sign = theme.show_text(bound) if isinstance(bound, str) else ""
        told = (
            f"<b>{theme.show_text(batch)}</b> · {say_date(day)} · {made[version]}<br>"
            f"{sign}{say_value(value)} {unit}{beyond if out else ''}"
        )
        if fired:
            told += "<br>" + rules.format(rules=fired.replace(" ", ", "))
        if isinstance(title, str):
            told += "<br>" + deviation.format(title=theme.show_text(title[:120]))
        found.append(told)
    return found


def _signals(points: pd.DataFrame, at: "np.ndarray[Any, Any]") -> Row:
    """A ring round every signal, with the numbers of the rules above."""
    fired = (points["signals"] != "").to_numpy()
    return {
        "type": "scatter",
        "mode": "markers+text" if fired.sum() <= 60 else "markers",  # more numbers than fit say nothing
        "x": at[fired].tolist(),
        "y": points["value"].to_numpy()[fired].tolist(),
        "text": points["signals"].str.replace(" ", ",").to_numpy()[fired].tolist(),
        "textposition": "top center",
        "textfont": {"size": 11, "color": theme.colour("late")},
        "marker": {
            "symbol": "circle-open",
            "size": 14,
            "color": theme.colour("late"),
            "line": {"width": 1.8},
        },
        "hoverinfo": "skip",
    }


def _ranges(points: pd.DataFrame, at: "np.ndarray[Any, Any]") -> Row:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": at.tolist(),
        "y": [None if np.isnan(one) else float(one) for one in points["moving_range"]],
        "yaxis": "y2",
        "line": {"color": theme.tint("primary", 0.35), "width": 1},
        "marker": {"size": 4, "color": theme.colour("primary")},
        "hoverinfo": "skip",
    }
