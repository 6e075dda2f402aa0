"""Changes and their effects in words: the tables of the changes page."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from firstdose.figures import theme
from firstdose.rules.change_lines import Line
from firstdose.rules.timeline import workstream_name
from firstdose.words import _, ngettext, say_number

MOST_LINES = 300  # lines drawn at once; the rest is counted and stands in the CSV (our convention)


def lines(told: Sequence[Line]) -> pd.DataFrame:
    """The lines as a table. Columns: program, area, mark, change, days, rows, program_id, table, key."""
    rows = [
        {
            "program": " · ".join(filter(None, (one.program_id, one.program))) or _("Alliance"),
            "area": workstream_name(one.area) if one.area else _("In all areas"),
            "mark": theme.symbol(one.mark) if one.mark else "",
            "change": one.text,
            "days": one.days,
            "rows": one.rows,
            "program_id": one.program_id,
            "table": one.table,
            "key": one.key,
        }
        for one in told
    ]
    columns = ["program", "area", "mark", "change", "days", "rows", "program_id", "table", "key"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype({"days": "Int64", "rows": "Int64"})


def line_columns() -> dict[str, str]:
    """The columns of the table of changes with their labels."""
    return {"program": _("Program"), "area": _("Area"), "mark": _("State"), "change": _("What changed")}


def hidden(told: Sequence[Line]) -> str:
    """How many lines are not drawn at once, in words; empty when all are."""
    more = len(told) - MOST_LINES
    said = ngettext(
        "{n} more line is not drawn; it stands in the CSV and the grid.",
        "{n} more lines are not drawn; they stand in the CSV and the grid.",
        more,
    )
    return said.format(n=say_number(more)) if more > 0 else ""


def effect_rows(effects: pd.DataFrame) -> pd.DataFrame:
    """The effects as a table, each difference with the sign of its verdict."""
    signs: dict[Any, str] = {"good": theme.symbol("closed"), "bad": theme.symbol("late")}
    said = [signs.get(tone, "") for tone in effects["tone"]]
    shown = effects.assign(sign=said)
    shown.attrs = dict(effects.attrs)
    return shown


def effect_columns() -> dict[str, str]:
    """The columns of the table of effects with their labels."""
    return {
        "figure": _("Figure"),
        "before": _("Before"),
        "after": _("After"),
        "sign": _("State"),
        "difference": _("Difference"),
    }
