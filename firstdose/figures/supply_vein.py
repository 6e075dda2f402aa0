"""Vein to vein drawn: the share infused by each day, how cases ended, the parts of the way."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from firstdose.figures import gantt, theme
from firstdose.figures.supply_words import outcome
from firstdose.rules.supply_vein import DROP_OUTS, part_name
from firstdose.words import _, ngettext, say_number

Row = dict[Any, Any]
MOST_CURVES, MOST_LINES = 5, 4
_ROLES = ("primary", "second", "in progress", "at risk", "secondary")
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
_TOP, _FEW_TO_BAND = 24, 1  # a band is drawn where one curve stands alone


def curves(found: pd.DataFrame, lines: pd.DataFrame, running: list[float]) -> go.Figure:
    """Draw the share infused by each day, a step curve a group, reference lines, ticks where cases run.

    Takes ``rules.supply_vein.curves``, ``lines`` and the days of running cases. Units: days, percent. At most
    five groups are drawn, those of most cases or the newest months; the table has all.
    """
    if found.empty:
        return theme.empty(_("No patient's lot was infused under these filters yet."))
    labels = list(dict.fromkeys(found["label"]))[:MOST_CURVES]
    furthest = max(float(found["days"].max()), *running, *map(float, lines["value_days"]), 1.0) * 1.04
    data: list[Row] = []
    for at, label in enumerate(labels):
        one = found[found["label"] == label]
        data += ([_band(one, furthest)] if len(labels) <= _FEW_TO_BAND else []) + [_steps(one, at, furthest)]
    if running:
        data.append(_running(running))
    return go.Figure(
        data=data,
        layout={
            "height": 330,
            "margin": {"l": 48, "r": 14, "t": _TOP, "b": 42},
            "showlegend": len(labels) > 1,
            "legend": {"orientation": "h", "y": -0.2, "x": 0, "yanchor": "top"},
            "xaxis": {
                "range": [0, furthest],
                "title": {"text": _("days since the first collection")},
                "fixedrange": True,
            },
            "yaxis": {"range": [-3, 103], "title": {"text": _("percent infused")}, "fixedrange": True},
            "shapes": [_line(row) for row in lines.to_dict("records")],
            "annotations": letters(lines, furthest),
        }
        | ({"height": 350, "margin": {"l": 48, "r": 14, "t": _TOP, "b": 74}} if len(labels) > 1 else {}),
    )


def _steps(one: pd.DataFrame, at: int, furthest: float) -> Row:
    days = [0.0, *one["days"], furthest]
    share = [0.0, *(100 * one["share"]), 100 * float(one["share"].iloc[-1])]
    label = str(one["label"].iloc[0])
    told = [
        f"{theme.show_text(label)}<br>"
        + _("day {day}: {share} % infused (95 %: {low}–{high} %), {n} at risk").format(
            day=say_number(row["days"]),
            share=say_number(100 * row["share"]),
            low=say_number(100 * row["low"]),
            high=say_number(100 * row["high"]),
            n=row["at_risk"],
        )
        for row in one.to_dict("records")
    ]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": theme.show_text(gantt.shorten(label, 28)),
        "x": days,
        "y": share,
        "line": {
            "shape": "hv",
            "color": theme.colour(_ROLES[at]),
            "width": 2.2,
            "dash": _DASHES[at],
        },
        "customdata": ["", *told, told[-1]],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _band(one: pd.DataFrame, furthest: float) -> Row:
    """The 95 % interval as one closed area, its steps written out."""
    days = [0.0, *one["days"], furthest]
    low, high = ([0.0, *(100 * one[end]), 100 * float(one[end].iloc[-1])] for end in ("low", "high"))
    there = [(x, y) for at, x in enumerate(days) for y in ((low[at - 1], low[at]) if at else (low[0],))]
    back = [(x, y) for at, x in enumerate(days) for y in ((high[at - 1], high[at]) if at else (high[0],))]
    around = [*there, *reversed(back)]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [x for x, _y in around],
        "y": [y for _x, y in around],
        "fill": "toself",
        "fillcolor": theme.tint("primary", 0.13),
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _running(days: list[float]) -> Row:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": _("running"),
        "x": sorted(days),
        "y": [0] * len(days),
        "marker": {"symbol": "circle-open", "size": 8, "color": theme.colour("text")},
        "hovertemplate": _("running, day {day}").format(day="%{x}") + "<extra></extra>",
    }


def _line(row: Row) -> Row:
    own = row["kind"] == "target"
    return {
        "type": "line",
        "x0": row["value_days"],
        "x1": row["value_days"],
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "line": {"color": theme.colour("second"), "width": 1.4, "dash": "dash" if own else "dot"},
    }


def letters(lines: pd.DataFrame, furthest: float) -> list[Row]:
    """The letters of the lines above them; lines too close for two letters share one place."""
    named = sorted((float(value), chr(65 + at)) for at, value in enumerate(lines["value_days"]))
    places: list[tuple[float, str]] = []
    for value, letter in named:
        if places and value - places[-1][0] < furthest * 0.045:
            places[-1] = (places[-1][0], f"{places[-1][1]} {letter}")
        else:
            places.append((value, letter))
    return [
        {
            "text": said,
            "x": value,
            "yref": "paper",
            "y": 1,
            "xanchor": "center",
            "yanchor": "bottom",
            "showarrow": False,
            "font": {"size": 11, "color": theme.colour("second")},
        }
        for value, said in places
    ]


def lines(benchmarks: pd.DataFrame, targets: list[float]) -> pd.DataFrame:
    """The reference lines: own targets, then the published medians of most patients.

    Columns: kind (target or benchmark), value_days (float), n, product, setting, source.
    """
    own = pd.DataFrame({"kind": "target", "value_days": sorted(targets)})
    published = benchmarks.head(MOST_LINES).assign(kind="benchmark")
    columns = ["kind", "value_days", "n", "product", "setting", "source"]
    return pd.concat(
        [part.reindex(columns=columns).astype("object") for part in (own, published)], ignore_index=True
    )


def lines_in_words(found: pd.DataFrame) -> str:
    """The reference lines by their letters, each published one with its count and source."""
    said = []
    for at, row in enumerate(found.to_dict("records")):
        days = say_number(float(row["value_days"]), 0 if float(row["value_days"]).is_integer() else 1)
        if row["kind"] == "target":
            said.append(f"{chr(65 + at)} " + _("target {n} d").format(n=days))
            continue
        counted = "" if pd.isna(row["n"]) else f", n = {say_number(int(row['n']))}"
        said.append(
            f"{chr(65 + at)} "
            + _("{n} d").format(n=days)
            + f" {row['product']}, {row['setting']}{counted} ({gantt.shorten(str(row['source']), 60)})"
        )
    if any(found["kind"] == "benchmark"):
        said.append(_("published medians of commercial products: orientation, no limit"))
    return " · ".join(said)


def hidden(labels: int) -> str:
    """How many groups are not drawn; empty when all are."""
    more = labels - MOST_CURVES
    return (
        ngettext("{n} more group stands in the table.", "{n} more groups stand in the table.", more).format(
            n=more
        )
        if more > 0
        else ""
    )


def ends(found: pd.DataFrame) -> go.Figure:
    """Draw how cases ended by each day, stacked to all of them: infused, dropped out and how, running.

    Takes ``rules.supply_vein.ends``. Units: days, percent of all cases.
    """
    if found.empty:
        return theme.empty(_("No case has ended under these filters yet."))
    colours = {"infused": "primary", "withdrawn": "at risk", "died": "late", "ineligible": "secondary"}
    days = [0.0, *found["days"]]
    data = [
        {
            "type": "scatter",
            "mode": "lines",
            "stackgroup": "all",
            "name": outcome(kind),
            "x": days,
            "y": [0.0, *(100 * found[kind])],
            "line": {"shape": "hv", "width": 0.8, "color": theme.colour(role)},
            "fillcolor": theme.tint(role, 0.55),
            "hovertemplate": f"{outcome(kind)}: %{{y:.1f}} %<extra></extra>",
        }
        for kind, role in colours.items()
        if kind == "infused" or found[kind].any()
    ]
    return go.Figure(
        data=data,
        layout={
            "height": 330,
            "margin": {"l": 48, "r": 14, "t": 8, "b": 74},
            "legend": {"orientation": "h", "y": -0.2, "x": 0, "yanchor": "top", "traceorder": "normal"},
            "xaxis": {"title": {"text": _("days since the first collection")}, "fixedrange": True},
            "yaxis": {"range": [0, 103], "title": {"text": _("percent of all cases")}, "fixedrange": True},
        },
    )


def ends_in_words(found: pd.DataFrame) -> str:
    """Where the curves end: how many were infused and dropped out by the last day something ended."""
    if found.empty:
        return ""
    last = found.iloc[-1]
    dropped = 100 * sum(float(last[kind]) for kind in DROP_OUTS)
    return _("By day {day}: {infused} % infused, {dropped} % dropped out before.").format(
        day=say_number(float(last["days"])),
        infused=say_number(100 * float(last["infused"])),
        dropped=say_number(dropped),
    )


def parts(found: pd.DataFrame) -> go.Figure:
    """Draw the parts of the way, each beginning where the means before it end; a diamond its own median.

    Takes ``rules.supply_vein.parts``. Unit: days.
    """
    own = found[found["part"] != "total"]
    if own.empty or not int(own["n"].max()):
        return theme.empty(_("No infused case has all its days yet."))
    labels = [theme.show_text(part_name(part)) for part in own["part"]]
    begins = own["mean"].cumsum() - own["mean"]
    whole = float(own["mean"].sum())
    told = [
        _("{part}: mean {mean} d, median {median} d, middle half {low}–{high} d, n = {n}").format(
            part=label,
            mean=say_number(row["mean"], 1),
            median=say_number(row["median"], 1),
            low=say_number(row["p25"], 1),
            high=say_number(row["p75"], 1),
            n=row["n"],
        )
        for label, row in zip(labels, own.to_dict("records"), strict=True)
    ]
    at = list(range(len(own)))
    return go.Figure(
        data=[
            {
                "type": "bar",
                "orientation": "h",
                "base": begins.tolist(),
                "x": own["mean"].tolist(),
                "y": at,
                "marker": {"color": theme.colour("primary")},
                "customdata": told,
                "hovertemplate": "%{customdata}<extra></extra>",
            },
            {
                "type": "scatter",
                "mode": "markers+text",
                "x": (begins + own["median"]).tolist(),
                "y": at,
                "marker": {
                    "symbol": "diamond",
                    "size": 9,
                    "color": theme.colour("second"),
                    "line": {"color": theme.colour("card"), "width": 1},
                },
                "hoverinfo": "skip",
            },
            {
                "type": "scatter",
                "mode": "text",
                "x": [whole * 1.06] * len(own),
                "y": at,
                "text": [
                    "  "
                    + _("{mean} · {median} d").format(
                        mean=say_number(row["mean"], 1), median=say_number(row["median"], 1)
                    )
                    for row in own.to_dict("records")
                ],
                "textposition": "middle right",
                "textfont": {"size": 12, "color": theme.colour("text")},
                "hoverinfo": "skip",
                "cliponaxis": False,
            },
        ],
        layout={
            "height": 30 * len(own) + 46,
            "margin": {"l": 16 + int(6.4 * max(map(gantt.width, labels))), "r": 96, "t": 6, "b": 40},
            "xaxis": {
                "range": [0, whole * 1.06],
                "title": {"text": _("days, means one after the other")},
                "fixedrange": True,
            },
            "yaxis": {
                "range": [len(own) - 0.45, -0.55],
                "tickvals": at,
                "ticktext": labels,
                "showgrid": False,
                "zeroline": False,
                "fixedrange": True,
            },
            "showlegend": False,
        },
    )


def parts_in_words(found: pd.DataFrame) -> str:
    """That means add up and medians do not, with both sums."""
    own, whole = found[found["part"] != "total"], found[found["part"] == "total"]
    if own.empty or not int(whole["n"].iloc[0]):
        return ""
    left_out = int(found.attrs.get("left_out", 0))
    said = _(
        "Means add up: {mean} days for the whole way. Medians do not: their sum is {sum}, the median of the "
        "whole way {median} days; n = {n}."
    ).format(
        mean=say_number(float(whole["mean"].iloc[0]), 1),
        sum=say_number(float(own["median"].sum()), 1),
        median=say_number(float(whole["median"].iloc[0]), 1),
        n=int(whole["n"].iloc[0]),
    )
    more = ngettext(
        "{n} infused case lacks a day and is left out.",
        "{n} infused cases lack a day and are left out.",
        left_out,
    ).format(n=left_out)
    return f"{said} {more}" if left_out else said
