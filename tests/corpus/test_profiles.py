"""Mapping profiles at work on files of other people: every row of the file accounted for, in tables of ours.

``FIRSTDOSE_REAL_FILES`` names a folder with the public files the profiles are written for; without it, small
stand-ins of our own with the same headers are used.
"""

import csv
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from firstdose.figures.control_chart import control
from firstdose.intake.profile_files import load, write
from firstdose.intake.profile_text import read
from firstdose.intake.receive import Checked, nothing_yet, receive
from firstdose.queries import manufacturing as queries
from firstdose.rules import control_chart
from firstdose.rules.manufacturing_chart import pick
from firstdose.view import View
from tests.support import session_of

HERE = Path(__file__).parent
REAL = Path(os.environ.get("FIRSTDOSE_REAL_FILES") or HERE / "real")
PROFILES = HERE / "profiles"
PROGRAM = (
    "program_id,name,target,indication,indication_group,modality,vector,gene_edited,target_selected,lead_partner,"
    "route,jurisdictions,status\nTABLETS,Tablets,none,none,Other,Other,none,false,false,PLANT,company-sponsored,"
    "EU,active\n"
)


def rows_of(name: str, delimiter: str = ",") -> list[dict[str, str]]:
    with (REAL / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


@contextmanager
def made(folder: Path, name: str, profile: str, **beside: str) -> Iterator[tuple[Checked, dict[str, Any]]]:
    """The answer for one file read by one profile, with small tables beside it, and the rows made."""
    paths = [REAL / name]
    for table, text in beside.items():
        paths.append(folder / f"{table}.csv")
        paths[-1].write_text(text, encoding="utf-8")
    profiles = [load(PROFILES / f"{profile}.yaml")]
    with receive(paths, existing=nothing_yet, as_of=date(2026, 11, 20), profiles=profiles) as answer:
        tables = {table: pq.read_table(path).to_pylist() for table, path in answer.tables.items()}
        for file in answer.files:
            assert file.rows == file.accepted == len(tables[file.table or ""])
        yield answer, tables


def partners(ids: set[str]) -> str:
    return "partner_id,name,role,country\n" + "".join(f"{one},{one},sponsor,US\n" for one in sorted(ids))


@pytest.mark.parametrize(
    ("name", "key", "day", "kind"),
    [
        ("launch_tasks", "task_id", ("forecast_finish", "due_date"), "task"),
        ("launch_milestones", "milestone_id", ("baseline_finish", "planned_date"), "milestone"),
    ],
)
def test_a_launch_plan_becomes_tasks(
    tmp_path: Path, name: str, key: str, day: tuple[str, str], kind: str
) -> None:
    source = rows_of(f"{name}.csv")
    beside = partners({row["site_id"] for row in source})
    with made(tmp_path, f"{name}.csv", name.replace("_", "-"), partners=beside) as (_answer, tables):
        assert [(row["task_id"], row[day[0]].isoformat(), row["kind"]) for row in tables["tasks"]] == [
            (row[key], row[day[1]], kind) for row in source
        ]
        done = [row["percent_complete"] == 100 for row in tables["tasks"]]
        assert done == [row["status"] == "Complete" for row in source]


def test_one_file_gives_programs_and_their_stages(tmp_path: Path) -> None:
    source = rows_of("biotech_pipeline.csv")
    beside = partners({row["ticker"] for row in source})
    with made(tmp_path, "biotech_pipeline.csv", "biotech-pipeline", partners=beside) as (answer, tables):
        assert [row["indication"] for row in tables["programs"]] == [row["indication"] for row in source]
        assert len({row["program_id"] for row in tables["programs"]}) == len(source)
        assert [row["program_id"] for row in tables["stage_events"]] == [
            row["program_id"] for row in tables["programs"]
        ]
        assert "profile-unused" in {issue.code for issue in answer.issues}


def test_a_wide_laboratory_table_gives_batches_and_results(tmp_path: Path) -> None:
    source = rows_of("tablet_laboratory.csv", ";")
    unpivot = load(PROFILES / "tablet-laboratory.yaml").outputs[1].unpivot
    assert unpivot
    codes = "".join(
        f"{code},drug product,purity,{code},as given,numeric,linear,report\n"
        for _name, code in unpivot.columns
    )
    beside = {
        "partners": partners({"PLANT"}),
        "programs": PROGRAM,
        "attributes": "attribute_code,material,category,name,unit,data_type,scale,direction\n" + codes,
    }
    with made(tmp_path, "tablet_laboratory.csv", "tablet-laboratory", **beside) as (answer, tables):
        filled = {
            (row["batch"], code): float(row[name])
            for row in source
            for name, code in unpivot.columns
            if row[name].strip()
        }
        assert len(tables["batches"]) == len(source)
        assert {(row["batch_id"], row["attribute_code"]): row["value"] for row in tables["results"]} == filled
        assert len(tables["results"]) == len(filled)
        told = {issue.code: dict(issue.values) for issue in answer.issues if issue.code == "profile-empty"}
        assert int(told["profile-empty"]["n"]) == len(source) * len(unpivot.columns) - len(filled)
        for code in (unpivot.columns[0][1], unpivot.columns[-1][1]):
            _charted(tables, code)


def _charted(tables: dict[str, Any], code: str) -> None:
    """One attribute of the laboratory is drawn as any other: each lot with a result, no special case."""
    own = [row for row in tables["results"] if row["attribute_code"] == code]
    kept = ("partners", "programs", "attributes", "batches")
    session = session_of(as_of=date(2026, 11, 20), results=own, **{name: tables[name] for name in kept})
    view = View(page="manufacturing")
    picked = pick(queries.charts(session, view), code, "PLANT")
    assert picked is not None
    chart = control_chart.chart(queries.series(session, view, code, "PLANT"), picked.scale)
    assert len(chart.points) == len(own)
    events = queries.events(session, view, code, "PLANT")
    figure = control(
        chart, picked, queries.limits(session, view, code, set(chart.points["program_id"])), events
    )
    assert sum(len(trace.x or ()) for trace in figure.data) <= 5_000


@pytest.mark.parametrize("path", sorted(PROFILES.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_profile_written_is_the_profile_read(path: Path) -> None:
    profile = load(path)
    assert read(write(profile)) == profile
    assert profile.name == path.stem
