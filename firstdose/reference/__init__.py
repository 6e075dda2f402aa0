"""Reference tables shipped with the package: each fact with its source and how sure it is."""

from firstdose.reference.reference import READ, Stage, columns, path, rows, stages, tables, transfer_stages

__all__ = ["READ", "Stage", "columns", "path", "rows", "stages", "tables", "transfer_stages"]
