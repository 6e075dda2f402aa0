"""Slots: what is free, full, overbooked or closed each week, the next free one, utilisation.

Project rule R-15. A week is usable when the site works on at least one of its days (week-ends, public
holidays of its country and its closures are off); slots given in a week without one are not counted and said.
The next free slot lies in the first week that begins on or after the report day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from firstdose.rules.calendar import WorkCalendar, work_calendar
from firstdose.rules.timeline import in_language
from firstdose.words import N_, _, say_date

BACK_WEEKS, AHEAD_WEEKS = 4, 28  # drawn around the report day; utilisation looks 12 weeks either way
NEAR_WEEKS = 12  # our convention: a quarter
_MOST_YEARS = 20  # of holidays, 4 ms each the first time; a week further away counts as worked by none
STATES = ("free", "full", "overbooked", "closed", "contradicted")
_STATE_NAMES = {
    "free": N_("free"),
    "full": N_("full"),
    "overbooked": N_("overbooked"),
    "closed": N_("no slots"),
    "contradicted": N_("slots although closed"),
}


def state_name(state: str) -> str:
    """The state of a week's slots in the reader's language."""
    return _(_STATE_NAMES[state])


def calendars(
    countries: Mapping[str, str], closures: pd.DataFrame, around: date, years: tuple[int, int]
) -> dict[str, WorkCalendar]:
    """The working calendar of each site by its country and its closures, for as many years as needed."""
    shut: dict[str, list[tuple[date, date]]] = {}
    for row in closures.to_dict("records"):
        span = (pd.Timestamp(row["from_on"]).date(), pd.Timestamp(row["to_on"]).date())
        shut.setdefault(row["partner_id"], []).append(span)
    return {
        site: work_calendar(country, around, shut.get(site, ()), years=years)
        for site, country in countries.items()
    }


def weeks(slots: pd.DataFrame, closures: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The weeks with their working days and state; takes ``queries.supply.slots``.

    Adds site (name in the reader's language), working_days (0 to 5), usable, free (int, slots in a week with
    working days) and state (``STATES``): overbooked when more is booked than can be made.
    """
    named = slots.assign(site=in_language(slots, "partner_name"))
    spread = slots["week_start"].dt.year - as_of.year if len(slots) else pd.Series([0])
    years = (min(max(-int(spread.min()), 0), _MOST_YEARS), min(max(int(spread.max()), 0) + 1, _MOST_YEARS))
    known = calendars(dict(zip(slots["partner_id"], slots["country"], strict=True)), closures, as_of, years)
    since = (pd.to_datetime(slots["week_start"]) - pd.Timestamp("1970-01-01")).dt.days
    monday = np.asarray(since, dtype=np.float64)
    worked = np.zeros(len(slots), dtype=int)
    for site, calendar in known.items():
        at = (slots["partner_id"] == site).to_numpy()
        worked[at] = np.rint(calendar.worked(monday[at], monday[at] + 7)).astype(int)
    usable = np.where(worked > 0, slots["available"], 0)
    booked = slots["booked"].to_numpy()
    states = np.select(
        [(worked == 0) & (slots["available"] > 0), booked > usable, usable == 0, booked == usable],
        ["contradicted", "overbooked", "closed", "full"],
        "free",
    )
    found = named.assign(
        working_days=worked, usable=usable.astype(int), free=np.maximum(usable - booked, 0), state=states
    )
    found.attrs = dict(slots.attrs)
    return found


def shown(found: pd.DataFrame, as_of: date, *, every: bool) -> pd.DataFrame:
    """The weeks drawn: all of a period chosen, else 4 before the report day and 28 from it on."""
    if every or found.empty:
        return found.tail(0) if found.empty else found
    monday = as_of - timedelta(days=as_of.weekday())
    first = pd.Timestamp(monday - timedelta(weeks=BACK_WEEKS))
    last = pd.Timestamp(monday + timedelta(weeks=AHEAD_WEEKS - 1))
    kept = found[found["week_start"].between(first, last)].reset_index(drop=True)
    kept.attrs = dict(found.attrs)
    return kept


