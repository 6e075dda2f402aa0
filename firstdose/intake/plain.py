"""Text without quotes, the common case of large files: each line is a row, so a fast reader can be trusted.

Whatever is not plain (quotes, blank lines, titles, a repeated header, a row of another width) is left to
``delimited``, which tells each place; both ways give the same cells (tested). A million rows of ten columns
take 1 s here and 4 s there.
"""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from firstdose.intake import letters
from firstdose.intake.delimited import NOTE, Reading

_BLOCK = 1 << 20  # bytes; a longer line is refused here and judged by ``delimited``


def header_of(text: str, raw: bytes, delimiter: str) -> list[str] | None:
    """The header cells of a plain text, ``raw`` in UTF-8; none when the text is not plain."""
    if '"' in text or text[:1] in ("\n", "\r", "#", " "):
        return None
    if letters.space_after(raw, f"{delimiter}\n".encode()):
        return None
    if "\r" in text and text.count("\r") != text.count("\r\n"):
        return None
    lines = [line.rstrip("\r") for line in text[:200_000].split("\n", 3)[:3]]
    lines = [line for line in lines if line]
    widths = {line.count(delimiter) for line in lines}
    if len(lines) < 2 or widths == {0} or len(widths) != 1:
        return None
    if sum(map(bool, lines[0].split(delimiter))) == 1 or NOTE.match(
        text[-4_000:].rstrip("\r\n").rsplit("\n", 1)[-1]
    ):
        return None
    return lines[0].split(delimiter)


def read(raw: bytes, reading: Reading) -> Iterator[list[pa.Array]] | None:
    """The columns of the data rows, block by block, empty cells null; none when the text is not plain after
    all: a row is blank, not as wide as the header, empty from end to end, or the header again."""
    width = len(reading.header)
    names = [f"c{at}" for at in range(width)]
    source = pa.BufferReader(raw)
    try:
        whole = pyarrow.csv.read_csv(
            source,
            read_options=pyarrow.csv.ReadOptions(block_size=_BLOCK, skip_rows=1, column_names=names),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=reading.delimiter, quote_char=False, double_quote=False, ignore_empty_lines=False
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                check_utf8=False,
                column_types=dict.fromkeys(names, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid:
        return None
    if _holds(whole, [None] * width) or _holds(whole, [name or None for name in reading.header]):
        return None
    reading.rows = whole.num_rows
    return iter([batch.columns for batch in whole.to_batches(max_chunksize=200_000)])


def _holds(whole: pa.Table, cells: list[str | None]) -> bool:
    """Whether a row of the table is made of these cells; only rows that fit so far are looked at further."""
    found: pa.Table = whole
    for at, cell in enumerate(cells):
        column = found.column(at)
        fits = pc.is_null(column) if cell is None else pc.equal(column, cell)
        found = found.filter(fits)
        if not found.num_rows:
            return False
    return True
