"""Reference tables shipped with the package: facts with their source and whether they were read or recalled."""

from firstdose.reference.reference import Stage, columns, path, stages, tables, transfer_stages

__all__ = ["Stage", "columns", "path", "stages", "tables", "transfer_stages"]
