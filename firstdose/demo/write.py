"""The story as files: every reported state with only what changed, and the newest one as a whole."""

import csv
import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from firstdose.contracts import contracts
from firstdose.demo import governance, making, plan, readiness, story, supply, testing, transfer
from firstdose.demo.story import REPORTED, Row

_MANY = 200_000  # results from which only the last two states carry them, to keep the folder small
_LAB_DATA = (0, 4, 8, len(REPORTED) - 1)  # the states in which the laboratories sent theirs
_A_LOT, _BIG_LOTS, _A_LOT_OF_MANY = 33, 1_000, 430
_README = """# Demo alliance

Fictional and illustrative: no program, partner, lot or result here exists. Made by `make demo`; the folders
under `history/` are the states that were published one after the other.
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of a story is told; without a number of results, about 33 a lot, and 400 in a big one.

    A big story is there to measure with: 5,000 lots then have two million results.
    """

    programs: int = 12
    batches: int = 300
    results: int | None = None
    seed: int = 20261123

    @property
    def wanted_results(self) -> int:
        """About how many results there are to be."""
        if self.results is not None:
            return self.results
        return self.batches * (_A_LOT if self.batches <= _BIG_LOTS else _A_LOT_OF_MANY)


def write(out: Path, size: Size) -> dict[str, int]:
    """Write the newest state into a folder and its history beside it; the number of rows a table.

    The same size gives the same bytes. An older history in the folder is replaced.
    """
    out.mkdir(parents=True, exist_ok=True)
    history = out / "history"
    if history.exists():
        shutil.rmtree(history)
    last: dict[str, bytes] = {}
    counts: dict[str, int] = {}
    for number, (reported, tables) in enumerate(_states(size), 1):
        step = history / f"{number:03d}_{reported.day.isoformat()}"
        step.mkdir(parents=True)
        for name, (content, rows) in tables.items():
            counts[name] = rows
            if last.get(name) != content:
                (step / name).write_bytes(content)
        last |= {name: content for name, (content, _rows) in tables.items()}
        told = {"by": reported.by, "why": reported.why, "as_of": reported.day, "name": reported.name}
        (step / "version.yaml").write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    for name, content in last.items():
        (out / name).write_bytes(content)
    (out / "README.md").write_text(_README, encoding="utf-8")
    return {name.rsplit(".", 1)[0]: rows for name, rows in counts.items()}


def _states(size: Size) -> Iterator[tuple[story.Reported, dict[str, tuple[bytes, int]]]]:
    """Each reported state: file name → content and rows."""
    cast = story.programs(size.seed, size.programs)
    ways = story.stays(cast, size.seed)
    cast = story.dated(cast, ways)
    steps = plan.tasks(cast, size.seed)
    closing = plan.closing(steps)
    items = readiness.items(cast, size.seed, closing)
    ids = {item.id for item in items}
    lots = making.batches(cast, ways, size.seed, size.batches)
    wanted = size.wanted_results
    results = testing.results(lots, size.seed, wanted)
    for at, reported in enumerate(REPORTED):
        day = reported.day
        rows: dict[str, list[Row]] = {
            "partners": story.partner_rows(day),
            "programs": story.program_rows(cast, day),
            "stage_events": story.stay_rows(ways, day),
            "readiness_items": readiness.item_rows(items, day),
            "evidence": readiness.evidence_rows(items, day),
            "tasks": plan.task_rows(steps, day, ids),
            "transfers": transfer.transfer_rows(cast, day),
            "transfer_deliverables": transfer.deliverable_rows(cast, size.seed, day, ids, closing),
            "attributes": testing.attribute_rows(),
            "specifications": testing.specification_rows(),
            "batches": making.batch_rows(lots, day),
            "deviations": making.deviation_rows(lots, size.seed, day),
            "slots": supply.slot_rows(size.seed, day),
            "demand": supply.demand_rows(cast, size.seed, day),
            "inventory": supply.inventory_rows(lots, size.seed, day),
            "decisions": governance.decision_rows(cast, day),
            "closures": governance.closure_rows(day),
            "risks": governance.risk_rows(cast, day),
            "actions": governance.action_rows(cast, day),
            "events": governance.event_rows(day),
            "baselines": testing.baseline_rows(day),
            "targets": governance.target_rows(),
        }
        tables = {f"{name}.csv": (_csv(name, found), len(found)) for name, found in rows.items() if found}
        if at in (_LAB_DATA if wanted < _MANY else _LAB_DATA[-2:]):
            known = testing.known_results(results, day)
            tables["results.parquet"] = (_parquet(known), len(known))
        yield reported, tables


def _csv(name: str, found: list[Row]) -> bytes:
    text = io.StringIO()
    columns = [column.name for column in contracts()[name].columns]
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([[_cell(row[column]) for column in columns] for row in found])
    return text.getvalue().encode("utf-8")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


_SCHEMA = pa.schema(
    [
        ("batch_id", pa.string()),
        ("attribute_code", pa.string()),
        ("sample", pa.string()),
        ("replicate", pa.int64()),
        ("tested_on", pa.date32()),
        ("value", pa.float64()),
        ("qualifier", pa.string()),
        ("passed", pa.bool_()),
        ("lab_partner", pa.string()),
        ("method_version", pa.string()),
    ]
)


def _parquet(frame: pd.DataFrame) -> bytes:
    table = pa.Table.from_pandas(frame, schema=_SCHEMA, preserve_index=False)
    sink = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata(None), sink, compression="zstd")
    return bytes(sink.getvalue())
