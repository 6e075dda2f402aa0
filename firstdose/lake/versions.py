"""Data versions: our own counter, with who, why and what changed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb

from firstdose.lake.naming import read_names


@dataclass(frozen=True, slots=True)
class Version:
    """One published state. ``contents`` holds the fingerprint of each table as 32 hex digits."""

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


def read_versions(con: duckdb.DuckDBPyConnection) -> tuple[Version, ...]:
    """Every data version, oldest first, each with the lake snapshot its row was written in."""
    have: dict[str, set[str]] = {}
    for table, column in con.execute(
        "select table_name, column_name from duckdb_columns() where table_name like 'firstdose_%'"
    ).fetchall():
        have.setdefault(table, set()).add(column)
    if "firstdose_versions" not in have:
        return ()
    given = {row.version: row.name for row in read_names(con)} if "firstdose_names" in have else {}
    # a store that an older firstdose wrote has no second person, and who only reads cannot add the column
    second = "approved_by" if "approved_by" in have["firstdose_versions"] else "null"
    rows = con.execute(
        "select version, published_at, as_of, published_by, why, name, illustrative, tables, contents, "
        f"snapshot_id, audit_head, {second} from lake.firstdose_versions order by version"
    ).fetchall()
    return tuple(
        Version(
            row[0],
            datetime.fromisoformat(row[1]),
            row[2],
            row[3],
            row[4],
            given.get(row[0], row[5]),
            row[6],
            json.loads(row[7]),
            json.loads(row[8]),
            row[9],
            row[10] or "",
            row[11],
        )
        for row in rows
    )
