"""Partner links: a page for somebody without an account, with what they may see fixed on the server.

The address holds a random id and nothing else. What was shared never changes; revoking is one more record
beside it. Who opened it when stands in a third file, which holds prints of the tokens and not the tokens.
"""

import hashlib
import hmac
import json
import re
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from firstdose.access import NOTHING, Scope
from firstdose.audit import Chain
from firstdose.errors import FirstdoseError
from firstdose.lake import locking
from firstdose.lake.publish import Author
from firstdose.lake.store import Lake
from firstdose.who import LOCAL, Who
from firstdose.words import _, ngettext

_ID = re.compile(r"[0-9a-f]{32}")
_TEXT = 200  # characters; our convention
LONGEST = timedelta(days=366)
MOST_OPENINGS = 1_000
MOST_WRONG = 10  # passphrases; then the link opens no more
OPENED_FOR = timedelta(hours=12)  # then it has to be opened again
SHORTEST_PASSPHRASE = 8


class Shut(FirstdoseError):  # noqa: N818 (what the link is, said as the tree of errors does)
    """A partner link does not open; the message says why."""

    code = "link"


@dataclass(frozen=True, slots=True)
class PartnerLink:
    """What was shared: for whom, the scope as text, the pages, where it leads, until when and how often."""

    id: str
    name: str
    scope: str
    pages: tuple[str, ...]
    link: str
    by: str
    at: str
    expires_at: str
    most: int
    passphrase: str = ""
    revoked_by: str = ""
    revoked_at: str = ""
    opened: tuple[str, ...] = ()
    wrong: int = 0

    @property
    def address(self) -> str:
        """The address to send, from the root of the server."""
        return f"/p/{self.id}"

    def allowed(self) -> Scope:
        """The rows it shows; nothing when its record cannot be read."""
        try:
            return Scope.from_text(self.scope)
        except (ValueError, TypeError):
            return NOTHING

    def shows_within(self, scope: Scope) -> bool:
        """Whether all it shows lies within a scope; of a damaged record only who sees everything may know."""
        mine = self.allowed()
        return scope.everything or (mine != NOTHING and mine.within(scope) == mine)

    def shut(self, now: datetime) -> str:
        """Why it shows nothing any more, in words; empty while it does."""
        if self.revoked_by:
            said = _("This link was revoked by {by} on {day}.")
            return said.format(by=self.revoked_by, day=self.revoked_at[:10])
        if now >= datetime.fromisoformat(self.expires_at):
            return _("This link ended on {day}.").format(day=self.expires_at[:10])
        return ""


def make(
    lake: Lake,
    *,
    name: str,
    scope: Scope,
    pages: tuple[str, ...],
    link: str,
    by: str,
    days: int,
    most: int,
    passphrase: str = "",
    why: str = "",
    who: Who = LOCAL,
) -> PartnerLink:
    """Share; ``FirstdoseError`` for what is not said, ``StoreError`` when the store cannot be written.

    Without a reason the audit chain tells for whom the link is.
    """
    name, by, now = name.strip()[:_TEXT], by.strip()[:_TEXT], datetime.now(UTC)
    if not name:
        raise FirstdoseError(_("Say for whom the link is."))
    if not by:
        raise FirstdoseError(_("Say who you are: a partner link tells who made it."))
    if not pages:
        raise FirstdoseError(_("Choose the pages that the link shows."))
    if not 1 <= days <= LONGEST.days or not 1 <= most <= MOST_OPENINGS:
        said = _("A link lasts 1 to {days} days and opens 1 to {most} times.")
        raise FirstdoseError(said.format(days=LONGEST.days, most=MOST_OPENINGS))
    if passphrase and len(passphrase) < SHORTEST_PASSPHRASE:
        said = ngettext(
            "A passphrase has at least {n} character.",
            "A passphrase has at least {n} characters.",
            SHORTEST_PASSPHRASE,
        )
        raise FirstdoseError(said.format(n=SHORTEST_PASSPHRASE))
    secret = _print(passphrase, secrets.token_bytes(16)) if passphrase else ""
    made = PartnerLink(
        secrets.token_hex(16), name, scope.as_text(), pages, link, by, _text(now),
        _text(now + timedelta(days=days)), most, secret,
    )  # fmt: skip
    record = {key: value for key, value in asdict(made).items() if key in _RECORD}
    with locking.writing(lake.place), lake.place.written():
        kept = _keep(lake, f"{made.id}.json", record, 0o444)
        shown = {"scope": made.scope, "pages": list(pages), "expires_at": made.expires_at, "most": most}
        told = Author.acting(who, by, why.strip()[:_TEXT] or name).told | {"name": name}
        _append(lake, "share_create", made, **told, record_sha256=kept, **shown)
    return made


_RECORD = frozenset({"id", "name", "scope", "pages", "link", "by", "at", "expires_at", "most", "passphrase"})


def revoke(lake: Lake, link: PartnerLink, by: str, why: str, who: Who = LOCAL) -> PartnerLink:
    """End a link at once, for those too who have it open; ``FirstdoseError`` without a person."""
    by, why = by.strip()[:_TEXT], why.strip()[:_TEXT]
    if not by:
        raise FirstdoseError(_("Say who you are: a revoked link tells who revoked it."))
    if link.revoked_by:
        return link
    gone = {"by": by, "at": _text(datetime.now(UTC)), "why": why}
    with locking.writing(lake.place), lake.place.written():
        kept = _keep(lake, f"{link.id}.revoked.json", gone, 0o444)
        _append(lake, "share_revoke", link, **Author.acting(who, by, why).told, record_sha256=kept)
    return replace(link, revoked_by=by, revoked_at=gone["at"])


