"""The engine without a browser: check, publish, and many threads asking at once."""

import json
import os
import shutil
import subprocess
import threading
import time
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import psutil

from firstdose import queries
from firstdose.lake import Lake
from firstdose.queries import picking
from firstdose.view import View
from tests.browser.serving import FIRSTDOSE, ROOT

BIG = {"programs": 200, "batches": 5000}
SEED = 20261123
RESULT_ROWS = 1_000_000
WHO = ("--by", "bench", "--why", "measured by make bench")


def ran(*arguments: str | Path, lake: Path | None = None) -> tuple[float, int, dict[str, Any]]:
    """Run one firstdose command: seconds, peak bytes of memory with its children, and its JSON answer."""
    settings = os.environ | ({"FIRSTDOSE_LAKE": str(lake)} if lake else {})
    began = time.monotonic()
    command = [str(FIRSTDOSE), *(str(part) for part in arguments), "--format", "json"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=settings, cwd=ROOT
    )
    peak = [0]
    watcher = threading.Thread(target=_watch, args=(psutil.Process(process.pid), peak), daemon=True)
    watcher.start()
    out, err = process.communicate(timeout=300)
    seconds = time.monotonic() - began
    watcher.join(1)
    if process.returncode not in (0, 1):
        raise RuntimeError(f"{command}: {err.decode()[-2000:]}")
    return seconds, peak[0], json.loads(out)


def _watch(process: psutil.Process, peak: list[int]) -> None:
    """Note the most memory the process and its children held together, looking every 20 ms."""
    while True:
        try:
            family = [process, *process.children(recursive=True)]
            peak[0] = max(peak[0], sum(one.memory_info().rss for one in family if one.is_running()))
        except psutil.NoSuchProcess:
            return
        time.sleep(0.02)


def big_folder(cache: Path) -> Path:
    """200 programs, 5,000 batches and a million results as CSV; made once and kept."""
    folder = cache / "big"
    if (folder / "results.csv").is_file():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    made = cache / "made"
    options = [f"--{name}={number}" for name, number in BIG.items()]
    subprocess.run([FIRSTDOSE, "demo", made, *options, f"--seed={SEED}"], check=True, cwd=ROOT, timeout=300)
    folder.mkdir(parents=True)
    for path in made.iterdir():
        if path.is_file() and path.stem != "results":
            shutil.copy(path, folder / path.name)
    source = next(made.glob("results.*"))
    connection = duckdb.connect()
    connection.from_parquet(str(source)).limit(RESULT_ROWS).write_csv(str(folder / "results.part"))
    (folder / "results.part").rename(folder / "results.csv")
    shutil.rmtree(made)
    return folder


def check_big(cache: Path) -> dict[str, float]:
    """``firstdose check`` of a million result rows with the tables they refer to."""
    folder = big_folder(cache)
    runs = [ran("check", folder) for _again in range(3)]
    answer = runs[0][2]
    rows = sum(one["rows"] for one in answer["files"] if one["table"] == "results")
    if not answer["ok"] or rows < RESULT_ROWS:
        raise RuntimeError(f"the big folder is not as expected: {rows} rows, {json.dumps(answer)[:1500]}")
    return {"seconds": median(run[0] for run in runs), "peak MiB": max(run[1] for run in runs) / 2**20}


def publish_demo(folder: Path) -> float:
    """Seconds to publish the demo folder into an empty lake, starting the command included."""
    return median(ran("publish", ROOT / "data", *WHO, lake=folder / f"demo{n}")[0] for n in range(3))


def publish_changed(cache: Path, folder: Path) -> float:
    """Seconds to publish a table of 5,000 rows, every tenth changed, into a lake with a million results."""
    big, lake = big_folder(cache), folder / "changed"
    ran("publish", big, "--complete", *WHO, lake=lake)
    seconds = []
    for number in range(3):
        changed = folder / f"round{number}" / "batches.csv"
        changed.parent.mkdir()
        connection = duckdb.connect()
        connection.execute(
            "create table batches as from read_csv(?, all_varchar=true)", [str(big / "batches.csv")]
        )
        connection.execute("update batches set process_version = ? where rowid % 10 = 0", [f"3.{number}"])
        connection.table("batches").write_csv(str(changed))
        seconds.append(ran("publish", changed, *WHO, lake=lake)[0])
    return median(seconds)


def questions() -> list[str]:
    """Every question that needs nothing but the view."""
    names = []
    for path in sorted(Path(queries.__file__).parent.rglob("*.sql")):
        name = f"{path.parent.name}.{path.stem}"
        statement = duckdb.connect().extract_statements(queries.read_sql(name))[0]
        if set(statement.named_parameters) <= {"chosen", *View().sql_values(Lake.open().session().as_of)}:
            names.append(name)
    return names


def many_threads(threads: int = 24, each: int = 150) -> dict[str, float]:
    """Threads asking at once, every answer compared with the one asked alone; the engine gives each anew."""
    session, names = Lake.open().session(), questions()
    queries._KEPT = 0
    picking.rules = lambda _sql: ()  # type: ignore[assignment]
    chosen = [View(program=None), *(View(jurisdiction=(one,)) for one in ("JP", "US", "EU"))]
    alone = {(name, view): queries.ask(name, session, view) for name in names for view in chosen}
    asked = list(alone)
    wrong: list[str] = []

    def work(seed: int) -> None:
        for turn in range(each):
            name, view = asked[(seed * 31 + turn * 7) % len(asked)]
            try:
                if not queries.ask(name, session, view).equals(alone[name, view]):
                    wrong.append(name)
            except duckdb.Error as error:
                wrong.append(f"{name}: {error}")

    began = time.monotonic()
    crowd = [threading.Thread(target=work, args=(seed,)) for seed in range(threads)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    seconds = time.monotonic() - began
    return {
        "wrong or broken": len(wrong),
        "queries": threads * each,
        "queries a second": threads * each / seconds,
    }
