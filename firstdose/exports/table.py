"""A frame as CSV that a spreadsheet opens without acting on it."""

import io
import json
from datetime import date, datetime
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from firstdose.words import say_date, say_number

if TYPE_CHECKING:
    from collections.abc import Iterable

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(cell: object) -> object:
    """A text cell that a spreadsheet would run as a formula gets an apostrophe in front; others stay."""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(_STARTS):
        return "'" + cell
    return cell


def cell_text(cell: object) -> str:
    """A cell as the CSV text our contracts read: ISO days, words for truth, whole numbers without a point."""
    if cell is None or cell is pd.NaT or cell != cell:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, date):
        return cell.isoformat()[:10]
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def said(cell: object) -> str:
    """A cell as it is read on paper, in the reader's language; what is missing is empty."""
    if cell is None or (not isinstance(cell, list | tuple | dict) and pd.isna(cell)):  # type: ignore[call-overload]
        return ""
    if isinstance(cell, datetime) and (cell.hour or cell.minute):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return say_date(cell)
    if isinstance(cell, float):
        return say_number(cell, 0 if cell.is_integer() else 2)
    return str(cell)


def to_csv(frame: "pd.DataFrame") -> bytes:
    """The frame as UTF-8 CSV with a byte order mark (Excel reads Japanese then), text quoted and harmless.

    Dates are ISO; numbers stay numbers; empty cells are empty.
    """
    safe = frame.copy(deep=False)
    for name in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[name]) and not pd.api.types.is_datetime64_any_dtype(
            safe[name]
        ):
            safe[name] = safe[name].map(harmless)
    safe.columns = pd.Index([str(harmless(str(name))) for name in _names(frame)])
    return safe.to_csv(index=False, lineterminator="\r\n", quoting=2).encode("utf-8-sig")


def to_parquet(frame: "pd.DataFrame", about: "Iterable[tuple[str, str]]" = ()) -> bytes:
    """The frame as Parquet: types stay what they are, nothing is escaped, since nothing runs a cell of it.

    ``about``, pairs of label and text, stands in the metadata of the file under ``firstdose``, as JSON.
    """
    packed = io.BytesIO()
    plain = frame.copy(deep=False)
    plain.attrs = {}
    plain.columns = pd.Index([str(name) for name in frame.columns])
    for name in plain.columns:
        if plain[name].dtype == object:  # words beside numbers, as some cells of a table are: all as words
            kinds = {type(cell) for cell in plain[name].dropna()}
            if len(kinds) > 1:
                plain[name] = plain[name].map(cell_text)
    told = pa.Table.from_pandas(plain, preserve_index=False)
    said = json.dumps(dict(about), ensure_ascii=False).encode()
    pq.write_table(told.replace_schema_metadata({**(told.schema.metadata or {}), b"firstdose": said}), packed)
    return packed.getvalue()


def _names(frame: "pd.DataFrame") -> "Iterable[str]":
    return (str(name) for name in frame.columns)
