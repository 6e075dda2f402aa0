"""A view: which page, which filters, which data version and report day, which chart.

One frozen value. The link, the SQL values, the sentence above a chart, the header of an export and the audit
line are all made from it and from nothing else. The grammar of the link is described in ``docs/links.md``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from firstdose.page_keys import LONGEST_VALUE, PageKey
from firstdose.words import N_, _

SCHEMA = "1"
ALL = "*"
NOTHING = "-"
LIVE = "live"
DAY_OF_DATA = "data"
PREVIOUS = "previous"

#: Filters with a list of ids: ``None`` is all, an empty tuple is nothing (every value named was refused).
LIST_KEYS = ("program", "group", "partner", "jurisdiction", "area")
#: A refused bound of a period must not widen it: these two days let no row through.
NO_DAY_SINCE, NO_DAY_UNTIL = date.max, date.min
#: Reserved by Streamlit itself; passed through, never part of a view.
RESERVED = frozenset({"embed", "embed_options"})


@dataclass(frozen=True, slots=True)
class Refused:
    """One part of a link that was not understood: key, value and why. ``why`` is a message for ``_``."""

    key: str
    value: str
    reason: str

    @property
    def why(self) -> str:
        """What was refused and why, in the reader's language."""
        return _(self.reason).format(key=self.key, value=self.value[:60])


@dataclass(frozen=True, slots=True)
class Known:
    """What exists in the data version a view is read against: ids with their labels, versions, charts."""

    program: Mapping[str, str] = field(default_factory=dict)
    group: Mapping[str, str] = field(default_factory=dict)
    partner: Mapping[str, str] = field(default_factory=dict)
    jurisdiction: Mapping[str, str] = field(default_factory=dict)
    area: Mapping[str, str] = field(default_factory=dict)
    versions: frozenset[int] = frozenset()
    page_keys: Mapping[str, PageKey] = field(default_factory=dict)


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

    def with_key(self, name: str, value: str) -> "View":
        """The same view with one page key set."""
        return replace(self, keys=tuple(sorted((dict(self.keys) | {name: value}).items())))

    def sql_values(self, as_of: date) -> dict[str, Any]:
        """The values bound to ``$name`` in SQL: null for all, else a list; ``as_of`` when it has none."""
        values: dict[str, Any] = {
            name: None if (chosen := getattr(self, name)) is None else list(chosen) for name in LIST_KEYS
        }
        values |= {"since": self.since, "until": self.until, "as_of": self.as_of or as_of}
        return values | {name: value or None for name, value in self.keys}


# ---------------------------------------------------------------- writing a link


def to_params(view: View) -> dict[str, list[str]]:
    """The canonical address of a view: every key written, ids never labels, dates ISO, lists repeated."""
    params: dict[str, list[str]] = {"v": [SCHEMA]}
    for name in LIST_KEYS:
        chosen = getattr(view, name)
        params[name] = [ALL] if chosen is None else list(chosen) or [NOTHING]
    params["since"] = [_day(view.since, NO_DAY_SINCE)]
    params["until"] = [_day(view.until, NO_DAY_UNTIL)]
    params["version"] = [LIVE if view.version is None else str(view.version)]
    params["as_of"] = [DAY_OF_DATA if view.as_of is None else view.as_of.isoformat()]
    params["base"] = [PREVIOUS if view.base is None else str(view.base)]
    params["chart"] = [view.chart or ALL]
    return params | {name: [value] for name, value in view.keys}


def _day(day: date | None, nothing: date) -> str:
    return ALL if day is None else NOTHING if day == nothing else day.isoformat()


def to_link(view: View, home: str = "overview", left: Sequence[str] = ()) -> str:
    """Path and query of a view from the root of the server; keys ``left`` out can be said behind an ``&``."""
    path = "" if view.page == home else view.page  # the home page has no path of its own
    return f"/{path}?{urlencode({k: v for k, v in to_params(view).items() if k not in left}, doseq=True)}"


# ---------------------------------------------------------------- reading a link

_UNKNOWN_KEY = N_("“{key}” is not a part of a link that firstdose knows; it was left out.")
_UNKNOWN_VALUE = N_("“{value}” is not a known {key}; it was left out.")
_TWICE = N_("“{key}” is given more than once with different values; none of them was used.")
_NO_DATE = N_("“{value}” is not a date for “{key}” (write YYYY-MM-DD).")
_NO_VERSION = N_("“{value}” is not a data version that “{key}” could mean.")
_NEWER = N_("The link was made by another schema ({value}); only the parts known here were used.")
_REVERSED = N_("“since” is after “until” ({value}): no day lies between them.")


def asked_version(params: Mapping[str, Sequence[str]]) -> str | None:
    """What a link says about the data version, as text, before any session is open; none for live."""
    values = set(params.get("version", ()))
    if not values or values == {LIVE}:
        return None
    return ", ".join(sorted(values))


