"""A figure as a chart that Excel and PowerPoint draw themselves, where they have the kind.

Bars, stacked bars, lines and scatters become native; bars that begin at a base (a Gantt) become stacked bars
whose first part is not painted. Matrices and drawings have no native kind: their table stands for them.
"""

import math
import re
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import plotly.graph_objects as go

_DAY_ZERO = date(1899, 12, 30)  # of the day numbers of a spreadsheet
_EPOCH = (date(1970, 1, 1) - _DAY_ZERO).days
_MS_OF_DAY = 86_400_000
_TAG = re.compile(r"<[^>]*>")
CLEAR = ""  # the colour of what is not painted
MOST_ROWS = 40  # categories a slide or a sheet shows legibly; our convention
MOST_PIECES = 14  # bars in one row


@dataclass(frozen=True, slots=True)
class Series:
    """One series: values by category (bars) or points; ``colours`` one for all, or one each; hex without #.

    A series that is not ``painted`` only holds the next one in its place.
    """

    name: str
    y: "Sequence[float | None]"
    x: "Sequence[float | None]" = ()
    colours: "Sequence[str]" = ()
    painted: bool = True
    line: bool = False
    marks: bool = True
    texts: "Sequence[str]" = ()  # beside each mark


@dataclass(frozen=True, slots=True)
class Native:
    """A chart: its kind, its categories (bars), its series; ``days`` says which axes count days."""

    kind: Literal["bar", "column", "scatter"]
    series: "Sequence[Series]"
    categories: "Sequence[str]" = ()
    stacked: bool = False
    days: Literal["", "x", "y"] = ""
    least: float | None = None
    most: float | None = None
    logarithmic: bool = False
    upside_down: bool = False  # the values of y grow downwards


@dataclass(frozen=True, slots=True)
class Grid:
    """A matrix, drawn as a table: a text and a colour (six hex digits) for every cell, row by row."""

    rows: "Sequence[str]"
    columns: "Sequence[str]"
    texts: "Sequence[Sequence[str]]"
    colours: "Sequence[Sequence[str]]"


def grid(figure: "go.Figure") -> Grid | None:
    """The cells of a figure that is a matrix: both its axes are named, its bars are the cells; none else."""
    across, down = _labels(figure.layout.xaxis), _labels(figure.layout.yaxis)
    bars = [trace for trace in figure.data if trace.type == "bar"]
    if len(bars) != 1 or bars[0].orientation == "h" or bars[0].base is None or not across or not down:
        return None
    (cells,) = bars
    colours = _colours(cells, len(cells.x))
    painted: dict[tuple[float | str, float | str], str] = {}
    for at, (x, base, high) in enumerate(
        zip(_values(cells.x), _values(cells.base), _values(cells.y), strict=True)
    ):
        painted[_row(base + high / 2, down), _row(x, across)] = colours[at % len(colours)]
    said: dict[tuple[float | str, float | str], str] = {}
    for trace in figure.data:
        if trace.type == "scatter" and trace.text is not None and not isinstance(trace.text, str):
            for x, y, text in zip(_values(trace.x), _values(trace.y), _values(trace.text), strict=False):
                said[_row(y, down), _row(x, across)] = plain(str(text))
    rows, columns = sorted(down), sorted(across)
    return Grid(
        [down[row] for row in rows],
        [across[column] for column in columns],
        [[said.get((row, column), "") for column in columns] for row in rows],
        [[painted.get((row, column), "FFFFFF") for column in columns] for row in rows],
    )


def native(figure: "go.Figure") -> Native | None:
    """The native chart of a figure; none where the kind does not exist or would not be legible."""
    traces = [trace for trace in figure.data if trace.visible in (None, True)]
    rows = _labels(figure.layout.yaxis)
    bars = [trace for trace in traces if trace.type == "bar" and not _is_shade(trace, _step(rows))]
    if grid(figure) is not None:
        return None
    if bars and (drawn := _bars(figure, bars)):
        return drawn
    first = [trace for trace in traces if (trace.yaxis or "y") == "y"]  # of two panels the upper one
    points = [trace for trace in first if trace.type == "scatter" and trace.x is not None and len(trace.x)]
    if not any(_is_marked(trace) for trace in points):
        return None
    if figure.layout.yaxis.ticktext is not None and figure.layout.yaxis.type != "log":
        return _dots(figure, points)
    return _scatter(figure, points)


def _is_shade(trace: Any, step: float) -> bool:
    """Whether bars are wider than a row: days off shaded behind the rows."""
    widths = [one for one in _values(trace.width) if isinstance(one, int | float)]
    return bool(widths) and min(widths) > 2 * step


