"""Connections to the lake: extensions from their wheels, one writer, locked readers.

DuckDB 1.5.5 checks the signature of the extensions when they are loaded; nothing comes from a network. The
SQLite catalogue is attached in WAL mode: without it one reader beside the writer hangs for ever (measured).
"""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import duckdb_extensions

from firstdose.errors import StoreError
from firstdose.place import Place, reason
from firstdose.words import _

_SETTINGS: dict[str, Any] = {
    "threads": "2",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
    "python_enable_replacements": "false",
    "enable_external_file_cache": "false",  # it would go on showing a file that was put back since as it was
}
#: What the engine says of a database in which no lake was made yet.
_NO_LAKE = "creating a new DuckLake is explicitly disabled"


class NoLake(StoreError):  # noqa: N818 (what is there, said as the tree of errors does)
    """The database of the catalogue answers, and nothing was ever published to it."""


def _extension_folder() -> Path:
    """Where DuckDB keeps the extensions it copies from the wheels: the user's cache, or a temporary one."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "firstdose" / "duckdb"
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.gettempdir()) / f"firstdose-duckdb-{os.getuid()}"
    return cache


def needed(place: Place) -> tuple[str, ...]:
    """The extensions that a place needs, in the order in which they are loaded."""
    catalogue = "postgres_scanner" if place.postgres else "sqlite"
    return (catalogue, "ducklake", *(("httpfs",) if place.bucket else ()))


def _settings(place: Place, memory: str, threads: int) -> dict[str, Any]:
    """The settings of a connection; the secrets that PostgreSQL's extension looks for are never there."""
    settings = _SETTINGS | {"memory_limit": memory, "threads": str(threads)}
    if place.postgres:  # without any store for secrets it does not attach (measured)
        settings |= {"allow_persistent_secrets": "true", "secret_directory": os.devnull}
    return settings


def load(con: duckdb.DuckDBPyConnection, *names: str) -> None:
    """Load extensions from their wheels; ``StoreError`` when one was not installed."""
    con.execute(f"set extension_directory = '{_quoted(_extension_folder())}'")
    for name in names:
        try:
            duckdb_extensions.import_extension(name, con=con)
        except ImportError as error:
            said = _("FIRSTDOSE_LAKE needs the extension {name} of the engine: install firstdose[scale].")
            raise StoreError(said.format(name=name)) from error
        con.execute(f"load {name}")


def connect(
    place: Place, *, read_only: bool, memory: str = "1GiB", threads: int = 2, make: bool = True
) -> duckdb.DuckDBPyConnection:
    """A connection with the lake attached as ``lake``; ``StoreError`` when it cannot be reached.

    ``NoLake`` when its database holds none yet and none is to be made, which needs the writer's lock.
    """
    con = None
    try:
        con = duckdb.connect(":memory:", config=_settings(place, memory, threads))
        load(con, *needed(place))
        if place.bucket:
            con.execute(_secret(place.bucket, os.environ))
        # what does not fit into memory: never into the folder that the command runs in
        con.execute(f"set temp_directory = '{'' if read_only else _quoted(_spill(place))}'")
        con.execute(_attach(place, read_only=read_only, make=make))
    except (duckdb.Error, OSError) as error:
        if con is not None:
            con.close()
        if _NO_LAKE in str(error):
            raise NoLake(
                _("Nothing has been published to {place} yet.").format(place=place.folder)
            ) from error
        raise StoreError(
            _("The store {place} cannot be opened: {why}").format(place=place.folder, why=reason(error))
        ) from error
    return con


def _attach(place: Place, *, read_only: bool, make: bool) -> str:
    only = ", READ_ONLY" if read_only else ""
    catalogue, more = f"sqlite:{place.catalogue}", ", meta_journal_mode 'WAL', meta_busy_timeout 5000"
    if place.postgres:
        catalogue, more = f"postgres:{place.postgres}", "" if make else ", create_if_not_exists false"
    # the path is overridden, so that a lake copied to another place reads its own files
    return (
        f"attach 'ducklake:{_quoted(catalogue)}' as lake "
        f"(data_path '{_quoted(place.data_address)}', override_data_path true{more}{only})"
    )


def _spill(place: Place) -> Path:
    """Where a writer puts what it cannot hold in memory: beside the lake, or on the machine's own disk."""
    if place.postgres:
        return Path(tempfile.gettempdir()) / f"firstdose-spill-{os.getuid()}-{os.getpid()}"
    return place.folder / "spill"


