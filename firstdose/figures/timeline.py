"""The plan drawn: lanes with baseline, forecast and actual, hand-offs, milestones and the report day."""

from collections.abc import Sequence
from datetime import date

import pandas as pd
import plotly.graph_objects as go

from firstdose.figures import gantt, theme
from firstdose.figures import timeline_links as links
from firstdose.figures.timeline_words import Row, known, told
from firstdose.rules.timeline import in_language
from firstdose.words import _, say_date

_TOP = 60  # px above the rows: report day and the days of the axis
_CHARACTER = 6.3  # px of a character at 12 px, measured on Inter and Noto Sans
_RECEIVER = 12  # Latin characters of who waits, after a name
_MAKERS = ("CDMO", "CRO", "vendor")  # the receiving side of a transfer wears the second colour
_POINTS = ("milestone", "decision")

Moment = float | None  # milliseconds since 1970, as plotly's date axis counts
Part = tuple[Row, Moment, Moment]


def plan(
    rows: pd.DataFrame,
    as_of: date,
    first: date | None = None,
    last: date | None = None,
    *,
    critical: frozenset[str] = frozenset(),
    loop: frozenset[str] = frozenset(),
    ids: frozenset[str] = frozenset(),
    closures: links.Closures | None = None,
    folded: pd.DataFrame | None = None,
) -> go.Figure:
    """Draw the plan in lanes: hollow ghost, light forecast, solid actual, diamonds, hand-offs.

    Takes ``rules.timeline.lanes``, in its order, the days shown (none: as the rows need) and the ``ids`` of
    the whole plan, by which links are read. Unit: days. A bar covers its last day. Names carry their mark and
    whom they are handed to, those of ``critical`` tasks are bold, and rows such a task was ``folded`` into;
    links, critical chains and loops are lines. Nothing is written inside the plot, so nothing there can
    collide or be cut.
    """
    if rows.empty:
        return theme.empty(
            _("No task of the plan touches these days. Choose a longer window or fewer filters.")
        )
    low, high = gantt.span(rows, first, last, as_of)
    names = in_language(rows, "name").tolist()
    places = gantt.places(rows["lane"].tolist(), _with_receiver(rows, _with_program(rows, names)))
    drawn = [row | {"y": y} for row, y in zip(_told(rows), places.rows, strict=True)]
    today = gantt.moment(as_of) or 0.0
    whole = (gantt.after(high) or 0.0) - (gantt.moment(low) or 0.0)
    margin = 34 + int(
        _CHARACTER * max(gantt.width(line) for name in places.names for line in name.split("\n"))
    )
    inside = [] if folded is None else links.folded_into(drawn, _told(folded))
    bold = critical | {row["into"] for row in inside if row["task_id"] in critical}
    owed = [*drawn, *(row for row in inside if row["is_open"])]  # a folded row may hold many that are done
    points = [row for row in drawn if row["kind"] in _POINTS]
    spans = [row for row in drawn if row["kind"] not in _POINTS]
    return go.Figure(
        data=[
            links.days_off(drawn, low, high, places.height, closures or {}),
            *_bars(spans, today),
            *_diamonds(points),
            _handoffs(owed, today),
            *links.links([*drawn, *inside], today, whole, critical, loop, ids),
        ],
        layout={
            "barmode": "overlay",
            "height": places.height + _TOP + 12,
            "margin": {"l": margin, "r": 14, "t": _TOP, "b": 12},
            "xaxis": _days(low, high),
            "yaxis": _names(drawn, places, bold),
            "showlegend": False,
            "shapes": [_report_line(as_of), *(_rule(y) for _name, y in places.lanes)],
            "annotations": [_report_day(as_of), *(_lane(name, y, margin) for name, y in places.lanes)],
        },
    )


def _told(rows: pd.DataFrame) -> list[Row]:
    """The rows, each with what the pointer shows."""
    every: list[Row] = [dict(row) for row in rows.to_dict("records")]
    return [
        row | {"told": told(row, name)} for row, name in zip(every, in_language(rows, "name"), strict=True)
    ]


