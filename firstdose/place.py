"""Where everything that must last lives: the catalogue, the data files, originals, the audit chain, the lock.

The one seam between firstdose and the machine: another kind of store (a database and a bucket) is another
``Place``. Audit chain, originals, drafts, profiles and saved views are files of its folder in any case; the
catalogue may stand in a PostgreSQL instead, and the data files in a bucket.
"""

import contextlib
import errno
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from firstdose.errors import StoreError
from firstdose.words import _

DEFAULT = Path("data/lake")
LOCK_SECONDS = 60
_DATABASE, _BUCKET = "ducklake:postgres:", "s3://"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder that holds one lake and its records.

    ``postgres`` says how libpq reaches the catalogue where it is no file of the folder, ``bucket`` is the
    address of the data files where they are none.
    """

    folder: Path
    postgres: str = ""
    bucket: str = ""

    @classmethod
    def at(cls, location: str | Path | None = None) -> "Place":
        """The place of a location; without one, of ``FIRSTDOSE_LAKE``, else ``data/lake`` in the folder.

        Behind ``ducklake:postgres:`` stands how to reach a database; ``FIRSTDOSE_SHARED`` then names the
        folder that all servers share, and ``FIRSTDOSE_LAKE_DATA`` a bucket for the data files.
        ``StoreError`` when what is named cannot be a place.
        """
        named = str(location or os.environ.get("FIRSTDOSE_LAKE") or DEFAULT)
        if not named.startswith("ducklake:"):
            return cls(Path(named).expanduser().absolute())
        if not named.startswith(_DATABASE):
            raise StoreError(_("FIRSTDOSE_LAKE: of databases only ducklake:postgres:… is known."))
        shared = os.environ.get("FIRSTDOSE_SHARED")
        if not shared:
            raise StoreError(
                _("FIRSTDOSE_LAKE names a database: FIRSTDOSE_SHARED has to name the folder of all servers.")
            )
        bucket = os.environ.get("FIRSTDOSE_LAKE_DATA", "").rstrip("/")
        if bucket and not bucket.startswith(_BUCKET):
            raise StoreError(_("FIRSTDOSE_LAKE_DATA has to be an address such as s3://bucket/folder."))
        return cls(Path(shared).expanduser().absolute(), named.removeprefix(_DATABASE), bucket)

    @property
    def catalogue(self) -> Path:
        """The SQLite file of the lake's catalogue."""
        return self.folder / "catalog.sqlite"

    @property
    def data(self) -> Path:
        """The folder of the lake's Parquet files, where no bucket holds them."""
        return self.folder / "data"

    @property
    def data_address(self) -> str:
        """Where the lake's Parquet files lie, as the engine names it."""
        return self.bucket or str(self.data)

    @property
    def catalogue_name(self) -> str:
        """What the catalogue is called in messages."""
        return "PostgreSQL" if self.postgres else self.catalogue.name

    @property
    def audit(self) -> Path:
        """The audit chain, one JSON object a line."""
        return self.folder / "audit.jsonl"

    @property
    def profiles(self) -> Path:
        """The folder of the saved mapping profiles, one YAML file each."""
        return self.folder / "profiles"

    @property
    def saved_views(self) -> Path:
        """The folder of the saved views, one JSON file each and one more for a retired one."""
        return self.folder / "views"

    @property
    def links(self) -> Path:
        """The folder of the partner links: a JSON file each, one more when revoked, one for its openings."""
        return self.folder / "links"

    @property
    def exists(self) -> bool:
        """Whether the file of a catalogue is here; ``StoreError`` when something else stands in its place.

        One without a byte beside no data is what the engine leaves when it is killed as it makes a lake.
        """
        if self.folder.exists() and not self.folder.is_dir():
            raise StoreError(
                _("The store {place} cannot be opened: {why}").format(
                    place=self.folder, why=_("it is no folder")
                )
            )
        if not self.catalogue.is_file():
            return False
        return self.catalogue.stat().st_size > 0 or any(self.data.rglob("*.parquet"))

    def stamp(self) -> tuple[tuple[int, int, int], ...]:
        """What changes whenever anybody publishes: time, size and identity of the catalogue and its log.

        SQLite's own ``data_version`` cannot be asked: the engine carries a second copy of SQLite, and two
        copies in one process lose each other's locks and do not see each other's writes (measured).
        """
        found = []
        for file in (self.catalogue, self.catalogue.with_name(f"{self.catalogue.name}-wal")):
            try:
                told = file.stat()
            except FileNotFoundError:
                continue
            found.append((told.st_mtime_ns, told.st_size, told.st_ino))
        return tuple(found)

    def make(self) -> None:
        """Make the folders; ``StoreError`` when the place cannot be written."""
        with self.written():
            for folder in (self.folder, self.data, self.folder / "originals"):
                folder.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def written(self) -> Iterator[None]:
        """Say in words when something cannot be written here: ``StoreError`` instead of ``OSError``."""
        try:
            yield
        except OSError as error:
            raise StoreError(
                _("The store {place} cannot be written: {why}.").format(place=self.folder, why=reason(error))
            ) from error

    def keep(self, path: Path, content: bytes, mode: int = 0o644) -> None:
        """Write a file of this place, so that it is there whole or not at all; ``StoreError`` else."""
        part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
        with self.written():
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                with part.open("wb") as out:
                    out.write(content)
                    out.flush()
                    os.fsync(out.fileno())
                part.chmod(mode)
                part.replace(path)
            except OSError:
                with contextlib.suppress(OSError):  # a read-only store cannot be tidied either
                    part.unlink(missing_ok=True)
                raise

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the one writer's lock of this place; ``StoreError`` after a minute of waiting."""
        self.make()
        lock = FileLock(self.folder / "writer.lock", timeout=LOCK_SECONDS)
        try:
            with self.written():
                lock.acquire()
        except Timeout as error:
            raise busy() from error
        try:
            yield
        finally:
            lock.release()

    def keep_original(self, received: Path) -> str:
        """Keep a file as received, read-only, under its SHA-256; the digest is returned.

        ``StoreError`` when the place cannot be written.
        """
        self.make()
        content = received.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        kept = self.folder / "originals" / digest
        if not kept.exists():
            self.keep(kept, content, 0o444)
        return digest


