"""The store with 0.2, 2 and 20 million results: ``python -m tests.bench.store FOLDER [SIZE]``.

FOLDER takes the lakes (some 3 GB for all), each made once by the real publish. 5,000 lots of four sites
have 40 attributes, and 1, 10 or 100 results each, so that a chart has the same 1,250 lots in every lake;
rejected lots lie out of specification in some five of them. Seconds are of the processor, for this machine
is shared; each publish is a process of its own, so that its peak memory is its own.
"""

import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click
import duckdb

from firstdose import queries
from firstdose.contracts import contracts
from firstdose.intake.scope import Scope
from firstdose.lake import Author, Lake, tables
from firstdose.queries import manufacturing
from firstdose.view import View
from tests.browser.serving import ROOT

LOTS, ATTRIBUTES, SITES, PROGRAMS = 5_000, 40, 4, 10
SIZES = {"0.2": 1, "2": 10, "20": 100}  # million results: results of one lot and attribute
WHO = Author(by="bench", why="measured by tests.bench.store", as_of=date(2026, 11, 20))
VIEW = View()
_ID = "'{}' || lpad({}::varchar, 5, '0')"
_TABLES = {
    "partners": f"select 'S' || n as partner_id, 'Site ' || n as name, 'CDMO' as role, 'JP' as country "
    f"from range({SITES}) t(n)",
    "programs": "select 'P' || n as program_id, 'Program ' || n as name, 'Other' as indication_group, "
    f"'S0' as lead_partner, 'JP' as jurisdictions from range({PROGRAMS}) t(n)",
    "attributes": f"select {_ID.format('A', 'n')} as attribute_code, 'drug product' as material, "
    "'Attribute ' || n as name, '%' as unit, 'numeric' as data_type, "
    f"if(n % 2 = 0, 'log', 'linear') as scale, n % 3 + 1 as tier from range({ATTRIBUTES}) t(n)",
    "specifications": f"select 'X' || n as specification_id, {_ID.format('A', 'n')} as attribute_code, "
    "'clinical' as phase, 90.0 as lower, 110.0 as upper, date '2020-01-01' as valid_from "
    f"from range({ATTRIBUTES}) t(n)",
    "batches": f"select {_ID.format('B', 'n')} as batch_id, 'P' || n % {PROGRAMS} as program_id, "
    f"'S' || n % {SITES} as partner_id, 'drug product' as material, 'clinical' as purpose, "
    "'1.' || n // 2500 as process_version, false as is_remanufacture, "
    "date '2021-01-01' + (n // 3)::integer as started_on, "
    f"if(n % 12 = 0, 'rejected', 'released') as disposition from range({LOTS}) t(n)",
}


def _results(first: int, last: int) -> str:
    """Results of the replicates ``first`` to ``last`` of every lot and attribute, as they arrive: by day."""
    return (
        f"select {_ID.format('B', 'b')} as batch_id, {_ID.format('A', 'a')} as attribute_code, "
        "'release' as sample, r::integer as replicate, "
        "date '2021-01-10' + (b // 3)::integer + (r % 8)::integer as tested_on, "
        "100 + (hash(b, a) % 800) / 100.0 - 4 + (hash(b, a, r) % 100) / 100.0 "
        "+ if(b % 12 = 0 and a % 8 = b % 7, 9, 0) as value, "
        f"'S' || b % {SITES} as lab_partner, '1' as method_version "
        f"from range({LOTS}) x(b), range({ATTRIBUTES}) y(a), range({first}, {last}) z(r)"
    )


def _write(folder: Path, table: str, rows: str) -> Path:
    """Typed rows of a table, as a publish takes them."""
    contract = contracts()[table]
    path = folder / f"{table}.parquet"
    con = duckdb.connect()
    empty = ", ".join(f'null::{column.stored_type} as "{column.name}"' for column in contract.columns)
    whole = f"(select {empty} limit 0) union all by name ({rows})"
    con.sql(f"select {tables.columns(contract)} from ({whole})").write_parquet(str(path))
    return path


def fill(folder: Path, size: str) -> dict[str, float]:
    """Publish a lake of a size, once."""
    made = folder / f"given-{size}"
    made.mkdir(parents=True, exist_ok=True)
    given = {name: _write(made, name, rows) for name, rows in _TABLES.items()}
    given["results"] = _write(made, "results", _results(1, 1 + SIZES[size]))
    lake = Lake.open(folder / size, writing=True)
    told = _spent(lambda: lake.publish(given, WHO))
    shutil.rmtree(made)
    return told


def add(folder: Path, size: str) -> dict[str, float]:
    """Publish a million rows more: five results of every lot and attribute."""
    made = folder / "more"
    made.mkdir(exist_ok=True)
    lake = Lake.open(folder / size, writing=True)
    first = 10_001 + 5 * lake.newest()
    given = {"results": _write(made, "results", _results(first, first + 5))}
    return _spent(lambda: lake.publish(given, WHO, Scope(mode="merge")))


def read(folder: Path, size: str) -> dict[str, float]:
    """Start on a lake, then every question of the manufacturing page, the best of five each."""
    lake = Lake.open(folder / size)
    told = {f"start, {name}": value for name, value in _spent(lake.session).items()}
    session = lake.session()
    asked: dict[str, Callable[[], Any]] = {
        "series": lambda: manufacturing.series(session, VIEW, "A00002", "S1"),
        "charts": lambda: manufacturing.charts(session, VIEW),
        "charts, earlier day": lambda: manufacturing.charts(session, View(as_of=date(2024, 6, 1))),
        "out of specification": lambda: manufacturing.out_of_specification(session, VIEW),
        "results of a lot": lambda: manufacturing.lot_results(session, VIEW, "B01234"),
    }
    told["lots of the chart"] = len(asked["series"]())
    for name, ask in asked.items():
        told[f"{name}, ms"] = min(_asked(ask) for _again in range(5))
    return told


def _asked(ask: Callable[[], Any]) -> float:
    queries._answers.clear()
    began = time.process_time()
    ask()
    return (time.process_time() - began) * 1000


def _spent(work: Callable[[], object]) -> dict[str, float]:
    wall, began = time.monotonic(), time.process_time()
    work()
    return {
        "processor s": time.process_time() - began,
        "wall s": time.monotonic() - wall,
        "peak MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


STEPS = {"fill": fill, "read": read, "add": add, "read again": read}


def main(folder: Path, sizes: list[str]) -> None:
    """Measure every size, step by step, each in a process of its own, and print."""
    for size in sizes:
        for step in STEPS:
            if step == "fill" and (folder / size / "catalog.sqlite").exists():
                continue
            command = [sys.executable, "-m", "tests.bench.store", str(folder), size, f"--{step}"]
            done = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True, timeout=3600)
            answer = done.stdout.splitlines()[-1]  # before it the engine may tell of its progress
            told = ", ".join(f"{name} {value:,.2f}" for name, value in json.loads(answer).items())
            click.echo(f"{size} M, {step}: {told}")


if __name__ == "__main__":
    if sys.argv[-1].startswith("--"):
        click.echo(json.dumps(STEPS[sys.argv[3].removeprefix("--")](Path(sys.argv[1]), sys.argv[2])))
    else:
        main(Path(sys.argv[1]), sys.argv[2:] or list(SIZES))
