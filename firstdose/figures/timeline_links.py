"""Links between the bars of a plan as lines that touch the right ends, and the days off behind the rows."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from firstdose.figures import gantt, theme
from firstdose.figures.timeline_words import Row, known
from firstdose.rules.calendar import spells
from firstdose.rules.schedule import links_of

BELOW = 3  # px under the middle of a row at which its bar, and so its links, stand
_SHARE = 0.008  # of the days drawn: how far a line leaves a bar before it turns
_HALF = 12  # px from the middle of a row to where a line runs between two rows
_LONGEST = 400  # days drawn up to which single days off can be seen
_WEEKENDS = 75  # days drawn up to which week-ends are shaded

Point = tuple[float, float]
Closures = Mapping[str, Sequence[tuple[date, date, str]]]


def ends(row: Row, today: float) -> tuple[float, float] | None:
    """Where the bar of a row begins and ends as it is drawn, in moments; a milestone is one moment.

    A bar covers at least one day: of done work its finish, of other work its start.
    """
    finish = gantt.moment(known(row["finish_on"]))
    if row["kind"] in ("milestone", "decision"):
        return None if finish is None else (finish, finish)
    begun = gantt.moment(known(row["actual_start"]))
    start = (
        begun if begun is not None else gantt.moment(known(row["forecast_start"]) or known(row["start_on"]))
    )
    end = gantt.after(known(row["finish_on"]))
    if start is None or finish is None or end is None:
        return None
    if not row["is_open"]:
        return min(start, finish), end
    end = max(end, start + gantt.DAY_MS)
    return start, max(end, today) if begun is not None else end


def elbow(one: Point, other: Point, kind: str, step: float) -> list[Point]:
    """The corners of a link from one end of a bar to one of another, touching both.

    ``kind``: FS leaves a finish to the right and enters a start from the left, and so on. ``step`` is how far
    a line leaves before it turns, in moments.
    """
    (x1, y1), (x2, y2) = one, other
    if kind == "SS":
        turn = min(x1, x2) - step
        return [one, (turn, y1), (turn, y2), other]
    if kind == "FF":
        turn = max(x1, x2) + step
        return [one, (turn, y1), (turn, y2), other]
    if kind == "FS" and x2 >= x1:
        turn = max(x1, x2 - step)
        return [one, (turn, y1), (turn, y2), other]
    out, into = (x1 + step, x2 - step) if kind == "FS" else (x1 - step, x2 + step)
    if kind == "SF" and out >= into:
        return [one, (out, y1), (out, y2), other]
    between = y2 - _HALF if y2 > y1 else y2 + _HALF
    return [one, (out, y1), (out, between), (into, between), (into, y2), other]


def links(
    drawn: Sequence[Row],
    today: float,
    whole: float,
    critical: frozenset[str],
    loop: frozenset[str],
    ids: frozenset[str] = frozenset(),
) -> list[Row]:
    """The links of the rows drawn as four traces: others, hand-offs, critical chains, loops.

    ``ids`` are those of the whole plan: ``WP1-1`` is itself when it is one of them, drawn or not. Links of
    tasks folded into one row (``folded_into``) leave and enter it where the task ends; those inside are none.
    A hand-off leads to a task of the partner that waits for it; a critical link joins two critical tasks.
    """
    at = {row["task_id"]: row for row in drawn}
    ids |= at.keys()
    found: dict[str, list[tuple[list[Point], str]]] = {"other": [], "handoff": [], "critical": [], "loop": []}
    for row in drawn:
        text = known(row["predecessors"])
        for link in links_of(row["task_id"], text, ids) if isinstance(text, str) else ():
            before = at.get(link.before)
            if before is None or before["y"] == row["y"]:
                continue
            if (left := ends(before, today)) is None or (right := ends(row, today)) is None:
                continue
            one = (left[1] if link.kind[0] == "F" else left[0], before["y"] + BELOW)
            other = (right[1] if link.kind[1] == "F" else right[0], row["y"] + BELOW)
            sort = _sort(before, row, critical, loop)
            found[sort].append((elbow(one, other, link.kind, whole * _SHARE), link.kind))
    return [_trace(sort, lines) for sort, lines in found.items()]


def folded_into(drawn: Sequence[Row], folded: Sequence[Row]) -> list[Row]:
    """The tasks (``rules.timeline_fold.folded``) at the height of the row that each was folded into."""
    heights = {row["task_id"]: row["y"] for row in drawn}
    return [dict(row) | {"y": heights[row["into"]]} for row in folded if row["into"] in heights]


def _sort(before: Row, after: Row, critical: frozenset[str], loop: frozenset[str]) -> str:
    pair = {before["task_id"], after["task_id"]}
    if pair <= loop:
        return "loop"
    if pair <= critical:
        return "critical"
    waits = known(before["receiver_partner"])
    return "handoff" if waits == after["partner_id"] != before["partner_id"] else "other"


_LOOKS = {
    "other": ("secondary", 0.8, "solid"),
    "handoff": ("in progress", 1.6, "dot"),
    "critical": ("text", 2.2, "solid"),
    "loop": ("late", 2.4, "dash"),
}


def _trace(sort: str, lines: Sequence[tuple[list[Point], str]]) -> Row:
    """Lines of one sort, each ending in an arrow head; a hand-off begins with a ring."""
    role, wide, dash = _LOOKS[sort]
    xs: list[float | None] = []
    ys: list[float | None] = []
    sizes: list[float] = []
    symbols: list[str] = []
    for points, kind in lines:
        xs += [*(x for x, _y in points), None]
        ys += [*(y for _x, y in points), None]
        sizes += [7.0 if sort == "handoff" else 0.0, *([0.0] * (len(points) - 2)), 7.0, 0.0]
        head = "triangle-right" if kind[1] == "S" else "triangle-left"
        symbols += ["circle-open", *(["circle"] * (len(points) - 2)), head, "circle"]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": xs,
        "y": ys,
        "line": {"color": theme.colour(role), "width": wide, "dash": dash},
        "marker": {"size": sizes, "symbol": symbols, "color": theme.colour(role), "line": {"width": 1}},
        "hoverinfo": "skip",
    }


def days_off(drawn: Sequence[Row], low: date, high: date, tall: float, closures: Closures) -> Row:
    """Holidays and closures behind the rows of each partner, and week-ends where they can be seen.

    Rows of one partner below each other share their shade. Holidays are those of the partner's country.
    """
    whole = (high - low).days
    bars: list[tuple[float, float, float, float, str]] = []
    if whole <= _WEEKENDS:
        saturday = low + timedelta(days=(5 - low.weekday()) % 7)
        while saturday <= high:
            bars.append((gantt.moment(saturday) or 0, 2, tall / 2, tall, ""))
            saturday += timedelta(days=7)
    for run in _runs(drawn):
        partner, country = run[0]["partner_id"], known(run[0].get("country"))
        for spell in spells(country or "", low, high, closures.get(partner, ())):
            days = (spell.last - spell.first).days + 1
            if whole <= _LONGEST or days > 3:
                top, bottom = run[0]["y"] - _HALF, run[-1]["y"] + _HALF
                start = gantt.moment(spell.first) or 0
                bars.append((start, days, (top + bottom) / 2, bottom - top, spell.name))
    return {
        "type": "bar",
        "orientation": "h",
        "base": [start for start, *_rest in bars],
        "x": [days * 86_400_000 for _start, days, *_rest in bars],
        "y": [middle for _start, _days, middle, *_rest in bars],
        "width": [high_ for _start, _days, _middle, high_, _name in bars],
        "marker": {"color": theme.tint("secondary", 0.16), "line": {"width": 0}},
        "hovertext": [theme.show_text(name) for *_rest, name in bars],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _runs(drawn: Sequence[Row]) -> list[list[Row]]:
    """Rows below each other of one lane and one partner."""
    found: list[list[Row]] = []
    for row in drawn:
        last = found[-1][-1] if found else None
        if last and (last["lane"], last["partner_id"]) == (row["lane"], row["partner_id"]):
            found[-1].append(row)
        else:
            found.append([row])
    return found


def closures_of(rows: Sequence[Mapping[Any, Any]]) -> Closures:
    """Shutdowns by partner; takes the rows of ``queries.timeline.closures``."""
    found: dict[str, list[tuple[date, date, str]]] = {}
    for row in rows:
        days = row["from_on"].date(), row["to_on"].date()
        found.setdefault(row["partner_id"], []).append((*days, str(known(row["reason"]) or "")))
    return found
