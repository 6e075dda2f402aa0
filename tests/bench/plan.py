"""The demo's data with a plan of many tasks, for ``python -m tests.bench --tasks 3000``."""

import csv
import os
import re
import shutil
from itertools import count
from pathlib import Path

from firstdose.lake import Lake
from firstdose.server import project
from tests.bench.engine import WHO, ran


def lake(folder: Path, tasks: int) -> Path:
    """A lake of the demo's newest state with a plan of ``tasks`` tasks."""
    cut, place = folder / "cut", folder / "plan"
    shutil.copytree(project() / "data", cut, ignore=shutil.ignore_patterns("history", "*.md"))
    _many(cut / "tasks.csv", tasks)
    _seconds, _peak, answer = ran("publish", cut, "--complete", *WHO, lake=place)
    os.environ["FIRSTDOSE_LAKE"] = str(place)
    if not Lake.open().newest():
        raise RuntimeError(f"nothing was published: {str(answer)[:1500]}")
    return place


def _many(path: Path, tasks: int) -> None:
    """Repeat the plan, each time with links of its own and without anchors, up to ``tasks`` rows."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    repeated = [row for row in rows if not row["anchor"]]
    ours = re.compile("|".join(re.escape(row["task_id"]) for row in sorted(repeated, key=_long_first)))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        wanted = tasks - len(rows)
        for copy in count(1):
            for row in repeated[: max(wanted, 0)]:
                writer.writerow(
                    row
                    | {"task_id": f"{row['task_id']}-{copy}", "name": f"{row['name']} {copy}"}
                    | {"predecessors": ours.sub(rf"\g<0>-{copy}", row["predecessors"])}
                )
            wanted -= len(repeated)
            if wanted <= 0:
                return


def _long_first(row: dict[str, str]) -> int:
    return -len(row["task_id"])
