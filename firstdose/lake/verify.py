"""Verify: every stored version, every original and the audit chain are what they were."""

import hashlib
from typing import TYPE_CHECKING

import duckdb

from firstdose.audit import Chain
from firstdose.contracts import contracts
from firstdose.errors import IntegrityError
from firstdose.lake import tables as sql
from firstdose.words import _

if TYPE_CHECKING:
    from firstdose.lake.versions import Version
    from firstdose.place import Place

_NO_ROWS = "0" * 32


def originals(place: "Place") -> None:
    """Every file kept as received still has the SHA-256 it is named by; the first that has not is named."""
    for kept in sorted((place.folder / "originals").glob("*")):
        if kept.suffix != ".part" and hashlib.sha256(kept.read_bytes()).hexdigest() != kept.name:
            raise IntegrityError(_("The original {name} was altered.").format(name=kept.name))


def chain(place: "Place", versions: "tuple[Version, ...]") -> None:
    """The audit chain is whole, and holds every head that a version was published with."""
    hashes = {event["hash"] for event in Chain(place.audit).events()} | {"0" * 64}
    for version in versions:
        if version.audit_head not in hashes:
            raise IntegrityError(
                _("The audit chain lacks the events before version {version}.").format(
                    version=version.version
                )
            )


def rows(con: duckdb.DuckDBPyConnection, versions: "tuple[Version, ...]") -> None:
    """Every table of every version has the fingerprint it was published with."""
    judged: set[tuple[str, str]] = set()
    for version in versions:
        for contract in contracts().values():
            print_ = version.contents.get(contract.name, _NO_ROWS)
            if (contract.name, print_) in judged or contract.name not in version.contents:
                continue
            found = con.execute(
                f'select bit_xor({sql.row_print(contract)}) from lake."{contract.name}" '
                f"at (version => {version.snapshot})"
            ).fetchall()
            if f"{int(found[0][0] or 0):032x}" != print_:
                raise IntegrityError(
                    _("Version {version}: the rows of {table} are not those that were published.").format(
                        version=version.version, table=contract.name
                    )
                )
            judged.add((contract.name, print_))
