"""Drafts: files that somebody brought and nobody published yet, kept on the server for their maker.

A draft outlives a reload, a lost connection, a second tab and a restart of the server. It holds the files as
they came, under names of our own making; what its maker calls them is only shown. ``draft.json`` is written
beside them, by renaming, so a kill leaves the old state or the new one.
"""

import hashlib
import json
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import Any, Literal

from firstdose.errors import PublishError
from firstdose.intake.scope import Scope
from firstdose.lake.four_eyes import same_person
from firstdose.place import Place
from firstdose.who import Method
from firstdose.words import _

_guard = RLock()  # two tabs of one reader change the same draft

State = Literal["open", "submitted", "sent back"]

KEPT = timedelta(days=1)  # an untouched draft
KEPT_SUBMITTED = timedelta(days=14)  # one that waits for somebody else, or came back from there
COMMAND_LINE = "command line"  # the owner of what no browser brought
LARGEST_BYTES = 1_000_000_000  # all files of a draft together; our convention


@dataclass(frozen=True, slots=True)
class File:
    """One file of a draft: what its maker calls it, its size and digest, and how it is to be read."""

    number: int
    name: str
    bytes: int
    sha256: str
    table: str | None = None
    sheet: str | None = None
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """Files on their way to a data version, with the scope they speak for and what is said about them.

    A draft with ``restores`` has no files: it asks for the content of that version anew. ``limit`` is the
    scope of its maker as text, empty for everything: it holds whoever publishes it. ``submitted_on`` is the
    version that was the newest one when it was submitted.
    """

    id: str
    owner: str
    touched_at: str
    state: State = "open"
    files: tuple[File, ...] = ()
    scope: Scope = field(default_factory=Scope)
    by: str = ""
    why: str = ""
    name: str = ""
    as_of: str = ""
    comment: str = ""
    not_personal: tuple[str, ...] = ()
    next_number: int = 1
    restores: int | None = None
    limit: str = ""
    by_id: str = ""
    method: Method = "local"
    submitted_on: int = 0

    @property
    def bytes(self) -> int:
        """The size of all files together."""
        return sum(file.bytes for file in self.files)

    @property
    def report_day(self) -> date:
        """The day the data speaks for: the day said, else today."""
        return date.fromisoformat(self.as_of) if self.as_of else datetime.now(UTC).date()

    def digest(self) -> str:
        """What the content, the scope and the way of reading make: the same draft checks the same."""
        files = [asdict(file) for file in self.files]
        told = files, asdict(self.scope), self.as_of, self.not_personal, self.restores, self.limit
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]

    def made_by(self, owner: str, name: str = "") -> bool:
        """Whether a reader, or a person of that name, is its maker."""
        return owner == self.owner or (bool(name) and same_person(name, self.by))


