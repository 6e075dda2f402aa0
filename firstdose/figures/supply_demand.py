"""Demand drawn against capacity, and in tables: months, limits of the plan, stock and what to order."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from firstdose.figures import cells, gantt, theme
from firstdose.rules.supply_demand import Limit, fit_name
from firstdose.rules.supply_stock import Cover, mark_name, why
from firstdose.words import N_, _, say_date, say_number

Row = dict[Any, Any]
_TALL, _BETWEEN, _TOP, _BOTTOM = 150, 44, 30, 40
_ROLES = {"fits": "primary", "tight": "at risk", "short": "late", "unknown": "secondary"}
_STATES = {"fits": "closed", "tight": "at risk", "short": "late", "unknown": "not applicable"}
_KINDS = {
    "vector": N_("vector"),
    "reagent": N_("reagent"),
    "consumable": N_("consumable"),
    "starting material": N_("starting material"),
}


def months(found: pd.DataFrame) -> go.Figure:
    """Draw the slots needed a month with their interval against those there are, a picture a site.

    Takes ``rules.supply_demand.months``. Unit: drug-product slots. The line is the capacity, dotted where
    not every week of the month is given; a sign above a bar says that it does not fit.
    """
    if found.empty:
        return theme.empty(_("No patients are planned under these filters from the report day on."))
    sites = list(dict.fromkeys(found["site"]))
    whole = _TALL * len(sites) + _BETWEEN * (len(sites) - 1)
    first, last = found["month"].min(), found["month"].max()
    values, said = gantt.ticks(first.date(), last.date())
    data: list[Row] = []
    layout: Row = {
        "height": whole + _TOP + _BOTTOM,
        "margin": {"l": 40, "r": 10, "t": _TOP, "b": _BOTTOM},
        "showlegend": False,
        "bargap": 0.3,
        "annotations": [],
        "xaxis": {
            "type": "date",
            "tickvals": values,
            "ticktext": said,
            "range": [gantt.moment(first - timedelta(days=18)), gantt.moment(last + timedelta(days=18))],
            "fixedrange": True,
            "anchor": f"y{len(sites) if len(sites) > 1 else ''}",
        },
    }
    for at, site in enumerate(sites):
        own = found[found["site"] == site]
        name = f"y{at + 1 if at else ''}"
        top = 1 - at * (_TALL + _BETWEEN) / whole
        layout[f"yaxis{at + 1 if at else ''}"] = {
            "domain": [max(top - _TALL / whole, 0), top],
            "rangemode": "tozero",
            "range": [0, 1.18 * max(float(own["high"].max()), float(own["slots"].max()), 1.0)],
            "fixedrange": True,
        }
        layout["annotations"].append(_head(str(site), top))
        data += [_bars(own, name), _capacity(own, name)]
    return go.Figure(data=data, layout=layout)


def _head(site: str, top: float) -> Row:
    return {
        "text": f"<b>{theme.show_text(site)}</b>",
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": top,
        "xanchor": "left",
        "yanchor": "bottom",
        "yshift": 4,
        "showarrow": False,
        "font": {"size": 12, "color": theme.colour("text")},
    }


def _bars(own: pd.DataFrame, axis: str) -> Row:
    rows = own.to_dict("records")
    return {
        "type": "bar",
        "yaxis": axis,
        "x": [gantt.moment(row["month"]) for row in rows],
        "y": own["needed"].tolist(),
        "width": 18 * 86_400_000,
        "marker": {"color": [theme.colour(_ROLES[row["fit"]]) for row in rows]},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": (own["high"] - own["needed"]).tolist(),
            "arrayminus": (own["needed"] - own["low"]).tolist(),
            "color": theme.colour("secondary"),
            "thickness": 1.2,
            "width": 3,
        },
        "text": ["" if row["fit"] == "fits" else theme.symbol(_STATES[row["fit"]]) for row in rows],
        "textposition": "inside",
        "insidetextanchor": "start",
        "textangle": 0,
        "textfont": {"color": theme.colour("card")},
        "customdata": [_told(row) for row in rows],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _capacity(own: pd.DataFrame, axis: str) -> Row:
    half = 15 * 86_400_000
    x: list[float | None] = []
    y: list[float | None] = []
    for row in own.to_dict("records"):
        if pd.isna(row["slots"]):
            continue
        middle = gantt.moment(row["month"]) or 0.0
        x += [middle - half, middle + half, None]
        y += [row["slots"], row["slots"], None]
    return {
        "type": "scatter",
        "mode": "lines",
        "yaxis": axis,
        "x": x,
        "y": y,
        "line": {"color": theme.colour("second"), "width": 2.4},
        "hoverinfo": "skip",
    }


def _told(row: Row) -> str:
    month = say_date(row["month"].date(), _("MMM y"))
    first = f"<b>{theme.show_text(row['site'])}, {month}</b>"
    said = _("{patients} patients, {needed} slots ({low}–{high}), {there} there: {fit}").format(
        patients=say_number(row["patients"], 1),
        needed=say_number(row["needed"], 1),
        low=say_number(row["low"], 1),
        high=say_number(row["high"], 1),
        there="–" if pd.isna(row["slots"]) else say_number(row["slots"], 1),
        fit=fit_name(row["fit"]),
    )
    return f"{first}<br>{said}"


def limit_columns() -> dict[str, str]:
    """The columns of the table of limits, in order."""
    return {
        "month": _("First month"),
        "what": _("What does not suffice"),
        "where": _("Site"),
        "why": _("Why"),
    }


def limits(found: Sequence[Limit], attrs: dict[Any, Any]) -> pd.DataFrame:
    """What bounds the plan, the earliest month on top, in it the most urgent; what suffices at the end."""
    ordered = sorted(found, key=lambda one: (one.month is None, one.month or pd.Timestamp.min))
    rows = [
        {
            "month": _("every month known fits")
            if one.month is None
            else say_date(one.month.date(), _("MMM y")),
            "what": one.name,
            "where": one.where or "–",
            "why": one.why,
        }
        for one in ordered
    ]
    frame = pd.DataFrame(rows, columns=list(limit_columns()), dtype="str")
    frame.attrs = dict(attrs)
    return frame


def cover_columns() -> dict[str, str]:
    """The columns of the table of stock, in order."""
    return {
        "state": _("State"),
        "name": _("Item in stock"),
        "where": _("Site"),
        "single": _("Supplier"),
        "stock": _("In stock"),
        "planned": _("Planned use"),
        "weeks": _("Weeks of cover"),
        "order_by": _("Order by"),
        "why": _("Why"),
    }


def covers(found: Sequence[Cover], attrs: dict[Any, Any]) -> pd.DataFrame:
    """Stock against the plan as read, what to order first on top. Takes ``rules.supply_stock.covers``."""
    rows = [
        {
            "state": f"{theme.symbol(one.mark)} {mark_name(one.mark)}",
            "name": one.name,
            "where": one.where or "–",
            "stock": f"{say_number(one.amount, 0 if one.amount.is_integer() else 1)} {one.unit}",
            "planned": f"{say_number(one.planned, 1)} {one.unit}" if one.planned else "–",
            "weeks": _weeks(one),
            "order_by": one.order_by,
            "lead": "–" if one.lead_days is None else say_number(one.lead_days),
            "expires": one.first_expiry,
            "single": _("single source") if one.single_source else "",
            "why": why(one),
        }
        for one in found
    ]
    names = [*cover_columns(), "lead", "expires"]
    frame = pd.DataFrame(rows, columns=names).astype({"order_by": object, "expires": object})
    frame.attrs = dict(attrs)
    return frame


def _weeks(one: Cover) -> str:
    if one.mark == "not applicable":
        return "–"
    return _("to the end of the plan") if one.weeks is None else say_number(one.weeks, 1)


def lot_columns() -> dict[str, str]:
    """The columns of the list of lots in stock."""
    return {
        "name": _("Item in stock"),
        "sort": _("Kind"),
        "lot": _("Lot"),
        "site": _("Site"),
        "stock": _("In stock"),
        "doses": _("Doses"),
        "expires": _("Expires"),
        "single": _("Supplier"),
    }


def lots(found: pd.DataFrame) -> pd.DataFrame:
    """The lots in stock as read, those that expire first on top. Takes ``queries.supply.inventory``."""
    ordered = found.sort_values(["expires_on", "material_id", "lot"], kind="stable").reset_index(drop=True)
    rows = cells.rows(ordered)
    told = ordered.assign(
        sort=[_kind(row["kind"]) for row in rows],
        site=[cells.named(row, "partner_name") for row in rows],
        stock=[
            f"{say_number(row['quantity'], 0 if float(row['quantity']).is_integer() else 1)} {row['unit']}"
            for row in rows
        ],
        doses=[
            "–" if pd.isna(row["doses_supported"]) else say_number(row["doses_supported"]) for row in rows
        ],
        expires=cells.days(ordered["expires_on"]),
        single=[_("single source") if row["single_source"] else "" for row in rows],
    )
    told.attrs = dict(found.attrs)
    return told


def _kind(name: str) -> str:
    word = _KINDS.get(name, name)
    return _(word)
