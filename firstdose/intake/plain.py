"""Text without quotes, the common case of large files: each line is a row, so a fast reader can be trusted.

Whatever is not plain (quotes, blank lines, titles, a repeated header, a row of another width) is left to
``delimited``, which tells each place; both ways give the same cells (tested). A million rows of ten columns
take 1 s here and 4 s there.
"""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.csv

from firstdose.intake.delimited import NOTE, Reading

_BLOCK = 1 << 20  # bytes; a longer line is refused here and judged by ``delimited``


def header_of(text: str, delimiter: str) -> list[str] | None:
    """The header cells of a plain text; none when the text is not plain."""
    if '"' in text or f"{delimiter} " in text:
        return None
    returns = "\r" in text  # every look at all of a text costs: where there is none, none is made for it
    if returns and (text.count("\r") != text.count("\r\n") or "\r\n\r\n" in text):
        return None
    if "\n\n" in text or text[:1] in ("\n", "\r", "#", " ") or "\n " in text:
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
    nothing = "\n" + delimiter * widths.pop()
    if text.endswith((nothing, "\n" + lines[0])):
        return None
    ends = ("\n", "\r\n") if returns else ("\n",)
    if any(f"{row}{end}" in text for row in (nothing, "\n" + lines[0]) for end in ends):
        return None
    return lines[0].split(delimiter)


def read(text: str, reading: Reading) -> Iterator[list[pa.Array]] | None:
    """The columns of the data rows, block by block, empty cells null; none when a row is not as wide as the
    header."""
    width = len(reading.header)
    names = [f"c{at}" for at in range(width)]
    source = pa.BufferReader(text.encode("utf-8"))
    try:
        whole = pyarrow.csv.read_csv(
            source,
            read_options=pyarrow.csv.ReadOptions(block_size=_BLOCK, skip_rows=1, column_names=names),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=reading.delimiter, quote_char=False, double_quote=False
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
    reading.rows = whole.num_rows
    return iter([batch.columns for batch in whole.to_batches(max_chunksize=200_000)])
