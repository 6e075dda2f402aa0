"""What past data versions forecast for each milestone, and how often their P80 held. Project rule R-08.

Every version is forecast anew by the rule of today (``forecast.outlook``), on its own plan and report day. A
past one has ``PAST_RUNS`` runs: 95 times of 100 its P80 is then one between P78 and P82 of endless runs.
Versions of one milestone depend on each other, so the interval counts the first forecast of each alone.
"""

from collections.abc import Iterable
from datetime import date

import pandas as pd

from firstdose.rules.back_test import BackTest, judged
from firstdose.rules.proportion import Share
from firstdose.words import _, ngettext

Told = tuple[int, date, pd.DataFrame]

#: Runs of a version that is past: the first of those that it would have had; our convention.
PAST_RUNS = 2000
MOST_VERSIONS = 30  # newest versions told; our convention, as for the history of readiness


def history(told: Iterable[Told]) -> pd.DataFrame:
    """The forecasts of several versions (version, report day, milestones of an outlook) below each other.

    One row per version and milestone that was ahead. Columns: those that all milestones have, version (int),
    as_of (date).
    """
    parts = [frame.assign(version=version, as_of=pd.Timestamp(as_of)) for version, as_of, frame in told]
    whole = pd.concat([part for part in parts if len(part)] or parts[:1], join="inner", ignore_index=True)
    whole.attrs = dict(parts[-1].attrs) if parts else {}
    return whole.sort_values(["as_of", "version", "task_id"], kind="stable", ignore_index=True)


def calibration(past: pd.DataFrame, milestones: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """How the P80 of past versions held, one row a milestone that any of them forecast.

    ``past``: ``history`` of the versions before; ``milestones`` as they stand now (task_id, actual_finish).
    Adds forecasts, held, failed, undecided (int), first_p80 (date) and first (held, failed or open).
    """
    rows = []
    for row in milestones.to_dict("records"):
        own = past[past["task_id"] == row["task_id"]]
        if own.empty:
            continue
        came = row["actual_finish"].date() if pd.notna(row["actual_finish"]) else None
        said = [day.date() for day in own["p80"]]
        every, first = judged(said, came, as_of), judged(said[:1], came, as_of)
        rows.append(
            row
            | {"forecasts": len(said), "held": every.held, "failed": every.failed}
            | {"undecided": every.undecided, "first_p80": own["p80"].iloc[0], "first": _verdict(first)}
        )
    added = ["forecasts", "held", "failed", "undecided", "first_p80", "first"]
    frame = pd.DataFrame(rows, columns=[*milestones.columns, *added])
    frame.attrs = dict(milestones.attrs)
    return frame


def _verdict(one: BackTest) -> str:
    return "held" if one.held else "failed" if one.failed else "open"


def told_in_words(versions: int, older: int) -> str:
    """How many versions the history tells, how they were forecast, and how many older ones it leaves out."""
    said = ngettext(
        "{n} data version, each forecast anew: the one shown with 10,000 runs, past ones with {runs}.",
        "{n} data versions, each forecast anew: the one shown with 10,000 runs, past ones with {runs}.",
        versions,
    ).format(n=versions, runs=f"{PAST_RUNS:,}")
    if not older:
        return said
    left = ngettext("{n} older data version is left out.", "{n} older data versions are left out.", older)
    return f"{said} {left.format(n=older)}"


def first_held(calibrated: pd.DataFrame) -> Share:
    """Milestones that came by the P80 of their first forecast, of those that can be judged."""
    decided = calibrated["first"].isin(["held", "failed"])
    return Share(int((calibrated["first"] == "held").sum()), int(decided.sum()))


def in_words(calibrated: pd.DataFrame) -> str:
    """How the P80 held, with its exact interval or that there are too few to say."""
    share = first_held(calibrated)
    if not share.n:
        return _("No past forecast of these milestones can be judged yet.")
    said = ngettext(
        "First forecasts: the P80 held for {k} of {n} milestone that can be judged: {share}.",
        "First forecasts: the P80 held for {k} of {n} milestones that can be judged: {share}.",
        share.n,
    ).format(k=share.k, n=share.n, share=share.percent())
    why = _(
        "A good P80 holds in 80 %; the interval is exact (Clopper-Pearson, 95 %). Later forecasts of the "
        "same milestone are counted in the table alone, for they depend on each other."
    )
    return f"{said} {why}"
