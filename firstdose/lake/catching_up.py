"""The audit lines that were never written, because their writer was killed between commit and line.

What the line of a publish will say lies beside the chain before the commit is made, so that a line written
later still names the files as received and the second person; a disk too full for it refuses in time.
"""

import json
from typing import TYPE_CHECKING, Any

from firstdose.lake import files, naming, verify
from firstdose.lake.versions import read_versions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

    from firstdose.audit import Chain
    from firstdose.lake.publish import Author, Published
    from firstdose.place import Place


def _owed(place: "Place") -> "Path":
    return place.audit.with_suffix(".owed")


def line(
    author: "Author", done: "Published", sources: "Sequence[str]", restores: int | None, **more: Any
) -> dict[str, Any]:
    """What the audit line of a publish says; ``more`` is what was stored."""
    said: dict[str, Any] = {
        "action": "publish" if restores is None else "rollback",
        "object_id": str(done.version),
        **author.told,
        "source_sha256": list(sources),
        "changes": {name: counts.as_json() for name, counts in done.tables.items()},
        **more,
    }
    if author.approved_by:
        said["approved_by"] = author.approved_by.strip()
    if restores is not None:
        said["restores"] = restores
    return said


def promise(place: "Place", owed: dict[str, Any]) -> None:
    """Keep what the audit line of a publish will say; ``StoreError`` when it cannot be kept."""
    place.keep(_owed(place), json.dumps(owed, ensure_ascii=False).encode())


def redeem(place: "Place", chain: "Chain", con: "duckdb.DuckDBPyConnection", **more: Any) -> None:
    """Write the promised line into the chain, with the digest of every data file nobody told of yet."""
    owed: dict[str, Any] = json.loads(_owed(place).read_text(encoding="utf-8"))
    untold = files.untold(con, place, files.told(chain.events()))
    chain.append(**owed, stored_sha256=untold, **more)
    _owed(place).unlink()


def catch_up(place: "Place", chain: "Chain", con: "duckdb.DuckDBPyConnection") -> None:
    """Write the lines that a killed publisher or namer still owed: the commit was made, the line was not."""
    chain.set_torn_line_aside()
    events = chain.whole()
    told = {event["object_id"] for event in events if "contents" in event}
    named = {event["named_at"] for event in events if event["action"] == "name"}
    owed: dict[str, Any] = json.loads(_owed(place).read_text("utf-8")) if _owed(place).is_file() else {}
    for version in read_versions(con):
        if str(version.version) in told:
            continue
        contents = verify.digest(version.contents)
        if (owed.get("object_id"), owed.get("contents")) == (str(version.version), contents):
            redeem(place, chain, con, late=True)
            continue
        chain.append(
            "publish",
            actor=version.by,
            reason=version.why,
            object_id=str(version.version),
            changes={name: dict(counts) for name, counts in version.tables.items()},
            contents=contents,
            sealed=version.seal,
            stored_sha256=files.untold(con, place, files.told(chain.events())),
            late=True,
            **({"approved_by": version.approved_by} if version.approved_by else {}),
        )
    _owed(place).unlink(missing_ok=True)  # of a publish that was never made
    for given in naming.read_names(con) if naming.exist(con) else ():
        if given.at not in named:
            naming.tell(chain, given, late=True)
