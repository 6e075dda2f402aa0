"""Every change between two data versions as lines a meeting can read, by program and area. Project rule R-04.

What moves a date, closes, fails, begins or ends has a line of its own; every other changed row is counted
with those of its table, program and area, so nothing is left out. Biggest first: milestones of filing and
first dose, then what blocks them, then the rest; within each the dates by the days they moved.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from firstdose.rules import data_words
from firstdose.rules.changes import DISPOSITIONS
from firstdose.words import N_, _, either, ngettext, say_date

if TYPE_CHECKING:
    import pandas as pd

    from firstdose.lake import TableChanges

# Weights, smaller first; our convention.
_ANCHOR, _STAGE, _BLOCKING, _LOT, _DATE, _OTHER, _COUNTED = range(7)
_FAILED = ("rejected", "terminated", "released out of specification")
_STATUS = {
    "not started": N_("not started"),
    "in progress": N_("in progress"),
    "in review": N_("in review"),
    "closed": N_("closed"),
    "not applicable": N_("not applicable"),
}

Cells = Mapping[str, tuple[str | None, str | None]]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One change: where it belongs, how much it weighs (smaller first), days moved, status mark, sentence.

    ``key`` is the row in its table, parts joined by a bar; empty where rows are counted: then ``rows`` says
    how many, and ``table`` may name several.
    """

    program_id: str
    program: str
    area: str
    table: str
    key: str
    weight: int
    mark: str
    text: str
    days: int | None = None
    rows: int = 1


def lines(
    changes: "Mapping[str, TableChanges]", placed: "pd.DataFrame", labels: Mapping[str, str]
) -> list[Line]:
    """Every change of the rows that ``queries.changes.placed`` let through, grouped and biggest first.

    ``labels`` names the tables. Programs stand by their biggest change, areas likewise within a program.
    """
    known: dict[tuple[str, str], Row] = {
        (row["table_name"], row["row_key"]): {str(name): value for name, value in row.items()}
        for row in placed.to_dict("records")
    }
    told: list[Line] = []
    counted: dict[tuple[str, str], _Tally] = {}
    for table, one in changes.items():
        for what, key, cells in _rows(one):
            row = known.get((table, key))
            if row is None:
                continue
            said = list(_said(table, what, row, cells))
            told += said
            if not said:
                place = (str(row["program_id"] or ""), str(row["area"] or ""))
                counted.setdefault(place, _Tally(row)).count(table, what)
    told += [tally.line(labels) for tally in counted.values()]
    return _grouped(told)


def _rows(one: "TableChanges") -> Iterable[tuple[str, str, Cells]]:
    """What happened to each row: added, removed or changed, its key and its changed cells."""
    cells: dict[tuple[str, ...], dict[str, tuple[str | None, str | None]]] = {}
    for cell in one.changed:
        cells.setdefault(cell.key, {})[cell.column] = (cell.old, cell.new)
    yield from (("added", "|".join(key), {}) for key in one.added)
    yield from (("removed", "|".join(key), {}) for key in one.removed)
    yield from (("changed", "|".join(key), found) for key, found in cells.items())


