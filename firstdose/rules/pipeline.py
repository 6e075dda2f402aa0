"""How far programs come and where they wait: conversion, time in stage, ageing. Project rule R-02.

Conversion is advanced / (advanced + stopped), of *decided* programs only: those still in a stage have not
failed it. Under five decided only counts are said. Time in stage is the Kaplan-Meier median to advance, with
programs still in the stage censored at the report day and stopped ones at their exit.
"""

from typing import Any

import numpy as np
import pandas as pd

from firstdose.rules.proportion import Share
from firstdose.rules.survival import km_quantile
from firstdose.words import N_, _, either, ngettext

DAYS_PER_MONTH = 365.25 / 12  # calendar days, to set typical months beside days
STALE_FACTOR = 2  # times the typical high after which a stay was probably never closed in the data; ours

#: Short names for figures; the full ones stand in the reference table of stages.
_SHORT = {
    "S01": N_("Discovery"),
    "S02": N_("Proof of concept"),
    "S03": N_("Candidate"),
    "S04": N_("Process & transfer"),
    "S05": N_("Trial-enabling"),
    "S06": N_("First-in-human ready"),
    "S07": N_("Phase 1"),
    "S08": N_("Pivotal trial"),
    "S09": N_("Application"),
    "S10": N_("Launch"),
    "S11": N_("Long-term follow-up"),
}


def stage_label(code: str, name: str, name_ja: str | None) -> str:
    """The short name of a stage in the reader's language; its full name when we have no short one."""
    return _(_SHORT[code]) if code in _SHORT else either(name, name_ja)


def conversions(funnel: pd.DataFrame) -> pd.DataFrame:
    """Say for each stage how many decided programs went on.

    Takes ``queries.pipeline.stage_funnel``; the frame given is left as it was. Adds decided (int),
    conversion_all, conversion_resolved, conversion_low, conversion_high, cumulative (0..1 or none; the
    interval is Clopper-Pearson 95 %) and verdict (str). ``cumulative`` is the product of conversion_resolved
    from the first stage on, none from the first none on.
    """
    decided = funnel["advanced"] + funnel["stopped"]
    shares = [Share(int(k), int(n)) for k, n in zip(funnel["advanced"], decided, strict=True)]
    resolved = pd.Series([share.value for share in shares], index=funnel.index, dtype="float64")
    intervals = [share.interval if share.n else (None, None) for share in shares]
    return funnel.assign(
        decided=decided,
        conversion_all=funnel["advanced"] / funnel["entered"].where(funnel["entered"] > 0),
        conversion_resolved=resolved,
        conversion_low=pd.Series([low for low, _high in intervals], index=funnel.index, dtype="float64"),
        conversion_high=pd.Series([high for _low, high in intervals], index=funnel.index, dtype="float64"),
        cumulative=resolved.cumprod(skipna=False),
        verdict=pd.Series([_verdict(share) for share in shares], index=funnel.index, dtype="str"),
    )


def _verdict(share: Share) -> str:
    """Conversion in words: counts, and the percentage only when there are enough."""
    if not share.n:
        return _("none decided yet")
    said = _("{k} of {n} decided went on").format(k=share.k, n=share.n)
    rate = share.percent() if share.enough else _("too few for a rate")
    return f"{said} · {rate}"


def stage_times(funnel: pd.DataFrame, stays: pd.DataFrame) -> pd.DataFrame:
    """Time in each stage, all stages in order, with open stays censored at the report day.

    Takes the frames of ``queries.pipeline``. Columns: stage_code, stage_name, stage_name_ja, stage_order,
    completed, stopped, still_open (stays), median_days (of advanced stays; mean of the two middle ones),
    km_median_days (none when not reached), longest_open_days, typical_low_days, typical_mid_days,
    typical_high_days (planning estimates of the reference table).
    """
    by_stage: dict[Any, pd.DataFrame] = dict(list(stays.groupby("stage_code")))
    nobody = stays.iloc[:0]
    found = [_times(by_stage.get(code, nobody)) for code in funnel["stage_code"]]
    times = pd.DataFrame(
        found, index=funnel.index, columns=["median_days", "km_median_days", "longest_open_days"]
    ).astype("float64")
    named = funnel[["stage_code", "stage_name", "stage_name_ja", "stage_order"]]
    typical = {
        f"typical_{which}_days": (funnel[f"typical_{which}_months"] * DAYS_PER_MONTH).round().astype(int)
        for which in ("low", "mid", "high")
    }
    counts = {
        "completed": funnel["advanced"],
        "stopped": funnel["stopped"],
        "still_open": funnel["still_open"],
    }
    joined = pd.concat([named.assign(**counts), times], axis=1).assign(**typical)
    joined.attrs = dict(stays.attrs)
    return joined


def _times(rows: pd.DataFrame) -> tuple[float | None, float | None, float | None]:
    """Median of completed stays, Kaplan-Meier median, longest open stay: days or none."""
    if rows.empty:
        return None, None, None
    days, advanced = rows["days"].to_numpy(dtype=float), (rows["outcome"] == "advanced").to_numpy()
    still = days[(rows["outcome"] == "open").to_numpy()]
    median = float(np.median(days[advanced])) if advanced.any() else None
    return median, km_quantile(days.tolist(), advanced.tolist()), float(still.max()) if still.size else None


def stay_mark(days: int, high_days: int) -> str:
    """Judge an open stay: in progress, at risk past the typical high, stale past twice that.

    Exactly the typical high is still in progress, exactly twice it still at risk. The typical high is a
    planning estimate of the reference table; both limits are our convention.
    """
    if days > STALE_FACTOR * high_days:
        return "stale"
    return "at risk" if days > high_days else "in progress"


def ageing(stays: pd.DataFrame) -> pd.DataFrame:
    """Open stays, the one longest over its typical time first.

    Takes ``queries.pipeline.stays``. Adds typical_high_days (int), over_days (int, negative while within),
    share_of_high (1 = the typical high), mark (str, a status) and why (str).
    """
    still = stays[stays["outcome"] == "open"]
    high = (still["typical_high_months"] * DAYS_PER_MONTH).round().astype(int)
    marks = [stay_mark(int(day), int(top)) for day, top in zip(still["days"], high, strict=True)]
    aged = still.assign(
        typical_high_days=high,
        over_days=still["days"] - high,
        share_of_high=(still["days"] / high).round(2),
        mark=pd.Series(marks, index=still.index, dtype="str"),
        why=pd.Series(
            [_why(int(day), int(top)) for day, top in zip(still["days"], high, strict=True)],
            index=still.index,
            dtype="str",
        ),
    )
    return aged.sort_values(["share_of_high", "program_id"], ascending=[False, True], ignore_index=True)


def _why(days: int, high: int) -> str:
    if days > STALE_FACTOR * high:
        return _("more than twice the typical high: was it left without being recorded?")
    if days > high:
        over = days - high
        return ngettext("{n} day over the typical high", "{n} days over the typical high", over).format(
            n=over
        )
    return ngettext(
        "{n} day within the typical high", "{n} days within the typical high", high - days
    ).format(n=high - days)
