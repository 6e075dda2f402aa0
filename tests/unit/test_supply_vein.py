"""Vein to vein: who counts as one case, who runs still, competing ends, means that add up, the target."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from firstdose.queries import supply as queries
from firstdose.rules import supply_vein as rules
from firstdose.rules.survival import incidence, km_curve, survival_interval
from firstdose.view import View
from tests.support import MemorySession, session_of

DAY = date(2026, 11, 20)
EVERYTHING = View(page="supply")
PARTNERS = [
    {"partner_id": one, "name": one.title(), "role": "CDMO", "country": "JP"} for one in ("SEND", "TAKE")
]
PROGRAMS = [
    {
        "program_id": one,
        "name": one,
        "indication_group": "Solid",
        "lead_partner": "SEND",
        "jurisdictions": "JP",
    }
    for one in ("P1", "P2")
]
WAY = ("received_on", "started_on", "harvested_on", "released_on", "shipped_on", "infused_on")


def lot(id_: str, collected: str, *after: int, **own: Any) -> dict[str, Any]:
    """A patient's lot with its days, counted from the collection."""
    begun = date.fromisoformat(collected)
    days = {name: date.fromordinal(begun.toordinal() + n) for name, n in zip(WAY, after, strict=False)}
    return {
        "batch_id": id_,
        "program_id": "P1",
        "partner_id": "SEND",
        "material": "drug product",
        "purpose": "clinical",
        "process_version": "1.0",
        "is_remanufacture": "replaces_batch_id" in own,
        "collected_on": begun,
        "started_on": begun,
        "disposition": "released",
        **days,
        **own,
    }


def world(*lots: dict[str, Any], targets: tuple[dict[str, Any], ...] = ()) -> MemorySession:
    return session_of(DAY, partners=PARTNERS, programs=PROGRAMS, batches=lots, targets=targets)


def cases(*lots: dict[str, Any], view: View = EVERYTHING, **more: Any) -> pd.DataFrame:
    return queries.cases(world(*lots, **more), view)


FAILED = lot(
    "L1", "2026-08-01", 1, 2, 12, disposition="rejected", failure_reason="x", patient_outcome="waiting"
)
REPEAT = lot("L2", "2026-09-01", 1, 2, 12, 26, 28, 34, replaces_batch_id="L1", patient_outcome="infused")


def test_a_failed_lot_and_its_repeat_are_one_case_from_the_first_collection_on() -> None:
    found = rules.judged(cases(FAILED, REPEAT), DAY)
    assert found["batch_id"].tolist() == ["L2"]
    assert found["attempts"].tolist() == [2]
    assert found["days"].tolist() == [31 + 34]
    parts = rules.parts(found).set_index("part")
    assert parts.loc["repeat", "mean"] == 31


def test_a_lot_decided_after_the_report_day_has_not_failed_yet() -> None:
    later = FAILED | {"released_on": date(2026, 9, 1)}
    on = {
        day: cases(later, view=replace(EVERYTHING, as_of=day))
        for day in (date(2026, 8, 31), date(2026, 9, 1))
    }
    assert [bool(found["failed"].iloc[0]) for found in on.values()] == [False, True]


def test_a_failed_lot_without_a_repeat_waits_for_one() -> None:
    found = rules.judged(cases(FAILED), DAY)
    assert found["end"].tolist() == [""]
    assert found["at"].tolist() == ["repeat"]
    assert found["days"].tolist() == [(DAY - date(2026, 8, 1)).days]


def test_what_lies_after_the_report_day_is_not_known() -> None:
    early = View(page="supply", as_of=date(2026, 9, 20))
    found = rules.judged(cases(FAILED, REPEAT, view=early), date(2026, 9, 20))
    assert found["end"].tolist() == [""]
    assert found["at"].tolist() == ["testing"]


def test_a_day_that_was_not_told_does_not_hold_up_a_case() -> None:
    lacking = lot("L5", "2026-11-01", 2, 3, received_on=None)
    assert rules.judged(cases(lacking), DAY)["at"].tolist() == ["making"]


def test_lots_that_replace_each_other_in_a_ring_are_one_case_and_not_lost() -> None:
    ring = [lot("A", "2026-08-01", replaces_batch_id="B"), lot("B", "2026-08-02", replaces_batch_id="A")]
    found = cases(*ring)
    assert found[["first_batch_id", "batch_id", "attempts"]].values.tolist() == [["A", "B", 2]]


def test_only_patients_count_and_filters_hold_for_the_last_lot() -> None:
    moved = REPEAT | {"partner_id": "TAKE"}
    lots = (FAILED, moved, lot("E1", "2026-08-01", purpose="engineering"))
    assert len(cases(*lots)) == 1
    assert len(cases(*lots, view=View(page="supply", partner=("TAKE",)))) == 1
    assert cases(*lots, view=View(page="supply", partner=("SEND",))).empty
    assert cases(*lots, view=View(page="supply", area=())).empty
    assert cases(*lots, view=View(page="supply", since=date(2026, 8, 2))).empty


