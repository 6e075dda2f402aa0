"""Gate items over the data versions, and a forecast of the day the last one closes, with its interval.

The forecast is a simulation (Monte Carlo) over the open items: each takes a triangular share of its typical
lead time, by its state as in ``rules.readiness_network.AHEAD``, and begins when the open items it waits for
by hard links are done; items without a link run side by side from the report day. Project rule R-10. The
spread, the runs and the seed are our convention; items added later are unknown to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firstdose.rules import readiness_network
from firstdose.rules.back_test import BackTest, judged
from firstdose.rules.network import Link, forward, network
from firstdose.rules.readiness import NOT_APPLICABLE
from firstdose.rules.readiness_network import AHEAD, OWN_LEAD_DAYS, waits
from firstdose.words import _, ngettext, say_date

#: A lead time in shares of the typical one: shortest, most likely, longest; our convention, late weighs more.
SPREAD = (0.75, 1.0, 2.0)
RUNS = 10_000
SEED = 20_261_120  # any fixed number: the same version gives the same forecast
LEVELS = (10, 50, 80, 90)  # percentiles told
HELD = 80  # the percentile that is back-tested
MOST_VERSIONS = 30  # newest versions told; each takes 20 ms to read the first time (our convention)


@dataclass(frozen=True, slots=True)
class Forecast:
    """The day by which the last open gate item closes: percentile → day; none when nothing is open."""

    as_of: date
    open_items: int
    days: Mapping[int, date]


def gate_items(items: pd.DataFrame, milestone: str) -> pd.DataFrame:
    """The gate items that count before a milestone: the first dose waits for those of filing too."""
    counted = items["gate"].astype(bool) & (items["status"] != NOT_APPLICABLE)
    return items[counted & (items["blocks"].eq("filing") | (milestone != "filing"))]


def forecast(
    items: pd.DataFrame, milestone: str, as_of: date, *, runs: int = RUNS, seed: int = SEED
) -> Forecast:
    """When the last gate item of one program in one jurisdiction closes, as a simulation tells.

    Takes ``queries.readiness.network`` of one program and jurisdiction; needs item_id, program_id,
    jurisdiction, requirement_code, gate, blocks, status, lead_days. The same input and seed give the same
    days.
    """
    plan = readiness_network.network(items)
    opened = items[plan.is_open]
    asked = opened["item_id"].isin(gate_items(opened, milestone)["item_id"]).to_numpy()
    if not asked.any():
        return Forecast(as_of, 0, {})
    ids = opened["item_id"].tolist()
    names = items["item_id"].to_numpy()
    open_of = [names[here[plan.is_open[here]]] for here in plan.members]
    links = [
        Link(before, after)
        for code, other in np.argwhere(waits(plan).any(axis=1))  # of the one group there is
        for after in open_of[code]
        for before in open_of[other]
    ]
    lead = pd.to_numeric(opened["lead_days"]).fillna(OWN_LEAD_DAYS).to_numpy(dtype=float)
    typical = lead * opened["status"].map(AHEAD).fillna(1.0).to_numpy(dtype=float)
    done = forward(network(ids, links), typical * _spread(runs, len(ids), seed))
    ends = done.finish[:, asked].max(axis=1)
    told = np.ceil(np.percentile(ends, LEVELS))
    days = {level: as_of + timedelta(days=int(day)) for level, day in zip(LEVELS, told, strict=True)}
    return Forecast(as_of, int(asked.sum()), days)


def _spread(runs: int, items: int, seed: int) -> NDArray[np.float64]:
    """Shares of the typical lead time, one row a run; independent from item to item."""
    return np.random.default_rng(seed).triangular(*SPREAD, size=(runs, items))


def burn_up(
    items: pd.DataFrame,
    milestone: str,
    keys: tuple[str, ...] = (),
    versions: Mapping[int, date] | None = None,
) -> pd.DataFrame:
    """Gate items closed and in all by data version, and reopened so far. One row per version (and ``keys``).

    Takes the items of every version below each other with version (int) and as_of (date). Columns: version,
    as_of, the keys, closed, total, reopened (int; closed in a version and open in the next, counted up).
    Without ``keys`` a version that has no gate item stands with zeros, be it of the items or of ``versions``
    (version → report day), which also names those that have no item at all.
    """
    gate = gate_items(items, milestone)
    closed = gate["status"].eq("closed")
    ordered = gate.assign(is_closed=closed).sort_values(["item_id", "version"])
    before = ordered.groupby("item_id")["is_closed"].shift(1)
    ordered["again"] = before.eq(True) & ~ordered["is_closed"]  # none before the first version
    by = ["version", "as_of", *keys]
    counted = ordered.groupby(by, as_index=False).agg(
        closed=("is_closed", "sum"), total=("item_id", "size"), again=("again", "sum")
    )
    if not keys:
        counted = _with_none(counted, dict(zip(items["version"], items["as_of"], strict=True)), versions)
    counted["reopened"] = counted.groupby(list(keys))["again"].cumsum() if keys else counted["again"].cumsum()
    counted = counted.drop(columns="again").astype({"closed": int, "total": int, "reopened": int})
    counted.attrs = dict(items.attrs)
    return counted.sort_values(by, ignore_index=True)


def _with_none(
    counted: pd.DataFrame, told: Mapping[int, date], versions: Mapping[int, date] | None
) -> pd.DataFrame:
    """Every version in order with its report day, nothing counted where it has no row."""
    days = dict(sorted((dict(told) | dict(versions or {})).items()))
    found = counted.set_index("version").drop(columns="as_of").reindex(list(days), fill_value=0)
    found.insert(0, "as_of", list(days.values()))
    return found.rename_axis("version").reset_index()


def back_test(forecasts: list[Forecast], ready_on: date | None, as_of: date) -> BackTest:
    """Judge the P80 of past versions by what came: ready by that day, not ready by it, or not yet known."""
    return judged([one.days[HELD] for one in forecasts if one.days], ready_on, as_of)


def ready_on(items: pd.DataFrame, milestone: str) -> date | None:
    """The day the last gate item closed, of items that are all closed; none while one is open."""
    gate = gate_items(items, milestone)
    if gate.empty or not gate["status"].eq("closed").all():
        return None
    day: Any = pd.to_datetime(gate["closed_on"]).max()
    return None if pd.isna(day) else day.date()


def in_words(now: Forecast, tested: BackTest) -> str:
    """Interval, method and back-test in words."""
    if not now.days:
        return _("Every gate item is closed: nothing to forecast.")
    told = _(
        "All {n} open gate items closed by {p50} (P50), {p80} (P80); four in five runs between {p10} and "
        "{p90}. "
    ).format(n=now.open_items, **{f"p{level}": say_date(day) for level, day in now.days.items()})
    return f"{told}{rules_in_words()} {_tested(tested)}"


def rules_in_words() -> str:
    """How the day is forecast, as the screen says it."""
    low, _likely, high = (round(share * 100) for share in SPREAD)
    return _(
        "Simulation of {runs} runs over the open items and their hard links: each takes a triangular {low}–"
        "{high} % of what is ahead of its typical lead time, most likely 100 % (our convention); items added "
        "later are unknown to it."
    ).format(runs=RUNS, low=low, high=high)


def _tested(tested: BackTest) -> str:
    if not tested.decided:
        return _("Back-test: no past version of this gate can be judged yet.")
    words = ngettext(
        "Back-test: the P80 would have held in {held} of {n} past version that can be judged",
        "Back-test: the P80 would have held in {held} of {n} past versions that can be judged",
        tested.decided,
    )
    said = words.format(held=tested.held, n=tested.decided)
    later = ngettext(
        "{n} more is not decided yet.", "{n} more are not decided yet.", tested.undecided
    ).format(n=tested.undecided)
    return f"{said}; {later}" if tested.undecided else f"{said}."