def from_params(params: Mapping[str, Sequence[str]], page: str, known: Known) -> View:
    """The view of an address; whatever is not understood stands in ``refused`` and never widens the view.

    A list filter whose every value was refused shows nothing; a refused bound lets no day through.
    ``version`` is looked up among ``known.versions`` by the caller (an unknown one is no view at all).
    """
    refused: list[Refused] = []
    lists = {name: _list(name, params, getattr(known, name), refused) for name in LIST_KEYS}
    since = _date("since", params, refused, NO_DAY_SINCE)
    until = _date("until", params, refused, NO_DAY_UNTIL)
    if since and until and since > until and since != NO_DAY_SINCE and until != NO_DAY_UNTIL:
        refused.append(Refused("since", f"{since} > {until}", _REVERSED))
    as_of = _one("as_of", params, refused)
    schema = _one("v", params, refused)
    if schema not in (None, SCHEMA):
        refused.append(Refused("v", schema or "", _NEWER))
    taken = {"v", *LIST_KEYS, "since", "until", "version", "as_of", "base", "chart", *known.page_keys}
    refused += [
        Refused(key[:LONGEST_VALUE], "", _UNKNOWN_KEY)
        for key in params
        if key not in taken and key not in RESERVED
    ]
    return View(
        page=page,
        **lists,
        since=since,
        until=until,
        version=_version("version", LIVE, params, known, refused),
        as_of=None if as_of in (None, DAY_OF_DATA) else _parsed_day("as_of", as_of or "", refused),
        base=_version("base", PREVIOUS, params, known, refused),
        chart=_chart(params, refused),
        keys=_page_keys(params, known, refused),
        refused=tuple(refused),
    )


def _one(name: str, params: Mapping[str, Sequence[str]], refused: list[Refused]) -> str | None:
    """The single value of a key; none when absent or given twice differently."""
    values = list(dict.fromkeys(params.get(name, ())))
    if len(values) > 1:
        refused.append(Refused(name, ", ".join(values), _TWICE))
        return None
    return values[0] if values else None


def _list(
    name: str, params: Mapping[str, Sequence[str]], known: Mapping[str, str], refused: list[Refused]
) -> tuple[str, ...] | None:
    if name not in params:
        return None
    values = list(dict.fromkeys(params[name]))
    if values == [ALL]:
        return None
    wrong = [value for value in values if value not in known and value != NOTHING]
    refused += [Refused(name, value, _UNKNOWN_VALUE) for value in wrong[:20]]
    return tuple(value for value in values if value in known)


def _date(
    name: str, params: Mapping[str, Sequence[str]], refused: list[Refused], nothing: date
) -> date | None:
    if name not in params:
        return None
    value = _one(name, params, refused)
    if value == ALL:
        return None
    if value in (None, NOTHING):
        return nothing
    return _parsed_day(name, value or "", refused) or nothing


def _parsed_day(name: str, value: str, refused: list[Refused]) -> date | None:
    """An ISO day between 1900 and 2199; anything else is refused."""
    try:
        day = date.fromisoformat(value) if len(value) == len("2026-11-23") else None
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year < 2200:
        refused.append(Refused(name, value, _NO_DATE))
        return None
    return day


def _version(
    name: str, word: str, params: Mapping[str, Sequence[str]], known: Known, refused: list[Refused]
) -> int | None:
    value = _one(name, params, refused)
    if value in (None, word):
        return None
    number = version_number(value or "")
    if number is None or number not in known.versions:
        refused.append(Refused(name, value or "", _NO_VERSION))
        return None
    return number


def version_number(text: str) -> int | None:
    """The number a version is written as in a link; none for anything but one to nine plain digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def _chart(params: Mapping[str, Sequence[str]], refused: list[Refused]) -> str | None:
    value = _one("chart", params, refused)
    if value in (None, ALL):
        return None
    plain = value is not None and len(value) <= 80 and value.replace("-", "").replace("_", "").isalnum()
    if not plain or not (value or "").isascii():
        refused.append(Refused("chart", value or "", _UNKNOWN_VALUE))
        return None
    return value


def _page_keys(
    params: Mapping[str, Sequence[str]], known: Known, refused: list[Refused]
) -> tuple[tuple[str, str], ...]:
    read: dict[str, str] = {}
    for name, rule in known.page_keys.items():
        value = _one(name, params, refused)
        twice = name in params and value is None
        if value is None or not rule.takes(value):
            if value is not None and value != NOTHING:
                refused.append(Refused(name, value, _UNKNOWN_VALUE))
            narrowed = rule.narrows and (twice or value is not None)
            value = NOTHING if narrowed else rule.default
        read[name] = "".join(letter for letter in value[: rule.longest] if letter.isprintable())
    return tuple(sorted(read.items()))
