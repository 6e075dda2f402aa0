"""Publishing: keyed differences of any number of tables become one new data version, all or nothing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from firstdose.contracts import Contract, contracts
from firstdose.errors import IntegrityError, PublishError
from firstdose.intake.scope import Scope
from firstdose.lake import derived, files, four_eyes, scoped, session
from firstdose.lake import tables as sql
from firstdose.lake.versions import COLUMNS, NO_ROWS, Version, read_versions, seal
from firstdose.place import Place
from firstdose.who import Method, Who
from firstdose.words import _, ngettext

if TYPE_CHECKING:
    from firstdose.lake.scoped import Limit

REMOVED_SHARE = 0.20  # removing more of a table needs to be said; our convention
SHORTEST_WHY, SHORTEST_WHY_JAPANESE = 10, 5
EXACTLY = Scope(complete=True, allow_removals=True)  # what a restore leaves behind


def too_short(why: str) -> int:
    """How many characters a reason needs at least, when it has fewer; 0 when it has them."""
    said = why.strip()
    japanese = any("\u3040" <= letter <= "\u9fff" for letter in said)
    least = SHORTEST_WHY_JAPANESE if japanese else SHORTEST_WHY
    return least if len(said) < least else 0


@dataclass(frozen=True, slots=True)
class Author:
    """Who publishes, why, how the version is called and dated, and the second person where one was asked."""

    by: str
    why: str
    as_of: date
    name: str | None = None
    illustrative: bool = False
    approved_by: str | None = None
    by_id: str = ""
    method: Method = "local"

    @classmethod
    def of(cls, who: Who, why: str, as_of: date) -> "Author":
        """The author that a person signed in is."""
        return cls(who.shown, why, as_of, by_id=who.id, method=who.method)

    @classmethod
    def acting(cls, who: Who, by: str, why: str) -> "Author":
        """The author of an act that publishes nothing: whoever is signed in, else the name that was said."""
        return cls(by, why, date.min) if who.method == "local" else cls.of(who, why, date.min)

    @property
    def ids(self) -> dict[str, str]:
        """How the audit chain names a person signed in; nothing for who only said a name."""
        if not self.by_id:
            return {}
        return {"actor_id": self.by_id, "actor_name": self.by, "auth_method": self.method}

    @property
    def told(self) -> dict[str, str]:
        """What the audit chain tells of who and why."""
        return {"actor": self.by, "reason": self.why, **self.ids}

    def judge(self) -> None:
        """Refuse a publish without a name, approved by its own maker, or without a reason that means much."""
        if not self.by.strip():
            raise PublishError(_("Say who publishes."))
        four_eyes.judge(self.by, self.approved_by)
        if least := too_short(self.why):
            raise PublishError(
                ngettext(
                    "Say why in at least {n} character.",
                    "Say why in at least {n} characters.",
                    least,
                ).format(n=least)
            )


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows of a table a publish added, changed and removed."""

    added: int = 0
    changed: int = 0
    removed: int = 0

    def as_json(self) -> dict[str, int]:
        """The counts as the command line prints them."""
        return {"added": self.added, "changed": self.changed, "removed": self.removed}


@dataclass(frozen=True, slots=True)
class Published:
    """What a publish did: the version that now is the newest, and what changed in which table."""

    version: int
    tables: Mapping[str, Counts]

    @property
    def unchanged(self) -> bool:
        """Whether the same content was there already, so that no version was made."""
        return not self.tables

    def as_json(self) -> dict[str, Any]:
        """The answer as ``firstdose publish`` prints it."""
        told: dict[str, Any] = {"version": self.version} | ({"unchanged": True} if self.unchanged else {})
        return told | {"tables": {name: counts.as_json() for name, counts in self.tables.items()}}


class Overtaken(PublishError):  # noqa: N818 (what happened, said as the tree of errors does)
    """Somebody published between the check and the publish; the check has to be made again."""

    code = "overtaken"


def stage(con: duckdb.DuckDBPyConnection, contract: Contract, rows: Path | None) -> int:
    """Load the new rows of a table into the temporary table ``incoming``; their number is returned."""
    con.execute("drop table if exists incoming")
    con.execute(f"create temp table incoming ({sql.typed_columns(contract)})")
    if rows is not None:
        con.execute(f"insert into incoming select {sql.columns(contract)} from read_parquet(?)", [str(rows)])
    return int(con.execute("select count(*) from incoming").fetchall()[0][0])


