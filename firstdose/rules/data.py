"""How fresh each table is, and the list of data versions."""

import json
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
    def approved_by(self) -> str | None: ...
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
    """The data versions, newest first.

    Columns: version, as_of, published_at, by, approved_by, why, name, changed.
    """
    rows = [
        {
            "version": version.version,
            "as_of": say_date(version.as_of),
            "published_at": version.published_at.strftime("%Y-%m-%d %H:%M UTC"),
            "by": version.by,
            "approved_by": version.approved_by or "",
            "why": version.why,
            "name": version.name or "",
            "changed": what_changed(version.tables),
        }
        for version in versions
    ]
    columns = ["version", "as_of", "published_at", "by", "approved_by", "why", "name", "changed"]
    return pd.DataFrame(rows[::-1], columns=columns)


_ACTIONS = {
    "export": N_("export"),
    "view_saved": N_("save view"),
    "view_retired": N_("retire view"),
    "publish": N_("publish"),
    "rollback": N_("restore"),
    "name": N_("name"),
    "upload": N_("bring a file"),
    "profile_saved": N_("save mapping profile"),
    "submit": N_("submit"),
    "send_back": N_("send back"),
    "denied": N_("refused"),
    "share_create": N_("make partner link"),
    "share_open": N_("open partner link"),
    "share_revoke": N_("revoke partner link"),
    "view_as": N_("see as somebody else"),
    "login": N_("sign in"),
    "logout": N_("sign out"),
    "login_fail": N_("sign-in failed"),
    "settings": N_("other settings"),
}
AUDIT = ("seq", "time", "actor", "approved_by", "action", "object", "reason", "changes", "hash")

#: Columns of an audit trail as inspectors know them, those that the chain holds or that follow from it.
RECORD = (
    *("seq", "event_id", "ts_utc", "actor_id", "actor_name", "approved_by", "auth_method", "action"),
    *("object_type", "object_id", "version_from", "version_to", "changes", "reason", "source_sha256"),
    *("snapshot_sha256", "app_version", "prev_hash", "hash"),
)


def audit(events: Iterable[Mapping[str, Any]], text: str = "") -> pd.DataFrame:
    """The events of the audit chain, newest first; with ``text`` those that hold it in any cell.

    Columns: seq (int), time (UTC), actor, approved_by, action, object (data version, draft, file or
    view), reason, changes, hash (its first 12 digits; the whole one stands in ``record``).
    """
    kept = [row for _line, row in _holding(events, text)]
    return pd.DataFrame(kept[::-1], columns=list(AUDIT))


def record(events: Iterable[Mapping[str, Any]], text: str = "") -> pd.DataFrame:
    """The same events whole and oldest first, every cell as the chain holds it. Columns as ``RECORD``.

    ``version_from`` is the version restored, else the one before (versions are counted without gap);
    ``changes`` and ``source_sha256`` are JSON; ``snapshot_sha256`` stands for the content of all tables.
    """
    rows = []
    for event, _row in _holding(events, text):
        made = event["action"] in {"publish", "rollback"}
        number = int(event["object_id"]) if made else None
        changes = event.get("changes") or event.get("settings")
        rows.append(
            {name: event.get(name, "") for name in RECORD}
            | {
                "object_type": _kind(event),
                "version_from": event.get("restores", number - 1 if number and number > 1 else ""),
                "version_to": number or "",
                "changes": json.dumps(changes, ensure_ascii=False) if changes else "",
                "source_sha256": json.dumps(event["source_sha256"]) if event.get("source_sha256") else "",
                "snapshot_sha256": event.get("contents", ""),
            }
        )
    return pd.DataFrame(rows, columns=list(RECORD))


def _holding(
    events: Iterable[Mapping[str, Any]], text: str
) -> list[tuple[Mapping[str, Any], dict[str, Any]]]:
    """The events that hold a text in any cell of the page's table, each with its row there."""
    wanted = text.casefold().strip()
    told = [(event, _event(event)) for event in events]
    return [(event, row) for event, row in told if wanted in " ".join(map(str, row.values())).casefold()]


def _event(event: Mapping[str, Any]) -> dict[str, Any]:
    action = str(event["action"])
    return {
        "seq": int(event["seq"]),
        "time": str(event["ts_utc"]).replace("T", " ").replace("Z", " UTC"),
        "actor": str(event.get("actor_name") or event["actor_id"]),
        "approved_by": str(event.get("approved_by", "")),
        "action": _(_ACTIONS.get(action, "")) or action,
        "object": _object(event),
        "reason": str(event["reason"]),
        "changes": str(event.get("name") or _set(event) or what_changed(event.get("changes", {}))),
        "hash": str(event["hash"])[:12],
    }


#: What an event is about, where that is no data version.
_OBJECTS = {
    "upload": "draft",
    "submit": "draft",
    "send_back": "draft",
    "export": "file",
    "profile_saved": "mapping profile",
    "view_saved": "saved view",
    "view_retired": "saved view",
    "share_create": "partner link",
    "share_open": "partner link",
    "share_revoke": "partner link",
    "view_as": "scope",
    "denied": "request",
    "login": "session",
    "logout": "session",
    "login_fail": "session",
    "settings": "settings",
}


def _kind(event: Mapping[str, Any]) -> str:
    """What an event tells of: a data version, draft, file, mapping profile, view, link, session, settings."""
    return _OBJECTS.get(event["action"], "version")


def _object(event: Mapping[str, Any]) -> str:
    """``v3``, ``v3 ← v1`` for a restore, a file's name, a draft or view by the first digits of its id."""
    named = str(event["object_id"])
    said = {
        "version": f"v{named}",
        "draft": _("draft {id}").format(id=named[:6]),
        "saved view": _("view {id}").format(id=named[:6]),
        "partner link": _("link {id}").format(id=named[:6]),
        "scope": named,
        "request": f"{event.get('asked', '')} {named[:20]}".strip(),
        "file": named,
        "mapping profile": named,
        "session": named,
        "settings": named,
    }[_kind(event)]
    return f"{said} ← v{event['restores']}" if "restores" in event else said


def _set(event: Mapping[str, Any]) -> str:
    """The settings that are others than before: ``auth: – → oidc``."""
    changed = event.get("settings", {}).items()
    return ", ".join(f"{name}: {before or '–'} → {after or '–'}" for name, (before, after) in changed)


def what_changed(tables: Mapping[str, Mapping[str, int]]) -> str:
    """The tables a version changed with their rows: ``tasks +2 ~1, risks −3``."""
    return ", ".join(_change(table, counts) for table, counts in tables.items())


def _change(table: str, counts: Mapping[str, int]) -> str:
    signs = (("added", "+"), ("changed", "~"), ("removed", "−"))
    said = " ".join(f"{sign}{counts[what]}" for what, sign in signs if counts.get(what))
    label = contracts()[table].label if table in contracts() else table
    return f"{label} {said}".strip()
