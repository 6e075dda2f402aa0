"""The pipeline drawn: stages reached, the way of each program, time in stage."""

from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from firstdose.figures import gantt, theme
from firstdose.rules.pipeline import stage_label
from firstdose.words import _, either, ngettext, say_date

_ROW = 30  # px of one bar
_CLINIC = 7  # order of the stage in which the clinic begins (S07, phase 1)
_CHARACTER = 6.4  # px of a character at 12 px, measured on Inter and Noto Sans


def stage_labels(frame: pd.DataFrame) -> list[str]:
    """The short names of the stages of a frame, in the reader's language."""
    return [
        stage_label(code, name, name_ja)
        for code, name, name_ja in zip(
            frame["stage_code"], frame["stage_name"], frame["stage_name_ja"], strict=True
        )
    ]


def _margin(labels: list[str]) -> int:
    return 16 + int(_CHARACTER * max((gantt.width(label) for label in labels), default=0))


def _rows(count: int, labels: list[str]) -> dict[str, Any]:
    return {
        "tickvals": list(range(count)),
        "ticktext": labels,
        "range": [count - 0.45, -0.55],
        "showgrid": False,
        "zeroline": False,
        "ticklabelstandoff": 6,
        "fixedrange": True,
    }


def stage_funnel(funnel: pd.DataFrame, *, verdicts: bool = True) -> go.Figure:
    """Draw how many programs reached each stage, all stages in order; bars never grow downwards.

    Takes ``rules.pipeline.conversions``. Unit: programs (count). With ``verdicts`` the conversion of the
    decided programs stands at the right of each bar, with its interval or why there is none.
    """
    if not int(funnel["programs"].max() if len(funnel) else 0):
        return theme.empty(_("No program fits the filters. Choose fewer filters to see some."))
    labels = stage_labels(funnel)
    reached = [int(count) for count in funnel["reached"]]
    most = max(*reached, 1)
    said = [
        f"  <b>{count}</b>"
        + (
            f'  <span style="color:{theme.colour("secondary")}">{verdict}</span>'
            if verdicts and count
            else ""
        )
        for count, verdict in zip(reached, funnel["verdict"], strict=True)
    ]
    told = [
        _("{stage}: {reached} of {programs} programs reached it; {open} stand in it").format(
            stage=label, reached=row["reached"], programs=row["programs"], open=row["still_open"]
        )
        + f"<br>{row['verdict']}"
        for label, row in zip(labels, funnel.to_dict("records"), strict=True)
    ]
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": reached,
        "y": list(range(len(labels))),
        "marker": {"color": theme.colour("primary")},
        "customdata": told,
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    words = {
        "type": "scatter",
        "mode": "text",
        "x": reached,
        "y": list(range(len(labels))),
        "text": said,
        "textposition": "middle right",
        "textfont": {"size": 12},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }
    return go.Figure(
        data=[bars, words],
        layout={
            "height": _ROW * len(labels) + 20,
            "margin": {"l": _margin(labels), "r": 8, "t": 4, "b": 16},
            "xaxis": {
                "range": [0, most * (3.1 if verdicts else 1.25)],
                "visible": False,
                "fixedrange": True,
            },
            "yaxis": _rows(len(labels), labels),
            "showlegend": False,
        },
    )


