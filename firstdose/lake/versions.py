"""Data versions: our own counter, with who, why and what changed."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import duckdb

from firstdose.errors import IntegrityError, StoreError
from firstdose.lake import engine, naming
from firstdose.place import reason, short_of_disk, shown
from firstdose.words import _


@dataclass(frozen=True, slots=True)
class Version:
    """One published state. ``contents`` holds the fingerprint of each table as 32 hex digits.

    ``damaged`` when what is stored about it is not what its publish wrote; ``seal`` is the digest of that.
    """

    version: int
    published_at: datetime
    as_of: date
    by: str
    why: str
    name: str | None
    illustrative: bool
    tables: Mapping[str, Mapping[str, int]]
    contents: Mapping[str, str]
    snapshot: int
    audit_head: str
    approved_by: str | None = None
    damaged: bool = False
    seal: str = ""

    def as_json(self) -> dict[str, Any]:
        """The version as ``firstdose versions`` prints it."""
        told: dict[str, Any] = {
            "version": self.version,
            "at": self.published_at.isoformat(timespec="milliseconds"),
            "as_of": self.as_of.isoformat(),
            "by": self.by,
            "why": self.why,
            "name": self.name,
            "tables": dict(self.tables),
        }
        return told | ({"approved_by": self.approved_by} if self.approved_by else {})


#: What is stored about a version, in the order in which it is written and sealed.
COLUMNS = (
    "version",
    "published_at",
    "as_of",
    "published_by",
    "why",
    "name",
    "illustrative",
    "tables",
    "contents",
    "audit_head",
    "approved_by",
)


#: The fingerprint of a table without rows.
NO_ROWS = "0" * 32


def seal(row: Sequence[Any]) -> str:
    """One SHA-256 for what is stored about a version, by which one flipped bit of it shows."""
    return hashlib.sha256(json.dumps([str(cell) for cell in row], ensure_ascii=False).encode()).hexdigest()


def read_versions(con: duckdb.DuckDBPyConnection) -> tuple[Version, ...]:
    """Every data version, oldest first, each with the lake snapshot its row was written in."""
    have = engine.columns(con, "lake.firstdose_versions")
    if not have:
        return ()
    given = {row.version: row.name for row in naming.read_names(con)} if naming.exist(con) else {}
    # A store that an older firstdose wrote lacks some, and who only reads cannot add the columns.
    chosen = [name if name in have else "null" for name in (*COLUMNS, "seal")]
    rows = con.execute(
        f"select {', '.join(chosen)}, snapshot_id from lake.firstdose_versions order by version"
    ).fetchall()
    first = next((row[0] for row in rows if row[-2]), None)  # every one after it has a seal too
    return tuple(_version(row, given, broken=_broken(row, first)) for row in rows)


def listed(
    con: duckdb.DuckDBPyConnection, catalogue: str, answers: Callable[[], bool]
) -> tuple[Version, ...]:
    """Every data version, as ``read_versions``.

    ``StoreError`` where the store does not answer, ``IntegrityError`` where it does and cannot be read.
    """
    try:
        return read_versions(con)
    except duckdb.Error as error:
        if short_of_disk(error) or not answers():
            said = _("The store {place} cannot be opened: {why}")
            raise StoreError(said.format(place=catalogue, why=reason(error))) from error
        raise IntegrityError(
            _(
                "The catalogue {file} of the store cannot be read ({why}). Put the lake folder "
                "back from its backup, then run “firstdose verify”."
            ).format(file=catalogue, why=shown(str(error)))
        ) from error


def _broken(row: Sequence[Any], first: int | None) -> bool:
    """Whether the seal of a row is broken, or gone."""
    return first is not None and row[0] >= first and row[-2] != seal(row[: len(COLUMNS)])


def _version(row: Sequence[Any], given: Mapping[int, str], *, broken: bool) -> Version:
    told = dict(zip(COLUMNS, row, strict=False))
    try:
        at = datetime.fromisoformat(told["published_at"])
        tables, contents = json.loads(told["tables"]), json.loads(told["contents"])
    except (ValueError, TypeError):
        at, tables, contents, broken = datetime.fromtimestamp(0, UTC), {}, {}, True
    return Version(
        version=told["version"],
        published_at=at,
        as_of=told["as_of"],
        by=told["published_by"],
        why=told["why"],
        name=given.get(told["version"], told["name"]),
        illustrative=told["illustrative"],
        tables=tables,
        contents=contents,
        snapshot=row[-1],
        audit_head=told["audit_head"] or "",
        approved_by=told["approved_by"],
        damaged=broken,
        seal=row[-2] or "",
    )