def busy() -> StoreError:
    """The refusal of whoever waited for the one writer's lock in vain."""
    return StoreError(
        _("Somebody else has been publishing for {n} seconds; try again.").format(n=LOCK_SECONDS)
    )


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_CLOSED = (errno.EROFS, errno.EACCES, errno.EPERM)
_FULL_WORDS = ("no space left", "disk is full", "disk quota", "file too large")
_CLOSED_WORDS = ("read-only", "readonly", "permission denied")


def short_of_disk(error: Exception) -> bool:
    """Whether the engine failed for want of room or of leave to write, and not for what is stored."""
    return any(word in str(error).lower() for word in (*_FULL_WORDS, *_CLOSED_WORDS, "disk i/o error"))


def reason(error: Exception) -> str:
    """Why something could not be written, in the reader's language as far as it is known.

    The engine passes on what the system said only as text.
    """
    number = getattr(error, "errno", None)
    said = str(error).lower()
    if number in _FULL or any(word in said for word in _FULL_WORDS):
        return _("no room is left on the disk; make room, then try again")
    if number in _CLOSED or any(word in said for word in _CLOSED_WORDS):
        return _("it is read-only; make it writable, then try again")
    if "disk i/o error" in said:  # all that the engine says when the system refuses what it writes
        return _("the disk refused it: no room is left on it, or it fails; see to it, then try again")
    return shown(getattr(error, "strerror", None) or str(error))


_SECRETS = re.compile(
    r"(password|passwd|secret|token)\s*=\s*('[^']*'|\S+)|(?<=://)[^\s/@]+(?=@)", re.IGNORECASE
)


def shown(said: str) -> str:
    """The words of an error as they may be shown: cut, and without the password of a database."""
    return _SECRETS.sub("…", said)[:200]
