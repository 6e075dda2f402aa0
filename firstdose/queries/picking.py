"""Rows of a kept answer that the filters let through, for questions whose filters only choose among rows.

The engine takes 4 to 18 ms to plan and run a question over a few hundred rows; choosing among the rows of its
answer without filters takes half a millisecond (measured). A question says in the header of its file which of
its values do no more than that, and by which columns of its answer::

    -- picked: chosen by program_id or alliance, jurisdiction by jurisdiction or none, since by due_on

As long as the list of a filter holds anything, ``none`` lets rows without a value through, ``anything`` every
row, and a column of truths its rows; ``alliance`` lets rows without a program through where neither programs
nor groups are chosen. ``in order`` sorts what is picked as the list is. That picked rows are those the engine
gives, to the last type, is held by a test over all of these questions.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import duckdb
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

MOST_ROWS = 2_000  # an answer of more is not asked whole to pick from: it takes more time and memory

_HEADER = re.compile(r"^-- picked: (.+)$", re.MULTILINE)
_WORDS = frozenset({"none", "anything", "alliance", "in order"})
#: How the engine hands a column without empty cells over; with some it is of another type.
_FILLED = {"BOOLEAN": "bool", "TINYINT": "int8", "SMALLINT": "int16", "INTEGER": "int32", "BIGINT": "int64"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One value of a question that only chooses among rows: by which columns, and what passes beside."""

    value: str
    columns: tuple[str, ...]
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Kinds:
    """What the engine types in another way once a column has no empty cell, or no other."""

    filled: "Mapping[str, str]"  # columns with empty cells: their type without them
    texts: frozenset[str]  # of no type of their own where every cell is empty
    lacking: frozenset[str]
    lists: frozenset[str] = frozenset()  # whose cells hold several texts, any of which a filter may name

    def __deepcopy__(self, memo: dict[int, Any]) -> "Kinds":
        """Itself, for it never changes: pandas copies ``attrs`` deeply at every step."""
        return self


@cache
def rules(sql: str) -> tuple[Rule, ...]:
    """The values of a question that only choose among its rows; none where its file names none."""
    found = _HEADER.search(sql)
    if not found:
        return ()
    said = (one.split(" by ") for one in found[1].split(", "))
    return tuple(_rule(value, by.split(" or ")) for value, by in said)


def _rule(value: str, by: list[str]) -> Rule:
    return Rule(value, tuple(one for one in by if one not in _WORDS), frozenset(by) & _WORDS)


def widened(
    rules: tuple[Rule, ...], bound: "Mapping[str, Any]", programs: "Callable[[], list[str]]"
) -> dict[str, Any]:
    """The values under which a question gives every row to choose among; ``programs`` are all there are."""
    wide = dict(bound)
    for rule in rules:
        wide[rule.value] = programs() if rule.value == "chosen" else None
        if "alliance" in rule.words:
            wide |= {"program": None, "group": None}
    return wide


def kinds(answer: "duckdb.DuckDBPyConnection", frame: "pd.DataFrame", arrow: bool) -> Kinds:
    """What has to be known of an answer so that rows picked from it are typed as if asked for.

    Text keeps its type where it comes through Arrow.
    """
    typed = {name: str(kind) for name, kind, *_rest in answer.description or ()}
    lacking = frozenset(name for name in typed if frame[name].isna().any())
    filled = {name: _FILLED[typed[name]] for name in lacking if typed[name] in _FILLED}
    texts = frozenset(name for name, kind in typed.items() if kind == "VARCHAR" and not arrow)
    lists = frozenset(name for name, kind in typed.items() if kind == "VARCHAR[]")
    return Kinds(filled, texts, lacking, lists)


def pick(frame: "pd.DataFrame", rules: tuple[Rule, ...], bound: "Mapping[str, Any]") -> "pd.DataFrame":
    """The rows of an answer without filters that the bound values let through, in its order."""
    import numpy as np
    import pandas as pd

    passed = np.ones(len(frame), dtype=bool)
    for rule in rules:
        if bound[rule.value] is not None:
            passed &= _passed(frame, rule, bound)
    rows = frame.take(np.flatnonzero(passed))
    for rule in rules:
        if "in order" in rule.words and bound[rule.value] is not None:
            places = pd.Index(bound[rule.value]).get_indexer(rows[rule.columns[0]])
            rows = rows.take(np.argsort(places, kind="stable"))
    rows.index = pd.RangeIndex(len(rows))
    return _typed(rows, frame.attrs["kinds"])


def _typed(rows: "pd.DataFrame", kinds: Kinds) -> "pd.DataFrame":
    import numpy as np
    import pandas as pd

    for name, kind in kinds.filled.items():
        if not rows[name].isna().any():
            rows[name] = rows[name].astype(np.dtype(kind))
    for name in kinds.texts & kinds.lacking if len(rows) else kinds.texts:
        if rows[name].isna().all():
            rows[name] = pd.Series([None] * len(rows), dtype=object)
    return rows


def _passed(frame: "pd.DataFrame", rule: Rule, bound: "Mapping[str, Any]") -> "npt.NDArray[np.bool_]":
    """Which rows one value lets through; on arrays, for series cost three times as much (measured)."""
    import numpy as np

    kinds: Kinds = frame.attrs["kinds"]
    value, first = bound[rule.value], frame[rule.columns[0]].array if rule.columns else None
    if rule.value in {"since", "until"}:
        days, day = np.asarray(first), np.datetime64(value, "us")
        return days >= day if rule.value == "since" else days <= day
    listed = value if isinstance(value, list) else [value]
    passed = np.full(len(frame), "anything" in rule.words and bool(listed))
    for name in rule.columns:
        column = frame[name].array
        if frame[name].dtype == bool:
            passed |= np.asarray(column) & bool(listed)
        elif name in kinds.lists:
            passed |= np.array([not frozenset(listed).isdisjoint(cell) for cell in column], dtype=bool)
        else:
            passed |= column.isin(listed)
    lacks_pass = ("none" in rule.words and bool(listed)) or (
        "alliance" in rule.words and bound["program"] is None and bound["group"] != []
    )
    return passed | np.asarray(first.isna()) if lacks_pass and first is not None else passed
