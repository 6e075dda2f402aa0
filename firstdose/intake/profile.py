"""Mapping profiles: how a file with other headers becomes tables of ours, as a frozen value and as YAML.

::

    profile: plant-laboratory            # a slug; the file lies in profiles/<name>.yaml of a store
    for: [batch, start, api_water, …]    # the header by which the profile knows its files
    reading: {skip_lines: 2, skip_below_header: 1, encoding: cp932, delimiter: semicolon, sheet: Data}
    outputs:
      - table: results
        where: [{column: status, is: [final]}]
        columns:
          batch_id: batch                                  # renamed
          sample: {constant: release}
          tested_on: {from: start, dates: dmy}             # or pattern: "%d.%m.%Y"
          value: {decimal: comma, factor: 0.001}
          lab_partner: {from: site, values: {A: FORGE}, otherwise: refuse}
        unpivot: {name: attribute_code, value: value, columns: {api_water: WATER}}

Every scalar is read as the text it is written as, so ``nov.18``, ``No`` and ``1.10`` stay what they are.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, cast

import yaml

from firstdose.contracts import contracts
from firstdose.errors import Issue, ProfileError
from firstdose.intake.forms import Decimal, Order
from firstdose.words import N_, _

LARGEST_BYTES = 256 * 1024
DEEPEST = 12
MOST_NODES = 20_000
MOST_LINES = 1_000  # lines a profile may leave out above a header
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
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


def load(path: Path) -> Profile:
    """The profile of a file; ``ProfileError`` with the place and the remedy when it is none."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise ProfileError(_(_TOO_LARGE).format(n=LARGEST_BYTES // 1024))
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(_("The profile {file} cannot be read.").format(file=path.name)) from error
    return read(text)


def saved(folder: Path) -> tuple[Profile, ...]:
    """Every profile of a folder, by name; ``ProfileError`` names the file that is none."""
    found = []
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
        try:
            found.append(load(path))
        except ProfileError as error:
            raise ProfileError(f"{path.name}: {error}") from error
    return tuple(found)


def save(profile: Profile, folder: Path) -> Path:
    """Write a profile into a folder under its own name, whole or not at all; where it lies."""
    folder.mkdir(parents=True, exist_ok=True)
    read(write(profile))  # what is saved can be read again
    path = folder / f"{profile.name}.yaml"
    written = path.with_suffix(".part")
    written.write_text(write(profile), encoding="utf-8")
    written.replace(path)
    return path


_TOO_LARGE = N_("The profile has more than {n} KB; a profile is a page of text.")


