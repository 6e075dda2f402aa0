"""What a process keeps open of a lake: one connection, the versions it knows, the sessions it opened."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import duckdb
import pyarrow as pa

from firstdose.contracts import contracts
from firstdose.errors import StoreError
from firstdose.intake.receive import nothing_yet
from firstdose.lake import engine, session
from firstdose.lake.session import Session
from firstdose.lake.versions import NO_ROWS, Version, listed
from firstdose.place import Place, reason
from firstdose.words import _

#: How long the newest snapshot that a database told is taken for the newest: one run of a page asks often.
LOOK_SECONDS = 1.0


@dataclass(slots=True)
class Reader:
    """The connection, the versions known, and by what a later publish is noticed.

    ``locked`` once the first session was asked for: only then do questions from outside reach it, and only
    they need the reference tables (0.2 s that a publish would wait for).
    """

    place: Place
    connection: duckdb.DuckDBPyConnection
    seen: object = None
    looked: float = float("-inf")
    versions: tuple[Version, ...] = ()
    sessions: dict[tuple[int, frozenset[str]], Session] = field(default_factory=dict)
    locked: bool = False

    def look(self, *, now: bool = False) -> tuple[Version, ...]:
        """Every data version, read anew when somebody published since.

        A database is asked once a second at most, or ``now``. While it does not answer, what is known stays
        to be shown; ``StoreError`` when nothing is known, or when it has to be known ``now``.
        """
        began = time.monotonic()
        if self.place.postgres and not now and began - self.looked < LOOK_SECONDS:
            return self.versions
        try:
            stamp = self._stamp()  # before reading, so that a later change is seen next time
            if stamp != self.seen:
                con = self.connection.cursor()
                answers = partial(engine.answers, con, self.place)
                self.versions = listed(con, self.place.catalogue_name, answers)
                self.seen = stamp
                self._rename()
        except (duckdb.Error, StoreError) as error:
            if now or not self.versions:
                if isinstance(error, StoreError):
                    raise
                said = _("The store {place} cannot be opened: {why}")
                raise StoreError(said.format(place=self.place.folder, why=reason(error))) from error
        self.looked = began
        return self.versions

    def _stamp(self) -> object:
        if self.place.postgres:
            return engine.newest_snapshot(self.connection.cursor())
        return self.place.stamp()

    def _rename(self) -> None:
        """Give open sessions the name their version has by now: all else of a version never changes."""
        names = {version.version: version.name for version in self.versions}
        for asked, found in self.sessions.items():
            if found.name != names[found.version]:
                self.sessions[asked] = replace(found, name=names[found.version])

    def close_doors(self) -> None:
        """Load the reference tables and let nothing be changed any more; done once."""
        if not self.locked:
            session.load_reference(self.connection)
            engine.lock(self.connection, self.place)
            self.locked = True


def columns(
    reader: duckdb.DuckDBPyConnection, version: Version, table: str, columns: Sequence[str]
) -> pa.Table:
    """Distinct rows of some columns of a table in a version; none when the table came later."""
    contract = contracts()[table]
    if version.contents.get(table, NO_ROWS) == NO_ROWS:
        return nothing_yet(table, columns)
    named = ", ".join(f'"{contract.column(name).name}"' for name in columns)
    stored = f'lake."{table}" at (version => {version.snapshot})'
    return reader.cursor().execute(f"select distinct {named} from {stored}").to_arrow_table()
