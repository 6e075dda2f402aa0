"""Whether a method gives the same at the receiving laboratory: the lots that both tested, compared in pairs.

Project rule R-13. The difference is receiving minus sending, in the unit of the attribute; its 90 % interval
is held against the margin of the transfer, else against the standard deviations that the attribute asks
(``margin_sd``) of the sending results. Lots are compared in one sample, the one nearest to release. Results
at a limit of quantification are no numbers and are left out; where they are more than a quarter nothing is
demonstrated. Lots of one donor count once. A waiver and a revalidation compare nothing.
"""

from typing import TYPE_CHECKING, Any

import pandas as pd

from firstdose.rules.control_chart import MOST_CENSORED
from firstdose.rules.equivalence import FEWEST, group, margin, one_per_donor, tost_paired
from firstdose.rules.readiness import NOT_APPLICABLE

if TYPE_CHECKING:
    from firstdose.rules.run_rules import Numbers

#: Approaches of a method transfer in which both laboratories test the same lots.
COMPARED = ("comparative testing", "co-validation")


def methods(transfers: pd.DataFrame, measured: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """One row per transfer of a method, in their order. Takes ``transfers``, ``methods``, ``pairs``.

    The frames are those of ``queries.transfer``. Adds to the transfer unit, data_type, margin_sd, bound_by
    (margin, margin_sd or none), limit (the margin in the unit, or nan), n (independent lots that both
    tested), left_out (pairs at a limit of quantification), diff, ci_low, ci_high, smallest (the margin these
    lots could prove; nan when unknown), verdict (of ``equivalence`` or not applicable) and why (waived,
    validated anew, no numbers, no margin, few, bounds, wide, inside, outside).
    """
    own = transfers[transfers["kind"] == "analytical method"].merge(measured, "left", "transfer_id")
    parts = {str(name): part for name, part in pairs.groupby("transfer_id", sort=False)}
    judged = [_judged(row, parts.get(row["transfer_id"], pairs.head(0))) for row in own.to_dict("records")]
    columns = [
        "bound_by",
        "limit",
        "n",
        "left_out",
        "diff",
        "ci_low",
        "ci_high",
        "smallest",
        "verdict",
        "why",
    ]
    found = own.join(pd.DataFrame(judged, columns=columns))
    found.attrs = dict(pairs.attrs)
    return found


def _judged(row: dict[Any, Any], pairs: pd.DataFrame) -> dict[str, Any]:
    numbers = pairs[~pairs["is_bound"].astype(bool)] if len(pairs) else pairs
    receiving, sending = _values(numbers, "receiving_value"), _values(numbers, "sending_value")
    bound_by, limit = _limit(row, sending)
    test = tost_paired(receiving, sending, -limit, limit)
    found = {
        "bound_by": bound_by,
        "limit": limit,
        "n": len(sending),
        "left_out": len(pairs) - len(numbers),
        "diff": test.diff,
        "ci_low": test.ci_low,
        "ci_high": test.ci_high,
        "smallest": test.smallest_margin,
    }
    if isinstance(row["approach"], str) and row["approach"] not in COMPARED:
        why = "waived" if row["approach"] == "waiver" else "validated anew"
        return found | {"verdict": NOT_APPLICABLE, "why": why}
    if row["data_type"] == "pass/fail":
        return found | {"verdict": "not demonstrated", "why": "no numbers"}
    if len(sending) < FEWEST:
        return found | {"verdict": "not demonstrated", "why": "few"}
    if len(pairs) - len(numbers) > MOST_CENSORED * len(pairs):
        return found | {"verdict": "not demonstrated", "why": "bounds"}
    if bound_by is None:
        return found | {"verdict": "not demonstrated", "why": "no margin"}
    why = {"equivalent": "inside", "not equivalent": "outside", "not demonstrated": "wide"}[test.verdict]
    return found | {"verdict": test.verdict, "why": why}


def _values(numbers: pd.DataFrame, name: str) -> "Numbers":
    values = numbers[name].to_numpy(dtype=float)
    return one_per_donor(values, numbers["donor_id"].tolist()) if len(values) else values


def _limit(row: dict[Any, Any], sending: "Numbers") -> tuple[str | None, float]:
    if not pd.isna(row["margin"]):
        return "margin", float(row["margin"])
    if pd.isna(row["margin_sd"]) or len(sending) < FEWEST:
        return (None if pd.isna(row["margin_sd"]) else "margin_sd"), float("nan")
    return "margin_sd", margin(group(sending), float(row["margin_sd"]))
