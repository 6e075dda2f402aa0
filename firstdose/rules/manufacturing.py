"""What is said of lots and deviations: rates by group, verdicts of results, causes, ageing, closure.

Project rule R-12. A result is held against the specification of its lot's phase valid on the day of the
test. A deviation is closed on time when it is closed on or before its due day; open ones count once that day
has passed.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import pandas as pd

from firstdose.rules.batches import MEASURES, Measure, by_group, metrics, pareto, poisson_interval
from firstdose.rules.overview import Headline
from firstdose.rules.proportion import Share
from firstdose.rules.survival import km_quantile
from firstdose.words import N_, _, either, say_number

GROUPS = {"site": "partner_id", "process": "process_version", "purpose": "purpose", "month": "month"}
PURPOSES = ("development", "engineering", "qualification", "clinical", "commercial")
SEVERITIES = ("critical", "major", "minor")
AGES = (30, 60, 90)  # days: the usual limit of closing, twice and three times; our convention
MOST_BENCHMARKS = 3  # lines of a figure that stay apart; those of most patients
_NAMES: dict[Measure, str] = {
    "success": N_("Released in specification"),
    "oos": N_("Released out of specification"),
    "failure": N_("Rejected or terminated"),
    "right_first_time": N_("Right first time"),
    "first_pass": N_("First attempts released"),
}
_WHY: dict[Measure, str] = {
    "success": N_("Released / lots with a disposition; pending lots are not counted."),
    "oos": N_("Released out of specification / lots with a disposition: neither success nor failure."),
    "failure": N_("Rejected or terminated / lots with a disposition."),
    "right_first_time": N_(
        "Released, without any deviation, and no repeat of a failed lot / lots with a disposition."
    ),
    "first_pass": N_("Released first attempts / first attempts with a disposition; repeats stand apart."),
}

ResultMark = Literal["passes", "fails", "unclear", "no specification"]


def measure_name(measure: Measure) -> str:
    """The name of a rate in the reader's language."""
    return _(_NAMES[measure])


def headlines(lots: pd.DataFrame) -> tuple[Headline, ...]:
    """The rates of the lots let through and their deviations per lot, each with counts and exact interval."""
    found = metrics(lots)
    asked = lots.attrs.get("asked")
    pending = _("{n} pending apart").format(n=found.pending)
    figures = [
        Headline(
            f"kpi-manufacturing-{measure.replace('_', '-')}",
            measure_name(measure),
            _("{k} of {n}").format(k=found.shares[measure].k, n=found.shares[measure].n),
            " · ".join(
                [
                    found.shares[measure].percent(),
                    *([pending] if measure == "success" and found.pending else []),
                ]
            ),
            why=_(_WHY[measure]) + " " + _("Interval: Clopper-Pearson, 95 %."),
            asked=asked,
        )
        for measure in MEASURES
    ]
    return (*figures, _per_lot(found.deviations, found.started, asked))


def _per_lot(deviations: int, started: int, asked: Any) -> Headline:
    context = _("no lot started")
    if started:
        low, high = poisson_interval(deviations, started)
        context = _("{deviations} on {lots} lots · 95 %: {low}–{high}").format(
            deviations=deviations, lots=started, low=say_number(low, 2), high=say_number(high, 2)
        )
    return Headline(
        "kpi-manufacturing-deviations",
        _("Deviations per lot"),
        say_number(deviations / started, 2) if started else "–",
        context,
        why=_("Deviations of all started lots, pending ones too / started lots. Interval: exact Poisson."),
        asked=asked,
    )


def rates(lots: pd.DataFrame, by: str) -> pd.DataFrame:
    """The rates of lots by site, process version, purpose or month of start; ``batches.by_group`` with label.

    The groups stand in order: sites and versions by name, purposes as a program runs, the newest month first.
    """
    column = GROUPS.get(by, "partner_id")
    months = pd.to_datetime(lots["started_on"]).dt.strftime("%Y-%m")
    found = by_group(lots.assign(month=months), column)
    names = {
        row["partner_id"]: either(row["partner_name"], _text(row["partner_name_ja"]))
        for row in lots.drop_duplicates("partner_id").to_dict("records")
    }
    order = list(dict.fromkeys(found["group_id"]))
    if column == "purpose":
        order = [one for one in PURPOSES if one in order]
    elif column == "month":
        order.reverse()
    places = {one: at for at, one in enumerate(order)}
    found["label"] = [names.get(one, one) if column == "partner_id" else one for one in found["group_id"]]
    found = found.sort_values("group_id", key=lambda ids: ids.map(places), kind="stable", ignore_index=True)
    found.attrs = dict(lots.attrs)
    return found


