"""A scope holds: whatever is asked of a narrowed lake, no row outside of it comes back or is written.

The rows that each scope should show are found here by hand, table by table, in pandas; the lake finds them
by the references of the contracts.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from importlib import import_module, resources
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from firstdose import queries
from firstdose.access import EVERYTHING, NOTHING, Denied, Scope
from firstdose.contracts import contracts
from firstdose.errors import PublishError, UnknownVersion
from firstdose.intake.scope import Scope as Sent
from firstdose.lake import Author, Drafts, Lake, Session, derived, narrowed
from firstdose.lake.prepare import as_its_maker, submit
from firstdose.lake.preview import Difference
from firstdose.page_keys import PAGE_KEYS
from firstdose.queries.filters import known
from firstdose.view import View, from_params
from tests.support import MemorySession

ME = Author("Kenji", "A change of our own rows", date(2026, 11, 20))
P1, P2 = "NCC-01", "NCC-02"
SCOPES = {
    "one program": Scope(programs=frozenset({P1})),
    "two programs": Scope(programs=frozenset({P1, P2})),
    "one partner": Scope(partners=frozenset({"FORGE"})),
    "the lead partner": Scope(partners=frozenset({"CENTRE"})),
    "a partner in a program": Scope(frozenset({P1}), frozenset({"FORGE"})),
    "some tables of a partner": Scope(partners=frozenset({"FORGE"}), tables=frozenset({"tasks", "slots"})),
    "a program and the slots": Scope(
        programs=frozenset({P1}), also=frozenset({"slots", "risks", "closures"})
    ),
    "nothing": NOTHING,
}
EDITS: Mapping[str, Mapping[str, list[str]]] = {
    "plain": {},
    "another program": {"program": ["NCC-03"]},
    "both programs": {"program": [P1, "NCC-03"]},
    "all programs": {"program": ["*"]},
    "another partner": {"partner": ["CENTRE-CPF"]},
    "every partner": {"partner": ["*"], "program": ["*"], "jurisdiction": ["*"]},
    "another area": {"area": ["Clinical"]},
    "another group": {"group": ["Solid tumour"]},
    "an old day": {"as_of": ["2025-06-01"]},
    "a longer period": {"since": ["1990-01-01"], "until": ["2090-01-01"]},
    "hidden keys": {"of": ["NCC-03-A01"], "q": ["NCC-03"], "transfer": ["TR-NCC-03-T"], "lot": ["*"]},
    "an attack": {"program": ["NCC-01' or 1=1 --"], "partner": ["' union select * from kept.tasks --"]},
}

Frames = Mapping[str, pd.DataFrame]


@pytest.fixture(scope="module")
def lake(demo_lake: Path) -> Lake:
    return Lake.open(demo_lake)


@pytest.fixture(scope="module")
def whole(lake: Lake) -> Frames:
    return frames(lake.session())


def frames(session: Session) -> dict[str, pd.DataFrame]:
    cursor = session.cursor()
    return {name: cursor.execute(f'from "{name}"').df() for name in contracts()}


def by_hand(all_: Frames, scope: Scope) -> dict[str, pd.DataFrame]:
    """What a scope should show, written down once more, without the contracts."""
    mine, with_null = dict(all_), scope.also
    partners = scope.partners

    def of_partner(name: str, *columns: str) -> "pd.Series[bool]":
        rows = all_[name]
        if partners is None:
            return pd.Series(True, rows.index)
        theirs = rows[list(columns)].isin(partners).any(axis=1)
        return theirs | (rows[list(columns)].isna().all(axis=1) if name in with_null else False)

    owners = {
        "programs": ("lead_partner",), "tasks": ("partner_id", "receiver_partner"),
        "readiness_items": ("owner_partner",), "batches": ("partner_id",), "inventory": ("partner_id",),
        "demand": ("partner_id",), "risks": ("owner_partner",), "actions": ("owner_partner",),
        "targets": ("partner_id",), "transfers": ("sending_partner", "receiving_partner"),
    }  # fmt: skip
    if partners is None:
        programs = set(scope.programs or ())
    else:
        programs = {
            program
            for name, columns in owners.items()
            for program in all_[name].loc[all_[name][list(columns)].isin(partners).any(axis=1), "program_id"]
            if isinstance(program, str) and (scope.programs is None or program in scope.programs)
        }
    for name in ("programs", "decisions", "stage_events", "specifications", *owners, "evidence"):
        rows = all_[name]
        ok = rows["program_id"].isin(programs)
        lacking = rows["program_id"].isna()
        if name in with_null or (scope.programs is None and name in owners):
            ok |= lacking
        if name in owners and name != "programs":
            ok &= of_partner(name, *owners[name])
        if name in {"specifications", "targets"}:
            ok |= lacking & (rows["partner_id"].isna() if name == "targets" else True)
        mine[name] = rows[ok]
    lots, items = set(mine["batches"]["batch_id"]), set(mine["readiness_items"]["item_id"])
    mine["evidence"] = mine["evidence"][mine["evidence"]["item_id"].isin(items)]
    mine["results"] = all_["results"][all_["results"]["batch_id"].isin(lots)]
    deviations = all_["deviations"]
    mine["deviations"] = deviations[
        of_partner("deviations", "partner_id")
        & (deviations["batch_id"].isin(lots) if scope.programs is not None else True)
    ]
    steps = all_["transfer_deliverables"]
    mine["transfer_deliverables"] = steps[steps["transfer_id"].isin(mine["transfers"]["transfer_id"])]
    for name in ("baselines", "closures", "slots", "events"):
        answers = scope.programs is None or name in with_null
        mine[name] = all_[name][of_partner(name, "partner_id") if answers else [False] * len(all_[name])]
    if scope.tables is not None:
        always = {"programs", "partners", "attributes"}
        mine |= {name: rows[:0] for name, rows in mine.items() if name not in scope.tables | always}
    named = {
        partner
        for name, contract in contracts().items()
        for link in contract.references
        if link.table == "partners"
        for partner in mine[name][link.columns[0]].dropna()
    }
    shown = named | set(partners or ())
    mine["partners"] = all_["partners"][all_["partners"]["partner_id"].isin(shown)]
    return _without_hidden_names(mine)


def _without_hidden_names(mine: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    for name, column, other, key in (
        ("actions", "decision_id", "decisions", "decision_id"),
        ("batches", "vector_batch_id", "batches", "batch_id"),
        ("batches", "replaces_batch_id", "batches", "batch_id"),
        ("deviations", "batch_id", "batches", "batch_id"),
        ("tasks", "item_id", "readiness_items", "item_id"),
        ("tasks", "transfer_id", "transfers", "transfer_id"),
        ("transfer_deliverables", "item_id", "readiness_items", "item_id"),
    ):
        rows = mine[name]
        mine[name] = rows.assign(**{column: rows[column].where(rows[column].isin(mine[other][key]))})
    tasks = set(mine["tasks"]["task_id"])
    for name, column in (("tasks", "predecessors"), ("risks", "tasks")):
        cells = mine[name][column]
        short = cells.map(partial(_known_alone, tasks), na_action="ignore")
        mine[name] = mine[name].assign(**{column: short.replace("", None)})
    return mine


def _known_alone(tasks: set[str], text: str) -> str:
    return ";".join(part for part in text.split(";") if any(part.startswith(task) for task in tasks))


_numbers = count(1)


def world(mine: Frames, as_of: date) -> MemorySession:
    """A session over those rows alone, as if nothing else had ever been published."""
    con = duckdb.connect(":memory:")
    con.execute("create schema reference")
    for entry in resources.files("firstdose.reference").iterdir():
        if entry.name.endswith(".csv"):
            with resources.as_file(entry) as path:
                con.execute(
                    f"create table reference.{entry.name[:-4]} as from read_csv(?, header=true)", [str(path)]
                )
    for contract in contracts().values():
        columns = ", ".join(f'"{column.name}" {column.stored_type}' for column in contract.columns)
        con.execute(f'create table "{contract.name}" ({columns})')
        rows = mine[contract.name]
        con.register("rows", rows)
        con.execute(f'insert into "{contract.name}" from rows')
        con.unregister("rows")
    for statement in derived.views("main"):
        con.execute(statement)
    return MemorySession(con, f"by-hand-{next(_numbers)}", as_of=as_of)


def functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function that asks a session, by area and name."""
    folder = Path(str(resources.files("firstdose.queries")))
    for file in sorted(folder.glob("[a-z]*.py")):
        module = import_module(f"firstdose.queries.{file.stem}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            named = list(inspect.signature(function).parameters)
            if (
                function.__module__ == module.__name__
                and not name.startswith("_")
                and named[:1] == ["session"]
            ):
                yield f"{file.stem}.{name}", function


def extras(all_: Frames) -> dict[str, Any]:
    """What else questions take, named so that it reaches for everything there is."""
    keys = [f"tasks:{one}" for one in all_["tasks"]["task_id"]]
    keys += [f"readiness_items:{one}" for one in all_["readiness_items"]["item_id"]]
    keys += [f"batches:{one}" for one in all_["batches"]["batch_id"]]
    lot = next(one for one in all_["batches"]["batch_id"] if "03" in one)
    return {
        "keys": keys,
        "sides": {
            "compare": "sites", "material": "drug product", "of": None, "within": None,
            "first": "CENTRE-CPF", "second": "FORGE",
        },
        "attribute": "DP_VCN", "site": "CENTRE-CPF", "lot": lot, "where": "JP", "table": "tasks",
        "item": next(one for one in all_["readiness_items"]["item_id"] if one.startswith("NCC-03")),
        "shown": list(all_["transfers"]["transfer_id"]), "page": "overview", "versions": (1, 2),
        "made": list(all_["programs"]["program_id"]),
    }  # fmt: skip


def asked(function: Callable[..., Any], session: Any, view: Any, more: Mapping[str, Any]) -> Any:
    taken = inspect.signature(function).parameters
    given = {name: value for name, value in more.items() if name in taken}
    given |= {"view": view} if "view" in taken else {}
    return function(session, **given)


def cells(answer: Any) -> Iterator[str]:
    """Every text in an answer, parts of lists one by one."""
    if isinstance(answer, pd.DataFrame):
        for name in answer.columns:
            if answer[name].dtype.kind not in "ifbuM":
                for value in answer[name].explode().dropna().unique():
                    yield from str(value).split(";")
    elif isinstance(answer, str):
        yield from (part.strip() for part in answer.split(";"))
    elif isinstance(answer, Mapping):
        yield from (text for pair in answer.items() for one in pair for text in cells(one))
    elif hasattr(answer, "__dataclass_fields__") and not isinstance(answer, View):  # it only repeats the link
        for name in answer.__dataclass_fields__:
            yield from cells(getattr(answer, name))
    elif isinstance(answer, list | tuple | set | frozenset) or hasattr(answer, "tolist"):
        yield from (
            text for one in (answer.tolist() if hasattr(answer, "tolist") else answer) for text in cells(one)
        )


def hidden(all_: Frames, mine: Frames) -> set[str]:
    """The ids of every row that a scope holds back."""
    return {
        one
        for name, contract in contracts().items()
        if len(contract.key) == 1
        for one in set(all_[name][contract.key[0]]) - set(mine[name][contract.key[0]])
    }


@pytest.mark.parametrize("name", SCOPES)
def test_every_table_holds_the_rows_of_the_scope_and_no_other(lake: Lake, whole: Frames, name: str) -> None:
    shown = frames(narrowed(lake, SCOPES[name]).session())
    for table, wanted in by_hand(whole, SCOPES[name]).items():
        keys = list(contracts()[table].key)
        pd.testing.assert_frame_equal(_sorted(shown[table], keys), _sorted(wanted, keys), obj=table)


@pytest.mark.parametrize("name", SCOPES)
def test_no_question_with_any_edit_of_an_address_names_a_hidden_row(
    lake: Lake, whole: Frames, name: str
) -> None:
    mine = by_hand(whole, SCOPES[name])
    forbidden, more = hidden(whole, mine), extras(whole)
    assert len(forbidden) > 100
    session = narrowed(lake, SCOPES[name]).session()
    asking, seen = list(functions()), set()
    assert len(asking) > 70
    for edit, params in EDITS.items():
        views: dict[str, View] = {}
        for question, function in asking:
            if edit != "plain" and question.startswith(("reference.", "changes.watched")):
                continue  # they do not depend on the address, or are made of other questions
            page = question.partition(".")[0]
            if page not in views:
                views[page] = viewed(session, question, params)
            answer = asked(function, session, views[page], more)
            told = getattr(answer, "attrs", {}).get("asked")
            if told is not None and (told.name, told.values) in seen:
                continue  # the same question with the same values
            seen.add(told and (told.name, told.values))
            named = set(cells(answer)) & forbidden
            assert not named, f"{question} with {edit} tells of {sorted(named)[:5]}"
    assert len(seen) > 200


def viewed(session: Any, question: str, params: Mapping[str, list[str]]) -> View:
    """What the address says on the page of a question."""
    page = question.partition(".")[0]
    page = page if page in PAGE_KEYS else "data"
    return from_params(params, page, known(session, page, (1, 2)))


def test_every_question_is_answered_as_if_nothing_else_had_been_published(lake: Lake, whole: Frames) -> None:
    scope, more = SCOPES["one partner"], extras(whole)
    session = narrowed(lake, scope).session()
    alone = world(by_hand(whole, scope), session.as_of)
    for question, function in functions():
        view = viewed(session, question, {})
        ours, theirs = (asked(function, one, view, more) for one in (session, alone))
        if isinstance(ours, pd.DataFrame) and not question.startswith("reference."):
            assert _rows(ours) == _rows(theirs), question


def _rows(frame: pd.DataFrame) -> list[str]:
    plain = frame.astype(object).where(frame.notna(), None)
    return sorted(map(repr, plain.itertuples(index=False, name=None)))


def _sorted(frame: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Rows by key, an empty cell always none."""
    return frame.astype(object).where(frame.notna(), None).sort_values(list(keys), ignore_index=True)


def test_two_scopes_never_share_a_kept_answer(lake: Lake) -> None:
    stores = {narrowed(lake, scope).session().store for scope in SCOPES.values()}
    assert len(stores) == len(SCOPES)
    assert lake.session().store not in stores
    view = viewed(lake.session(), "filters", {})
    queries.ask("filters.choices", lake.session(), view)
    for scope in (*SCOPES.values(), *reversed(SCOPES.values())):
        offered = queries.ask("filters.choices", narrowed(lake, scope).session(), view)
        programs = set(offered.loc[offered["filter"] == "program", "id"])
        assert programs <= (scope.programs or programs)
        assert len(programs) < 12


def test_who_may_see_everything_gets_the_lake_itself(lake: Lake) -> None:
    assert narrowed(lake, EVERYTHING) is lake


def test_a_scope_of_a_scope_is_what_both_let_through(lake: Lake) -> None:
    both = narrowed(narrowed(lake, SCOPES["one program"]), SCOPES["one partner"])
    assert both is narrowed(lake, SCOPES["a partner in a program"])


def test_a_pinned_scope_knows_one_version_alone(lake: Lake) -> None:
    pinned = narrowed(lake, Scope(programs=frozenset({P1}), version=3))
    assert [one.version for one in pinned.versions()] == [3]
    assert pinned.session().version == 3
    with pytest.raises(UnknownVersion):
        pinned.session(12)
    with pytest.raises(UnknownVersion):
        pinned.changes(3, 12)


def test_versions_tell_nothing_of_what_others_published(lake: Lake) -> None:
    whole, shown = lake.versions()[-1], narrowed(lake, SCOPES["one partner"]).versions()[-1]
    assert whole.why
    assert whole.by
    assert (shown.why, shown.by, shown.approved_by, shown.contents) == ("", "", None, {})
    assert not any(shown.tables.values())
    session = narrowed(lake, SCOPES["one partner"]).session()
    assert (session.why, session.by) == ("", "")


def test_changes_between_versions_are_those_of_the_scope(lake: Lake) -> None:
    every, scoped = (one.changes(1, 12) for one in (lake, narrowed(lake, SCOPES["one program"])))
    told = {key[0] for key in scoped["tasks"].added} | {cell.key[0] for cell in scoped["tasks"].changed}
    assert told
    assert all(one.startswith(P1) for one in told)
    assert {key[0] for key in every["tasks"].added if key[0].startswith(P1)} <= told


def test_the_check_of_an_upload_sees_the_scope_alone(lake: Lake) -> None:
    there = narrowed(lake, SCOPES["one program"]).existing()("programs", ["program_id"])
    assert there.column(0).to_pylist() == [P1]


@pytest.mark.parametrize("act", ["restore", "name", "verify", "complete"])
def test_what_touches_every_row_is_refused_to_a_scope(lake: Lake, act: str) -> None:
    one = narrowed(lake, SCOPES["one program"])
    acts: dict[str, Callable[[], object]] = {
        "restore": lambda: one.restore(1, ME),
        "name": lambda: one.name(1, "Theirs", ME),
        "verify": one.verify,
        "complete": lambda: one.publish({}, ME, Sent(complete=True)),
    }
    with pytest.raises(Denied, match="touches every row"):
        acts[act]()


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, Path]:
    """A small lake to write to: two programs at two partners."""
    folder = tmp_path_factory.mktemp("scope")
    lake = Lake.open(folder / "lake")
    week = date(2026, 11, 2)
    rows: dict[str, list[dict[str, Any]]] = {
        "partners": [{"partner_id": one, "name": one, "role": "CDMO", "country": "JP"} for one in "AB"],
        "programs": [
            {"program_id": f"P{one}", "name": one, "lead_partner": one, "jurisdictions": "JP"} for one in "AB"
        ],
        "tasks": [
            {"task_id": "A1", "program_id": "PA", "partner_id": "A", "predecessors": "B1;A2SS+3d"},
            {"task_id": "A2", "program_id": "PA", "partner_id": "A", "item_id": "IB"},
            {"task_id": "B1", "program_id": "PB", "partner_id": "B", "name": "Theirs"},
        ],
        "readiness_items": [{"item_id": "IB", "program_id": "PB", "owner_partner": "B"}],
        "slots": [{"partner_id": one, "material": "vector", "week_start": week} for one in "AB"],
    }
    lake.publish({name: typed(folder, name, given) for name, given in rows.items()}, ME)
    return lake, folder


def typed(folder: Path, table: str, given: list[dict[str, Any]]) -> Path:
    """Rows as the typed file that a publish takes."""
    con, contract = duckdb.connect(), contracts()[table]
    con.execute(f"create table t ({', '.join(f'{one.name} {one.stored_type}' for one in contract.columns)})")
    for row in given:
        con.execute(
            f"insert into t ({', '.join(row)}) values ({', '.join('?' * len(row))})", list(row.values())
        )
    file = folder / f"{table}-{next(_numbers)}.parquet"
    con.execute(f"copy t to '{file}' (format parquet)")
    return file


A = Scope(partners=frozenset({"A"}))


def test_a_partner_publishes_own_rows_and_replaces_no_others(own: tuple[Lake, Path]) -> None:
    lake, folder = own
    mine = narrowed(lake, A)
    shown = mine.session().cursor().execute("select task_id, predecessors, item_id from tasks order by 1")
    assert shown.fetchall() == [("A1", "A2SS+3d", None), ("A2", None, None)]
    sent = [
        {"task_id": "A1", "program_id": "PA", "partner_id": "A", "name": "New", "predecessors": "A2SS+3d"},
        {"task_id": "A2", "program_id": "PA", "partner_id": "A"},
    ]
    done = mine.publish({"tasks": typed(folder, "tasks", sent)}, ME)
    assert done.tables["tasks"].as_json() == {"added": 0, "changed": 1, "removed": 0}
    rows = (
        lake.session().cursor().execute("select task_id, name, predecessors, item_id from tasks order by 1")
    )
    wanted = [("A1", "New", "B1;A2SS+3d", None), ("A2", None, None, "IB"), ("B1", "Theirs", None, None)]
    assert rows.fetchall() == wanted, "what a partner was not shown is not lost when they send it back"


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("tasks", {"task_id": "B1", "program_id": "PA", "partner_id": "A", "name": "Taken over"}),
        ("tasks", {"task_id": "B9", "program_id": "PB", "partner_id": "B", "name": "Theirs"}),
        ("slots", {"partner_id": "B", "material": "vector", "week_start": date(2026, 11, 2), "available": 9}),
        ("programs", {"program_id": "PA", "name": "Renamed", "lead_partner": "A"}),
        ("partners", {"partner_id": "A", "name": "Renamed"}),
        ("stage_events", {"program_id": "PA", "stage_code": "S01", "entered_on": date(2026, 11, 2)}),
    ],
    ids=["a row of another", "a new row for another", "another site", "a program", "a partner", "shown only"],
)
@pytest.mark.parametrize("mode", ["replace", "merge"])
def test_a_partner_is_refused_any_other_row(
    own: tuple[Lake, Path], table: str, row: dict[str, Any], mode: Any
) -> None:
    lake, folder = own
    before = lake.newest()
    with pytest.raises(PublishError, match="outside of what you may change"):
        narrowed(lake, A).publish({table: typed(folder, table, [row])}, ME, Sent(mode, allow_removals=True))
    assert lake.newest() == before


def test_a_partner_names_no_version_by_publishing_it_for_every_other_one_reads_its_name(
    own: tuple[Lake, Path],
) -> None:
    lake, folder = own
    before = lake.newest(now=True)
    row = {"task_id": "A1", "program_id": "PA", "partner_id": "A", "name": "Ours, named"}
    files = {"tasks": typed(folder, "tasks", [row])}
    with pytest.raises(Denied, match=r"name of a version.*Leave the name out"):
        narrowed(lake, A).publish(files, replace(ME, name="Lot 7 of A failed"), Sent("merge"))
    assert lake.newest(now=True) == before


@pytest.mark.parametrize("speaks", ["a limited writer", "a publish within"])
def test_most_rows_of_a_small_partner_do_not_go_unsaid_because_others_have_many(
    tmp_path: Path, speaks: str
) -> None:
    lake = Lake.open(tmp_path / "lake")
    tasks = [
        {"task_id": f"{one}{n}", "program_id": f"P{one}", "partner_id": one}
        for one, many in (("A", 2), ("B", 18))
        for n in range(many)
    ]
    rows: dict[str, list[dict[str, Any]]] = {
        "partners": [{"partner_id": one, "name": one, "role": "CDMO", "country": "JP"} for one in "AB"],
        "programs": [
            {"program_id": f"P{one}", "name": one, "lead_partner": one, "jurisdictions": "JP"} for one in "AB"
        ],
        "tasks": tasks,
    }
    lake.publish({name: typed(tmp_path, name, given) for name, given in rows.items()}, ME)
    writer, within = (narrowed(lake, A), None) if speaks == "a limited writer" else (lake, ("partner", "A"))
    short = {"tasks": typed(lake.place.folder, "tasks", tasks[:1])}
    with pytest.raises(PublishError, match="1 of 2 rows of tasks"):
        writer.publish(short, ME, Sent(within=within))
    seen = writer.preview(short, ME, Sent(within=within), f"p{next(_numbers)}")
    told = [(one.as_counts, one.rows_before, one.removes_much) for one in seen.differences]
    assert told == [((0, 0, 1), 2, True)], "so the desk asks"
    seen.forget()
    done = writer.publish(short, ME, Sent(within=within, allow_removals=True))
    assert done.tables["tasks"].removed == 1


def test_a_preview_of_a_partner_shows_what_a_publish_would_do(own: tuple[Lake, Path]) -> None:
    lake, _folder = own
    one = [{"task_id": "A1", "program_id": "PA", "partner_id": "A", "name": "Alone"}]
    files = {"tasks": typed(lake.place.folder, "tasks", one)}
    seen = narrowed(lake, A).preview(files, ME, Sent(), "abc")
    assert [(one.table, one.as_counts) for one in seen.differences] == [("tasks", (0, 1, 1))]
    assert seen.session is not None
    assert seen.session.store.startswith(narrowed(lake, A).store)
    assert seen.session.cursor().execute("select count(*) from tasks").fetchall() == [(1,)]
    seen.forget()


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, Path]:
    """A lake in which two of twenty tasks and two of twelve targets are those of partner A."""
    folder = tmp_path_factory.mktemp("few")
    lake = Lake.open(folder / "lake")
    target = {"metric": "vein to vein days", "value": 20, "unit": "days"}
    rows: dict[str, list[dict[str, Any]]] = {
        "partners": [{"partner_id": one, "name": one, "role": "CDMO", "country": "JP"} for one in "AB"],
        "programs": [
            {"program_id": f"P{one}", "name": one, "lead_partner": one, "jurisdictions": "JP"} for one in "AB"
        ],
        "tasks": [
            {"task_id": f"{whose}{n}", "program_id": f"P{whose}", "partner_id": whose}
            for whose, many in (("A", 2), ("B", 18))
            for n in range(many)
        ],
        "targets": [target | {"target_id": f"T{n}", "partner_id": "A" if n < 2 else None} for n in range(12)],
    }
    lake.publish({name: typed(folder, name, given) for name, given in rows.items()}, ME)
    return lake, folder


def test_a_partner_who_loses_half_of_few_own_rows_has_to_say_so(few: tuple[Lake, Path]) -> None:
    lake, _folder = few
    mine = narrowed(lake, A)
    one = [{"task_id": "A0", "program_id": "PA", "partner_id": "A"}]
    before, files = lake.newest(), {"tasks": typed(lake.place.folder, "tasks", one)}
    with pytest.raises(PublishError, match="1 of 2 rows of tasks"):
        mine.publish(files, ME)
    assert lake.newest() == before
    assert [told.removes_much for told in preview_of(mine, files)] == [True]


def test_a_preview_of_a_partner_keeps_the_rows_that_hold_for_all(few: tuple[Lake, Path]) -> None:
    lake, _folder = few
    mine = narrowed(lake, A)
    target = {"metric": "vein to vein days", "value": 20, "unit": "days"}
    files = {
        "targets": typed(lake.place.folder, "targets", [target | {"target_id": "T0", "partner_id": "A"}])
    }
    (told,) = preview_of(mine, files)
    assert (told.as_counts, told.rows_before, told.removes_much) == ((0, 0, 1), 2, True)
    with pytest.raises(PublishError, match="1 of 2 rows of targets"):
        mine.publish(files, ME)


def test_what_a_page_still_reads_is_dropped_only_when_nobody_holds_it(
    few: tuple[Lake, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, _folder = few
    monkeypatch.setattr(import_module("firstdose.lake.narrowed"), "_SESSIONS", 1)

    def of(partner: str) -> Session:
        return narrowed(lake, Scope(partners=frozenset({partner}))).session()

    def tasks(session: Session) -> list[tuple[int]]:
        return session.cursor().execute("select count(*) from tasks").fetchall()

    def there(*schemas: str) -> list[bool]:
        found = lake.session().cursor().execute("select schema_name from duckdb_schemas()").fetchall()
        return [(name,) in found for name in schemas]

    first = of("A")
    other = of("B")
    assert (tasks(first), tasks(other)) == ([(2,)], [(18,)])
    again = replace(of("A"), name="Named")
    assert again.schema == first.schema, "what is still there is not made anew under those who read it"
    del first
    of("C")
    assert (tasks(again), tasks(other)) == ([(2,)], [(18,)])
    one = [{"task_id": "A0", "program_id": "PA", "partner_id": "A"}]
    files = {"tasks": typed(lake.place.folder, "tasks", one)}
    drafted = narrowed(lake, A).preview(files, ME, Sent(), f"p{next(_numbers)}")
    below, gone = again.schema, other.schema
    del again, other
    of("B")
    of("C")
    assert there(below, gone) == [True, False], "a draft stands on the version below it"
    assert drafted.session is not None
    assert drafted.session.cursor().execute("select count(*) from targets").fetchall() == [(12,)]
    drafted.forget()
    del drafted
    of("B")
    assert there(below) == [False]
    assert tasks(of("A")) == [(2,)]


def preview_of(lake: Lake, files: Mapping[str, Path]) -> Sequence[Difference]:
    seen = lake.preview(files, ME, Sent(), f"p{next(_numbers)}")
    seen.forget()
    return seen.differences


def test_the_limit_of_its_maker_goes_with_a_draft_to_whoever_publishes_it(own: tuple[Lake, Path]) -> None:
    lake, _folder = own
    drafts = Drafts(lake.place)
    begun = drafts.change(drafts.begin("a browser"), by="Kenji", why="A change of our own rows")
    assert as_its_maker(lake, submit(lake, drafts, begun)) is lake
    sent = submit(narrowed(lake, A), drafts, begun)
    assert as_its_maker(lake, sent) is narrowed(lake, A)
    kept = drafts.read(sent.id)
    assert kept is not None
    assert as_its_maker(lake, kept) is narrowed(lake, A), "also after a restart"
    drafts.drop(sent)
