"""Every file of a corpus gets an answer in time, in words, and never a trace.

``FIRSTDOSE_BAD_FILES`` names another corpus: a folder with a SOURCES.csv whose columns ``file`` and
``expected`` (accept, accept with warning, reject) say what should come out. Files listed without an
expectation only need an answer.
"""

import csv
import json
import os
import re
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from firstdose.errors import IntakeError, Issue
from firstdose.intake.decode import Source, decode, decode_all
from firstdose.intake.staged import Staged
from firstdose.rules.issue_kinds import kind_of
from firstdose.words import LANGUAGES, _, use_language
from tests.corpus import make_files

FOLDER = Path(os.environ.get("FIRSTDOSE_BAD_FILES") or make_files.FOLDER)
SECONDS = 10.0
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")

#: Files of a public corpus whose listed answer quotes another engine or another use: name → ours, why.
OURS_DECIDES = {
    "parquet/ARROW-RS-GH-6229-LEVELS.parquet": ("reject", "nested columns are no table of ours"),
    "parquet/nation.dict-malformed.parquet": ("accept", "our reader reads every value of it"),
    "pollock/file_multitable_same.csv": ("reject", "the second table breaks the quoting of the first"),
    "xlsx/errors.xlsx": ("reject", "nothing but errors: no header is left"),
    "xlsx/has_x000D_.xlsx": ("accept with warning", "a header without rows is told"),
    "strings/blns.txt": ("reject", "a list of strings, no table"),
    "strings/formula-payloads.txt": ("reject", "a list of strings, no table"),
    "strings/xss-rsnake.txt": ("reject", "a list of strings, no table"),
    "strings/null-byte-forms.txt": ("reject", "a list of strings, no table"),
}


def listed() -> list[tuple[str, str]]:
    with (FOLDER / "SOURCES.csv").open(encoding="utf-8", newline="") as file:
        return [(row["file"], row["expected"]) for row in csv.DictReader(file)]


def read(path: Path, folder: Path) -> Staged | IntakeError:
    try:
        return decode(path, folder)
    except IntakeError as error:
        return error


@pytest.mark.parametrize(
    ("name", "expected"), [pytest.param(*pair, id=pair[0]) for pair in listed() if pair[1] != "(oracle)"]
)
def test_a_file_gets_the_answer_it_deserves(name: str, expected: str, tmp_path: Path) -> None:
    began = time.monotonic()
    answer = read(FOLDER / name, tmp_path)
    assert time.monotonic() - began < SECONDS
    for issue in answer.issues:
        assert issue.message
        assert "{" not in issue.message.replace(issue.value or "", "")
        assert "Traceback" not in issue.message
        assert kind_of(issue.code) != issue.code, "every code has a kind in words"
    if isinstance(answer, IntakeError):
        assert any(issue.severity == "error" for issue in answer.issues)
        said = "reject"
    else:
        rows = pq.read_metadata(answer.parquet).num_rows if answer.parquet.exists() else 0
        assert rows == answer.rows, "every row that was read is kept"
        said = "accept with warning" if answer.issues else "accept"
    expected, _why = OURS_DECIDES.get(name, (expected, ""))
    assert said == expected, [issue.message for issue in answer.issues]


@pytest.mark.parametrize("name", [name for name, expected in listed() if expected == "(oracle)"])
def test_cells_are_what_the_oracle_says(name: str, tmp_path: Path) -> None:
    beside = FOLDER / name
    table = beside.with_suffix(".csv")
    if beside.suffix != ".json" or not table.exists():
        pytest.skip("no table beside it")
    staged = decode(table, tmp_path)
    columns = pq.read_table(staged.parquet).drop_columns(["line"]).to_pydict().values() if staged.rows else []
    cells = [
        dict(zip(staged.header, (cell or "" for cell in row), strict=True))
        for row in zip(*columns, strict=True)
    ]
    wanted = json.loads(beside.read_text(encoding="utf-8"))
    assert cells == [{key: str(value) for key, value in row.items()} for row in wanted]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refused_file_is_told_where_and_what_to_do_in_the_language_of_the_reader(
    language: str, tmp_path: Path
) -> None:
    """At least 95 in 100; the words themselves must be of that language."""
    names = [name for name, expected in listed() if expected != "(oracle)"]
    answers = decode_all([Source(FOLDER / name, Path(name).name) for name in names], tmp_path)
    refused = {
        name: [issue for issue in answer.issues if issue.severity == "error"]
        for name, answer in zip(names, answers, strict=True)
        if isinstance(answer, IntakeError)
    }
    use_language(language)
    silent = [name for name, issues in refused.items() if not all(tells(issue, language) for issue in issues)]
    assert refused
    assert len(silent) <= 0.05 * len(refused), silent


def tells(issue: Issue, language: str) -> bool:
    """Whether an issue says where it is and what to do, in words of the language."""
    said = (issue.place, issue.wrong, issue.advice)
    in_language = all(JAPANESE.search(part) for part in said) if language == "ja" else True
    placed = issue.place == _("the whole file") or issue.line is not None or issue.column is not None
    return placed and all(said) and in_language


def test_the_stand_ins_are_those_the_script_writes() -> None:
    for name, (content, _expected, _what) in make_files.everything().items():
        assert (make_files.FOLDER / name).read_bytes() == content
