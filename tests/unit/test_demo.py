"""The demo alliance: told the same way each time, whole, and as lifelike as the rules allow."""

import csv
import itertools
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

from firstdose.contracts import contracts
from firstdose.demo import Size, write
from firstdose.intake.receive import check_files, nothing_yet
from firstdose.lake import Lake

ROOT = Path(__file__).resolve().parents[2]
SMALL = Size(programs=12, batches=60, seed=7)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write(folder, SMALL)
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_seed_tells_the_same_story(told: Path, tmp_path: Path) -> None:
    write(tmp_path, SMALL)
    assert content(tmp_path) == content(told)


def test_another_seed_tells_another_story(told: Path, tmp_path: Path) -> None:
    write(tmp_path, Size(programs=12, batches=60, seed=8))
    assert content(tmp_path)["batches.csv"] != content(told)["batches.csv"]


def test_every_table_is_there_and_keeps_its_contract(told: Path) -> None:
    answer = check_files([told], existing=nothing_yet, as_of=date(2026, 11, 20))
    assert answer.ok, [issue.message for issue in answer.issues][:5]
    assert {file.table for file in answer.files} == set(contracts())
    assert all(file.rows for file in answer.files)


def test_the_history_replayed_gives_the_newest_state(told: Path) -> None:
    last: dict[str, bytes] = {}
    for step in sorted((told / "history").iterdir()):
        said = yaml.safe_load((step / "version.yaml").read_text(encoding="utf-8"))
        assert said["as_of"].isoformat() == step.name[4:]
        assert len(said["why"]) >= 10
        files = {path.name: path.read_bytes() for path in step.iterdir() if path.name != "version.yaml"}
        assert all(last.get(name) != text for name, text in files.items()), "only what changed"
        last |= files
    assert last == {
        path.name: path.read_bytes() for path in told.iterdir() if path.suffix in (".csv", ".parquet")
    }


def test_every_reported_state_keeps_its_contract(told: Path, demo_lake: Path) -> None:
    """A state that breaks a contract is refused by the publish: all of them are in the lake of the tests."""
    steps = sorted(step.name[4:] for step in (told / "history").iterdir())
    assert [str(version.as_of) for version in Lake.open(demo_lake).versions()] == steps


#: What has happened, never lies after the day of the report.
HAPPENED = {
    "batches": ("started_on", "harvested_on", "released_on", "shipped_on", "infused_on", "outcome_on"),
    "readiness_items": ("closed_on", "updated_on"),
    "stage_events": ("entered_on", "left_on"),
    "tasks": ("actual_start", "actual_finish"),
    "transfer_deliverables": ("done_on",),
    "evidence": ("approved_on",),
    "deviations": ("opened_on", "closed_on"),
    "decisions": ("decided_on",),
    "actions": ("closed_on",),
    "events": ("on_date",),
}


def test_no_report_knows_the_future(told: Path) -> None:
    for step in sorted((told / "history").iterdir()):
        for table, columns in HAPPENED.items():
            path = step / f"{table}.csv"
            days = {row[name] for row in rows(path) for name in columns} if path.exists() else set()
            assert max(days, default="") <= step.name[4:], (step.name, table)
        results = step / "results.parquet"
        if results.exists():
            tested = pq.read_table(results, columns=["tested_on"])["tested_on"].to_pylist()
            assert max(tested) <= date.fromisoformat(step.name[4:])


def test_stages_plan_and_items_tell_one_story() -> None:
    data = ROOT / "data"
    dosed = {
        stay["program_id"]: stay["entered_on"]
        for stay in rows(data / "stage_events.csv")
        if stay["stage_code"] == "S07"
    }
    plan = rows(data / "tasks.csv")
    first = {task["program_id"]: task["actual_finish"] for task in plan if task["anchor"] == "first dose"}
    assert dosed
    assert {program: first[program] for program in dosed} == dosed
    closed = {item["item_id"]: item["closed_on"] for item in rows(data / "readiness_items.csv")}
    linked = [task for task in plan if task["item_id"]]
    assert len(linked) > 20
    early = [
        task["task_id"]
        for task in linked
        if closed[task["item_id"]] and not "" < task["actual_finish"] <= closed[task["item_id"]]
    ]
    assert early == []


