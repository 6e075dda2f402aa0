"""Tables inside the desk: drawn as every table is, and the first rows of a staged file as they were read."""

from dataclasses import dataclass, field

import pandas as pd
import pyarrow.parquet as pq

from firstdose.intake.staged import Staged
from firstdose.ui import markup, table
from firstdose.words import _


def first_rows(read: Staged, most: int = 8) -> pd.DataFrame:
    """The first rows of a staged file under its own header, cells as text."""
    batch = next(pq.ParquetFile(read.parquet).iter_batches(most), None)
    rows = batch.to_pandas() if batch is not None else pd.DataFrame({"line": []})
    shown = pd.DataFrame({_("Line"): rows["line"]})
    for at, name in enumerate(read.header):
        label = name if name and name not in shown else f"{name} ({at + 1})"
        shown[label] = rows.get(f"c{at}", "")
    return shown


@dataclass(frozen=True, slots=True)
class _Rows:
    """A table of the desk that is no card: it stands inside one."""

    key: str
    data: pd.DataFrame
    title: str
    columns: dict[str, str] = field(default_factory=dict)
    height: int | None = 320
    most: int = table.MOST

    @property
    def told(self) -> pd.DataFrame:
        return self.data

    @property
    def drawn(self) -> str:
        return table.markup(self.data, self.columns, self.key, self.title, self.height)


def show(key: str, data: pd.DataFrame, title: str, columns: dict[str, str], height: int = 320) -> None:
    """Draw a table inside the desk, as every table is drawn; a grid of all rows where somebody asks."""
    table.draw(_Rows(key, data, title, columns, height), markup.step(title))
