"""Readiness drawn: areas by jurisdiction, and what is due when."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from firstdose.figures import matrix as matrices
from firstdose.figures import theme
from firstdose.figures.cells import opens
from firstdose.rules.readiness import AREAS, JURISDICTIONS, MARKS, MONTHS_AHEAD, area_name
from firstdose.words import N_, _, ngettext, say_date


def area_matrix(rollup: pd.DataFrame) -> go.Figure:
    """Draw how each area stands in each jurisdiction: mark of its worst open gate item, closed of total.

    Takes ``rules.readiness.rollup_by(…, ["area", "jurisdiction"])``. Unit: gate items (count). All nine
    areas are shown; jurisdictions only where there are items.
    """
    columns = [name for name in JURISDICTIONS if name in set(rollup["jurisdiction"])]
    if not columns:
        return theme.empty(_("No readiness item fits the filters. Choose fewer filters to see some."))
    cells = {(row["area"], row["jurisdiction"]): row for row in rollup.to_dict("records")}
    rows = [(area, area_name(area)) for area in AREAS]
    return _matrix(cells, rows, [(name, name) for name in columns], ("area", "jurisdiction"))


def program_matrix(rollup: pd.DataFrame, names: Mapping[str, str]) -> go.Figure:
    """Draw how each program stands in each area: mark of its worst open gate item, closed of total.

    Takes ``rules.readiness.rollup_by(…, ["program_id", "area"])`` and the names by program. Unit: gate items
    (count). All nine areas are shown; programs only where there are items.
    """
    if rollup.empty:
        return theme.empty(_("No readiness item fits the filters. Choose fewer filters to see some."))
    cells = {(row["program_id"], row["area"]): row for row in rollup.to_dict("records")}
    there = [(name, theme.show_text(names.get(name, name))) for name in sorted(set(rollup["program_id"]))]
    return _matrix(cells, there, [(area, _short(area)) for area in AREAS], ("program", "area"))


def _short(area: str) -> str:
    """An area's name over two lines, so that nine fit side by side."""
    return _(_SHORT_AREAS[area]).replace("|", "<br>")


#: Names of areas for the heads of narrow columns; the bar breaks the line.
_SHORT_AREAS = {
    "Regulatory": N_("Regu-|latory"),
    "CMC-Vector": N_("Vector|CMC"),
    "CMC-Drug product": N_("Drug|product"),
    "Analytical": N_("Analy-|tical"),
    "Nonclinical": N_("Non-|clinical"),
    "Clinical": N_("Clini-|cal"),
    "Quality system": N_("Quality|system"),
    "Supply & logistics": N_("Supply|logistics"),
    "Ethics & biosafety": N_("Ethics|biosafety"),
}


def _matrix(
    cells: Mapping[Any, dict[Any, Any]],
    rows: list[tuple[str, str]],
    columns: list[tuple[str, str]],
    keys: tuple[str, str],
) -> go.Figure:
    """Tinted cells with mark and count, rows and columns as (key, label) in the order drawn.

    A cell with items has the part of a link that chooses them as its id; ``keys`` name its row and column.
    """
    down, across = (
        {key: opens(**{name: key}) for key, _label in both}
        for name, both in zip(keys, (rows, columns), strict=True)
    )
    drawn = [
        _cell(
            cells.get((row, column)),
            row_label,
            column_label.replace("-<br>", "").replace("<br>", " "),
            f"{down[row]}&{across[column]}",
        )
        for row, row_label in rows
        for column, column_label in columns
    ]
    down_labels, across_labels = ([label for _key, label in both] for both in (rows, columns))
    return matrices.matrix(down_labels, across_labels, drawn, (*MARKS[::-1], "stale"))


def _cell(cell: dict[str, Any] | None, area: str, jurisdiction: str, leads: str) -> matrices.Cell:
    told, role = _told(area, jurisdiction, cell), _role(cell)
    if cell is None or role == "line":
        return replace(matrices.nothing(told), opens=leads if cell is not None else "")
    stale = f' <span style="color:{theme.colour("secondary")}">~</span>' if cell["stale"] else ""
    return matrices.counted(role, f"{cell['closed']}/{cell['total']}{stale}", told, leads)


def _role(cell: dict[str, Any] | None) -> str:
    """The colour role of a cell: its mark, or the line colour where nothing can be marked."""
    return "line" if cell is None or pd.isna(cell["mark"]) else str(cell["mark"])


