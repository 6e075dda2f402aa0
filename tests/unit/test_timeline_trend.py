"""Milestones over data versions: which are followed, their slope, and the day their line is done."""

import itertools
from datetime import date, timedelta
from typing import Any

import pandas as pd

from firstdose.figures import gantt
from firstdose.figures import timeline_trend as figures
from firstdose.rules import timeline_trend as rules

TODAY = date(2026, 11, 20)
COLUMNS = (
    *("task_id", "program_id", "anchor", "jurisdiction", "version", "as_of", "expected_on"),
    *("baseline_finish", "actual_finish"),
)


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def history(**told: list[int | None]) -> pd.DataFrame:
    """Versions 1, 2, … a month apart up to the report day, with the forecasts of each milestone."""
    rows: list[dict[str, Any]] = []
    for task, days in told.items():
        for at, offset in enumerate(days):
            known = {"task_id": task, "program_id": "P", "anchor": "first dose", "jurisdiction": "JP"}
            when = {"version": at + 1, "as_of": day(30 * (at + 1 - len(days)))}
            rows.append(known | when | {"expected_on": None if offset is None else day(offset)})
            rows[-1] |= {"baseline_finish": day(100), "actual_finish": None}
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"actual_finish": object})


def test_a_steady_slip_has_its_slope_and_the_day_it_meets_the_diagonal() -> None:
    (row,) = rules.trends(rules.followed(history(m=[100, 110, 120]), TODAY)).to_dict("records")
    assert round(row["slope"], 6) == 10
    assert row["meets_on"] == day(180), "120 days ahead, and a third is lost on the way"
    assert (row["slip_days"], row["last_move_days"], row["moves"], row["days_to_go"]) == (20, 10, 2, 120)


def test_what_moves_away_as_fast_as_time_passes_never_meets_it() -> None:
    (row,) = rules.trends(rules.followed(history(m=[100, 130, 160]), TODAY)).to_dict("records")
    assert row["meets_on"] is None
    assert figures.trend_rows(pd.DataFrame([row]))["meets"].isna().all()


def test_a_milestone_that_is_done_is_not_followed() -> None:
    seen = history(m=[100, 110], done=[-20, -20])
    seen.loc[(seen["task_id"] == "done") & (seen["version"] == 2), "actual_finish"] = day(-20)
    assert set(rules.followed(seen, TODAY)["task_id"]) == {"m"}


def test_versions_after_the_report_day_are_left_out() -> None:
    assert rules.followed(history(m=[100, 110, 120]), day(-30))["expected_on"].tolist() == [
        day(100),
        day(110),
    ]


def test_of_two_versions_of_one_report_day_the_later_counts() -> None:
    seen = history(m=[100, 110])
    seen["as_of"] = TODAY
    assert rules.followed(seen, TODAY)["expected_on"].tolist() == [day(110)]


def test_one_report_draws_a_sentence_instead_of_a_line() -> None:
    reports = rules.followed(history(m=[100]), TODAY)
    figure = figures.trend(reports, rules.trends(reports))
    assert not figure.data
    assert "at least two data versions" in figure.layout.annotations[0].text


def test_the_dotted_line_ends_on_the_diagonal_and_one_without_a_meeting_has_none() -> None:
    reports = rules.followed(history(meets=[100, 110, 120], never=[100, 130, 160]), TODAY)
    figure = figures.trend(reports, rules.trends(reports))
    diagonal, *lines = figure.data
    assert list(diagonal.x) == list(diagonal.y)
    (dotted,) = [line for line in lines if line.line.dash == "dot"]
    assert dotted.x[1] == dotted.y[1] == gantt.moment(day(180))


def test_names_at_the_edge_do_not_touch() -> None:
    reports = rules.followed(history(**{f"m{n}": [100, 110 + n // 4] for n in range(10)}), TODAY)
    figure = figures.trend(reports, rules.trends(reports))
    low, high = figure.layout.yaxis.range
    tall = figure.layout.height - figure.layout.margin.t - figure.layout.margin.b
    at = sorted((note.y - low) / (high - low) * tall + note.yshift for note in figure.layout.annotations)
    assert len(at) == 10
    assert min(b - a for a, b in itertools.pairwise(at)) >= 13.9
    assert at[0] >= -8
    assert at[-1] <= tall + 8


def test_no_milestone_keeps_the_columns_of_the_table() -> None:
    found = rules.trends(rules.followed(history(), TODAY))
    assert set(figures.trend_columns()) <= set(figures.trend_rows(found).columns)
