"""What every column of a table means, in the reader's language."""

import pandas as pd

from firstdose.contracts.contract import Kind, contracts
from firstdose.contracts.template import refers_to
from firstdose.words import N_, _

_KINDS: dict[Kind, str] = {
    "id": N_("ID"),
    "text": N_("Text"),
    "enum": N_("One of a list"),
    "enum list": N_("Some of a list"),
    "bool": N_("True or false"),
    "date": N_("Date"),
    "int": N_("Whole number"),
    "number": N_("Number"),
    "url": N_("Address"),
}
_MOST_SHOWN = 12


def dictionary(name: str) -> pd.DataFrame:
    """One row per column of a table; the headings are words of the reader's language.

    ``KeyError`` for a table that has no contract.
    """
    contract = contracts()[name]
    rows = [
        {
            _("Column"): column.name,
            _("Label"): column.label,
            _("Kind"): _(_KINDS[column.kind]),
            _("Needed"): _("key") if column.name in contract.key else _("yes") if column.required else "",
            _("Allowed"): ", ".join(column.allowed[:_MOST_SHOWN])
            + (" …" if len(column.allowed) > _MOST_SHOWN else ""),
            _("Unit"): column.unit,
            _("Refers to"): refers_to(contract, column.name),
            _("Meaning"): column.meaning,
        }
        for column in contract.columns
    ]
    return pd.DataFrame(rows)
