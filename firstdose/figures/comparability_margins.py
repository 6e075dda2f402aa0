"""The smallest margin that lots could prove, beside the one that is asked of them."""

from typing import Any

import pandas as pd

from firstdose.figures import cells, theme
from firstdose.figures.comparability_words import attribute, framed, in_sd, smallest, with_unit
from firstdose.rules.comparability_judged import Judged
from firstdose.words import _

Row = dict[Any, Any]


def provable_columns() -> dict[str, str]:
    """The columns of the table of smallest margins."""
    return {
        "attribute": _("Attribute"),
        "smallest": _("Could prove"),
        "margin": _("Margin"),
        "verdict": _("Lots"),
    }


def provable(judged: tuple[Judged, ...], attributes: pd.DataFrame) -> pd.DataFrame:
    """The margin of each attribute of tier 1 beside the smallest one its lots could prove."""
    known = {row["attribute_code"]: row for row in cells.rows(attributes)}
    told = [
        {
            "attribute": with_unit(known[one.code]),
            "verdict": f"{theme.symbol('closed')} " + _("enough")
            if enough(one)
            else f"{theme.symbol('at risk')} " + _("too few"),
            "margin": in_sd(one.factor),
            "smallest": smallest(one),
            "margin_sd": one.factor,
            "smallest_sd": one.in_sd(one.smallest_margin),
        }
        for one in judged
        if one.tier == 1 and one.numeric
    ]
    return framed(told, [*provable_columns(), "margin_sd", "smallest_sd"], attributes)


def enough(found: Judged) -> bool:
    """Whether the lots could prove the margin if no difference were seen."""
    return bool(found.in_sd(found.smallest_margin) < found.factor)


def smallest_in_words(judged: tuple[Judged, ...], attributes: pd.DataFrame) -> str:
    """Which attributes of tier 1 have too few lots to prove their margin, whatever they would show."""
    known = {row["attribute_code"]: row for row in cells.rows(attributes)}
    first = [one for one in judged if one.tier == 1 and one.numeric]
    short = [one for one in first if not enough(one)]
    if not first:
        return _("No attribute of tier 1 has results.")
    if not short:
        return _("Without a difference these lots could prove the margin of every attribute of tier 1.")
    return _("Too few lots to prove the margin, even without a difference: {attributes}.").format(
        attributes=", ".join(attribute(known[one.code]) for one in short)
    )
