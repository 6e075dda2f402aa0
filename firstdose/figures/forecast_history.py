"""The history of a forecast drawn: P50 to P80 of one milestone by report day, with the day it came."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from firstdose.figures import theme
from firstdose.figures.forecast import plain
from firstdose.rules.timeline import in_language
from firstdose.words import N_, _, say_date

_FIRST = {"held": (N_("held"), "closed"), "failed": (N_("failed"), "late"), "open": (N_("not known yet"), "")}


def band(told: pd.DataFrame) -> go.Figure:
    """Draw P50 and P80 of one milestone over the report days of the data versions, and its target.

    Takes the rows of one milestone of ``rules.forecast_history.history``. Flat is steady, rising slips.
    """
    if told.empty:
        return theme.empty(_("No data version forecast this milestone."))
    days = told["as_of"].tolist()
    said = [
        _("v{version}: P50 {p50}, P80 {p80}").format(
            version=row["version"], p50=say_date(row["p50"]), p80=say_date(row["p80"])
        )
        for row in told.to_dict("records")
    ]
    data: list[dict[str, Any]] = [
        _line(days, told["p50"].tolist(), "P50", "solid", said),
        _line(days, told["p80"].tolist(), "P80", "dash", said)
        | {"fill": "tonexty", "fillcolor": theme.tint("primary", 0.16)},
    ]
    if told["target_on"].notna().any():
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": days,
                "y": told["target_on"].tolist(),
                "name": _("target"),
                "line": {"color": theme.colour("second"), "width": 1.5, "dash": "dot", "shape": "hv"},
                "hoverinfo": "skip",
            }
        )
    return go.Figure(
        data=data,
        layout={
            "height": 340,
            "margin": {"l": 70, "r": 16, "t": 12, "b": 72},
            "xaxis": {"type": "date", "fixedrange": True, "title": {"text": _("report day")}},
            "yaxis": {"type": "date", "fixedrange": True},
            "legend": {"orientation": "h", "x": 0, "y": -0.24, "yanchor": "top"},
            "showlegend": True,
        },
    )


def _line(days: list[Any], values: list[Any], name: str, dash: str, said: list[str]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": days,
        "y": values,
        "name": name,
        "line": {"color": theme.colour("primary"), "width": 2, "dash": dash},
        "marker": {"size": 7, "color": theme.colour("primary")},
        "customdata": said,
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def calibration_rows(calibrated: pd.DataFrame) -> pd.DataFrame:
    """How past P80s held, as the table shows it."""
    marks = []
    for first in calibrated["first"]:
        word, status = _FIRST[first]
        marks.append(f"{theme.symbol(status)} {_(word)}" if status else _(word))
    shown = plain(calibrated, "first_p80", "actual_finish")
    return shown.assign(shown=in_language(calibrated, "program_name"), verdict=marks)


def calibration_columns() -> dict[str, str]:
    """Columns of the table of calibration, in order."""
    return {
        "shown": _("Program"),
        "jurisdiction": _("Jurisdiction"),
        "first_p80": _("First P80"),
        "actual_finish": _("Came on"),
        "verdict": _("First P80 held?"),
        "forecasts": _("Forecasts"),
        "held": _("held"),
        "failed": _("failed"),
        "undecided": _("open"),
    }