def last(con: duckdb.DuckDBPyConnection) -> Version | None:
    """The newest version, none before the first; ``IntegrityError`` when what is stored of it is damaged."""
    versions = read_versions(con)
    if versions and versions[-1].damaged:
        raise not_on(versions[-1], "firstdose_versions")
    return versions[-1] if versions else None


def not_on(version: Version, table: str) -> IntegrityError:
    """The refusal to publish on a table that is not what it was: the new version would be wrong too."""
    said = _(
        "Nothing was published: the stored rows of {table} in version {version} are not those that were "
        "published. Put the lake folder back from its backup, then publish again."
    )
    return IntegrityError(said.format(table=table, version=version.version))


def apply(
    con: duckdb.DuckDBPyConnection,
    place: Place,
    contract: Contract,
    scope: Scope,
    before: Version | None,
    limited: "Limit | None" = None,
) -> tuple[Counts, int]:
    """Write the keyed differences between ``incoming`` and the stored table; counts and fingerprint change.

    The number returned is the exclusive-or of the fingerprints of all rows that left or came. What is stored
    is read once, and not at all when its fingerprint is that of no rows; a lake table is written only where
    something differs (each statement costs 10 to 40 ms). ``IntegrityError`` when it is not what it was.
    A writer who is ``limited`` replaces their own rows alone; ``PublishError`` for any other row.
    """
    stored = _present(con, place, contract, before)
    if scope.mode == "merge" and stored != "present":
        # of many rows only those with a key that came matter, and they are looked for once
        same = sql.same_key(contract, "s", "i")
        con.execute(f"create temp table present as select s.* from {stored} s semi join incoming i on {same}")
        stored = "present"
    con.execute("drop table if exists leaving")
    con.execute("drop table if exists coming")
    bound, inside = _inside(contract, scope)
    if limited is not None:
        scoped.put_back(con, contract, limited, stored)
        inside = f"{inside} and {scoped.changeable(contract, limited, 's')}"
    whole = "true" if scope.mode == "replace" else "false"
    first = contract.key[0]
    con.execute(
        f'create temp table coming as select i.*, s."{first}" is not null as known '
        f"from incoming i left join {stored} s on {sql.same_key(contract, 'i', 's')} "
        f'where s."{first}" is null '
        f"or ({sql.columns(contract, 'i.')}) is distinct from ({sql.columns(contract, 's.')})"
    )
    if limited is not None:
        scoped.judge(con, contract, limited, stored)
    con.execute(
        f"create temp table leaving as select s.* from {stored} s anti join incoming i "
        f"on {sql.same_key(contract, 's', 'i')} where {whole} and {inside}",
        bound,
    )
    done = _write(con, contract, stored, scope, f"select count(*) from {stored} s where {inside}", bound)
    derived.note(con, contract.name)
    return done


def write_tables(
    con: duckdb.DuckDBPyConnection,
    place: Place,
    rows: Mapping[str, Path | None],
    scope: Scope,
    before: Version | None,
    limited: "scoped.Limit | None" = None,
) -> tuple[dict[str, Counts], dict[str, int]]:
    """Write the differences of every given table: what changed in each, and by how much its print moved."""
    changes: dict[str, Counts] = {}
    moved: dict[str, int] = {}
    for name, contract in contracts().items():
        if name in rows:
            given = stage(con, contract, rows[name])
            if not given and not scope.complete:
                continue  # a table without rows replaces nothing unless that is said
            counts, print_ = apply(con, place, contract, scope, before, limited)
            if counts != Counts():
                changes[name], moved[name] = counts, print_
    return changes, moved


def _present(con: duckdb.DuckDBPyConnection, place: Place, contract: Contract, before: Version | None) -> str:
    """The stored rows: copied into memory, save the one table that may be too large for it."""
    con.execute("drop table if exists present")
    print_ = before.contents.get(contract.name, NO_ROWS) if before else NO_ROWS
    if before is None or print_ == NO_ROWS:
        con.execute(f"create temp table present ({sql.typed_columns(contract)})")
        return "present"
    stored, whole = "present", None
    if contract.name == "results":
        stored, whole = 'lake."results"', files.sound(con, place, before, contract.name)
    else:
        con.execute(f'create temp table present as from lake."{contract.name}"')
    if whole is None:
        found = con.execute(f"select bit_xor({sql.row_print(contract)}) from {stored}").fetchall()
        whole = f"{int(found[0][0] or 0):032x}" == print_
    if not whole:
        raise not_on(before, contract.name)
    return stored