def read(text: str) -> Profile:
    """The profile that a YAML text describes; ``ProfileError`` with the place and the remedy."""
    if len(text.encode("utf-8", "replace")) > LARGEST_BYTES:
        raise ProfileError(_(_TOO_LARGE).format(n=LARGEST_BYTES // 1024))
    try:
        _judge_events(text)
        # scalars stay text: the base loader knows nothing but text, lists and mappings
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise ProfileError(_("Line {n} of the profile is no YAML.").format(n=line)) from error
    return _profile(_Part(node, "profile"))


def _judge_events(text: str) -> None:
    """Refuse what could be built to break readers: anchors and aliases, deep nesting, many parts."""
    depth = 0
    for parts, event in enumerate(yaml.parse(text, Loader=yaml.BaseLoader)):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            said = _("Line {n} of the profile has an anchor or alias (& or *). Write the text out.")
            raise ProfileError(said.format(n=line))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST or parts > MOST_NODES:
            said = _(
                "Line {n} of the profile: it is nested too deeply or has too many parts. Make it simpler."
            )
            raise ProfileError(said.format(n=line))


class _Part:
    """A part of a profile with its place, taken apart with an error for everything that is not expected."""

    def __init__(self, node: Any, place: str) -> None:
        self.node = node
        self.place = place

    def wrong(self, said: str, **values: object) -> ProfileError:
        line = self.node.start_mark.line + 1 if self.node is not None else 1
        place = _("Profile, line {n}, {place}:").format(n=line, place=self.place)
        return ProfileError(f"{place} {_(said).format(**values)}")

    def fields(self, *known: str) -> dict[str, "_Part"]:
        """The parts of a mapping with known keys; any other key is an error."""
        found = self.mapping()
        for name, part in found.items():
            if name not in known:
                raise part.wrong(
                    N_("“{name}” is no key here; known are: {known}."), name=name[:80], known=", ".join(known)
                )
        return found

    def mapping(self) -> dict[str, "_Part"]:
        if not isinstance(self.node, yaml.MappingNode):
            raise self.wrong(N_("a mapping of names to values is expected."))
        found: dict[str, _Part] = {}
        for key, value in self.node.value:
            name = _Part(key, self.place).text()
            part = _Part(value, f"{self.place}.{name[:80]}")
            if name in found:
                raise part.wrong(N_("“{name}” stands here twice. Keep one."), name=name[:80])
            found[name] = part
        return found

    def items(self) -> list["_Part"]:
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.wrong(N_("a list is expected."))
        return [_Part(node, f"{self.place}[{at}]") for at, node in enumerate(self.node.value, 1)]

    def text(self) -> str:
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.wrong(N_("a text is expected."))
        return str(self.node.value)

    def texts(self) -> tuple[str, ...]:
        return tuple(part.text() for part in self.items())

    def one_of(self, allowed: Sequence[str]) -> str:
        text = self.text()
        if text not in allowed:
            raise self.wrong(
                N_("“{value}” is not allowed; allowed are: {allowed}."),
                value=text[:80],
                allowed=", ".join(allowed),
            )
        return text

    def count(self) -> int:
        text = self.text()
        if not re.fullmatch(r"\d{1,6}", text) or int(text) > MOST_LINES:
            raise self.wrong(N_("a whole number from 0 to {most} is expected."), most=MOST_LINES)
        return int(text)


def _profile(part: _Part) -> Profile:
    fields = part.fields("profile", "for", "reading", "outputs")
    for name in ("profile", "for", "outputs"):
        if name not in fields:
            raise part.wrong(N_("“{name}” is missing. Add it."), name=name)
    name = fields["profile"].text()
    if not SLUG.fullmatch(name):
        raise fields["profile"].wrong(
            N_("“{name}” is no name: small letters, digits and hyphens, 64 at most."), name=name[:80]
        )
    header = fields["for"].texts()
    if not header or len({plain(one) for one in header}) != len(header):
        raise fields["for"].wrong(N_("the header is empty or names a column twice."))
    outputs = tuple(_output(one, header) for one in fields["outputs"].items())
    if not outputs or len({output.table for output in outputs}) != len(outputs):
        raise fields["outputs"].wrong(N_("give each table once, and one at the least."))
    layout = _layout(fields["reading"]) if "reading" in fields else Layout()
    return Profile(name, header, outputs, layout)


def _layout(part: _Part) -> Layout:
    fields = part.fields("skip_lines", "skip_below_header", "encoding", "delimiter", "sheet")
    delimiter = fields["delimiter"].one_of(tuple(_DELIMITERS)) if "delimiter" in fields else None
    return Layout(
        skip_lines=fields["skip_lines"].count() if "skip_lines" in fields else 0,
        skip_below_header=fields["skip_below_header"].count() if "skip_below_header" in fields else 0,
        encoding=fields["encoding"].text() if "encoding" in fields else None,
        delimiter=_DELIMITERS[delimiter] if delimiter else None,
        sheet=fields["sheet"].text() if "sheet" in fields else None,
    )


def _output(part: _Part, header: Sequence[str]) -> Output:
    fields = part.fields("table", "columns", "where", "unpivot")
    if "table" not in fields or "columns" not in fields:
        raise part.wrong(N_("“{name}” is missing. Add it."), name="table, columns")
    table = fields["table"].one_of(tuple(contracts()))
    targets = {column.name for column in contracts()[table].columns}
    columns = []
    for name, part_ in fields["columns"].mapping().items():
        if name not in targets:
            raise part_.wrong(N_("The table {table} has no column “{name}”."), table=table, name=name[:80])
        columns.append((name, _way(part_, header)))
    where = tuple(_where(one, header) for one in fields["where"].items()) if "where" in fields else ()
    unpivot = _unpivot(fields["unpivot"], header, targets) if "unpivot" in fields else None
    for name, way in columns:
        if unpivot and name == unpivot.name:
            raise fields["columns"].wrong(N_("“{name}” is given by unpivot already."), name=name)
        made = bool(way.columns) or way.constant is not None
        if made == (unpivot is not None and name == unpivot.value):
            raise fields["columns"].wrong(
                N_("“{name}” needs from or constant, and the value of an unpivot neither."), name=name
            )
    return Output(table, tuple(columns), where, unpivot)


_WAY = ("from", "join", "constant", "values", "otherwise", "dates", "pattern", "decimal", "factor")


def _way(part: _Part, header: Sequence[str]) -> Way:
    if isinstance(part.node, yaml.ScalarNode):
        return Way((_source(part, header),))
    fields = part.fields(*_WAY)
    columns: tuple[str, ...] = ()
    if "from" in fields:
        given = fields["from"]
        parts = given.items() if isinstance(given.node, yaml.SequenceNode) else [given]
        columns = tuple(_source(one, header) for one in parts)
    if columns and "constant" in fields:
        raise part.wrong(N_("from and constant exclude each other. Keep one."))
    factor = _factor(fields["factor"]) if "factor" in fields else None
    values = fields["values"].mapping() if "values" in fields else {}
    return Way(
        columns=columns,
        constant=fields["constant"].text() if "constant" in fields else None,
        join=fields["join"].text() if "join" in fields else " ",
        values=tuple((key.strip(), value.text()) for key, value in values.items()),
        otherwise=cast(
            "Otherwise",
            fields["otherwise"].one_of(("refuse", "keep", "empty")) if "otherwise" in fields else "refuse",
        ),
        dates=cast(
            "Order | None",
            fields["dates"].one_of(("ymd", "dmy", "mdy", "excel")) if "dates" in fields else None,
        ),
        pattern=_pattern(fields["pattern"]) if "pattern" in fields else None,
        decimal=cast(
            "Decimal | None", fields["decimal"].one_of(("point", "comma")) if "decimal" in fields else None
        ),
        factor=factor,
    )


def _source(part: _Part, header: Sequence[str]) -> str:
    name = part.text()
    for known in header:
        if plain(known) == plain(name):
            return known
    raise part.wrong(N_("The header of the profile has no column “{name}”."), name=name[:80])


def _factor(part: _Part) -> float:
    text = part.text()
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", text) or not float(text):
        raise part.wrong(N_("a number other than 0 is expected."))
    return float(text)


def _pattern(part: _Part) -> str:
    """A pattern of days, such as ``%d.%m.%Y``; it must say year, month and day."""
    text = part.text()
    try:
        datetime.strptime(datetime(2026, 11, 23).strftime(text), text)  # noqa: DTZ001,DTZ007 (a day, no time)
    except ValueError:
        text = ""
    if not (re.search("%d", text) and re.search("%[mbB]", text) and re.search("%[yY]", text)):
        raise part.wrong(
            N_("a pattern with day, month and year is expected, such as {such}."), such="%d.%m.%Y"
        )
    return text


def _where(part: _Part, header: Sequence[str]) -> Where:
    fields = part.fields("column", "is", "is_not")
    if "column" not in fields or ("is" in fields) == ("is_not" in fields):
        raise part.wrong(N_("give a column and either is or is_not."))
    values = fields.get("is") or fields["is_not"]
    return Where(_source(fields["column"], header), values.texts(), "is_not" in fields)


def _unpivot(part: _Part, header: Sequence[str], targets: set[str]) -> Unpivot:
    fields = part.fields("name", "value", "columns")
    if set(fields) != {"name", "value", "columns"}:
        raise part.wrong(N_("give name, value and columns."))
    for key in ("name", "value"):
        fields[key].one_of(sorted(targets))
    columns = tuple(
        (_source(_Part(key, f"{part.place}.columns"), header), value.text())
        for key, value in _pairs(fields["columns"])
    )
    codes = [code for _name, code in columns]
    if not codes or len(set(codes)) != len(codes):
        raise fields["columns"].wrong(N_("every column needs a code of its own."))
    return Unpivot(fields["name"].text(), fields["value"].text(), columns)


def _pairs(part: _Part) -> list[tuple[Any, _Part]]:
    named = part.mapping()
    return [(key, named[key.value]) for key, _value in part.node.value]


def write(profile: Profile) -> str:
    """A profile as YAML that ``read`` gives back."""
    layout = profile.layout
    names = {sign: name for name, sign in _DELIMITERS.items()}
    reading = {
        "skip_lines": layout.skip_lines or None,
        "skip_below_header": layout.skip_below_header or None,
        "encoding": layout.encoding,
        "delimiter": names[layout.delimiter] if layout.delimiter else None,
        "sheet": layout.sheet,
    }
    told: dict[str, Any] = {"profile": profile.name, "for": list(profile.header)}
    if reading := _filled(reading):
        told["reading"] = reading
    told["outputs"] = [_output_told(output) for output in profile.outputs]
    return yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=100, default_flow_style=None)


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _output_told(output: Output) -> dict[str, Any]:
    told: dict[str, Any] = {"table": output.table}
    if output.where:
        told["where"] = [
            {"column": one.column, "is_not" if one.exclude else "is": list(one.values)}
            for one in output.where
        ]
    told["columns"] = {name: _way_told(way) for name, way in output.columns}
    if output.unpivot:
        unpivot = output.unpivot
        told["unpivot"] = {"name": unpivot.name, "value": unpivot.value, "columns": dict(unpivot.columns)}
    return told


def _way_told(way: Way) -> str | dict[str, Any]:
    if len(way.columns) == 1 and way == Way(way.columns):
        return way.columns[0]
    source: str | list[str] | None = list(way.columns) or None
    if len(way.columns) == 1:
        source = way.columns[0]
    return _filled(
        {
            "from": source,
            "join": way.join if len(way.columns) > 1 else None,
            "constant": way.constant,
            "values": dict(way.values) or None,
            "otherwise": way.otherwise if way.values and way.otherwise != "refuse" else None,
            "dates": way.dates,
            "pattern": way.pattern,
            "decimal": way.decimal,
            "factor": way.factor,
        }
    )