def _secret(bucket: str, settings: Mapping[str, str]) -> str:
    """How the bucket is reached, from the variables that every tool for S3 reads."""
    said = {
        "key_id": settings.get("AWS_ACCESS_KEY_ID", ""),
        "secret": settings.get("AWS_SECRET_ACCESS_KEY", ""),
        "session_token": settings.get("AWS_SESSION_TOKEN", ""),
        "region": settings.get("AWS_REGION") or settings.get("AWS_DEFAULT_REGION", ""),
    }
    server = urlsplit(settings.get("AWS_ENDPOINT_URL_S3") or settings.get("AWS_ENDPOINT_URL", ""))
    if server.netloc:  # a server of one's own: its buckets are folders, not names of hosts
        said |= {"endpoint": server.netloc + server.path.rstrip("/"), "url_style": "path"}
        said["use_ssl"] = "false" if server.scheme == "http" else "true"
    options = ", ".join(f"{name} '{_quoted(value)}'" for name, value in said.items() if value)
    return f"create secret bucket (type s3, provider config, scope '{_quoted(bucket)}', {options})".replace(
        ", )", ")"
    )


def _quoted(named: Path | str) -> str:
    """A setting of ours inside an SQL string; settings never come from a link or a file."""
    return str(named).replace("'", "''")


def lock(con: duckdb.DuckDBPyConnection, place: Place) -> None:
    """Close a reader's doors: no file outside the lake, no setting can be changed any more."""
    con.execute("set temp_directory = ''")
    allowed = ", ".join(f"'{_quoted(one)}'" for one in (place.folder, place.bucket) if str(one))
    con.execute(f"set allowed_directories = [{allowed}]")
    con.execute("set enable_external_access = false")
    con.execute("set lock_configuration = true")


def newest_snapshot(con: duckdb.DuckDBPyConnection) -> int:
    """The newest snapshot of a lake whose catalogue is a database: one question of a millisecond."""
    asked = "select max(snapshot_id) from ducklake_snapshot"
    found = con.execute("from postgres_query('__ducklake_metadata_lake', ?)", [asked]).fetchall()
    return int(found[0][0])


def answers(con: duckdb.DuckDBPyConnection, place: Place) -> bool:
    """Whether the database of the catalogue answers; a file always does."""
    if not place.postgres:
        return True
    undo(con)
    try:
        newest_snapshot(con)
    except duckdb.Error:
        return False
    return True


def away(con: duckdb.DuckDBPyConnection, place: Place, error: duckdb.Error) -> bool:
    """Whether something failed since the bucket or the database did not answer, which says nothing of rows.

    An object that is gone is an answer: what it held is lost.
    """
    said = str(error)
    if place.bucket and isinstance(error, duckdb.IOException) and "http" in said.lower():
        return "404" not in said
    return not answers(con, place)


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection, sure: Callable[[], None] = lambda: None) -> Iterator[None]:
    """What is done inside is done together or not at all; ``sure`` raises when it must not be committed.

    A transaction left open when its PostgreSQL has gone would end this process as its connection is freed
    (measured, postgres_scanner 1.5.5): so it is always ended here.
    """
    con.execute("begin")
    try:
        yield
        sure()
        con.execute("commit")
    finally:
        undo(con)


@contextmanager
def one_thread(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let one thread do what follows, for every connection; only while settings may be changed.

    Reading many small tables gives a second thread nothing but to ask for work: opening two versions took
    0.93 s of the processor with two threads and 0.46 with one, and no less time (measured, DuckDB 1.5.5).
    """
    asked = con.cursor()
    before = asked.execute("select current_setting('threads')").fetchall()[0][0]
    asked.execute("set threads = 1")
    try:
        yield
    finally:
        asked.execute(f"set threads = {before}")


@contextmanager
def as_it_stands(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Read whole tables without planning how.

    Planning asks a lake table without rows for statistics of each column anew: 200 ms instead of 25
    (measured, DuckLake 1.5.5). Of no use where only some columns or rows of many are read.
    """
    con.execute("pragma disable_optimizer")
    try:
        yield
    finally:
        with contextlib.suppress(duckdb.Error):  # a transaction that failed takes its end and nothing else
            con.execute("pragma enable_optimizer")


def columns(con: duckdb.DuckDBPyConnection, name: str) -> frozenset[str]:
    """The columns of a table by its whole name, none where there is no such table.

    Any other fault is raised: a store that cannot be read must not look like an empty one. The engine's lists
    of tables name those of every schema, and ask the lake for the size of each: 50 ms and more (measured).
    """
    try:
        con.execute(f"select * from {name} limit 0")
    except duckdb.CatalogException as error:
        if f"Table with name {name.rpartition('.')[2]} does not exist" not in str(error):
            raise
        return frozenset()
    return frozenset(column[0] for column in con.description or ())


def undo(con: duckdb.DuckDBPyConnection) -> None:
    """Take back what was not committed, if anything."""
    with contextlib.suppress(duckdb.Error):
        con.execute("rollback")


def close(con: duckdb.DuckDBPyConnection) -> None:
    """Close a connection, its transaction ended first."""
    undo(con)
    con.close()
