"""What a server runs with, told in the audit chain whenever it is not what the chain told last.

Only what differs from the defaults is told, so the one user of a dashboard of their own gets no line. A
secret is told as set or not, the rules file by its SHA-256.
"""

import getpass
import hashlib
import json
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from firstdose import access_rules
from firstdose.audit import Chain
from firstdose.errors import FirstdoseError
from firstdose.exports import reason
from firstdose.lake import Lake, four_eyes
from firstdose.lake.publish import Author
from firstdose.settings import Settings, settings
from firstdose.words import _

LOG = logging.getLogger("firstdose.settings")
FRAMES = "FIRSTDOSE_FRAME_ANCESTORS"
_SWITCHES = (four_eyes.SETTING, reason.SETTING, FRAMES)
_SECRET = "oidc.client_secret"  # noqa: S105 (its name)
_writer = ThreadPoolExecutor(1, "firstdose-settings")
_seen: dict[Path, tuple[int, int, int] | None] = {}  # the rules file as it was when last told


def in_force(rules: Path) -> dict[str, str]:
    """Every setting that decides what people may see or must do, where it is not the default."""
    chosen, usual = _flat(asdict(settings())), _flat(asdict(Settings()))
    told = {name: value for name, value in chosen.items() if usual.get(name, "") != value}
    if _SECRET in told:
        told[_SECRET] = "set"
    told |= {name: os.environ[name] for name in _SWITCHES if os.environ.get(name)}
    if content := _content(rules):
        told[access_rules.SETTING] = f"sha256:{hashlib.sha256(content).hexdigest()}"
    return told


def tell(lake: Lake) -> bool:
    """Write what changed since the chain told it last, if anything; whether a line was written.

    A store that cannot be written, or whose chain is damaged, is logged: the server serves all the same.
    """
    rules = access_rules.path(lake.place.folder)
    _seen[rules] = _stamp(rules)
    try:
        before, now = _told(lake), in_force(rules)
        if before == now:
            return False
        changed = {
            name: [before.get(name, ""), now.get(name, "")]
            for name in sorted(before | now)
            if before.get(name) != now.get(name)
        }
        author = Author(_account(), _("Found in force on this server."), date.min)
        lake.note("settings", author, "server", settings=changed, in_force=now)
    except (FirstdoseError, OSError) as error:
        LOG.error(json.dumps({"event": "settings", "not_told": str(error)}))  # noqa: TRY400
        return False
    return True


def look(lake: Lake) -> None:
    """Notice a rules file that was changed while the server runs; told soon, by a thread of its own."""
    rules = access_rules.path(lake.place.folder)
    if rules in _seen and _seen[rules] != _stamp(rules):
        _seen[rules] = _stamp(rules)
        _writer.submit(tell, lake)


def written() -> None:
    """Wait until everything noticed so far is written."""
    _writer.submit(lambda: None).result()


def _told(lake: Lake) -> dict[str, str]:
    """What the chain told last."""
    if not lake.place.audit.exists():
        return {}
    told = [event["in_force"] for event in Chain(lake.place.audit).events() if event["action"] == "settings"]
    return dict(told[-1]) if told else {}


def _flat(values: dict[str, Any], before: str = "") -> dict[str, str]:
    """Nested values by their dotted names; what is not said is left out."""
    flat: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{before}{name}.")
        elif value not in (None, "", False):
            flat[before + name] = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return flat


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        told = file.stat()
    except OSError:
        return None
    return told.st_mtime_ns, told.st_size, told.st_ino


def _account() -> str:
    """The account of the operating system that the server runs as."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a name for its user
        return f"uid {os.getuid()}"
