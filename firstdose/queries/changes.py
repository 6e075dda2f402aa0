"""Where each changed row belongs: its program, its area, and a name for what is told one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from firstdose.queries import ask, readiness, timeline
from firstdose.queries.overview import TOLD, Standing, named_rows, standing

if TYPE_CHECKING:
    import pandas as pd

    from firstdose.lake import Session, TableChanges
    from firstdose.view import View

LONGEST_SHOWN = 500  # rows up to which the question behind them is shown; our convention

#: Columns of ``placed``, in order.
PLACED = (
    *("table_name", "row_key", "program_id", "program_name", "program_name_ja", "area"),
    *("label", "label_ja", "kind", "jurisdiction", "is_gate"),
)


@dataclass(frozen=True, slots=True)
class Watched:
    """What the figures people watch are made of, of one data version on one report day."""

    as_of: date
    standing: Standing
    items: "pd.DataFrame"
    network: "pd.DataFrame"
    tasks: "pd.DataFrame"


def watched(session: "Session", view: "View") -> Watched:
    """Everything behind the figures people watch: first doses, blockers, items, tasks and lots."""
    return Watched(
        view.as_of or session.as_of,
        standing(session, view),
        readiness.all_items(session, view),
        readiness.network(session, view),
        timeline.plan(session, view),
    )


def other_rows(session: "Session", view: "View", keys: Sequence[str] = ()) -> "pd.DataFrame":
    """Program and area of rows whose changes are only counted; ``keys`` (``table:key``) says which rows.

    Columns: table_name, row_key, program_id, program_name, program_name_ja, area, partner_id (str or none).
    """
    return ask("changes.other_rows", session, view, keys=[keys] if isinstance(keys, str) else list(keys))


def placed(
    changes: "Mapping[str, TableChanges]", session: "Session", base: "Session | None", view: "View"
) -> "pd.DataFrame":
    """Every changed row that the filters let through, as it is now and, where removed, as it was.

    Columns as ``PLACED``: those of ``overview.named_rows``; label and kind only for the tables in ``TOLD``.
    The area of the view leaves out rows of other areas, save milestones and what has no area.
    """
    import pandas as pd

    before = replace(view, as_of=None)
    parts = [
        question(at, how, keys)
        for at, how, keys in (
            (session, view, _keys(changes, removed=False)),
            (base, before, _keys(changes, removed=True)),
        )
        if at is not None and keys
        for question in (_named, other_rows)
    ]
    if not parts:
        return pd.DataFrame(columns=list(PLACED))
    # a frame without rows would only blur the types
    rows = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    rows = rows.reindex(columns=list(PLACED)).astype(object)
    rows = rows.where(rows.notna(), None)
    if view.area is not None:
        told_anyway = rows["area"].isna() | rows["kind"].isin(["filing", "first dose"]) & (
            rows["table_name"] == "tasks"
        )
        rows = rows[rows["area"].isin(view.area) | (told_anyway & bool(view.area))]
    # the question names every key: past some hundreds nobody can read it, and the browser cannot show it
    rows.attrs = dict(parts[0].attrs) if len(rows) <= LONGEST_SHOWN else {}
    return rows


def _named(session: "Session", view: "View", keys: Sequence[str]) -> "pd.DataFrame":
    return named_rows(session, view, [key for key in keys if key.partition(":")[0] in TOLD])


def _keys(changes: "Mapping[str, TableChanges]", *, removed: bool) -> list[str]:
    """The changed rows as questions name them: those that were removed, or all others."""
    return sorted(
        {
            f"{table}:{'|'.join(key)}"
            for table, one in changes.items()
            for key in (one.removed if removed else (*one.added, *(cell.key for cell in one.changed)))
        }
    )
