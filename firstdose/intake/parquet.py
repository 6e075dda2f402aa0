"""A Parquet file to cells of text: schema and sizes first, then the rows."""

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from firstdose.errors import Issue
from firstdose.intake import header
from firstdose.words import N_

if TYPE_CHECKING:
    from firstdose.intake.stage import Report

MOST_BYTES = 1 << 31
MOST_ROWS = 50_000_000
_DAMAGED = N_("The Parquet file is damaged: {why}.")
_AGAIN = N_("Write it again from its source.")


def stage(source: Path, target: Path, report: "Report") -> None:
    """Read a flat Parquet file and write its cells as text; nested columns and bombs are refused unread."""
    from firstdose.intake.stage import refuse

    report.encoding = "parquet"
    try:
        file = pq.ParquetFile(source, page_checksum_verification=False)
        if not _acceptable(file, report):
            return
        try:
            table = pq.read_table(source, page_checksum_verification=True, use_threads=False)
        except OSError as error:
            if "CRC" not in str(error) and "checksum" not in str(error).lower():
                raise
            template = N_("A checksum inside the file does not fit; the values were read all the same.")
            report.issues.append(Issue("checksum", "warning", template))
            table = file.read(use_threads=False)
        _write(table, target, report)
    except (pa.ArrowException, OSError, ValueError) as error:
        refuse(report, "damaged", _DAMAGED, _AGAIN, why=str(error).splitlines()[0])


def _acceptable(file: pq.ParquetFile, report: "Report") -> bool:
    from firstdose.intake.stage import refuse

    nested = [field.name for field in file.schema_arrow if pa.types.is_nested(field.type)]
    if nested:
        template = N_("The column “{column}” is nested; only flat tables are read.")
        values = (("column", nested[0][:200]),)
        remedy = N_("Write one value per cell.")
        report.issues.append(
            Issue("nested", "error", template, values, column=nested[0][:200], remedy=remedy)
        )
    unpacked = sum(file.metadata.row_group(at).total_byte_size for at in range(file.metadata.num_row_groups))
    if unpacked > MOST_BYTES or file.metadata.num_rows > MOST_ROWS:
        refuse(
            report,
            "too-large",
            N_("The file unpacks to more than can be read ({n} rows)."),
            N_("Split it into several files."),
            n=file.metadata.num_rows,
        )
    return not nested and not any(issue.severity == "error" for issue in report.issues)


def _write(table: pa.Table, target: Path, report: "Report") -> None:
    names, kept, found = header.clean(table.column_names, 1)
    report.header, report.rows = names, table.num_rows
    report.issues += found
    lines = pa.array(range(2, table.num_rows + 2), pa.int64())
    cells = [_as_text(table.column(at), names[place], report) for place, at in enumerate(kept)]
    schema = pa.schema([("line", pa.int64()), *((f"c{at}", pa.string()) for at in range(len(kept)))])
    pq.write_table(pa.table([lines, *cells], schema=schema), target, compression="lz4")
    if not table.num_rows:
        report.issues.append(
            Issue("no-rows", "warning", N_("The table has no rows; nothing is replaced by it."))
        )


def _as_text(column: pa.ChunkedArray, name: str, report: "Report") -> pa.ChunkedArray:
    """One column as text: days ISO, times at midnight as days, whole floats without a decimal point."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        column = column.cast(pa.string())
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column.validate(full=True)
        return pc.if_else(pc.equal(column, ""), None, column).cast(pa.string())
    if pa.types.is_floating(column.type):
        _finite(column, name, report)
    if pa.types.is_timestamp(column.type):
        return _days(column, name, report)
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_finite(column), column, None)
    text = column.cast(pa.string())
    return pc.replace_substring_regex(text, r"\.0$", "") if pa.types.is_floating(column.type) else text


def _finite(column: pa.ChunkedArray, name: str, report: "Report") -> None:
    wrong = pc.sum(pc.is_inf(column)).as_py() or 0  # a NaN is how many programs write an empty cell
    if wrong:
        template = N_("{n} cells of {column} are not finite numbers and are left empty.")
        report.issues.append(
            Issue("not-finite", "warning", template, (("n", str(wrong)), ("column", name)), column=name)
        )


def _days(column: pa.ChunkedArray, name: str, report: "Report") -> pa.ChunkedArray:
    """Times as text; a year outside 1900 to 2199 is what a broken INT96 looks like."""
    years = pc.year(column)
    odd = pc.or_kleene(pc.less(years, 1900), pc.greater(years, 2199))
    wrong = pc.sum(odd).as_py() or 0
    if wrong:
        template = N_("{n} times of {column} lie outside 1900 to 2199 and are left empty.")
        report.issues.append(
            Issue("time-range", "warning", template, (("n", str(wrong)), ("column", name)), column=name)
        )
        column = pc.if_else(odd, None, column)
    text = pc.strftime(column, format="%Y-%m-%d %H:%M:%S")
    return pc.replace_substring_regex(text, r" 00:00:00(\.0+)?$", "").cast(pa.string())
