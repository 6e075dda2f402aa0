"""Rows picked from an answer without filters are those the engine gives with them, to the last type."""

from datetime import date
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from firstdose import queries
from firstdose.access import Scope
from firstdose.contracts import contracts
from firstdose.lake import Lake, Session, narrowed
from firstdose.queries import picking
from firstdose.view import NO_DAY_SINCE, NO_DAY_UNTIL, View
from tests.support import MemorySession, session_of

FOLDER = Path(queries.__file__).parent
PICKED = sorted(
    f"{path.parent.name}.{path.stem}"
    for path in FOLDER.glob("*/*.sql")
    if "\n-- picked: " in path.read_text()
)
PROGRAMS = ("HUB-11", "NCC-01", "NCC-02", "NCC-03", "elsewhere")
GROUPS = ("Solid tumour", "T-cell malignancy")
PARTNERS = ("CENTRE", "CENTRE-CPF", "FORGE", "SEIRAN-CDMO")
PLACES = ("EU", "JP", "US")
AREAS = ("Analytical", "CMC-Drug product", "CMC-Vector", "Clinical", "Quality system", "Technology transfer")
DAYS = (date(2026, 3, 1), date(2026, 10, 1), date(2027, 2, 1))
#: Values that are no filter, of questions that name them.
MORE: dict[str, Any] = {
    "where": "JP",
    "blocks": "first dose",
    "gate": "all",
    "state": "all",
    "lacking": True,
    "transfer": "",
    "first_day": date(2026, 6, 1),
    "last_day": date(2027, 6, 1),
}


@pytest.fixture(scope="module")
def lake(demo_lake: Path) -> Lake:
    return Lake.open(demo_lake)


def gappy(session: Session) -> MemorySession:
    """The same alliance with empty cells wherever a column may hold none, in every third row."""
    copied = session_of(session.as_of)
    for name, contract in contracts().items():
        rows = session.cursor().execute(f'select * from "{name}"').to_arrow_table()
        copied.connection.register("given", rows)
        copied.connection.execute(f'insert into "{name}" by name select * from given')
        for column in contract.columns:
            if not column.required and column.name not in contract.key:
                copied.connection.execute(
                    f'update "{name}" set "{column.name}" = null where hash(rowid, ?) % 3 = 0', [column.name]
                )
    return copied


@pytest.fixture(scope="module")
def sessions(lake: Lake) -> dict[str, Any]:
    """The newest version, an early one, one full of gaps, and what one partner and one program may see."""
    return {
        "newest": lake.session(),
        "gappy": gappy(lake.session()),
        "early": lake.session(2),
        "a partner": narrowed(lake, Scope(partners=frozenset({"FORGE"}))).session(),
        "a program": narrowed(lake, Scope(programs=frozenset({"NCC-01"}))).session(),
    }


def some(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...] | None]:
    return st.none() | st.lists(st.sampled_from(values), unique=True, max_size=2).map(tuple)


VIEWS = st.builds(
    View,
    page=st.just("overview"),
    program=st.none() | some(PROGRAMS),
    group=st.none() | some(GROUPS),
    partner=some(PARTNERS),
    jurisdiction=some(PLACES),
    area=some(AREAS),
    since=st.none() | st.sampled_from((*DAYS, NO_DAY_SINCE)),
    until=st.none() | st.sampled_from((*DAYS, NO_DAY_UNTIL)),
)


def more(session: Any, view: View, name: str) -> dict[str, Any]:
    """What a question binds beside the view, with every row's key where it asks for keys."""
    said = dict(MORE)
    named = queries._parameters(queries.read_sql(name))
    if "place" in named:
        said["place"] = (view.jurisdiction or (None,))[0]
    if "shown" in named:
        offered = queries.ask("transfer.transfers", session, view, transfer="")["transfer_id"].tolist()
        said["shown"] = offered[::-2]  # in an order of its own
    if "keys" in named:
        said["keys"] = keys(session)
    return {key: value for key, value in said.items() if key in named}


