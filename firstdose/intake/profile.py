"""Mapping profiles: how a file with other headers becomes tables of ours, as a frozen value.

``profile_text`` reads them from YAML, ``profile_files`` keeps them, ``mapping`` applies them, ``propose``
makes a first one.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from firstdose.errors import Issue
from firstdose.intake.forms import Decimal, Order
from firstdose.words import N_

Otherwise = Literal["refuse", "keep", "empty"]


@dataclass(frozen=True, slots=True)
class Way:
    """How one column of a table is made: from columns of the file, or one text for every row."""

    columns: tuple[str, ...] = ()
    constant: str | None = None
    join: str = " "
    values: tuple[tuple[str, str], ...] = ()
    otherwise: Otherwise = "refuse"
    dates: Order | None = None
    pattern: str | None = None
    decimal: Decimal | None = None
    factor: float | None = None

    @property
    def changes(self) -> bool:
        """Whether cells may come out differently than they stand in the file."""
        return bool(self.values or self.dates or self.pattern or self.decimal or self.factor is not None)


@dataclass(frozen=True, slots=True)
class Unpivot:
    """A wide table made long: each column of the file gives a row with its code and its value."""

    name: str
    value: str
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Where:
    """Which rows are used: those whose cell is one of ``values``, or none of them."""

    column: str
    values: tuple[str, ...]
    exclude: bool = False


@dataclass(frozen=True, slots=True)
class Output:
    """One table that a file gives."""

    table: str
    columns: tuple[tuple[str, Way], ...]
    where: tuple[Where, ...] = ()
    unpivot: Unpivot | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file must be read before its header can be seen; all of it may be left to the reader."""

    skip_lines: int = 0
    skip_below_header: int = 0
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None

    @property
    def fixed(self) -> bool:
        """Whether the file has to be read another way than by itself."""
        return bool(self.skip_lines or self.encoding or self.delimiter or self.sheet)


@dataclass(frozen=True, slots=True)
class Profile:
    """A mapping profile: its name, the header it knows its files by, and the tables it makes of them."""

    name: str
    header: tuple[str, ...]
    outputs: tuple[Output, ...]
    layout: Layout = Layout()


def plain(name: str) -> str:
    """A header name as names are compared: width, case and blanks around it do not matter."""
    return " ".join(unicodedata.normalize("NFKC", name).split()).casefold()


def matching(header: Sequence[str], profiles: Sequence[Profile]) -> Profile | None:
    """The first profile whose header is this one, in any order of columns."""
    given = sorted(map(plain, header))
    return next((one for one in profiles if sorted(map(plain, one.header)) == given), None)


def other_header(header: Sequence[str], profiles: Sequence[Profile]) -> Issue:
    """The error for a file that no profile knows: what keeps it from the nearest one."""
    given = {plain(name) for name in header}
    nearest = max(profiles, key=lambda one: len(given & {plain(name) for name in one.header}))
    known = {plain(name) for name in nearest.header}
    lacking = ", ".join(name for name in nearest.header if plain(name) not in given)[:200] or "–"
    foreign = ", ".join(name for name in header if plain(name) not in known)[:200] or "–"
    return Issue(
        "profile-header",
        "error",
        N_("No profile knows this header. For {profile} it lacks: {lacking}; it has besides: {foreign}."),
        (("profile", nearest.name), ("lacking", lacking), ("foreign", foreign)),
        line=1,
        remedy=N_("Correct the header, or the profile where the header is meant to be so."),
    )
