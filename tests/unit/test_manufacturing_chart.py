"""One control chart as its cards show it: what a filter bounds, and what limits and capability rest on."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from firstdose.queries import manufacturing as queries
from firstdose.rules.manufacturing_chart import pick
from firstdose.ui import manufacturing as room
from firstdose.ui.card import Chart, Table
from firstdose.view import View
from tests.support import MemorySession, session_of

DAY = date(2026, 11, 20)
FIRST = date(2026, 1, 1)


def lot(at: int, value: float, **own: Any) -> dict[str, Any]:
    """A lot started ``at`` days after the first, and its result."""
    return {"batch_id": f"L{at:03d}", "started_on": FIRST + timedelta(at), "value": value, **own}


def world(lots: list[dict[str, Any]], **tables: Any) -> MemorySession:
    batch = {
        "program_id": "P1",
        "partner_id": "SEND",
        "material": "drug product",
        "purpose": "clinical",
        "process_version": "1",
        "is_remanufacture": False,
        "disposition": "released",
    }
    program = {"indication_group": "Solid", "lead_partner": "SEND", "jurisdictions": "JP"}
    attribute = {"attribute_code": "VIAB", "material": "drug product", "name": "Viability", "unit": "%"}
    return session_of(
        as_of=DAY,
        partners=[{"partner_id": "SEND", "name": "Sender", "role": "CDMO", "country": "JP"}],
        programs=[program | {"program_id": one, "name": one} for one in ("P1", "P2")],
        attributes=[{**attribute, "data_type": "numeric", "scale": "linear", "tier": 1}],
        batches=[
            batch
            | {name: value for name, value in one.items() if name not in ("value", "qualifier", "sample")}
            for one in lots
        ],
        results=[
            {
                "batch_id": one["batch_id"],
                "attribute_code": "VIAB",
                "sample": one.get("sample", "release"),
                "replicate": 1,
                "tested_on": one["started_on"],
                "value": one["value"],
                "qualifier": one.get("qualifier"),
                "lab_partner": "SEND",
            }
            for one in lots
        ],
        **tables,
    )


def baseline(first: date, last: date, version: str | None = "1") -> dict[str, Any]:
    return {
        "baseline_id": "B1",
        "attribute_code": "VIAB",
        "partner_id": "SEND",
        "process_version": version,
        "first_on": first,
        "last_on": last,
        "set_by": "Quality lead",
        "reason": "First lots",
    }


def specification(lower: float, upper: float, **own: Any) -> dict[str, Any]:
    limits = {"attribute_code": "VIAB", "phase": "clinical", "lower": lower, "upper": upper}
    return limits | {"specification_id": f"S{lower}", "valid_from": FIRST, **own}


def cards(session: MemorySession, **own: Any) -> tuple[Chart, Table, Table]:
    """The chart, its signals, its capability."""
    view = View(page="manufacturing", **own)
    picked = pick(queries.charts(session, view), "VIAB", "SEND")
    assert picked is not None
    chart, signals, capability = room.chart_cards(view, session, picked)
    assert isinstance(chart, Chart)
    assert isinstance(signals, Table)
    assert isinstance(capability, Table)
    return chart, signals, capability


def shifted() -> list[dict[str, Any]]:
    """A steady process until the end of February, then a shift of six sigma."""
    die = np.random.default_rng(7)
    return [lot(at, (10.0 if at < 59 else 16.0) + float(die.normal())) for at in range(101)]


LIMITS = ["center", "lower", "upper", "moving_range", "range_upper", "in_limits", "signals"]
MARCH = date(2026, 3, 1)


def test_a_period_keeps_the_frozen_limits_and_the_signals_of_the_lots_it_shows() -> None:
    frozen = baseline(FIRST, date(2026, 2, 28))
    session = world(shifted(), baselines=[frozen], specifications=[specification(4, 22)])
    every, *_rest = cards(session)
    late, signals, capability = cards(session, since=MARCH)
    own = every.data[pd.to_datetime(every.data["started_on"]) >= pd.Timestamp(MARCH)]
    assert late.data["batch_id"].tolist() == own["batch_id"].tolist()
    assert len(own) == 42
    pd.testing.assert_frame_equal(late.data[LIMITS], own[LIMITS].reset_index(drop=True), check_names=False)
    assert (late.data["signals"] != "").sum() > 30
    assert set(signals.data["batch_id"]) == set(own["batch_id"][own["signals"] != ""])
    assert "limits from 59 lots of the baseline 1 Jan 2026 to 28 Feb 2026" in late.foot
    assert "59 lots outside the period are not shown but count for limits and run rules" in late.foot
    assert capability.data["lots"].tolist() == [42]
    assert "the chart has signals" in capability.data["cpk"].iloc[0]


def test_a_period_before_the_shift_shows_its_own_lots_alone_and_every_one_without_it() -> None:
    session = world([*shifted(), lot(101, float("nan"))], baselines=[baseline(FIRST, date(2026, 2, 28))])
    chart, _signals, capability = cards(session, until=date(2026, 2, 28))
    assert len(chart.data) == 59
    assert capability.data["lots"].tolist() == [59]
    assert "has no value" not in chart.foot, "the lot left out was started later"
    assert "outside the period" not in cards(session)[0].foot


def test_the_lots_of_a_period_keep_their_phases_when_a_version_has_none_there() -> None:
    lots = [lot(at, 10 + at % 2, process_version="1" if at < 20 else "2") for at in range(40)]
    chart, _signals, capability = cards(world(lots), since=FIRST + timedelta(30))
    assert chart.data["phase"].tolist() == [0] * 10
    assert capability.data["process_version"].tolist() == ["2"]
    assert capability.data["lots"].tolist() == [10]
    assert "Process 2: limits from 20 lots" in chart.foot
    assert "Process 1" not in chart.foot


def test_a_period_without_lots_is_said_and_no_error() -> None:
    chart, signals, capability = cards(world(shifted()), since=date(2026, 10, 1))
    assert chart.data.empty
    assert signals.data.empty
    assert capability.data.empty


def test_a_period_whose_results_are_of_another_sample_says_which_is_charted_and_where_it_stands() -> None:
    early = [lot(at, 10 + at % 2) for at in range(3)]
    late = [lot(100 + at, 10 + at % 2, sample="in process") for at in range(4)]
    session = world([*early, *late])
    chart, _signals, _capability = cards(session, since=FIRST + timedelta(90))
    assert chart.figure.layout.annotations[0].text == (
        "No lot of the period has a result to chart; 3 lots outside it have one: widen the period."
    )
    assert "of an attribute's samples the one nearest to release is charted" in chart.foot
    assert "not shown" not in chart.foot
    assert cards(session)[0].data["batch_id"].tolist() == [one["batch_id"] for one in early]
    own, *_rest = cards(world(late), since=FIRST + timedelta(90))
    assert len(own.data) == 4, "where only samples in process were tested they are charted"
    assert "nearest to release" not in own.foot
    none, *_rest = cards(world([lot(0, float("nan"))]), since=FIRST + timedelta(90))
    assert "No lot of this site" in none.figure.layout.annotations[0].text


def test_a_baseline_without_lots_is_named_beside_the_limits_taken_instead() -> None:
    early = baseline(date(2024, 1, 1), date(2024, 12, 31))
    foot = cards(world(shifted(), baselines=[early]))[0].foot
    assert "limits from 101 lots, since the baseline 1 Jan 2024 to 31 Dec 2024" in foot
    assert "Quality lead" in foot
    other = cards(world(shifted(), baselines=[baseline(FIRST, MARCH, "9")]))[0].foot
    assert "baseline" not in other, "a baseline of another version is none of this one"


def unstable() -> list[dict[str, Any]]:
    """A process that a lot far outside and a run of lots on one side make unstable."""
    return [lot(at, 30.0 if at == 12 else 10.0 + 0.5 * (-1) ** at) for at in range(25)]


WIDE = [specification(0, 60)]


def test_capability_asks_for_the_default_run_rules_whatever_rules_the_reader_applies() -> None:
    session = world(unstable(), specifications=WIDE)
    assert "the chart has signals" in cards(session)[2].data["cpk"].iloc[0]
    for rules in ("0", "19", "7"):
        chart, signals, capability = cards(session, keys=(("rules", rules),))
        assert set(chart.data["signals"]) == {""}
        assert capability.data["signals"].tolist() == [0]
        assert capability.data["cpk"].tolist() == [
            "not shown: run rules 1, 2, 3, 5 find signals, the process is not stable"
        ]
        assert "n = 25" in capability.data["ppk"].iloc[0]
        said = "No run rule fired." if rules == "7" else "No run rule is applied."
        assert signals.foot == said


def test_a_rule_switched_on_beside_the_default_ones_forbids_capability_too() -> None:
    lots = [lot(at, 10.0 + 0.5 * (-1) ** at) for at in range(25)]
    session = world(lots, specifications=WIDE)
    assert "n = 25" in cards(session)[2].data["cpk"].iloc[0]
    assert "the chart has signals" in cards(session, keys=(("rules", "4"),))[2].data["cpk"].iloc[0]


def test_capability_is_not_shown_where_a_baseline_gives_no_limits() -> None:
    one_lot = world(unstable(), baselines=[baseline(FIRST, FIRST)], specifications=WIDE)
    chart, signals, capability = cards(one_lot)
    assert chart.data["center"].isna().all()
    assert capability.data["cpk"].tolist() == ["not shown: there are no control limits"]
    assert "n = 25" in capability.data["ppk"].iloc[0]
    assert signals.foot == "Nothing can be judged: there are no control limits."


def bounded(bounds: int) -> MemorySession:
    """Twenty lots of which the first are bounds."""
    return world([lot(at, 10 + at % 2, qualifier="<" if at < bounds else None) for at in range(20)])


def test_no_tolerance_interval_is_claimed_from_the_few_results_that_are_no_bounds() -> None:
    (said,) = cards(bounded(6))[2].data["tolerance"]
    assert said == "not shown: results beyond a quantification limit"
    (said,) = cards(world([lot(0, 10), lot(1, 11)]))[2].data["tolerance"]
    assert said == "not shown: too few lots"


def test_a_tolerance_interval_says_how_many_lots_it_rests_on_and_how_many_are_left_out() -> None:
    (said,) = cards(bounded(5))[2].data["tolerance"]
    assert said.endswith(", n = 15; 5 lots beyond a quantification limit left out")
    (said,) = cards(bounded(0))[2].data["tolerance"]
    assert said.endswith(", n = 20")


def test_a_program_that_made_nothing_at_the_site_lends_no_specification() -> None:
    lots = [lot(at, 10 + [0, 1, 0.5][at % 3]) for at in range(25)]
    both = [specification(5, 15, program_id="P1"), specification(2, 18, program_id="P2")]
    chart, _signals, capability = cards(world(lots, specifications=both))
    assert capability.data["specified"].tolist() == ["5.00–15.0 (clinical)"]
    assert "n = 25" in capability.data["cpk"].iloc[0]
    assert "specifications differ" not in chart.foot
    across = [shape for shape in chart.figure.layout.shapes if shape.xref == "paper"]
    named = [note.text for note in chart.figure.layout.annotations if "specification" in note.text]
    assert {shape.y0 for shape in across} <= {5, 15}
    assert len(named) == 2
    assert not any("18" in text for text in named)
    mixed = world([*lots, lot(25, 10.2, program_id="P2")], specifications=both)
    assert "specifications differ" in cards(mixed)[0].foot
    assert "specifications differ" not in cards(mixed, until=FIRST + timedelta(20))[0].foot
