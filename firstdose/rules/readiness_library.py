"""Which requirements of the library apply to a program, and the items it does not have yet.

A requirement applies to all, or by what ``programs`` says of the program: *autologous* by its modality,
*viral* and *integrating vector* by a lentiviral or gammaretroviral vector, *non-viral or edited* by an edited
gene or a non-viral or mRNA vector, *target-selected trials* by ``target_selected``.
"""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from firstdose.contracts import contracts

_VIRAL = ("lentiviral", "gammaretroviral")
_NOT_VIRAL = ("non-viral", "mRNA")
_LONGEST_PROGRAM = 48  # characters of the program in an item id, which holds 64
EVIDENCE_EXPECTED = 1  # documents a new item asks for until its owner says more; our convention
#: What is told of a requirement; jurisdictions that differ in any of it ask for something else.
_TOLD = (
    *("requirement_code", "area", "title", "title_ja", "gate", "blocks", "lead_days", "applies_to"),
    *("source_name", "source_ref", "source_url", "confidence"),
)


def applies(library: pd.DataFrame) -> "pd.Series[bool]":
    """Whether each requirement of ``queries.readiness.library`` applies to the program of its row."""
    viral = library["vector"].isin(_VIRAL)
    edited = library["gene_edited"].fillna(value=False).astype(bool)
    conditions = {
        "autologous": library["modality"].fillna("").astype(str).str.startswith("autologous"),
        "viral": viral,
        "integrating vector": viral,
        "non-viral or edited": edited | library["vector"].isin(_NOT_VIRAL),
        "target-selected trials": library["target_selected"].fillna(value=False).astype(bool),
    }
    to = library["applies_to"]
    found = np.select([to == name for name in conditions], list(conditions.values()), default=True)
    return pd.Series(found.astype(bool), index=library.index)


def planned(library: pd.DataFrame) -> "np.ndarray[Any, Any]":
    """Whether the program of each row files in the jurisdiction of the row."""
    plans = library["jurisdictions"].astype(str)
    places = {plan: plan.split(";") for plan in plans.unique()}
    found = np.zeros(len(library), dtype=bool)
    for where in library["jurisdiction"].unique():
        there = plans.isin([plan for plan, names in places.items() if where in names])
        found |= (there & library["jurisdiction"].eq(where)).to_numpy()
    return found


def missing(library: pd.DataFrame) -> pd.DataFrame:
    """The requirements that apply to a program and for which it has no item, in the library's order."""
    found = library[applies(library) & library["item_id"].isna()].reset_index(drop=True)
    found.attrs = dict(library.attrs)
    return found


def new_items(library: pd.DataFrame, as_of: date, taken: frozenset[str] = frozenset()) -> pd.DataFrame:
    """Rows of ``readiness_items`` for what is missing, in the columns of its contract; nothing comes twice.

    Each is not started, owned by the program's lead until somebody says otherwise, updated on the report
    day. ``taken`` are item ids in use: a new one that equals one of them gets ``-new`` behind it.
    """
    wanted = missing(library)
    program = wanted["program_id"].astype(str).str[:_LONGEST_PROGRAM]
    ids = program + "-" + wanted["jurisdiction"].astype(str) + "-" + wanted["requirement_code"].astype(str)
    rows: dict[str, Any] = {
        "item_id": [f"{name}-new" if name in taken else name for name in ids.tolist()],
        "gate": wanted["gate"].map({True: "true", False: "false"}),
        "status": "not started",
        "owner_partner": wanted["lead_partner"],
        "evidence_expected": EVIDENCE_EXPECTED,
        "updated_on": as_of.isoformat(),
    }
    copied = ("program_id", "requirement_code", "jurisdiction", "area", "title", "title_ja", "blocks")
    rows |= {name: wanted[name] for name in copied}
    columns = [column.name for column in contracts()["readiness_items"].columns]
    made = pd.DataFrame(rows, index=wanted.index).reindex(columns=columns)
    made.attrs = dict(library.attrs)
    return made


def elsewhere(library: pd.DataFrame) -> pd.DataFrame:
    """What other jurisdictions would ask of a program that no list of it collects yet.

    The requirements that apply in a jurisdiction for which the program has no item of that code anywhere, one
    row per program, code and what is told of it; asked_in (str, such as ``EU, US``) says where all of that is
    the same, in place of jurisdiction. Jurisdictions where the program is planned already are left out: their
    own checklist tells what is missing.
    """
    asked = library[library["held_in"].isna().to_numpy() & ~planned(library) & applies(library)]
    pair = ["requirement_code", "jurisdiction"]
    told = asked.drop_duplicates(pair)  # the library says the same of every program: compared once
    told = told[pair].assign(same=told.groupby(list(_TOLD), dropna=False, sort=False).ngroup())
    asked = asked.merge(told, how="left", on=pair)
    keys = ["program_id", "same"]
    found: pd.DataFrame = asked.drop_duplicates(keys).assign(asked_in=_asked_in(asked, keys))
    order = ["gate", "program_id", "requirement_code", "asked_in"]
    found = found.sort_values(order, ascending=[False, True, True, True], ignore_index=True)
    found = found.drop(columns=["same", "jurisdiction"])
    found.attrs = dict(library.attrs)
    return found


def _asked_in(asked: pd.DataFrame, keys: list[str]) -> list[str]:
    """The jurisdictions of all rows with the same keys, in the order of the first of each."""
    one, other = (pd.factorize(asked[key]) for key in keys)
    group = pd.factorize(one[0] * max(len(other[1]), 1) + other[0])[0]
    where, names = pd.factorize(asked["jurisdiction"], sort=True)
    held = np.zeros((int(group.max(initial=-1)) + 1, len(names)), dtype=bool)
    held[group, where] = True
    said = {line: ", ".join(np.asarray(names)[list(line)]) for line in set(map(tuple, held))}
    return [said[tuple(line)] for line in held]
