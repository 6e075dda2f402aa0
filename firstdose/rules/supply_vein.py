"""Vein to vein: how long patients wait from collection to infusion, part by part, and who waits still.

Project rule R-14. A case is one patient: a failed lot and its repeats count from the first collection on.
Cases that still run are censored at the report day; who withdraws, dies or becomes ineligible before the
infusion leaves by a competing event. Percentiles are of finished cases (linear, type 7).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from firstdose.rules.proportion import Share
from firstdose.rules.survival import incidence, km_curve, km_quantile, survival_interval
from firstdose.rules.timeline import in_language
from firstdose.words import N_, _, say_number

PERCENTILES = (10, 25, 50, 75, 90)
GROUPS = ("all", "site", "program", "month")
DROP_OUTS = ("withdrawn", "died", "ineligible")
#: Parts in order: id, its first and its last day. What a repeat cost stands before the last collection.
PARTS = (
    ("repeat", "begun_on", "collected_on"),
    ("transport", "collected_on", "received_on"),
    ("slot", "received_on", "started_on"),
    ("making", "started_on", "harvested_on"),
    ("testing", "harvested_on", "released_on"),
    ("shipping", "released_on", "shipped_on"),
    ("infusion", "shipped_on", "infused_on"),
)
_PART_NAMES = {
    "repeat": N_("Failed attempts before"),
    "transport": N_("Collection to receipt"),
    "slot": N_("Receipt to start"),
    "making": N_("Start to harvest"),
    "testing": N_("Harvest to release"),
    "shipping": N_("Release to shipping"),
    "infusion": N_("Shipping to infusion"),
    "total": N_("Collection to infusion"),
}


def part_name(part: str) -> str:
    """A part of the way in the reader's language."""
    return _(_PART_NAMES[part])


def judged(cases: pd.DataFrame, as_of: date, target: float | None = None) -> pd.DataFrame:
    """The cases with how they ended and how long they took; ``target`` of the reader before the data's.

    Takes ``queries.supply.cases``; adds end (infused, withdrawn, died, ineligible; empty while it runs), days
    (float) and at (the part it stands in, empty when ended). Cases without a day of collection, or that end
    before it, cannot be counted: ``attrs["left_out"]`` says how many.
    """
    day = pd.Timestamp(as_of)
    infused = cases["infused_on"].notna()
    end = pd.Series(np.where(infused, "infused", cases["dropped_out"].fillna("")), index=cases.index)
    last = cases["infused_on"].fillna(cases["dropped_on"]).fillna(day)
    days = (last - cases["begun_on"]).dt.days.astype(float)
    found = cases.assign(end=end.astype("str"), days=days, at=_standing(cases, end))
    if target is not None:
        found["target_days"] = float(target)
    kept = found[days.notna() & (days >= 0)].reset_index(drop=True)
    kept.attrs = {**cases.attrs, "left_out": len(found) - len(kept)}
    return kept


def _standing(cases: pd.DataFrame, end: "pd.Series[Any]") -> list[str]:
    """The part after the last day that is known; a failed lot waits for its repeat."""
    ways = PARTS[1:]
    found = []
    for row, ended in zip(cases.to_dict("records"), end, strict=True):
        done = [at for at, (_part, _first, last) in enumerate(ways) if not pd.isna(row[last])]
        at = ways[min(max(done, default=-1) + 1, len(ways) - 1)][0]
        found.append("" if ended else "repeat" if row["failed"] else at)
    return found


@dataclass(frozen=True, slots=True)
class Group:
    """One group of cases: how many of each kind, percentiles of the finished, Kaplan-Meier median, share."""

    label: str
    cases: int
    infused: int
    running: int
    dropped: int
    percentiles: tuple[float | None, ...]
    median: float | None
    above: Share
    past: int  # running cases that are past their target already


def group(label: str, cases: pd.DataFrame) -> Group:
    """What is said of a group of judged cases."""
    done = cases["end"] == "infused"
    finished = cases.loc[done, "days"].to_numpy(dtype=float)
    known = done & cases["target_days"].notna()
    late = cases["days"] > cases["target_days"]
    return Group(
        label,
        len(cases),
        int(done.sum()),
        int((cases["end"] == "").sum()),
        int(cases["end"].isin(DROP_OUTS).sum()),
        tuple(float(np.percentile(finished, p)) if len(finished) else None for p in PERCENTILES),
        km_quantile(cases["days"].tolist(), done.tolist()),
        Share(int((known & late).sum()), int(known.sum())),
        int(((cases["end"] == "") & late).sum()),
    )


