"""How fresh each table is, and the list of data versions."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from firstdose.contracts import contracts
from firstdose.words import N_, _, say_date

if TYPE_CHECKING:
    from firstdose.contracts import Contract


class Published(Protocol):
    """What these rules need of a data version."""

    @property
    def version(self) -> int: ...
    @property
    def as_of(self) -> date: ...
    @property
    def published_at(self) -> datetime: ...
    @property
    def by(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def name(self) -> str | None: ...
    @property
    def tables(self) -> Mapping[str, Mapping[str, int]]: ...


FRESH, STALE, NEVER = N_("✓ fresh"), N_("~ stale"), N_("○ no data yet")


def freshness(
    contracts: "Mapping[str, Contract]",
    versions: Iterable[Published],
    row_counts: Mapping[str, int],
    as_of: date,
) -> pd.DataFrame:
    """Judge how old each table is on the report day.

    The age runs from the report day of the last version that changed the table; a table is stale when it is
    *older* than the days its contract allows (exactly that many days is fresh). Tables never published are
    told apart. Columns: table, title, row_count, last_version, last_day, age_days, allowed_days, state.

    Source: project rule D-01; the allowed ages are our convention, one per contract.
    """
    last = {table: version for version in versions for table in version.tables}
    rows = []
    for name, contract in contracts.items():
        version = last.get(name)
        age = (as_of - version.as_of).days if version else None
        state = NEVER if age is None else STALE if age > contract.stale_after_days else FRESH
        rows.append(
            {
                "table": name,
                "title": contract.label,
                "row_count": row_counts.get(name, 0),
                "last_version": version.version if version else None,
                "last_day": say_date(version.as_of) if version else "–",
                "age_days": age,
                "allowed_days": contract.stale_after_days,
                "state": _(state),
            }
        )
    return pd.DataFrame(rows).convert_dtypes()


def stale_tables(
    contracts: "Mapping[str, Contract]", versions: Iterable[Published], as_of: date
) -> dict[str, tuple[int, int]]:
    """The tables that ``freshness`` calls stale on the report day: days old, and days allowed (D-01)."""
    last = {table: version for version in versions for table in version.tables}
    ages = {name: (as_of - version.as_of).days for name, version in last.items() if name in contracts}
    return {
        name: (age, contracts[name].stale_after_days)
        for name, age in ages.items()
        if age > contracts[name].stale_after_days
    }


def history(versions: Iterable[Published]) -> pd.DataFrame:
    """The data versions, newest first. Columns: version, as_of, published_at, by, why, name, changed."""
    rows = [
        {
            "version": version.version,
            "as_of": say_date(version.as_of),
            "published_at": version.published_at.strftime("%Y-%m-%d %H:%M UTC"),
            "by": version.by,
            "why": version.why,
            "name": version.name or "",
            "changed": ", ".join(_change(table, counts) for table, counts in version.tables.items()),
        }
        for version in versions
    ]
    columns = ["version", "as_of", "published_at", "by", "why", "name", "changed"]
    return pd.DataFrame(rows[::-1], columns=columns)


_ACTIONS = {
    "publish": N_("publish"),
    "rollback": N_("restore"),
    "name": N_("name"),
    "submit": N_("submit"),
    "send_back": N_("send back"),
}
AUDIT = ("seq", "time", "actor", "action", "object", "reason", "changes", "hash")


def audit(events: Iterable[Mapping[str, Any]], text: str = "") -> pd.DataFrame:
    """The events of the audit chain, newest first; with ``text`` those that hold it in any cell.

    Columns: seq (int), time (UTC), actor, action, object (the data version), reason, changes, hash (its first
    12 digits; the whole one stands in ``audit.jsonl``).
    """
    rows = [_event(event) for event in events]
    wanted = text.casefold().strip()
    kept = [row for row in rows[::-1] if wanted in " ".join(map(str, row.values())).casefold()]
    return pd.DataFrame(kept, columns=list(AUDIT))


def _event(event: Mapping[str, Any]) -> dict[str, Any]:
    action = str(event["action"])
    changes = [_change(table, counts) for table, counts in event.get("changes", {}).items()]
    return {
        "seq": int(event["seq"]),
        "time": str(event["ts_utc"]).replace("T", " ").replace("Z", " UTC"),
        "actor": str(event["actor_id"]),
        "action": _(_ACTIONS.get(action, "")) or action,
        "object": f"v{event['object_id']}" if str(event["object_id"]).isdigit() else str(event["object_id"]),
        "reason": str(event["reason"]),
        "changes": str(event.get("name") or ", ".join(changes)),
        "hash": str(event["hash"])[:12],
    }


def _change(table: str, counts: Mapping[str, int]) -> str:
    signs = (("added", "+"), ("changed", "~"), ("removed", "−"))
    said = " ".join(f"{sign}{counts[what]}" for what, sign in signs if counts.get(what))
    label = contracts()[table].label if table in contracts() else table
    return f"{label} {said}".strip()
