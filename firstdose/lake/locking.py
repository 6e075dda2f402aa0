"""The one writer at a time: the lock of the lake folder, or one of the PostgreSQL that keeps the catalogue.

A lock of a file is only as good as the file system that all servers share; the database is shared for certain
and lets go of a lock as soon as the connection of its holder is gone.
"""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import duckdb

from firstdose.errors import StoreError
from firstdose.lake import engine
from firstdose.place import LOCK_SECONDS, Place, busy, reason
from firstdose.words import _

_KEY = 0x6669727374646F73  # “firstdos”; a lake has a database of its own
# A holder whose machine lost its power is noticed within half a minute instead of two hours.
_FIRST = (
    f"set local lock_timeout = '{LOCK_SECONDS}s'",
    "set local idle_in_transaction_session_timeout = 0",
    "set local tcp_keepalives_idle = 10",
    "set local tcp_keepalives_interval = 5",
    "set local tcp_keepalives_count = 4",
    f"select pg_advisory_xact_lock({_KEY})",
)

Held = Callable[[], None]


@contextmanager
def writing(place: Place) -> Iterator[Held]:
    """Hold the one writer's lock of a place; ``StoreError`` after a minute of waiting.

    What is given raises ``StoreError`` when the lock was lost meanwhile: to be called before a commit.
    """
    if not place.postgres:
        with place.writing():
            yield _certain
        return
    place.make()
    con = _database(place)
    try:
        _take(con, place)
        yield partial(_still, con)
    finally:
        engine.close(con)


def _certain() -> None:
    """A lock of a file is not lost while the process lives."""


def _database(place: Place) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(":memory:", config={"threads": "1"})
    try:
        engine.load(con, "postgres_scanner")
        con.execute(f"attach '{place.postgres.replace(chr(39), chr(39) * 2)}' as catalogue (type postgres)")
    except (duckdb.Error, StoreError) as error:
        con.close()
        if isinstance(error, StoreError):
            raise
        raise _unreachable(place, error) from error
    return con


def _take(con: duckdb.DuckDBPyConnection, place: Place) -> None:
    con.execute("begin")
    try:
        for statement in _FIRST:
            con.execute("call postgres_execute('catalogue', ?)", [statement])
    except duckdb.Error as error:
        raise (busy() if "lock timeout" in str(error) else _unreachable(place, error)) from error


def _still(con: duckdb.DuckDBPyConnection) -> None:
    try:
        con.execute("from postgres_query('catalogue', 'select 1')").fetchall()
    except duckdb.Error as error:
        with contextlib.suppress(duckdb.Error):
            con.execute("rollback")
        said = _("Nothing was published: the database of the store was not there any more; try again.")
        raise StoreError(said) from error


def _unreachable(place: Place, error: Exception) -> StoreError:
    said = _("The store {place} cannot be opened: {why}")
    return StoreError(said.format(place=place.folder, why=reason(error)))
