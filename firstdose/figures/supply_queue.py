"""The what-if of the plant drawn: days from collection to infusion, before and after, and all in a table."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from firstdose.figures import theme
from firstdose.rules.supply_queue import Outcome
from firstdose.rules.supply_scenario import BOUNDS, setting_name
from firstdose.words import _, say_number

Row = dict[Any, Any]


def curves(before: Outcome, after: Outcome, target: float | None) -> go.Figure:
    """Draw the share of infused patients by days since their collection; before dashed, after solid."""
    if not before.curve and not after.curve:
        return theme.empty(_("Nobody is infused in the years played."))
    share = list(range(101))
    most = max(one.curve[99] for one in (before, after) if one.curve) * 1.05
    low = min(one.curve[0] for one in (before, after) if one.curve)
    data: list[Row] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": list(one.curve),
            "y": share,
            "line": {"color": theme.colour(role), "width": width, "dash": dash},
            "hovertemplate": _("{share} % by day {day}").format(share="%{y}", day="%{x:.0f}")
            + "<extra></extra>",
        }
        for name, one, role, width, dash in (
            (_("as in the data"), before, "secondary", 2.0, "dash"),
            (_("scenario"), after, "primary", 2.6, "solid"),
        )
        if one.curve
    ]
    line = {
        "type": "line",
        "x0": target,
        "x1": target,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "line": {"color": theme.colour("second"), "width": 1.4, "dash": "dot"},
    }
    return go.Figure(
        data=data,
        layout={
            "height": 340,
            "margin": {"l": 48, "r": 14, "t": 10, "b": 74},
            "legend": {"orientation": "h", "y": -0.2, "x": 0, "yanchor": "top"},
            "xaxis": {
                "range": [max(0.0, low - 3), max(most, target or 0.0)],
                "title": {"text": _("days from collection to infusion")},
                "fixedrange": True,
            },
            "yaxis": {"range": [-2, 102], "title": {"text": _("percent infused")}, "fixedrange": True},
            "shapes": [] if target is None else [line],
        },
    )


def points(before: Outcome, after: Outcome) -> pd.DataFrame:
    """The curves as a table: share_pct, before_days, after_days; none where nobody is infused."""
    nothing = [float("nan")] * 101
    return pd.DataFrame(
        {
            "share_pct": range(101),
            "before_days": list(before.curve) or nothing,
            "after_days": list(after.curve) or nothing,
        }
    )


def columns() -> dict[str, str]:
    """The columns of the table of before and after."""
    return {"what": _("What"), "before": _("As in the data"), "after": _("Scenario")}


def told(
    before: Outcome, after: Outcome, base: Mapping[str, float], asked: Mapping[str, float]
) -> pd.DataFrame:
    """Results before and after, then the settings they come from."""
    rows: list[tuple[str, str, str]] = []

    def add(name: str, *said: str) -> None:
        rows.append((name, said[0], said[1]))

    both = (before, after)
    add(_("Wait for a suite, P50 · P90"), *(_days(*one.waits) for one in both))
    add(_("Collection to infusion, P50 · P90"), *(_days(*one.vein) for one in both))
    add(_("Above the target"), *(_share(one.above) for one in both))
    add(_("Patients infused in the year, mean (P10–P90)"), *(_treated(one) for one in both))
    add(_("Not yet infused at its end, mean"), *(say_number(one.unfinished, 1) for one in both))
    add(_("Lost: failed and not made again, mean"), *(say_number(one.lost, 1) for one in both))
    add(_("Suites busy"), *(_share(one.utilisation) for one in both))
    for letter in BOUNDS:
        add(setting_name(letter), *(_setting(one[letter]) for one in (base, asked)))
    return pd.DataFrame(rows, columns=list(columns()), dtype="str")


def _days(low: float, high: float) -> str:
    if low != low:
        return "–"
    return _("{low} · {high} d").format(low=say_number(low, 1), high=say_number(high, 1))


def _share(value: float | None) -> str:
    return "–" if value is None else f"{say_number(100 * value)} %"


def _treated(one: Outcome) -> str:
    low, mean, high = one.treated
    return f"{say_number(mean, 1)} ({say_number(low)}–{say_number(high)})"


def _setting(value: float) -> str:
    return say_number(value, 0 if float(value).is_integer() else 1)
