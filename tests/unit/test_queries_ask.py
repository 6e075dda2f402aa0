"""Asking: one answer per version and values, the statement that made it at hand, and an end in time."""

import inspect
from collections.abc import Callable
from datetime import date
from threading import Timer

import pytest

from firstdose import queries
from firstdose.errors import StoreError
from firstdose.queries import pipeline
from firstdose.view import View
from tests.support import session_of

DAY = date(2026, 11, 20)


def test_a_question_that_takes_too_long_is_stopped_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    heavy = (
        "select count(*) from range(100000000) a cross join range(100000000) b where a.range * b.range = 7"
    )
    monkeypatch.setattr(queries, "read_sql", lambda _name: heavy)
    monkeypatch.setattr(queries, "LONGEST_SECONDS", 0.2)
    with pytest.raises(StoreError, match="was stopped"):
        queries.ask("pipeline.heavy", session_of(), View())  # type: ignore[arg-type]


def test_the_statement_shown_runs_as_pasted_and_gives_the_same_rows() -> None:
    session = session_of(
        programs=[
            {"program_id": "P'1", "name": "One", "jurisdictions": "JP;US", "indication_group": "Other"}
        ],
        stage_events=[{"program_id": "P'1", "stage_code": "S01", "entered_on": DAY, "outcome": "open"}],
    )
    view = View(as_of=DAY, program=("P'1",), jurisdiction=("US",))
    frame = pipeline.stage_funnel(session, view)
    asked = frame.attrs["asked"]
    assert asked.as_of == DAY
    pasted = session.cursor().execute(asked.pasteable()).df()
    assert pasted["reached"].tolist() == frame["reached"].tolist()
    assert frame["reached"][0] == 1


def test_a_kept_answer_cannot_be_altered_by_its_reader() -> None:
    session = session_of(programs=[{"program_id": "P1", "name": "One", "jurisdictions": "JP"}])
    first = pipeline.stage_funnel(session, View(as_of=DAY))
    first.loc[0, "programs"] = 99
    assert pipeline.stage_funnel(session, View(as_of=DAY))["programs"][0] == 1


def test_what_would_stop_a_question_holds_nothing_once_it_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else its thread closes the cursor, and a process that ends at that moment is aborted (seen)."""
    would_stop = []

    def timer(_seconds: float, stop: Callable[[], object]) -> Timer:
        would_stop.append(stop)
        return Timer(0, lambda: None)

    monkeypatch.setattr(queries, "Timer", timer)
    pipeline.stage_funnel(session_of(), View(as_of=DAY))
    (stop, *_more) = would_stop
    held = inspect.getclosurevars(stop).nonlocals.values()
    assert list(held) == [[]]
