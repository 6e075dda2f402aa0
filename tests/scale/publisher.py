"""A publisher of its own process: ``python -m tests.scale.publisher TABLE TIMES``.

Writes the newest rows of a table of the demo again, with a numbered state in each name, and says on a line of
JSON which version each state became, once that was acknowledged.
"""

import csv
import json
import sys
import time
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from firstdose.intake.receive import receive
from firstdose.lake import Author, Lake, Overtaken

DATA = Path(__file__).resolve().parents[2] / "data"
WHO = Author(by="Lead", why="state after the weekly call", as_of=date(2026, 11, 20))


def stated(folder: Path, table: str, state: int) -> Path:
    """The demo's table with the state in every name."""
    with (DATA / f"{table}.csv").open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    path = folder / f"{table}.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(row | {"name": f"{row['name']} state-{state}"} for row in rows)
    return path


def publish_stated(lake: Lake, table: str, state: int) -> int:
    """Publish one state on top of the newest version; the version it became. Again when overtaken."""
    with TemporaryDirectory() as folder:
        path = stated(Path(folder), table, state)
        while True:
            newest = lake.newest()
            with receive([path], existing=lake.existing(), as_of=WHO.as_of) as checked:
                try:
                    return lake.publish(checked.tables, WHO, based_on=newest).version
                except Overtaken:
                    continue


def main(table: str, times: int) -> None:
    """Publish one state after the other."""
    lake = Lake.open()
    for state in range(1, times + 1):
        version = publish_stated(lake, table, state)
        click.echo(json.dumps({"version": version, "state": state, "at": time.time()}))
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
