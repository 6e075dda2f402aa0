"""What ``make bench`` says of a change: a ratio that grew by more than 15 % is named, noise is not."""

from tests.bench.__main__ import REPORT, by_hand, ratios, regressions

BEFORE = """| what | firstdose, ms | floor, ms | ratio | must | Dash, ms |
|---|---|---|---|---|---|
| page move · review | 1,160 | 1,000 | 1.16 | ≤ 1.25 | 200 |
| filter · pipeline | 90 | 100 | 0.90 | ≤ 1.25 | 60 |
| check of 1 M result rows, s | 3.10 | < 5 |
"""


def test_the_ratios_of_a_report_are_read_with_or_without_the_peer() -> None:
    assert ratios(BEFORE) == {"page move · review": 1.16, "filter · pipeline": 0.9}
    assert ratios("| start | 3,100 | 2,600 | 1.19 | floor + 1,000 ms |") == {"start": 1.19}


def test_what_was_written_by_hand_stays_and_its_tables_are_no_measure_of_the_last_run() -> None:
    report = REPORT.read_text(encoding="utf-8")
    kept = by_hand(report)
    assert report.endswith(kept)
    assert kept.strip().startswith("## What is not sure yet")
    assert by_hand(BEFORE) == ""
    assert ratios(kept) == {}


def test_more_than_fifteen_percent_is_a_regression_and_less_is_none() -> None:
    assert regressions(BEFORE, BEFORE.replace("| 1.16 |", "| 1.33 |")) == []
    assert regressions(BEFORE, BEFORE.replace("| 1.16 |", "| 1.34 |")) == ["page move · review: 1.16 → 1.34"]
    assert regressions("", BEFORE) == []