def _is_marked(trace: Any) -> bool:
    mode = trace.mode or "lines"
    return "lines" in mode or "markers" in mode


def _values(of: Any) -> list[Any]:
    if of is None or isinstance(of, int | float):
        return [] if of is None else [of]
    return of.tolist() if isinstance(of, np.ndarray) else list(of)


def _number(value: Any) -> float | None:
    """A number, or a day as the number a spreadsheet counts; none for what is missing."""
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[us]").item()
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        whole = (value.date() - _DAY_ZERO).days
        return whole + (value.hour * 3600 + value.minute * 60) / 86_400
    if isinstance(value, date):
        return float((value - _DAY_ZERO).days)
    if value is None or isinstance(value, bool):
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def _is_day(values: "Iterable[Any]") -> bool:
    for value in values:
        if value is None:
            continue
        return isinstance(value, str | date | np.datetime64) and _number(value) is not None
    return False


def _labels(axis: Any) -> dict[float, str]:
    """Position → text of an axis whose ticks are named."""
    found = zip(_values(axis.tickvals), _values(axis.ticktext), strict=False)
    return {float(at): plain(str(text)) for at, text in found if isinstance(at, int | float)}


def plain(text: str) -> str:
    """A text of a figure without its marks of style."""
    return _TAG.sub(" ", text).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").strip()


def _bars(figure: "go.Figure", bars: "Sequence[Any]") -> Native | None:
    across = bars[0].orientation == "h"
    places, lengths = ("y", "x") if across else ("x", "y")
    standing, counted = (
        (figure.layout.yaxis, figure.layout.xaxis) if across else (figure.layout.xaxis, figure.layout.yaxis)
    )
    named = _labels(standing)
    at = [_values(trace[places]) for trace in bars]
    if not named and any(isinstance(value, int | float) for values in at for value in values):
        return None  # rows without names: the words beside the bars are in no table of a chart
    order = sorted(
        {_row(value, named) for values in at for value in values},
        key=lambda row: row if isinstance(row, float) else 0.0,
    )
    if not order or len(order) > MOST_ROWS:
        return None
    names = [named.get(row, f"{row:g}") if isinstance(row, float) else plain(row) for row in order]
    kind: Literal["bar", "column"] = "bar" if across else "column"
    if any(trace.base is not None for trace in bars):
        days = counted.type == "date" or _is_day(_values(bars[0].base))
        pieces = _pieces(bars, places, lengths, named, days=days)
        return _stacked(kind, pieces, order, names, days=days)
    series = []
    for trace in bars:
        values = dict(
            zip((_row(v, named) for v in _values(trace[places])), _values(trace[lengths]), strict=True)
        )
        colours = _colours(trace, len(values))
        series.append(Series(trace.name or "", [_number(values.get(row)) for row in order], colours=colours))
    whole = all(value is None or value >= 0 for one in series for value in one.y)
    stacked = figure.layout.barmode in ("stack", "relative")
    return Native(kind, series, names, stacked=stacked, least=0.0 if whole else None)


def _row(value: Any, named: dict[float, str]) -> float | str:
    """The row a bar stands in: bars beside each other in one row lie within half a step of its tick."""
    if not isinstance(value, int | float):
        return str(value)
    near = min(named, key=lambda tick: abs(tick - value), default=None)
    return near if near is not None and abs(near - value) <= _step(named) / 2 else float(value)


def _step(named: dict[float, str]) -> float:
    """The smallest distance of two named rows."""
    return min((right - left for left, right in pairwise(sorted(named))), default=1.0)


_Piece = tuple[float, float, str]  # begin, end, colour


def _pieces(
    bars: "Sequence[Any]", places: str, lengths: str, named: dict[float, str], *, days: bool
) -> dict[float | str, list[_Piece]]:
    """The bars of every row, none over another: of two that overlap the one drawn first stays."""
    rows: dict[float | str, list[_Piece]] = {}
    for trace in bars:
        bases, sizes = _values(trace.base), _values(trace[lengths])
        colours = _colours(trace, len(sizes))
        for at, (place, base, size) in enumerate(zip(_values(trace[places]), bases, sizes, strict=True)):
            begin, long = _number(base), _number(size)
            if begin is None or long is None:
                continue
            if days and isinstance(base, int | float):
                begin = begin / _MS_OF_DAY + _EPOCH
            end = begin + (long / _MS_OF_DAY if days else long)
            there = rows.setdefault(_row(place, named), [])
            clear = colours and colours[at % len(colours)] == CLEAR
            if not clear and all(end <= one[0] or begin >= one[1] for one in there):
                there.append((begin, end, colours[at % len(colours)] if colours else "0E5A61"))
    return {row: sorted(found) for row, found in rows.items()}