def _with_program(rows: pd.DataFrame, names: list[str]) -> list[str]:
    """The names, led by the program's code where neither the lane nor the filter tells it already."""
    programs = rows["program_id"]
    if programs.nunique() < 2 or (rows.groupby("lane")["program_id"].nunique() < 2).all():
        return names
    return [
        f"{gantt.shorten(program, 12)} · {name}" if isinstance(program, str) else name
        for program, name in zip(programs, names, strict=True)
    ]


def _with_receiver(rows: pd.DataFrame, names: list[str]) -> list[str]:
    """The names, each hand-off followed by who waits: beside the plot nothing collides or is cut."""
    said = []
    for row, name in zip(rows.to_dict("records"), names, strict=True):
        if not known(row["receiver_partner"]) or row["receiver_partner"] == row["partner_id"]:
            said.append(name)
            continue
        waits = f" → {gantt.shorten(str(row['receiver_partner']), _RECEIVER)}"
        first, *second = gantt.wrap(name)
        if not second and gantt.width(first + waits) <= gantt.LINE_WIDTH:
            said.append(first + waits)
        else:
            rest = gantt.shorten("".join(second), gantt.LINE_WIDTH - gantt.width(waits))
            said.append(f"{first}\n{(rest + waits).strip()}")
    return said


def _days(low: date, high: date) -> Row:
    values, said = gantt.ticks(low, high)
    return {
        "type": "date",
        "range": [gantt.moment(low), gantt.after(high)],
        "tickvals": values,
        "ticktext": said,
        "side": "top",
        "fixedrange": True,
        "tickangle": 0,
    }


def _names(drawn: list[Row], places: gantt.Places, bold: frozenset[str]) -> Row:
    """Names at the left, each ending in its mark, so that marks stand in a column beside the plot."""
    said = []
    for row, name in zip(drawn, places.names, strict=True):
        lines = theme.show_text(name).replace("\n", "<br>")
        if row["task_id"] in bold:
            lines = f"<b>{lines}</b>"
        mark = f'<span style="color:{theme.colour(row["mark"])}">{theme.symbol(row["mark"])}</span>'
        said.append(f"{lines} {mark}")
    return {
        "range": [places.height, 0],
        "tickvals": list(places.rows),
        "ticktext": said,
        "tickfont": {"size": 12, "color": theme.colour("text")},
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
    }


def _side(row: Row) -> str:
    return "second" if row["partner_role"] in _MAKERS else "primary"


def _bars(spans: list[Row], today: float) -> list[Row]:
    """Ghosts above, forecast and actual below, and how much of the work is done as a thin line.

    Forecast and actual share the ends of the row: what is behind reaches to the report day once begun, what
    is ahead goes on from there.
    """
    ghosts = [(row, gantt.moment(row["ghost_start"]), gantt.after(row["ghost_finish"])) for row in spans]
    reach = [(row, *ends) for row in spans if (ends := links.ends(row, today)) is not None]
    ahead: list[Part] = [
        (row, max(start, today) if known(row["actual_start"]) else start, end)
        for row, start, end in reach
        if row["is_open"]
    ]
    behind: list[Part] = [
        (row, start, today if row["is_open"] else end)
        for row, start, end in reach
        if known(row["actual_start"]) or not row["is_open"]
    ]
    done = [(row, gantt.moment(row["actual_start"]), _done_until(row)) for row in spans if row["is_open"]]
    hollow = "rgba(0,0,0,0)"
    return [
        _bar(ghosts, -7, 5, [hollow] * len(ghosts), [theme.colour(_side(row)) for row, *_ in ghosts]),
        _bar(ahead, 3, 10, [theme.tint(_side(row), 0.5) for row, *_ in ahead], [hollow] * len(ahead)),
        _bar(
            behind,
            3,
            10,
            [theme.colour(_side(row)) for row, *_ in behind],
            [theme.colour("late" if row["mark"] == "late" else "text") for row, *_ in behind],
        ),
        _bar(done, 3, 2, [theme.colour("card")] * len(done), [hollow] * len(done)),
    ]


