"""Many at once: kills lose nothing acknowledged, two publishers both arrive, readers never err."""

import multiprocessing
import os
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from firstdose.contracts import contracts
from firstdose.intake.receive import nothing_yet
from firstdose.lake import Author, Lake, Overtaken
from firstdose.queries import data as questions
from firstdose.view import View

ME = Author(by="Lead", why="state after the weekly call", as_of=date(2026, 11, 20))
KILLS = 100

# A fresh process that has imported the engine already and forks: a kill then costs 0.3 s instead of 1.5 s.
_spawn = multiprocessing.get_context("forkserver")
_spawn.set_forkserver_preload(["tests.unit.test_lake_together"])


def partners(folder: Path, names: dict[str, str]) -> dict[str, Path]:
    contract = contracts()["partners"]
    schema = nothing_yet("partners", [column.name for column in contract.columns]).schema
    rows = [{"partner_id": key, "name": name, "role": "CDMO", "country": "JP"} for key, name in names.items()]
    full = [{name: row.get(name) for name in schema.names} for row in rows]
    path = folder / f"partners-{os.getpid()}-{time.monotonic_ns()}.parquet"
    pq.write_table(pa.Table.from_pylist(full, schema=schema), path)
    return {"partners": path}


def publish_on(place: Path, scratch: Path, acknowledged: str, first: int) -> None:
    """Publish one numbered state after the other; each is written down once its publish has returned."""
    lake = Lake.open(place)
    (scratch / f"ready-{first}").touch()
    with Path(acknowledged).open("a", encoding="utf-8") as told:
        for number in range(first, first + 1000):
            names = {f"P{n}": f"state {number}" for n in range(20)}
            done = lake.publish(partners(scratch, names), ME)
            told.write(f"{done.version} {number}\n")
            told.flush()


def test_a_hundred_kills_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    place, acknowledged = tmp_path / "lake", tmp_path / "acknowledged.txt"
    acknowledged.touch()
    chance = random.Random(20261123)
    for kill in range(KILLS):
        process = _spawn.Process(
            target=publish_on, args=(place, tmp_path, str(acknowledged), kill * 1000), daemon=True
        )
        process.start()
        while not (tmp_path / f"ready-{kill * 1000}").exists():
            assert process.is_alive(), "the publisher could not begin"
            time.sleep(0.005)
        time.sleep(chance.uniform(0.02, 0.6))
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join(10)
    told = [line.split() for line in acknowledged.read_text(encoding="utf-8").splitlines()]
    assert len(told) > KILLS // 4, "enough publishes were acknowledged to mean something"
    lake = Lake.open(place)
    versions = [version.version for version in lake.versions()]
    assert versions == list(range(1, len(versions) + 1)), "the counter has no gap"
    for version, number in told[:: max(1, len(told) // 25)] + told[-1:]:
        cursor = lake.session(int(version)).cursor()
        found = cursor.execute("select count(*), min(name), max(name) from partners").fetchall()
        assert found == [(20, f"state {number}", f"state {number}")]
    lake.publish(partners(tmp_path, {"P0": "after", **{f"P{n}": "all" for n in range(1, 20)}}), ME)
    lake.verify()


def publish_own(place: Path, scratch: Path, who: str, times: int) -> None:
    """Publish on top of what is there, as the command does: read, change, try again when overtaken."""
    lake = Lake.open(place)
    for number in range(times):
        while True:
            newest = lake.newest()
            rows = lake.session(newest).cursor().execute("select partner_id, name from partners").fetchall()
            names = dict(rows) | {f"{who}{number}": f"{who} wrote {number}"}
            try:
                lake.publish(partners(scratch, names), ME, based_on=newest)
            except Overtaken:
                continue
            break


def test_two_publishers_at_once_lose_no_row_of_each_other(tmp_path: Path) -> None:
    place = tmp_path / "lake"
    Lake.open(place).publish(partners(tmp_path, {"Z": "first"}), ME)
    both = [
        _spawn.Process(target=publish_own, args=(place, tmp_path, who, 6), daemon=True) for who in ("A", "B")
    ]
    for process in both:
        process.start()
    for process in both:
        process.join(120)
        assert process.exitcode == 0
    lake = Lake.open(place)
    assert lake.newest() == 13
    found = lake.session().cursor().execute("select partner_id from partners").fetchall()
    assert {key for (key,) in found} == {"Z"} | {f"{who}{n}" for who in "AB" for n in range(6)}
    lake.verify()


@pytest.fixture
def three_versions(tmp_path: Path) -> Lake:
    lake = Lake.open(tmp_path / "lake")
    for number in (1, 2, 3):
        lake.publish(partners(tmp_path, {f"P{n}": f"state {number}" for n in range(number * 10)}), ME)
    return lake


def test_24_threads_each_asking_150_times_get_the_answer_of_their_own_version(
    three_versions: Lake, tmp_path: Path
) -> None:
    def ask(thread: int) -> list[Any]:
        chance, wrong = random.Random(thread), []
        for _turn in range(150):
            version = chance.choice((1, 2, 3))
            session = three_versions.session(version)
            cursor = session.cursor()
            told = cursor.execute(
                "select count(*), min(name), max(name) from partners where $1 is null or partner_id = $1",
                [chance.choice((None, "P3"))],
            ).fetchall()[0]
            counts = questions.row_counts(session, View(page="data", version=version))
            rows = int(counts.set_index("table_name").loc["partners", "row_count"])
            if told[0] not in (1, version * 10) or {told[1], told[2]} != {f"state {version}"}:
                wrong.append(told)
            if rows != version * 10:
                wrong.append(rows)
        return wrong

    with ThreadPoolExecutor(max_workers=25) as pool:
        asked = [pool.submit(ask, thread) for thread in range(24)]
        three_versions.publish(partners(tmp_path, {f"P{n}": "state 4" for n in range(40)}), ME)
        assert [answer.result(120) for answer in asked] == [[]] * 24
    assert three_versions.newest() == 4
