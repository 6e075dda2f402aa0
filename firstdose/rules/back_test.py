"""How past forecasts held: the day each said for P80, against what came."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class BackTest:
    """How often the P80 of past versions held: held and failed are decided, the others are not yet."""

    held: int
    failed: int
    undecided: int

    @property
    def decided(self) -> int:
        """Past forecasts that can be judged today."""
        return self.held + self.failed


def judged(said: Iterable[date], came: date | None, as_of: date) -> BackTest:
    """Judge days said for one end: it came by that day, it did not come by it, or that is not known yet."""
    held = failed = undecided = 0
    for day in said:
        if came is not None:
            held, failed = held + (came <= day), failed + (came > day)
        elif day < as_of:
            failed += 1
        else:
            undecided += 1
    return BackTest(held, failed, undecided)
