"""Readiness and gate review over 200 programs of 60 items: ``python -m tests.bench.many FOLDER``.

FOLDER takes the lake, made once. Times are of the processor, which a busy machine moves less than the clock
on the wall; the first look makes everything, the second is what every later reader waits for.
"""

import csv
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from unittest.mock import patch

import click
from streamlit.testing.v1 import AppTest

from firstdose import queries
from firstdose.lake import Lake
from firstdose.queries import readiness
from firstdose.rules.readiness_verdict import verdicts
from firstdose.ui import remember
from firstdose.view import View
from tests.bench.engine import WHO, ran
from tests.browser.serving import FIRSTDOSE, ROOT

PROGRAMS, ITEMS = 200, 60


def lake(folder: Path) -> Path:
    """A lake of the demo's kind with 200 programs and 60 items each; made once."""
    place = folder / "many"
    if (place / "made").exists():
        return place
    made, cut = folder / "demo", folder / "cut"
    if not made.exists():
        size = [f"--programs={PROGRAMS}", "--batches=1000"]
        subprocess.run([FIRSTDOSE, "demo", made, *size], check=True, cwd=ROOT, timeout=600)
    cut.mkdir(parents=True, exist_ok=True)
    for path in made.glob("*.csv"):
        if path.stem != "results":
            shutil.copy(path, cut / path.name)
    _sixty_each(cut / "readiness_items.csv", cut / "programs.csv")
    _seconds, _peak, answer = ran("publish", cut, "--complete", *WHO, lake=place)
    with patch.dict("os.environ", {"FIRSTDOSE_LAKE": str(place)}):
        if not Lake.open().newest():
            raise RuntimeError(f"nothing was published: {str(answer)[:1500]}")
    (place / "made").touch()
    return place


def _sixty_each(items: Path, programs: Path) -> None:
    """Fill every program up to sixty items with those of others, where it files, under ids of their own."""
    with programs.open(encoding="utf-8-sig", newline="") as file:
        plans = {row["program_id"]: row["jurisdictions"].split(";") for row in csv.DictReader(file)}
    with items.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    there = Counter(row["program_id"] for row in rows)
    with items.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        for name, places in plans.items():
            fitting = [row for row in rows if row["jurisdiction"] in places]
            for at, row in enumerate(islice(cycle(fitting), max(ITEMS - there[name], 0))):
                writer.writerow(row | {"program_id": name, "item_id": f"{name}-more-{at}"})


def spent(work: Callable[[], object]) -> float:
    """Processor milliseconds of this process."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def main(folder: Path) -> None:
    """Measure and print."""
    place = lake(folder)
    with patch.dict("os.environ", {"FIRSTDOSE_LAKE": str(place)}):
        session = Lake.open().session()
        plan = readiness.network(session, View())
        click.echo(f"{plan['program_id'].nunique()} programs, {len(plan)} items")
        judged = min(spent(lambda: verdicts(plan, session.as_of)) for _n in range(3))
        click.echo(f"verdicts of all, one pass: {judged:.0f} ms")
        app = AppTest.from_file(ROOT / "app.py", default_timeout=600)
        click.echo(f"overview, first look: {spent(app.run):.0f} ms")
        for page in ("readiness", "review"):
            queries._answers.clear()
            remember._made.clear()
            app.switch_page(f"pages/{page}.py")
            first = spent(app.run)
            click.echo(
                f"{page}, first look: {first:.0f} ms; again: {min(spent(app.run) for _n in range(3)):.0f} ms"
            )
            if app.exception:
                raise RuntimeError(app.exception[0].message)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