def swim_lanes(stays: pd.DataFrame, as_of: date) -> go.Figure:
    """Draw the way of each program through the stages, one lane a program, open stays with an edge.

    Takes ``queries.pipeline.stays``. Unit: days on a calendar. The shade grows with the stage and leaps where
    the clinic begins; a stopped program ends with a cross, the report day is dashed.
    """
    if stays.empty:
        return theme.empty(_("No stay in a stage fits the filters."))
    ids = sorted(set(stays["program_id"]))
    first = stays.drop_duplicates("program_id").set_index("program_id")
    labels = [
        theme.show_text(f"{one} {either(first.loc[one, 'program_name'], first.loc[one, 'program_name_ja'])}")
        for one in ids
    ]
    rows = stays.to_dict("records")
    begin = [gantt.moment(row["entered_on"]) for row in rows]
    end = [gantt.moment(as_of if pd.isna(row["left_on"]) else row["left_on"]) for row in rows]
    is_open = [row["outcome"] == "open" for row in rows]
    bars = {
        "type": "bar",
        "orientation": "h",
        "base": begin,
        "x": [(stop or 0) - (start or 0) for start, stop in zip(begin, end, strict=True)],
        "y": [ids.index(row["program_id"]) for row in rows],
        "width": 0.62,
        "marker": {
            "color": [theme.tint("primary", shade(row["stage_order"])) for row in rows],
            "line": {
                "color": [theme.colour("text") if still else theme.colour("card") for still in is_open],
                "width": [1.5 if still else 1 for still in is_open],
            },
        },
        "text": [row["stage_code"] if _wide(row) else "" for row in rows],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "textfont": {
            "size": 11,
            "color": [theme.colour("card" if row["stage_order"] >= _CLINIC else "text") for row in rows],
        },
        "customdata": [_stay(row) for row in rows],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    stops = [(row, stop) for row, stop in zip(rows, end, strict=True) if row["outcome"] == "stopped"]
    crosses = {
        "type": "scatter",
        "mode": "text",
        "x": [stop for _row, stop in stops],
        "y": [ids.index(row["program_id"]) for row, _stop in stops],
        "text": [" ".join(("", theme.symbol("late"), _("stopped"))) for _stop in stops],
        "textposition": "middle right",
        "textfont": {"color": theme.colour("late"), "size": 12},
        "hoverinfo": "skip",
    }
    low = min(stays["entered_on"])
    low = low.date() if hasattr(low, "date") else low
    values, said = gantt.ticks(low, as_of)
    today = gantt.after(as_of)
    return go.Figure(
        data=[bars, crosses],
        layout={
            "height": _ROW * len(ids) + 56,
            "margin": {"l": _margin(labels), "r": 70, "t": 34, "b": 12},
            "xaxis": {
                "type": "date",
                "range": [gantt.moment(low), today],
                "tickvals": values,
                "ticktext": said,
                "tickangle": 0,
                "side": "top",
                "fixedrange": True,
            },
            "yaxis": _rows(len(ids), labels),
            "showlegend": False,
            "shapes": [
                {
                    "type": "line",
                    "x0": today,
                    "x1": today,
                    "y0": 0,
                    "y1": 1,
                    "yref": "paper",
                    "line": {"color": theme.colour("text"), "width": 1, "dash": "dash"},
                }
            ],
        },
    )


def shade(stage_order: int) -> float:
    """The opacity of a stage in its lane, the same whatever else is shown; 11 stages fit.

    No stage lies between 0.50 and 0.78: there neither text nor card colour reads on it at 4.5:1.
    """
    if stage_order < _CLINIC:
        return round(0.12 + 0.076 * (stage_order - 1), 3)
    return round(0.78 + 0.04 * (stage_order - _CLINIC), 3)


def _wide(row: dict[Any, Any]) -> bool:
    return int(row["days"]) > 150


def _stay(row: dict[Any, Any]) -> str:
    """One stay in words."""
    name = either(row["program_name"], row["program_name_ja"])
    stage = stage_label(row["stage_code"], row["stage_name"], row["stage_name_ja"])
    left = _("still there") if pd.isna(row["left_on"]) else say_date(row["left_on"])
    days = ngettext("{n} day", "{n} days", int(row["days"])).format(n=int(row["days"]))
    head = f"<b>{theme.show_text(name)}</b> · {row['stage_code']} {theme.show_text(stage)}"
    return f"{head}<br>{say_date(row['entered_on'])} – {left} · {days}"


def stage_times(times: pd.DataFrame) -> go.Figure:
    """Draw how long programs stay in each stage: median with open stays censored, over the typical range.

    Takes ``rules.pipeline.stage_times``. Unit: days. Hollow: longest open stay, median not reached. The
    stroke in the band is the typical middle; at the right stand completed and open stays.
    """
    if not int((times["completed"] + times["still_open"]).sum()):
        return theme.empty(_("No stay in a stage fits the filters."))
    labels = stage_labels(times)
    rows = times.to_dict("records")
    reached = [row["km_median_days"] for row in rows]
    beyond = [row["longest_open_days"] if pd.isna(row["km_median_days"]) else None for row in rows]
    counts = [
        _("{completed} completed, {open} open").format(completed=row["completed"], open=row["still_open"])
        for row in rows
    ]
    return go.Figure(
        data=[
            _typical(rows),
            _middles(rows),
            _dots(reached, counts, hollow=False),
            _dots(beyond, counts, hollow=True),
        ],
        layout={
            "height": _ROW * len(labels) + 48,
            "margin": {"l": _margin(labels), "r": 52, "t": 4, "b": 40},
            "xaxis": {"title": {"text": _("days")}, "range": [0, _widest(times)], "fixedrange": True},
            "yaxis": _rows(len(labels), labels),
            "showlegend": False,
            "barmode": "overlay",
            "annotations": [_stays_beside(at, row) for at, row in enumerate(rows)],
        },
    )


def _typical(rows: list[dict[Any, Any]]) -> dict[str, Any]:
    """The light bands from the typical low to the typical high."""
    return {
        "type": "bar",
        "orientation": "h",
        "base": [row["typical_low_days"] for row in rows],
        "x": [row["typical_high_days"] - row["typical_low_days"] for row in rows],
        "y": list(range(len(rows))),
        "width": 0.5,
        "marker": {"color": theme.tint("primary", 0.16)},
        "hovertemplate": _("typical {low} to {high} days").format(low="%{base}", high="%{customdata}")
        + "<extra></extra>",
        "customdata": [row["typical_high_days"] for row in rows],
    }


def _middles(rows: list[dict[Any, Any]]) -> dict[str, Any]:
    """A stroke at the typical middle of each band."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [row["typical_mid_days"] for row in rows],
        "y": list(range(len(rows))),
        "marker": {
            "symbol": "line-ns",
            "size": 14,
            "line": {"color": theme.tint("primary", 0.6), "width": 1.5},
        },
        "hoverinfo": "skip",
    }


def _stays_beside(at: int, row: dict[Any, Any]) -> dict[str, Any]:
    """Completed + open stays at the right edge: a median of two says little."""
    return {
        "text": f"{row['completed']} + {row['still_open']}",
        "xref": "paper",
        "x": 1,
        "xshift": 50,
        "xanchor": "right",
        "y": at,
        "showarrow": False,
        "font": {"size": 12, "color": theme.colour("secondary")},
    }


def _widest(times: pd.DataFrame) -> float:
    """The end of the axis: what was observed and the typical ranges, without the years of follow-up."""
    observed = [times["km_median_days"].max(), times["longest_open_days"].max()]
    usual = times["typical_high_days"].nsmallest(len(times) - 1).max()
    return 1.08 * float(max(value for value in (*observed, usual) if not pd.isna(value)))


def _dots(values: list[Any], told: list[str], *, hollow: bool) -> dict[str, Any]:
    colour = theme.colour("primary")
    return {
        "type": "scatter",
        "mode": "markers",
        "x": values,
        "y": list(range(len(values))),
        "marker": {
            "size": 11,
            "color": theme.colour("card") if hollow else colour,
            "line": {"color": colour, "width": 2},
        },
        "customdata": told,
        "hovertemplate": ("> %{x:.0f} d" if hollow else "%{x:.0f} d") + "<br>%{customdata}<extra></extra>",
    }
