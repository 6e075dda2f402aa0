"""Readiness drawn: areas by jurisdiction, and what is due when."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from firstdose.figures import theme
from firstdose.figures.cells import opens
from firstdose.rules.readiness import AREAS, JURISDICTIONS, MARKS, MONTHS_AHEAD, area_name
from firstdose.words import N_, _, ngettext, say_date

_ROW = 30  # px of one row of the matrix
_LEGEND = 46  # px under a picture for two lines of marks
_CHARACTER = 6.4  # px of a character at 12 px, measured on Inter and Noto Sans


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
    places = [
        (row_label, column_label.replace("-<br>", "").replace("<br>", " "), cells.get((row, column)))
        for row, row_label in rows
        for column, column_label in columns
    ]
    down, across = (
        {key: opens(**{name: key}) for key, _label in both}
        for name, both in zip(keys, (rows, columns), strict=True)
    )
    ids = [
        f"{down[row]}&{across[column]}" if (row, column) in cells else "" for row in down for column in across
    ]
    at = {"x": list(range(len(columns))) * len(rows)}
    at["y"] = [place for place in range(len(rows)) for _column in columns]
    labels = [label for _key, label in rows]
    margin = 14 + int(_CHARACTER * max(map(_width, labels)))
    head = 40 if any("<br>" in label for _key, label in columns) else 28
    return go.Figure(
        data=[_backgrounds(at, places) | {"ids": ids}, _counts(at, places)],
        layout={
            "height": _ROW * len(rows) + head + _LEGEND,
            "margin": {"l": margin, "r": 0, "t": head, "b": _LEGEND},
            "xaxis": _fixed(len(columns), [label for _key, label in columns])
            | {"side": "top", "showgrid": False},
            "yaxis": _fixed(len(rows), labels) | {"range": [len(rows) - 0.5, -0.5], "showgrid": False},
            "showlegend": False,
            "annotations": [_marks_line((*MARKS[::-1], "stale"), margin, 10)],
        },
    )


def _fixed(count: int, labels: list[str]) -> dict[str, Any]:
    return {
        "range": [-0.5, count - 0.5],
        "tickvals": list(range(count)),
        "ticktext": labels,
        "ticklabelstandoff": 6,
        "tickangle": 0,
        "fixedrange": True,
        "zeroline": False,
    }


def _backgrounds(at: dict[str, list[int]], places: list[Any]) -> dict[str, Any]:
    """The tinted cells; they carry what a pointer reads."""
    return {
        "type": "bar",
        "x": at["x"],
        "base": [row - 0.45 for row in at["y"]],
        "y": [0.9] * len(places),
        "width": 0.96,
        "marker": {
            "color": [
                theme.tint(_role(cell), 0.13 if _role(cell) != "line" else 0.35) for *_, cell in places
            ],
            "cornerradius": 4,
        },
        "customdata": [_told(area, name, cell) for area, name, cell in places],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _role(cell: dict[str, Any] | None) -> str:
    """The colour role of a cell: its mark, or the line colour where nothing can be marked."""
    return "line" if cell is None or pd.isna(cell["mark"]) else str(cell["mark"])


def _counts(at: dict[str, list[int]], places: list[Any]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "text",
        "x": at["x"],
        "y": at["y"],
        "text": [_count(cell) for *_, cell in places],
        "textfont": {"size": 12.5, "color": theme.colour("text")},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _count(cell: dict[str, Any] | None) -> str:
    role = _role(cell)
    if cell is None or role == "line":
        return f'<span style="color:{theme.colour("secondary")}">–</span>'
    stale = f' <span style="color:{theme.colour("secondary")}">~</span>' if cell["stale"] else ""
    mark = f'<span style="color:{theme.colour(role)}">{theme.symbol(role)}</span>'
    return f"{mark} {cell['closed']}/{cell['total']}{stale}"


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


def _marks_line(marks: Sequence[str], margin: int, below: int) -> dict[str, Any]:
    """Marks with their words, four a line, ``below`` px under the axis and from the edge of the picture."""
    said = [
        f'<span style="color:{theme.colour(mark)}">{theme.symbol(mark)}</span> {theme.word(mark)}'
        for mark in marks
    ]
    return {
        "text": "<br>".join(" &nbsp; ".join(said[at : at + 4]) for at in range(0, len(said), 4)),
        "align": "left",
        "showarrow": False,
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": 0,
        "xanchor": "left",
        "yanchor": "top",
        "xshift": 4 - margin,
        "yshift": -below,
        "font": {"size": 12, "color": theme.colour("secondary")},
    }


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
            "height": _ROW * len(AREAS) + 30 + _LEGEND,
            "margin": {"l": 34, "r": 4, "t": 28, "b": _LEGEND + 40},
            "xaxis": _fixed(len(order), _due_names(order))
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
            "annotations": [_marks_line(MARKS[:0:-1], 34, 44)],
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


def _width(text: str) -> int:
    """How many Latin characters wide a text is drawn: Japanese ones count twice."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)
