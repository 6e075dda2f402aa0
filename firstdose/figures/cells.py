"""How cells of tables are said: names in the reader's language, days without a time, states with a symbol."""

from typing import Any
from urllib.parse import urlencode

import pandas as pd

from firstdose.figures import theme
from firstdose.words import N_, _, either

Row = dict[Any, Any]
_SURE = {"seen": N_("seen"), "recalled": N_("recalled")}
_MILESTONES = {"filing": N_("filing"), "first dose": N_("first dose")}


def rows(frame: pd.DataFrame) -> list[Row]:
    """The rows of a frame as dicts, for words that are said row by row."""
    return [dict(row) for row in frame.to_dict("records")]


def text(value: object) -> str:
    """A text of the data; empty where it is missing."""
    return value if isinstance(value, str) else ""


def named(row: Row, name: str) -> str:
    """What a row carries in both languages as ``name`` and ``name_ja``, in the reader's one."""
    return either(text(row[name]), text(row[f"{name}_ja"]))


def titled(row: Row) -> str:
    """An item by its requirement code, where it has one, and its title."""
    return f"{text(row['requirement_code'])} {named(row, 'title')}".strip()


def days(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """A column of days without a time of day."""
    return pd.to_datetime(column).dt.date.astype(object)


def state(mark: str, *, stale: bool = False) -> str:
    """A mark as symbol and word, with the stale mark beside it."""
    beside = f" {theme.symbol('stale')} {theme.word('stale')}" if stale else ""
    return f"{theme.symbol(mark)} {theme.word(mark)}{beside}"


def sure(confidence: str) -> str:
    """Whether a source was read or recalled."""
    word = _SURE[confidence]
    return _(word)


def source(row: Row) -> str:
    """Where a requirement comes from, and whether that was read or recalled."""
    return f"{row['source_name']}, {row['source_ref']} ({sure(row['confidence'])})"


def milestone(name: str) -> str:
    """A milestone inside a sentence."""
    word = _MILESTONES[name]
    return _(word)


def opens(**keys: str) -> str:
    """The part of a link that a cell carries: keys that the link before it leaves out."""
    return urlencode(keys)
