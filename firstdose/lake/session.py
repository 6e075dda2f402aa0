"""Sessions: what one data version held, read in memory and checked against its fingerprint."""

from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow.parquet as pq

from firstdose import reference
from firstdose.contracts import Contract, contracts
from firstdose.errors import IntegrityError
from firstdose.lake import tables as sql
from firstdose.words import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.lake.versions import Version

_EMPTY = "0" * 32
LARGEST_COPIED = 500_000  # rows; a larger table stays Parquet behind a view (our convention, measured)


@dataclass(frozen=True, slots=True)
class Session:
    """One data version, pinned: every table of one publish, none of another.

    ``schema`` is where its tables stand; a draft has one of its own and the number of the version below it.
    """

    store: str
    version: int
    as_of: date
    published_at: datetime
    by: str
    why: str
    name: str | None
    illustrative: bool
    reader: duckdb.DuckDBPyConnection
    schema: str = ""
    idle: "deque[duckdb.DuckDBPyConnection]" = field(default_factory=deque, repr=False, compare=False)

    @contextmanager
    def asking(self) -> "Iterator[duckdb.DuckDBPyConnection]":
        """A cursor for one question at a time, kept for the next one: making one takes 0.5 ms (measured).

        One that failed is not kept.
        """
        try:
            cursor = self.idle.pop()
        except IndexError:
            cursor = self.cursor()
        yield cursor
        self.idle.append(cursor)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor of its own whose bare table names are those of this version."""
        cursor = self.reader.cursor()
        cursor.execute(f"use {self.schema or f'v{self.version}'}")
        return cursor


def load_reference(con: duckdb.DuckDBPyConnection) -> None:
    """Load the shipped reference tables as the schema ``reference``."""
    con.execute("create schema if not exists reference")
    for name in reference.tables():
        con.execute(
            f'create or replace table reference."{name}" as from {reference.READ}',
            [str(reference.path(name)), reference.columns(name)],
        )


def kept_name(contract: Contract, version: "Version") -> str:
    """The name under which the rows of a table of a version are kept in memory."""
    return f"{contract.name}_{version.contents.get(contract.name, _EMPTY)}"


def kept_tables(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The names of the tables kept in memory, by ``kept_name``; large ones are views and not among them."""
    named = con.execute("select table_name from duckdb_tables() where schema_name = 'kept'").fetchall()
    return frozenset(row[0] for row in named)


def load_version(con: duckdb.DuckDBPyConnection, version: "Version") -> None:
    """Show the tables of one version in the schema ``v<number>``; ``IntegrityError`` when one was altered.

    A table that did not change between versions is copied once: it is kept by its fingerprint. One thread and
    one transaction: a lake table of a few rows then takes 7 ms instead of 19 (measured, DuckLake 1.5.5).
    """
    con.execute("create schema if not exists kept")
    kept = kept_tables(con)
    con.execute("begin")
    try:
        con.execute(f"create schema v{version.version}")
        for contract in contracts().values():
            name = kept_name(contract, version)
            source = f'kept."{name}"'
            if name not in kept:
                _copy(con, version, contract, source)
            con.execute(f'create view v{version.version}."{contract.name}" as from {source}')
        con.execute("commit")
    except (duckdb.Error, IntegrityError):
        con.execute("rollback")
        raise


def _copy(con: duckdb.DuckDBPyConnection, version: "Version", contract: Contract, source: str) -> None:
    """Copy one table of a version into memory, or put a view before it when it is large; then judge it."""
    if contract.name not in version.contents:
        con.execute(f"create table {source} ({sql.typed_columns(contract)})")
        return
    stored = f'lake."{contract.name}" at (version => {version.snapshot})'
    empty = ", ".join(f'null::{column.stored_type} as "{column.name}"' for column in contract.columns)
    every = f"(select {empty} limit 0) union all by name select * from {stored}"
    rows = f"select {sql.columns(contract)} from ({every})"
    if contract.name != "results":
        con.execute(f"create table {source} as {rows}")
    else:
        counted = con.execute(f"select count(*) from {stored}").fetchone()
        if counted and counted[0] > LARGEST_COPIED:
            con.execute(f"create or replace view {source} as {rows}")
            return
        con.execute(
            f"create table {source} as {rows} order by attribute_code, lab_partner, tested_on, batch_id"
        )
    _judge(con, version, contract, source)


def _judge(con: duckdb.DuckDBPyConnection, version: "Version", contract: Contract, source: str) -> None:
    found = con.execute(f"select bit_xor({sql.row_print(contract)}) from {source}").fetchone()
    if f"{int(found[0] or 0) if found else 0:032x}" != version.contents[contract.name]:
        raise IntegrityError(
            _(
                "Version {version} cannot be shown: the stored rows of {table} are not those published."
            ).format(version=version.version, table=contract.name)
        )


def write(session: Session, folder: Path) -> dict[str, Path]:
    """Write every table of a version as typed Parquet into a folder, as a publish takes them."""
    files = {name: folder / f"typed-{name}.parquet" for name in contracts()}
    for name, file in files.items():
        rows = session.cursor().execute(f'select * from "{name}"').to_arrow_reader()
        with pq.ParquetWriter(file, rows.schema) as writer:  # the locked reader itself may not write
            for batch in rows:
                writer.write_batch(batch)
    return files
