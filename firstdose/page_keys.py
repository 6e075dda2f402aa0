"""The keys that single pages add to the link: which values they have, and what becomes of any other."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from firstdose.contracts import contracts
from firstdose.reference import transfer_stages

LONGEST_VALUE = 200  # characters of one value in a link


@dataclass(frozen=True, slots=True)
class PageKey:
    """A key that one page adds to the link: its values, the first being the default.

    Without ``allowed`` any text of at most ``longest`` characters is taken that has the ``shape``, a regular
    expression for the whole of it. A refused value of a key that ``narrows`` the rows shown becomes ``-``,
    which matches no row; any other falls back to the default.
    """

    allowed: tuple[str, ...] = ()
    narrows: bool = False
    longest: int = LONGEST_VALUE
    shape: str = ""

    @property
    def default(self) -> str:
        """The value when the link does not say."""
        return self.allowed[0] if self.allowed else ""

    def takes(self, value: str) -> bool:
        """Whether a link may say this."""
        if self.allowed:
            return value in self.allowed
        fits = not self.shape or not value or re.fullmatch(self.shape, value, re.ASCII)
        return bool(fits) and (not self.shape or len(value) <= self.longest)


#: The keys each page adds to the link. A page draws them with ``page_choice`` and ``page_text``.
PAGE_KEYS: Mapping[str, Mapping[str, PageKey]] = {
    "comparability": {
        "compare": PageKey(("sites", "versions"), narrows=True),
        "material": PageKey(("drug product", "vector"), narrows=True),
        "test": PageKey(("welch", "pooled", "paired"), narrows=True),
        "part": PageKey(("page", "report")),
        "attribute": PageKey(),
        **dict.fromkeys(("of", "first", "second", "within"), PageKey(narrows=True)),
        "out": PageKey(shape=r"[^\x00-\x1f\x7f]+", longest=2000, narrows=True),
    },
    "changes": {"compare": PageKey(("version", "visit", "named", "date")), "on": PageKey()},
    "data": {"table": PageKey(tuple(sorted(contracts()))), "q": PageKey()},
    "forecast": {
        "milestone": PageKey(("first dose", "filing"), narrows=True),
        "part": PageKey(("programs", "drivers", "what-if", "history")),
        "of": PageKey(),
        "days": PageKey(("calendar", "working")),
        "seed": PageKey(shape=r"[1-9]\d{0,8}"),
        "what": PageKey(shape=r"[\w.~ -]+", longest=2000),
    },
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
    "supply": {
        "section": PageKey(("vein", "slots", "demand", "queue", "materials", "identity")),
        "by": PageKey(("all", "site", "program", "month")),
        "target": PageKey(shape=r"[1-9]\d{0,2}"),
        **dict.fromkeys(("plan", "site"), PageKey()),
        "what": PageKey(shape=r"[a-z0-9.~ ]+"),
        "seed": PageKey(shape=r"[1-9]\d{0,8}"),
    },
    "timeline": {
        "section": PageKey(("plan", "slip", "milestones", "partners")),
        "lanes": PageKey(("partner", "program", "workstream")),
        "window": PageKey(("quarter", "8-weeks", "year", "all"), narrows=True),
        "fold": PageKey(("none", "all", *contracts()["tasks"].column("workstream").allowed)),
        "against": PageKey(("baseline", "version")),
        "of": PageKey(),
    },
    "transfer": {
        "transfer": PageKey(),
        "show": PageKey(("late", "open", "all"), narrows=True),
        "part": PageKey(
            ("all", *(stage.code for stage in transfer_stages()), "sending", "receiving", "third party"),
            narrows=True,
        ),
    },
    "reference": {
        "section": PageKey(("words", "requirements", "benchmarks", "products", "method", "sources")),
        "confidence": PageKey(("all", "seen", "recalled", "high", "medium", "low"), narrows=True),
        "q": PageKey(),
    },
}
