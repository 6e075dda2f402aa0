"""What differs between two data versions, key by key and cell by cell."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from firstdose.contracts import Contract, contracts
from firstdose.lake import kept
from firstdose.lake import tables as sql
from firstdose.lake.session import keep, kept_name
from firstdose.lake.versions import NO_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable

    from firstdose.lake.versions import Version
    from firstdose.place import Place

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell of a row that both versions have: the values as CSV text, none when empty."""

    key: Key
    column: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class TableChanges:
    """What happened to one table: keys added, keys removed, cells changed."""

    added: tuple[Key, ...]
    removed: tuple[Key, ...]
    changed: tuple[CellChange, ...]

    def as_json(self) -> dict[str, Any]:
        """The changes as ``firstdose diff`` prints them."""
        return {
            "added": [list(key) for key in self.added],
            "removed": [list(key) for key in self.removed],
            "changed": [
                {"key": list(cell.key), "column": cell.column, "old": cell.old, "new": cell.new}
                for cell in self.changed
            ],
        }


def compare(
    con: duckdb.DuckDBPyConnection,
    place: "Place",
    before: "Version",
    after: "Version",
    rows: "Callable[[Contract, Version], str] | None" = None,
) -> dict[str, TableChanges]:
    """Compare every table whose fingerprint differs; tables without a difference are left out.

    ``rows`` says where those rows of a version stand that may be seen; without it all are compared.
    ``DamagedVersion`` when rows to be compared are not those that were published.
    """
    differing = [
        contract
        for contract in contracts().values()
        if before.contents.get(contract.name, NO_ROWS) != after.contents.get(contract.name, NO_ROWS)
    ]
    for version in (before, after):
        keep(con, place, version, differing)
    found = {
        contract.name: of_table(
            con, contract, (rows or _rows)(contract, before), (rows or _rows)(contract, after)
        )
        for contract in differing
    }
    return {
        name: changes
        for name, changes in found.items()
        if changes.added or changes.removed or changes.changed
    }


def _rows(contract: Contract, version: "Version") -> str:
    """Where the rows of a version stand in memory (a tenth of the time of the stored ones)."""
    return kept.at(kept_name(contract, version))


def of_table(
    con: duckdb.DuckDBPyConnection, contract: Contract, a: str, b: str, most: int | None = None
) -> TableChanges:
    """What differs between two relations with the columns of a contract; at most ``most`` of each kind."""
    order = ", ".join(str(n) for n in range(1, len(contract.key) + 1))
    order += "" if most is None else f" limit {most}"
    return TableChanges(
        added=_keys(con, contract, b, a, order),
        removed=_keys(con, contract, a, b, order),
        changed=_cells(con, contract, a, b, order),
    )


def _text(contract: Contract, name: str, prefix: str) -> str:
    """A cell as CSV text: booleans as words, dates ISO, whole numbers without a decimal point."""
    cell = f'{prefix}."{name}"'
    if contract.column(name).kind == "number":
        return f"regexp_replace(cast({cell} as varchar), '\\.0$', '')"
    return f"cast({cell} as varchar)"


def _keys(
    con: duckdb.DuckDBPyConnection, contract: Contract, there: str, not_there: str, order: str
) -> tuple[Key, ...]:
    cells = ", ".join(_text(contract, name, "x") for name in contract.key)
    rows = con.execute(
        f"select {cells} from {there} x anti join {not_there} y "
        f"on {sql.same_key(contract, 'x', 'y')} order by {order}"
    ).fetchall()
    return tuple(tuple(row) for row in rows)


def _cells(
    con: duckdb.DuckDBPyConnection, contract: Contract, a: str, b: str, order: str
) -> tuple[CellChange, ...]:
    others = [column.name for column in contract.columns if column.name not in contract.key]
    if not others:
        return ()
    keys = ", ".join(_text(contract, name, "x") for name in contract.key)
    pairs = ", ".join(f"{_text(contract, name, 'x')}, {_text(contract, name, 'y')}" for name in others)
    left = ", ".join(f'x."{name}"' for name in others)
    right = ", ".join(f'y."{name}"' for name in others)
    rows = con.execute(
        f"select {keys}, {pairs} from {a} x join {b} y on {sql.same_key(contract, 'x', 'y')} "
        f"where ({left}) is distinct from ({right}) order by {order}"
    ).fetchall()
    wide = len(contract.key)
    return tuple(
        CellChange(tuple(row[:wide]), name, row[wide + 2 * at], row[wide + 2 * at + 1])
        for row in rows
        for at, name in enumerate(others)
        if row[wide + 2 * at] != row[wide + 2 * at + 1]
    )
