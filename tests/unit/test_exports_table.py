"""A table taken away opens in a spreadsheet as text and numbers, never as a formula."""

import csv
import io

import pandas as pd
import pytest

from firstdose.exports.table import harmless, to_csv


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "＝1", "\r=1", "\n=1"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_text(cell: str) -> None:
    assert harmless(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["P-01", "a=b", "", 5, -5.5, None])
def test_other_cells_stay_as_they_are(cell: object) -> None:
    assert harmless(cell) == cell


def test_numbers_stay_numbers_and_japanese_survives() -> None:
    frame = pd.DataFrame({"=name": ["固形腫瘍", "=cmd"], "days": [-3, 4]})
    text = to_csv(frame).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [["'=name", "days"], ["固形腫瘍", "-3"], ["'=cmd", "4"]]
    assert frame["=name"].tolist() == ["固形腫瘍", "=cmd"]
