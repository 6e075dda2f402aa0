"""The lake: what is published is read back, told as changes, restored, never lost or altered in silence."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstdose.audit import Chain
from firstdose.contracts import contracts
from firstdose.errors import FirstdoseError, IntegrityError, PublishError, StoreError, UnknownVersion
from firstdose.intake.receive import nothing_yet
from firstdose.intake.scope import Scope
from firstdose.lake import Author, Counts, Lake, Overtaken, kept
from firstdose.lake import publish as room

ME = Author(by="Lead", why="monthly state of both sites", as_of=date(2026, 11, 20))
Rows = Sequence[Mapping[str, Any]]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake")


def partner(partner_id: str, name: str = "Site", country: str = "JP") -> dict[str, Any]:
    return {"partner_id": partner_id, "name": name, "role": "CDMO", "country": country}


def parquet(folder: Path, table: str, rows: Rows) -> Path:
    """Typed rows of a table as intake hands them on."""
    contract = contracts()[table]
    schema = nothing_yet(table, [column.name for column in contract.columns]).schema
    full = [{name: row.get(name) for name in schema.names} for row in rows]
    path = folder / f"{table}.parquet"
    pq.write_table(pa.Table.from_pylist(full, schema=schema), path)
    return path


def publish(
    lake: Lake, tmp_path: Path, scope: Scope | None = None, author: Author = ME, **tables: Rows
) -> Any:
    given_ = {name: parquet(tmp_path, name, rows) for name, rows in tables.items()}
    return lake.publish(given_, author, scope)


def read(lake: Lake, table: str, version: int | None = None) -> list[dict[str, Any]]:
    cursor = lake.session(version).cursor()
    return cursor.execute(f'from "{table}" order by all').to_arrow_table().to_pylist()


def ids(lake: Lake, version: int | None = None) -> list[str]:
    return [row["partner_id"] for row in read(lake, "partners", version)]


def test_what_is_published_is_read_back(lake: Lake, tmp_path: Path) -> None:
    done = publish(lake, tmp_path, partners=[partner("A"), partner("B", "Zweite, “B”\nJP")])
    assert done.version == 1
    assert done.tables == {"partners": Counts(added=2)}
    assert [row["name"] for row in read(lake, "partners")] == ["Site", "Zweite, “B”\nJP"]


def test_the_same_content_again_makes_no_version(lake: Lake, tmp_path: Path) -> None:
    publish(lake, tmp_path, partners=[partner("A")])
    again = publish(lake, tmp_path, partners=[partner("A")])
    assert again.unchanged
    assert again.version == 1
    assert len(lake.versions()) == 1


def test_an_old_version_stays_as_it_was(lake: Lake, tmp_path: Path) -> None:
    publish(lake, tmp_path, partners=[partner("A", "first")])
    publish(lake, tmp_path, partners=[partner("A", "second"), partner("B")])
    assert read(lake, "partners", 1)[0]["name"] == "first"
    assert ids(lake, 1) == ["A"]
    assert ids(lake) == ["A", "B"]


def test_a_table_that_is_not_given_stays(lake: Lake, tmp_path: Path) -> None:
    program = {"program_id": "P1", "name": "One", "lead_partner": "A"}
    publish(lake, tmp_path, partners=[partner("A")], programs=[program])
    publish(lake, tmp_path, partners=[partner("A", "renamed")])
    assert [row["program_id"] for row in read(lake, "programs")] == ["P1"]


def test_complete_empties_what_is_not_given(lake: Lake, tmp_path: Path) -> None:
    program = {"program_id": "P1", "name": "One", "lead_partner": "A"}
    publish(lake, tmp_path, partners=[partner("A")], programs=[program])
    scope = Scope(complete=True, allow_removals=True)
    done = publish(lake, tmp_path, scope, partners=[partner("A")])
    assert done.tables == {"programs": Counts(removed=1)}
    assert read(lake, "programs") == []


def test_merge_adds_and_changes_but_never_removes(lake: Lake, tmp_path: Path) -> None:
    publish(lake, tmp_path, partners=[partner("A"), partner("B")])
    done = publish(lake, tmp_path, Scope(mode="merge"), partners=[partner("B", "new"), partner("C")])
    assert done.tables == {"partners": Counts(added=1, changed=1)}
    assert ids(lake) == ["A", "B", "C"]


def test_two_partners_send_their_own_tasks_and_neither_deletes_the_others(lake: Lake, tmp_path: Path) -> None:
    def task(task_id: str, owner: str) -> dict[str, Any]:
        return {
            "task_id": task_id,
            "partner_id": owner,
            "workstream": "Alliance",
            "name": "n",
            "kind": "task",
        }

    publish(lake, tmp_path, tasks=[task("A1", "A"), task("A2", "A"), task("B1", "B")])
    scope = Scope(within=("partner", "A"), allow_removals=True)
    done = publish(lake, tmp_path, scope, tasks=[task("A1", "A"), task("A3", "A")])
    assert done.tables == {"tasks": Counts(added=1, removed=1)}
    assert [row["task_id"] for row in read(lake, "tasks")] == ["A1", "A3", "B1"]


@pytest.mark.parametrize(
    ("removed", "allowed"),
    [pytest.param(2, True, id="20 % may go"), pytest.param(3, False, id="more must be said")],
)
def test_removing_much_of_a_table_has_to_be_said(
    lake: Lake, tmp_path: Path, removed: int, allowed: bool
) -> None:
    everybody = [partner(f"P{n}") for n in range(10)]
    publish(lake, tmp_path, partners=everybody)
    if allowed:
        assert publish(lake, tmp_path, partners=everybody[removed:]).version == 2
        return
    with pytest.raises(PublishError, match="--allow-removals"):
        publish(lake, tmp_path, partners=everybody[removed:])
    assert len(ids(lake)) == 10
    assert publish(lake, tmp_path, Scope(allow_removals=True), partners=everybody[removed:]).version == 2


@pytest.mark.parametrize(
    ("by", "why", "good"),
    [
        ("", "monthly state", False),
        ("Me", "nine char", False),
        ("Me", "ten chars.", True),
        ("Me", "   nine char   ", False),
        ("担当", "月次更新", False),
        ("担当", "月次の更新", True),
    ],
)
def test_who_and_why_are_required(lake: Lake, tmp_path: Path, by: str, why: str, good: bool) -> None:
    author = Author(by, why, date(2026, 11, 20))
    if good:
        assert publish(lake, tmp_path, author=author, partners=[partner("A")]).version == 1
        return
    with pytest.raises(PublishError):
        publish(lake, tmp_path, author=author, partners=[partner("A")])
    assert lake.newest() == 0


def test_a_publish_checked_against_an_older_version_is_refused(lake: Lake, tmp_path: Path) -> None:
    publish(lake, tmp_path, partners=[partner("A")])
    files = {"partners": parquet(tmp_path, "partners", [partner("B")])}
    with pytest.raises(Overtaken):
        lake.publish(files, ME, based_on=0)
    assert ids(lake) == ["A"]


def test_nothing_of_a_publish_stands_when_one_table_fails(lake: Lake, tmp_path: Path) -> None:
    publish(lake, tmp_path, partners=[partner("A")])
    files = {
        "partners": parquet(tmp_path, "partners", [partner("A"), partner("B")]),
        "programs": tmp_path / "torn.parquet",
    }
    files["programs"].write_bytes(b"PAR1 torn")
    with pytest.raises(FirstdoseError, match="Nothing was published"):
        lake.publish(files, ME)
    assert ids(lake) == ["A"]
    assert Lake.open(lake.place.folder).newest() == 1


def test_restore_publishes_an_old_state_as_a_new_version(lake: Lake, tmp_path: Path) -> None:
    publish(lake, tmp_path, partners=[partner("A", "first")])
    publish(lake, tmp_path, partners=[partner("A", "second"), partner("B")])
    done = lake.restore(1, ME)
    assert done.version == 3
    assert read(lake, "partners", 3) == read(lake, "partners", 1)
    assert ids(lake, 2) == ["A", "B"], "nothing is forgotten"


def test_an_unknown_version_names_the_newest(lake: Lake, tmp_path: Path) -> None:
    publish(lake, tmp_path, partners=[partner("A")])
    with pytest.raises(UnknownVersion, match="newest is 1"):
        lake.session(7)


def test_another_process_sees_a_new_version_at_once(lake: Lake, tmp_path: Path) -> None:
    publish(lake, tmp_path, partners=[partner("A")])
    reader = Lake.open(lake.place.folder)
    assert reader.newest() == 1
    publish(lake, tmp_path, partners=[partner("A"), partner("B")])
    assert reader.newest() == 2
    assert ids(reader) == ["A", "B"]


# ------------------------------------------------------------------ round trips

_NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)
_STATES = st.dictionaries(st.sampled_from("ABCDEFG"), _NAMES, max_size=7)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=_STATES, after=_STATES)
def test_the_difference_of_two_versions_applied_to_the_first_gives_the_second(
    tmp_path_factory: pytest.TempPathFactory, before: dict[str, str], after: dict[str, str]
) -> None:
    folder = tmp_path_factory.mktemp("round")
    lake, scope = Lake.open(folder / "lake"), Scope(complete=True, allow_removals=True)
    states = [before | {"Z": "always"}, after | {"Z": "always", "Y": "after"}]
    for state in states:
        publish(lake, folder, scope, partners=[partner(key, name) for key, name in state.items()])
    told = lake.changes(1, 2)["partners"]
    applied = dict(states[0])
    for (key,) in told.removed:
        del applied[str(key)]
    for (key,) in told.added:
        applied[str(key)] = states[1][str(key)]
    for cell in told.changed:
        assert (cell.column, cell.old) == ("name", applied[str(cell.key[0])])
        applied[str(cell.key[0])] = str(cell.new)
    assert applied == states[1]
    assert {row["partner_id"]: row["name"] for row in read(lake, "partners")} == states[1]
    assert lake.changes(2, 1)["partners"].added == told.removed


# ------------------------------------------------------------------ trust


@pytest.fixture
def published(lake: Lake, tmp_path: Path) -> Lake:
    publish(lake, tmp_path, partners=[partner(f"P{n}") for n in range(200)])
    publish(lake, tmp_path, partners=[partner(f"P{n}", f"name {n}") for n in range(200)])
    lake.verify()
    return Lake.open(lake.place.folder)


def test_a_stored_file_that_was_altered_is_noticed(published: Lake) -> None:
    stored = max(published.place.data.rglob("*.parquet"), key=lambda path: path.stat().st_size)
    content = bytearray(stored.read_bytes())
    content[len(content) // 3] ^= 0x10
    stored.chmod(0o644)
    stored.write_bytes(bytes(content))
    with pytest.raises(IntegrityError):
        published.verify()


def test_a_row_altered_by_another_program_is_refused_when_it_is_read(published: Lake) -> None:
    from firstdose.lake import engine

    con = engine.connect(published.place, read_only=False)
    con.execute("update lake.firstdose_versions set contents = replace(contents, '\": \"', '\": \"f')")
    con.close()
    with pytest.raises(IntegrityError):
        Lake.open(published.place.folder).session()


def test_an_altered_audit_line_is_named(published: Lake) -> None:
    lines = published.place.audit.read_text(encoding="utf-8").splitlines()
    published.place.audit.write_text(
        "\n".join([lines[0].replace("Lead", "Nobody"), *lines[1:]]) + "\n", encoding="utf-8"
    )
    with pytest.raises(IntegrityError, match="line 1"):
        published.verify()


def test_a_missing_audit_line_is_named(published: Lake) -> None:
    lines = published.place.audit.read_text(encoding="utf-8").splitlines()
    published.place.audit.write_text(lines[1] + "\n", encoding="utf-8")
    with pytest.raises(IntegrityError):
        published.verify()


def test_an_altered_original_is_named(published: Lake, tmp_path: Path) -> None:
    received = tmp_path / "partners.csv"
    received.write_text("partner_id\nA\n", encoding="utf-8")
    digest = published.place.keep_original(received)
    kept = published.place.folder / "originals" / digest
    assert kept.read_bytes() == received.read_bytes()
    published.verify()
    kept.chmod(0o644)
    kept.write_text("partner_id\nB\n", encoding="utf-8")
    with pytest.raises(IntegrityError, match=digest):
        published.verify()


def test_the_audit_line_of_a_killed_publisher_is_written_later(published: Lake, tmp_path: Path) -> None:
    lines = published.place.audit.read_text(encoding="utf-8").splitlines()
    heads = [json.loads(line)["hash"] for line in lines]
    published.place.audit.with_suffix(".head").write_text(
        "\n".join(heads)
    )  # as it stands while a line is written
    published.place.audit.write_text(lines[0] + "\n" + lines[1][:40], encoding="utf-8")
    publish(published, tmp_path, Scope(mode="merge"), partners=[partner("NEW")])
    events = [json.loads(line) for line in published.place.audit.read_text(encoding="utf-8").splitlines()]
    assert [event["object_id"] for event in events] == ["1", "2", "3"]
    assert events[1]["late"] is True
    published.verify()


def test_a_full_disk_leaves_the_lake_as_it_was(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(lake, tmp_path, partners=[partner("A")])

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(room, "write_version", full)
    with pytest.raises(FirstdoseError, match="Nothing was published"):
        publish(lake, tmp_path, partners=[partner("A"), partner("B")])
    assert ids(Lake.open(lake.place.folder)) == ["A"]


def test_readers_can_neither_write_nor_look_outside(published: Lake) -> None:
    cursor = published.session().cursor()
    for statement in (
        "copy partners to 'x.csv'",
        "from read_csv('/etc/passwd')",
        "attach 'other.db'",
        "insert into lake.partners select * from partners",
        "set enable_external_access = true",
    ):
        with pytest.raises(duckdb.Error):
            cursor.execute(statement)


def test_a_session_of_some_tables_reads_no_others(lake: Lake, tmp_path: Path) -> None:
    publish(lake, tmp_path, partners=[partner("A")])
    publish(lake, tmp_path, partners=[partner("A"), partner("B")])
    other = Lake.open(lake.place.folder)
    some = other.session(1, frozenset({"partners", "tasks"}))
    assert some.cursor().execute("select partner_id from partners").fetchall() == [("A",)]
    assert some.cursor().execute("from tasks").fetchall() == []
    with pytest.raises(duckdb.CatalogException):
        some.cursor().execute("from programs")
    there = kept.names(some.reader)
    asked = "select table_name from duckdb_tables() where schema_name = 'kept' and table_name <> 'named'"
    assert {name for (name,) in some.reader.execute(asked).fetchall()} == there, (
        "the list tells what is there"
    )
    assert {name.rpartition("_")[0] for name in there} == {"partners", "tasks"}
    assert ids(other, 1) == ["A"]
    assert ids(other) == ["A", "B"]
    assert other.session(1, frozenset({"partners"})) is other.session(1), "what is open is not opened again"
    lake.name(1, "Baseline", ME)
    assert [other.session(1).name, other.session(2).name] == ["Baseline", None]


def test_a_version_gets_a_name_afterwards_and_another_process_sees_it_at_once(
    lake: Lake, tmp_path: Path
) -> None:
    publish(lake, tmp_path, partners=[partner("A")])
    publish(lake, tmp_path, partners=[partner("A"), partner("B")])
    other = Lake.open(lake.place.folder)
    assert other.session(1).name is None
    assert lake.name(1, "  Steering   2026-11 ", ME).name == "Steering 2026-11"
    assert [version.name for version in other.versions()] == ["Steering 2026-11", None]
    assert other.session(1).name == "Steering 2026-11"
    assert ids(lake, 1) == ["A"], "a named version holds what it held"
    lake.name(1, "Baseline", Author("Lead", "the name was too long", ME.as_of))
    assert Lake.open(lake.place.folder).version(1).name == "Baseline"
    lake.verify()
    event = list(Chain(lake.place.audit).events())[-1]
    assert (event["action"], event["object_id"], event["name"]) == ("name", "1", "Baseline")


@pytest.mark.parametrize(
    ("name", "author"),
    [
        pytest.param("", ME, id="no name"),
        pytest.param("x" * 81, ME, id="too long"),
        pytest.param("Taken", ME, id="the name of another version"),
        pytest.param("New", Author(" ", ME.why, ME.as_of), id="nobody"),
        pytest.param("New", Author("Lead", "short", ME.as_of), id="no reason"),
    ],
)
def test_a_name_that_says_nothing_is_refused(lake: Lake, tmp_path: Path, name: str, author: Author) -> None:
    publish(lake, tmp_path, author=Author("Lead", ME.why, ME.as_of, "Taken"), partners=[partner("A")])
    publish(lake, tmp_path, partners=[partner("B")], scope=Scope(allow_removals=True))
    before = list(Chain(lake.place.audit).events())
    with pytest.raises(PublishError):
        lake.name(2, name, author)
    with pytest.raises(UnknownVersion):
        lake.name(3, "New", ME)
    assert list(Chain(lake.place.audit).events()) == before
    assert lake.version(2).name is None


def test_a_name_whose_writer_was_killed_before_the_audit_line_is_told_at_the_next_publish(
    lake: Lake, tmp_path: Path
) -> None:
    publish(lake, tmp_path, partners=[partner("A")])
    lake.name(1, "Baseline", ME)
    lines = lake.place.audit.read_text(encoding="utf-8").splitlines(keepends=True)
    lake.place.audit.write_text("".join(lines[:-1]), encoding="utf-8")
    heads = [json.loads(line)["hash"] for line in lines]  # both are kept while a line is being written
    lake.place.audit.with_suffix(".head").write_text("\n".join(heads), encoding="ascii")
    publish(lake, tmp_path, partners=[partner("A"), partner("B")])
    events = list(Chain(lake.place.audit).events())
    assert [(event["action"], event["object_id"]) for event in events] == [
        ("publish", "1"),
        ("name", "1"),
        ("publish", "2"),
    ]
    assert events[1]["late"] is True
    lake.verify()


@pytest.mark.parametrize("illustrative", [True, False])
def test_restored_data_is_as_illustrative_as_it_was(lake: Lake, tmp_path: Path, illustrative: bool) -> None:
    first = Author("Lead", ME.why, ME.as_of, illustrative=illustrative)
    publish(lake, tmp_path, author=first, partners=[partner("A")])
    publish(lake, tmp_path, partners=[partner("A"), partner("B")])
    lake.restore(1, ME)
    assert lake.version(3).illustrative is illustrative


def test_opening_closes_the_doors_behind_it_and_leaves_two_threads_for_questions(published: Lake) -> None:
    published.open_newest()
    con = published.session(1).reader.cursor()
    assert con.execute("select current_setting('threads')").fetchall() == [(2,)]
    for forbidden in ("set threads = 1", "from read_csv('/etc/passwd')", "set temp_directory = '/tmp'"):
        with pytest.raises(duckdb.Error):
            con.execute(forbidden)


@pytest.mark.parametrize("number", [1, 2])
def test_a_session_is_handed_out_behind_closed_doors_when_it_is_the_first(
    published: Lake, number: int
) -> None:
    con = published.session(number).reader.cursor()
    assert con.execute("select current_setting('lock_configuration')").fetchall() == [(True,)]
    assert con.execute("select current_setting('threads')").fetchall() == [(2,)]


def test_opening_says_nothing_of_damage_and_keeps_nothing_of_it(published: Lake) -> None:
    for file in published.place.data.rglob("*.parquet"):
        file.write_bytes(b"nothing of this was published")
    published.open_newest()
    with pytest.raises(IntegrityError):
        published.session(2)
    reader = published._reader()
    assert reader is not None
    assert not reader.sessions


def test_a_lake_whose_making_was_killed_is_made_by_the_next_publish(lake: Lake, tmp_path: Path) -> None:
    lake.place.folder.mkdir(parents=True, exist_ok=True)
    lake.place.catalogue.touch()  # what is there between the first file and its first byte
    assert lake.versions() == ()
    publish(lake, tmp_path, partners=[partner("A")])
    assert lake.newest() == 1


def test_an_emptied_catalogue_beside_data_is_no_empty_lake(published: Lake) -> None:
    published.place.catalogue.write_bytes(b"")
    with pytest.raises(StoreError):
        Lake.open(published.place.folder).versions()
