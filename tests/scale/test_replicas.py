"""Three servers, one PostgreSQL, one bucket: nothing is lost, nothing is mixed, and one of them may die."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
import websockets

from firstdose.errors import IntegrityError, StoreError
from firstdose.lake import Lake, publish
from firstdose.lake.saved_views import save
from firstdose.place import Place
from tests.bench.crowd import person
from tests.browser.serving import FIRSTDOSE, ROOT, Served, running
from tests.scale.postgres_and_s3 import BUCKET, Postgres, binaries, bucket, postgres
from tests.scale.publisher import publish_stated

pytestmark = [
    pytest.mark.scale,
    pytest.mark.skipif(binaries() is None, reason="needs PostgreSQL (Debian: apt install postgresql)"),
]

SERVERS, PEOPLE, TIMES = 3, 20, 3
SOON = 3.0  # seconds until every server knows what another one published
_VERSION, _STATE = re.compile(rb"Data \*\*v(\d+)\*\*"), re.compile(rb"state-(\d+)")


@dataclass(frozen=True, slots=True)
class Alliance:
    """What the servers share, and the settings that say so."""

    database: Postgres
    settings: Mapping[str, str]

    def lake(self) -> Lake:
        """A process of its own, as far as a lake is concerned."""
        return Lake(Place.at())


@pytest.fixture(scope="module")
def alliance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alliance]:
    shared = tmp_path_factory.mktemp("shared")
    with ExitStack() as stack:
        database, s3 = stack.enter_context(postgres()), stack.enter_context(bucket())
        settings = {
            **s3,
            "FIRSTDOSE_LAKE": f"ducklake:postgres:{database.database_for(shared)}",
            "FIRSTDOSE_LAKE_DATA": f"s3://{BUCKET}/lake",
            "FIRSTDOSE_SHARED": str(shared),
            "FIRSTDOSE_DEMO": "0",
        }
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in settings.items():
            patch.setenv(name, value)
        subprocess.run(
            [FIRSTDOSE, "publish", ROOT / "data", "--by", "Lead", "--why", "the first state of all"],
            check=True,
            cwd=ROOT,
            timeout=120,
        )
        yield Alliance(database, settings)


@pytest.fixture(scope="module")
def servers(alliance: Alliance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Served]]:
    logs = tmp_path_factory.mktemp("logs")
    with ExitStack() as stack:
        started: list[Served] = []
        begin = [
            threading.Thread(
                target=lambda log: started.append(
                    stack.enter_context(running([FIRSTDOSE, "serve", "--port", "0"], log, alliance.settings))
                ),
                args=(logs / f"{number}.log",),
            )
            for number in range(SERVERS)
        ]
        for one in begin:
            one.start()
        for one in begin:
            one.join()
        assert len(started) == SERVERS
        yield started


def newest_of(server: Served) -> int:
    """The newest version that a server knows."""
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=60)
    connection.request("GET", "/health")
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()
    assert answer.status == 200
    return int(told["version"])


@dataclass(slots=True)
class Seen:
    """What one page showed: the version it named and the states in its names."""

    version: int
    states: set[int] = field(default_factory=set)


def seen(drawn: bytes) -> Seen:
    """What a page showed; version 0 when it did not name exactly one."""
    versions = {int(found) for found in _VERSION.findall(drawn)}
    named = versions.pop() if len(versions) == 1 else 0
    return Seen(named, {int(found) for found in _STATE.findall(drawn)})


async def _look_on(url: str, until: asyncio.Event, told: list[Seen]) -> list[str]:
    async with person(url) as one:
        while True:
            await one.look("pipeline")
            told.append(seen(one.drawn))
            if until.is_set():
                return one.errors
            await asyncio.sleep(2.0)


async def _crowd(
    servers: list[Served], publishing: list["subprocess.Popen[str]"], last: int
) -> tuple[list[Seen], int]:
    """People look until both have published and somebody saw the ``last`` version."""
    until, told = asyncio.Event(), list[Seen]()
    looking = [
        asyncio.create_task(_look_on(servers[number % SERVERS].url, until, told)) for number in range(PEOPLE)
    ]
    for process in publishing:
        await asyncio.to_thread(process.wait, 500)
    async with asyncio.timeout(60):
        while not any(one.version == last for one in told):
            await asyncio.sleep(0.05)
    until.set()
    errors = [error for said in await asyncio.gather(*looking) for error in said]
    return told, len(errors)


def test_two_publish_at_once_while_twenty_read_and_nothing_is_lost_or_mixed(
    alliance: Alliance, servers: list[Served]
) -> None:
    publishing = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.scale.publisher", table, str(TIMES)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for table in ("programs", "partners")
    ]
    told, errors = asyncio.run(_crowd(servers, publishing, last=2 * TIMES + 1))
    acknowledged = {}
    for table, process in zip(("programs", "partners"), publishing, strict=True):
        assert process.returncode == 0
        assert process.stdout is not None
        acknowledged[table] = [json.loads(line) for line in process.stdout]
        process.stdout.close()
    assert errors == 0
    lake = alliance.lake()
    assert [one.version for one in lake.versions()] == list(range(1, 2 * TIMES + 2)), "none lost, none twice"
    stands: dict[int, int | None] = {}
    for version in lake.versions():
        rows = lake.session(version.version).cursor().execute("select distinct name from programs").fetchall()
        states = {int(found) for (name,) in rows for found in re.findall(r"state-(\d+)", name)}
        assert len(states) <= 1, "a version holds one publish of a table"
        stands[version.version] = states.pop() if states else None
    for one in acknowledged["programs"]:
        assert stands[one["version"]] == one["state"], "what was acknowledged stands there"
    assert len({one.version for one in told}) > 1, "people saw versions come"
    for page in told:
        assert page.version in stands, "a page names one version"
        state = stands[page.version]
        assert page.states == (set() if state is None else {state}), f"mixed with v{page.version}"
    lake.verify()


def test_every_server_knows_the_newest_version_soon(alliance: Alliance, servers: list[Served]) -> None:
    assert {newest_of(server) for server in servers} == {alliance.lake().newest()}
    version = publish_stated(alliance.lake(), "programs", 90)
    began = time.monotonic()
    while {newest_of(server) for server in servers} != {version}:
        assert time.monotonic() - began < SOON
        time.sleep(0.05)


def test_a_saved_view_of_one_server_opens_on_another(alliance: Alliance, servers: list[Served]) -> None:
    link = "/pipeline?v=1&jurisdiction=JP"
    who = {"owner": "print of a browser", "shared": True, "by": "Kim"}
    view = save(alliance.lake(), name="Monday board", note="", page="pipeline", link=link, **who)
    for server in servers:
        connection = HTTPConnection(urlsplit(server.url).netloc, timeout=60)
        connection.request("GET", view.address)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        assert (answer.status, answer.getheader("location")) == (302, link)


def test_a_session_comes_back_on_another_server_when_its_own_is_killed(
    alliance: Alliance, servers: list[Served]
) -> None:
    link = "v=1&data=1&program=HUB-04&program=NCC-01"

    async def lose_and_come_back() -> tuple[bytes, bytes]:
        async with person(servers[0].url) as one:
            await one.look("pipeline", link)
            before = one.drawn
            os.kill(servers[0].pid, signal.SIGKILL)
            with pytest.raises(websockets.ConnectionClosed):
                await one.look("pipeline", link)
        async with person(servers[1].url) as again:
            await again.look("pipeline", link)
            return before, again.drawn

    before, after = asyncio.run(lose_and_come_back())
    assert not psutil.pid_exists(servers[0].pid) or psutil.Process(servers[0].pid).status() == "zombie"
    assert b"2 of 12 programs" in before
    assert said(before) == said(after)
    assert publish_stated(alliance.lake(), "programs", 91) == newest_of(servers[1]), "and work goes on"


def said(drawn: bytes) -> set[bytes]:
    """Every sentence that a page drew: what differs between two sessions are ids."""
    return set(re.findall(rb"[A-Z][\w ,.:;()-]{24,}", drawn))


def test_who_waits_for_the_database_is_told_and_no_server_dies_with_it(alliance: Alliance) -> None:
    lake = alliance.lake()
    lake.session()
    ended = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
    alliance.database.run("psql", "-d", "postgres", "-Atc", ended)
    assert lake.newest(now=True) == alliance.lake().newest(), "it connects again"
    assert lake.session().cursor().execute("select count(*) from programs").fetchall()[0][0] > 0
    away = Lake(Place(lake.place.folder, lake.place.postgres.replace("dbname=", "dbname=no"), ""))
    with pytest.raises(StoreError, match="cannot be opened"):
        away.newest()


def test_a_database_that_goes_in_the_middle_of_a_publish_leaves_nothing(alliance: Alliance) -> None:
    """The backend that holds the writer's lock is ended while the publish runs."""
    lake = alliance.lake()
    before = lake.newest()
    holder = "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'"
    real = publish.write_tables

    def cut(*arguments: object) -> object:
        done = real(*arguments)  # type: ignore[arg-type]
        alliance.database.run("psql", "-d", "postgres", "-Atc", holder)
        return done

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publish, "write_tables", cut)
        with pytest.raises(StoreError, match="Nothing was published"):
            publish_stated(lake, "programs", 92)
    assert alliance.lake().newest() == before
    assert publish_stated(alliance.lake(), "programs", 93) == before + 1
    alliance.lake().verify()


