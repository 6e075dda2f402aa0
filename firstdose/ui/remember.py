"""What a page makes of its data, kept for every reader who looks at the same: made once a view and version.

A data version never changes, so what is kept by store, version, view, language and light or dark is never
stale. Measured: four fifths of a page's run are questions, rules and figures that a second reader, a reload
or the way back asks for again.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from firstdose.figures import theme
from firstdose.words import language

if TYPE_CHECKING:
    from firstdose.lake import Session
    from firstdose.view import View

Made = TypeVar("Made")

#: Parts of pages, four to seven a view and up to 0.1 MB each (measured). With 128 of them eight busy readers
#: made the same parts again and again.
_KEPT = 2048
_guard = Lock()


class _Kept:
    """A place for what is made once: a lock, and the thing when it is there."""

    __slots__ = ("lock", "made")

    def __init__(self) -> None:
        self.lock = Lock()
        self.made: list[Any] = []


_made: "OrderedDict[tuple[Any, ...], _Kept]" = OrderedDict()


def remembered(
    make: Callable[[], Made], view: "View", session: "Session", base: "Session | None" = None
) -> Made:
    """What ``make`` gives for this view; called only when nobody asked for it before.

    ``make`` may depend on nothing but the view, the two sessions, the language and the mode: no clock, no
    session state. What it gives is shared between readers and must not be changed.
    """
    identity = (
        make.__name__,
        replace(view, chart=None, version=session.version),
        session.store,
        session.name,
        None if base is None else (base.version, base.name),
        language(),
        theme.mode(),
    )
    with _guard:
        kept = _made.setdefault(identity, _Kept())
        _made.move_to_end(identity)
        while len(_made) > _KEPT:
            _made.popitem(last=False)
    with kept.lock:  # twenty readers who open the same page at once wait for one that makes it
        if not kept.made:
            kept.made.append(make())
    found: Made = kept.made[0]
    return found
