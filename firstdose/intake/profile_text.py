"""Mapping profiles as YAML: read, with the place of everything that is wrong.

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
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import yaml

from firstdose.contracts import contracts
from firstdose.errors import ProfileError
from firstdose.intake.profile import Layout, Otherwise, Output, Profile, Unpivot, Way, Where, plain
from firstdose.words import N_, _

if TYPE_CHECKING:
    from firstdose.intake.forms import Decimal, Order

LARGEST_BYTES = 256 * 1024
DEEPEST = 12
MOST_NODES = 20_000
MOST_LINES = 1_000  # lines a profile may leave out above a header
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}


TOO_LARGE = N_("The profile has more than {n} KB; a profile is a page of text.")


def read(text: str) -> Profile:
    """The profile that a YAML text describes; ``ProfileError`` with the place and the remedy."""
    if len(text.encode("utf-8", "replace")) > LARGEST_BYTES:
        raise ProfileError(_(TOO_LARGE).format(n=LARGEST_BYTES // 1024))
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
    delimiter = fields["delimiter"].one_of(tuple(DELIMITERS)) if "delimiter" in fields else None
    return Layout(
        skip_lines=fields["skip_lines"].count() if "skip_lines" in fields else 0,
        skip_below_header=fields["skip_below_header"].count() if "skip_below_header" in fields else 0,
        encoding=fields["encoding"].text() if "encoding" in fields else None,
        delimiter=DELIMITERS[delimiter] if delimiter else None,
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
