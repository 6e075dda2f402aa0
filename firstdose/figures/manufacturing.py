"""Lots and deviations drawn: a rate by group with its intervals, causes by count, ages of open deviations."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from firstdose.figures import gantt, theme
from firstdose.rules.data_words import said
from firstdose.rules.manufacturing import AGES, SEVERITIES
from firstdose.words import N_, _, ngettext, say_number

_ROW, _CHARACTER, _MOST_ROWS, _MOST_CAUSES = 26, 6.4, 18, 5
_APART = 9  # percent that keep two letters apart in a narrow card
_PURPOSES = {
    "development": N_("development"),
    "engineering": N_("engineering"),
    "qualification": N_("qualification"),
    "clinical": N_("clinical"),
    "commercial": N_("commercial"),
}
_SEVERITIES = {"critical": N_("critical"), "major": N_("major"), "minor": N_("minor")}
_KINDS = {
    "failure": N_("Lots rejected or terminated"),
    "oos": N_("Attributes out of specification"),
    "deviation": N_("Deviations by category"),
    "root cause": N_("Closed deviations by root cause"),
}
Row = dict[Any, Any]


def purpose(name: str) -> str:
    """The purpose of a lot in the reader's language."""
    word = _PURPOSES.get(name, name)
    return _(word)


def severity(name: str) -> str:
    """The severity of a deviation in the reader's language."""
    word = _SEVERITIES.get(name, name)
    return _(word)


def shown_rates(rates: pd.DataFrame, measure: str) -> pd.DataFrame:
    """The groups of one measure that are drawn: at most 18, those beyond stand in the table."""
    return rates[rates["measure"] == measure].head(_MOST_ROWS)


def rates(all_rates: pd.DataFrame, lines: pd.DataFrame, measure: str) -> go.Figure:
    """Draw one rate by group: dot and exact interval, counts beside it, targets and benchmarks as lines.

    Takes ``rules.manufacturing.rates`` and ``lines``. Unit: percent of the lots with a disposition.
    """
    found = shown_rates(all_rates, measure)
    if found.empty:
        return theme.empty(_("No lot fits the filters."))
    rows = found.to_dict("records")
    labels = [theme.show_text(gantt.shorten(purpose(str(row["label"])), 26)) for row in rows]
    known = [(at, row) for at, row in enumerate(rows) if row["n"]]
    top = 22
    return go.Figure(
        data=[
            {
                "type": "scatter",
                "mode": "markers",
                "x": [100 * row["share"] for _at, row in known],
                "y": [at for at, _row in known],
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": [100 * (row["high"] - row["share"]) for _at, row in known],
                    "arrayminus": [100 * (row["share"] - row["low"]) for _at, row in known],
                    "color": theme.colour("secondary"),
                    "thickness": 1.2,
                    "width": 4,
                },
                "marker": {"size": 9, "color": theme.colour("primary")},
                "customdata": [_rate(row) for _at, row in known],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
            {
                "type": "scatter",
                "mode": "text",
                "x": [102] * len(rows),
                "y": list(range(len(rows))),
                "text": [f"{row['k']}/{row['n']}" for row in rows],
                "textposition": "middle right",
                "textfont": {"size": 12, "color": theme.colour("text")},
                "hoverinfo": "skip",
                "cliponaxis": False,
            },
        ],
        layout={
            "height": _ROW * len(rows) + top + 44,
            "margin": {
                "l": 16 + int(_CHARACTER * max(gantt.width(label) for label in labels)),
                "r": 56,
                "t": top,
                "b": 38,
            },
            "xaxis": {
                "range": [-2, 102],
                "title": {"text": _("percent of lots with a disposition")},
                "tickvals": [0, 25, 50, 75, 100],
                "fixedrange": True,
            },
            "yaxis": {
                "range": [len(rows) - 0.5, -0.6],
                "tickvals": list(range(len(rows))),
                "ticktext": labels,
                "showgrid": False,
                "zeroline": False,
                "fixedrange": True,
            },
            "showlegend": False,
            "shapes": [_line(row) for row in lines.to_dict("records")],
            "annotations": _letters(lines),
        },
    )


def _rate(row: Row) -> str:
    return _("{group}: {k} of {n} lots, {share} % (95 %: {low}–{high} %)").format(
        group=theme.show_text(purpose(str(row["label"]))),
        k=row["k"],
        n=row["n"],
        share=say_number(100 * row["share"], 1),
        low=say_number(100 * row["low"], 1),
        high=say_number(100 * row["high"], 1),
    )


def _line(row: Row) -> Row:
    own = row["kind"] == "target"
    return {
        "type": "line",
        "x0": row["value_pct"],
        "x1": row["value_pct"],
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "line": {"color": theme.colour("second"), "width": 1.4, "dash": "dash" if own else "dot"},
    }


def _letters(lines: pd.DataFrame) -> list[Row]:
    """The letters of the lines above them; lines too close for two letters share one place."""
    named = sorted((float(value), chr(65 + at)) for at, value in enumerate(lines["value_pct"]))
    places: list[tuple[float, str]] = []
    for value, letter in named:
        if places and value - places[-1][0] < _APART:
            places[-1] = (places[-1][0], f"{places[-1][1]} {letter}")
        else:
            places.append((value, letter))
    return [
        {
            "text": letters,
            "x": value,
            "yref": "paper",
            "y": 1,
            "xanchor": "right" if value > 50 else "left",
            "yanchor": "bottom",
            "showarrow": False,
            "font": {"size": 11, "color": theme.colour("second")},
        }
        for value, letters in places
    ]


