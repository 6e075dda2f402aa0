"""The ladder of runs at a site, from development to clinical lots, and when its next rung is reached.

Project rule R-13. A lot *passed* when it was released, *failed* when it was released out of specification or
rejected, and was *aborted* when it was terminated. The next rung is reached once as many lots in a row passed
as ``targets`` asks (run ladder successes): the target of the program at the site goes before that of the
program, of the site, and of all. Pending lots neither count nor break the row.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from firstdose.rules.batches import OUT_OF_SPECIFICATION, metrics

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


def needed(rungs: pd.DataFrame, program: str, partner: str) -> int | None:
    """How many passed runs in a row the targets ask of a program at a site; none when they ask nothing."""
    for own in ((program, partner), (program, None), (None, partner), (None, None)):
        for row in rungs.to_dict("records"):
            said = tuple(None if pd.isna(row[name]) else row[name] for name in ("program_id", "partner_id"))
            if said == own:
                return int(row["runs_needed"])
    return None


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
    found: list[dict[str, Any]] = []
    keys = ["program_id", "partner_id", "material"]
    for (program, partner, material), part in ordered.groupby(keys, sort=True):
        asked = needed(rungs, str(program), str(partner))
        for at, (rung, own) in enumerate((name, part[part["purpose"] == name]) for name in RUNGS):
            if own.empty:
                continue
            runs = own["disposition"].map(RUNS).tolist()
            share = metrics(own).shares["right_first_time"]
            row, last = longest_row(runs), at == len(RUNGS) - 1
            found.append(
                {
                    "program_id": program,
                    "partner_id": partner,
                    "partner_name": own["partner_name"].iloc[0],
                    "partner_name_ja": own["partner_name_ja"].iloc[0],
                    "material": material,
                    "purpose": rung,
                    **{name: runs.count(name) for name in ("passed", "failed", "aborted", "pending")},
                    "k": share.k,
                    "n": share.n,
                    "in_a_row": row,
                    "runs_needed": asked,
                    "next_rung": None if last else RUNGS[at + 1],
                    "is_reached": None if last or asked is None else row >= asked,
                    "begun": 0 if last else int((part["purpose"] == RUNGS[at + 1]).sum()),
                }
            )
    columns = [*keys, "partner_name", "partner_name_ja", "purpose", "passed", "failed", "aborted", "pending"]
    columns += ["k", "n", "in_a_row", "runs_needed", "next_rung", "is_reached", "begun"]
    frame = pd.DataFrame(found, columns=columns)
    frame.attrs = dict(lots.attrs)
    return frame
