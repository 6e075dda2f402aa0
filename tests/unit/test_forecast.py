"""When milestones come and what decides them, on small plans and on the page's own questions."""

from datetime import date
from typing import Any

import pandas as pd
import pytest

from firstdose.figures import forecast as figures
from firstdose.queries import forecast as queries
from firstdose.queries import timeline as plans
from firstdose.rules import forecast as rules
from firstdose.view import View
from tests.support import MemorySession, session_of

DAY = date(2026, 6, 1)


def task(name: str, low: int, mid: int, high: int, before: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "task_id": name, "program_id": "P1", "partner_id": "CTR", "workstream": "Regulatory", "name": name,
        "kind": "task", "predecessors": before, "duration_low_days": low, "duration_mid_days": mid,
        "duration_high_days": high,
    } | more  # fmt: skip


def world(*risks: dict[str, Any]) -> MemorySession:
    anchor = {"kind": "milestone", "anchor": "first dose", "jurisdiction": "JP"}
    return session_of(
        as_of=DAY,
        partners=[{"partner_id": "CTR", "name": "Centre", "role": "academic centre", "country": "JP"}],
        programs=[
            {"program_id": "P1", "name": "<b>One</b>", "target_fih_date": date(2026, 7, 11)},
            {"program_id": "P2", "name": "Two"},
        ],
        tasks=[
            task("OLD", 5, 5, 5, actual_start=date(2026, 5, 1), actual_finish=date(2026, 5, 6)),
            task("A", 30, 40, 60, "OLD"),
            task("B", 10, 10, 10, "OLD"),
            task("M", 0, 0, 0, "A;B", **anchor),
            task("N", 0, 0, 0, "B", program_id="P2", **anchor),
        ],
        risks=list(risks),
    )


def ask(session: MemorySession) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    view = View(page="forecast")
    return (
        queries.tasks(session, view),
        queries.risks(session, view),
        plans.milestones(session, view),
    )


def risk(status: str = "open", tasks: str = "A;B") -> dict[str, Any]:
    return {
        "risk_id": f"R-{status}", "title": "Late", "owner_partner": "CTR", "status": status,
        "probability_pct": 100, "impact_low_days": 20, "impact_mid_days": 20, "impact_high_days": 20,
        "tasks": tasks,
    }  # fmt: skip


def test_each_milestone_has_its_days_and_its_chance_to_meet_the_target() -> None:
    found = rules.outlook(*ask(world()), DAY).milestones
    assert found["task_id"].tolist() == ["N", "M"]
    one = found.iloc[1]
    assert one["p10"] < one["p50"] < one["p80"] < one["p90"]
    assert 0.3 < one["chance"] < 0.6  # the target is the likely day, and PERT leans to the late side
    assert one["in_time_runs"] == round(one["chance"] * rules.RUNS)
    assert found.iloc[0]["p50"] == found.iloc[0]["p90"] == pd.Timestamp("2026-06-11")
    assert pd.isna(found.iloc[0]["chance"])


def test_a_risk_that_may_strike_moves_all_its_tasks_and_one_that_has_struck_none() -> None:
    plain = rules.outlook(*ask(world()), DAY).milestones
    struck = rules.outlook(*ask(world(risk())), DAY).milestones
    assert (struck["p50"] - plain["p50"]).dt.days.tolist() == pytest.approx([20, 20], abs=1)
    for status in ("occurred", "closed"):
        assert (rules.outlook(*ask(world(risk(status))), DAY).milestones["p50"] == plain["p50"]).all()


def test_a_risk_on_done_tasks_only_cannot_strike() -> None:
    assert (
        rules.outlook(*ask(world(risk(tasks="OLD"))), DAY).milestones["p50"]
        == rules.outlook(*ask(world()), DAY).milestones["p50"]
    ).all()


def test_the_task_with_the_open_duration_decides_and_float_is_that_of_the_likely_plan() -> None:
    tasks, risks, _milestones = ask(world())
    found = rules.drivers(tasks, risks, "M", DAY)
    rows = found.tasks.set_index("task_id")
    assert set(rows.index) == {"A", "B", "M"}
    assert rows.loc["A", "criticality"] == 1
    assert rows.loc["A", "cruciality"] == pytest.approx(1)
    assert rows.loc["B", "total_float_days"] == 30
    assert found.merge_bias_days == pytest.approx(0, abs=0.2)
    assert found.curve["day_on"].is_monotonic_increasing


def test_at_least_so_many_comes_from_the_same_runs() -> None:
    found = rules.outlook(*ask(world()), DAY)
    counted = rules.at_least(found)
    assert counted["count"].tolist() == [1, 2]
    assert counted["p80"].tolist() == found.milestones["p80"].tolist()


def test_nothing_ahead_is_said_and_names_are_escaped() -> None:
    tasks, risks, milestones = ask(world())
    none = rules.outlook(tasks, risks, milestones.iloc[:0], DAY)
    assert "No milestone" in figures.portfolio(none.milestones).layout.annotations[0].text
    assert rules.at_least(none).empty
    found = rules.outlook(tasks, risks, milestones, DAY).milestones
    drawn = figures.portfolio(found).to_json()
    assert "<b>One" not in drawn.replace("<b>&lt;b&gt;One", "")
    assert rules.next_open(found)["task_id"] == "M"
