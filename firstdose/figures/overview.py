"""The overview drawn: what is planned for the next days, and what changed in a table."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from firstdose.figures import gantt, theme
from firstdose.rules.changes import Told
from firstdose.rules.overview import DAYS_AHEAD
from firstdose.words import _, either, say_date

_ROW = 24  # px of one row
_MOST_ROWS = 16  # our convention: what a card shows without growing past its neighbour
_CHARACTER = 6.3  # px of a character at 12 px


def next_days(planned: pd.DataFrame, as_of: date) -> go.Figure:
    """Draw what is planned for the next 90 days: bars for work, diamonds for milestones and decisions.

    Takes ``queries.overview.next_days``; at most 16 rows, milestones and the earliest first. Unit: days.
    """
    if planned.empty:
        return theme.empty(_("Nothing is planned for the next 90 days."))
    rows = chosen(planned)
    last = as_of + timedelta(days=DAYS_AHEAD)
    labels = [_label(row) for row in rows]
    low, high = gantt.moment(as_of), gantt.after(last)
    spans = [(at, row) for at, row in enumerate(rows) if not _point(row)]
    points = [(at, row) for at, row in enumerate(rows) if _point(row)]
    starts = [max(gantt.moment(row["start_on"]) or 0, low or 0) for _at, row in spans]
    ends = [min(gantt.after(row["finish_on"]) or 0, high or 0) for _at, row in spans]
    values, said = gantt.ticks(as_of, last)
    return go.Figure(
        data=[
            {
                "type": "bar",
                "orientation": "h",
                "base": starts,
                "x": [end - start for start, end in zip(starts, ends, strict=True)],
                "y": [at for at, _row in spans],
                "width": 0.5,
                "marker": {"color": [_colour(row) for _at, row in spans]},
                "customdata": [_told(row) for _at, row in spans],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
            {
                "type": "scatter",
                "mode": "markers",
                "x": [gantt.moment(row["finish_on"]) for _at, row in points],
                "y": [at for at, _row in points],
                "marker": {
                    "symbol": "diamond",
                    "size": 12,
                    "color": [_colour(row) for _at, row in points],
                    "line": {"color": theme.colour("card"), "width": 1},
                },
                "customdata": [_told(row) for _at, row in points],
                "hovertemplate": "%{customdata}<extra></extra>",
                "cliponaxis": False,
            },
        ],
        layout={
            "height": _ROW * len(rows) + 44,
            "margin": {"l": 16 + int(_CHARACTER * max(map(gantt.width, labels))), "r": 8, "t": 32, "b": 8},
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
                "tickvals": list(range(len(rows))),
                "ticktext": [theme.show_text(label) for label in labels],
                "range": [len(rows) - 0.4, -0.6],
                "showgrid": False,
                "zeroline": False,
                "ticklabelstandoff": 6,
                "fixedrange": True,
            },
            "showlegend": False,
        },
    )


def chosen(planned: pd.DataFrame) -> list[dict[Any, Any]]:
    """The rows that are drawn: milestones and hand-offs before other work, then by day."""
    rows = planned.to_dict("records")
    weight = {"milestone": 0, "decision": 0, "deliverable": 1}
    kept = sorted(rows, key=lambda row: (weight.get(row["kind"], 2), row["finish_on"]))[:_MOST_ROWS]
    return sorted(kept, key=lambda row: (row["finish_on"], row["task_id"]))


def hidden(planned: pd.DataFrame) -> str:
    """How many rows are not drawn, in words; empty when all are."""
    more = len(planned) - _MOST_ROWS
    return _("{n} more tasks are not drawn; the timeline shows them all.").format(n=more) if more > 0 else ""


def _point(row: dict[Any, Any]) -> bool:
    return row["kind"] in ("milestone", "decision")


def _colour(row: dict[Any, Any]) -> str:
    return theme.colour("primary" if row["is_lead"] else "second")


def _label(row: dict[Any, Any]) -> str:
    name = either(row["name"], row["name_ja"] if isinstance(row["name_ja"], str) else None)
    program = row["program_id"] if isinstance(row["program_id"], str) else _("Alliance")
    return f"{program} {gantt.shorten(name, 34)}"


def _told(row: dict[Any, Any]) -> str:
    partner = either(
        row["partner_name"], row["partner_name_ja"] if isinstance(row["partner_name_ja"], str) else None
    )
    days = f"{say_date(row['start_on'])} – {say_date(row['finish_on'])}"
    return f"<b>{theme.show_text(_label(row))}</b><br>{theme.show_text(partner)}<br>{days}"


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