def target(id_: str, value: float, **own: Any) -> dict[str, Any]:
    return {
        "target_id": id_,
        "metric": "vein to vein days",
        "value": value,
        "unit": "days",
        "valid_from": date(2026, 1, 1),
        **own,
    }


def test_the_most_particular_target_counts_then_the_newest_and_the_readers_before_all() -> None:
    targets = (
        target("T1", 40),
        target("T2", 30, program_id="P1"),
        target("T3", 29, program_id="P1", valid_from=date(2026, 2, 1)),
        target("T4", 10, program_id="P2"),
        target("T5", 20, program_id="P1", valid_from=date(2027, 1, 1)),
    )
    found = cases(REPEAT | {"replaces_batch_id": None}, targets=targets)
    assert found["target_days"].tolist() == [29]
    assert rules.judged(found, DAY, 50)["target_days"].tolist() == [50]


@pytest.mark.parametrize(
    ("limit", "above"), [pytest.param(34, 0, id="on it"), pytest.param(33, 1, id="over")]
)
def test_a_case_exactly_on_the_target_is_not_above_it(limit: float, above: int) -> None:
    found = rules.judged(cases(REPEAT | {"replaces_batch_id": None}), DAY, limit)
    assert rules.group("", found).above.k == above


def test_running_cases_past_the_target_stand_apart_from_the_finished() -> None:
    found = rules.judged(cases(FAILED, REPEAT | {"replaces_batch_id": None}), DAY, 100)
    told = rules.group("", found)
    assert (told.above.k, told.above.n, told.past) == (0, 1, 1)
    assert rules.waiting(found)["mark"].tolist() == ["late"]


def test_who_drops_out_leaves_the_curve_but_not_the_count() -> None:
    left = lot("L3", "2026-08-01", 1, 2, patient_outcome="died", outcome_on=date(2026, 8, 11))
    found = rules.judged(cases(left, REPEAT | {"replaces_batch_id": None}), DAY)
    assert dict(zip(found["batch_id"], found["end"], strict=True)) == {"L3": "died", "L2": "infused"}
    last = rules.ends(found).iloc[-1]
    assert (last["infused"], last["died"], last["running"]) == (0.5, 0.5, 0)
    assert rules.curves({"all": found})["share"].iloc[-1] == 1, "if nobody dropped out"


def test_means_of_the_parts_add_up_to_the_mean_of_the_whole() -> None:
    second = lot("L4", "2026-07-01", 3, 4, 16, 40, 41, 60)
    parts = rules.parts(rules.judged(cases(FAILED, REPEAT, second), DAY)).set_index("part")
    assert parts.drop(index="total")["mean"].sum() == pytest.approx(parts.loc["total", "mean"])
    assert parts.loc["total", "mean"] == (65 + 60) / 2


def test_without_a_repeat_its_part_is_left_out_and_without_a_case_nothing_breaks() -> None:
    found = rules.judged(cases(REPEAT | {"replaces_batch_id": None}), DAY)
    assert "repeat" not in set(rules.parts(found)["part"])
    nothing = rules.judged(cases(), DAY)
    assert rules.group("", nothing).percentiles == (None,) * 5
    assert rules.ends(nothing).empty
    assert rules.waiting(nothing).empty


def test_shares_of_competing_ends_are_as_counted_by_hand() -> None:
    found = incidence([1, 2, 3, 4], ["infused", "died", "", "infused"])
    assert found["time"].tolist() == [1, 2, 4]
    assert found["infused"].tolist() == [0.25, 0.25, 0.75]
    assert found["died"].tolist() == [0, 0.25, 0.25]


def test_with_one_kind_of_end_the_share_is_one_less_kaplan_meier() -> None:
    days, ended = [3, 3, 5, 8, 8, 9, 12], [True, False, True, True, False, True, True]
    alone = incidence(days, ["infused" if one else "" for one in ended])
    assert alone["infused"].to_numpy() == pytest.approx(1 - km_curve(days, ended)["survival"].to_numpy())


def test_the_interval_of_a_curve_is_that_of_scipy() -> None:
    from scipy.stats import CensoredData, ecdf

    days, ended = np.array([6.0, 6, 6, 7, 10, 13, 16, 22, 23]), np.array([1, 1, 1, 1, 1, 1, 1, 1, 0], bool)
    low, high = survival_interval(km_curve(days.tolist(), ended.tolist()))
    known = ecdf(CensoredData(uncensored=days[ended], right=days[~ended])).sf
    wanted = known.confidence_interval(method="log-log")
    at = km_curve(days.tolist(), ended.tolist())["time"].to_numpy()
    assert low == pytest.approx(wanted.low.evaluate(at), abs=1e-6)
    assert high == pytest.approx(wanted.high.evaluate(at), abs=1e-6)
