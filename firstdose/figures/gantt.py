"""The geometry of a Gantt: which row stands where, how days become places, how labels are kept apart."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from firstdose.words import say_date

ROW = 24  # px of a row with a name of one line
SECOND_LINE = 12  # px more when its name needs two
HEAD = 28  # px of the line that names a lane
LINE_WIDTH = 22  # Latin characters of one line of a name
MOST_TICKS = 6  # labels on the day axis that stay apart on a phone
DAY_MS = 86_400_000

#: Steps between labels on the day axis, as (days, months).
_STEPS = ((7, 0), (14, 0), (0, 1), (0, 2), (0, 3), (0, 6), (0, 12), (0, 24), (0, 60))


@dataclass(frozen=True, slots=True)
class Places:
    """Where rows and lanes stand, in px from the top of the plot, and what is written beside each row."""

    rows: tuple[float, ...]
    names: tuple[str, ...]
    lanes: tuple[tuple[str, float], ...]
    height: int


def places(lanes: list[str], names: list[str]) -> Places:
    """Stack the rows, each lane with its head above; names are wrapped into two lines at most."""
    wrapped = [tuple(name.split("\n")) if "\n" in name else wrap(name) for name in names]
    rows: list[float] = []
    heads: list[tuple[str, float]] = []
    top = 0.0
    for at, (lane, lines) in enumerate(zip(lanes, wrapped, strict=True)):
        if at == 0 or lane != lanes[at - 1]:
            heads.append((lane, top + HEAD / 2))
            top += HEAD
        tall = ROW + SECOND_LINE * (len(lines) - 1)
        rows.append(top + tall / 2)
        top += tall
    return Places(tuple(rows), tuple("\n".join(lines) for lines in wrapped), tuple(heads), round(top))


def width(text: str) -> int:
    """How many Latin characters wide a text is drawn: Japanese ones count twice."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def wrap(name: str, limit: int = LINE_WIDTH) -> tuple[str, ...]:
    """A name in one or two lines of at most ``limit`` characters; what does not fit ends in an ellipsis."""
    first = _fitting(name, limit)
    if len(first) == len(name):
        return (name,)
    blank = first.rfind(" ")
    if blank > 0 and not name[len(first)].isspace():
        first = first[:blank]
    rest = name[len(first) :].strip()
    second = _fitting(rest, limit)
    if len(second) < len(rest):
        second = _fitting(rest, limit - 1).rstrip() + "…"
    return (first.rstrip(), second)


def shorten(name: str, limit: int) -> str:
    """A name in one line of at most ``limit`` characters, with an ellipsis when it was longer."""
    fitting = _fitting(name, limit)
    return name if len(fitting) == len(name) else _fitting(name, limit - 1).rstrip() + "…"


def _fitting(text: str, limit: int) -> str:
    used = 0
    for at, letter in enumerate(text):
        used += width(letter)
        if used > limit:
            return text[:at]
    return text


def span(rows: pd.DataFrame, first: date | None, last: date | None, as_of: date) -> tuple[date, date]:
    """The days drawn: the window, its open ends closed by the rows and the report day, with a little air."""
    days = pd.concat([rows[name] for name in ("start_on", "finish_on", "ghost_start", "ghost_finish")])
    known = pd.to_datetime(days).dropna()
    low = min(known.min().date(), as_of) if len(known) else as_of
    high = max(known.max().date(), as_of) if len(known) else as_of
    air = timedelta(days=max(3, (high - low).days // 40))
    return first or low - air, max(last or high + air, (first or low) + timedelta(days=7))


def moment(day: Any) -> float | None:
    """A day as plotly's date axis counts it: milliseconds since 1970; none stays none."""
    if day is None or day != day:
        return None
    return (datetime(day.year, day.month, day.day) - datetime(1970, 1, 1)).total_seconds() * 1000  # noqa: DTZ001


def after(day: Any) -> float | None:
    """The end of a day: a bar that finishes on a day covers it."""
    start = moment(day)
    return None if start is None else start + DAY_MS


def ticks(first: date, last: date) -> tuple[list[float], list[str]]:
    """At most ``MOST_TICKS`` labelled days between two: Mondays, or firsts of months."""
    for days, months in _STEPS:
        found = _marks(first, last, days, months)
        if len(found) <= MOST_TICKS:
            break
    said = [_tick(day, found[at - 1] if at else None, with_day=bool(days)) for at, day in enumerate(found)]
    return [value for day in found if (value := moment(day)) is not None], said


def _marks(first: date, last: date, days: int, months: int) -> list[date]:
    if days:
        monday = first + timedelta(days=(-first.weekday()) % 7)
        return [monday + timedelta(days=n) for n in range(0, (last - monday).days + 1, days)]
    at = first.year * 12 + first.month - 1 + (first.day > 1)
    at += -at % months
    found = []
    while (day := date(at // 12, at % 12 + 1, 1)) <= last:
        found.append(day)
        at += months
    return found


def _tick(day: date, before: date | None, *, with_day: bool) -> str:
    """The label of a day; below it stands what changed: the month under days, the year under months."""
    if with_day:
        month = say_date(day, "LLL") if before is None or before.month != day.month else ""
        return f"{day.day}<br>{month}" if month else str(day.day)
    year = day.year if before is None or before.year != day.year else ""
    return f"{say_date(day, 'LLL')}<br>{year}" if year else say_date(day, "LLL")
