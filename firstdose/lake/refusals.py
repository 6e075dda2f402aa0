"""Refusals in the audit chain: each told, and a flood of them told once an hour.

Whoever asks a thousand times for what they may not have must not fill the chain, nor hold up who publishes.
"""

import contextlib
import time
from collections import OrderedDict
from threading import Lock

from firstdose.audit import Chain
from firstdose.errors import FirstdoseError
from firstdose.lake import locking
from firstdose.lake.store import Lake
from firstdose.who import Who

AGAIN_SECONDS = 3600.0  # the same refusal is told again after this
MOST = 100  # refusals told in that time, of everybody together; our convention
_told: "OrderedDict[tuple[str, ...], float]" = OrderedDict()
_guard = Lock()


def tell(lake: Lake, who: Who, action: str, object_id: str, why: str, *, now: float | None = None) -> bool:
    """Write a refusal into the audit chain unless the same, or too many, were told; whether it was written.

    A store that cannot be written refuses all the same, and says nothing more.
    """
    moment = time.monotonic() if now is None else now
    key = (str(lake.place.folder), who.method, who.id, action, object_id)
    with _guard:
        while _told and moment - next(iter(_told.values())) > AGAIN_SECONDS:
            _told.popitem(last=False)
        if key in _told or len(_told) >= MOST:
            return False
        _told[key] = moment
    with contextlib.suppress(FirstdoseError, OSError):
        with locking.writing(lake.place), lake.place.written():
            chain = Chain(lake.place.audit)
            chain.set_torn_line_aside()
            chain.append(
                "denied",
                actor=who.id[:200],
                reason=why[:400],
                object_id=object_id[:200],
                asked=action,
                auth_method=who.method,
            )
        return True
    return False


def forget() -> None:
    """Begin anew, as a test does."""
    with _guard:
        _told.clear()
