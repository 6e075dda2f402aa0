"""What a reader keeps in its memory for good, listed by ourselves.

The engine's lists of tables name those of every schema and ask the lake for the size of each (50 to 150 ms),
and a question for a table that is not there looks for all that are called alike (20 ms, measured).
"""

import duckdb

_LIST = 'kept."named"'


def names(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The names that were noted; results behind a view are not, since they are judged at each opening."""
    con.execute("create schema if not exists kept")
    con.execute(f"create table if not exists {_LIST} (name varchar)")
    return frozenset(name for (name,) in con.execute(f"select name from {_LIST}").fetchall())


def note(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """List what is made in the same transaction."""
    con.execute(f"insert into {_LIST} values (?)", [name])


def at(name: str) -> str:
    """Where what has a name stands, for SQL."""
    return f'kept."{name}"'
