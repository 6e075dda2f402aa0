"""A view: which page, which filters, which data version and report day, which chart.

One frozen value. The link, the SQL values, the sentence above a chart, the header of an export and the audit
line are all made from it and from nothing else. The grammar of the link is described in ``docs/links.md``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

SCHEMA = 1
ALL = "*"
LIVE = "live"
DAY_OF_DATA = "data"
PREVIOUS = "previous"

#: Filters with a list of ids: ``None`` is all, an empty tuple is "everything named was refused": nothing.
LIST_KEYS = ("program", "group", "partner", "jurisdiction", "area")


@dataclass(frozen=True, slots=True)
class Refused:
    """One part of a link that was not understood: its key, its value and why, in the reader's language."""

    key: str
    value: str
    why: str


@dataclass(frozen=True, slots=True)
class View:
    """What a reader looks at. Every field is a URL key and an SQL parameter of the same name."""

    page: str = "overview"
    program: tuple[str, ...] | None = None
    group: tuple[str, ...] | None = None
    partner: tuple[str, ...] | None = None
    jurisdiction: tuple[str, ...] | None = None
    area: tuple[str, ...] | None = None
    since: date | None = None
    until: date | None = None
    version: int | None = None  # none follows the newest
    as_of: date | None = None  # none is the report day of the data version
    base: int | None = None  # the version compared with; none is the one before
    chart: str | None = None
    keys: tuple[tuple[str, str], ...] = ()  # page keys, sorted by name
    refused: tuple[Refused, ...] = field(default=(), compare=False)

    def key(self, name: str, default: str = "") -> str:
        """The value of a page key, or its default."""
        return dict(self.keys).get(name, default)

    def sql_values(self, as_of: date) -> dict[str, Any]:
        """The values bound to ``$name`` in SQL: null for all, a list otherwise; ``as_of`` when none is set."""
        values: dict[str, Any] = {
            name: None if (chosen := getattr(self, name)) is None else list(chosen) for name in LIST_KEYS
        }
        values |= {"since": self.since, "until": self.until, "as_of": self.as_of or as_of}
        return values | {name: value or None for name, value in self.keys}
