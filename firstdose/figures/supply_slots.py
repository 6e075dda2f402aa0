"""Slots drawn: a calendar of weeks by site and material, and how full they are in a table."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from firstdose.figures import gantt, theme
from firstdose.figures.manufacturing_words import material
from firstdose.rules.supply_slots import STATES, Standing, state_name
from firstdose.words import _, say_date, say_number

Row = dict[Any, Any]
_ROW, _TOP, _BOTTOM = 50, 36, 40
_ROLES = {
    "free": "closed",
    "full": "in progress",
    "overbooked": "late",
    "closed": "line",
    "contradicted": "at risk",
}
_SIGNS = {"free": "", "full": "0", "overbooked": "✕", "closed": "–", "contradicted": "▲"}
_MOST_WEEKS = 60


def calendar(weeks: pd.DataFrame, as_of: date) -> go.Figure:
    """Draw a cell a week by site and material: tint by state, number of free slots, a sign where it is wrong.

    Takes ``rules.supply_slots.weeks``. Unit: slots (count). Darker green has more free; the report day is
    dotted. At most 60 weeks are drawn, those nearest to the report day.
    """
    if weeks.empty:
        return theme.empty(_("No slots under these filters. Choose fewer filters to see some."))
    near = sorted(weeks["week_start"].unique(), key=lambda day: abs((day - pd.Timestamp(as_of)).days))
    weeks = weeks[weeks["week_start"].isin(near[:_MOST_WEEKS])]
    lanes = weeks[["material", "partner_id", "site"]].drop_duplicates().to_dict("records")
    places = {(lane["material"], lane["partner_id"]): at for at, lane in enumerate(lanes)}
    rows = weeks.to_dict("records")
    at = [places[row["material"], row["partner_id"]] for row in rows]
    middle = [(gantt.moment(row["week_start"]) or 0.0) + 3.5 * 86_400_000 for row in rows]
    values, said = gantt.ticks(weeks["week_start"].min().date(), weeks["week_start"].max().date())
    return go.Figure(
        data=[
            {
                "type": "bar",
                "x": middle,
                "base": [place - 0.12 for place in at],
                "y": [0.58] * len(rows),
                "width": 6.4 * 86_400_000,
                "marker": {"color": [_tint(row) for row in rows], "cornerradius": 3},
                "customdata": [told(row) for row in rows],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
            {
                "type": "scatter",
                "mode": "text",
                "x": middle,
                "y": [place + 0.17 for place in at],
                "text": [_sign(row) for row in rows],
                "textfont": {"size": 10, "color": theme.colour("text")},
                "hoverinfo": "skip",
            },
        ],
        layout={
            "height": _ROW * len(lanes) + _TOP + _BOTTOM,
            "margin": {"l": 4, "r": 4, "t": _TOP, "b": _BOTTOM},
            "xaxis": {
                "type": "date",
                "tickvals": values,
                "ticktext": said,
                "showgrid": False,
                "fixedrange": True,
                "range": [
                    gantt.moment(weeks["week_start"].min() - timedelta(days=1)),
                    gantt.moment(weeks["week_start"].max() + timedelta(days=8)),
                ],
            },
            "yaxis": {
                "range": [len(lanes) - 0.5, -0.5],
                "showticklabels": False,
                "showgrid": False,
                "zeroline": False,
                "fixedrange": True,
            },
            "showlegend": False,
            "shapes": [
                {
                    "type": "line",
                    "x0": gantt.moment(as_of),
                    "x1": gantt.moment(as_of),
                    "y0": place - 0.12,
                    "y1": place + 0.46,
                    "line": {"color": theme.colour("text"), "width": 1.4, "dash": "dot"},
                }
                for place in range(len(lanes))
            ],
            "annotations": [_legend(), *(_name(lane, place) for place, lane in enumerate(lanes))],
        },
    )


def _name(lane: Row, place: int) -> Row:
    """Site and material above a row of cells: beside it, a narrow screen would have no room for the weeks."""
    return {
        "text": f"{theme.show_text(lane['site'])} · {theme.show_text(material(lane['material']))}",
        "xref": "paper",
        "x": 0,
        "y": place - 0.3,
        "xanchor": "left",
        "showarrow": False,
        "font": {"size": 12, "color": theme.colour("text")},
    }


def _tint(row: Row) -> str:
    if row["state"] == "free":
        return theme.tint("closed", 0.18 + 0.5 * min(1.0, row["free"] / max(row["usable"], 1)))
    return theme.tint(_ROLES[row["state"]], 0.35 if row["state"] != "full" else 0.22)


def _sign(row: Row) -> str:
    return str(int(row["free"])) if row["state"] == "free" else _SIGNS[row["state"]]


def told(row: Row) -> str:
    """A week in words, as the pointer shows it."""
    first = f"<b>{theme.show_text(row['site'])} · {theme.show_text(material(row['material']))}</b>"
    week = _("week of {day}: {booked} of {available} booked, {free} free, {n} working days").format(
        day=say_date(row["week_start"].date()),
        booked=row["booked"],
        available=row["available"],
        free=row["free"],
        n=row["working_days"],
    )
    return f"{first}<br>{week}<br>{state_name(row['state'])}"


def _legend() -> Row:
    parts = []
    for state in STATES:
        sign = "1" if state == "free" else _SIGNS[state]
        colour = theme.colour("secondary" if state == "closed" else _ROLES[state])
        parts.append(f'<span style="color:{colour}">{sign}</span> {state_name(state)}')
    return {
        "text": "   ".join(parts[:3]) + "<br>" + "   ".join(parts[3:]),
        "align": "left",
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": 1,
        "xanchor": "left",
        "yanchor": "bottom",
        "yshift": 4,
        "showarrow": False,
        "font": {"size": 11, "color": theme.colour("secondary")},
    }


def standing_columns() -> dict[str, str]:
    """The columns of the table of utilisation, in order."""
    return {
        "site": _("Site"),
        "what": _("Material"),
        "next_free": _("Next free, week of"),
        "free_ahead": _("Free, 12 weeks on"),
        "ahead": _("Booked, 12 weeks on"),
        "back": _("Booked, 12 weeks back"),
        "a_day": _("Booked a working day"),
        "overbooked": _("Overbooked"),
        "contradicted": _("Slots although closed"),
    }


def standings(found: list[Standing], attrs: dict[Any, Any]) -> pd.DataFrame:
    """How full each site is, as read. Takes ``rules.supply_slots.standings``."""
    rows = [
        {
            "site": one.site,
            "what": material(one.material),
            "next_free": one.next_free or _("none in the weeks given"),
            "free_ahead": one.free_ahead,
            "ahead": _share(one.booked_ahead, one.usable_ahead),
            "back": _share(one.booked_back, one.usable_back),
            "a_day": "–" if one.per_working_day is None else say_number(one.per_working_day, 2),
            "overbooked": one.overbooked,
            "contradicted": one.contradicted,
        }
        for one in found
    ]
    frame = pd.DataFrame(rows, columns=list(standing_columns()))
    frame.attrs = dict(attrs)
    return frame


def _share(booked: int, usable: int) -> str:
    said = _("{k} of {n}").format(k=booked, n=usable)
    return f"{said} · {say_number(100 * booked / usable)} %" if usable else said
