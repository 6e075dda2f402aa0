"""A large file is judged by its distinct cells, and nothing is told or taken in otherwise than row by row."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from firstdose.intake import as_written, check
from firstdose.intake.paths import Decoded, decode_paths
from firstdose.intake.receive import Checked, Refused, check_files, nothing_yet, receive

DAY = date(2026, 11, 20)
PARTNERS = (
    "partner_id,name,name_ja,role,country\nNCC,Centre,センター,academic centre,JP\nCDMO,Maker,,CDMO,JP\n"
)
PROGRAMS = (
    "program_id,name,name_ja,target,indication,indication_ja,indication_group,modality,vector,gene_edited,"
    "target_selected,lead_partner,route,jurisdictions,status,target_filing_date,target_fih_date\n"
    "P1,One,,CD7,T-ALL,,T-cell malignancy,autologous CAR-T,lentiviral,true,false,NCC,"
    "investigator-initiated,US;JP,active,2027-03-01,2027-06-01\n"
    "P2,Two,,CD7,T-ALL,,T-cell malignancy,autologous CAR-T,lentiviral,true,false,NCC,"
    "investigator-initiated,JP,active,2027-03-01,2027-06-01\n"
)


@contextmanager
def _large(few: int) -> Iterator[list[bool]]:
    """Files of more than ``few`` rows are large ones; whether each of them was taken as it is written."""
    taken: list[bool] = []
    asked = as_written.typed_rows
    with pytest.MonkeyPatch.context() as patch:

        def noted(*arguments: object) -> str | None:
            rows = asked(*arguments)  # type: ignore[arg-type]
            taken.append(rows is not None)
            return rows

        patch.setattr(as_written, "FEW", few)
        patch.setattr(as_written, "typed_rows", noted)
        yield taken


def _received(given: list[Path], read: Decoded) -> tuple[Checked, dict[str, pa.Table]]:
    try:
        with receive(given, existing=nothing_yet, as_of=DAY, decoded=read) as checked:
            return checked, {name: pq.read_table(path) for name, path in checked.tables.items()}
    except Refused as refused:
        return refused.checked, {}


@pytest.mark.parametrize(
    ("old", "new", "taken"),
    [
        pytest.param("", "", True, id="as it should be"),
        pytest.param("US;JP", "JP;US", True, id="words of a list in another order"),
        pytest.param("T-ALL", " T-ALL ", True, id="free text between blanks"),
        pytest.param(",lentiviral,", ",\u3000lentiviral ,", True, id="a word between blanks"),
        pytest.param(",true,", ", YES,", True, id="yes"),
        pytest.param("2027-03-01", "2027-03-01 00:00:00", True, id="midnight"),
        pytest.param("2027-03-01", "2027/3/1", False, id="slashes"),
        pytest.param("2027-03-01", "2027年3月1日", False, id="another form"),
        pytest.param("2027-03-01", "n/a", False, id="a mark for missing"),
        pytest.param("2027-03-01", "1027-02-03", False, id="before 1900"),
        pytest.param("2027-03-01", "infinity", False, id="a day without end"),
        pytest.param("2027-03-01", "2027-07-01", True, id="a rule of the row"),
        pytest.param(",true,", ",maybe,", False, id="neither true nor false"),
        pytest.param(",CD7,", ",,", False, id="empty required cell"),
        pytest.param("\nP2,", "\nP1,", True, id="a key twice"),
        pytest.param("\nP2,", "\nP 2,", False, id="blank inside an ID"),
        pytest.param(",NCC,", ",NOPE,", True, id="unknown partner"),
        pytest.param("target_fih_date", "nothing_of_ours", True, id="a column too many, another missing"),
        pytest.param(",name_ja,", ",Name,", True, id="a column twice"),
    ],
)
def test_a_large_file_is_told_and_taken_in_as_a_small_one(
    tmp_path: Path, old: str, new: str, taken: bool
) -> None:
    given = [tmp_path / "partners.csv", tmp_path / "programs.csv"]
    given[0].write_text(PARTNERS, encoding="utf-8")
    given[1].write_text(PROGRAMS.replace(old, new), encoding="utf-8")
    read = decode_paths(given, tmp_path, children=1)
    with _large(1_000) as none:
        small, rows = _received(given, read)
    with _large(1) as both:
        large, same_rows = _received(given, read)
    assert large.as_json() == small.as_json()
    assert large.files == small.files
    assert same_rows == rows
    assert none == []
    assert both == [True, taken]
    assert set(rows) == ({"partners", "programs"} if small.ok else set())


@pytest.mark.parametrize("few", [1_000, 1])
def test_two_large_files_of_one_table_are_laid_together(tmp_path: Path, few: int) -> None:
    given = [tmp_path / "partners.csv", tmp_path / "partners_2.csv"]
    given[0].write_text(PARTNERS, encoding="utf-8")
    given[1].write_text(PARTNERS.replace("CDMO,Maker", "LAB,Other"), encoding="utf-8")
    with _large(few):
        checked = check_files(given, existing=nothing_yet, as_of=DAY)
    wrong = [issue for issue in checked.issues if issue.severity == "error"]
    told = [(issue.file, issue.code, issue.line, issue.value) for issue in wrong]
    assert told == [("partners_2.csv", "duplicate-key", 2, "NCC")]


def test_a_line_that_explains_the_columns_is_left_out_of_a_large_file_too(tmp_path: Path) -> None:
    path = tmp_path / "partners.csv"
    header, rows = PARTNERS.split("\n", 1)
    path.write_text(f"{header}\nstring,string,string,string,string\n{rows}", encoding="utf-8")
    with _large(1) as taken:
        checked = check_files([path], existing=nothing_yet, as_of=DAY)
    assert taken == []
    assert checked.ok
    assert checked.files[0].rows == 2


@pytest.mark.parametrize(("few", "threads"), [(1_000, [1, 1]), (3, [1, 2]), (1, [2, 2])])
def test_few_rows_are_judged_in_one_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int, threads: list[int]
) -> None:
    """However many files they are in."""
    given = [tmp_path / "partners.csv", tmp_path / "programs.csv"]
    given[0].write_text(PARTNERS, encoding="utf-8")
    given[1].write_text(PROGRAMS, encoding="utf-8")
    seen = []
    judge = check.judge

    def noted(con: duckdb.DuckDBPyConnection, *rest: Any) -> check.Judged:
        with pytest.raises(duckdb.InvalidInputException, match="locked"):
            con.execute("set memory_limit = '2GB'")
        count = con.execute("select current_setting('threads')").fetchall()[0][0]
        seen.append(min(2, count))
        return judge(con, *rest)

    monkeypatch.setattr(check, "judge", noted)
    with _large(few):
        assert check_files(given, existing=nothing_yet, as_of=DAY).ok
    all_threads = duckdb.connect().execute("select current_setting('threads')").fetchall()[0][0]
    assert seen == [min(one, all_threads) for one in threads]