def lines_in_words(lines: pd.DataFrame) -> str:
    """The reference lines by their letters, each published one with its count and source."""
    said = []
    for at, row in enumerate(lines.to_dict("records")):
        share = say_number(float(row["value_pct"]), 0 if float(row["value_pct"]).is_integer() else 1)
        if row["kind"] == "target":
            said.append(f"{chr(65 + at)} " + _("own target {share} %").format(share=share))
            continue
        counted = "" if pd.isna(row["n"]) else f", n = {say_number(int(row['n']))}"
        said.append(
            f"{chr(65 + at)} {share} % {row['product']}, {row['setting']}{counted} "
            f"({gantt.shorten(str(row['source']), 60)})"
        )
    if any(lines["kind"] == "benchmark"):
        said.append(_("published rates count patients, not lots: orientation, no limit"))
    return " · ".join(said)


def hidden_groups(all_rates: pd.DataFrame, measure: str) -> str:
    """How many groups are not drawn; empty when all are."""
    more = int((all_rates["measure"] == measure).sum()) - len(shown_rates(all_rates, measure))
    if not more:
        return ""
    return ngettext(
        "{n} more group stands in the table.", "{n} more groups stand in the table.", more
    ).format(n=more)


def causes(found: pd.DataFrame) -> go.Figure:
    """Draw causes by count, the most frequent first, in four groups; at most five of each, the rest counted.

    Takes ``rules.manufacturing.causes``. Unit: lots, results or deviations (count).
    """
    rows: list[tuple[str, int | None, str]] = []
    for kind, name in _KINDS.items():
        own = found[found["kind"] == kind]
        if own.empty:
            continue
        rows.append((f"<b>{_(name)}</b>", None, ""))
        top, rest = own.head(_MOST_CAUSES), own.iloc[_MOST_CAUSES:]
        rows += [
            (theme.show_text(gantt.shorten(said(row["cause"]), 40)), int(row["count"]), _share(row))
            for row in top.to_dict("records")
        ]
        if len(rest):
            rows.append((_("{n} more causes").format(n=len(rest)), int(rest["count"].sum()), ""))
    if not rows:
        return theme.empty(_("No lot failed and no deviation was opened under these filters."))
    bars = [(at, count, told) for at, (_name, count, told) in enumerate(rows) if count is not None]
    most = max(count for _at, count, _told in bars)
    return go.Figure(
        data=[
            {
                "type": "bar",
                "orientation": "h",
                "x": [count for _at, count, _told in bars],
                "y": [at + 0.33 for at, _count, _told in bars],
                "width": 0.2,
                "marker": {"color": theme.colour("primary")},
                "hoverinfo": "skip",
            },
        ],
        layout={
            "height": 30 * len(rows) + 16,
            "margin": {"l": 10, "r": 14, "t": 4, "b": 8},
            "xaxis": {"range": [0, most * 1.04], "visible": False, "fixedrange": True},
            "yaxis": {"range": [len(rows) - 0.4, -0.6], "visible": False, "fixedrange": True},
            "showlegend": False,
            "annotations": [_cause(at, *row) for at, row in enumerate(rows)],
        },
    )


def _share(row: Row) -> str:
    return _("{n} % with those above").format(n=say_number(100 * row["cumulative"]))


def _cause(at: int, name: str, count: int | None, told: str) -> Row:
    said = name if count is None else f"{name} <b>{count}</b>" + (f" · {told}" if told else "")
    return {
        "text": said,
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "y": at - 0.12,
        "showarrow": False,
        "align": "left",
        "font": {"size": 12, "color": theme.colour("text" if count is None else "secondary")},
    }


def ages(found: pd.DataFrame) -> go.Figure:
    """Draw open deviations by severity and age, one row a severity, the count in each square.

    Takes ``rules.manufacturing.ageing``. Unit: deviations (count). More than 30 days is at risk, more than 60
    late; a square carries its number, so colour is not alone.
    """
    bands = age_names()
    rows = found.to_dict("records")
    tone = ("in progress", "at risk", "late", "late")
    return go.Figure(
        data=[
            {
                "type": "scatter",
                "mode": "markers+text",
                "x": [row["band"] for row in rows],
                "y": [SEVERITIES.index(row["severity"]) for row in rows],
                "text": [str(row["count"]) for row in rows],
                "textfont": {"size": 13, "color": theme.colour("text")},
                "marker": {
                    "symbol": "square",
                    "size": 34,
                    "color": [theme.tint(tone[row["band"]], 0.25 if row["count"] else 0.05) for row in rows],
                    "line": {"width": 1, "color": theme.colour("line")},
                    "opacity": 1,
                },
                "hoverinfo": "skip",
            }
        ],
        layout={
            "height": 190,
            "margin": {"l": 74, "r": 14, "t": 30, "b": 8},
            "xaxis": {
                "range": [-0.6, len(bands) - 0.4],
                "tickvals": list(range(len(bands))),
                "ticktext": list(bands),
                "side": "top",
                "showgrid": False,
                "zeroline": False,
                "fixedrange": True,
            },
            "yaxis": {
                "range": [len(SEVERITIES) - 0.5, -0.5],
                "tickvals": list(range(len(SEVERITIES))),
                "ticktext": [severity(name) for name in SEVERITIES],
                "showgrid": False,
                "zeroline": False,
                "fixedrange": True,
            },
            "showlegend": False,
        },
    )


def age_names() -> tuple[str, ...]:
    """The bands of age in words, the youngest first."""
    edges = (0, *AGES)
    within = [f"{low + 1 if low else 0}–{high}" for low, high in zip(edges, AGES, strict=False)]
    return (*(_("{days} d").format(days=one) for one in within), _("> {days} d").format(days=AGES[-1]))
