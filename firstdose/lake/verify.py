"""Verify: every stored version, every original and the audit chain are what they were."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import duckdb

from firstdose.audit import Chain
from firstdose.contracts import contracts
from firstdose.errors import IntegrityError
from firstdose.lake import engine, files, naming
from firstdose.lake import tables as sql
from firstdose.lake.versions import NO_ROWS
from firstdose.words import _

if TYPE_CHECKING:
    from firstdose.lake.versions import Version
    from firstdose.place import Place


def digest(contents: Mapping[str, str]) -> str:
    """One SHA-256 for the fingerprints of all tables, as the audit chain tells it."""
    return hashlib.sha256(json.dumps(dict(contents), sort_keys=True).encode()).hexdigest()


def originals(place: "Place") -> None:
    """Every file kept as received still has the SHA-256 it is named by; the first that has not is named."""
    for kept in sorted((place.folder / "originals").glob("*")):
        if kept.suffix != ".part" and hashlib.sha256(kept.read_bytes()).hexdigest() != kept.name:
            raise IntegrityError(_("The original {name} was altered.").format(name=kept.name))


def chain(place: "Place", versions: "tuple[Version, ...]") -> None:
    """The audit chain is whole, holds every head that a version was published with, and tells of every
    version the content and the record it has; every original it names is kept, and every saved view."""
    events = Chain(place.audit).whole()
    hashes = {event["hash"] for event in events} | {"0" * 64}
    told = {event["object_id"]: event["contents"] for event in events if "contents" in event}
    seals = {event["object_id"]: event["sealed"] for event in events if "sealed" in event}
    lost = {int(number) for number in told} - {version.version for version in versions}
    broken = [
        version.version
        for version in versions
        if version.damaged or seals.get(str(version.version), version.seal) != version.seal
    ]
    for number in sorted({*lost, *broken}):
        raise IntegrityError(
            _("What the catalogue says of version {version} is not what was published.").format(
                version=number
            )
        )
    for version in versions:
        if version.audit_head not in hashes:
            raise IntegrityError(
                _("The audit chain lacks the events before version {version}.").format(
                    version=version.version
                )
            )
        if told.get(str(version.version)) != digest(version.contents):
            raise IntegrityError(
                _("The audit chain tells another content of version {version}.").format(
                    version=version.version
                )
            )
    for event in events:
        for name in (*event.get("source_sha256", ()), *event.get("replaced_sha256", ())):
            if not (place.folder / "originals" / name).is_file():
                raise IntegrityError(_("The original {name} is missing.").format(name=name))
    _views(place, events)


_VIEW_RECORDS = {"view_saved": "{}.json", "view_retired": "{}.retired.json"}


def _views(place: "Place", events: Sequence[Mapping[str, Any]]) -> None:
    """Every record of a saved view is the one that the chain tells of, and there is no other."""
    told = {
        _VIEW_RECORDS[event["action"]].format(event["object_id"]): event.get("record_sha256")
        for event in events
        if event["action"] in _VIEW_RECORDS
    }
    found = {path.name: path for path in place.saved_views.glob("*.json")}
    for name in sorted({*told, *found}):
        same = name in told and name in found
        # the line of an older firstdose tells no digest
        if not same or told[name] not in {None, hashlib.sha256(found[name].read_bytes()).hexdigest()}:
            raise IntegrityError(
                _("The record {name} of a saved view is not what the audit chain tells.").format(name=name)
            )


def names(con: duckdb.DuckDBPyConnection, place: "Place") -> None:
    """Every name given to a version after its publish is told in the audit chain, and none is lost."""
    stored = {
        (given.at, str(given.version), given.name, given.by, given.why)
        for given in (naming.read_names(con) if naming.exist(con) else ())
    }
    told = {
        (event["named_at"], event["object_id"], event["name"], _by(event), event["reason"])
        for event in Chain(place.audit).events()
        if event["action"] == "name"
    }
    for _at, version, *_rest in sorted(stored ^ told):
        raise IntegrityError(
            _("The name of version {version} is not what the audit chain tells.").format(version=version)
        )


def _by(event: Mapping[str, Any]) -> str:
    """The name a line tells; lines of people who only said a name have it as their id."""
    return str(event.get("actor_name") or event["actor_id"])


def data_files(con: duckdb.DuckDBPyConnection, place: "Place", versions: "tuple[Version, ...]") -> None:
    """Every data file is what its publish wrote; the first that is not is named with its versions."""
    for name in files.damaged(con, place, files.told(Chain(place.audit).events())):
        table = name.split("/")[-2]
        spoilt = [
            str(version.version)
            for version in versions
            if table in version.contents and name in files.of_version(con, place, version, table)
        ]
        raise IntegrityError(
            _(
                "The stored file {file} is damaged or missing; it belongs to these versions: {versions}."
            ).format(file=name, versions=", ".join(spoilt) or _("none"))
        )


def rows(con: duckdb.DuckDBPyConnection, versions: "tuple[Version, ...]") -> None:
    """Every table of every version has the fingerprint it was published with."""
    judged: set[tuple[str, str]] = set()
    for version in versions:
        for contract in contracts().values():
            print_ = version.contents.get(contract.name, NO_ROWS)
            if (contract.name, print_) in judged or contract.name not in version.contents:
                continue
            with engine.as_it_stands(con):
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
