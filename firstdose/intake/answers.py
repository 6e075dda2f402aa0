"""What a mapping still needs somebody to say, and how an answer becomes part of it; all of it pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from firstdose.contracts import Column, contracts
from firstdose.intake import forms
from firstdose.intake.profile import Output, Profile, Unpivot, Way

Asks = Literal["value", "words", "dates", "decimal"]
_READABLE = 200  # different words of a column that are looked at


@dataclass(frozen=True, slots=True)
class Question:
    """One thing a mapping leaves open: of which table and column, what is asked, about which words."""

    output: int
    column: str
    asks: Asks
    words: tuple[str, ...] = ()


def open_questions(profile: Profile, cells: Mapping[str, Sequence[str]]) -> tuple[Question, ...]:
    """What somebody has to say before files can be read by a mapping; ``cells`` are some of each column."""
    found: list[Question] = []
    for at, output in enumerate(profile.outputs):
        for column in contracts()[output.table].columns:
            asked = _asked(column, output, cells)
            if asked is not None:
                found.append(Question(at, column.name, *asked))
    return tuple(found)


def _asked(
    column: Column, output: Output, cells: Mapping[str, Sequence[str]]
) -> tuple[Asks, tuple[str, ...]] | None:
    way, sources = way_of(output, column.name)
    if output.unpivot and column.name == output.unpivot.name:
        return None
    if not sources:
        empty = way is None or not (way.constant or "").strip()
        return ("value", ()) if column.required and empty else None
    words = words_of(sources, cells)
    if way is None or len(way.columns) > 1:
        return None
    left = tuple(word for word in words if word not in dict(way.values))
    if column.kind == "enum" and way.otherwise != "empty":
        unknown = tuple(word for word in left if word not in column.allowed)
        return ("words", unknown) if unknown else None
    if column.kind == "date" and not (way.dates or way.pattern):
        both = tuple(word for word in left if _why(column, word) in ("ambiguous-date", "date-order"))
        return ("dates", both) if both else None
    if column.kind in ("int", "number") and not way.decimal:
        both = tuple(word for word in left if _why(column, word) == "ambiguous-number")
        return ("decimal", both) if both else None
    return None


def _why(column: Column, word: str) -> str:
    found = forms.why(column, word)
    return found[0] if found else ""


def words_of(sources: Sequence[str], cells: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The different words of columns of the file, in their order."""
    return tuple(dict.fromkeys(word for name in sources for word in cells.get(name, ())))[:_READABLE]


def way_of(output: Output, column: str) -> tuple[Way | None, tuple[str, ...]]:
    """How a column is made, and of which columns of the file."""
    way = dict(output.columns).get(column)
    if output.unpivot and column == output.unpivot.value:
        return way or Way(), tuple(name for name, _code in output.unpivot.columns)
    return way, way.columns if way else ()


def with_way(profile: Profile, at: int, column: str, way: Way | None) -> Profile:
    """The mapping with one column made another way; not made at all when there is none."""
    output = profile.outputs[at]
    ways = dict(output.columns)
    ways.pop(column, None) if way is None else ways.update({column: way})
    order = [one.name for one in contracts()[output.table].columns]
    columns = tuple(sorted(ways.items(), key=lambda pair: order.index(pair[0])))
    return _with_output(profile, at, replace(output, columns=columns))


def with_unpivot(profile: Profile, at: int, names: Sequence[str], codes: Mapping[str, str]) -> Profile:
    """The mapping with other columns of the file made into rows, each under its code."""
    output = profile.outputs[at]
    if output.unpivot is None or not names:
        return profile
    known = dict(codes) | dict(output.unpivot.columns)
    columns = tuple((name, known.get(name, name)) for name in profile.header if name in names)
    unpivot = Unpivot(output.unpivot.name, output.unpivot.value, columns)
    return _with_output(profile, at, replace(output, unpivot=unpivot))


def with_outputs(profile: Profile, tables: Sequence[str], made: Mapping[str, Output]) -> Profile:
    """The mapping for other tables: those there stay as they are, new ones come as ``made``."""
    there = {output.table: output for output in profile.outputs}
    return replace(profile, outputs=tuple(there.get(name) or made[name] for name in tables))


def _with_output(profile: Profile, at: int, output: Output) -> Profile:
    outputs = list(profile.outputs)
    outputs[at] = output
    return replace(profile, outputs=tuple(outputs))


def maps(profile: Profile) -> tuple[tuple[int, str], ...]:
    """The columns, by output, whose words are mapped to others: somebody has to have looked at them."""
    return tuple(
        (at, name) for at, output in enumerate(profile.outputs) for name, way in output.columns if way.values
    )
