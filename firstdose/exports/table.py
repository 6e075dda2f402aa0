"""A frame as CSV that a spreadsheet opens without acting on it."""

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

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


def _names(frame: "pd.DataFrame") -> "Iterable[str]":
    return (str(name) for name in frame.columns)
