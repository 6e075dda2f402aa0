"""What changed between two data versions, the most important first and in words. Project rule R-04.

Worth a line of its own: a milestone of filing or first dose that moves, a stage entered, left or stopped, a
gate item closed or opened again, a lot that failed or was released, a new deviation that is not minor.
Everything else is counted by table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from firstdose.rules import data_words
from firstdose.words import N_, _, either, ngettext, say_date

if TYPE_CHECKING:
    import pandas as pd

    from firstdose.lake import TableChanges

MOST_LINES = 10  # our convention: what a meeting reads at a glance

#: What became of a lot that failed.
_FAILED = ("rejected", "terminated", "released out of specification")


@dataclass(frozen=True, slots=True)
class Told:
    """One change in words: its weight (smaller first), the status it is marked with, the sentence."""

    weight: int
    mark: str
    text: str


def headline_changes(changes: "Mapping[str, TableChanges]", names: "pd.DataFrame") -> list[Told]:
    """The changes worth a line, the most important first, at most ``MOST_LINES``.

    ``names`` is ``queries.overview.names_of_changes``: rows that the filters leave out have no name and are
    not told.
    """
    known = {(row["table_name"], row["row_key"]): row for row in names.to_dict("records")}
    told: list[Told] = []
    for table, say in _SAY.items():
        if table not in changes:
            continue
        cells: dict[tuple[str, ...], dict[str, tuple[str | None, str | None]]] = {}
        for cell in changes[table].changed:
            cells.setdefault(cell.key, {})[cell.column] = (cell.old, cell.new)
        for key, changed in cells.items():
            row = known.get((table, "|".join(key)))
            if row is not None and (one := say(row, changed)) is not None:
                told.append(one)
        for key in changes[table].added:
            row = known.get((table, "|".join(key)))
            if row is not None and (one := _added(table, row)) is not None:
                told.append(one)
    return sorted(told, key=lambda one: (one.weight, one.text))[:MOST_LINES]


_Cells = Mapping[str, tuple[str | None, str | None]]


def _of(row: Mapping[Any, Any]) -> dict[str, str]:
    label = data_words.said_at_end(either(str(row["label"]), _text(row["label_ja"])))
    where = _text(row["jurisdiction"])
    program = _text(row["program_id"]) or _("Alliance")
    return {"program": program, "name": f"{label} ({where})" if where else label}


def _task(row: Mapping[Any, Any], cells: _Cells) -> Told | None:
    anchor = row["kind"] in ("filing", "first dose")
    old, new = cells.get("forecast_finish", (None, None))
    if cells.get("actual_finish", (None, None))[1]:
        text = _("{program}: {name} is done").format(**_of(row))
        return Told(0 if anchor else 5, "closed", text) if anchor or row["kind"] == "milestone" else None
    if not anchor or not old or not new:
        return None
    days = (date.fromisoformat(new) - date.fromisoformat(old)).days
    said = (
        ngettext("{program}: {name} moved {n} day later", "{program}: {name} moved {n} days later", days)
        if days > 0
        else ngettext(
            "{program}: {name} moved {n} day earlier", "{program}: {name} moved {n} days earlier", -days
        )
    )
    to = _("to {day}").format(day=say_date(date.fromisoformat(new)))
    return Told(0, "late" if days > 0 else "closed", f"{said.format(n=abs(days), **_of(row))}, {to}")


def _item(row: Mapping[Any, Any], cells: _Cells) -> Told | None:
    old, new = cells.get("status", (None, None))
    if new == "closed":
        text = _("{program}: closed – {name}").format(**_of(row))
        return Told(3 if row["is_gate"] else 7, "closed", text)
    if old == "closed":
        return Told(1, "at risk", _("{program}: opened again – {name}").format(**_of(row)))
    return None


def _batch(row: Mapping[Any, Any], cells: _Cells) -> Told | None:
    _old, new = cells.get("disposition", (None, None))
    if new in _FAILED:
        said = _(DISPOSITIONS[str(new)])
        text = _("{program}: lot {name} – {said}").format(said=said, **_of(row))
        return Told(2 if row["is_gate"] else 4, "late", text)
    if new == "released" and row["is_gate"]:
        text = _("{program}: lot {name} – {said}").format(said=_(DISPOSITIONS["released"]), **_of(row))
        return Told(6, "closed", text)
    return None


#: What became of a lot, in words.
DISPOSITIONS = {
    "released": N_("released"),
    "released out of specification": N_("released out of specification"),
    "rejected": N_("rejected"),
    "terminated": N_("terminated"),
}


def _stage(row: Mapping[Any, Any], cells: _Cells) -> Told | None:
    new = cells.get("outcome", (None, None))[1]
    if new == "stopped":
        return Told(0, "late", _("{program}: stopped in {name}").format(**_of(row)))
    return Told(2, "closed", _("{program}: left {name}").format(**_of(row))) if new == "advanced" else None


def _added(table: str, row: Mapping[Any, Any]) -> Told | None:
    if table == "stage_events":
        return Told(1, "in progress", _("{program}: entered {name}").format(**_of(row)))
    if table == "deviations" and row["kind"] == "critical":
        return Told(2, "late", _("{program}: new critical deviation – {name}").format(**_of(row)))
    if table == "deviations" and row["kind"] == "major":
        return Told(4, "at risk", _("{program}: new major deviation – {name}").format(**_of(row)))
    return None


def _nothing(_row: Mapping[Any, Any], _cells: _Cells) -> None:
    """A changed row that is only counted."""


_SAY = {
    "tasks": _task,
    "readiness_items": _item,
    "batches": _batch,
    "stage_events": _stage,
    "deviations": _nothing,
}


def counted(changes: "Mapping[str, TableChanges]", labels: Mapping[str, str]) -> str:
    """How many rows of each table were added, changed and removed, in one line; no filter applies."""
    parts = []
    for table, one in changes.items():
        rows = len({cell.key for cell in one.changed})
        signs = (("+", len(one.added)), ("~", rows), ("−", len(one.removed)))
        said = " ".join(f"{sign}{count}" for sign, count in signs if count)
        parts.append(f"{labels.get(table, table)} {said}")
    return _("All tables, without filters: {counts}").format(counts=" · ".join(parts)) if parts else ""


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value)