def _told(area: str, jurisdiction: str, cell: dict[str, Any] | None) -> str:
    """A cell in words."""
    head = f"<b>{area} · {jurisdiction}</b>"
    if cell is None:
        return "<br>".join((head, _("no item")))
    said = [head]
    if _role(cell) == "line":
        said.append(_("no gate item"))
    else:
        said.append(f"{theme.symbol(cell['mark'])} {theme.word(cell['mark'])}")
        said.append(_("{closed} of {total} gate items closed").format(**cell))
    if cell["open_other"]:
        other = cell["open_other"]
        said.append(ngettext("{n} other item open", "{n} other items open", other).format(n=other))
    if cell["stale"]:
        said.append(_("~ an open item had no update for more than 30 days"))
    return "<br>".join(said)


def due_months(counted: pd.DataFrame, as_of: date) -> go.Figure:
    """Draw how many open gate items are due in each month, stacked by mark, the overdue ones first.

    Takes ``rules.readiness.due_months``. Unit: gate items (count). Months run without a gap to the last one
    that holds items.
    """
    if counted.empty:
        return theme.empty(_("No open gate item fits the filters."))
    held = set(counted["due"])
    months = [_month(as_of, ahead) for ahead in range(MONTHS_AHEAD)]
    last = max((at for at, name in enumerate(months) if name in held), default=0)
    order = ["overdue", *months[: last + 1], *(name for name in ("later", "undated") if name in held)]
    total = counted.groupby("due")["items"].sum().reindex(order, fill_value=0)
    places = _places(order)
    bars = [
        _stack(mark, order, places, counted[counted["mark"] == mark])
        for mark in MARKS[::-1]
        if mark in set(counted["mark"])
    ]
    return go.Figure(
        data=[*bars, _totals(places, total)],
        layout={
            "barmode": "stack",
            "height": matrices.ROW * len(AREAS) + 30 + matrices.LEGEND,
            "margin": {"l": 34, "r": 4, "t": 28, "b": matrices.LEGEND + 40},
            "xaxis": matrices.fixed(_due_names(order))
            | {
                "range": [-0.5, places[-1] + 0.5],
                "tickvals": places,
                "tickfont": {"size": 11, "color": theme.colour("secondary")},
                "showgrid": False,
            },
            "yaxis": {
                "range": [0, int(total.max()) * 1.15 + 0.5],
                "fixedrange": True,
                "dtick": max(1, round(int(total.max()) / 4)),
                "title": {"text": ""},
            },
            "showlegend": False,
            "annotations": [matrices.marks_line(MARKS[:0:-1], 34, 44)],
        },
    )


def _month(as_of: date, ahead: int) -> str:
    year, month = divmod(as_of.year * 12 + as_of.month - 1 + ahead, 12)
    return f"{year}-{month + 1:02d}"


def _places(order: list[str]) -> list[float]:
    """Where the bars stand: months side by side, those that are no month half a bar apart from them."""
    places = [0.0]
    for before, name in pairwise(order):
        places.append(places[-1] + (1 if _is_month(before) and _is_month(name) else 1.5))
    return places


def _due_names(order: list[str]) -> list[str]:
    """The names under the bars; every second month has one, since more would overlap on a phone.

    The year stands below January; where none is drawn, below the first month.
    """
    named = {"overdue": _("over-<br>due"), "later": _("later"), "undated": _("no<br>day")}
    days = {name: date.fromisoformat(f"{name}-01") for name in order if _is_month(name)}
    first = next(iter(days.values()))
    begins = 1 if any(day.month == 1 for day in days.values()) else first.month
    for name, day in days.items():
        year = f"<br>{day.year}" if day.month == begins else ""
        named[name] = say_date(day, "LLL") + year if (day.month - begins) % 2 == 0 else ""
    return [named[name] for name in order]


def _is_month(name: str) -> bool:
    return name[0].isdigit()


def _stack(mark: str, order: list[str], places: list[float], rows: pd.DataFrame) -> dict[str, Any]:
    counts = rows.set_index("due")["items"].reindex(order, fill_value=0).tolist()
    return {
        "type": "bar",
        "x": places,
        "y": counts,
        "width": 0.72,
        "marker": {"color": theme.colour(mark), "line": {"width": 1, "color": theme.colour("card")}},
        "customdata": [ngettext("{n} item", "{n} items", n).format(n=n) for n in counts],
        "hovertemplate": f"{theme.symbol(mark)} {theme.word(mark)}: %{{customdata}}<extra></extra>",
    }


def _totals(places: list[float], total: "pd.Series[int]") -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "text",
        "x": places,
        "y": total.tolist(),
        "text": [str(n) if n else "" for n in total],
        "textposition": "top center",
        "textfont": {"size": 12, "color": theme.colour("text")},
        "hoverinfo": "skip",
    }
