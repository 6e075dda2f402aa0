"""A real PostgreSQL and an S3 server for tests: started on the loopback address, ended by their process ids.

``python -m tests.scale.postgres_and_s3 --install`` installs Debian's PostgreSQL where that can be done.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import click

from tests.browser.chromium import apt

BUCKET = "alliance"
#: What moto takes from anybody, under the names that AWS gave them.
AWS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": "us-east-1",
}
_USER = "postgres"
_PATIENCE = 60.0  # seconds


def binaries() -> Path | None:
    """The folder of PostgreSQL's programs, the newest that is installed; none when there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    named = shutil.which("initdb")
    return found[-1].parent if found else Path(named).parent if named else None


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running PostgreSQL: its folder and port."""

    folder: Path
    port: int

    def dsn(self, database: str) -> str:
        """How to reach a database of it."""
        return f"host=127.0.0.1 port={self.port} user={_USER} dbname={database}"

    def database_for(self, place: Path) -> str:
        """How to reach the database that stands for a folder; made when it is asked for first."""
        name = "lake_" + sha256(str(place).encode()).hexdigest()[:24]
        made = self.run("createdb", name, check=False)
        if made.returncode and "already exists" not in made.stderr:
            raise RuntimeError(made.stderr)
        return self.dsn(name)

    def run(
        self, program: str, *arguments: str, check: bool = True, given: str | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run a client program of PostgreSQL against this server; ``given`` is what it reads."""
        folder = binaries()
        assert folder is not None
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", _USER)
        command = [str(folder / program), *where, *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, check=check, timeout=_PATIENCE, input=given
        )


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL of its own in a temporary folder, until the block ends."""
    programs = binaries()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed (Debian: apt install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="firstdose-postgres-"))
    as_user = _as_user(folder)
    try:
        made = [programs / "initdb", "-D", folder / "data", "-U", _USER, "-A", "trust", "-E", "UTF8"]
        _ran([*made, "--no-sync", "--locale=C"], as_user)
        with (folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(
                "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nmax_connections = 200\n"
                "shared_buffers = 32MB\n"
            )
        port = free_port()
        command = [programs / "postgres", "-D", folder / "data", "-h", "127.0.0.1", "-p", str(port)]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [str(part) for part in (*command, "-k", folder)], stdout=log, stderr=log, **as_user
            )
        try:
            running = Postgres(folder, port)
            _until(lambda: running.run("pg_isready", check=False).returncode == 0, server, folder / "log")
            yield running
        finally:
            server.terminate()  # a fast shutdown would be SIGINT; ours has no clients left
            try:
                server.wait(5)
            except subprocess.TimeoutExpired:
                server.send_signal(3)
                server.wait(10)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_user(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: it is run as the user that its package made."""
    if os.geteuid() != 0:
        return {}
    shutil.chown(folder, _USER, _USER)
    return {"user": _USER, "group": _USER, "extra_groups": []}


def _ran(command: list[Any], as_user: dict[str, Any]) -> None:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, cwd="/", **as_user
    )
    if done.returncode:
        raise RuntimeError(done.stdout[-1000:] + done.stderr[-2000:])


@contextmanager
def bucket() -> Iterator[dict[str, str]]:
    """An S3 server with one bucket until the block ends; the settings by which firstdose reaches it."""
    port = free_port()
    log = Path(tempfile.mkstemp(prefix="firstdose-s3-", suffix=".log")[1])
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], stdout=out, stderr=out
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _until(lambda: _put(port, f"/{BUCKET}"), server, log)
        yield AWS | {"AWS_ENDPOINT_URL_S3": address}
    finally:
        server.terminate()
        server.wait(10)
        log.unlink()


def _put(port: int, path: str) -> bool:
    signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/s3/aws4_request"}
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("PUT", path, headers=signed)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _until(ready: Any, server: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while not ready():
        if server.poll() is not None or time.monotonic() > end:
            raise RuntimeError(log.read_text(errors="replace")[-3000:])
        time.sleep(0.05)


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> int:
    """Say whether PostgreSQL is there, installing it where that is asked for and can be done."""
    if binaries() is None and "--install" in sys.argv:
        apt("postgresql")
    found = binaries()
    click.echo(f"PostgreSQL for the tests: {found or 'none; tests of several servers are skipped'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
