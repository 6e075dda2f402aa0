"""Proposed mappings on files of other people, answered as the desk's form answers, every row accounted for.

``FIRSTDOSE_REAL_FILES`` names a folder with the public files; without it, stand-ins with the same headers.
"""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from firstdose.intake.answers import open_questions, way_of, with_way
from firstdose.intake.decode import decode
from firstdose.intake.profile import Profile, Way
from firstdose.intake.profile_files import save, saved
from firstdose.intake.propose import cells_of, propose
from firstdose.intake.receive import Checked, nothing_yet, receive
from firstdose.intake.trial import first_cells, tried
from tests.corpus.test_profiles import PROGRAM, REAL, partners, rows_of

Answers = dict[tuple[str, str], Way | str]


def proposed(name: str, answers: Answers, folder: Path) -> Profile:
    """The proposal for a file, with its open questions answered: exactly those, none is left."""
    staged = decode(REAL / name, folder)
    sample = first_cells(staged, 1_000)
    cells = cells_of(staged.header, sample)
    profile = propose(staged.header, sample, name.split(".")[0])
    assert profile
    asked = {(profile.outputs[one.output].table, one.column) for one in open_questions(profile, cells)}
    assert asked == set(answers)
    for at, output in enumerate(profile.outputs):
        for (table, column), answer in answers.items():
            if table == output.table:
                now = way_of(output, column)[0] or Way()
                way = answer if isinstance(answer, Way) else replace(now, constant=answer)
                profile = with_way(profile, at, column, way)
    assert not open_questions(profile, cells)
    shown = tried(profile, staged)
    assert [one.table for one in shown] == [output.table for output in profile.outputs]
    assert all(one.rows and not one.faults for one in shown)
    return profile


def made(folder: Path, name: str, profile: Profile, **beside: str) -> tuple[Checked, dict[str, Any]]:
    """What the saved profile makes of the whole file, with small tables beside it."""
    save(profile, folder / "profiles")
    paths = [REAL / name]
    for table, text in beside.items():
        paths.append(folder / f"{table}.csv")
        paths[-1].write_text(text, encoding="utf-8")
    found = saved(folder / "profiles").profiles
    with receive(paths, existing=nothing_yet, as_of=date(2026, 11, 20), profiles=found) as answer:
        tables = {table: pq.read_table(path).to_pylist() for table, path in answer.tables.items()}
    assert all(file.rows == file.accepted == len(tables[file.table or ""]) for file in answer.files)
    return answer, tables


def phases(name: str) -> Way:
    """Every phase of a launch plan said to be work of the alliance."""
    return Way(("phase",), values=tuple(dict.fromkeys((row["phase"], "Alliance") for row in rows_of(name))))


@pytest.mark.parametrize(
    ("name", "key", "kind", "more"),
    [
        pytest.param("launch_tasks.csv", "task_id", "task", {}, id="tasks"),
        pytest.param(
            "launch_milestones.csv",
            "milestone_id",
            "milestone",
            {("tasks", "name"): Way(("phase",))},
            id="milestones",
        ),
    ],
)
def test_a_launch_plan_is_proposed_as_tasks(
    tmp_path: Path, name: str, key: str, kind: str, more: Answers
) -> None:
    source = rows_of(name)
    profile = proposed(name, {("tasks", "workstream"): phases(name)} | more, tmp_path)
    beside = partners({row["site_id"] for row in source})
    _answer, tables = made(tmp_path, name, profile, partners=beside)
    assert [(row["task_id"], row["kind"]) for row in tables["tasks"]] == [(row[key], kind) for row in source]
    done = [row["percent_complete"] == 100 for row in tables["tasks"]]
    assert done == [row["status"] == "Complete" for row in source]


def test_a_pipeline_is_proposed_as_programs_and_the_stage_of_each(tmp_path: Path) -> None:
    source = rows_of("biotech_pipeline.csv")
    answers: Answers = {("programs", name): value for name, value in FACTS.items()}
    modality = Way(("modality",), values=tuple(dict.fromkeys((row["modality"], "Other") for row in source)))
    answers |= {("programs", "modality"): modality, ("stage_events", "entered_on"): "2026-09-01"}
    profile = proposed("biotech_pipeline.csv", answers, tmp_path)
    beside = partners({row["ticker"] for row in source})
    _answer, tables = made(tmp_path, "biotech_pipeline.csv", profile, partners=beside)
    ids = [row["program_id"] for row in tables["programs"]]
    assert len(set(ids)) == len(source)
    assert [row["indication"] for row in tables["programs"]] == [row["indication"] for row in source]
    assert [row["program_id"] for row in tables["stage_events"]] == ids
    stages = {"Commercial": "S10", "NDA Filed": "S09", "Phase 3": "S08", "Phase 2": "S08", "Phase 1": "S07"}
    for row, event in zip(source, tables["stage_events"], strict=True):
        assert event["stage_code"] == stages.get(row["phase"], "S07")


FACTS = {
    "target": "not stated",
    "indication_group": "Other",
    "vector": "none",
    "gene_edited": "false",
    "target_selected": "false",
    "route": "company-sponsored",
    "jurisdictions": "US",
    "status": "active",
}


def test_a_wide_laboratory_table_is_proposed_as_batches_and_results(tmp_path: Path) -> None:
    source = rows_of("tablet_laboratory.csv", ";")
    answers: Answers = {
        ("batches", "program_id"): "TABLETS",
        ("batches", "partner_id"): "PLANT",
        ("batches", "material"): "drug product",
        ("batches", "purpose"): "commercial",
        ("batches", "process_version"): Way(("code", "strength"), join=" / "),
        ("batches", "is_remanufacture"): "false",
        ("batches", "disposition"): "released",
        ("results", "lab_partner"): "PLANT",
    }
    profile = proposed("tablet_laboratory.csv", answers, tmp_path)
    unpivot = profile.outputs[1].unpivot
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
    _answer, tables = made(tmp_path, "tablet_laboratory.csv", profile, **beside)
    filled = {
        (row["batch"], code): float(row[name])
        for row in source
        for name, code in unpivot.columns
        if row[name].strip()
    }
    assert len(tables["batches"]) == len(source)
    assert {(row["batch_id"], row["attribute_code"]): row["value"] for row in tables["results"]} == filled
    assert {row["started_on"].day for row in tables["batches"]} == {1}, "a month stands for its first day"
