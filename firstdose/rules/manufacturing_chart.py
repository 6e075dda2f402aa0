"""One attribute at one site, judged: control chart, signals, capability and tolerance by process version."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from firstdose.rules import control_chart
from firstdose.rules.capability import Capability, capability
from firstdose.rules.run_rules import DEFAULT, RULES
from firstdose.rules.tolerance import Interval, interval

MOST_LOTS = 1_600  # lots drawn: three marks each at most (value, range, signal) stay below 5,000 a figure
NO_RULE = "0"  # how a link says that no run rule is applied


@dataclass(frozen=True, slots=True)
class Picked:
    """An attribute and site to chart: its names and scale, and why there is none."""

    attribute: str
    site: str
    name: str
    name_ja: str
    unit: str
    scale: control_chart.Scale
    site_name: str
    site_name_ja: str


def rules_of(text: str) -> tuple[int, ...] | None:
    """The run rules that a link names as digits (``1235``); none when it names something else.

    Empty is the default set, ``0`` no rule.
    """
    if not text:
        return DEFAULT
    if text == NO_RULE:
        return ()
    known = {str(rule) for rule in RULES}
    return tuple(sorted({int(one) for one in text})) if set(text) <= known else None


def rules_text(rules: Sequence[int]) -> str:
    """How a link names run rules; empty for the default set."""
    chosen = tuple(sorted(rules))
    return "" if chosen == DEFAULT else "".join(map(str, chosen)) or NO_RULE


def pick(charts: pd.DataFrame, attribute: str, site: str) -> Picked | None:
    """The chart asked for, else the first; none when the filters do not let it through."""
    found = charts
    if attribute:
        found = found[found["attribute_code"] == attribute]
    if site:
        found = found[found["partner_id"] == site]
    if found.empty:
        return None
    row = found.iloc[0].to_dict()
    text = {name: value if isinstance(value, str) else "" for name, value in row.items()}
    return Picked(
        text["attribute_code"],
        text["partner_id"],
        text["name"],
        text["name_ja"],
        text["unit"],
        "log" if text["scale"] == "log" else "linear",
        text["partner_name"],
        text["partner_name_ja"],
    )


def baselines_of(rows: pd.DataFrame) -> list[control_chart.Baseline]:
    """The baselines as the chart takes them."""
    return [
        control_chart.Baseline(
            row["process_version"] if isinstance(row["process_version"], str) else None,
            pd.Timestamp(row["first_on"]),
            pd.Timestamp(row["last_on"]),
            str(row["set_by"]),
            row["reason"] if isinstance(row["reason"], str) else "",
        )
        for row in rows.to_dict("records")
    ]


@dataclass(frozen=True, slots=True)
class Specification:
    """The limits that capability is judged by; both none when there is no single pair.

    ``why_not``: empty, ``none`` (no specification) or ``several`` (they differ between programs).
    """

    lower: float | None
    upper: float | None
    phase: str = ""
    why_not: str = ""


def specification(limits: pd.DataFrame) -> Specification:
    """The one specification of the first phase that has any: clinical, commercial, development."""
    if limits.empty:
        return Specification(None, None, why_not="none")
    phase = str(limits["phase"].iloc[0])
    own = limits[limits["phase"] == phase]
    if len(own) > 1:
        return Specification(None, None, phase, "several")
    lower, upper = (
        None if pd.isna(own[name].iloc[0]) else float(own[name].iloc[0]) for name in ("lower", "upper")
    )
    return Specification(lower, upper, phase)


@dataclass(frozen=True, slots=True)
class Judged:
    """One phase of a chart with its capability and tolerance interval.

    ``signals``: lots that a rule applied marks. There is no interval below three usable lots, nor with more
    than a quarter of bounds (``censored``), as there are no limits then.
    """

    phase: control_chart.Phase
    signals: int
    capability: Capability
    tolerance: Interval | None
    censored: bool


def judged(chart: control_chart.Chart, limits: Specification) -> tuple[Judged, ...]:
    """Capability and tolerance of every phase; bounds forbid capability and are left out of the interval.

    A process is stable when neither the default run rules nor those applied mark a lot: switching rules off
    shows no Cpk of an unstable one.
    """
    found = []
    for number, phase in enumerate(chart.phases):
        own = chart.points[chart.points["phase"] == number]
        censored = own["qualifier"].notna().to_numpy()
        values = np.where(censored, np.nan, own["value"].to_numpy(dtype=float))
        signals = int((own["signals"] != "").sum())
        too_many = bool(censored.mean() > control_chart.MOST_CENSORED)
        found.append(
            Judged(
                phase,
                signals,
                capability(
                    values,
                    limits.lower,
                    limits.upper,
                    chart.scale,
                    signals=int(own["unstable"].sum()),
                    limited=phase.limits is not None,
                    censored=int(censored.sum()),
                ),
                None if too_many else interval(values, chart.scale),
                too_many,
            )
        )
    return tuple(found)


def out_of_specification(points: pd.DataFrame) -> "pd.Series[bool]":
    """Which lots lie outside the specification of their phase and day of test; a bound only when sure.

    On a limit a value is inside and what lies below or above it is not.
    """
    value, lower, upper = (
        points[name].to_numpy(dtype=float) for name in ("value", "lower_limit", "upper_limit")
    )
    less, more = (points["qualifier"].eq(sign).fillna(False).to_numpy(dtype=bool) for sign in ("<", ">"))
    # a mean of logarithms gives 70 back as 70.00000000000003
    on_lower, on_upper = (np.isclose(value, limit, rtol=1e-9, atol=0) for limit in (lower, upper))
    low = np.where(on_lower, less, (value < lower) & ~more)
    high = np.where(on_upper, more, (value > upper) & ~less)
    return pd.Series(low | high, index=points.index, dtype=bool)
