"""The mark of a figure that is built on stale data: which tables, how old, and what their contract allows."""

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from firstdose.contracts import contracts
from firstdose.queries.sources import tables_read
from firstdose.rules.data import stale_tables
from firstdose.ui.store import lake
from firstdose.words import _, ngettext

if TYPE_CHECKING:
    from firstdose.queries import Asked


def stale_mark(asked: "Asked | None") -> str:
    """``▲ stale: Tasks (19 days old, allowed 14)`` for the answer of a question; empty when all is fresh."""
    if asked is None:
        return ""
    stale = _stale(lake().store, asked.version, asked.as_of)
    said = [
        ngettext("{table} ({n} day old, allowed {allowed})", "{table} ({n} days old, allowed {allowed})", age)
        .format(table=contracts()[table].label, n=age, allowed=allowed)
        for table in tables_read(asked.sql)
        if table in stale
        for age, allowed in (stale[table],)
    ]  # fmt: skip
    return _("▲ stale: {tables}").format(tables=_(", ").join(said)) if said else ""


@lru_cache(maxsize=256)
def _stale(store: str, version: int, as_of: date) -> dict[str, tuple[int, int]]:  # noqa: ARG001 (store is the key)
    """The stale tables of a version on a report day; a version never changes, so neither does this."""
    return stale_tables(contracts(), [one for one in lake().versions() if one.version <= version], as_of)
