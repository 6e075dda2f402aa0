"""A mapping tried on the first rows of a file: what it would make of them, before anything is saved."""

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from firstdose.errors import Issue
from firstdose.intake.mapping import apply
from firstdose.intake.profile import Profile
from firstdose.intake.staged import Staged


@dataclass(frozen=True, slots=True)
class Tried:
    """A table as a mapping makes it of the first rows: its columns, rows as text, what cannot be read."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    faults: tuple[Issue, ...]


def first_cells(staged: Staged, most: int) -> list[list[str | None]]:
    """The first rows of a staged file, each a list of its cells in the order of the header."""
    table = _first(staged, most).drop_columns(["line"])
    return [list(row) for row in zip(*table.to_pydict().values(), strict=True)] if table.num_rows else []


def _first(staged: Staged, most: int) -> pa.Table:
    if not staged.rows:
        return pa.table({"line": pa.array([], pa.int64())})
    batch = next(pq.ParquetFile(staged.parquet).iter_batches(most))
    return pa.Table.from_batches([batch])


def tried(profile: Profile, staged: Staged, most: int = 5) -> tuple[Tried, ...]:
    """What a mapping makes of the first rows; none when the file has no rows."""
    first = _first(staged, most + profile.layout.skip_below_header)
    if not first.num_rows:
        return ()
    with TemporaryDirectory(prefix="firstdose-") as kept:
        path = Path(kept) / "first.parquet"
        pq.write_table(first, path)
        made = apply(profile, replace(staged, parquet=path, rows=first.num_rows), Path(kept))
        return tuple(
            Tried(
                one.table,
                one.staged.header,
                _rows(pq.read_table(one.staged.parquet), len(one.staged.header), most),
                tuple(issue for fault in one.faults for issue in fault.issues),
            )
            for one in made
        )


def _rows(table: pa.Table, columns: int, most: int) -> tuple[tuple[str, ...], ...]:
    cells: list[list[str | None]] = [table.column(f"c{at}").to_pylist()[:most] for at in range(columns)]
    return tuple(tuple(cell or "" for cell in row) for row in zip(*cells, strict=True))
