"""When open tasks can start and finish on the report day, by links, calendars, actuals and progress."""

import gc
import time
from datetime import date
from typing import Any

import holidays
import numpy as np
import pandas as pd
import pytest

from firstdose.errors import PlanError
from firstdose.rules import calendar
from firstdose.rules import schedule as rules
from firstdose.rules.calendar import day_at, moment_of, work_calendar

DAY = date(2026, 6, 1)  # a Monday
_COLUMNS: dict[str, Any] = {
    "partner_id": "P", "country": "JP", "kind": "task", "baseline_start": None, "baseline_finish": None,
    "forecast_start": None, "forecast_finish": None, "actual_start": None, "actual_finish": None,
    "percent_complete": None, "predecessors": None, "duration_low_days": None, "duration_mid_days": None,
    "duration_high_days": None,
}  # fmt: skip


def tasks(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame([_COLUMNS | row for row in rows])


def task(name: str, days: float | None, before: str | None = None, **others: Any) -> dict[str, Any]:
    return {"task_id": name, "duration_mid_days": days, "predecessors": before} | others


def days_of(frame: pd.DataFrame, column: str) -> list[str | None]:
    return [None if pd.isna(day) else f"{day:%m-%d}" for day in frame[column]]


def test_what_has_not_begun_starts_on_the_report_day_at_the_earliest() -> None:
    frame = rules.schedule(
        rules.plan(tasks(task("A", 10, forecast_start="2026-05-01"), task("B", 5, "A")), DAY)
    )
    assert days_of(frame, "early_start") == ["06-01", "06-11"]
    assert days_of(frame, "early_finish") == ["06-11", "06-16"]
    assert frame["held_by"].tolist() == ["report day", "link"]
    assert frame["driver"].tolist() == ["", "A"]
    assert frame.attrs["critical_paths"] == (("A", "B"),)


def test_a_planned_start_ahead_is_kept_until_the_reader_lets_it_go() -> None:
    given = tasks(task("A", 10), task("B", 5, "A", forecast_start="2026-07-01"))
    kept = rules.schedule(rules.plan(given, DAY))
    assert kept.loc[1, "early_start"] == pd.Timestamp("2026-07-01")
    assert kept.loc[1, "held_by"] == "planned day"
    assert kept["total_float_days"].tolist() == [20, 0]
    free = rules.schedule(rules.plan(given, DAY, keep_planned=False))
    assert free.loc[1, "early_start"] == pd.Timestamp("2026-06-11")


@pytest.mark.parametrize(
    ("percent", "finish"),
    [
        pytest.param(75, "06-11", id="a quarter of forty days is left"),
        pytest.param(None, "06-30", id="without progress what is left of its duration since it began"),
        pytest.param(100, "06-02", id="all done and not said to be: tomorrow"),
    ],
)
def test_a_running_task_has_its_remaining_duration(percent: float | None, finish: str) -> None:
    given = tasks(task("A", 40, actual_start="2026-05-21", percent_complete=percent))
    assert days_of(rules.schedule(rules.plan(given, DAY)), "early_finish") == [finish]


@pytest.mark.parametrize(
    ("days", "begun", "claimed", "left"),
    [
        pytest.param((20, 60, 200), "2026-05-22", None, (10, 50, 190), id="ten days worked of each value"),
        pytest.param(
            (20, 60, 200), "2026-03-01", None, (1, 1, 108), id="used up, nothing forecast: tomorrow"
        ),
        pytest.param((20, 60, 200), "2026-03-01", "2026-08-31", (1, 91, 108), id="used up: forecast counts"),
        pytest.param((20, 60, 70), "2026-03-01", "2026-08-31", (1, 91, 91), id="forecast beyond the longest"),
        pytest.param(
            (20, 60, 200), "2026-03-01", "2026-06-01", (1, 1, 108), id="a forecast of today is none"
        ),
        pytest.param((60, 60, 60), "2026-03-01", "2026-08-31", (91, 91, 91), id="a fixed length stays one"),
        pytest.param((20, 60, 200), "2026-07-01", None, (20, 60, 200), id="begun tomorrow: nothing worked"),
    ],
)
def test_a_running_task_without_progress_keeps_what_is_left_of_each_value(
    days: tuple[int, int, int], begun: str, claimed: str | None, left: tuple[int, int, int]
) -> None:
    low, mid, high = days
    row = task("A", mid, duration_low_days=low, duration_high_days=high, actual_start=begun)
    given = rules.plan(tasks(row | {"forecast_finish": claimed}), DAY)
    assert (given.low[0], given.mid[0], given.high[0]) == left


def test_a_running_task_is_counted_in_the_days_its_duration_is_counted_in() -> None:
    begun = task("A", 25, actual_start="2026-05-18")  # two working weeks ago
    late = task("B", 5, actual_start="2026-05-18", forecast_finish="2026-06-13")  # the evening of Friday 12
    given = rules.plan(tasks(begun, late), DAY, days="working")
    assert given.mid.tolist() == [15, 10]
    assert days_of(rules.schedule(given), "early_finish")[1] == "06-13"


def test_done_tasks_keep_their_days_and_have_no_float() -> None:
    given = tasks(
        task("A", 10, actual_start="2026-05-01", actual_finish="2026-05-20"),
        task("B", 5, "A;C", actual_start="2026-05-10", actual_finish="2026-05-12"),
        task("C", 30, "A"),
    )
    frame = rules.schedule(rules.plan(given, DAY))
    assert days_of(frame, "early_finish") == ["05-20", "05-12", "07-01"]
    assert frame["total_float_days"].isna().tolist() == [True, True, False]
    assert frame["is_done"].tolist() == [True, True, False]


def test_a_link_to_the_start_of_a_running_task_counts_from_its_actual_start() -> None:
    given = tasks(task("A", 60, actual_start="2026-05-22", percent_complete=10), task("B", 5, "ASS+20d"))
    assert days_of(rules.schedule(rules.plan(given, DAY)), "early_start") == ["06-01", "06-11"]


def test_float_reaches_to_the_target_and_what_it_does_not_need_has_none() -> None:
    given = tasks(task("A", 10), task("B", 4), task("M", 0, "A;B"), task("Z", 90, "A"))
    frame = rules.schedule(rules.plan(given, DAY), "M")
    assert frame["total_float_days"].tolist()[:3] == [0, 6, 0]
    assert np.isnan(frame["total_float_days"].iloc[3])
    assert frame["is_near"].tolist() == [False, True, False, False]
    assert frame.attrs["critical_paths"] == (("A", "M"),)


@pytest.mark.parametrize(
    ("text", "links"),
    [
        pytest.param("T1", [("T1", "FS", 0)], id="a name"),
        pytest.param(" T1SS+10d ; T2FF-3d;", [("T1", "SS", 10), ("T2", "FF", -3)], id="kinds and lags"),
        pytest.param("T1+5d", [("T1", "FS", 5)], id="a lag alone"),
        pytest.param("LOSS", [("LOSS", "FS", 0)], id="a name that ends like a kind"),
        pytest.param("LOSSSS+1d", [("LOSS", "SS", 1)], id="such a name with a kind"),
        pytest.param(None, [], id="nothing"),
    ],
)
def test_predecessors_are_read_as_the_contract_writes_them(text: str | None, links: list[Any]) -> None:
    found = rules.links_of("X", text, {"T1", "T2", "LOSS"})
    assert [(link.before, link.kind, link.lag) for link in found] == links


def test_a_predecessor_nobody_can_read_is_quoted_with_its_task() -> None:
    with pytest.raises(PlanError, match=r"Task X: the predecessor “T1 \+ T2” cannot be read"):
        rules.links_of("X", "T1 + T2", {"T1"})


def test_claimed_dates_are_held_against_their_links_in_days() -> None:
    given = tasks(
        task("A", 10, forecast_start="2026-06-01", forecast_finish="2026-06-20"),
        task("B", 5, "A+2d", forecast_start="2026-06-15", forecast_finish="2026-06-22"),
        task("C", 5, "AFF", forecast_start="2026-06-01", forecast_finish="2026-06-20"),
    )
    found = rules.contradictions(given)
    assert found[["task_id", "predecessor", "link", "end", "days"]].values.tolist() == [
        ["B", "A", "FS", "start", 7]
    ]
    assert found.loc[0, "claimed_on"] == pd.Timestamp("2026-06-15")
    assert found.loc[0, "allowed_on"] == pd.Timestamp("2026-06-22")
    assert rules.contradictions(given.iloc[:1]).empty


def test_working_days_skip_weekends_holidays_and_closures_of_the_partner() -> None:
    calendar = work_calendar("JP", DAY, [(date(2026, 7, 22), date(2026, 7, 23))])
    # Friday 17 July; Marine Day is Monday the 20th; the site is closed on the 22nd and 23rd
    done = calendar.later(np.array(moment_of(date(2026, 7, 17))), np.array(3.0))
    assert day_at(float(done) - 0.5) == date(2026, 7, 24)
    begun = calendar.earlier(done, np.array(3.0))
    assert day_at(float(begun)) == date(2026, 7, 17)
    assert day_at(float(calendar.opens(np.array(moment_of(date(2026, 7, 18)))))) == date(2026, 7, 21)


def test_the_same_task_takes_longer_where_more_days_are_off() -> None:
    given = tasks(task("J", 5, country="JP", partner_id="J"), task("U", 5, country="US", partner_id="U"))
    golden = rules.schedule(rules.plan(given, date(2026, 4, 30), days="working"))
    assert days_of(golden, "early_finish") == ["05-12", "05-07"]


def test_a_weekend_between_two_tasks_is_no_float() -> None:
    given = tasks(task("A", 5), task("B", 5, "A"), task("S", 2))
    frame = rules.schedule(rules.plan(given, DAY, days="working"), "B")
    assert frame["total_float_days"].tolist()[:2] == [0, 0]
    assert frame.attrs["critical_paths"] == (("A", "B"),)


def test_a_working_day_and_a_fraction_go_there_and_back() -> None:
    calendar = work_calendar("US", DAY)
    for worked in (0.25, 1.0, 4.5, 5.0, 23.75):
        for shift in range(7):
            at = np.array(moment_of(DAY) + shift)
            done = calendar.later(at, np.array(worked))
            assert float(calendar.worked(at, done)) == pytest.approx(worked)
            assert float(calendar.worked(calendar.earlier(done, np.array(worked)), done)) == pytest.approx(
                worked
            )


def test_a_country_without_known_holidays_has_week_ends() -> None:
    calendar = work_calendar("XX", DAY)
    assert float(calendar.worked(np.array(moment_of(DAY)), np.array(moment_of(DAY) + 7))) == 5


def test_a_plan_of_three_thousand_tasks_is_checked_and_computed_in_a_second() -> None:
    rows = [
        task(f"T{at}", 3, ";".join(f"T{at - step}FS+1d" for step in (1, 9, 60) if at >= step) or None)
        for at in range(3000)
    ]
    given = tasks(*rows)
    gc.collect()
    gc.freeze()  # what other tests left is not looked through, as in a server that has settled
    begun = time.process_time()  # whatever else the machine does
    broken = rules.contradictions(given)
    frame = rules.schedule(rules.plan(given, DAY))
    assert time.process_time() - begun < 1
    gc.unfreeze()
    assert broken.empty
    assert len(frame.attrs["critical_paths"][0]) == 3000


def test_every_country_of_the_holiday_library_is_known_without_loading_them_all() -> None:
    assert calendar._countries() == frozenset(holidays.list_supported_countries())