def _done_until(row: Row) -> Moment:
    """How far the percentage reaches on the way from start to finish; none without one."""
    start, finish = gantt.moment(row["actual_start"]), gantt.after(row["finish_on"])
    percent = float(known(row["percent_complete"]) or 0)
    if not percent or start is None or finish is None:
        return None
    return start + (finish - start) * percent / 100


def _bar(parts: Sequence[Part], below: float, tall: float, fill: list[str], edge: list[str]) -> Row:
    """Bars from a moment to another, ``below`` px under the middle of their rows; unknown ones leave none."""
    kept = [at for at, (_row, start, end) in enumerate(parts) if start is not None and end is not None]
    starts = [parts[at][1] or 0.0 for at in kept]
    lengths = [(parts[at][2] or 0.0) - start for at, start in zip(kept, starts, strict=True)]
    return {
        "type": "bar",
        "orientation": "h",
        "base": starts,
        "x": [max(length, 0.0) for length in lengths],
        "y": [parts[at][0]["y"] + below for at in kept],
        "width": tall,
        "marker": {
            "color": [fill[at] for at in kept],
            "line": {"color": [edge[at] for at in kept], "width": 1},
        },
        "customdata": [parts[at][0]["told"] for at in kept],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _diamonds(points: list[Row]) -> list[Row]:
    """Milestones and decisions: a hollow diamond where the ghost stands, a full one where it is now."""
    moved = [row for row in points if known(row["ghost_finish"]) is not None]
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [gantt.moment(row["ghost_finish"]) for row in moved],
            "y": [row["y"] for row in moved],
            "marker": {
                "symbol": "diamond-open",
                "size": 9,
                "color": [theme.colour(_side(row)) for row in moved],
            },
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "x": [gantt.moment(row["finish_on"]) for row in points],
            "y": [row["y"] for row in points],
            "marker": {
                "symbol": ["diamond" if row["kind"] == "milestone" else "diamond-tall" for row in points],
                "size": 12,
                "color": [theme.colour("late" if row["mark"] == "late" else "text") for row in points],
            },
            "customdata": [row["told"] for row in points],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
    ]


def _handoffs(drawn: list[Row], today: float) -> Row:
    """An arrow where a task ends that another partner waits for."""
    owed = [
        (row, ends[1])
        for row in drawn
        if known(row["receiver_partner"])
        and row["receiver_partner"] != row["partner_id"]
        and (ends := links.ends(row, today)) is not None
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [end for _row, end in owed],
        "y": [row["y"] + links.BELOW for row, _end in owed],
        "marker": {"symbol": "triangle-right", "size": 9, "color": theme.colour("text")},
        "customdata": [row["told"] for row, _end in owed],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _report_line(as_of: date) -> Row:
    return {
        "type": "line",
        "x0": gantt.moment(as_of),
        "x1": gantt.moment(as_of),
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": theme.colour("text"), "width": 1.2, "dash": "dash"},
    }


def _report_day(as_of: date) -> Row:
    return {
        "text": _("report day {day}").format(day=say_date(as_of)),
        "x": gantt.moment(as_of),
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "yshift": 38,
        "showarrow": False,
        "font": {"size": 11, "color": theme.colour("text")},
    }


def _rule(y: float) -> Row:
    """The hairline above the head of a lane."""
    at = y - gantt.HEAD / 2 + 2
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": at,
        "y1": at,
        "layer": "below",
        "line": {"color": theme.colour("line"), "width": 1},
    }


def _lane(name: str, y: float, margin: int) -> Row:
    return {
        "text": f"<b>{theme.show_text(gantt.shorten(name, 40))}</b>",
        "xref": "paper",
        "x": 0,
        "xshift": 4 - margin,
        "xanchor": "left",
        "y": y + 4,
        "showarrow": False,
        "font": {"size": 12, "color": theme.colour("text")},
    }