@dataclass(frozen=True, slots=True)
class Drafts:
    """The drafts of one place."""

    place: Place

    @property
    def folder(self) -> Path:
        """Where drafts lie: beside the lake, so that its reader may read what was checked."""
        return self.place.folder / "drafts"

    def of(self, owner: str) -> Draft | None:
        """The draft a reader works on, the one touched last; none when there is none.

        One that waits for a second person (a decision, say) does not hide files the reader still works on,
        and one that asks for a restore is no work on files at all.
        """
        own = [draft for draft in self._all() if draft.owner == owner and draft.restores is None]
        return max(own, key=lambda draft: (draft.state != "submitted", draft.touched_at), default=None)

    def submitted(self) -> tuple[Draft, ...]:
        """Every draft that waits for a second person, the oldest first."""
        waiting = [draft for draft in self._all() if draft.state == "submitted"]
        return tuple(sorted(waiting, key=lambda draft: draft.touched_at))

    def sent_back(self, owner: str) -> tuple[Draft, ...]:
        """What a second person did not want and no desk shows, the oldest first.

        A reader's own restores, and what came from the command line: its maker may be any reader.
        """
        back = [
            draft
            for draft in self._all()
            if draft.state == "sent back"
            and (draft.owner == COMMAND_LINE or (draft.owner == owner and draft.restores is not None))
        ]
        return tuple(sorted(back, key=lambda draft: draft.touched_at))

    def begin(self, owner: str) -> Draft:
        """A new draft of a reader; ``StoreError`` when it cannot be kept, as for every change of one."""
        draft = Draft(id=secrets.token_hex(12), owner=owner, touched_at=_now())
        self._write(draft)
        return draft

    def read(self, id_: str) -> Draft | None:
        """A draft by its id; none when it was published, dropped or never made."""
        return _read(self.folder / id_ / "draft.json") if id_.isalnum() else None

    def change(self, draft: Draft, **changed: Any) -> Draft:
        """A draft with other fields, kept; what another tab did to it since it was read stays.

        One that was published or given up meanwhile is not brought back.
        """
        with _guard:
            now = self.read(draft.id)
            if now is None:
                return draft
            changed_draft = replace(now, **changed, touched_at=_now())
            self._write(changed_draft)
        return changed_draft

    def add(self, draft: Draft, name: str, content: bytes, *, table: str | None = None) -> Draft:
        """Take a file into a draft; ``PublishError`` when there is no room left.

        The same content under the same name is there once. A new content under an old name takes its place
        and is read as the old one was: two files with one name could not be told apart.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        with _guard:
            return self._add(self.read(draft.id) or self.begin(draft.owner), name, content, sha256, table)

    def _add(self, draft: Draft, name: str, content: bytes, sha256: str, table: str | None) -> Draft:
        if any(file.sha256 == sha256 and file.name == name for file in draft.files):
            return draft
        if draft.bytes + len(content) > LARGEST_BYTES:
            raise PublishError(
                _("All files together have more than {n} MB; publish some first.").format(
                    n=LARGEST_BYTES // 1_000_000
                )
            )
        old = next((file for file in draft.files if file.name == name), None)
        file = File(draft.next_number, name, len(content), sha256, table)
        if old is not None:
            file = replace(old, number=file.number, bytes=file.bytes, sha256=sha256, table=table or old.table)
        self.place.keep(self.path(draft, file), content)
        files = (*(one for one in draft.files if one is not old), file)
        done = self.change(draft, files=files, next_number=file.number + 1)
        if old is not None:
            self.path(draft, old).unlink(missing_ok=True)
        return done

    def read_as(self, draft: Draft, number: int, **how: Any) -> Draft:
        """A draft with one file read as another table, sheet or encoding."""
        with _guard:
            now = self.read(draft.id) or draft
            files = (replace(file, **how) if file.number == number else file for file in now.files)
            return self.change(now, files=tuple(files))

    def remove(self, draft: Draft, number: int) -> Draft:
        """Take a file out of a draft."""
        with _guard:
            now = self.read(draft.id) or draft
            gone = [file for file in now.files if file.number == number]
            kept = self.change(now, files=tuple(file for file in now.files if file.number != number))
        for file in gone:
            self.path(draft, file).unlink(missing_ok=True)
        return kept

    def drop(self, draft: Draft) -> None:
        """Give a draft up, or forget one that was published: its files as received are kept elsewhere."""
        shutil.rmtree(self.folder / draft.id, ignore_errors=True)

    def path(self, draft: Draft, file: File) -> Path:
        """Where a file lies; its name is made of its number alone."""
        return self.folder / draft.id / f"{file.number}.file"

    def workplace(self, draft: Draft) -> Path:
        """A folder for what is made of a draft in its present state."""
        folder = self.folder / draft.id / f"read-{draft.digest()}"
        with self.place.written():
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    def sweep(self, now: datetime | None = None) -> int:
        """Drop what nobody touched for long; how many drafts went."""
        now = now or datetime.now(UTC)
        old = [
            draft
            for draft in self._all()
            if now - datetime.fromisoformat(draft.touched_at)
            > (KEPT if draft.state == "open" else KEPT_SUBMITTED)
        ]
        for draft in old:
            self.drop(draft)
        return len(old)

    def _all(self) -> Iterator[Draft]:
        for told in sorted(self.folder.glob("*/draft.json")):
            draft = _read(told)
            if draft is not None:
                yield draft

    def _write(self, draft: Draft) -> None:
        content = json.dumps(asdict(draft), ensure_ascii=False, indent=1).encode()
        self.place.keep(self.folder / draft.id / "draft.json", content)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _read(path: Path) -> Draft | None:
    """A draft from its file; none when it is not there or not ours any more (an older form)."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        scope = told.pop("scope")
        scope["within"] = tuple(scope["within"]) if scope["within"] else None
        files = tuple(File(**file) for file in told.pop("files"))
        told["not_personal"] = tuple(told["not_personal"])
        return Draft(**told, scope=Scope(**scope), files=files)
    except (OSError, ValueError, TypeError, KeyError):
        return None
