"""Chance that can be told again: one generator a subject, so that a change in one leaves the others alone."""

import zlib
from datetime import date, timedelta
from random import Random


def of(seed: int, subject: str) -> Random:
    """The generator of a subject, the same for the same seed on every machine."""
    return Random(seed ^ zlib.crc32(subject.encode()))  # noqa: S311 (a story, no secret)


def after(day: date, days: float) -> date:
    """The day that many days later; whole days."""
    return day + timedelta(days=round(days))


def known(day: date | None, today: date) -> date | None:
    """A day as it is known today: none while it lies ahead."""
    return day if day is not None and day <= today else None
