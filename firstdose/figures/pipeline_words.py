"""The pipeline in words: the table of open stays."""

import pandas as pd

from firstdose.figures import theme
from firstdose.figures.pipeline import stage_labels
from firstdose.words import _, either


def ageing_columns() -> dict[str, str]:
    """The columns of the ageing list with their labels, in order."""
    return {
        "state": _("State"),
        "program": _("Program"),
        "stage": _("Stage"),
        "entered": _("Entered"),
        "days": _("Days"),
        "typical_high_days": _("Typical high, days"),
        "why": _("Why"),
    }


def ageing(aged: pd.DataFrame) -> pd.DataFrame:
    """The ageing list as it is shown: marks with their words, names in the reader's language.

    Takes ``rules.pipeline.ageing``. Adds state, program, stage (str) and entered (date).
    """
    shown = aged.assign(
        state=[f"{theme.symbol(mark)} {theme.word(mark)}" for mark in aged["mark"]],
        program=[
            f"{one} {either(name, name_ja)}"
            for one, name, name_ja in zip(
                aged["program_id"], aged["program_name"], aged["program_name_ja"], strict=True
            )
        ],
        stage=[f"{code} {label}" for code, label in zip(aged["stage_code"], stage_labels(aged), strict=True)],
        entered=pd.to_datetime(aged["entered_on"]).dt.date,
    )
    shown.attrs = dict(aged.attrs)
    return shown
