"""Personal data at the door: told by its header or its cells, let in only when somebody answered."""

from pathlib import Path

import pytest

from firstdose.contracts import contracts
from firstdose.intake.personal import by_name
from firstdose.intake.receive import check_files, nothing_yet
from tests.unit.test_intake_check import DAY, PARTNERS, PROGRAMS, TASKS_HEADER, checked, errors, files, task


@pytest.mark.parametrize(
    "header",
    [
        "Patient name", "first_name", "FirstName", "Surname", "initials", "DOB", "date_of_birth", "E-mail",
        "email address", "Phone", "tel", "MRN", "medical record number", "Patient ID", "home address",
        "氏名", "患者名", "生年月日", "メールアドレス", "電話番号", "住所", "カルテ番号", "患者ＩＤ",
    ],
)  # fmt: skip
def test_a_header_that_says_personal_data_is_known(header: str) -> None:
    assert by_name(header)


@pytest.mark.parametrize(
    "header",
    ["name of the task", "phase", "address the risk", "stage", "品名", "担当部署", "hotel", "telemetry"],
)
def test_a_header_of_other_things_is_not(header: str) -> None:
    assert not by_name(header)


def test_no_column_of_ours_is_taken_for_personal_data(tmp_path: Path) -> None:
    for contract in contracts().values():
        path = tmp_path / f"{contract.name}.csv"
        path.write_text(",".join(column.name for column in contract.columns) + "\n", encoding="utf-8")
    answer = check_files([tmp_path], existing=nothing_yet, as_of=DAY)
    assert "personal-data" not in {issue.code for issue in answer.issues}


def test_addresses_in_free_text_stop_a_file(tmp_path: Path) -> None:
    tasks = TASKS_HEADER + task("T1", note="ask taro@example.org") + task("T2", note="by 2026-11-01")
    answer = checked(tmp_path, partners=PARTNERS, programs=PROGRAMS, tasks=tasks)
    (issue,) = errors(answer)
    assert (issue.code, issue.column, issue.line) == ("personal-data", "note", 1)
    assert "{" not in issue.message
    file = next(file for file in answer.files if file.table == "tasks")
    assert (file.accepted, file.rejected) == (0, 2)


def test_telephone_numbers_are_known_and_days_are_none(tmp_path: Path) -> None:
    tasks = TASKS_HEADER + task("T1", note="03-1234-5678") + task("T2", note="+81 90 1234 5678")
    assert [
        issue.code for issue in errors(checked(tmp_path, partners=PARTNERS, programs=PROGRAMS, tasks=tasks))
    ] == ["personal-data"]
    tasks = TASKS_HEADER + task("T1", note="2026-11-23") + task("T2", note="0.5-1.5")
    assert checked(tmp_path, partners=PARTNERS, programs=PROGRAMS, tasks=tasks).ok


def test_an_answer_lets_the_column_in(tmp_path: Path) -> None:
    tasks = TASKS_HEADER + task("T1", note="desk@example.org")
    paths = files(tmp_path, partners=PARTNERS, programs=PROGRAMS, tasks=tasks)
    assert not check_files(paths, existing=nothing_yet, as_of=DAY).ok
    assert check_files(paths, existing=nothing_yet, as_of=DAY, personal_ok=frozenset({"note"})).ok
