"""What a process keeps open of a lake: the reader's connection, and what was read with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import duckdb
import pyarrow as pa

from firstdose.contracts import contracts
from firstdose.intake.receive import nothing_yet
from firstdose.lake.session import Session
from firstdose.lake.versions import Version


@dataclass(slots=True)
class Reader:
    """What a process keeps open: the connection, the versions known and when they were read.

    ``locked`` once the first session was asked for: only then do questions from outside reach it, and only
    they need the reference tables (0.2 s that a publish would wait for).
    """

    connection: duckdb.DuckDBPyConnection
    seen: tuple[tuple[int, int, int], ...] = ()
    versions: tuple[Version, ...] = ()
    sessions: dict[tuple[int, frozenset[str]], Session] = field(default_factory=dict)
    locked: bool = False


def rename(reader: Reader) -> None:
    """Give open sessions the name their version has by now: all else of a version never changes."""
    names = {version.version: version.name for version in reader.versions}
    for asked, found in reader.sessions.items():
        if found.name != names[found.version]:
            reader.sessions[asked] = replace(found, name=names[found.version])


def columns(
    reader: duckdb.DuckDBPyConnection, version: Version, table: str, columns: Sequence[str]
) -> pa.Table:
    """Distinct rows of some columns of a table in a version; none when the table came later."""
    contract = contracts()[table]
    if table not in version.contents:
        return nothing_yet(table, columns)
    named = ", ".join(f'"{contract.column(name).name}"' for name in columns)
    stored = f'lake."{table}" at (version => {version.snapshot})'
    return reader.cursor().execute(f"select distinct {named} from {stored}").to_arrow_table()
