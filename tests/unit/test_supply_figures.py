"""Figures of supply: they say when there is nothing to see, leave their frames alone, mark what is wrong."""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from firstdose.figures import supply_demand, supply_queue, supply_slots, supply_vein
from firstdose.rules import supply_queue as queue
from firstdose.rules import supply_vein as vein

DAY = date(2026, 11, 20)
LINES = pd.DataFrame({"kind": ["target", "benchmark"], "value_days": [45.0, 46.0]})


def judged() -> pd.DataFrame:
    begun = pd.to_datetime(["2026-01-05", "2026-02-02", "2026-10-05"])
    last = pd.to_datetime(["2026-02-14", "2026-03-10", None])
    frame = pd.DataFrame(
        {"end": ["infused", "died", ""], "days": [40.0, 36.0, 46.0], "begun_on": begun, "infused_on": last}
    )
    for name in ("collected_on", "received_on", "started_on", "harvested_on", "released_on", "shipped_on"):
        frame[name] = begun
    return frame


def week(monday: str, state: str, free: int = 0) -> dict[str, Any]:
    return {
        "partner_id": "S",
        "site": "Site <b>",
        "material": "drug product",
        "week_start": pd.Timestamp(monday),
        "available": 2,
        "booked": 2 - free,
        "usable": 2,
        "free": free,
        "working_days": 5,
        "state": state,
    }


WEEKS = pd.DataFrame(
    [week("2026-11-23", "free", 1), week("2026-11-30", "overbooked"), week("2026-12-07", "full")]
)
MONTHS = pd.DataFrame(
    {
        "site": ["A", "A", "B"],
        "month": pd.to_datetime(["2026-12-01", "2027-01-01", "2026-12-01"]),
        "patients": [3.0, 9.0, 1.0],
        "needed": [3.3, 9.9, 1.1],
        "low": [3.0, 9.1, 1.0],
        "high": [3.6, 11.0, 1.3],
        "slots": [8.0, 8.0, np.nan],
        "fit": ["fits", "short", "unknown"],
    }
)

DRAWN: list[tuple[Callable[[pd.DataFrame], go.Figure], pd.DataFrame]] = [
    (lambda frame: supply_vein.curves(frame, LINES, [46.0]), vein.curves({"all": judged()})),
    (supply_vein.ends, vein.ends(judged())),
    (supply_vein.parts, vein.parts(judged())),
    (lambda frame: supply_slots.calendar(frame, DAY), WEEKS),
    (supply_demand.months, MONTHS),
]


@pytest.mark.parametrize(("draw", "frame"), DRAWN, ids=["curves", "ends", "parts", "calendar", "months"])
def test_a_figure_leaves_its_frame_alone_and_says_when_it_is_empty(
    draw: Callable[[pd.DataFrame], go.Figure], frame: pd.DataFrame
) -> None:
    before = frame.copy(deep=True)
    assert len(draw(frame).data)
    pd.testing.assert_frame_equal(frame, before)
    nothing = draw(frame.head(0))
    assert not nothing.data
    assert nothing.layout.annotations[0].text


def texts(figure: go.Figure) -> list[str]:
    return [text for trace in figure.to_plotly_json()["data"] for text in trace.get("text") or ()]


def test_weeks_and_months_that_are_wrong_wear_a_sign_beside_their_colour() -> None:
    assert texts(supply_slots.calendar(WEEKS, DAY)) == ["1", "✕", "0"]
    assert texts(supply_demand.months(MONTHS)) == ["", "✕", "–"]


def test_names_from_data_are_no_markup() -> None:
    names = [one.text for one in supply_slots.calendar(WEEKS, DAY).layout.annotations]
    assert any("Site &lt;b&gt;" in name for name in names)


def test_lines_too_close_for_two_letters_share_one_place() -> None:
    assert [one["text"] for one in supply_vein.letters(LINES, 100.0)] == ["A B"]
    assert [one["text"] for one in supply_vein.letters(LINES, 10.0)] == ["A", "B"]


def test_a_band_follows_one_curve_alone() -> None:
    filled = []
    for names in (("a",), ("a", "b")):
        figure = supply_vein.curves(vein.curves({name: judged() for name in names}), LINES, [])
        filled.append(sum(trace.fill == "toself" for trace in figure.data))
    assert filled == [1, 0]


def outcome(curve: tuple[float, ...]) -> queue.Outcome:
    return queue.Outcome((0.0, 3.0), (38.0, 51.0), 0.5, (8.0, 10.0, 12.0), 0.0, 2.0, 0.1, curve)


def test_before_and_after_are_two_lines_and_nobody_infused_is_said() -> None:
    some = outcome(tuple(float(n) for n in range(101)))
    assert len(supply_queue.curves(some, some, 45.0).data) == 2
    nobody = outcome(())
    assert len(supply_queue.curves(some, nobody, None).data) == 1
    assert not supply_queue.curves(nobody, nobody, 45.0).data
    assert supply_queue.points(some, nobody)["after_days"].isna().all()
