"""The lake as one scope shows it: the same versions, files and reader, and none of the rows held back.

Whatever asks it (pages, questions, exports, feeds, previews) cannot see more: its sessions stand in schemas
of their own that hold the allowed rows alone.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, ref

import duckdb
import pyarrow as pa

from firstdose.access import Denied, Scope
from firstdose.contracts import Contract, contracts
from firstdose.intake.receive import nothing_yet
from firstdose.intake.scope import Scope as Sent
from firstdose.lake import derived, engine, scoped
from firstdose.lake.changes import TableChanges, compare
from firstdose.lake.publish import Author, Published
from firstdose.lake.session import Session
from firstdose.lake.store import Lake
from firstdose.lake.versions import Version
from firstdose.words import _

if TYPE_CHECKING:
    from firstdose.lake.scoped import Limit

_SCOPES = 64  # lakes kept ready; what they show is kept apart
_SESSIONS = 160  # versions kept in memory for all scopes of a lake; our convention
_shown: "WeakKeyDictionary[Lake, OrderedDict[tuple[str, int], Session]]" = WeakKeyDictionary()
#: Beyond those kept: each without what holds it, and whether somebody still does.
_left: "WeakKeyDictionary[Lake, dict[tuple[str, int], tuple[Session, ref[_Held]]]]" = WeakKeyDictionary()


class _Held:
    """What all who read one schema hold; nobody has it any more when the last of them is gone."""


@lru_cache(maxsize=_SCOPES)
def narrowed(lake: Lake, scope: Scope) -> Lake:
    """The lake as a scope shows it: itself when nothing is held back."""
    if scope.everything:
        return lake
    if isinstance(lake, NarrowedLake):
        return narrowed(lake.whole, lake.scope.within(scope))
    return NarrowedLake(lake, scope)


class NarrowedLake(Lake):
    """What a scope lets through of a whole lake; made by ``narrowed``."""

    def __init__(self, whole: Lake, scope: Scope) -> None:
        super().__init__(whole.place)
        self.whole, self.scope = whole, scope
        self._guard = whole._guard
        self._versions: tuple[tuple[Version, ...], tuple[Version, ...]] = (), ()

    @property
    def store(self) -> str:
        """The store and the scope: no kept answer of one scope is ever found by another."""
        return f"{self.whole.store}@{self.scope.digest}"

    @property
    def last_seen(self) -> int:
        """The newest data version as far as this process has looked."""
        return self.whole.last_seen

    # ------------------------------------------------------------------ reading

    def versions(self, *, now: bool = False) -> tuple[Version, ...]:
        """The versions without what tells of other people's rows: who, why, and how much changed.

        In which tables a version changed stays, for how fresh a table is.
        """
        whole = self.whole.versions(now=now)
        known, told = self._versions
        if known is not whole:
            told = tuple(self._told(one) for one in whole if self.scope.version in (None, one.version))
            self._versions = whole, told
        return told

    def _told(self, version: Version) -> Version:
        shown = self.scope.tables
        tables: Mapping[str, Mapping[str, int]] = {
            name: {} for name in version.tables if shown is None or name in shown
        }
        return replace(version, by="", why="", approved_by=None, tables=tables, contents={})

    def session(self, number: int | None = None, only: frozenset[str] = frozenset()) -> Session:  # noqa: ARG002
        """A session of the allowed rows of a version, always of all tables: one row answers for another."""
        with self._guard:
            version = self.version(self.newest() if number is None else number)
            whole = self.whole.session(version.version)
            kept = _shown.setdefault(self.whole, OrderedDict())
            key = (self.scope.digest, version.version)
            if key not in kept:
                kept[key] = self._still_read(key) or self._show(whole)
                while len(kept) > _SESSIONS:
                    self._leave(*kept.popitem(last=False))
                self._sweep()
            kept.move_to_end(key)
            return kept[key] if kept[key].name == whole.name else replace(kept[key], name=whole.name)

    def _show(self, whole: Session) -> Session:
        schema = f"{whole.schema}_s{self.scope.digest}"
        _load(whole.reader.cursor(), whole.schema, schema, self.scope)
        return replace(whole, store=self.store, schema=schema, by="", why="", idle=deque(), held=_Held())

    def _still_read(self, key: tuple[str, int]) -> Session | None:
        """What left and is read by somebody still: made anew, it would be gone under them for a moment."""
        session, held = _left.get(self.whole, {}).pop(key, (None, None))
        holds = held() if held else None
        return replace(session, held=holds) if session and holds else None

    def _leave(self, key: tuple[str, int], session: Session) -> None:
        if isinstance(session.held, _Held):
            bare = replace(session, held=None)
            _left.setdefault(self.whole, {})[key] = bare, ref(session.held)

    def _sweep(self) -> None:
        """Drop what left and nobody reads. Not at the moment it is let go, which may be amid a question."""
        left = _left.get(self.whole, {})
        for key, (session, held) in list(left.items()):
            if held() is None:
                session.reader.cursor().execute(f"drop schema if exists {session.schema} cascade")
                del left[key]

    def changes(self, before: int, after: int) -> dict[str, TableChanges]:
        """What differs between the allowed rows of two versions."""
        self.version(before), self.version(after)
        with self._guard:
            shown = {number: self.session(number) for number in (before, after)}
            old, new = self.whole.version(before), self.whole.version(after)

            def stands(contract: Contract, version: Version) -> str:
                return f'{shown[version.version].schema}."{contract.name}"'

            return compare(shown[after].reader.cursor(), self.place, old, new, stands)

    def existing(self) -> Callable[[str, Sequence[str]], pa.Table]:
        """How the check sees what is published: what its maker may see, so it tells of nothing else."""
        return partial(_columns, self.session()) if self.versions() else nothing_yet

    def verify(self) -> None:
        """Refused: it reads and tells of every row."""
        raise self._denied()

    # ------------------------------------------------------------------ writing

    def restore(self, number: int, author: Author) -> Published:  # noqa: ARG002
        """Refused: it would put every row back."""
        raise self._denied()

    def name(self, number: int, name: str, author: Author) -> Version:  # noqa: ARG002
        """Refused: a name is read by everybody."""
        raise self._denied()

    def publish(
        self,
        tables: Mapping[str, Path],
        author: Author,
        scope: Sent | None = None,
        *,
        sources: Sequence[str] = (),
        based_on: int | None = None,
        restores: int | None = None,
    ) -> Published:
        """Publish rows of the scope; ``PublishError`` names those outside. What is replaced are its own rows.

        ``Denied`` for what would touch every row: emptying the tables not sent, a restore, one old version;
        and for a name, which every other scope reads.
        """
        if restores is not None or (scope and scope.complete) or self.scope.version is not None:
            raise self._denied()
        if author.name:
            said = _(
                "Not allowed: the name of a version is read by everybody, also by who may not see these rows "
                "({scope}). Leave the name out."
            )
            raise Denied(said.format(scope=self.scope.in_words()))
        return super().publish(tables, author, scope, sources=sources, based_on=based_on)

    def _limit(self, con: duckdb.DuckDBPyConnection) -> "Limit | None":
        return scoped.limit(con, self.scope, lambda table: f'lake."{table}"')

    def _shown_limit(self, number: int) -> "Limit | None":
        whole = self.whole.session(number)
        return scoped.limit(whole.reader.cursor(), self.scope, lambda table: f'{whole.schema}."{table}"')

    def _denied(self) -> Denied:
        said = _("Not allowed: this touches every row, and you may see {scope}. Ask a steward to do it.")
        return Denied(said.format(scope=self.scope.in_words()))


def _load(con: duckdb.DuckDBPyConnection, whole: str, schema: str, scope: Scope) -> None:
    """Show the allowed rows of the schema of a version in another one."""
    con.execute(f"drop schema if exists {schema} cascade")
    with engine.transaction(con):
        con.execute(f"create schema {schema}")
        limited = scoped.limit(con, scope, lambda table: f'{whole}."{table}"')
        limited = scoped.with_partners(con, limited)
        scoped.show(con, schema, limited)
        results = scoped.condition(contracts()["results"], limited)
        lots = f"{results != 'false'} and d.batch_id in (select batch_id from {schema}.batches)"
        for name in (derived.DAYS, derived.LOTS):
            con.execute(f"create view {schema}.{name} as select d.* from {whole}.{name} d where {lots}")
        charted = scoped.inside(contracts()["batches"], limited, "c")  # it has the lot's program and site
        con.execute(
            f"create view {schema}.{derived.CHARTED} as select c.* from {whole}.{derived.CHARTED} c "
            f"where {results != 'false'} and {charted}"
        )


def _columns(session: Session, table: str, columns: Sequence[str]) -> pa.Table:
    """Distinct rows of some columns of a table as a session shows it."""
    contract = contracts()[table]
    named = ", ".join(f'"{contract.column(name).name}"' for name in columns)
    return session.cursor().execute(f'select distinct {named} from "{table}"').to_arrow_table()
