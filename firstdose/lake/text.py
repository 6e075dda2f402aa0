"""Stored rows as the text that was published, in batches: what leaves the lake to come back unchanged."""

from collections.abc import Iterator

import pyarrow as pa

from firstdose.contracts import contracts
from firstdose.lake.session import Session

BATCH_ROWS = 20_000
_UNSORTED = "results"  # may be too large to be sorted in memory; it is stored in an order of its own


def text_batches(session: Session, table: str) -> Iterator[pa.RecordBatch]:
    """The rows of a table of a version, every cell as CSV text, null where nothing is known.

    Columns are those of the contract, rows by key. ``KeyError`` for a name that is no table. Days are ISO,
    truth is true or false, a number is the shortest text that gives the same number again.
    """
    contract = contracts()[table]
    cells = ", ".join(
        f'nullif(cast("{column.name}" as varchar), \'\') as "{column.name}"' for column in contract.columns
    )
    key = ", ".join(f'"{name}"' for name in contract.key)
    order = "" if table == _UNSORTED else f" order by {key}"
    yield from session.cursor().execute(f'select {cells} from "{table}"{order}').to_arrow_reader(BATCH_ROWS)
