"""What others have published about reaching approval, drawn as reference lines."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from firstdose.figures import gantt, theme
from firstdose.rules import data_words
from firstdose.rules.reference import confidence_name
from firstdose.words import _

_ROW = 38  # px of a rate: its words and its line
_AIR = 1.5  # times the highest rate that the axis reaches: a percentage fits beside it on a phone


def published_rates(rates: pd.DataFrame) -> go.Figure:
    """Draw published likelihoods of approval from phase 1 with their intervals where one was published.

    Takes ``queries.pipeline.published_rates``. Unit: percent. Reference lines, never a forecast. Who was
    counted stands above each line, so that the scale keeps the whole width.
    """
    if rates.empty:
        return theme.empty(_("No published rate is stored."))
    rows = rates.to_dict("records")
    high = [0 if pd.isna(row["ci_high_pct"]) else row["ci_high_pct"] - row["value_pct"] for row in rows]
    low = [0 if pd.isna(row["ci_low_pct"]) else row["value_pct"] - row["ci_low_pct"] for row in rows]
    return go.Figure(
        data=[
            {
                "type": "scatter",
                "mode": "markers",
                "x": rates["value_pct"].tolist(),
                "y": [at + 0.22 for at in range(len(rows))],
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": high,
                    "arrayminus": low,
                    "color": theme.colour("secondary"),
                    "thickness": 1.2,
                    "width": 4,
                },
                "marker": {"size": 9, "color": theme.colour("primary"), "symbol": "diamond"},
                "customdata": [_rate(row) for row in rows],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
            _percents(rows, [row["value_pct"] + above for row, above in zip(rows, high, strict=True)]),
        ],
        layout={
            "height": _ROW * len(rows) + 44,
            "margin": {"l": 10, "r": 14, "t": 4, "b": 40},
            "xaxis": {
                "title": {"text": _("percent that reached approval")},
                "range": [0, _AIR * float(rates[["value_pct", "ci_high_pct"]].max().max())],
                "fixedrange": True,
            },
            "yaxis": {"range": [len(rows) - 0.5, -0.5], "visible": False, "fixedrange": True},
            "showlegend": False,
            "annotations": [_counted(at, row) for at, row in enumerate(rows)],
        },
    )


def _percents(rows: list[dict[Any, Any]], ends: list[float]) -> dict[str, Any]:
    """The percentages, at the right of their lines."""
    return {
        "type": "scatter",
        "mode": "text",
        "x": ends,
        "y": [at + 0.22 for at in range(len(rows))],
        "text": [f"\u2003{_percent(row)}" for row in rows],
        "textposition": "middle right",
        "textfont": {"size": 12, "color": theme.colour("text")},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _counted(at: int, row: dict[Any, Any]) -> dict[str, Any]:
    """Who was counted, above the line of a rate."""
    return {
        "text": theme.show_text(
            f"{gantt.shorten(data_words.said(str(row['population'])), 38)}, {row['period']}"
        ),
        "x": 0,
        "xanchor": "left",
        "y": at - 0.2,
        "showarrow": False,
        "align": "left",
        "font": {"size": 12, "color": theme.colour("secondary")},
    }


def _percent(row: dict[Any, Any]) -> str:
    """A published rate with its interval, where there is one."""
    interval = "" if pd.isna(row["ci_low_pct"]) else f" ({row['ci_low_pct']:g}–{row['ci_high_pct']:g})"
    return f"{row['value_pct']:g} %{interval}"


def _rate(row: dict[Any, Any]) -> str:
    """A published rate in words: who, how many, where it was published, how sure its numbers are."""
    counted = "" if pd.isna(row["n"]) else f", n = {int(row['n'])}"
    source = theme.show_text(gantt.shorten(str(row["source"]), 80))
    who = theme.show_text(f"{data_words.said(str(row['population']))}, {row['period']}")
    return f"{who}<br>{_percent(row)}{counted}<br>{source} ({confidence_name(row['confidence'])})"
