"""The ladder of runs at a site, from development to clinical lots, and when its next rung is reached.

Project rule R-13. A lot *passed* when it was released, *failed* when it was released out of specification or
rejected, and was *aborted* when it was terminated. The next rung is reached once as many lots in a row passed
as ``targets`` asks (run ladder successes): the target of the program at the site goes before that of the
program, of the site, and of all. Pending lots neither count nor break the row.
"""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from firstdose.rules.batches import OUT_OF_SPECIFICATION, right_first_time

RUNGS = ("development", "engineering", "qualification", "clinical")
#: What became of a lot, by its disposition.
RUNS = {
    "released": "passed",
    OUT_OF_SPECIFICATION: "failed",
    "rejected": "failed",
    "terminated": "aborted",
    "pending": "pending",
}
_MATERIAL = {"vector process": "vector", "cell process": "drug product"}


def longest_row(runs: Sequence[str]) -> int:
    """The most runs passed one after the other; pending ones are left out."""
    best = row = 0
    for run in runs:
        if run == "pending":
            continue
        row = row + 1 if run == "passed" else 0
        best = max(best, row)
    return best


def needed(rungs: pd.DataFrame) -> "Callable[[str, str], int | None]":
    """How many passed runs in a row the targets ask of a program at a site; none when they ask nothing."""
    asked = {
        tuple(None if pd.isna(row[name]) else row[name] for name in ("program_id", "partner_id")): row[
            "runs_needed"
        ]
        for row in rungs.to_dict("records")
    }

    def of(program: str, partner: str) -> int | None:
        for own in ((program, partner), (program, None), (None, partner), (None, None)):
            if own in asked:
                return int(asked[own])
        return None

    return of


def concerned(lots: pd.DataFrame, transfers: pd.DataFrame) -> pd.DataFrame:
    """The lots of the programs and sites of the transfers, of the materials that move.

    A process transfer concerns its own material; methods, quality and supply concern both.
    """
    wanted = {
        (row["program_id"], row[side], material)
        for row in transfers.to_dict("records")
        for side in ("sending_partner", "receiving_partner")
        for material in ([_MATERIAL[row["kind"]]] if row["kind"] in _MATERIAL else ["vector", "drug product"])
    }
    platform = {(site, material) for program, site, material in wanted if pd.isna(program)}
    kept = [
        (row["program_id"], row["partner_id"], row["material"]) in wanted
        or (row["partner_id"], row["material"]) in platform
        for row in lots[["program_id", "partner_id", "material"]].to_dict("records")
    ]
    found = lots[pd.Series(kept, index=lots.index, dtype=bool)].reset_index(drop=True)
    found.attrs = dict(lots.attrs)
    return found


def ladder(lots: pd.DataFrame, rungs: pd.DataFrame) -> pd.DataFrame:
    """The ladder: one row per program, site, material and rung on which lots were made, as a program runs.

    Takes ``queries.manufacturing.lots`` and ``queries.transfer.rungs``. Columns: program_id, partner_id,
    partner_name, partner_name_ja, material, purpose, passed, failed, aborted, pending (int), k, n (of right
    first time), in_a_row, runs_needed (int or none), next_rung (none on the last), is_reached (bool or none),
    begun (lots of the next rung, int). Commercial lots stand on no rung.
    """
    ordered = lots[lots["purpose"].isin(RUNGS)].sort_values(["started_on", "batch_id"], kind="stable")
    keys = ["program_id", "partner_id", "material", "purpose"]
    columns = [*keys, "partner_name", "partner_name_ja", "disposition"]
    made: dict[tuple[str, ...], list[dict[Any, Any]]] = {}
    for one in ordered[columns].assign(first_time=right_first_time(ordered)).to_dict("records"):
        made.setdefault(tuple(one[key] for key in keys), []).append(one)
    asked, of = needed(rungs), sorted({key[:3] for key in made})
    found = [
        _rung(made[*place, rung], asked(*place[:2]), len(made.get((*place, after or ""), ())), after)
        for place in of
        for rung, after in zip(RUNGS, (*RUNGS[1:], None), strict=True)
        if (*place, rung) in made
    ]
    columns = [*columns[:-1], "passed", "failed", "aborted", "pending", "k", "n", "in_a_row", "runs_needed"]
    frame = pd.DataFrame(found, columns=[*columns, "next_rung", "is_reached", "begun"])
    frame.attrs = dict(lots.attrs)
    return frame


def _rung(lots: list[dict[Any, Any]], asked: int | None, begun: int, after: str | None) -> dict[str, Any]:
    """One rung: what became of its lots, and whether the rung ``after`` it is reached."""
    runs = [RUNS[one["disposition"]] for one in lots]
    row = longest_row(runs)
    names = ("program_id", "partner_id", "material", "purpose", "partner_name", "partner_name_ja")
    return {
        **{name: lots[0][name] for name in names},
        **{name: runs.count(name) for name in ("passed", "failed", "aborted", "pending")},
        "k": sum(bool(one["first_time"]) for one in lots),
        "n": len(runs) - runs.count("pending"),
        "in_a_row": row,
        "runs_needed": asked,
        "next_rung": after,
        "is_reached": None if after is None or asked is None else row >= asked,
        "begun": begun,
    }