def lines(benchmarks: pd.DataFrame, targets: pd.DataFrame, measure: str) -> pd.DataFrame:
    """The reference lines of one rate: our own target, then the published rates of most patients.

    Columns: kind (target or benchmark), value_pct (float), n, product, setting, source, confidence.
    """
    own = targets[targets["measure"] == measure].assign(kind="target")
    published = benchmarks[benchmarks["measure"] == measure].head(MOST_BENCHMARKS).assign(kind="benchmark")
    columns = ["kind", "value_pct", "n", "product", "setting", "source", "confidence"]
    return pd.concat(
        [part.reindex(columns=columns).astype("object") for part in (own, published)], ignore_index=True
    )


def result_mark(row: dict[Any, Any]) -> ResultMark:
    """How one result stands against its specification: a bound may leave it unclear.

    Takes passed (judges where there is no value), value, qualifier, lower and upper. ``<`` a limit passes an
    upper limit at or above it; nothing is known of it against a lower limit it does not already miss.
    """
    if pd.isna(row["value"]) and not pd.isna(row["passed"]):
        return "passes" if row["passed"] else "fails"
    lower, upper, value = row["lower"], row["upper"], row["value"]
    if pd.isna(lower) and pd.isna(upper):
        return "no specification"
    bound = row["qualifier"] if isinstance(row["qualifier"], str) else ""
    # limits belong to what is allowed: a value on one passes, one below or above it does not
    below = not pd.isna(lower) and (value < lower or (value == lower and bound == "<"))
    above = not pd.isna(upper) and (value > upper or (value == upper and bound == ">"))
    if (below and bound != ">") or (above and bound != "<"):
        return "fails"
    safe_low = pd.isna(lower) or bound != "<"
    safe_high = pd.isna(upper) or bound != ">"
    return "passes" if safe_low and safe_high and not below and not above else "unclear"


def causes(lots: pd.DataFrame, failed: pd.DataFrame, deviations: pd.DataFrame) -> pd.DataFrame:
    """Causes by count: of failed lots, of results out of specification, of deviations; one row each.

    Columns: kind (failure, oos, deviation, root cause), cause (str), count (int), cumulative (0..1 in the
    kind). A missing one is told as not stated.
    """
    unknown = _("not stated")
    oos = pd.Series(
        [either(row["name"], _text(row["name_ja"])) for row in failed.to_dict("records")], dtype="str"
    )
    bad = lots["disposition"].isin(["rejected", "terminated"])
    closed = deviations["closed_on"].notna()
    kinds = {
        "failure": lots.loc[bad, "failure_reason"],
        "oos": oos,
        "deviation": deviations["category"],
        "root cause": deviations.loc[closed, "root_cause"],
    }
    parts = [pareto(column, unknown).assign(kind=kind) for kind, column in kinds.items()]
    return pd.concat(parts, ignore_index=True)[["kind", "cause", "count", "cumulative"]]


def ageing(deviations: pd.DataFrame) -> pd.DataFrame:
    """Open deviations by severity and age: one row per severity and band, zero where there is none.

    Columns: severity, band (int, 0 the youngest: up to 30, 60, 90 days, above), count (int).
    """
    still = deviations[deviations["closed_on"].isna()]
    bands = still["age_days"].map(lambda days: sum(days > limit for limit in AGES))
    counted = still.groupby([still["severity"], bands]).size()
    rows = [
        (severity, band, int(counted.get((severity, band), 0)))
        for severity in SEVERITIES
        for band in range(len(AGES) + 1)
    ]
    found = pd.DataFrame(rows, columns=["severity", "band", "count"])
    found.attrs = dict(deviations.attrs)
    return found


@dataclass(frozen=True, slots=True)
class Closure:
    """How deviations are closed: on time of those due, and the median days with open ones censored."""

    on_time: Share
    median_days: float | None
    open: int
    overdue: int


def closure(deviations: pd.DataFrame, as_of: date) -> Closure:
    """On-time closure and days to close. Without a due day a deviation counts in the days alone."""
    due, closed = pd.to_datetime(deviations["due_on"]), pd.to_datetime(deviations["closed_on"])
    day = pd.Timestamp(as_of)
    late_open = closed.isna() & (due < day)
    counted = due.notna() & (closed.notna() | late_open)
    on_time = counted & (closed <= due)
    return Closure(
        Share(int(on_time.sum()), int(counted.sum())),
        km_quantile(deviations["age_days"].tolist(), closed.notna().tolist()),
        int(closed.isna().sum()),
        int(late_open.sum()),
    )


def closure_in_words(found: Closure) -> str:
    """The closure of deviations as a sentence."""
    median = "–" if found.median_days is None else say_number(found.median_days)
    return _(
        "Closed on time: {k} of {n} due ({share}). Median {days} days to close, open ones counted as still "
        "running. {open} open, {overdue} of them overdue."
    ).format(
        k=found.on_time.k,
        n=found.on_time.n,
        share=found.on_time.percent(),
        days=median,
        open=found.open,
        overdue=found.overdue,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
