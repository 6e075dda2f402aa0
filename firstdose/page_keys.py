"""The keys that single pages add to the link: which values they have, and what becomes of any other."""

from collections.abc import Mapping
from dataclasses import dataclass

from firstdose.contracts import contracts


@dataclass(frozen=True, slots=True)
class PageKey:
    """A key that one page adds to the link: its values, the first being the default.

    Without ``allowed`` any text is taken. A refused value of a key that ``narrows`` the rows shown becomes
    ``-``, which matches no row; any other falls back to the default.
    """

    allowed: tuple[str, ...] = ()
    narrows: bool = False

    @property
    def default(self) -> str:
        """The value when the link does not say."""
        return self.allowed[0] if self.allowed else ""


#: The keys each page adds to the link. A page draws them with ``page_choice`` and ``page_text``.
PAGE_KEYS: Mapping[str, Mapping[str, PageKey]] = {
    "changes": {"compare": PageKey(("version", "visit", "named", "date")), "on": PageKey()},
    "data": {"table": PageKey(tuple(sorted(contracts()))), "q": PageKey()},
    "forecast": {"milestone": PageKey(("first dose", "filing"), narrows=True)},
    "manufacturing": {
        "measure": PageKey(("success", "oos", "failure", "right_first_time", "first_pass"), narrows=True),
        "by": PageKey(("site", "process", "purpose", "month")),
        **dict.fromkeys(("attribute", "site", "rules", "lot"), PageKey()),
    },
    "readiness": {
        "blocks": PageKey(("all", "filing", "first dose"), narrows=True),
        "state": PageKey(("open", "overdue", "all"), narrows=True),
        "gate": PageKey(("all", "gate"), narrows=True),
        "item": PageKey(),
    },
    "review": {
        "of": PageKey(),
        "where": PageKey(("JP", "US", "EU"), narrows=True),
        "blocks": PageKey(("filing", "first dose"), narrows=True),
    },
    "timeline": {
        "lanes": PageKey(("partner", "program", "workstream")),
        "window": PageKey(("quarter", "8-weeks", "year", "all"), narrows=True),
    },
    "reference": {
        "section": PageKey(("words", "requirements", "benchmarks", "products", "method", "sources")),
        "confidence": PageKey(("all", "seen", "recalled", "high", "medium", "low"), narrows=True),
        "q": PageKey(),
    },
}
