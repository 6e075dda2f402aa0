"""Comparisons drawn: standardised differences with their margins, and the lots of one attribute by group."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from firstdose.figures import comparability_words as words
from firstdose.figures import gantt, theme
from firstdose.figures.control_chart_marks import across, decades, named_limits, say_value
from firstdose.rules.comparability_judged import Judged
from firstdose.words import _, say_date, say_number

_ROW, _FARTHEST, _NAME = 33, 6.0, 34
MOST_ROWS, MOST_DOTS = 40, 1_500  # rows of the forest; dots of one group
_BOUNDS = {"<": "triangle-down-open", ">": "triangle-up-open"}
_SIDES = ("first", "second")
Row = dict[Any, Any]


def standing(judged: tuple[Judged, ...]) -> tuple[Judged, ...]:
    """The attributes with an interval that can be told in standard deviations, at most 40."""
    found = [one for one in judged if one.test is not None and np.isfinite(one.in_sd(one.test.ci_low))]
    return tuple(found[:MOST_ROWS])


def forest(judged: tuple[Judged, ...], attributes: pd.DataFrame, roles: tuple[str, str]) -> go.Figure:
    """Draw the difference of every attribute with its 90 % interval, the margins of tier 1 behind it.

    Takes ``rules.comparability_judged.judge``. Unit: standard deviations of the first group. Marks wear the
    colour and shape of the verdict, which stands in words above; without a verdict they are hollow.
    """
    rows = standing(judged)
    if not rows:
        return theme.empty(_("No attribute has three independent lots in both groups: no interval."))
    known = {row["attribute_code"]: row for row in attributes.to_dict("records")}
    ends = [abs(one.in_sd(end)) for one in rows if one.test for end in (one.test.ci_low, one.test.ci_high)]
    widest = min(max([*ends, *(one.factor for one in rows if not np.isnan(one.factor))]) * 1.08, _FARTHEST)
    return go.Figure(
        data=[*_marks(rows)],
        layout={
            "height": _ROW * len(rows) + 58,
            "margin": {"l": 12, "r": 12, "t": 4, "b": 44},
            "xaxis": {
                "range": [-widest, widest],
                "title": {
                    "text": _("{second} minus {first}, in SD of {first}").format(
                        first=roles[0], second=roles[1]
                    )
                },
                "zeroline": True,
                "zerolinewidth": 1.4,
                "fixedrange": True,
            },
            "yaxis": {"range": [len(rows) - 0.4, -0.75], "visible": False, "fixedrange": True},
            "showlegend": False,
            "shapes": [_band(at, one.factor) for at, one in enumerate(rows) if not np.isnan(one.factor)],
            "annotations": [_said(at, one, known[one.code]) for at, one in enumerate(rows)],
        },
    )


def clipped(judged: tuple[Judged, ...]) -> bool:
    """Whether an interval goes on beyond the axis."""
    return any(
        abs(one.in_sd(end)) > _FARTHEST
        for one in standing(judged)
        if one.test
        for end in (one.test.ci_low, one.test.ci_high)
    )


def _marks(rows: tuple[Judged, ...]) -> list[Row]:
    shapes = {"closed": "circle", "late": "x", "at risk": "triangle-up", "": "circle-open"}
    marks = [words.status(one) for one in rows]
    middle = [one.in_sd(one.test.diff) for one in rows if one.test]
    low = [one.in_sd(one.test.ci_low) for one in rows if one.test]
    high = [one.in_sd(one.test.ci_high) for one in rows if one.test]
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": middle,
            "y": [at + 0.12 for at in range(len(rows))],
            "error_x": {
                "type": "data",
                "symmetric": False,
                "array": [end - at for end, at in zip(high, middle, strict=True)],
                "arrayminus": [at - end for end, at in zip(low, middle, strict=True)],
                "color": theme.colour("secondary"),
                "thickness": 1.2,
                "width": 4,
            },
            "marker": {
                "size": 10,
                "symbol": [shapes[mark] for mark in marks],
                "color": [theme.colour(mark or "secondary") for mark in marks],
                "opacity": 1,
            },
            "customdata": [_pointed(one) for one in rows],
            "hovertemplate": "%{customdata}<extra></extra>",
        }
    ]


def _pointed(found: Judged) -> str:
    parts = [words.verdict(found), words.difference(found), words.margin(found), words.why(found)]
    return "<br>".join(theme.show_text(part) for part in parts if part and part != "–")


def _said(at: int, found: Judged, attribute: Row) -> Row:
    """Tier, name and verdict above the interval of a row."""
    name = gantt.shorten(f"{found.tier or '–'} · {words.attribute(attribute)}", _NAME)
    judged = words.status(found)
    said = theme.show_text(name)
    if judged:
        said += f" <b>{theme.show_text(words.verdict(found))}</b>"
    return {
        "text": said,
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "y": at - 0.4,
        "showarrow": False,
        "align": "left",
        "font": {"size": 11, "color": theme.colour("text" if judged else "secondary")},
    }


def _band(at: int, factor: float) -> Row:
    """The margin behind a row."""
    return {
        "type": "rect",
        "x0": -factor,
        "x1": factor,
        "y0": at - 0.13,
        "y1": at + 0.37,
        "layer": "below",
        "fillcolor": theme.tint("primary", 0.14),
        "line": {"color": theme.colour("primary"), "width": 1},
    }


def drawn(points: pd.DataFrame, most: int = MOST_DOTS) -> pd.DataFrame:
    """The lots of one attribute that are drawn: all, or of a long group its ends and an even share."""
    parts = []
    for name in _SIDES:
        own = points[(points["side"] == name) & points["value"].notna()].sort_values("value", kind="stable")
        at = np.unique(np.linspace(0, len(own) - 1, min(len(own), most)).round().astype(int))
        parts.append(own.iloc[at] if len(own) else own)
    return pd.concat(parts)


def dots(points: pd.DataFrame, attribute: Row, found: Judged | None, named: tuple[str, str]) -> go.Figure:
    """Draw the lots of one attribute by group, with medians, specification and, in tier 2, the quality range.

    Takes the rows of ``rules.comparability_judged.points`` of one attribute. Unit: that of the attribute, on
    a logarithmic axis for a log attribute. A triangle is a bound, a hollow mark a lot of a donor with
    several, a cross a lot left out.
    """
    log = attribute["scale"] == "log"
    shown = drawn(points)
    shown = shown[shown["value"] > 0] if log else shown
    if shown.empty:
        return theme.empty(_("No lot of the two groups has a result of this attribute that can be drawn."))
    limits = pd.DataFrame(
        {"lower": [attribute["lower_limit"]], "upper": [attribute["upper_limit"]]}, dtype=float
    )
    bounds = [float(one) for one in limits.to_numpy().ravel() if not np.isnan(one) and (one > 0 or not log)]
    low, high = ends_of_axis(shown["value"].to_numpy(dtype=float), bounds, log=log)
    traces = [dot_marks(shown[shown["side"] == name], at, attribute) for at, name in enumerate(_SIDES)]
    medians = (
        [] if found is None else [median_mark(found.first.median, 0), median_mark(found.second.median, 1)]
    )
    return go.Figure(
        data=[*traces, *medians],
        layout={
            "height": 380,
            "margin": {"l": 58, "r": 14, "t": 14, "b": 34},
            "xaxis": {
                "range": [-0.5, 1.75],
                "tickvals": [0, 1],
                "ticktext": [theme.show_text(gantt.shorten(one, 20)) for one in named],
                "tickangle": 0,
                "showgrid": False,
                "zeroline": False,
                "fixedrange": True,
            },
            "yaxis": {
                "title": {"text": theme.show_text(str(attribute["unit"] or "")), "standoff": 4},
                "type": "log" if log else "linear",
                "range": [float(np.log10(low)), float(np.log10(high))] if log else [low, high],
                **(decades(low, high) if log else {}),
                "fixedrange": True,
                "zeroline": False,
                "nticks": 6,
            },
            "showlegend": False,
            "shapes": [*(across(one) for one in bounds if low < one < high), *_ranged(found, low, high)],
            "annotations": named_limits(bounds, limits, low, high, log=log),
        },
    )


def ends_of_axis(values: "np.ndarray[Any, Any]", bounds: list[float], *, log: bool) -> tuple[float, float]:
    """The ends of the axis: every lot, and a specification that does not flatten them."""
    scaled = np.log(values) if log else values
    low, high = float(scaled.min()), float(scaled.max())
    wide = (high - low) or abs(high) or 1.0
    for bound in np.log(bounds) if log else bounds:
        if low - wide / 2 < bound < high + wide / 2:
            low, high = min(low, float(bound)), max(high, float(bound))
    room = 0.08 * ((high - low) or wide)
    ends = (low - room, high + room)
    return (float(np.exp(ends[0])), float(np.exp(ends[1]))) if log else ends


def dot_marks(own: pd.DataFrame, at: int, attribute: Row) -> Row:
    """One mark a lot, neighbours apart sideways so that none hides another."""
    rows = own.to_dict("records")
    several = own["donor_id"].notna() & own["donor_id"].duplicated(keep=False)
    aside = [((number * 7) % 9 - 4) / 4 * 0.26 for number in range(len(rows))]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [at + one for one in aside],
        "y": own["value"].tolist(),
        "marker": {
            "size": 8,
            "symbol": [
                "x" if row["is_out"] else _BOUNDS.get(row["qualifier"], "circle-open" if twin else "circle")
                for row, twin in zip(rows, several, strict=True)
            ],
            "color": [theme.colour("stale" if row["is_out"] else ("primary", "second")[at]) for row in rows],
            "opacity": 1,
            "line": {"width": 1.4},
        },
        "customdata": [_told(row, attribute) for row in rows],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _told(row: Row, attribute: Row) -> str:
    donor = row["donor_id"] if isinstance(row["donor_id"], str) else ""
    parts = [
        f"<b>{theme.show_text(row['batch_id'])}</b> · {say_date(row['started_on'])} · "
        + _("process {version}").format(version=theme.show_text(str(row["process_version"]))),
        theme.show_text(f"{row['qualifier'] or ''}{say_value(row['value'])} {attribute['unit'] or ''}"),
        _("donor {donor}").format(donor=theme.show_text(donor)) if donor else "",
        _("left out") if row["is_out"] else "",
    ]
    return "<br>".join(part for part in parts if part)


def median_mark(value: float, at: int) -> Row:
    """The median of a group as a bar with its value."""
    return {
        "type": "scatter",
        "mode": "lines+text",
        "x": [at - 0.34, at + 0.34],
        "y": [value, value],
        "text": ["", say_value(value) if np.isfinite(value) else ""],
        "textposition": "middle right",
        "textfont": {"size": 12, "color": theme.colour("text")},
        "line": {"color": theme.colour("text"), "width": 2.2},
        "hoverinfo": "skip",
    }


def _ranged(found: Judged | None, low: float, high: float) -> list[Row]:
    """The quality range of the first group, dashed."""
    if found is None or found.range is None:
        return []
    ends = (found.range.low, found.range.high)
    told = [float(np.exp(one)) if found.scale == "log" else one for one in ends]
    return [
        {
            "type": "line",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": one,
            "y1": one,
            "line": {"color": theme.colour("secondary"), "width": 1.2, "dash": "dash"},
        }
        for one in told
        if np.isfinite(one) and low < one < high
    ]


def dots_told(points: pd.DataFrame, named: tuple[str, str]) -> pd.DataFrame:
    """The lots of one attribute as rows, by group in the order of manufacture: the figure's table."""
    told = points.sort_values(["side", "started_on", "batch_id"], ignore_index=True)
    told.insert(0, "group", told["side"].map(dict(zip(_SIDES, named, strict=True))))
    columns = ["group", "batch_id", "value", "qualifier", "donor_id", "is_out", "results", "started_on"]
    told = told[[*columns, "process_version", "partner_id", "disposition"]]
    told.attrs = dict(points.attrs)
    return told


def dots_in_words(points: pd.DataFrame, found: Judged | None) -> str:
    """What the picture of the lots cannot say by itself."""
    said = [words.verdict(found) + (f": {words.why(found)}" if words.why(found) else "")] if found else []
    fewer = len(points[points["value"].notna()]) - len(drawn(points))
    if fewer > 0:
        said.append(_("{n} lots not drawn; the lowest and highest are").format(n=say_number(fewer)))
    if found is None or not np.isfinite(found.first.median):
        return " · ".join(said)
    return " · ".join(
        [*said, _("medians {first} and {second}").format(
            first=say_value(found.first.median),
            second=say_value(found.second.median) if np.isfinite(found.second.median) else "–",
        )]
    )  # fmt: skip
