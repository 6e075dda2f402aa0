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
