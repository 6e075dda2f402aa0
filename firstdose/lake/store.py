"""The lake: publish, list, pin, compare, restore and verify data versions."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import RLock
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from firstdose.audit import Chain
from firstdose.contracts import contracts
from firstdose.errors import FirstdoseError, IntegrityError, PublishError, StoreError, UnknownVersion
from firstdose.intake.receive import nothing_yet
from firstdose.intake.scope import Scope
from firstdose.lake import engine, locking, naming, publish, session, verify
from firstdose.lake import tables as sql
from firstdose.lake.catching_up import catch_up, line, promise, redeem
from firstdose.lake.changes import TableChanges, compare
from firstdose.lake.preview import Preview, look
from firstdose.lake.publish import EXACTLY, Author, Overtaken, Published
from firstdose.lake.reading import Reader, columns
from firstdose.lake.session import Session
from firstdose.lake.versions import Version
from firstdose.place import Place, reason, shown
from firstdose.words import _

if TYPE_CHECKING:
    from firstdose.lake.scoped import Limit

_WRITING_THREADS = 1  # one is quicker than two for small tables (docs/decisions.md)


class Lake:
    """One lake in one place; threads may use it.

    Reading and publishing use different connections, but for a lake opened for ``writing`` alone.
    """

    def __init__(self, place: Place, *, writing: bool = False) -> None:
        self.place = place
        self._writing = writing
        self._guard = RLock()
        self._open: Reader | None = None

    @classmethod
    def open(cls, location: str | Path | None = None, *, writing: bool = False) -> "Lake":
        """The lake of a location; without one, of ``FIRSTDOSE_LAKE`` or ``data/lake``. Makes nothing yet.

        ``writing`` for a process that only publishes: one connection reads and writes, 0.15 s less. A server
        never asks for it, for its readers' connection must not be able to write.
        """
        return cls(Place.at(location), writing=writing)

    @staticmethod
    def shared() -> "Lake":
        """The lake of the settings, opened once for all readers of this process."""
        return _shared(Place.at())

    # ------------------------------------------------------------------ reading

    def _reader(self) -> Reader | None:
        """The reader of this process, opened when the lake exists; none before the first publish."""
        if self._open is None and (self.place.postgres or self.place.exists):
            threads = _WRITING_THREADS if self._writing else 2
            with contextlib.suppress(engine.NoLake):
                con = engine.connect(self.place, read_only=not self._writing, threads=threads, make=False)
                self._open = Reader(self.place, con)
        return self._open

    def _reading(self) -> Reader:
        """The reader of a lake that exists; ``StoreError`` when nothing was ever published here."""
        reader = self._reader()
        if reader is None:
            raise StoreError(_("Nothing has been published to {place} yet.").format(place=self.place.folder))
        return reader

    def versions(self, *, now: bool = False) -> tuple[Version, ...]:
        """Every data version, oldest first; sees what another process published at once, and what another
        machine did within ``reading.LOOK_SECONDS``, or ``now``."""
        with self._guard:
            reader = self._reader()
            return reader.look(now=now) if reader else ()

    @property
    def store(self) -> str:
        """What sets this lake, as it is shown, apart from every other: kept answers are found by it."""
        return str(self.place.folder)

    @property
    def last_seen(self) -> int:
        """The newest data version as far as this process has looked, 0 before; never waits for the store."""
        reader = self._open
        return reader.versions[-1].version if reader and reader.versions else 0

    def newest(self, *, now: bool = False) -> int:
        """The number of the newest data version; 0 when nothing has been published."""
        versions = self.versions(now=now)
        return versions[-1].version if versions else 0

    def version(self, number: int) -> Version:
        """The version of that number; ``UnknownVersion`` when it was never published."""
        found = {version.version: version for version in self.versions()}
        if number in found:
            return found[number]
        newest = self.newest()
        raise UnknownVersion(
            _("There is no data version “{asked}”. The newest is {newest}.").format(
                asked=number, newest=newest
            ),
            newest,
        )

    def session(self, number: int | None = None, only: frozenset[str] = frozenset()) -> Session:
        """A session pinned to a version (else the newest), of all tables or ``only`` some; checked."""
        with self._guard:
            version = self.version(self.newest() if number is None else number)
            reader = self._reading()
            found = self._found(reader, version, only)
            reader.close_doors()
            return found

    def open_newest(self) -> None:
        """Open the two versions that the first page shows and compares; what is wrong, the page says."""
        with contextlib.suppress(FirstdoseError), self._guard:
            for version in reversed(self.versions()[-2:]):
                self._found(self._reading(), version, frozenset())
        with contextlib.suppress(FirstdoseError):
            self.session()

    def _found(self, reader: Reader, version: Version, only: frozenset[str]) -> Session:
        """The session of a version, opened when it was not; for nobody before the doors are closed."""
        if whole := reader.sessions.get((version.version, frozenset())):
            return whole
        if (asked := (version.version, only)) not in reader.sessions:
            with contextlib.nullcontext() if reader.locked else engine.one_thread(reader.connection):
                reader.sessions[asked] = self._load(reader, version, only)
        return reader.sessions[asked]

    def _load(self, reader: Reader, version: Version, only: frozenset[str]) -> Session:
        """Show a version in the reader's memory."""
        session.load_version(reader.connection.cursor(), self.place, version, only)
        return Session(
            store=self.store,
            version=version.version,
            as_of=version.as_of,
            published_at=version.published_at,
            by=version.by,
            why=version.why,
            name=version.name,
            illustrative=version.illustrative,
            reader=reader.connection,
            schema=session.schema_of(version.version, only),
        )

    def preview(self, tables: Mapping[str, Path], author: Author, scope: Scope, key: str) -> Preview:
        """What publishing typed files would leave behind; ``key`` names the draft and its state.

        The files lie in the place of the lake. ``forget`` it when it is no longer looked at.
        """
        newest = self.newest()
        if not newest:
            return Preview(0, None, ())
        return look(self.session(newest), tables, author, scope, key, self._shown_limit(newest))

    def _shown_limit(self, number: int) -> "Limit | None":  # noqa: ARG002 (a narrowed lake asks)
        """What would hold a writer back on top of a version; nothing in a whole lake."""
        return None

    def note(self, action: str, author: Author, object_id: str, **more: Any) -> None:
        """Write an event that makes no version into the audit chain, such as a draft sent back."""
        with locking.writing(self.place), self.place.written():
            chain = Chain(self.place.audit)
            chain.set_torn_line_aside()
            chain.append(action, object_id=object_id, **author.told, **more)

    def changes(self, before: int, after: int) -> dict[str, TableChanges]:
        """What differs between two versions, in either order: keys added and removed, cells changed."""
        both = self.version(before), self.version(after)
        with self._guard:  # they may have to be read into memory
            return compare(self._reading().connection.cursor(), self.place, *both)

    def existing(self) -> Callable[[str, Sequence[str]], pa.Table]:
        """How the check sees what is published: distinct rows of some columns of a table, newest version."""
        versions = self.versions()
        return partial(columns, self._reading().connection, versions[-1]) if versions else nothing_yet

    def verify(self) -> None:
        """Check all that is stored against its fingerprints; the first broken thing is named."""
        versions = self.versions()
        verify.chain(self.place, versions)
        verify.originals(self.place)
        if not versions:
            return
        con = self._reading().connection.cursor()
        try:
            verify.names(con, self.place)
            verify.data_files(con, self.place, versions)
            verify.rows(con, versions)
        except duckdb.Error as error:
            raise IntegrityError(
                _("The stored data cannot be read: {why}").format(why=shown(str(error)))
            ) from error

    # ------------------------------------------------------------------ writing

    def restore(self, number: int, author: Author) -> Published:
        """Publish the content of an earlier version as a new one; illustrative data stays so called."""
        author.judge()
        old = self.session(number)
        author = replace(author, illustrative=old.illustrative)
        with self.place.written(), TemporaryDirectory(prefix="firstdose-") as folder:
            return self.publish(session.write(old, Path(folder)), author, EXACTLY, restores=number)

    def name(self, number: int, name: str, author: Author) -> Version:
        """Give a published version a name, or another one; who and why as for a publish.

        ``UnknownVersion`` when there is no such version; ``PublishError`` for an empty, too long or taken
        name; ``StoreError`` when the store cannot be written.
        """
        author.judge()
        with locking.writing(self.place) as held:
            given = naming.naming(self.version(number).version, name, author, self.versions(now=True))
            chain = Chain(self.place.audit)
            try:
                with self._writer() as con:
                    sql.ensure(con)
                    catch_up(self.place, chain, con)
                    naming.write(con, given, held)
            except (duckdb.Error, OSError) as error:
                said = _("Nothing was named: the store could not be written ({why}).")
                raise StoreError(said.format(why=reason(error))) from error
            with contextlib.suppress(OSError):  # the next writer writes the line
                naming.tell(chain, given, **author.ids)
        self.versions(now=True)
        return self.version(number)

    def publish(
        self,
        tables: Mapping[str, Path],
        author: Author,
        scope: Scope | None = None,
        *,
        sources: Sequence[str] = (),
        based_on: int | None = None,
        restores: int | None = None,
    ) -> Published:
        """Publish typed Parquet files (one a table, contract columns) as one new version, or nothing at all.

        ``sources`` are the digests of the files as received, ``restores`` is the version whose content this
        is. ``Overtaken`` when the newest version is not the one the files were checked against;
        ``PublishError`` when who, why or the scope are not said well, or nobody else approved;
        ``IntegrityError`` when what stands there is damaged;
        ``StoreError`` when the store cannot be written. The same content again makes no version.
        """
        author.judge()
        scope = scope or Scope()
        unknown = set(tables) - set(contracts())
        if unknown:
            raise PublishError(_("There is no table “{table}”.").format(table=min(unknown)))
        rows: dict[str, Path | None] = dict(tables)
        if scope.complete:
            rows = {name: tables.get(name) for name in contracts()}
        with locking.writing(self.place) as held:
            newest = self.newest(now=True)
            if based_on not in (None, newest):
                raise Overtaken(_("Version {n} was published meanwhile; check again.").format(n=newest))
            try:
                return self._publish(rows, author, scope, sources, restores, held)
            except (duckdb.Error, OSError) as error:
                raise StoreError(
                    _("Nothing was published: the store could not be written ({why}).").format(
                        why=reason(error)
                    )
                ) from error

    def _limit(self, con: duckdb.DuckDBPyConnection) -> "Limit | None":  # noqa: ARG002 (a narrowed lake asks)
        """What holds a writer back; nothing in a whole lake."""
        return None

    def _publish(
        self,
        rows: Mapping[str, Path | None],
        author: Author,
        scope: Scope,
        sources: Sequence[str],
        restores: int | None,
        held: locking.Held,
    ) -> Published:
        chain = Chain(self.place.audit)
        with self._writer() as con:
            sql.ensure(con)
            catch_up(self.place, chain, con)
            with engine.transaction(con, held):
                before = publish.last(con)
                # without a complete publish some of what stands there is fictional still
                if before and before.illustrative and not scope.complete:
                    author = replace(author, illustrative=True)
                changes, moved = publish.write_tables(con, self.place, rows, scope, before, self._limit(con))
                done = Published((before.version if before else 0) + bool(changes), changes)
                if changes:
                    contents, sealed = publish.write_version(
                        con, done.version, before, author, changes, moved, chain.head()
                    )
                    stored = {"contents": verify.digest(contents), "sealed": sealed}
                    promise(self.place, line(author, done, sources, restores, **stored))
            if changes:
                with contextlib.suppress(OSError, duckdb.Error):  # published: the next writer writes the line
                    redeem(self.place, chain, con)
        self.versions(now=True)
        return done

    @contextlib.contextmanager
    def _writer(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that may write, for as long as the block lasts."""
        reader = self._reader() if self._writing else None
        con = (
            reader.connection.cursor()
            if reader
            else engine.connect(self.place, read_only=False, threads=_WRITING_THREADS)
        )
        try:
            yield con
        finally:
            engine.close(con)


@cache
def _shared(place: Place) -> Lake:
    return Lake(place)
