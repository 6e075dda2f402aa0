"""The first rows of a staged file, as they were read."""

import pandas as pd
import pyarrow.parquet as pq

from firstdose.intake.staged import Staged
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
