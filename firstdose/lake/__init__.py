"""The lake: every data version that was ever published, and the sessions that read one of them."""

from firstdose.lake.changes import CellChange, TableChanges
from firstdose.lake.history import publish_history
from firstdose.lake.publish import Author, Counts
from firstdose.lake.session import Session
from firstdose.lake.store import Lake, Overtaken, Published
from firstdose.lake.versions import Version

__all__ = [
    "Author",
    "CellChange",
    "Counts",
    "Lake",
    "Overtaken",
    "Published",
    "Session",
    "TableChanges",
    "Version",
    "publish_history",
]
