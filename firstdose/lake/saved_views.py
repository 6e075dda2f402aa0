"""Saved views: a name and a whole view under a short address, beside the lake, told in the audit chain.

A saved view never changes. It can be retired, which is one more record beside it: its address then says who
retired it and when.
"""

import hashlib
import json
import re
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from firstdose.errors import FirstdoseError
from firstdose.lake.publish import Author
from firstdose.lake.store import Lake
from firstdose.who import LOCAL, Who
from firstdose.words import _

_ID = re.compile(r"[0-9a-f]{32}")
_NAME, _NOTE, _LINK = 120, 1_000, 8_000  # characters; our convention


@dataclass(frozen=True, slots=True)
class SavedView:
    """A saved view: ``link`` is path and query from the root, ``owner`` the print of a browser."""

    id: str
    name: str
    note: str
    page: str
    link: str
    owner: str
    shared: bool
    by: str
    at: str
    retired_by: str = ""
    retired_at: str = ""

    @property
    def address(self) -> str:
        """The short address, from the root of the server."""
        return f"/v/{self.id}"


def save(
    lake: Lake,
    *,
    name: str,
    note: str,
    page: str,
    link: str,
    owner: str,
    shared: bool,
    by: str,
    who: Who = LOCAL,
) -> SavedView:
    """Keep a view; ``FirstdoseError`` without name or person, ``StoreError`` when the store is closed."""
    name, by = name.strip()[:_NAME], by.strip()[:_NAME]
    if not name:
        raise FirstdoseError(_("Give the view a name."))
    if not by:
        raise FirstdoseError(_("Say who you are: a saved view tells who made it."))
    if len(link) > _LINK:
        raise FirstdoseError(_("This link is longer than {n} characters.").format(n=_LINK))
    made = SavedView(secrets.token_hex(16), name, note.strip()[:_NOTE], page, link, owner, shared, by, _now())
    kept = _keep(lake, f"{made.id}.json", asdict(made))
    author = Author.acting(who, by, made.note or name)
    lake.note("view_saved", author, made.id, link=link, shared=shared, record_sha256=kept)
    return made


def retire(lake: Lake, view: SavedView, by: str, why: str, who: Who = LOCAL) -> SavedView:
    """Retire a view; its address goes on telling that it was one. ``FirstdoseError`` without a person."""
    by = by.strip()[:_NAME]
    if not by:
        raise FirstdoseError(_("Say who you are: a retired view tells who retired it."))
    if view.retired_by:
        return view
    gone = replace(view, retired_by=by, retired_at=_now())
    kept = _keep(lake, f"{view.id}.retired.json", {"by": by, "at": gone.retired_at, "why": why[:_NOTE]})
    lake.note("view_retired", Author.acting(who, by, why), view.id, record_sha256=kept)
    return gone


def find(lake: Lake, name: str) -> SavedView | None:
    """The view of an address, retired or not; none when there is no such view or its record is damaged."""
    if not _ID.fullmatch(name):
        return None
    made = _read(lake, f"{name}.json")
    if made is None or made.get("id") != name:
        return None
    try:
        found = SavedView(**made)
    except TypeError:
        return None
    if not (found.link.startswith("/") and not found.link.startswith("//")):
        return None
    gone = _read(lake, f"{name}.retired.json")
    return replace(found, retired_by=gone["by"], retired_at=gone["at"]) if gone else found


def listed(lake: Lake, owner: str) -> list[SavedView]:
    """The views of one browser and the shared ones, newest first; retired ones are left out."""
    folder = lake.place.saved_views
    if not folder.is_dir():
        return []
    names = [path.name.partition(".")[0] for path in folder.glob("*.json") if ".retired" not in path.name]
    found = [view for view in (find(lake, name) for name in names) if view is not None]
    mine = [view for view in found if not view.retired_by and (view.shared or view.owner == owner)]
    return sorted(mine, key=lambda view: view.at, reverse=True)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _keep(lake: Lake, name: str, record: dict[str, Any]) -> str:
    """Write a record; its SHA-256, which the audit chain tells, is returned."""
    content = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True).encode()
    lake.place.keep(lake.place.saved_views / name, content, 0o444)
    return hashlib.sha256(content).hexdigest()


def _read(lake: Lake, name: str) -> dict[str, Any] | None:
    try:
        told = json.loads((lake.place.saved_views / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) else None
