"""The audit lines that were never written, because their writer was killed between commit and line."""

from typing import TYPE_CHECKING

from firstdose.lake import files, naming, verify
from firstdose.lake.versions import read_versions

if TYPE_CHECKING:
    import duckdb

    from firstdose.audit import Chain
    from firstdose.place import Place


def catch_up(place: "Place", chain: "Chain", con: "duckdb.DuckDBPyConnection") -> None:
    """Write the lines that a killed publisher or namer still owed: the commit was made, the line was not."""
    chain.set_torn_line_aside()
    events = list(chain.events())
    told = {event["object_id"] for event in events if "contents" in event}
    known = files.told(events)
    named = {event["named_at"] for event in events if event["action"] == "name"}
    for version in read_versions(con):
        if str(version.version) not in told:
            found = files.untold(place, known)
            known |= found
            chain.append(
                "publish",
                actor=version.by,
                reason=version.why,
                object_id=str(version.version),
                changes={name: dict(counts) for name, counts in version.tables.items()},
                contents=verify.digest(version.contents),
                stored_sha256=found,
                late=True,
                **({"approved_by": version.approved_by} if version.approved_by else {}),
            )
    for given in naming.read_names(con) if naming.exist(con) else ():
        if given.at not in named:
            naming.tell(chain, given, late=True)
