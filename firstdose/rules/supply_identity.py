"""The chain of identity: which dates and links of a patient's lot are missing or contradict each other.

Project rule R-18. A date is owed once a later one, the disposition or the outcome says that it happened. A
donor is a pseudonym; nothing here names a person.
"""

from typing import Any

import pandas as pd

from firstdose.rules.proportion import Share
from firstdose.words import N_, _

Row = dict[Any, Any]
_GAPS = {
    "donor": N_("no donor pseudonym"),
    "vector": N_("no vector lot"),
    "vector unknown": N_("vector lot {other} is not in the data"),
    "not a vector": N_("{other} is no vector lot"),
    "vector of another program": N_("vector lot {other} belongs to another program"),
    "vector failed": N_("vector lot {other} was rejected or terminated"),
    "vector not released": N_("vector lot {other} was not released before the start"),
    "collected": N_("no day of collection"),
    "received": N_("no day of receipt"),
    "harvested": N_("released without a day of harvest"),
    "released": N_("released without a day of release"),
    "shipped": N_("infused without a day of shipping"),
    "infused": N_("patient infused, but no day of infusion"),
    "outcome": N_("no outcome of the patient"),
    "outcome contradicts": N_("a day of infusion, but the outcome says otherwise"),
    "infused although failed": N_("infused although the lot was not released"),
    "repeat": N_("a repeat that names no failed lot"),
    "repeat of another donor": N_("repeats lot {other} of another donor"),
    "repeat of a good lot": N_("repeats lot {other}, which did not fail"),
    "repeat of a later lot": N_("repeats lot {other}, which began later"),
    "donor elsewhere": N_("the donor also stands with lot {other} of another program"),
}
_RELEASED = ("released", "released out of specification")
_FAILED = ("rejected", "terminated")


def gap_name(gap: str, other: str) -> str:
    """What is missing or wrong, in the reader's language."""
    return _(_GAPS[gap]).format(other=other)


def gaps(lots: pd.DataFrame) -> pd.DataFrame:
    """Every gap of every lot, one row each, in the order of the lots; takes ``queries.supply.identity``.

    Adds to the columns of the lot gap (``gap_name``) and other (the lot it concerns; empty for none).
    """
    rows = [
        {**row, "gap": gap, "other": other}
        for row in lots.to_dict("records")
        for gap, other in (*_links(row), *_dates(row))
    ]
    found = pd.DataFrame(rows, columns=[*lots.columns, "gap", "other"])
    found.attrs = dict(lots.attrs)
    return found


def _links(row: Row) -> list[tuple[str, str]]:
    found = [] if _known(row["donor_id"]) else [("donor", "")]
    vector = _known(row["vector_batch_id"])
    if not vector:
        found.append(("vector", ""))
    elif not _known(row["vector_material"]):
        found.append(("vector unknown", vector))
    elif row["vector_material"] != "vector":
        found.append(("not a vector", vector))
    else:
        if row["vector_program_id"] != row["program_id"]:
            found.append(("vector of another program", vector))
        if row["vector_disposition"] in _FAILED:
            found.append(("vector failed", vector))
        elif pd.isna(row["vector_released_on"]) or row["vector_released_on"] > row["started_on"]:
            found.append(("vector not released", vector))
    failed = _known(row["replaces_batch_id"])
    if row["is_remanufacture"] and not failed:
        found.append(("repeat", ""))
    if failed:
        if _known(row["replaced_donor_id"]) != _known(row["donor_id"]):
            found.append(("repeat of another donor", failed))
        if row["replaced_disposition"] not in _FAILED:
            found.append(("repeat of a good lot", failed))
        if row["replaced_started_on"] > row["started_on"]:
            found.append(("repeat of a later lot", failed))
    if other := _known(row["other_batch_id"]):
        found.append(("donor elsewhere", other))
    return found


def _dates(row: Row) -> list[tuple[str, str]]:
    """Dates that are owed: by a later date, by the disposition, by the outcome."""
    found = [name for name in ("collected", "received") if pd.isna(row[f"{name}_on"])]
    released = row["disposition"] in _RELEASED and bool(row["decided"])
    infused = not pd.isna(row["infused_on"])
    if released and pd.isna(row["harvested_on"]):
        found.append("harvested")
    if released and pd.isna(row["released_on"]):
        found.append("released")
    if infused and pd.isna(row["shipped_on"]):
        found.append("shipped")
    if infused and row["disposition"] not in _RELEASED:
        found.append("infused although failed")
    outcome = _known(row["patient_outcome"])
    if not outcome:
        found.append("outcome")
    elif outcome == "infused" and not infused:
        found.append("infused")
    elif infused and outcome != "infused":
        found.append("outcome contradicts")
    return [(name, "") for name in found]


def complete(lots: pd.DataFrame, found: pd.DataFrame) -> Share:
    """Lots without a gap, of all made for patients."""
    return Share(len(lots) - found["batch_id"].nunique(), len(lots))


def _known(value: object) -> str:
    return value if isinstance(value, str) else ""
