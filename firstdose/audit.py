"""The audit chain: append-only JSON lines, each holding the hash of the one before.

A chain shows change, it does not prevent it: whoever owns the machine can rebuild all of it. So the head of
the chain is written into every data version, and stands in a file beside the chain, by which a tail that was
cut off shows. Columns follow ``docs/operating.md``.
"""

import contextlib
import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from firstdose.errors import IntegrityError
from firstdose.words import _

EMPTY = "0" * 64


@dataclass(frozen=True, slots=True)
class Chain:
    """The chain in one file; appended to only while the writer's lock of its place is held."""

    path: Path

    def events(self) -> Iterator[dict[str, Any]]:
        """Every event, oldest first; ``IntegrityError`` names the first line that does not fit."""
        before = EMPTY
        for number, line in enumerate(self._lines(), 1):
            event = _read(line, number)
            told = event.pop("hash", "")
            fits = event.get("prev_hash") == before and event.get("seq") == number
            if not fits or told != _hash(event) or line != _line(event | {"hash": told}):
                raise IntegrityError(_("The audit chain is broken at line {n}.").format(n=number))
            before = told
            yield event | {"hash": told}

    def whole(self) -> list[dict[str, Any]]:
        """Every event, as ``events``; ``IntegrityError`` also when the last one is not the kept head.

        Asked again while somebody appends: chain and head are two files.
        """
        while True:
            before, events, after = self._kept(), list(self.events()), self._kept()
            ends = events[-1]["hash"] if events else EMPTY
            needed = any("head_kept" in event for event in events)
            if ends in before | after or not (before or after or needed):
                return events
            if before == after:
                raise _cut()

    def _lines(self) -> list[str]:
        """The lines; split where the writer ended them, not at every sign that Unicode calls a line's end."""
        if not self.path.exists():
            return []
        content = self.path.read_bytes().decode("utf-8", errors="replace")
        return content.removesuffix("\n").split("\n") if content else []

    @property
    def _beside(self) -> Path:
        return self.path.with_suffix(".head")

    def _kept(self) -> frozenset[str]:
        """The hash the chain ends with; two while a line is being written, none before the first."""
        try:
            return frozenset(self._beside.read_text(encoding="ascii", errors="replace").split())
        except FileNotFoundError:
            return frozenset()

    def _keep(self, *heads: str) -> None:
        """Keep the head beside the chain, whole or not at all, and last on disk."""
        part = self._beside.with_suffix(".head.part")
        try:
            with part.open("w", encoding="ascii") as file:
                file.write("\n".join(heads) + "\n")
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._beside)
        except OSError:
            with contextlib.suppress(OSError):  # a read-only store cannot be tidied either
                part.unlink(missing_ok=True)
            raise
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def head(self) -> str:
        """The hash of the last event; zeros when there is none."""
        lines = self._lines()
        return str(_read(lines[-1], len(lines))["hash"]) if lines else EMPTY

    def append(self, action: str, *, actor: str, reason: str, object_id: str, **more: Any) -> str:
        """Add one event, or nothing (``OSError``), and make it last on disk; its hash is the new head.

        ``IntegrityError`` when the chain does not end where it did: one more line would hide that it was cut.
        """
        lines = self._lines()
        last = _read(lines[-1], len(lines)) if lines else {}
        before, kept = str(last.get("hash", EMPTY)), self._kept()
        if before not in kept and (kept or "head_kept" in last):
            raise _cut()
        event: dict[str, Any] = {
            "seq": len(lines) + 1,
            "event_id": secrets.token_hex(16),
            "ts_utc": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "actor_id": actor,
            "auth_method": "local",
            "action": action,
            "object_id": object_id,
            "reason": reason,
            **more,
            "app_version": version("firstdose"),
            "head_kept": True,
            "prev_hash": before,
        }
        event["hash"] = _hash(event)
        self._keep(before, event["hash"])  # killed before or after the line, the chain fits
        whole = self.path.stat().st_size if self.path.exists() else 0
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(_line(event) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            with contextlib.suppress(OSError):  # half a line would break the chain for every reader of it
                os.truncate(self.path, whole)
            raise
        with contextlib.suppress(OSError):  # both heads go on standing there, and the line is one of them
            self._keep(event["hash"])
        return str(event["hash"])

    def set_torn_line_aside(self) -> None:
        """Keep what a power cut left of a line in a file of its own: no event was acknowledged for it."""
        if not self.path.exists():
            return
        content = self.path.read_bytes()
        whole, torn = content[: content.rfind(b"\n") + 1], content[content.rfind(b"\n") + 1 :]
        if torn:
            with self.path.with_suffix(".torn").open("ab") as aside:
                aside.write(torn + b"\n")
            with self.path.open("r+b") as file:
                file.truncate(len(whole))


def _read(line: str, number: int) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        event = None
    if not isinstance(event, dict):
        raise IntegrityError(_("The audit chain is broken at line {n}.").format(n=number))
    return event


def _line(event: dict[str, Any]) -> str:
    return json.dumps(event, ensure_ascii=False, sort_keys=True)


def _cut() -> IntegrityError:
    return IntegrityError(
        _(
            "The audit chain does not end where it did: lines were cut off or added. "
            "Put the lake folder back from its backup."
        )
    )


def _hash(event: dict[str, Any]) -> str:
    plain = {name: value for name, value in event.items() if name != "hash"}
    return hashlib.sha256(_line(plain).encode()).hexdigest()
