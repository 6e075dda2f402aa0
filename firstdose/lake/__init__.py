"""The lake: every data version that was ever published, and the sessions that read one of them."""

from firstdose.lake.changes import CellChange, TableChanges
from firstdose.lake.draft import Draft, Drafts
from firstdose.lake.history import publish_history
from firstdose.lake.narrowed import narrowed
from firstdose.lake.prepare import Prepared, prepare
from firstdose.lake.preview import Difference, Preview
from firstdose.lake.publish import Author, Counts, Overtaken, Published
from firstdose.lake.session import Session
from firstdose.lake.store import Lake
from firstdose.lake.versions import Version

__all__ = [
    "Author",
    "CellChange",
    "Counts",
    "Difference",
    "Draft",
    "Drafts",
    "Lake",
    "Overtaken",
    "Prepared",
    "Preview",
    "Published",
    "Session",
    "TableChanges",
    "Version",
    "narrowed",
    "prepare",
    "publish_history",
]