def test_a_file_altered_in_the_bucket_is_named(alliance: Alliance) -> None:
    lake = alliance.lake()
    con = lake._reading().connection
    (name,) = con.execute(
        "select file from glob(?) order by all limit 1", [f"s3://{BUCKET}/lake/main/programs/*.parquet"]
    ).fetchall()[0]
    key = name.removeprefix(f"s3://{BUCKET}")
    server = HTTPConnection(urlsplit(alliance.settings["AWS_ENDPOINT_URL_S3"]).netloc, timeout=60)
    signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/s3/aws4_request"}
    server.request("GET", f"/{BUCKET}{key}", headers=signed)
    content = server.getresponse().read()
    altered = content[:200] + bytes([content[200] ^ 1]) + content[201:]
    server.request("PUT", f"/{BUCKET}{key}", altered, headers=signed)
    assert server.getresponse().read() is not None
    with pytest.raises(IntegrityError, match=Path(key).name):
        alliance.lake().verify()
    server.request("PUT", f"/{BUCKET}{key}", content, headers=signed)
    server.getresponse().read()
    alliance.lake().verify()


def test_settings_that_name_no_place_are_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTDOSE_LAKE", "ducklake:postgres:dbname=x password=hidden")
    monkeypatch.delenv("FIRSTDOSE_SHARED", raising=False)
    with pytest.raises(StoreError, match="FIRSTDOSE_SHARED"):
        Place.at()
    monkeypatch.setenv("FIRSTDOSE_SHARED", "shared")
    monkeypatch.setenv("FIRSTDOSE_LAKE_DATA", "gs://bucket")
    with pytest.raises(StoreError, match="s3://"):
        Place.at()
    monkeypatch.setenv("FIRSTDOSE_LAKE", "ducklake:mysql:db=x")
    with pytest.raises(StoreError, match="ducklake:postgres"):
        Place.at()


def test_a_password_is_not_told_when_the_database_does_not_answer(tmp_path: Path) -> None:
    away = "host=127.0.0.1 port=1 dbname=x user=me password='so hidden' connect_timeout=2"
    with pytest.raises(StoreError) as refused:
        Lake(Place(tmp_path, away)).newest()
    assert "so hidden" not in str(refused.value)
    assert "port=1" in str(refused.value)