def _inside(contract: Contract, scope: Scope) -> tuple[list[str], str]:
    """The condition that a stored row lies within the scope, with its bound values."""
    if scope.within is None:
        return [], "true"
    kind, value = scope.within
    column = contract.scope_column(kind)
    if column is None:
        raise PublishError(
            _("The table {table} cannot be limited to one {kind}.").format(table=contract.name, kind=kind)
        )
    return [value], f's."{column}" = ?'


def _write(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    stored: str,
    scope: Scope,
    replaceable: str,
    bound: list[str],
) -> tuple[Counts, int]:
    """Delete what leaves, delete and insert what changed, insert what is new; refuse unsaid mass removal.

    ``replaceable`` counts, with its bound values, the stored rows that this publish speaks for: a partner's
    own are what a fifth is taken of, and rows that are hidden from them are not counted to them.
    """
    new, known, gone, rows = con.execute(
        "select (select count(*) from coming where not known), (select count(*) from coming where known), "
        f"(select count(*) from leaving), ({replaceable})",
        bound,
    ).fetchall()[0]
    counts = Counts(new, known, gone)
    if counts == Counts():
        return counts, 0
    if counts.removed > REMOVED_SHARE * rows and not scope.allow_removals:
        raise PublishError(
            _(
                "{removed} of {rows} rows of {table} would be removed, more than 20 %: "
                "publish with --allow-removals if that is meant."
            ).format(removed=counts.removed, rows=rows, table=contract.name)
        )
    row = sql.row_print(contract)
    touched = f"select s.* from {stored} s semi join coming i on {sql.same_key(contract, 's', 'i')}"
    moved = con.execute(
        f"select bit_xor(p) from (select {row} as p from coming union all select {row} from leaving "
        f"union all select {row} from ({touched}))"
    ).fetchone()
    lake, same = f'lake."{contract.name}"', sql.same_key(contract, "s", "i")
    if counts.removed:
        con.execute(f"delete from {lake} s using leaving i where {same}")
    if counts.changed:
        con.execute(f"delete from {lake} s using coming i where i.known and {same}")
    if counts.added or counts.changed:
        order = " order by batch_id, attribute_code" if contract.name == "results" else ""  # a lot's together
        con.execute(f"insert into {lake} select {sql.columns(contract)} from coming{order}")
    return counts, int(moved[0] or 0) if moved else 0


def write_version(
    con: duckdb.DuckDBPyConnection,
    number: int,
    before: Version | None,
    author: Author,
    changes: Mapping[str, Counts],
    moved: Mapping[str, int],
    audit_head: str,
) -> tuple[dict[str, str], str]:
    """Add the row of the new data version, in the same transaction as its rows, and what is made of them.

    The fingerprint of every table, as 32 hex digits, and the seal of the row are returned.
    """
    stood = before.contents if before else {}
    contents = {
        table: f"{int(stood.get(table, '0'), 16) ^ moved.get(table, 0):032x}" for table in contracts()
    }
    changed = frozenset(changes)
    if changed & set(derived.SOURCES):
        rows = con.execute("select count(*) from lake.results").fetchall()[0][0]
        if rows > session.LARGEST_COPIED:
            derived.follow(con, before, changed, contents)
    row = [
        number,
        datetime.now(UTC).isoformat(timespec="milliseconds"),
        author.as_of,
        author.by.strip(),
        author.why.strip(),
        author.name,
        author.illustrative,
        json.dumps({table: counts.as_json() for table, counts in changes.items()}),
        json.dumps(contents),
        audit_head,
        author.approved_by.strip() if author.approved_by else None,
    ]
    marks = ", ".join("?" for _cell in (*COLUMNS, "seal"))
    con.execute(
        f"insert into lake.firstdose_versions ({', '.join(COLUMNS)}, seal) values ({marks})",
        [*row, sealed := seal(row)],
    )
    con.execute("call lake.set_commit_message(?, ?)", [author.by.strip(), author.why.strip()])
    return contents, sealed
