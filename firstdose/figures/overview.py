"""The overview drawn: what is planned for the next days, and what changed in a table."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from firstdose.figures import gantt, theme
from firstdose.rules.changes import Told
from firstdose.rules.overview import DAYS_AHEAD
from firstdose.words import _, either, ngettext, say_date

_ROW = 30  # px of one row: its name, and below it what happens when
_MOST_ROWS = 16  # our convention: what a card shows without growing past its neighbour
_NAME = 40  # Latin characters of a name that fit on a phone
_MOST_TOLD = 6  # names that a pointer tells; more would not fit beside it
_BELOW = 0.24  # of a row: how far under its middle, and under its name, bars and marks lie
_POINTS = ("milestone", "decision")
_GATE_ITEM = "gate item"  # the kind of a due item in ``queries.overview.next_days``
_FIRST = {"milestone": 0, "decision": 0, "deliverable": 1, _GATE_ITEM: 1}  # what is drawn before other work

Row = dict[Any, Any]


def next_days(planned: pd.DataFrame, as_of: date) -> go.Figure:
    """Draw the next 90 days: bars for work, diamonds for milestones, circles for due days of gate items.

    Takes ``queries.overview.next_days``; at most 16 rows, milestones and the earliest first. Gate items of a
    program share a row. Names stand above, so that days keep the whole width of a phone. Unit: days.
    """
    if planned.empty:
        return theme.empty(_("Nothing is planned for the next 90 days."))
    rows = chosen(planned)
    last = as_of + timedelta(days=DAYS_AHEAD)
    low, high = gantt.moment(as_of), gantt.after(last)
    values, said = gantt.ticks(as_of, last)
    placed = list(enumerate(rows))
    return go.Figure(
        data=[
            _work([(at, row) for at, row in placed if row["kind"] not in (*_POINTS, _GATE_ITEM)], low, high),
            _marks([(at, row, [row]) for at, row in placed if row["kind"] in _POINTS], "diamond"),
            _marks([(at, *due) for at, row in placed for due in _by_day(row)], "circle"),
            {
                "type": "scatter",
                "mode": "text",
                "x": [low] * len(rows),
                "y": [at - 0.14 for at, _row in placed],
                "text": [theme.show_text(_label(row)) for row in rows],
                "textposition": "middle right",
                "textfont": {"size": 12, "color": theme.colour("text")},
                "hoverinfo": "skip",
                "cliponaxis": False,
            },
        ],
        layout={
            "height": _ROW * len(rows) + 44,
            "margin": {"l": 14, "r": 14, "t": 36, "b": 8},
            "xaxis": {
                "type": "date",
                "range": [low, high],
                "tickvals": values,
                "ticktext": said,
                "tickangle": 0,
                "side": "top",
                "fixedrange": True,
            },
            "yaxis": {
                "range": [len(rows) - 0.5, -0.6],
                "showticklabels": False,
                "showgrid": False,
                "zeroline": False,
                "fixedrange": True,
            },
            "showlegend": False,
        },
    )


def _work(spans: list[tuple[int, Row]], low: float | None, high: float | None) -> Row:
    """Bars from start to finish, cut at the days shown."""
    starts = [max(gantt.moment(row["start_on"]) or 0, low or 0) for _at, row in spans]
    ends = [min(gantt.after(row["finish_on"]) or 0, high or 0) for _at, row in spans]
    return {
        "type": "bar",
        "orientation": "h",
        "base": starts,
        "x": [end - start for start, end in zip(starts, ends, strict=True)],
        "y": [at + _BELOW for at, _row in spans],
        "width": 0.26,
        "marker": {"color": [_colour(row) for _at, row in spans]},
        "customdata": [_told([row]) for _at, row in spans],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _marks(points: list[tuple[int, Row, list[Row]]], symbol: str) -> Row:
    """One mark per day and row; the pointer tells everything that falls on it, and more make it larger."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [gantt.moment(row["finish_on"]) for _at, row, _all in points],
        "y": [at + _BELOW for at, _row, _all in points],
        "marker": {
            "symbol": symbol,
            "size": [(12 if symbol == "diamond" else 8) + 2 * min(len(every) - 1, 3) for *_, every in points],
            "color": [_colour(row) for _at, row, _all in points],
            "line": {"color": theme.colour("card"), "width": 1},
            "opacity": 1,  # plotly makes marks of several sizes pale
        },
        "customdata": [_told(every) for *_, every in points],
        "hovertemplate": "%{customdata}<extra></extra>",
        "cliponaxis": False,
    }