def _stacked(
    kind: Literal["bar", "column"],
    rows: dict[float | str, list[_Piece]],
    order: "Sequence[float | str]",
    names: "Sequence[str]",
    *,
    days: bool,
) -> Native | None:
    deep = max((len(found) for found in rows.values()), default=0)
    if not deep or deep > MOST_PIECES:
        return None
    series: list[Series] = []
    for nth in range(deep):
        gaps: list[float | None] = []
        sizes: list[float | None] = []
        colours: list[str] = []
        for row in order:
            found = rows.get(row, [])
            if nth >= len(found):
                gaps.append(None)
                sizes.append(None)
                colours.append("FFFFFF")
                continue
            begin, end, colour = found[nth]
            gaps.append(begin - (found[nth - 1][1] if nth else 0.0))
            sizes.append(end - begin)
            colours.append(colour)
        series += [Series("", gaps, painted=False), Series("", sizes, colours=colours)]
    ends = [piece for found in rows.values() for piece in found]
    least, most = min(one[0] for one in ends), max(one[1] for one in ends)
    if not days and least >= 0:
        least = 0.0
    return Native(kind, series, names, stacked=True, days="x" if days else "", least=least, most=most)


def _scatter(figure: "go.Figure", points: "Sequence[Any]") -> Native | None:
    days = figure.layout.xaxis.type == "date" or any(_is_day(_values(trace.x)) for trace in points)
    series = []
    for trace in points:
        xs, ys = _places(_values(trace.x), days=days), _places(_values(trace.y), days=False)
        mode = trace.mode or "lines"
        line, marks = "lines" in mode, "markers" in mode
        said = _values(trace.text) if "text" in mode and not isinstance(trace.text, str) else []
        texts = [plain(str(text)) for text in said]
        colours = _colours(trace, len(xs), line=line)
        series.append(Series(trace.name or "", ys, xs, colours, line=line, marks=marks, texts=texts))
    if not any(value is not None for one in series for value in one.x):
        return None
    down = figure.layout.yaxis.range
    return Native(
        "scatter",
        series,
        days="x" if days else "",
        logarithmic=figure.layout.yaxis.type == "log",
        upside_down=bool(down) and _is_reversed(down),
    )


def _is_reversed(between: "Sequence[Any]") -> bool:
    first, last = (_number(edge) for edge in between)
    return first is not None and last is not None and first > last


def _places(values: "Sequence[Any]", *, days: bool) -> list[float | None]:
    """Numbers along an axis; on one of days a number counts milliseconds."""
    found = []
    for value in values:
        at = _number(value)
        counts = days and at is not None and isinstance(value, int | float)
        found.append(at / _MS_OF_DAY + _EPOCH if counts and at is not None else at)
    return found


def _dots(figure: "go.Figure", points: "Sequence[Any]") -> Native | None:
    """Marks in named rows: their values as bars, where every row has one."""
    named = _labels(figure.layout.yaxis)
    points = [trace for trace in points if _is_marked(trace)]
    values = _values(points[0].x)
    rows = [_row(place, named) for place in _values(points[0].y)]
    if len(set(rows)) < len(rows) or len(rows) > MOST_ROWS or _is_day(values):
        return None
    if figure.layout.xaxis.type == "date":
        return None
    names = [named.get(row, f"{row:g}") if isinstance(row, float) else plain(row) for row in rows]
    drawn = Series("", [_number(value) for value in values], colours=_colours(points[0], len(rows)))
    whole = all(value is None or value >= 0 for value in drawn.y)
    return Native("bar", [drawn], names, least=0.0 if whole else None)


def _colours(trace: Any, count: int, *, line: bool = False) -> list[str]:
    """Colours of a trace as hex digits: one, or one for every mark."""
    said = trace.line.color if line and trace.line.color else trace.marker.color
    if isinstance(said, str):
        return [_hex(said)]
    return [_hex(str(one)) for one in _values(said)][:count]


def _hex(colour: str) -> str:
    """``#rrggbb``, ``rgb(…)`` or ``rgba(…)`` on white as six hex digits."""
    if colour.startswith("#") and len(colour) >= 7:
        return colour[1:7].upper()
    parts = [float(part) for part in re.findall(r"[\d.]+", colour)]
    if len(parts) < 3:
        return "5B6472"
    share = parts[3] if len(parts) > 3 else 1.0
    if not share:
        return CLEAR
    return "".join(f"{round(part * share + 255 * (1 - share)):02X}" for part in parts[:3])