def find(lake: Lake, name: str) -> PartnerLink | None:
    """The link of an id, whatever became of it; none when there is no such link or its record is damaged."""
    if not _ID.fullmatch(name):
        return None
    made = _read(lake, f"{name}.json")
    if made is None or made.get("id") != name or set(made) != _RECORD:
        return None
    gone, state = _read(lake, f"{name}.revoked.json"), _state(lake, name)
    ended = (lake.place.links / f"{name}.revoked.json").exists()  # damaged or not: it was revoked
    return PartnerLink(
        **made | {"pages": tuple(made["pages"])},
        revoked_by=str((gone or {}).get("by", "?")) if ended else "",
        revoked_at=str((gone or {}).get("at", "")) if ended else "",
        opened=tuple(one["at"] for one in state["opened"]),
        wrong=state["wrong"],
    )


def listed(lake: Lake) -> list[PartnerLink]:
    """Every link there ever was, newest first."""
    folder = lake.place.links
    names = (
        [path.stem for path in folder.glob("*.json") if _ID.fullmatch(path.stem)] if folder.is_dir() else []
    )
    found = [link for link in (find(lake, name) for name in names) if link is not None]
    return sorted(found, key=lambda link: link.at, reverse=True)


def open_(lake: Lake, link: PartnerLink, passphrase: str, *, now: datetime | None = None) -> str:
    """Open a link once more and give the token of this opening; ``Shut`` says why it does not open.

    Wrong passphrases are counted, told in the audit chain and bounded; the count and the openings are taken
    under the lock of the store, so two at once cannot share the last one.
    """
    moment = now or datetime.now(UTC)
    if why := link.shut(moment):
        raise Shut(why)
    if link.wrong >= MOST_WRONG:
        raise Shut(_locked())
    fits = not link.passphrase or _fits(passphrase, link.passphrase)
    with locking.writing(lake.place), lake.place.written():
        link = find(lake, link.id) or link  # as it is now that nobody else writes
        state = _state(lake, link.id)
        if why := link.shut(moment):
            raise Shut(why)
        if link.wrong >= MOST_WRONG:
            raise Shut(_locked())
        if not fits:
            state["wrong"] += 1
            _keep(lake, f"{link.id}.opened.json", state, 0o644)
            _append(lake, "denied", link, **_guest(link, "passphrase"), asked="share_open")
            raise Shut(_("The passphrase does not fit."))
        if len(link.opened) >= link.most:
            raise Shut(_("This link was opened as often as it may be; ask whoever sent it for another."))
        token = secrets.token_urlsafe(24)
        state["opened"].append({"token": _hashed(token), "at": _text(moment)})
        _keep(lake, f"{link.id}.opened.json", state, 0o644)
        count = len(state["opened"])
        _append(lake, "share_open", link, **_guest(link, link.name), opening=count)
    return token


def holds(lake: Lake, link: PartnerLink, token: str, *, now: datetime | None = None) -> bool:
    """Whether a token is that of an opening of the link which has not ended."""
    since, wanted = (now or datetime.now(UTC)) - OPENED_FOR, _hashed(token)
    return any(
        hmac.compare_digest(one["token"], wanted) and datetime.fromisoformat(one["at"]) > since
        for one in _state(lake, link.id)["opened"]
    )


def _locked() -> str:
    return _("Too many wrong passphrases: this link opens no more; ask whoever sent it for another.")


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _print(passphrase: str, salt: bytes) -> str:
    made = hashlib.scrypt(passphrase.encode(), salt=salt, n=2**14, r=8, p=1)
    return f"{salt.hex()}${made.hex()}"


def _fits(passphrase: str, kept: str) -> bool:
    salt = bytes.fromhex(kept.partition("$")[0])
    return hmac.compare_digest(_print(passphrase[:_TEXT], salt), kept)


def _guest(link: PartnerLink, why: str) -> dict[str, str]:
    return {"actor": f"link:{link.id}", "reason": why, "auth_method": "link"}


def _append(lake: Lake, action: str, link: PartnerLink, **told: Any) -> None:
    chain = Chain(lake.place.audit)
    chain.set_torn_line_aside()
    chain.append(action, object_id=link.id, **told)


def _keep(lake: Lake, name: str, record: dict[str, Any], mode: int) -> str:
    content = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True).encode()
    lake.place.keep(lake.place.links / name, content, mode)
    return hashlib.sha256(content).hexdigest()


def _state(lake: Lake, name: str) -> dict[str, Any]:
    """The openings; a file that cannot be read counts as opened as often as may be."""
    path = lake.place.links / f"{name}.opened.json"
    if not path.exists():
        return {"opened": [], "wrong": 0}
    told = _read(lake, path.name) or {}
    if isinstance(told.get("opened"), list) and isinstance(told.get("wrong"), int):
        return told
    return {"opened": [], "wrong": MOST_WRONG}


def _read(lake: Lake, name: str) -> dict[str, Any] | None:
    try:
        told = json.loads((lake.place.links / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) else None
