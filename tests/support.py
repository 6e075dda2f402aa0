"""Small worlds for tests: a session over rows written in the test, on the real engine."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import resources
from itertools import count
from typing import Any

import duckdb

from firstdose.contracts import contracts
from firstdose.lake import derived

_counter = count(1)


@dataclass(frozen=True, slots=True)
class MemorySession:
    """A session with the interface of ``firstdose.lake.Session`` over tables in memory."""

    connection: duckdb.DuckDBPyConnection
    store: str
    version: int = 1
    as_of: date = date(2026, 11, 23)
    name: str | None = None
    published_at: datetime = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        return self.connection.cursor()

    @contextmanager
    def asking(self) -> Iterator[duckdb.DuckDBPyConnection]:
        yield self.cursor()


def session_of(as_of: date = date(2026, 11, 23), **tables: Sequence[Mapping[str, Any]]) -> MemorySession:
    """A session whose tables hold the given rows (columns left out are null), with the reference tables."""
    connection = duckdb.connect(":memory:")
    connection.execute("create schema reference")
    folder = resources.files("firstdose.reference")
    for entry in folder.iterdir():
        if entry.name.endswith(".csv"):
            with resources.as_file(entry) as path:
                connection.execute(
                    f"create table reference.{entry.name[:-4]} "
                    "as from read_csv(?, header=true, all_varchar=false)",
                    [str(path)],
                )
    for contract in contracts().values():
        columns = ", ".join(f'"{column.name}" {column.stored_type}' for column in contract.columns)
        connection.execute(f'create table "{contract.name}" ({columns})')
        for row in tables.get(contract.name, ()):
            unknown = set(row) - {column.name for column in contract.columns}
            assert not unknown, f"{contract.name} has no column {unknown}"
            names = ", ".join(f'"{name}"' for name in row)
            marks = ", ".join("?" for _ in row)
            connection.execute(
                f'insert into "{contract.name}" ({names}) values ({marks})', list(row.values())
            )
    for statement in derived.views("main"):
        connection.execute(statement)
    return MemorySession(connection, f"memory-{next(_counter)}", as_of=as_of)
