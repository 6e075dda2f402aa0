"""Names given to data versions after their publish, kept beside them: a version itself never changes."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import duckdb

from firstdose.errors import PublishError
from firstdose.lake import engine
from firstdose.words import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstdose.audit import Chain
    from firstdose.lake.locking import Held
    from firstdose.lake.publish import Author
    from firstdose.lake.versions import Version

# The snapshot that wrote the row of a version says where its content stands, and an altered row would be
# written by a later one: so names stand in a table of their own, made with the first name given.
_TABLE = """
create table if not exists lake.firstdose_names (
    version integer,
    name varchar,
    named_by varchar,
    why varchar,
    named_at varchar
)
"""

LONGEST_NAME = 80  # characters; our convention


@dataclass(frozen=True, slots=True)
class Naming:
    """A name given to a version after it was published: who, why and when (UTC, as text)."""

    version: int
    name: str
    by: str
    why: str
    at: str


def naming(version: int, name: str, author: "Author", versions: "Iterable[Version]") -> Naming:
    """The name to be given; ``PublishError`` for an empty, too long or taken one."""
    plain = " ".join(name.split())
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise PublishError(_("A name has 1 to {n} characters.").format(n=LONGEST_NAME))
    for other in versions:
        if other.name == plain:
            said = _("Version {version} is already called “{name}”.")
            raise PublishError(said.format(version=other.version, name=plain))
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    return Naming(version, plain, author.by.strip(), author.why.strip(), now)


def write(con: duckdb.DuckDBPyConnection, given: Naming, held: "Held") -> None:
    """Add the name in one commit, while the writer's lock is ``held``."""
    with engine.transaction(con, held):
        con.execute(_TABLE)
        con.execute(
            "insert into lake.firstdose_names values (?, ?, ?, ?, ?)",
            [given.version, given.name, given.by, given.why, given.at],
        )
        con.execute("call lake.set_commit_message(?, ?)", [given.by, given.why])


def exist(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether any version was ever named after its publish."""
    return bool(engine.columns(con, "lake.firstdose_names"))


def read_names(con: duckdb.DuckDBPyConnection) -> tuple[Naming, ...]:
    """Every name given to a version after its publish, the oldest first; the last one counts."""
    rows = con.execute(
        "select version, name, named_by, why, named_at from lake.firstdose_names order by named_at"
    ).fetchall()
    return tuple(Naming(*row) for row in rows)


def tell(chain: "Chain", given: Naming, **more: Any) -> None:
    """Write the audit line of a name."""
    chain.append(
        "name",
        actor=given.by,
        reason=given.why,
        object_id=str(given.version),
        name=given.name,
        named_at=given.at,
        **more,
    )
