"""What decides one milestone, drawn: how far each task and risk moves it, and the plan by criticality."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from firstdose.figures import gantt, theme
from firstdose.figures.forecast import axis, plain
from firstdose.figures.timeline_words import known
from firstdose.rules.timeline import in_language
from firstdose.words import N_, _, either, ngettext, say_date, say_number

Row = dict[Any, Any]
_ROW, _MOST, _MOST_TASKS = 30, 12, 24
_HELD = {
    "link": N_("predecessor"),
    "report day": N_("report day"),
    "planned day": N_("planned day"),
    "actual": N_("actual"),
}


def tornado(swings: pd.DataFrame) -> go.Figure:
    """Draw how many days earlier or later the mean comes by one task or risk alone, the widest on top.

    Takes ``rules.forecast.drivers(…).swings``. Unit: days against the mean of all runs.
    """
    most = swings.head(_MOST)
    if most.empty:
        return theme.empty(_("No task with an open duration decides this milestone."))
    at = list(range(len(most)))
    risk = [_("risk") + " · " if kind == "risk" else "" for kind in most["kind"]]
    full = [lead + str(name) for lead, name in zip(risk, in_language(most, "name"), strict=True)]
    names = [theme.show_text(gantt.shorten(name, 26)) for name in full]
    widest = float(most[["early_days", "late_days"]].abs().max().max())
    return go.Figure(
        data=[
            _side(most["early_days"].tolist(), at, theme.tint("primary", 0.45)),
            _side(most["late_days"].tolist(), at, theme.colour("primary")),
        ],
        layout={
            "barmode": "overlay",
            "height": _ROW * len(most) + 24,
            "margin": {"l": 200, "r": 20, "t": 8, "b": 16},
            "xaxis": {
                "range": [-widest * 1.3, widest * 1.3],
                "showticklabels": False,
                "showgrid": False,
                "zeroline": True,
                "zerolinecolor": theme.colour("secondary"),
                "fixedrange": True,
            },
            "yaxis": _names(at, names),
            "showlegend": False,
        },
    )


def _side(days: list[float], at: list[int], colour: str) -> Row:
    return {
        "type": "bar",
        "orientation": "h",
        "x": days,
        "y": at,
        "width": 0.6,
        "marker": {"color": colour},
        "text": [_signed(value) if round(value) else "" for value in days],
        "textposition": "outside",
        "cliponaxis": False,
        "hoverinfo": "skip",
    }


def _signed(days: float) -> str:
    return f"+{say_number(days)}" if days > 0 else f"−{say_number(-days)}"


def _names(at: list[int], names: list[str]) -> Row:
    return {
        "range": [len(at) - 0.5, -0.6],
        "tickvals": at,
        "ticktext": names,
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
        "tickfont": {"size": 12, "color": theme.colour("text")},
    }


def criticality(tasks: pd.DataFrame) -> go.Figure:
    """Draw the open tasks most often on a longest chain at their earliest days, stronger the oftener.

    Takes ``rules.forecast.drivers(…).tasks``; the share of runs stands beside each bar.
    """
    shown = tasks[tasks["criticality"] > 0].head(_MOST_TASKS)
    shown = shown.sort_values(["early_start", "early_finish", "task_id"], ignore_index=True)
    if shown.empty:
        return theme.empty(_("No open task lies on a longest chain."))
    rows = shown.to_dict("records")
    at = list(range(len(rows)))
    starts = [gantt.moment(row["early_start"]) or 0.0 for row in rows]
    ends = [gantt.after(row["early_finish"]) or 0.0 for row in rows]
    share = [float(row["criticality"]) for row in rows]
    names = [theme.show_text(gantt.shorten(name, 24)) for name in in_language(shown, "name")]
    below = axis([*shown["early_start"], *shown["early_finish"]])
    room = (below["range"][1] - below["range"][0]) * 0.08  # for the share beside the last bar
    return go.Figure(
        data=[
            {
                "type": "bar",
                "orientation": "h",
                "base": starts,
                "x": [end - start for start, end in zip(starts, ends, strict=True)],
                "y": at,
                "width": 0.6,
                "marker": {
                    "color": [theme.tint("late", 0.15 + 0.85 * one) for one in share],
                    "line": {"color": theme.colour("late"), "width": 1},
                },
                "text": [_("{n} %").format(n=say_number(100 * one)) for one in share],
                "textposition": "outside",
                "cliponaxis": False,
                "customdata": [_told(row) for row in rows],
                "hovertemplate": "%{customdata}<extra></extra>",
            }
        ],
        layout={
            "height": 24 * len(rows) + 56,
            "margin": {"l": 180, "r": 14, "t": 44, "b": 12},
            "xaxis": below | {"side": "top", "range": [below["range"][0], below["range"][1] + room]},
            "yaxis": _names(at, names),
            "showlegend": False,
        },
    )


def _told(row: Row) -> str:
    room = row["total_float_days"]
    lines = [
        f"<b>{theme.show_text(either(str(row['name']), known(row['name_ja'])))}</b>",
        f"{say_date(row['early_start'])} – {say_date(row['early_finish'])}",
    ]
    if pd.notna(room):
        lines.append(ngettext("{n} day of float", "{n} days of float", round(room)).format(n=round(room)))
    return "<br>".join(lines)


def task_rows(tasks: pd.DataFrame) -> pd.DataFrame:
    """The open tasks as the table shows them, each with its state: critical, near-critical or with float.

    Float in whole days, as the bars tell it; the state is of the exact one.
    """
    held = [
        driver or _(word) for driver, word in zip(tasks["driver"], tasks["held_by"].map(_HELD), strict=True)
    ]
    critical = theme.symbol("at risk") + " " + _("critical")
    marks = [
        critical if row["is_critical"] else _("near-critical") if row["is_near"] else _("has float")
        for row in tasks.to_dict("records")
    ]
    return plain(tasks, "early_finish").assign(
        state=marks,
        shown=in_language(tasks, "name"),
        total_float_days=tasks["total_float_days"].round() + 0.0,  # no -0 of a little less than none
        in_runs=[_("{n} %").format(n=say_number(100 * share)) for share in tasks["criticality"]],
        waits_for=held,
    )


def task_columns() -> dict[str, str]:
    """Columns of the table of open tasks, in order."""
    return {
        "task_id": _("Task ID"),
        "shown": _("Task"),
        "state": _("State"),
        "total_float_days": _("Float, days"),
        "in_runs": _("Critical in"),
        "early_finish": _("Earliest finish"),
        "waits_for": _("Held by"),
    }


_ENDS = {"start": N_("start"), "finish": N_("finish")}


def contradiction_rows(found: pd.DataFrame) -> pd.DataFrame:
    """Dates that contradict their links, as the table shows them."""
    ends = [_(word) for word in found["end"].map(_ENDS)]
    return plain(found, "claimed_on", "allowed_on").assign(what=ends)


def contradiction_columns() -> dict[str, str]:
    """Columns of the table of contradictions, in order."""
    return {
        "task_id": _("Task ID"),
        "what": _("Day"),
        "claimed_on": _("claimed"),
        "allowed_on": _("allowed by the link at the earliest"),
        "days": _("Days too early"),
        "predecessor": _("Waits for"),
        "link": _("Link"),
    }
