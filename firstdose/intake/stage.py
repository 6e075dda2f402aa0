"""The work of the child: one file read, staged as Parquet, and reported as plain values."""

import codecs
import csv
import itertools
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from firstdose.errors import Issue
from firstdose.intake import columns, delimited, header, plain
from firstdose.intake.encoding import decode_bytes
from firstdose.words import N_

_CHUNK = 50_000

_MAGIC = (
    (b"\x1f\x8b", N_("This is a compressed file (gzip), not a table.")),
    (b"BZh", N_("This is a compressed file (bzip2), not a table.")),
    (b"\xfd7zXZ", N_("This is a compressed file (xz), not a table.")),
    (b"\x28\xb5\x2f\xfd", N_("This is a compressed file (zstd), not a table.")),
    (b"\xd0\xcf\x11\xe0", N_("Old Excel files (.xls) are not supported.")),
    (b"%PDF", N_("This is a PDF document, not a table.")),
    (b"PARE", N_("The Parquet file is encrypted.")),
)
_UNPACK = N_("Unpack it, or save it as .xlsx or CSV.")
_HTML = re.compile(rb"^\s*<(!doctype html|html|\?xml)", re.IGNORECASE)


@dataclass(slots=True)
class Report:
    """What the child found, as plain values that survive JSON."""

    ok: bool = False
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header: list[str] = field(default_factory=list)
    rows: int = 0
    issues: list[Issue] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The report as JSON-ready values."""
        return asdict(self)


def stage(
    source: Path,
    name: str,
    target: Path,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    delimiter: str | None = None,
    skip_lines: int = 0,
    doubtful: bool = False,
) -> Report:
    """Read one file of any kind and write its cells as text; errors stand in the report."""
    report = Report()
    with source.open("rb") as file:
        head = file.read(4096)
    kind = _kind(head, name, report)
    if kind == "parquet":
        from firstdose.intake import parquet

        parquet.stage(source, target, report)
    elif kind == "xlsx":
        from firstdose.intake import workbook

        _write(workbook.rows(source, sheet, report, skip_lines), target, report)
    elif kind == "text":
        _text(source.read_bytes(), target, encoding, report, delimiter, skip_lines)
    report.ok = not any(issue.severity == "error" for issue in report.issues)
    if report.ok and report.rows and kind != "parquet":
        found = columns.looks(_engine(), str(target), report.header, report.rows)
        report.issues += found
        report.ok = doubtful or not any(issue.severity == "error" for issue in found)
    return report


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """The engine of this child; starting one for each file took as long as looking at it."""
    return duckdb.connect(config={"threads": 1, "memory_limit": "1GiB"})


def refuse(report: Report, code: str, template: str, remedy: str = "", **values: object) -> None:
    """Add an error about the whole file."""
    told = tuple((key, str(value)[:200]) for key, value in values.items())
    report.issues.append(Issue(code, "error", template, told, remedy=remedy))


def _kind(head: bytes, name: str, report: Report) -> str | None:
    """What a file is by its first bytes; the name only decides what its owner believes."""
    ending = Path(name).suffix.lower()
    if not head:
        refuse(report, "empty", N_("The file is empty."), N_("Choose the file that holds the table."))
        return None
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        if ending in (".xlsx", ".xlsm"):
            return "xlsx"
        refuse(report, "mislabelled", N_("This is a ZIP or Excel file, not a CSV."), _UNPACK)
        return None
    for magic, said in _MAGIC:
        if head.startswith(magic):
            refuse(report, "mislabelled", said, _UNPACK)
            return None
    if _HTML.match(head):
        refuse(report, "mislabelled", N_("This is a web page, not a table."), N_("Were you signed in?"))
        return None
    if ending in (".xlsx", ".xlsm", ".parquet"):
        remedy = N_("Save it again from the program it came from, or send it as CSV.")
        refuse(report, "damaged", N_("The file is damaged or is no {kind} file."), remedy, kind=ending)
        return None
    return "text"


def _text(
    raw: bytes, target: Path, encoding: str | None, report: Report, delimiter: str | None, skip_lines: int
) -> None:
    decoded = decode_bytes(raw, encoding)
    if decoded is None:
        template = N_("The text cannot be read as {encoding} over the whole file.")
        remedy = N_("Save it as CSV UTF-8, or name its encoding.")
        refuse(report, "encoding", template, remedy, encoding=encoding or "UTF-8, CP932, EUC-JP, CP1252")
        return
    report.encoding = decoded.encoding
    if decoded.guessed:
        template = N_("The file is not UTF-8; it was read as Western (Windows-1252): please check accents.")
        report.issues.append(Issue("encoding-guessed", "warning", template))
    text = decoded.text.removeprefix("\ufeff")
    if skip_lines:
        text = "".join(text.splitlines(keepends=True)[skip_lines:])
    if decoded.encoding != "utf-8" or skip_lines or raw.startswith(codecs.BOM_UTF8):
        raw = text.encode("utf-8", "surrogatepass")  # once for all that looks at every byte
    wrong = delimited.precheck(text, raw)
    if wrong:
        report.issues += wrong
        return
    csv.field_size_limit(delimited.LONGEST_CELL)
    reading = delimited.Reading(delimiter or delimited.sniff(text), skip_lines + 1, above=skip_lines)
    report.delimiter = reading.delimiter
    reading.backslash = delimited.escapes_with_backslash(text, reading.delimiter)
    if reading.backslash:
        template = N_("Backslash escapes were found and read as such; doubled quotes are the usual way.")
        report.issues.append(Issue("backslash-escapes", "warning", template))
    if _write_plain(text, raw, reading, target, report):
        return
    _write((reading, delimited.read(text, reading)), target, report)


def _write(
    source: tuple[delimited.Reading, Iterator[delimited.Row]] | None, target: Path, report: Report
) -> None:
    """Write rows chunk by chunk; the header is judged when the first row has come."""
    if source is None:
        return
    reading, rows = source
    first = list(itertools.islice(rows, 1))
    kept, schema = _head(reading, first[0][1] if first else None, report)
    written = 0
    with _writer(target, schema) as writer:
        everything = itertools.chain(first, rows)
        while chunk := list(itertools.islice(everything, _CHUNK)):
            written += len(chunk)
            writer.write_table(_table(chunk, kept, schema))
    report.issues += reading.issues
    report.rows = written
    _closing(reading, written, report)


def _write_plain(text: str, raw: bytes, reading: delimited.Reading, target: Path, report: Report) -> bool:
    """Write a text without quotes the fast way; whether that could be done."""
    names = None if reading.backslash else plain.header_of(text, raw, reading.delimiter)
    if names is None:
        return False
    reading.header = names
    blocks = plain.read(raw, reading)
    if blocks is None:
        reading.header, reading.rows = [], 0
        return False
    first = text[:200_000].split("\n", 2)[1].rstrip("\r").split(reading.delimiter)
    kept, schema = _head(reading, first, report)
    written = 0
    with _writer(target, schema) as writer:
        for block in blocks:
            first_line = reading.above + written + 2
            lines = pa.arange(first_line, first_line + len(block[0]))
            writer.write_table(pa.table([lines, *(block[at] for at in kept)], schema=schema))
            written += len(block[0])
    report.rows = written
    _closing(reading, written, report)
    return True


def _writer(target: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """A writer of staged cells; numbers of lines never repeat, and nobody asks for the least and most of any
    column: without both a million rows are written in two thirds of the time."""
    return pq.ParquetWriter(
        target, schema, compression="lz4", use_dictionary=schema.names[1:], write_statistics=False
    )


def _head(reading: delimited.Reading, first: list[str] | None, report: Report) -> tuple[list[int], pa.Schema]:
    """Judge the header against the first row; the columns kept and the schema in which cells are written."""
    names, kept, found = header.clean(reading.header, reading.header_line)
    report.header = names
    report.issues += found if reading.header else []
    if reading.header and header.looks_like_data(reading.header, first):
        report.issues.append(header.without_header(reading.header_line))
    return kept, pa.schema([("line", pa.int64()), *((f"c{at}", pa.string()) for at in range(len(kept)))])


def _table(chunk: list[delimited.Row], kept: list[int], schema: pa.Schema) -> pa.Table:
    cells = list(zip(*(row for _line, row in chunk), strict=True))
    lines = pa.array([line for line, _row in chunk], pa.int64())
    return pa.table(
        [lines, *(pa.array([cell or None for cell in cells[at]], pa.string()) for at in kept)], schema=schema
    )


def _closing(reading: delimited.Reading, written: int, report: Report) -> None:
    """What can only be said at the end: blank rows, no rows, more wrong rows than were listed, the count."""
    blank = reading.blank_inside + reading.blank_after
    if reading.blank_inside or blank > 1:
        template = N_("{n} empty rows were skipped.")
        report.issues.append(Issue("blank-rows", "warning", template, (("n", str(blank)),)))
    if reading.wrong_widths > delimited.MOST_TOLD:
        more = reading.wrong_widths - delimited.MOST_TOLD
        template = N_("{n} more rows have another number of cells than the header.")
        report.issues.append(Issue("cell-count", "error", template, (("n", str(more)),)))
    if not reading.rows and reading.header and not reading.broken:
        template = N_("The table has no rows; nothing is replaced by it.")
        report.issues.append(Issue("no-rows", "warning", template))
    if written + reading.wrong_widths != reading.rows:
        refuse(report, "count", N_("Rows read and rows kept do not add up; the file is refused."))