def test_the_first_dose_slips_more_than_once_in_the_history() -> None:
    said = [
        task["forecast_finish"]
        for step in sorted((ROOT / "data" / "history").iterdir())
        if (step / "tasks.csv").exists()
        for task in rows(step / "tasks.csv")
        if task["task_id"] == "NCC-01-K03"
    ]
    assert said == sorted(said)
    assert len(set(said)) >= 4


def test_no_lot_is_released_before_its_last_result_and_bad_lots_show_why() -> None:
    lots = {lot["batch_id"]: lot for lot in rows(ROOT / "data" / "batches.csv")}
    lowest = {
        row["attribute_code"]: float(row["lower"] or "-inf")
        for row in rows(ROOT / "data" / "specifications.csv")
    }
    late, failing = [], set()
    for row in pq.read_table(ROOT / "data" / "results.parquet").to_pylist():
        released = lots[row["batch_id"]]["released_on"]
        if released and row["tested_on"] > date.fromisoformat(released):
            late.append((row["batch_id"], row["attribute_code"]))
        if row["value"] is not None and row["value"] < lowest.get(row["attribute_code"], float("-inf")):
            failing.add(lots[row["batch_id"]]["disposition"])
    assert late == []
    assert failing - {"pending"} == {"rejected", "released out of specification"}


def test_the_failed_run_is_known_when_the_report_says_so() -> None:
    lots = rows(ROOT / "data" / "history" / "008_2026-07-24" / "batches.csv")
    assert [
        lot["failure_reason"]
        for lot in lots
        if lot["program_id"] == "NCC-01"
        and lot["purpose"] == "engineering"
        and lot["disposition"] == "terminated"
        and lot["started_on"] >= "2026-06-01"
    ] == ["Low expansion"]


def test_the_history_stays_small_enough_to_ship() -> None:
    files = [path for path in (ROOT / "data" / "history").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 4_000_000
    assert 3 <= sum(path.name == "results.parquet" for path in files) <= 6


def test_size_follows_what_is_asked(tmp_path: Path) -> None:
    counts = write(tmp_path, Size(programs=30, batches=90, results=9_000, seed=1))
    assert counts["programs"] == 30
    assert counts["batches"] == 90
    assert 6_000 < counts["results"] < 12_000


def test_the_committed_demo_is_the_one_the_command_writes(tmp_path: Path) -> None:
    write(tmp_path, Size())
    written = content(tmp_path)
    committed = {name: text for name, text in content(ROOT / "data").items() if not name.startswith("lake/")}
    assert sorted(written) == sorted(committed)
    assert [name for name in written if name.endswith(".csv") and written[name] != committed[name]] == []


def test_the_story_has_what_life_has() -> None:
    data = ROOT / "data"
    lots, items, tasks = (
        rows(data / "batches.csv"),
        rows(data / "readiness_items.csv"),
        rows(data / "tasks.csv"),
    )
    assert {lot["disposition"] for lot in lots} >= {"terminated", "released out of specification", "pending"}
    assert any(lot["purpose"] == "engineering" and lot["disposition"] == "terminated" for lot in lots)
    assert any(item["status"] != "closed" and "" < item["due_on"] < "2026-11-20" for item in items)
    assert any(
        item["status"] in ("not started", "in progress", "in review") and item["updated_on"] < "2026-10-21"
        for item in items
    )
    assert any(
        task["anchor"] == "first dose" and task["forecast_finish"] > task["baseline_finish"] for task in tasks
    )
    assert len(list((data / "history").iterdir())) >= 8
    statuses = [
        {item["item_id"]: item["status"] for item in rows(step / "readiness_items.csv")}
        for step in sorted((data / "history").iterdir())
    ]
    reopened = {
        key
        for before, after in itertools.pairwise(statuses)
        for key in after
        if before.get(key) == "closed" and after[key] == "in progress"
    }
    assert reopened, "some closed item was opened again"
    assert len(lots) == 300
    assert 8_000 < pq.read_metadata(data / "results.parquet").num_rows < 12_000
