"""Connections to the lake: extensions from their wheels, one writer, locked readers.

DuckDB 1.5.5 checks the signature of both extensions when they are loaded; nothing comes from a network. The
SQLite catalogue is attached in WAL mode: without it one reader beside the writer hangs for ever (measured).
"""

import os
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import duckdb_extensions

from firstdose.errors import StoreError
from firstdose.place import Place, reason
from firstdose.words import _

_EXTENSIONS = ("sqlite", "ducklake")
_SETTINGS: dict[str, Any] = {
    "threads": "2",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
    "python_enable_replacements": "false",
    "enable_external_file_cache": "false",  # it would go on showing a file that was put back since as it was
}


def _extension_folder() -> Path:
    """Where DuckDB keeps the extensions it copies from the wheels: the user's cache, or a temporary one."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "firstdose" / "duckdb"
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.gettempdir()) / f"firstdose-duckdb-{os.getuid()}"
    return cache


def connect(
    place: Place, *, read_only: bool, memory: str = "1GiB", threads: int = 2
) -> duckdb.DuckDBPyConnection:
    """A connection with the lake attached as ``lake``; ``StoreError`` when it cannot be reached."""
    try:
        con = duckdb.connect(":memory:", config=_SETTINGS | {"memory_limit": memory, "threads": str(threads)})
        con.execute(f"set extension_directory = '{_quoted(_extension_folder())}'")
        for name in _EXTENSIONS:
            duckdb_extensions.import_extension(name, con=con)
            con.execute(f"load {name}")
        if not read_only:  # what does not fit into memory: never into the folder that the command runs in
            con.execute(f"set temp_directory = '{_quoted(place.folder / 'spill')}'")
        only = ", READ_ONLY" if read_only else ""
        con.execute(
            f"attach 'ducklake:sqlite:{_quoted(place.catalogue)}' as lake "
            # overridden, so that a lake copied to another place reads its own files
            f"(data_path '{_quoted(place.data)}', override_data_path true, "
            f"meta_journal_mode 'WAL', meta_busy_timeout 5000{only})"
        )
    except (duckdb.Error, OSError) as error:
        raise StoreError(
            _("The store {place} cannot be opened: {why}").format(place=place.folder, why=reason(error))
        ) from error
    return con


def _quoted(path: Path) -> str:
    """A path of ours inside an SQL string; paths come from settings, never from a link or a file."""
    return str(path).replace("'", "''")


def lock(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Close a reader's doors: no file outside the lake, no setting can be changed any more."""
    con.execute("set temp_directory = ''")
    con.execute(f"set allowed_directories = ['{_quoted(folder)}']")
    con.execute("set enable_external_access = false")
    con.execute("set lock_configuration = true")
