"""What past versions forecast is kept in order, and their P80 is judged by what came."""

from datetime import date

import pandas as pd
import pytest

from firstdose.figures import forecast_history as figures
from firstdose.rules import forecast_history as rules
from firstdose.rules.back_test import judged

DAY = date(2026, 6, 1)


def told(version: int, as_of: str, **p80: str) -> rules.Told:
    rows = [
        {
            "task_id": task,
            "program_name": task,
            "program_name_ja": None,
            "target_on": pd.Timestamp("2026-05-01"),
            "p50": pd.Timestamp(day) - pd.Timedelta(days=20),
            "p80": pd.Timestamp(day),
        }
        for task, day in p80.items()
    ]
    return version, date.fromisoformat(as_of), pd.DataFrame(rows)


def milestones(**came: str | None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "task_id": list(came),
            "program_name": list(came),
            "program_name_ja": None,
            "jurisdiction": "JP",
            "actual_finish": pd.to_datetime(list(came.values())),
        }
    )


@pytest.mark.parametrize(
    ("said", "came", "counted"),
    [
        pytest.param(date(2026, 5, 2), date(2026, 5, 2), (1, 0, 0), id="on the very day it held"),
        pytest.param(date(2026, 5, 1), date(2026, 5, 2), (0, 1, 0), id="a day later it failed"),
        pytest.param(date(2026, 5, 31), None, (0, 1, 0), id="past and still ahead: failed"),
        pytest.param(DAY, None, (0, 0, 1), id="due today is not known yet"),
    ],
)
def test_a_day_said_is_judged_by_what_came(
    said: date, came: date | None, counted: tuple[int, int, int]
) -> None:
    found = judged([said], came, DAY)
    assert (found.held, found.failed, found.undecided) == counted


def test_the_interval_counts_the_first_forecast_of_each_milestone_alone() -> None:
    past = rules.history(
        [
            told(2, "2026-02-01", A="2026-04-01", B="2026-03-20", C="2026-09-01"),
            told(1, "2026-01-01", A="2026-03-01", B="2026-03-10"),
        ]
    )
    assert past["version"].tolist() == [1, 1, 2, 2, 2]
    found = rules.calibration(past, milestones(A="2026-03-15", B="2026-03-01", C=None, D=None), DAY)
    assert found["task_id"].tolist() == ["A", "B", "C"]
    assert found[["held", "failed", "undecided"]].to_numpy().tolist() == [[1, 1, 0], [2, 0, 0], [0, 0, 1]]
    assert found["first"].tolist() == ["failed", "held", "open"]
    share = rules.first_held(found)
    assert (share.k, share.n) == (1, 2)
    assert "1 of 2 milestones" in rules.in_words(found)
    assert "too few" in rules.in_words(found)
    assert figures.calibration_rows(found)["verdict"].tolist() == ["✕ failed", "✓ held", "not known yet"]


def test_nothing_to_judge_is_said() -> None:
    past = rules.history([told(1, "2026-01-01", A="2026-09-01")])
    assert "can be judged yet" in rules.in_words(rules.calibration(past, milestones(A=None), DAY))


def test_each_version_is_a_point_of_the_band() -> None:
    past = rules.history([told(1, "2026-01-01", A="2026-03-01"), told(2, "2026-02-01", A="2026-04-01")])
    drawn = figures.band(past)
    assert [len(trace.x) for trace in drawn.data] == [2, 2, 2]
    assert "No data version" in figures.band(past.iloc[:0]).layout.annotations[0].text


def test_what_one_version_alone_knows_of_a_milestone_is_not_told() -> None:
    version, as_of, frame = told(2, "2026-02-01", A="2026-04-01")
    past = rules.history(
        [told(1, "2026-01-01", A="2026-03-01"), (version, as_of, frame.assign(expected_on=pd.NaT))]
    )
    assert past["version"].tolist() == [1, 2]
    assert "expected_on" not in past


def test_runs_and_versions_left_out_are_said() -> None:
    assert "past ones with 2,000" in rules.told_in_words(12, 0)
    assert "left out" not in rules.told_in_words(12, 0)
    assert rules.told_in_words(30, 26).endswith("26 older data versions are left out.")