def next_free(found: pd.DataFrame, as_of: date) -> "dict[tuple[str, str], pd.Timestamp | None]":
    """The first week from the report day on with a free slot, by site and material; none if all is full."""
    ahead = found[(found["week_start"] >= pd.Timestamp(as_of)) & (found["free"] > 0)]
    first = ahead.groupby(["partner_id", "material"])["week_start"].min()
    keys = found[["partner_id", "material"]].drop_duplicates().itertuples(index=False)
    return {(site, material): first.get((site, material)) for site, material in keys}


@dataclass(frozen=True, slots=True)
class Standing:
    """One site's slots of one material: how full a quarter back and ahead, and what is next free."""

    partner_id: str
    site: str
    material: str
    booked_back: int
    usable_back: int
    booked_ahead: int
    usable_ahead: int
    per_working_day: float | None
    free_ahead: int
    overbooked: int
    contradicted: int
    next_free: date | None


def standings(found: pd.DataFrame, as_of: date) -> list[Standing]:
    """How each site stands: utilisation is booked by usable slots, of the quarter before and after."""
    day = pd.Timestamp(as_of)
    quarter = pd.Timedelta(weeks=NEAR_WEEKS)
    free = next_free(found, as_of)
    told = []
    for (site, material), own in found.groupby(["partner_id", "material"], sort=True):
        back = own[(own["week_start"] < day) & (own["week_start"] >= day - quarter)]
        ahead = own[(own["week_start"] >= day) & (own["week_start"] < day + quarter)]
        later = own[own["week_start"] >= day]
        days = int(ahead["working_days"].sum())
        week = free[(str(site), str(material))]
        told.append(
            Standing(
                str(site),
                str(own["site"].iloc[0]),
                str(material),
                int(back["booked"].sum()),
                int(back["usable"].sum()),
                int(ahead["booked"].sum()),
                int(ahead["usable"].sum()),
                float(ahead["booked"].sum()) / days if days else None,
                int(ahead["free"].sum()),
                int((later["state"] == "overbooked").sum()),
                int((later["state"] == "contradicted").sum()),
                None if week is None else week.date(),
            )
        )
    return told


def monthly(found: pd.DataFrame) -> pd.DataFrame:
    """Usable drug-product slots by site and month; a week counts by its Mondays to Fridays in each month.

    Columns: partner_id (str), month (first day), slots (float), whole (bool: every weekday of the month lies
    in a week that is given).
    """
    own = found[found["material"] == "drug product"]
    monday = own["week_start"].to_numpy("datetime64[D]")
    days = np.concatenate([monday + np.timedelta64(n, "D") for n in range(5)])
    each = pd.DataFrame(
        {
            "partner_id": np.tile(own["partner_id"].to_numpy(), 5),
            "month": np.asarray(days, dtype="datetime64[M]").astype("datetime64[us]"),
            "slots": np.tile(own["usable"].to_numpy(dtype=float), 5) / 5,
        }
    )
    summed = each.groupby(["partner_id", "month"], as_index=False).agg(
        slots=("slots", "sum"), days=("slots", "size")
    )
    starts = summed["month"].to_numpy("datetime64[M]")
    weekdays = np.busday_count(starts.astype("datetime64[D]"), (starts + 1).astype("datetime64[D]"))
    return summed.assign(whole=summed["days"] >= weekdays).drop(columns="days")


def next_in_words(told: list[Standing], material: str = "drug product") -> tuple[str, str]:
    """The next free slot over all sites, and where; dashes where there is none."""
    free = sorted(
        (one.next_free, one.site) for one in told if one.material == material and one.next_free is not None
    )
    if not free:
        none = any(one.material == material for one in told)
        return "–", _("no free slot in the weeks given") if none else _("no slots given")
    day, site = free[0]
    return say_date(day), site


def rules_in_words() -> str:
    """How weeks are judged, as a sentence."""
    return _(
        "A week counts when the site works on at least one of its days: week-ends, public holidays of its "
        "country and its closures are off. Overbooked: more booked than can be made."
    )
