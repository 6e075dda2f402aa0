"""Many at once: kills lose nothing acknowledged, two publishers both arrive, readers never err."""

import hashlib
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from firstdose.audit import Chain
from firstdose.contracts import contracts
from firstdose.errors import IntakeError
from firstdose.intake.receive import Checked, nothing_yet
from firstdose.lake import Author, Drafts, Lake, Overtaken, Prepared
from firstdose.lake.prepare import publish as publish_draft
from firstdose.queries import data as questions
from firstdose.view import View

ME = Author(by="Lead", why="state after the weekly call", as_of=date(2026, 11, 20))
KILLS = int(os.environ.get("FIRSTDOSE_KILLS", "10"))  # of a publisher, and as many of a server with drafts

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


def killed(work: Callable[..., None], place: Path, scratch: Path, times: int, seed: int) -> list[list[str]]:
    """Kill a working process again and again; the lines that it wrote of what was acknowledged.

    Every other one is killed after its first acknowledged turn, at a random moment of a turn as long as that
    one was: on a machine however slow, half of the kills have something to lose.
    """
    acknowledged = scratch / "acknowledged.txt"
    acknowledged.touch()
    chance = random.Random(seed)
    for kill in range(times):
        ready, lines = scratch / f"ready-{kill * 1000}", len(acknowledged.read_text("utf-8").splitlines())
        process = _spawn.Process(
            target=work, args=(place, scratch, str(acknowledged), kill * 1000), daemon=True
        )
        process.start()
        while not ready.exists():
            assert process.is_alive(), "it could not begin"
            time.sleep(0.005)
        began, turn = time.monotonic(), 0.3
        while kill % 2 and len(acknowledged.read_text("utf-8").splitlines()) == lines:
            assert process.is_alive(), "it came to an end"
            time.sleep(0.005)
            turn = time.monotonic() - began
        time.sleep(chance.uniform(0, turn))
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join(10)
    told = [line.split() for line in acknowledged.read_text(encoding="utf-8").splitlines()]
    assert len(told) >= times // 2, "enough turns were acknowledged to mean something"
    return told


def opened_again(place: Path) -> Lake:
    """The lake as a server finds it that starts again."""
    began = time.process_time()
    lake = Lake.open(place)
    lake.session()
    assert time.process_time() - began < 15.0, "5 s promised; its own time counts, not that of others"
    versions = [version.version for version in lake.versions()]
    assert versions == list(range(1, len(versions) + 1)), "the counter has no gap"
    return lake


def test_kills_of_a_publisher_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    place = tmp_path / "lake"
    told = killed(publish_on, place, tmp_path, KILLS, 20261123)
    lake = opened_again(place)
    for version, number in told[:: max(1, len(told) // 15)] + told[-1:]:
        cursor = lake.session(int(version)).cursor()
        found = cursor.execute("select count(*), min(name), max(name) from partners").fetchall()
        assert found == [(20, f"state {number}", f"state {number}")]
    lake.publish(partners(tmp_path, {"P0": "after", **{f"P{n}": "all" for n in range(1, 20)}}), ME)
    lake.verify()


def publish_drafts(place: Path, scratch: Path, acknowledged: str, first: int) -> None:
    """Bring, submit and publish one draft after the other as the Data page does, the check left out.

    A draft is written down once it is brought, and again once it is published.
    """
    lake = Lake.open(place)
    drafts = Drafts(lake.place)
    (scratch / f"ready-{first}").touch()
    with (
        (scratch / "brought.txt").open("a", encoding="utf-8") as brought,
        Path(acknowledged).open("a") as told,
    ):
        for number in range(first, first + 1000):
            content = f"state {number}".encode()
            draft = drafts.add(drafts.begin(f"me-{number}"), "partners.csv", content)
            print(draft.id, number, file=brought, flush=True)
            draft = drafts.change(draft, by=ME.by, why=ME.why, as_of="2026-11-20")
            lake.note("submit", ME, draft.id)
            draft = drafts.change(draft, state="submitted")
            typed = partners(scratch, {f"P{n}": f"state {number}" for n in range(20)})
            unread = IntakeError("", ())
            ready = Prepared({1: unread}, Checked(()), typed, lake.newest(), None)
            done = publish_draft(lake, drafts, draft, ready, approved_by="Second")
            print(done.version, number, file=told, flush=True)


def test_kills_of_a_server_that_publishes_drafts_lose_no_version_and_no_draft(tmp_path: Path) -> None:
    place = tmp_path / "lake"
    told = killed(publish_drafts, place, tmp_path, KILLS, 20261126)
    lake = opened_again(place)
    lake.note("send_back", ME, "nothing")  # the lock of whoever was killed stands in nobody's way
    lake.publish(partners(tmp_path, {f"P{n}": "after" for n in range(20)}), ME)
    lake.verify()
    events = {event["object_id"]: event for event in Chain(lake.place.audit).events()}
    for version, number in told:
        event = events[version]
        assert event["approved_by"] == "Second"
        assert event["source_sha256"] == [hashlib.sha256(f"state {number}".encode()).hexdigest()]
    by_source = {tuple(event.get("source_sha256", ())): event for event in events.values()}
    for id_, number in (line.split() for line in (tmp_path / "brought.txt").read_text("utf-8").splitlines()):
        digest = hashlib.sha256(f"state {number}".encode()).hexdigest()
        draft = Drafts(lake.place).read(id_)
        if draft is None:
            assert by_source[(digest,)]["approved_by"] == "Second", "a draft goes only when it was published"
        else:
            path = Drafts(lake.place).path(draft, draft.files[0])
            assert hashlib.sha256(path.read_bytes()).hexdigest() == digest == draft.files[0].sha256


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
