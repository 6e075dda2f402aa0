"""Sign-ins, sign-outs, failures and refusals as lines of the audit chain, bounded against floods.

Anybody can fail to sign in as often as they like, and each line costs a write of the store. So each kind of
event of each person, and everything of people unknown, has a bucket; what flows over is counted and told with
the next line of its kind. A thread of its own writes, since the store may be busy publishing.
"""

import json
import logging
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from threading import RLock
from typing import Literal

from firstdose.errors import FirstdoseError
from firstdose.lake import Lake
from firstdose.lake.publish import Author
from firstdose.who import Who

LOG = logging.getLogger("firstdose.sign_in")
Event = Literal["login", "logout", "login_fail", "denied"]

BUCKET, REFILL_SECONDS = 20, 30.0  # lines at once, seconds a further one takes; our convention
_BUCKETS = 5_000  # people at once; the one longest silent goes first
UNKNOWN = "unknown"


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float
    spilt: int = 0


class Bounded:
    """Buckets by name; threads may use it."""

    def __init__(self, size: int = BUCKET, refill: float = REFILL_SECONDS) -> None:
        self._size, self._refill = size, refill
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._guard = RLock()

    def take(self, name: str, now: float) -> int | None:
        """Whether one more fits: how many did not since the last that did; none when this one does not."""
        with self._guard:
            bucket = self._buckets.setdefault(name, _Bucket(self._size, now))
            self._buckets.move_to_end(name)
            while len(self._buckets) > _BUCKETS:
                self._buckets.popitem(last=False)
            bucket.left = min(self._size, bucket.left + (now - bucket.at) / self._refill)
            bucket.at = now
            if bucket.left < 1:
                bucket.spilt += 1
                return None
            bucket.left -= 1
            spilt, bucket.spilt = bucket.spilt, 0
            return spilt


_bounded = Bounded()
_writer = ThreadPoolExecutor(1, "firstdose-audit")


def tell(event: Event, who: Who | None, why: str, object_id: str, **more: str) -> None:
    """Write an event into the audit chain soon, or count it; a store that cannot be written is logged."""
    spilt = _bounded.take(f"{event} {who.id if who else ''}", time.monotonic())
    if spilt is None:
        return
    told = more | ({"not_told": str(spilt)} if spilt else {})
    _writer.submit(_write, event, who, why, object_id, told)


def written() -> None:
    """Wait until everything told so far is written."""
    _writer.submit(lambda: None).result()


def _write(event: Event, who: Who | None, why: str, object_id: str, told: dict[str, str]) -> None:
    author = Author.of(who, why, date.min) if who else Author(UNKNOWN, why, date.min)
    try:
        Lake.shared().note(event, author, object_id, object_type="session", **told)
    except FirstdoseError as error:
        LOG.error(json.dumps({"event": event, "who": who.id if who else UNKNOWN, "not_told": str(error)}))  # noqa: TRY400
