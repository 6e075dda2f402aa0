"""A real server for tests, screens and benchmarks: started on a free port, ended by its process id."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

ROOT = Path(__file__).resolve().parents[2]
FIRSTDOSE = Path(sys.executable).with_name("firstdose")
ADDRESS = re.compile(r"https?://[\w.\[\]:]+:\d+")
START_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: its address, process id, log file and the seconds from start to answering."""

    url: str
    pid: int
    log: Path
    seconds: float


@contextmanager
def running(
    command: Sequence[str | Path], log: Path, more: Mapping[str, str], cwd: Path = ROOT
) -> Iterator[Served]:
    """Run a server command until the block ends; ready when its output holds an address.

    Raises TimeoutError with the end of the log when it dies or stays silent.
    """
    began = time.monotonic()
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env=os.environ | {"PYTHONUNBUFFERED": "1"} | dict(more),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        url = _address(process, log, began + START_SECONDS)
        yield Served(url, process.pid, log, time.monotonic() - began)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _address(process: "subprocess.Popen[bytes]", log: Path, deadline: float) -> str:
    while time.monotonic() < deadline:
        text = log.read_text(encoding="utf-8", errors="replace")
        if found := ADDRESS.search(text):
            return found.group()
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise TimeoutError(
        "the server did not start:\n" + log.read_text(encoding="utf-8", errors="replace")[-3000:]
    )


@contextmanager
def dashboard(lake: Path, *command: str | Path) -> Iterator[Served]:
    """``firstdose serve``, or another command that serves it, over a lake; an empty one is seeded first."""
    with NamedTemporaryFile(prefix="firstdose-", suffix=".log") as log:
        started = command or (FIRSTDOSE, "serve", "--port", "0")
        with running(started, Path(log.name), {"FIRSTDOSE_LAKE": str(lake)}) as served:
            yield served