class _Tally:
    """Rows of one program and area that are only counted, by table."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.tables: dict[str, dict[str, int]] = {}

    def count(self, table: str, what: str) -> None:
        """One more row of that kind."""
        counts = self.tables.setdefault(table, {"added": 0, "changed": 0, "removed": 0})
        counts[what] += 1

    def line(self, labels: Mapping[str, str]) -> Line:
        """The counts in words: ``Results: 12 rows added, 3 rows changed; Evidence: 1 row added``."""
        said = [
            _("{table}: {counts}").format(table=labels.get(table, table), counts=_counts(**counts))
            for table, counts in self.tables.items()
        ]
        rows = sum(sum(counts.values()) for counts in self.tables.values())
        tables = " ".join(self.tables)
        return _line(tables, self.row, _COUNTED, "", _("; ").join(said), key="", rows=rows)


def _counts(added: int, changed: int, removed: int) -> str:
    parts = [
        ngettext("{n} row added", "{n} rows added", added).format(n=added) if added else "",
        ngettext("{n} row changed", "{n} rows changed", changed).format(n=changed) if changed else "",
        ngettext("{n} row removed", "{n} rows removed", removed).format(n=removed) if removed else "",
    ]
    return _(", ").join(filter(None, parts))


def _grouped(found: list[Line]) -> list[Line]:
    """Programs by their biggest change, areas likewise, then the changes themselves."""
    program: dict[str, tuple[int, int]] = {}
    area: dict[tuple[str, str], tuple[int, int]] = {}
    for one in found:
        size = _size(one)
        program[one.program_id] = min(size, program.get(one.program_id, size))
        place = (one.program_id, one.area)
        area[place] = min(size, area.get(place, size))
    return sorted(
        found,
        key=lambda one: (
            program[one.program_id],
            one.program_id,
            area[one.program_id, one.area],
            one.area,
            _size(one),
            one.text,
        ),
    )


def _size(one: Line) -> tuple[int, int]:
    return one.weight, -abs(one.days or 0)


def _said(table: str, what: str, row: Row, cells: Cells) -> Iterable[Line]:
    """The lines of one row; none when it is only counted."""
    match table, what:
        case "tasks", _what:
            return _task(row, what, cells)
        case "readiness_items", _what:
            return _item(row, what, cells)
        case "batches", "changed":
            return _batch(row, cells)
        case "stage_events", _what:
            return _stage(row, what, cells)
        case "deviations", _what if row["label"]:
            return _deviation(row, what, cells)
    return ()


def _task(row: Row, what: str, cells: Cells) -> Iterable[Line]:
    anchor = row["kind"] in ("filing", "first dose")
    weight, name = (_ANCHOR, _anchor(row)) if anchor else (_DATE, _name(row))
    if what != "changed":
        if anchor or row["kind"] == "milestone":
            text = _("New milestone: {name}") if what == "added" else _("Milestone removed: {name}")
            yield _line("tasks", row, weight, "at risk", text.format(name=name))
        return
    done = cells.get("actual_finish", (None, None))[1]
    if done:
        text = _("{name}: done on {day}").format(name=name, day=_day(done))
        yield _line("tasks", row, weight if anchor else _OTHER, "closed", text)
    else:
        text = _("{name}: forecast moved {days} d, {old} → {new}")
        yield from _moved("tasks", row, weight, cells.get("forecast_finish"), text, name)
    text = _("{name}: baseline moved {days} d, {old} → {new}")
    yield from _moved("tasks", row, weight, cells.get("baseline_finish"), text, name)


def _item(row: Row, what: str, cells: Cells) -> Iterable[Line]:
    weight, name = _BLOCKING if row["is_gate"] else _OTHER, _name(row)
    if what != "changed":
        if row["is_gate"]:
            text = _("New gate item: {name}") if what == "added" else _("Gate item removed: {name}")
            yield _line("readiness_items", row, _OTHER, "at risk", text.format(name=name))
        return
    old, new = cells.get("status", (None, None))
    if new == "closed":
        text = _("Gate item closed: {name}") if row["is_gate"] else _("Item closed: {name}")
        yield _line("readiness_items", row, weight, "closed", text.format(name=name))
        return
    if old == "closed":
        yield _line("readiness_items", row, weight, "at risk", _("Opened again: {name}").format(name=name))
    elif new:
        words = {"old": _(_STATUS.get(str(old), "")), "new": _(_STATUS.get(new, "")) or new}
        text = _("{name}: {old} → {new}").format(name=name, **words)
        yield _line("readiness_items", row, _OTHER, new if new in _STATUS else "", text)
    text = _("{name}: forecast moved {days} d, {old} → {new}")
    yield from _moved("readiness_items", row, weight, cells.get("forecast_on"), text, name)
    text = _("{name}: due day moved {days} d, {old} → {new}")
    yield from _moved("readiness_items", row, weight, cells.get("due_on"), text, name)


def _batch(row: Row, cells: Cells) -> Iterable[Line]:
    new = cells.get("disposition", (None, None))[1]
    name = str(row["label"])
    if new in _FAILED:
        batch, _colon, reason = name.partition(": ")
        text = _("Batch {name} failed ({said}): {reason}") if reason else _("Batch {name} failed ({said})")
        said = text.format(name=batch, said=_(DISPOSITIONS[str(new)]), reason=data_words.said(reason))
        yield _line("batches", row, _BLOCKING if row["is_gate"] else _LOT, "late", said)
    elif new == "released":
        yield _line("batches", row, _LOT, "closed", _("Batch {name} released").format(name=name))


def _stage(row: Row, what: str, cells: Cells) -> Iterable[Line]:
    new = cells.get("outcome", (None, None))[1]
    if what == "added":
        text = _("Entered {name}").format(name=_name(row))
        yield _line("stage_events", row, _STAGE, "in progress", text)
    elif new == "stopped":
        yield _line("stage_events", row, _ANCHOR, "late", _("Stopped in {name}").format(name=_name(row)))
    elif new == "advanced":
        yield _line("stage_events", row, _STAGE, "closed", _("Left {name}").format(name=_name(row)))


def _deviation(row: Row, what: str, cells: Cells) -> Iterable[Line]:
    name = _name(row)
    if what == "added" and row["kind"] in ("critical", "major"):
        critical = row["kind"] == "critical"
        text = _("New critical deviation: {name}") if critical else _("New major deviation: {name}")
        weight, mark = (_BLOCKING, "late") if critical else (_LOT, "at risk")
        yield _line("deviations", row, weight, mark, text.format(name=name))
    elif cells.get("closed_on", (None, None))[1]:
        yield _line("deviations", row, _OTHER, "closed", _("Deviation closed: {name}").format(name=name))


def _moved(
    table: str, row: Row, weight: int, cell: tuple[str | None, str | None] | None, text: str, name: str
) -> Iterable[Line]:
    """How far a date moved, in days with their sign; later is worse. Nothing where one of the two is none."""
    old, new = cell or (None, None)
    if not old or not new:
        return
    days = (date.fromisoformat(new) - date.fromisoformat(old)).days
    signed = f"+{days}" if days > 0 else f"−{-days}"
    said = text.format(name=name, days=signed, old=_day(old), new=_day(new))
    yield _line(table, row, weight, "late" if days > 0 else "closed", said, days=days)


def _line(
    table: str,
    row: Row,
    weight: int,
    mark: str,
    text: str,
    *,
    key: str | None = None,
    days: int | None = None,
    rows: int = 1,
) -> Line:
    program = str(row["program_id"] or "")
    named = either(str(row["program_name"] or ""), row["program_name_ja"]) if program else ""
    key = str(row["row_key"]) if key is None else key
    return Line(program, named, str(row["area"] or ""), table, key, weight, mark, text, days, rows)


def _name(row: Row) -> str:
    label = either(str(row["label"]), row["label_ja"])
    return f"{label} ({row['jurisdiction']})" if row["jurisdiction"] else label


def _anchor(row: Row) -> str:
    """A milestone of filing or first dose with its program, so that its line can be read alone."""
    said = _("First dose of {program}") if row["kind"] == "first dose" else _("Filing of {program}")
    name = said.format(program=row["program_id"] or _("Alliance"))
    return f"{name} ({row['jurisdiction']})" if row["jurisdiction"] else name


def _day(text: str) -> str:
    return say_date(date.fromisoformat(text))
