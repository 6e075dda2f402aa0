"""Looks at whole columns: one statement a file, made one way for few rows and another for many."""

from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.intake import columns
from firstdose.intake.stage import Report, stage

_CELLS = {
    "european": ("1.234,5", "2.000,0", "3,5"),
    "mixed": ("1,5", "2.5", "3,5"),
    "thousands": ("1,234,567", "1,234.5", "2,345"),
    "marks": ("NA", "1", "n/a"),
    "endless": ("inf", "2", "NaN"),
    "days": ("2026-01-02", "2026/1/3", "04.01.2026"),
    "zones": ("2026-01-02 10:00+09:00", "2026-01-02 10:00Z", "2026-01-02 10:00Z"),
    "lost": ("a\ufffdb", "c", "d"),
    "empty": ("", "", ""),
    "words": ("one", "two", "two"),
}


def _looked_at(folder: Path) -> Report:
    # semicolons, since half of the cells hold commas
    rows = [";".join(_CELLS), *(";".join(cells) for cells in zip(*_CELLS.values(), strict=True))]
    path = folder / "given.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return stage(path, path.name, folder / "staged.parquet", doubtful=True)


def test_each_column_is_told_for_what_it_holds_in_the_order_of_the_header(tmp_path: Path) -> None:
    """No column hides another, and a column without cells or without doubts is not told of."""
    told = [(issue.column, issue.code) for issue in _looked_at(tmp_path).issues]
    assert told == [
        ("european", "numbers-european"),
        ("mixed", "decimal-mixed"),
        ("marks", "missing-mark"),
        ("endless", "not-finite"),
        ("days", "date-forms"),
        ("zones", "time-zones"),
        ("lost", "replacement-character"),
    ]


def test_a_file_of_many_rows_is_told_the_same_as_one_of_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Columns grouped one by one, columns in one heap, and a few columns a statement: one answer."""
    few = _looked_at(tmp_path).issues
    monkeypatch.setattr(columns, "_FEW", 0)
    assert _looked_at(tmp_path).issues == few
    monkeypatch.setattr(columns, "_AT_ONCE", 3)
    assert _looked_at(tmp_path).issues == few


@settings(deadline=None, max_examples=40)
@given(st.lists(st.from_regex(r"\A[+-]?[0-9]{0,4}[.,/-]?[0-9]{0,3}[.,/-]?[0-9]{0,3}\Z"), max_size=12))
def test_numbers_are_counted_alike_in_few_rows_and_in_many(cells: list[str]) -> None:
    with duckdb.connect() as con, TemporaryDirectory() as folder:
        path = f"{folder}/staged.parquet"
        cells += ["1" * 40, "1" * 400, "+12", "-1.50", "0" * 31 + ".5"]
        pq.write_table(pa.table({"line": range(len(cells)), "c0": [cell or None for cell in cells]}), path)
        seen = []
        for rows in (columns._FEW, columns._FEW + 1):
            sql = columns._LOOKS.replace("$cells", columns._cells([0], rows))
            row = con.execute(sql, {"path": path, "missing": columns._MISSING}).fetchall()[0]
            seen.append([sorted(part) if isinstance(part, list) else part for part in row])
        assert seen[0] == seen[1]
