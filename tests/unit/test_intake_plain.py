"""The fast reader of plain text gives what the careful one gives, or steps aside."""

import csv
import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.intake import delimited, letters, plain, stage
from firstdose.intake.letters import _AT_ONCE

_CELLS = st.text(st.sampled_from("ab1.é日 =-;"), max_size=4).map(str.strip)
_TABLES = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(_CELLS, min_size=width, max_size=width), min_size=1, max_size=8)
)


def carefully(text: str, delimiter: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    reading = delimited.Reading(delimiter)
    rows = list(delimited.read(text, reading))
    return reading.header, rows


@settings(deadline=None)  # the reader's threads wait for a processor on a busy machine
@given(
    rows=_TABLES, end=st.sampled_from(["\n", "\r\n"]), last=st.booleans(), delimiter=st.sampled_from(",\t")
)
def test_both_readers_give_the_same_cells(
    rows: list[list[str]], end: str, last: bool, delimiter: str
) -> None:
    header = [f"h{at}" for at in range(len(rows[0]))]
    text = end.join(delimiter.join(row) for row in [header, *rows]) + (end if last else "")
    names = plain.header_of(text, text.encode(), delimiter)
    if names is None:
        return
    reading = delimited.Reading(delimiter)
    reading.header = names
    blocks = plain.read(text.encode(), reading)
    if blocks is None:
        return
    cells = [
        [cell or "" for cell in row]
        for block in blocks
        for row in zip(*(column.to_pylist() for column in block), strict=True)
    ]
    wanted_header, wanted = carefully(text, delimiter)
    assert names == wanted_header
    assert [(line, row) for line, row in enumerate(cells, 2)] == wanted


def test_a_plain_table_is_read_the_fast_way() -> None:
    text = "a,b\n1,2\n3,\n"
    reading = delimited.Reading(",")
    reading.header = plain.header_of(text, text.encode(), ",") or []
    blocks = list(plain.read(text.encode(), reading) or ())
    assert reading.header == ["a", "b"]
    assert [column.to_pylist() for column in blocks[0]] == [["1", "3"], ["2", None]]


@pytest.mark.parametrize(
    "text",
    [
        'a,b\n"1",2\n',
        "a,b\n1, 2\n",
        "a,b\n 1,2\n",
        " a,b\n1,2\n",
        "\na,b\n1,2\n",
        "a,b\n1,2\n\n3,4\n",
        "a,b\n1,2\n3,4\n\n",
        "a,b\r\n1,2\r\n\r\n3,4\r\n",
        "a,b\r1,2\r",
        "# x\na,b\n",
        "a,b\na,b\n",
        "a,b\n1,2\na,b",
        "a,b\r\n1,2\r\na,b\r\n",
        "a,b\n1,2\n,\n3,4\n",
        "a,b\n1,2\n,",
        "a,\n1,2\na,\n",
        "a,b\n1,2\n1,2,3\n",
        "a,b\n1,2\n1\n",
    ],
)
def test_whatever_is_not_plain_is_left_to_the_careful_reader(text: str) -> None:
    names = plain.header_of(text, text.encode(), ",")
    assert names is None or plain.read(text.encode(), delimited.Reading(",", header=names)) is None


@pytest.mark.parametrize("text", ["a,b\nx y,2\n,2\n", "a,b\n1,\n,2\n", "a,b\r\na,2\r\n1,b\r\n"])
def test_a_row_that_only_begins_as_such_stays_plain(text: str) -> None:
    names = plain.header_of(text, text.encode(), ",") or []
    blocks = list(plain.read(text.encode(), delimited.Reading(",", header=names)) or ())
    rows = zip(*(column.to_pylist() for column in blocks[0]), strict=True)
    assert [[cell or "" for cell in row] for row in rows] == [row for _line, row in carefully(text, ",")[1]]


@pytest.mark.parametrize("at", [0, 5, _AT_ONCE - 1, _AT_ONCE, _AT_ONCE + 1, 2 * _AT_ONCE + 7])
def test_a_letter_is_found_wherever_it_stands_in_a_large_text(at: int) -> None:
    text = bytearray(b"1,2\n" * _AT_ONCE)
    assert not letters.any_control(bytes(text))
    assert not letters.space_after(bytes(text), b",\n")
    for odd in (b"\x01", b"\x1f", b"\x7f"):
        wrong = bytes(text[:at] + odd + text[at:])
        assert letters.any_control(wrong)
    assert letters.space_after(bytes(text[:at] + b", " + text[at:]), b",")
    assert letters.space_after(bytes(text[:at] + b"\n " + text[at:]), b",\n")
    assert not letters.space_after(bytes(text[:at] + b"1 1" + text[at:]), b",\n")
    assert not letters.any_control(bytes(text[:at] + b"\t\r\n" + text[at:]))


def test_the_careful_reader_agrees_with_the_standard_library_on_quotes() -> None:
    text = 'a,b\n"x, ""y""","l1\nl2"\n1,2\n'
    _header, rows = carefully(text, ",")
    assert [row for _line, row in rows] == list(csv.reader(io.StringIO(text)))[1:]


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["without a mark", "with a mark"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_text_is_read_by_its_letters_whatever_bytes_it_came_in(
    tmp_path: Path, encoding: str, mark: str
) -> None:
    source = tmp_path / "given.csv"
    source.write_bytes((mark + "partner_id,name\nP1,患者\nP2,\n").encode(encoding))
    report = stage.stage(source, source.name, tmp_path / "0.parquet")
    assert (report.header, report.rows, report.issues) == (["partner_id", "name"], 2, [])
    assert pq.read_table(tmp_path / "0.parquet").to_pydict() == {
        "line": [2, 3],
        "c0": ["P1", "P2"],
        "c1": ["患者", None],
    }


def test_control_letters_are_found_where_the_bytes_are_the_text_already(tmp_path: Path) -> None:
    source = tmp_path / "given.csv"
    source.write_bytes("partner_id,name\nP1,患\x01者\n".encode())
    report = stage.stage(source, source.name, tmp_path / "0.parquet")
    assert [issue.code for issue in report.issues] == ["control-character"]
