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
from firstdose.errors import DamagedVersion, StoreError
from firstdose.lake import derived, engine, files, kept
from firstdose.lake import tables as sql
from firstdose.lake.versions import NO_ROWS
from firstdose.place import reason, short_of_disk
from firstdose.words import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from firstdose.lake.versions import Version
    from firstdose.place import Place

LARGEST_COPIED = 500_000  # rows; a larger table stays Parquet behind a view (our convention, measured)


@dataclass(frozen=True, slots=True)
class Session:
    """One data version, pinned: every table of one publish, none of another.

    ``schema`` is where its tables stand; a draft has one of its own and the number of the version below it.
    ``held`` goes with every copy and every draft on top: while somebody has it, the schema is not dropped.
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
    held: object = field(default=None, repr=False, compare=False)

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
        cursor.execute(f"use {self.schema or schema_of(self.version)}")
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
    return f"{contract.name}_{version.contents.get(contract.name, NO_ROWS)}"


def schema_of(number: int, only: "Iterable[str]" = ()) -> str:
    """The schema that shows a version: all its tables, or some of them alone."""
    return "_".join([f"v{number}", *sorted(only)])


def load_version(
    con: duckdb.DuckDBPyConnection, place: "Place", version: "Version", only: "Iterable[str]" = ()
) -> None:
    """Show all tables of a version, or ``only`` some, in ``schema_of`` it; ``DamagedVersion`` if altered.

    A table that did not change between versions is copied once: it is kept by its fingerprint. One thread and
    one transaction: a lake table of a few rows then takes 7 ms instead of 19 (measured, DuckLake 1.5.5).
    """
    wanted = [contracts()[name] for name in only or contracts()]
    keep(con, place, version, wanted)
    schema = schema_of(version.version, only)
    made = {} if only else derived.kept_names(version)
    with engine.transaction(con):
        if made:
            sources = [kept_name(contracts()[name], version) for name in derived.SOURCES]
            derived.keep(con, place, version, sources[0], sources[1], LARGEST_COPIED)
        con.execute(f"create schema if not exists {schema}")
        for contract in wanted:
            named = f'{schema}."{contract.name}"'
            con.execute(f"create or replace view {named} as from {kept.at(kept_name(contract, version))}")
        for name, stands in made.items():
            con.execute(f"create or replace view {schema}.{name} as from {kept.at(stands)}")


def keep(
    con: duckdb.DuckDBPyConnection, place: "Place", version: "Version", wanted: "Iterable[Contract]"
) -> None:
    """Keep the rows of tables of a version in memory, each judged by its fingerprint; ``DamagedVersion``.

    Nothing that could not be judged stays, and what another version holds unharmed is found there.
    """
    if version.damaged:
        raise _damaged(version, place.catalogue_name)
    there = kept.names(con)
    with engine.transaction(con):
        for contract in wanted:
            if kept_name(contract, version) not in there:
                _copy(con, place, version, contract)


def _copy(con: duckdb.DuckDBPyConnection, place: "Place", version: "Version", contract: Contract) -> None:
    """Copy one table of a version into memory and judge it, or put a view before it when it is large."""
    source = kept.at(kept_name(contract, version))
    if contract.name not in version.contents:
        con.execute(f"create table {source} ({sql.typed_columns(contract)})")
        kept.note(con, kept_name(contract, version))
        return
    try:
        whole = _read(con, place, version, contract, source)
    except duckdb.Error as error:  # what reading damaged bytes ends in is not always called by one name
        engine.undo(con)
        if short_of_disk(error) or engine.away(con, place, error):
            said = _("The store {place} cannot be opened: {why}")
            raise StoreError(said.format(place=place.folder, why=reason(error))) from error
        con.execute("begin")
        whole = False
    if not whole:
        found = files.suspects(con, place, version, contract.name)
        raise _damaged(version, *found, table=contract.name)


def _read(
    con: duckdb.DuckDBPyConnection, place: "Place", version: "Version", contract: Contract, source: str
) -> bool:
    """Whether the rows of a table, now in memory or behind a view, are those that were published."""
    stored = f'lake."{contract.name}" at (version => {version.snapshot})'
    empty = ", ".join(f'null::{column.stored_type} as "{column.name}"' for column in contract.columns)
    every = f"(select {empty} limit 0) union all by name select * from {stored}"
    rows = f"select {sql.columns(contract)} from ({every})"
    if contract.name != "results":
        with engine.as_it_stands(con):
            con.execute(f"create table {source} as {rows}")
        kept.note(con, kept_name(contract, version))
        return _judged(con, version, contract, source)
    counted = con.execute(f"select count(*) from {stored}").fetchone()
    if counted and counted[0] > LARGEST_COPIED:
        rows = rows.replace(stored, files.stored(con, version, contract.name))
        con.execute(f"create or replace view {source} as {rows}")
        whole = files.sound(con, place, version, contract.name)  # a tenth of the time of reading every row
        return _judged(con, version, contract, source) if whole is None else whole
    with engine.as_it_stands(con):
        con.execute(
            f"create table {source} as {rows} order by attribute_code, lab_partner, tested_on, batch_id"
        )
    kept.note(con, kept_name(contract, version))
    return _judged(con, version, contract, source)


def _judged(con: duckdb.DuckDBPyConnection, version: "Version", contract: Contract, source: str) -> bool:
    found = con.execute(f"select bit_xor({sql.row_print(contract)}) from {source}").fetchone()
    return f"{int(found[0] or 0) if found else 0:032x}" == version.contents[contract.name]


def _damaged(version: "Version", *names: str, table: str = "") -> DamagedVersion:
    if names:
        said = _("Version {version} cannot be shown: the stored file {files} is damaged.")
    else:
        said = _("Version {version} cannot be shown: the stored rows of {table} are not those published.")
    remedy = _(
        "Put the lake folder back from its backup; “firstdose verify” then says whether all is well. "
        "Versions that do not need what is damaged can still be opened."
    )
    told = said.format(version=version.version, files=", ".join(names), table=table)
    return DamagedVersion(f"{told} {remedy}", version.version)


def write(session: Session, folder: Path) -> dict[str, Path]:
    """Write every table of a version as typed Parquet into a folder, as a publish takes them."""
    written = {name: folder / f"typed-{name}.parquet" for name in contracts()}
    for name, file in written.items():
        rows = session.cursor().execute(f'select * from "{name}"').to_arrow_reader()
        with pq.ParquetWriter(file, rows.schema) as writer:  # the locked reader itself may not write
            for batch in rows:
                writer.write_batch(batch)
    return written
