"""The catalogue of a lake as somebody finds it who owns the machine, and alters behind our back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from firstdose.lake import engine
from firstdose.place import Place
from tests.scale import on_postgres


@contextmanager
def catalogue(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables of DuckLake itself, whichever database keeps them."""
    place = Place.at(folder)
    with duckdb.connect(config=engine._settings(place, "1GiB", 1)) as con:
        engine.load(con, "postgres_scanner" if place.postgres else "sqlite")
        named, kind = (place.postgres, "postgres") if place.postgres else (place.catalogue, "sqlite")
        con.execute(f"attach '{named}' as catalogue (type {kind})")
        con.execute("use catalogue")
        yield con


def held(con: duckdb.DuckDBPyConnection, column: str) -> str:
    """The table in which the catalogue holds the rows of ours that have a column."""
    ((name,),) = con.execute(
        "select table_name from duckdb_columns() where database_name = 'catalogue' and column_name = ? "
        "and table_name like 'ducklake_inlined_data_%'",
        [column],
    ).fetchall()
    return str(name)


def lose(folder: Path) -> None:
    """Lose the whole catalogue."""
    if on_postgres.asked():
        on_postgres.drop(folder)
    for path in folder.glob("catalog.sqlite*"):
        path.unlink()