def _by_day(row: Row) -> list[tuple[Row, list[Row]]]:
    """The gate items of a row by day due and partner, with the first of each; none in other rows."""
    days: dict[Any, list[Row]] = {}
    for item in row.get("items", ()):
        days.setdefault((item["finish_on"], item["partner_id"]), []).append(item)
    return [(items[0], items) for items in days.values()]


def chosen(planned: pd.DataFrame) -> list[Row]:
    """The rows that are drawn: milestones, then hand-offs and gate items before other work, then by day.

    The gate items of one program are one row, ``items`` holds them; it stands at the earliest due day.
    """
    rows: list[Row] = planned[planned["kind"] != _GATE_ITEM].to_dict("records")
    for _program, due in planned[planned["kind"] == _GATE_ITEM].groupby("program_id", sort=False):
        items: list[Row] = due.to_dict("records")
        rows.append({**min(items, key=lambda item: item["finish_on"]), "items": items})
    kept = sorted(rows, key=lambda row: (_FIRST.get(row["kind"], 2), row["finish_on"]))[:_MOST_ROWS]
    return sorted(kept, key=lambda row: (row["finish_on"], row["row_key"]))


def hidden(planned: pd.DataFrame) -> str:
    """How many tasks and gate items are not drawn, in words; empty when all are."""
    drawn = chosen(planned)
    due = int((planned["kind"] == _GATE_ITEM).sum())
    items = due - sum(len(row.get("items", ())) for row in drawn)
    tasks = len(planned) - due - sum("items" not in row for row in drawn)
    said = []
    if tasks:
        said.append(_("{n} more tasks are not drawn; the timeline shows them all.").format(n=tasks))
    if items:
        said.append(
            ngettext(
                "{n} more gate item due is not drawn; the readiness page lists it.",
                "{n} more gate items due are not drawn; the readiness page lists them all.",
                items,
            ).format(n=items)
        )
    return " ".join(said)


def _colour(row: Row) -> str:
    return theme.colour("primary" if row["is_lead"] else "second")


def _label(row: Row) -> str:
    """The program and what is planned; of gate items how many are due."""
    program = _program(row)
    if "items" in row:
        due = len(row["items"])
        return f"{program} " + ngettext("{n} gate item due", "{n} gate items due", due).format(n=due)
    return f"{program} {gantt.shorten(_name(row), _NAME - gantt.width(program))}"


def _program(row: Row) -> str:
    return row["program_id"] if isinstance(row["program_id"], str) else _("Alliance")


def _name(row: Row) -> str:
    return either(row["name"], row["name_ja"] if isinstance(row["name_ja"], str) else None)


def _told(rows: list[Row]) -> str:
    """What a pointer reads: each name whole, the partner, the days."""
    first, program = rows[0], _program(rows[0])
    partner = either(
        first["partner_name"], first["partner_name_ja"] if isinstance(first["partner_name_ja"], str) else None
    )
    names = [theme.show_text(f"{program} {_name(row)}") for row in rows[:_MOST_TOLD]]
    if len(rows) > _MOST_TOLD:
        names.append(_("and {n} more").format(n=len(rows) - _MOST_TOLD))
    days = say_date(first["finish_on"])
    if first["kind"] == _GATE_ITEM:
        days = _("due {day}").format(day=days)
    elif first["start_on"] != first["finish_on"]:
        days = f"{say_date(first['start_on'])} – {days}"
    return f"<b>{'<br>'.join(names)}</b><br>{theme.show_text(partner)}<br>{days}"


def change_columns() -> dict[str, str]:
    """The columns of the list of changes with their labels."""
    return {"mark": _("State"), "change": _("What changed")}


def changes(told: Sequence[Told]) -> pd.DataFrame:
    """The list of changes as it is shown: mark, and the sentence that says its word."""
    return pd.DataFrame(
        {
            "mark": [theme.symbol(one.mark) for one in told],
            "change": [one.text for one in told],
        },
        dtype="str",
    )
