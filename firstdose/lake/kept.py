"""What a reader keeps in its memory, listed by ourselves.

The engine's lists of tables name those of every schema and ask the lake for the size of each (50 to 150 ms),
and a question for a table that is not there looks for all that are called alike (20 ms, measured).
"""

import duckdb

_LIST = 'kept."named"'


def tables(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The names of the tables kept, without their schema; what stands behind a view is not among them."""
    con.execute("create schema if not exists kept")
    con.execute(f"create table if not exists {_LIST} (name varchar)")
    return frozenset(name for (name,) in con.execute(f"select name from {_LIST}").fetchall())


def note(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """List a table that was just made, in the same transaction."""
    con.execute(f"insert into {_LIST} values (?)", [name])
