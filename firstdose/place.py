"""Where everything that must last lives: the catalogue, the data files, originals, the audit chain, the lock.

The one seam between firstdose and the machine: another kind of store (a database and a bucket) is another
``Place``, and nothing above it changes.
"""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from firstdose.errors import StoreError
from firstdose.words import _

DEFAULT = Path("data/lake")
_LOCK_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Place:
    """A folder that holds one lake and its records."""

    folder: Path

    @classmethod
    def at(cls, location: str | Path | None = None) -> "Place":
        """The place of a location; without one, of ``FIRSTDOSE_LAKE``, else ``data/lake`` in the folder."""
        named = location or os.environ.get("FIRSTDOSE_LAKE") or DEFAULT
        return cls(Path(named).expanduser().absolute())

    @property
    def catalogue(self) -> Path:
        """The SQLite file of the lake's catalogue."""
        return self.folder / "catalog.sqlite"

    @property
    def data(self) -> Path:
        """The folder of the lake's Parquet files."""
        return self.folder / "data"

    @property
    def audit(self) -> Path:
        """The audit chain, one JSON object a line."""
        return self.folder / "audit.jsonl"

    @property
    def profiles(self) -> Path:
        """The folder of the saved mapping profiles, one YAML file each."""
        return self.folder / "profiles"

    @property
    def exists(self) -> bool:
        """Whether a lake was ever made here; ``StoreError`` when something else stands in its place."""
        if self.folder.exists() and not self.folder.is_dir():
            raise StoreError(
                _("The store {place} cannot be opened: {why}").format(
                    place=self.folder, why=_("it is no folder")
                )
            )
        return self.catalogue.is_file()

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
        try:
            for folder in (self.folder, self.data, self.folder / "originals"):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                _("The store {place} cannot be written: {why}.").format(place=self.folder, why=error.strerror)
            ) from error

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the one writer's lock of this place; ``StoreError`` after a minute of waiting."""
        self.make()
        try:
            with FileLock(self.folder / "writer.lock", timeout=_LOCK_SECONDS):
                yield
        except Timeout as error:
            raise StoreError(
                _("Somebody else has been publishing for {n} seconds; try again.").format(n=_LOCK_SECONDS)
            ) from error

    def keep_original(self, received: Path) -> str:
        """Keep a file as received, read-only, under its SHA-256; the digest is returned.

        ``StoreError`` when the place cannot be written.
        """
        self.make()
        content = received.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        kept = self.folder / "originals" / digest
        if kept.exists():
            return digest
        written = kept.with_name(f"{digest}.{secrets.token_hex(4)}.part")
        try:
            written.write_bytes(content)
            written.chmod(0o444)
            written.replace(kept)
        except OSError as error:
            written.unlink(missing_ok=True)
            raise StoreError(
                _("The store {place} cannot be written: {why}.").format(place=self.folder, why=error.strerror)
            ) from error
        return digest
