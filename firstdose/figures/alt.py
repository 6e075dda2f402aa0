"""The text alternative of a chart, made from the data behind it."""

from typing import TYPE_CHECKING

from firstdose.words import _, ngettext, say_number

if TYPE_CHECKING:
    import pandas as pd

_ROWS_TOLD = 12


def alternative(title: str, frame: "pd.DataFrame", sentence: str) -> str:
    """What a chart shows, in words: title, filters, how many rows, and the first rows cell by cell."""
    rows = len(frame)
    told = [f"{title}.", f"{sentence}.", ngettext("{n} row.", "{n} rows.", rows).format(n=rows)]
    columns = [str(name) for name in frame.columns][:6]
    for row in frame.head(_ROWS_TOLD).itertuples(index=False):
        cells = [
            f"{name} {_cell(value)}" for name, value in zip(columns, row, strict=False) if value == value
        ]
        told.append("; ".join(cells) + ".")
    if rows > _ROWS_TOLD:
        told.append(_("All rows stand in the table of the card."))
    return " ".join(told)[:4000]


def _cell(value: object) -> str:
    if isinstance(value, float):
        return say_number(value, 0 if value.is_integer() else 2)
    return str(value)[:80]
