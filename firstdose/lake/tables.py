"""The stored tables as SQL text: names and types come from the contracts and from nowhere else."""

import duckdb

from firstdose.contracts import Contract, contracts
from firstdose.lake import derived, engine

VERSIONS = """
create table if not exists lake.firstdose_versions (
    version integer,
    published_at varchar,
    as_of date,
    published_by varchar,
    why varchar,
    name varchar,
    illustrative boolean,
    tables varchar,
    contents varchar,
    audit_head varchar,
    approved_by varchar,
    seal varchar
)
"""


def ensure(con: duckdb.DuckDBPyConnection) -> None:
    """Make every table and column of the contracts that the lake still lacks; nothing when it has all."""
    have: dict[str, set[str]] = {}
    for table, column in con.execute(
        "select table_name, column_name from duckdb_columns() where database_name = 'lake'"
    ).fetchall():
        have.setdefault(table, set()).add(column)
    wanted = [make(contract) for contract in contracts().values() if contract.name not in have]
    wanted += [
        f'alter table lake."{contract.name}" add column "{column.name}" {column.stored_type}'
        for contract in contracts().values()
        if contract.name in have
        for column in contract.columns
        if column.name not in have[contract.name]
    ]
    if "firstdose_versions" not in have:
        wanted.append(VERSIONS)
    else:  # a store that an older firstdose wrote
        wanted += [
            f"alter table lake.firstdose_versions add column {name} varchar"
            for name in ("approved_by", "seal")
            if name not in have["firstdose_versions"]
        ]
    derived_too = derived.missing(have)
    if not wanted and not derived_too:
        return
    with engine.transaction(con):
        for statement in (*wanted, *derived_too):
            con.execute(statement)
    if derived_too:
        derived.set_options(con)


def make(contract: Contract) -> str:
    """The statement that makes the stored table of a contract."""
    return f'create table lake."{contract.name}" ({typed_columns(contract)})'


def typed_columns(contract: Contract) -> str:
    """The columns of a contract with their stored types, in order."""
    return ", ".join(f'"{column.name}" {column.stored_type}' for column in contract.columns)


def columns(contract: Contract, prefix: str = "") -> str:
    """The columns of a contract, quoted, in order."""
    return ", ".join(f'{prefix}"{column.name}"' for column in contract.columns)


def same_key(contract: Contract, left: str, right: str) -> str:
    """The condition that two rows have the same key."""
    return " and ".join(f'{left}."{name}" = {right}."{name}"' for name in contract.key)


def row_print(contract: Contract) -> str:
    """An expression that is one 128-bit number per row: the fingerprint of its canonical text."""
    cells = ", ".join(f'coalesce(cast("{column.name}" as varchar), chr(30))' for column in contract.columns)
    return f"md5_number(concat_ws(chr(31), {cells}))"