@cache
def keys(session: Any) -> list[str]:
    """A few rows of every table, as changes name them."""
    found = []
    for name, contract in contracts().items():
        key = ", ".join(f'"{column}"' for column in contract.key)
        rows = session.cursor().execute(
            f"select concat_ws('|', {key}) from \"{name}\" order by all limit 40"  # table names of contracts
        )
        found += [f"{name}:{row[0]}" for row in rows.fetchall()]
    return found


def asked_of_the_engine(name: str, session: Any, view: View, said: dict[str, Any]) -> pd.DataFrame:
    known = view.sql_values(session.as_of) | said
    known.setdefault("chosen", queries.chosen(session, view))
    sql = queries.read_sql(name)
    return queries._answer(name, session, {key: known[key] for key in queries._parameters(sql)})


def test_the_questions_that_pages_ask_most_are_picked() -> None:
    assert {"readiness.network", "readiness.checklist", "readiness.history", "timeline.tasks"} <= set(PICKED)


@pytest.mark.parametrize("name", PICKED)
def test_picked_rows_are_those_the_engine_gives(name: str, sessions: dict[str, Any]) -> None:
    seen = []

    @settings(deadline=None)  # the first answer opens a version
    @example(view=View(), whose="newest", gate="first dose")
    @example(view=View(group=()), whose="gappy", gate="filing")
    @example(view=View(jurisdiction=()), whose="gappy", gate="filing")
    @example(view=View(partner=()), whose="gappy", gate="filing")
    @example(view=View(area=()), whose="gappy", gate="filing")
    @given(
        view=VIEWS, whose=st.sampled_from(sorted(sessions)), gate=st.sampled_from(("filing", "first dose"))
    )
    def same(view: View, whose: str, gate: str) -> None:
        session = sessions[whose]
        said = more(session, view, name)
        if "blocks" in said:
            said["blocks"] = gate
        ours = queries.ask(name, session, view, **said)
        theirs = asked_of_the_engine(name, session, view, said)
        pd.testing.assert_frame_equal(ours, theirs, obj=f"{name} of {whose}")
        seen.append(len(ours))

    same()
    assert any(seen), "a question that never had a row proves nothing"


@pytest.mark.parametrize("name", PICKED)
def test_a_question_names_only_its_values_and_columns_of_its_answer(
    name: str, sessions: dict[str, Any]
) -> None:
    session, view = sessions["newest"], View()
    frame = queries.ask(name, session, view, **more(session, view, name))
    for rule in picking.rules(queries.read_sql(name)):
        assert rule.value in queries._parameters(queries.read_sql(name))
        assert set(rule.columns) <= set(frame.columns)


def test_an_answer_of_too_many_rows_is_asked_with_its_filters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picking, "MOST_ROWS", 3)
    programs = [{"program_id": one, "name": one, "jurisdictions": "JP;US"} for one in ("P1", "P2")]
    items = [
        {"item_id": f"I{n}", "program_id": program, "jurisdiction": "JP", "area": "Clinical", "title": "T"}
        for n, program in enumerate(islice(cycle(("P1", "P1", "P2")), 6))
    ]
    session = session_of(programs=programs, readiness_items=items)
    for _again in range(2):
        for program, count in (("P1", 4), ("P2", 2)):
            view = View(program=(program,))
            assert len(queries.ask("readiness.items", session, view, blocks=None)) == count  # type: ignore[arg-type]
    asked = queries.ask("readiness.items", session, View(program=("P2",)), blocks=None)  # type: ignore[arg-type]
    assert dict(asked.attrs["asked"].values)["chosen"] == ("P2",)


def test_reasons_name_the_values_asked_for_and_not_those_picked_from(sessions: dict[str, Any]) -> None:
    view = View(program=("NCC-01",), jurisdiction=("JP",))
    asked = queries.ask("readiness.network", sessions["newest"], view).attrs["asked"]
    assert dict(asked.values)["chosen"] == ("NCC-01",)
    assert dict(asked.values)["jurisdiction"] == ("JP",)
    pasted = sessions["newest"].cursor().execute(asked.pasteable()).df()
    assert len(pasted) == len(queries.ask("readiness.network", sessions["newest"], view))
