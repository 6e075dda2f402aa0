"""What a publish would leave behind, before anybody publishes: its rows, and how they differ.

The resulting tables are made in the reader's memory in a schema of their own, so the questions of the pages
can be asked of them as of any data version. Large results stay where they lie, behind a view.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from firstdose.contracts import Contract, contracts
from firstdose.lake import changes, derived, scoped
from firstdose.lake import tables as sql
from firstdose.lake.publish import REMOVED_SHARE, Author, Counts
from firstdose.lake.session import LARGEST_COPIED, Session

if TYPE_CHECKING:
    from firstdose.intake.scope import Scope
    from firstdose.lake.scoped import Limit

MOST_TOLD = 200  # keys and cells of a table that a preview lists; all are counted


@dataclass(frozen=True, slots=True)
class Difference:
    """How one table would change: all counted, the first ``MOST_TOLD`` of each kind listed."""

    table: str
    counts: Counts
    rows_before: int
    told: changes.TableChanges

    @property
    def as_counts(self) -> tuple[int, int, int]:
        """Rows added, changed and removed."""
        return self.counts.added, self.counts.changed, self.counts.removed

    @property
    def removes_much(self) -> bool:
        """Whether more leaves than a publish takes without being told so."""
        return self.counts.removed > REMOVED_SHARE * self.rows_before


@dataclass(frozen=True, slots=True)
class Preview:
    """A draft seen as a data version: the version it stands on, a session to ask, and what would differ.

    Without any version yet there is no session, and every row is new.
    """

    based_on: int
    session: Session | None
    differences: tuple[Difference, ...]

    def forget(self) -> None:
        """Free what it holds in memory."""
        if self.session is not None:
            self.session.reader.cursor().execute(f"drop schema if exists {self.session.schema} cascade")


def look(
    before: Session,
    tables: Mapping[str, Path],
    author: Author,
    scope: "Scope",
    key: str,
    limited: "Limit | None" = None,
) -> Preview:
    """What publishing typed files would leave behind on top of a version; ``key`` names it.

    With a limit the rows of others that a session shows stay, as they do in a publish. What share of a table
    goes is told of the rows the publish speaks for, so that it asks just where a publish would refuse.
    """
    schema = f"d_{key}"
    stands = before.schema or f"v{before.version}"
    told = load(before.reader.cursor(), schema, stands, tables, scope, limited)
    drafted = replace(
        before,
        store=f"{before.store}#{key}#{before.version}",
        as_of=author.as_of,
        published_at=datetime.now(UTC),
        by=author.by,
        why=author.why,
        name=author.name,
        schema=schema,
        idle=deque(),
    )
    return Preview(before.version, drafted, told)


def load(
    con: duckdb.DuckDBPyConnection,
    schema: str,
    before: str,
    tables: Mapping[str, Path],
    scope: "Scope",
    limited: "Limit | None" = None,
) -> tuple[Difference, ...]:
    """Make the resulting tables in ``schema``, on top of the schema ``before``; tables that differ are told.

    ``tables`` are typed Parquet files, one a table, with the columns of its contract.
    """
    con.execute(f"drop schema if exists {schema} cascade")
    con.execute(f"create schema {schema}")
    told = []
    for contract in contracts().values():
        old, new = f'{schema}."before {contract.name}"', f'{schema}."{contract.name}"'
        con.execute(f'create view {old} as from {before}."{contract.name}"')
        if not _touched(con, contract, tables, scope):
            con.execute(f"create view {new} as from {old}")
            continue
        mine = scoped.changeable(contract, limited, "s") if limited else "true"
        _result(con, contract, old, new, tables.get(contract.name), scope, mine)
        found = _difference(con, contract, old, new, f"{mine} and {_inside(contract, scope)}")
        if found.counts != Counts():
            told.append(found)
    if {one.table for one in told} & set(derived.SOURCES):
        for statement in derived.views(schema):
            con.execute(statement)
    else:
        for name in derived.NAMES:
            con.execute(f"create view {schema}.{name} as from {before}.{name}")
    return tuple(told)


def _touched(
    con: duckdb.DuckDBPyConnection, contract: Contract, tables: Mapping[str, Path], scope: "Scope"
) -> bool:
    if contract.name not in tables:
        return scope.complete
    given = con.execute("select count(*) from read_parquet(?)", [str(tables[contract.name])]).fetchall()
    return scope.complete or bool(given[0][0])


def _result(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    old: str,
    new: str,
    given: Path | None,
    scope: "Scope",
    mine: str,
) -> None:
    """The rows that would stand there: those given, and the stored ones that stay beside them."""
    rows = _literal(given) if given else f"(select * from {old} where false)"
    goes = f"{mine} and {_inside(contract, scope)}" if scope.mode == "replace" else "false"
    count = con.execute(f"select count(*) from {rows}").fetchall()[0][0]
    kind = "view" if contract.name == "results" and count > LARGEST_COPIED else "table"
    con.execute(
        f"create {kind} {new} as select {sql.columns(contract)} from {rows} union all "
        f"select {sql.columns(contract, 's.')} from {old} s anti join {rows} i "
        f"on {sql.same_key(contract, 's', 'i')} where not coalesce({goes}, false)"
    )


def _inside(contract: Contract, scope: "Scope") -> str:
    """The condition that a stored row is one the publish speaks for, as ``publish`` has it."""
    if scope.within is None:
        return "true"
    kind, value = scope.within
    column, said = contract.scope_column(kind), value.replace("'", "''")
    return "false" if column is None else f"s.\"{column}\" = '{said}'"


def _literal(path: Path) -> str:
    """A file of our own making as SQL: views cannot hold bound values."""
    return "read_parquet('" + str(path).replace("'", "''") + "')"


def _difference(
    con: duckdb.DuckDBPyConnection, contract: Contract, old: str, new: str, mine: str
) -> Difference:
    first = contract.key[0]
    same = sql.same_key(contract, "x", "y")
    counted = con.execute(
        f'select count(*) filter (where x."{first}" is null), '
        f'count(*) filter (where x."{first}" is not null and y."{first}" is not null and '
        f"({sql.columns(contract, 'x.')}) is distinct from ({sql.columns(contract, 'y.')})), "
        f'count(*) filter (where y."{first}" is null), (select count(*) from {old} s where {mine}) '
        f"from {old} x full join {new} y on {same}"
    ).fetchall()[0]
    counts = Counts(*counted[:3])
    told = (
        changes.TableChanges((), (), ())
        if counts == Counts()
        else changes.of_table(con, contract, old, new, MOST_TOLD)
    )
    return Difference(contract.name, counts, counted[3], told)
