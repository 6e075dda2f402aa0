"""The audit chain: append-only JSON lines, each holding the hash of the one before.

A chain shows change, it does not prevent it: whoever owns the machine can rebuild all of it. So the head of
the chain is written into every data version. Columns follow ``docs/operating.md``.
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
            if event.get("prev_hash") != before or event.get("seq") != number or told != _hash(event):
                raise IntegrityError(_("The audit chain is broken at line {n}.").format(n=number))
            before = told
            yield event | {"hash": told}

    def _lines(self) -> list[str]:
        return self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else []

    def head(self) -> str:
        """The hash of the last event; zeros when there is none."""
        lines = self._lines()
        return str(_read(lines[-1], len(lines))["hash"]) if lines else EMPTY

    def append(self, action: str, *, actor: str, reason: str, object_id: str, **more: Any) -> str:
        """Add one event, or nothing (``OSError``), and make it last on disk; its hash is the new head."""
        lines = self._lines()
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
            "prev_hash": self.head(),
        }
        event["hash"] = _hash(event)
        whole = self.path.stat().st_size if self.path.exists() else 0
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(event, ensure_ascii=False, sort_keys=True) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            with contextlib.suppress(OSError):  # half a line would break the chain for every reader of it
                os.truncate(self.path, whole)
            raise
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
        event: dict[str, Any] = json.loads(line)
    except json.JSONDecodeError as error:
        raise IntegrityError(_("The audit chain is broken at line {n}.").format(n=number)) from error
    return event


def _hash(event: dict[str, Any]) -> str:
    plain = {name: value for name, value in event.items() if name != "hash"}
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
