"""Transfers as the engine answers and as they are drawn: filters, pairs of laboratories, nothing at all."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from firstdose.figures import transfer as figures
from firstdose.figures import transfer_methods as method_words
from firstdose.figures import transfer_runs as run_words
from firstdose.figures import transfer_words as words
from firstdose.queries import forecast as plans
from firstdose.queries import manufacturing
from firstdose.queries import transfer as queries
from firstdose.rules import transfer as rules
from firstdose.rules import transfer_methods, transfer_runs
from firstdose.rules.forecast import Basis
from firstdose.rules.transfer_handover import hand_over
from firstdose.ui.transfer import more_cards
from firstdose.view import NO_DAY_SINCE, NO_DAY_UNTIL, View
from tests.support import MemorySession, session_of
from tests.unit.test_manufacturing_queries import ATTRIBUTES, PARTNERS, PROGRAMS, lot, result

DAY = date(2026, 11, 20)
ALL = View(page="transfer")


def transfer(id_: str, kind: str = "cell process", program: str | None = "P1", **own: Any) -> dict[str, Any]:
    return {
        "transfer_id": id_,
        "program_id": program,
        "kind": kind,
        "subject": f"Subject {id_}",
        "sending_partner": "SEND",
        "receiving_partner": "TAKE",
    } | own


def deliverable(of: str, code: str, stage: str = "TT1", **own: Any) -> dict[str, Any]:
    return {
        "transfer_id": of,
        "deliverable_code": code,
        "stage_code": stage,
        "title": f"Title {code}",
        "status": "in progress",
    } | own


@pytest.fixture(scope="module")
def world() -> MemorySession:
    return session_of(
        as_of=DAY,
        partners=PARTNERS,
        programs=[PROGRAMS[0] | {"lead_partner": "TAKE"}, PROGRAMS[1]],
        attributes=ATTRIBUTES,
        transfers=[
            transfer("T1"),
            transfer("M1", "analytical method", code="VIAB", approach="comparative testing", margin=2.0),
            transfer("V2", "vector process", "P2"),
            transfer("Q0", "quality system", None),
        ],
        transfer_deliverables=[
            deliverable(
                "T1", "TD101", criterion="own words", due_on=date(2026, 11, 1), waiting_on="receiving"
            ),
            deliverable("T1", "X1", "TT3", status="accepted", done_on=date(2026, 10, 1)),
            deliverable("M1", "TD401", "TT4"),
        ],
        batches=[lot(f"L{at}", f"2026-03-0{at}") for at in range(1, 6)],
        results=[
            *(result(f"L{at}", 90.0 + at) for at in range(1, 6)),
            *(result(f"L{at}", 90.5 + at, lab_partner="TAKE") for at in range(1, 4)),
            result("L4", 80.0, lab_partner="TAKE", qualifier="<"),
            result("L1", 70.0, lab_partner="ELSE"),
        ],
    )


def ids(world: MemorySession, view: View) -> list[str]:
    found: list[str] = queries.transfers(world, view)["transfer_id"].tolist()
    return found


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        pytest.param({}, ["Q0", "T1", "M1", "V2"], id="all: the platform first, then by program and kind"),
        pytest.param({"program": ("P2",)}, ["V2"], id="one program: nothing of the platform"),
        pytest.param({"area": ("Analytical",)}, ["M1"], id="an area lets its kind through"),
        pytest.param({"area": ()}, [], id="a refused area shows nothing"),
        pytest.param({"jurisdiction": ()}, [], id="a refused jurisdiction shows nothing of the platform"),
        pytest.param({"partner": ("TAKE",)}, ["Q0", "T1", "M1"], id="a partner who does nothing for P2 yet"),
        pytest.param({"keys": (("transfer", "M1"),)}, ["M1"], id="one transfer"),
        pytest.param({"keys": (("transfer", "NOPE"),)}, [], id="one that is not there"),
    ],
)
def test_filters_let_transfers_through(
    world: MemorySession, chosen: dict[str, Any], shown: list[str]
) -> None:
    assert ids(world, replace(ALL, **chosen)) == shown


def test_only_lots_that_both_laboratories_tested_are_compared(world: MemorySession) -> None:
    found = queries.pairs(world, ALL, ["T1", "M1"])
    assert found["batch_id"].tolist() == ["L1", "L2", "L3", "L4"]
    assert (found["receiving_value"] - found["sending_value"]).head(3).tolist() == [0.5, 0.5, 0.5]
    assert found["is_bound"].tolist() == [False, False, False, True]
    transfers = queries.transfers(world, ALL)
    judged = transfer_methods.methods(transfers, queries.methods(world, ALL, ["M1"]), found)
    assert judged[["verdict", "n", "left_out"]].values.tolist() == [["equivalent", 3, 1]]


def test_samples_of_one_lot_are_no_independent_lots_of_a_method() -> None:
    samples = ("stability", "release", "in process")
    one = session_of(
        as_of=DAY,
        partners=PARTNERS,
        programs=[PROGRAMS[0] | {"lead_partner": "TAKE"}],
        attributes=ATTRIBUTES,
        transfers=[
            transfer("M1", "analytical method", code="VIAB", approach="comparative testing", margin=2.0)
        ],
        batches=[lot("L1", "2026-03-01")],
        results=[
            result("L1", 90.0 + at + shift, sample=sample, lab_partner=partner)
            for at, sample in enumerate(samples)
            for shift, partner in ((0.0, "SEND"), (0.1, "TAKE"))
        ],
    )
    pairs = queries.pairs(one, ALL, ["M1"])
    assert pairs["sample"].tolist() == ["release"], "the one nearest to release"
    shown = queries.transfers(one, ALL)
    judged = transfer_methods.methods(shown, queries.methods(one, ALL, ["M1"]), pairs).iloc[0]
    assert (judged["n"], judged["verdict"], judged["why"]) == (1, "not demonstrated", "few")


def ladder_of(**period: date) -> list[Any]:
    """The rungs as the page shows them in a period, after three engineering runs in March."""
    own = session_of(
        as_of=DAY,
        partners=PARTNERS,
        programs=PROGRAMS,
        transfers=[transfer("T1")],
        batches=[lot(f"L{at}", f"2026-03-0{at}", purpose="engineering") for at in range(1, 4)],
        targets=[
            {
                "target_id": "R",
                "metric": "run ladder successes",
                "value": 3.0,
                "valid_from": date(2026, 1, 1),
            }
        ],
    )
    cards = {one.key: one for one in more_cards(replace(ALL, **period), own)}
    found: list[Any] = cards["table-transfer-runs"].data["next"].tolist()
    return found


@pytest.mark.parametrize(
    "period",
    [
        pytest.param({"since": date(2026, 4, 1)}, id="since after the runs"),
        pytest.param({"since": date(2026, 3, 2)}, id="since the second run"),
        pytest.param({"until": date(2026, 3, 2)}, id="until the second run"),
    ],
)
def test_a_rung_once_reached_stays_reached_in_every_period(period: dict[str, date]) -> None:
    assert ladder_of(**period) == ladder_of() != []


def test_a_period_that_was_refused_shows_no_rung() -> None:
    assert ladder_of(since=NO_DAY_SINCE) == ladder_of(until=NO_DAY_UNTIL) == []
    assert ladder_of(since=date(2026, 3, 3), until=date(2026, 3, 1)) == []


def test_a_table_says_days_and_the_side_that_must_move_and_a_criterion_in_the_words_of_the_data(
    world: MemorySession,
) -> None:
    rows = {row["transfer_id"]: row for row in queries.transfers(world, ALL).to_dict("records")}
    judged = rules.marked(queries.deliverables(world, ALL, ["T1"]), DAY)
    said = words.deliverables(judged, rows)
    assert said["state"].tolist() == ["✕ 19 days late, in progress", "✓ accepted on 1 Oct 2026"]
    assert said["receiving"].tolist() == ["●", ""]
    assert said["wanted"].tolist() == ["own words", ""]
    assert said["opens"].tolist() == ["", ""]


def test_cells_of_the_board_lead_to_their_stage_and_no_two_lead_to_the_same(world: MemorySession) -> None:
    transfers = queries.transfers(world, ALL)
    judged = rules.marked(queries.deliverables(world, ALL, transfers["transfer_id"].tolist()), DAY)
    figure = figures.board(transfers, rules.stages(judged), rules.waiting(judged))
    leads = list(figure.data[0]["ids"])
    assert sorted(leads) == [
        "transfer=M1&part=TT4&show=all",
        "transfer=T1&part=TT1&show=all",
        "transfer=T1&part=TT3&show=all",
        "transfer=T1&part=receiving&show=open",
    ]
    assert len(figure.data[2]["x"]) == 4 * 9 - len(leads), "cells with nothing are drawn too"


def test_nothing_at_all_is_said_and_breaks_nothing() -> None:
    bare = session_of(as_of=DAY)
    transfers = queries.transfers(bare, ALL)
    judged = rules.marked(queries.deliverables(bare, ALL, []), DAY)
    figure = figures.board(transfers, rules.stages(judged), rules.waiting(judged))
    assert "No transfer fits the filters." in figure.layout.annotations[0].text
    verdicts = transfer_methods.methods(
        transfers, queries.methods(bare, ALL, []), queries.pairs(bare, ALL, [])
    )
    assert method_words.methods(verdicts).empty
    drifted = rules.drifts(transfers, {}, DAY)
    assert words.drifts(drifted).empty
    lots = transfer_runs.concerned(manufacturing.lots(bare, ALL), transfers)
    assert run_words.runs(transfer_runs.ladder(lots, queries.rungs(bare, ALL))).empty
    basis = Basis(plans.tasks(bare, ALL), plans.risks(bare, ALL), DAY)
    assert run_words.hand_overs(hand_over(transfers, queries.tasks(bare, ALL), basis)).empty
    figures_ = rules.headlines(judged, drifted, verdicts["verdict"])
    assert [one.value for one in figures_] == ["0 of 0", "0", "0 / 0", "0 of 0", "–"]