def grouped(cases: pd.DataFrame, by: str) -> dict[str, pd.DataFrame]:
    """The judged cases by ``site``, ``program`` or ``month`` of collection, by name; else all of them as one.

    Sites and programs by number of cases, months the newest first.
    """
    if by == "site":
        labels = in_language(cases, "partner_name")
    elif by == "program":
        labels = cases["program_id"] + " · " + in_language(cases, "program_name")
    elif by == "month":
        labels = cases["begun_on"].dt.strftime("%Y-%m")
    else:
        return {_("All cases"): cases}
    parts = {str(name): part for name, part in cases.groupby(labels, sort=True)}
    if by == "month":
        return dict(reversed(parts.items()))
    return dict(sorted(parts.items(), key=lambda one: -len(one[1])))


def curves(groups: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Kaplan-Meier of each group: the share infused by each day if nobody dropped out.

    Columns: label (str), days, at_risk, events (int), share, low, high (0..1, 95 %, log-minus-log).
    """
    parts = []
    for label, cases in groups.items():
        curve = km_curve(cases["days"].tolist(), (cases["end"] == "infused").tolist())
        low, high = survival_interval(curve)
        parts.append(
            pd.DataFrame(
                {
                    "label": label,
                    "days": curve["time"],
                    "at_risk": curve["at_risk"],
                    "events": curve["events"],
                    "share": 1 - curve["survival"],
                    "low": 1 - high,
                    "high": 1 - low,
                }
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def ends(cases: pd.DataFrame) -> pd.DataFrame:
    """The share of all cases that was infused, or dropped out and how, by each day (Aalen-Johansen).

    Columns: days, at_risk, infused, withdrawn, died, ineligible, running (0..1, together 1).
    """
    found = incidence(cases["days"].tolist(), cases["end"].tolist()).rename(columns={"time": "days"})
    kinds = ("infused", *DROP_OUTS)
    for kind in kinds:
        if kind not in found:
            found[kind] = 0.0
    found["running"] = (1 - found[list(kinds)].sum(axis=1)).clip(lower=0)
    found = found[["days", "at_risk", *kinds, "running"]]
    found.attrs = dict(cases.attrs)
    return found


def parts(cases: pd.DataFrame) -> pd.DataFrame:
    """How long each part of the way took, of infused cases whose days are all known; the last row is all.

    Columns: part, n (int), mean, median, p10, p25, p75, p90 (days). Means add up to the mean of the whole;
    medians do not. Without any repeat that part is left out.
    """
    days = sorted({day for _part, first, last in PARTS for day in (first, last)})
    done = cases[(cases["end"] == "infused") & cases[days].notna().all(axis=1)]
    rows = []
    for part, first, last in (*PARTS, ("total", "begun_on", "infused_on")):
        took = (done[last] - done[first]).dt.days.to_numpy(dtype=float)
        if part == "repeat" and not took.any():
            continue
        told = [float(np.percentile(took, p)) if len(took) else np.nan for p in (50, 10, 25, 75, 90)]
        rows.append((part, len(took), float(took.mean()) if len(took) else np.nan, *told))
    found = pd.DataFrame(rows, columns=["part", "n", "mean", "median", "p10", "p25", "p75", "p90"])
    found.attrs = {**cases.attrs, "left_out": int((cases["end"] == "infused").sum()) - len(done)}
    return found


def waiting(cases: pd.DataFrame) -> pd.DataFrame:
    """Running cases, the oldest first, with mark: late past the target, at risk from three quarters on.

    Three quarters of the target is our convention; without a target a case is in progress.
    """
    running = cases[cases["end"] == ""].sort_values(["days", "batch_id"], ascending=[False, True])
    used = running["days"] / running["target_days"]
    marks = np.select([used > 1, used >= 0.75], ["late", "at risk"], "in progress")
    found = running.assign(mark=marks).reset_index(drop=True)
    found.attrs = dict(cases.attrs)
    return found


def share_in_words(one: Group, target: float | None) -> str:
    """How many took longer than the target, and how many that run are past it already."""
    said = _("finished, above {target} · {share}").format(
        target=_("their target") if target is None else _("{n} d").format(n=say_number(target)),
        share=one.above.percent(),
    )
    return said + (" · " + _("{n} running already past it").format(n=one.past) if one.past else "")
