"""The same tests on another lake: with ``FIRSTDOSE_TEST_LAKE=postgres`` a lake folder means a database too.

A test names a folder; here a PostgreSQL started for the tests keeps the catalogue of that folder instead of
SQLite, and everything else stays in the folder. Processes that a test starts inherit it by an environment
variable (``tests/__init__.py``).
"""

import os
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path

from firstdose.lake import reading
from firstdose.place import Place
from tests.scale.postgres_and_s3 import Postgres, postgres

_PORT = "FIRSTDOSE_TEST_POSTGRES"


def asked() -> bool:
    """Whether the tests are to run on PostgreSQL."""
    return os.environ.get("FIRSTDOSE_TEST_LAKE") == "postgres"


def start() -> Callable[[], None]:
    """Start a PostgreSQL and use it; what is given back ends it."""
    stack = ExitStack()
    os.environ[_PORT] = str(stack.enter_context(postgres()).port)
    use()
    return stack.close


@cache
def _database(port: str, folder: Path) -> str:
    return Postgres(Path(), int(port)).database_for(folder)


def copied(source: Path, target: Path) -> Path:
    """Copy a lake with its catalogue, wherever that is; nobody writes to it meanwhile."""
    shutil.copytree(source, target)
    if asked():
        database = Postgres(Path(), int(os.environ[_PORT]))
        kept = database.run("pg_dump", "--clean", "--if-exists", _name(Place.at(source)))
        database.run("psql", "-q", "-d", _name(Place.at(target)), given=kept.stdout)
    return target


def drop(folder: Path) -> None:
    """Lose the catalogue of a folder, whoever is using it; an empty one comes in its place."""
    place, database = Place.at(folder), Postgres(Path(), int(os.environ[_PORT]))
    database.run("dropdb", "--force", _name(place))
    database.run("createdb", _name(place))


def _name(place: Place) -> str:
    return place.postgres.rpartition("dbname=")[2]


def use() -> None:
    """Let every place that is a folder have its catalogue in the PostgreSQL of the environment, if any."""
    if _PORT not in os.environ or hasattr(Place, "of_the_settings"):
        return
    reading.LOOK_SECONDS = 0.0  # the tests say “at once”; how soon it is known is for tests/scale
    Place.of_the_settings = Place.at  # type: ignore[attr-defined]

    def at(location: str | Path | None = None) -> Place:
        place: Place = Place.of_the_settings(location)  # type: ignore[attr-defined]
        if place.postgres:
            return place
        return replace(place, postgres=_database(os.environ[_PORT], place.folder))

    Place.at = staticmethod(at)  # type: ignore[method-assign,assignment]
