"""Slots: closed, full, overbooked weeks, the next free one, and months that a week is shared between."""

from datetime import date
from typing import Any

import pandas as pd
import pytest

from firstdose.queries import supply as queries
from firstdose.rules import supply_slots as rules
from firstdose.view import View
from tests.support import MemorySession, session_of

DAY = date(2026, 11, 20)
EVERYTHING = View(page="supply")
SITE = {"partner_id": "S", "name": "Site", "role": "CDMO", "country": "JP"}
PROGRAM = {
    "program_id": "P",
    "name": "P",
    "indication_group": "G",
    "lead_partner": "S",
    "jurisdictions": "JP",
}


def week(monday: str, available: int, booked: int, **own: Any) -> dict[str, Any]:
    start = date.fromisoformat(monday)
    return {
        "partner_id": "S",
        "material": "drug product",
        "week_start": start,
        "available": available,
        "booked": booked,
        **own,
    }


def world(*given: dict[str, Any], closures: tuple[dict[str, Any], ...] = ()) -> MemorySession:
    return session_of(DAY, partners=[SITE], programs=[PROGRAM], slots=given, closures=closures)


def weeks(*given: dict[str, Any], closures: tuple[dict[str, Any], ...] = ()) -> pd.DataFrame:
    session = world(*given, closures=closures)
    return rules.weeks(queries.slots(session, EVERYTHING), queries.closures(session, EVERYTHING), DAY)


@pytest.mark.parametrize(
    ("available", "booked", "state", "free"),
    [
        pytest.param(2, 1, "free", 1, id="one left"),
        pytest.param(2, 2, "full", 0, id="all booked is full"),
        pytest.param(2, 3, "overbooked", 0, id="one more than can be made"),
        pytest.param(0, 0, "closed", 0, id="no slots"),
        pytest.param(0, 1, "overbooked", 0, id="booked where nothing can be made"),
    ],
)
def test_a_week_is_judged_by_what_is_left(available: int, booked: int, state: str, free: int) -> None:
    found = weeks(week("2026-12-07", available, booked))
    assert (found["state"].iloc[0], found["free"].iloc[0]) == (state, free)


def test_slots_in_a_week_without_a_working_day_are_not_counted_and_said() -> None:
    shut = {"partner_id": "S", "from_on": date(2026, 12, 5), "to_on": date(2026, 12, 13)}
    found = weeks(week("2026-12-07", 2, 0), week("2026-12-14", 2, 1), closures=(shut,))
    assert found["working_days"].tolist() == [0, 5]
    assert found["state"].tolist() == ["contradicted", "free"]
    assert found["usable"].tolist() == [0, 2]
    told = rules.standings(found, DAY)[0]
    assert told.next_free == date(2026, 12, 14)
    assert (told.booked_ahead, told.usable_ahead, told.contradicted) == (1, 2, 1)


def test_public_holidays_are_no_working_days() -> None:
    assert weeks(week("2026-05-04", 2, 0))["working_days"].tolist() == [2], "Golden Week of 2026"


def test_the_next_free_slot_begins_on_or_after_the_report_day() -> None:
    found = weeks(week("2026-11-16", 2, 0), week("2026-11-23", 2, 2), week("2026-11-30", 2, 1))
    assert rules.standings(found, DAY)[0].next_free == date(2026, 11, 30)
    assert rules.standings(found, date(2026, 11, 16))[0].next_free == date(2026, 11, 16)
    full = rules.standings(weeks(week("2026-11-23", 2, 2)), DAY)
    assert full[0].next_free is None
    assert rules.next_in_words(full)[0] == "–"
    assert rules.next_in_words([])[1] == "no slots given"


def test_a_week_belongs_to_each_month_by_its_weekdays() -> None:
    found = weeks(week("2026-11-30", 5, 0), week("2026-12-07", 5, 0))
    told = rules.monthly(found).set_index("month")
    assert told["slots"].tolist() == [1, 9]
    assert told["whole"].tolist() == [False, False]


def test_a_month_is_whole_when_every_weekday_lies_in_a_week_given() -> None:
    mondays = pd.date_range("2026-11-30", "2026-12-28", freq="7D")
    found = weeks(*(week(f"{monday:%Y-%m-%d}", 5, 0) for monday in mondays))
    told = rules.monthly(found).set_index("month")
    assert told.loc["2026-12-01", "whole"]
    assert told.loc["2026-12-01", "slots"] == 23


def test_filters_that_let_nothing_through_show_no_slot() -> None:
    session = world(week("2026-12-07", 2, 0))
    for view in (
        View(page="supply", program=()),
        View(page="supply", partner=()),
        View(page="supply", area=()),
    ):
        assert queries.slots(session, view).empty
    assert (
        rules.standings(
            rules.weeks(
                queries.slots(session, View(page="supply", program=())),
                pd.DataFrame(columns=["partner_id", "from_on", "to_on"]),
                DAY,
            ),
            DAY,
        )
        == []
    )
