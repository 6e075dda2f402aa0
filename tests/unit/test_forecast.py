"""When milestones come and what decides them, on small plans and on the page's own questions."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from firstdose.figures import forecast as figures
from firstdose.figures import forecast_drivers as deciding
from firstdose.queries import forecast as queries
from firstdose.queries import timeline as plans
from firstdose.rules import forecast as rules
from firstdose.rules.timeline_network import reckon
from firstdose.ui.table import markup
from firstdose.view import View
from firstdose.words import use_language
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


def outlook(session: MemorySession, **how: Any) -> rules.Outlook:
    tasks, risks, milestones = ask(session)
    return rules.outlook(rules.Basis(tasks, risks, DAY, **how), milestones)


def risk(status: str = "open", tasks: str = "A;B") -> dict[str, Any]:
    return {
        "risk_id": f"R-{status}", "title": "Late", "owner_partner": "CTR", "status": status,
        "probability_pct": 100, "impact_low_days": 20, "impact_mid_days": 20, "impact_high_days": 20,
        "tasks": tasks,
    }  # fmt: skip


def test_fewer_runs_are_the_first_of_more() -> None:
    few, many = outlook(world(), runs=400), outlook(world())
    assert (few.finish == many.finish[:400]).all()
    assert few.milestones["in_time_runs"].max() <= 400
    assert few.milestones["chance"].iloc[1] == few.milestones["in_time_runs"].iloc[1] / 400


def test_what_is_ahead_is_told_whatever_the_filters() -> None:
    came = {"kind": "milestone", "anchor": "filing", "jurisdiction": "JP", "actual_finish": DAY}
    plan = session_of(
        as_of=DAY,
        programs=[{"program_id": "P1", "name": "One", "target_fih_date": date(2026, 7, 11)}],
        tasks=[
            task("M", 0, 0, 0, kind="milestone", anchor="first dose", jurisdiction="JP"),
            task("F", 0, 0, 0, **came),
            task("A", 5, 5, 5),
        ],
    )
    found = queries.ahead(plan, View(program=("NONE",)))
    assert found["task_id"].tolist() == ["M"]
    assert found["target_on"].tolist() == [pd.Timestamp("2026-07-11")]


def test_each_milestone_has_its_days_and_its_chance_to_meet_the_target() -> None:
    found = outlook(world()).milestones
    assert found["task_id"].tolist() == ["N", "M"]
    one = found.iloc[1]
    assert one["p10"] < one["p50"] < one["p80"] < one["p90"]
    assert 0.3 < one["chance"] < 0.6  # the target is the likely day, and PERT leans to the late side
    assert one["in_time_runs"] == round(one["chance"] * rules.RUNS)
    assert found.iloc[0]["p50"] == found.iloc[0]["p90"] == pd.Timestamp("2026-06-11")
    assert pd.isna(found.iloc[0]["chance"])


def test_a_risk_that_may_strike_moves_all_its_tasks_and_one_that_has_struck_none() -> None:
    plain = outlook(world()).milestones
    struck = outlook(world(risk())).milestones
    assert (struck["p50"] - plain["p50"]).dt.days.tolist() == pytest.approx([20, 20], abs=1)
    for status in ("occurred", "closed"):
        assert (outlook(world(risk(status))).milestones["p50"] == plain["p50"]).all()


def test_a_risk_on_done_tasks_only_cannot_strike() -> None:
    assert (outlook(world(risk(tasks="OLD"))).milestones["p50"] == outlook(world()).milestones["p50"]).all()


def test_the_task_with_the_open_duration_decides_and_float_is_that_of_the_likely_plan() -> None:
    tasks, risks, _milestones = ask(world())
    found = rules.drivers(rules.Basis(tasks, risks, DAY), "M")
    rows = found.tasks.set_index("task_id")
    assert set(rows.index) == {"A", "B", "M"}
    assert rows.loc["A", "criticality"] == 1
    assert rows.loc["A", "cruciality"] == pytest.approx(1)
    assert rows.loc["B", "total_float_days"] == 30
    assert found.merge_bias_days == pytest.approx(0, abs=0.2)
    assert found.curve["day_on"].is_monotonic_increasing


def test_at_least_so_many_comes_from_the_same_runs() -> None:
    found = outlook(world())
    counted = rules.at_least(found, DAY)
    assert counted["count"].tolist() == [1, 2]
    assert counted["p80"].tolist() == found.milestones["p80"].tolist()


def test_nothing_ahead_is_said_and_names_are_escaped() -> None:
    tasks, risks, milestones = ask(world())
    none = rules.outlook(rules.Basis(tasks, risks, DAY), milestones.iloc[:0])
    assert "No milestone" in figures.portfolio(none.milestones).layout.annotations[0].text
    assert rules.at_least(none, DAY).empty
    found = rules.outlook(rules.Basis(tasks, risks, DAY), milestones).milestones
    drawn = figures.portfolio(found).to_json()
    assert "<b>One" not in drawn.replace("<b>&lt;b&gt;One", "")
    assert rules.next_open(found)["task_id"] == "M"


def test_what_the_pointer_shows_names_in_the_language_of_the_reader() -> None:
    use_language("ja")
    tasks, risks, milestones = ask(world())
    basis = rules.Basis(tasks.assign(name_ja="作業"), risks, DAY)
    found = rules.outlook(basis, milestones.assign(program_name_ja=["一", None])).milestones
    named = dict(zip(found["task_id"], found["program_name_ja"], strict=True))
    bars = figures.portfolio(found).data[0].customdata
    said = [named[task] if isinstance(named[task], str) else "Two" for task in found["task_id"]]
    assert [one.split("<br>")[0] for one in bars] == [f"<b>{name}</b>" for name in said]
    assert "一" in str(bars)
    deciding_ = rules.drivers(basis, "M")
    (one,) = found[found["task_id"] == "M"].to_dict("records")
    assert "<b>一</b>" in figures.curve(deciding_.curve, one).data[-1].hovertemplate
    (bar, *_rest) = deciding.criticality(deciding_.tasks).data
    assert all(one.startswith("<b>作業</b>") for one in bar.customdata)


def test_a_chain_of_starts_on_the_next_day_has_no_float_and_is_the_one_the_timeline_draws() -> None:
    rows, day = [], DAY
    for at in range(6):
        bar = {"baseline_start": day, "baseline_finish": day + timedelta(days=10)}
        rows.append(task(f"T{at}", 10, 10, 10, f"T{at - 1}" if at else None, **bar))
        day += timedelta(days=11)
    dose = {"kind": "milestone", "anchor": "first dose", "jurisdiction": "JP", "baseline_start": day}
    rows.append(task("M", 0, 0, 0, "T5", **dose))
    programs = [{"program_id": "P1", "name": "One"}]
    tasks, risks, milestones = ask(session_of(as_of=DAY, programs=programs, tasks=rows))
    basis = rules.Basis(tasks, risks, DAY)
    found = rules.drivers(basis, "M").tasks
    assert set(found["task_id"]) == reckon(tasks, DAY).critical
    assert found["total_float_days"].tolist() == [0] * 7
    assert found["is_critical"].all()
    assert found["criticality"].tolist() == [1] * 7
    assert rules.outlook(basis, milestones).milestones["p50"].tolist() == [pd.Timestamp(day)]


def test_what_moves_a_milestone_are_its_wide_tasks_and_its_risks() -> None:
    tasks, risks, _milestones = ask(world(risk() | {"probability_pct": 50}))
    found = rules.drivers(rules.Basis(tasks, risks, DAY), "M")
    assert found.swings[["id", "kind"]].to_numpy().tolist() == [["R-open", "risk"], ["A", "task"]]
    assert (found.swings["early_days"] < 0).all()
    assert (found.swings["late_days"] > 0).all()
    shown = deciding.task_rows(found.tasks).set_index("task_id")["state"].to_dict()
    assert shown == {"A": "▲ critical", "M": "▲ critical", "B": "has float"}
    for drawn in (deciding.tornado(found.swings), deciding.criticality(found.tasks)):
        assert drawn.data


def test_the_float_of_a_running_task_is_told_in_whole_days_in_the_table_as_at_its_bar() -> None:
    tasks, risks, _milestones = ask(world())
    running = {"actual_start": pd.Timestamp("2026-05-28"), "percent_complete": 33}
    for name, value in running.items():
        tasks.loc[tasks["task_id"] == "B", name] = value
    found = rules.drivers(rules.Basis(tasks, risks, DAY), "M").tasks
    assert found.set_index("task_id").loc["B", "total_float_days"] == pytest.approx(33.3)
    shown = deciding.task_rows(found)
    assert shown.set_index("task_id")["total_float_days"].to_dict() == {"A": 0, "M": 0, "B": 33}
    drawn = markup(shown, deciding.task_columns(), "table", "Tasks", None)
    assert '<td class="n">33</td>' in drawn
    none = deciding.task_rows(found.assign(total_float_days=-7e-13))  # what a chain of such days leaves
    assert '<td class="n">0</td>' in markup(none, deciding.task_columns(), "table", "Tasks", None)
    assert any("33 days of float" in bar for bar in map(deciding._told, found.to_dict("records")))


def test_working_days_leave_out_weekends_holidays_and_closures() -> None:
    tasks, risks, milestones = ask(world())
    closed = pd.DataFrame(
        {"partner_id": ["CTR"], "from_on": [date(2026, 6, 8)], "to_on": [date(2026, 6, 12)]}
    )
    found = [
        rules.outlook(rules.Basis(tasks, risks, DAY, shut, days), milestones).milestones.iloc[0]["p50"]
        for shut, days in ((None, "calendar"), (None, "working"), (closed, "working"))
    ]
    assert found == [pd.Timestamp(day) for day in ("2026-06-11", "2026-06-13", "2026-06-20")]


def test_the_chance_of_at_least_so_many_rises_with_the_day_and_falls_with_the_number() -> None:
    found = outlook(world())
    counted = rules.at_least(found, DAY)
    until = rules.quarters(found, DAY)
    shares = counted[[f"by_{at}" for at in range(1, len(until) + 1)]].to_numpy()
    assert until[0] == date(2026, 6, 30)
    assert shares[0, 0] == 1
    assert (shares[0] >= shares[1]).all()
    assert (shares[:, 1:] >= shares[:, :-1]).all()


def test_a_forecast_of_some_is_that_of_all_without_the_others() -> None:
    found = outlook(world())
    one = found.only(["M"])
    assert one.milestones["task_id"].tolist() == ["M"]
    assert (one.finish[:, 0] == found.finish[:, 1]).all()


def test_the_curve_of_a_milestone_is_its_forecast_when_a_running_task_waits_with_its_finish() -> None:
    session = session_of(
        as_of=DAY,
        programs=[{"program_id": "P1", "name": "One"}],
        tasks=[
            task("A", 50, 60, 90),
            task("B", 20, 30, 40, "A; AFF +2d ;AFF", actual_start=date(2026, 5, 12)),
            task("AFF", 5, 5, 5),
            task("M", 0, 0, 0, "B", kind="milestone", anchor="first dose", jurisdiction="JP"),
        ],
    )
    tasks, risks, milestones = ask(session)
    basis = rules.Basis(tasks, risks, DAY)
    told = rules.outlook(basis, milestones).milestones.iloc[0]
    found = rules.drivers(basis, "M")
    days = found.curve.set_index(found.curve["share"].round(2))["day_on"]
    assert (days[0.5], days[0.8]) == (told["p50"], told["p80"])
    assert found.tasks.set_index("task_id").loc["A", "criticality"] == 1


def test_a_running_task_past_its_likely_duration_is_not_certain_to_end_tomorrow() -> None:
    running = {"actual_start": date(2026, 3, 1), "forecast_finish": date(2026, 8, 31)}
    session = session_of(
        as_of=DAY,
        programs=[{"program_id": "P1", "name": "One"}],
        tasks=[
            task("A", 20, 60, 200, **running),
            task("M", 0, 0, 0, "A", kind="milestone", anchor="first dose", jurisdiction="JP"),
        ],
    )
    told = outlook(session).milestones.iloc[0]
    assert told["p10"] < told["p50"] < told["p90"]
    assert date(2026, 7, 1) < told["p50"].date() < date(2026, 9, 17)
