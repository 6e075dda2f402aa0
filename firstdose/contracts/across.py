"""Rules across rows and tables: one SQL file a rule in ``checks``, asked of the state after a publish.

A file is named ``<table>.<code>.sql``; its first lines say grain, tables, column, message and remedy. Each
row it returns is one problem: ``line`` (null for a row that is stored already), ``value`` and what the
message names. A rule with a line ``given`` reads the given rows of its table alone (``given.<table>``), since
what is stored of it may be millions of rows; it is asked only when that table is given.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Across:
    """One rule over one or more tables; ``table`` is the one whose rows are told.

    ``given`` says that of this table the given rows alone are read.
    """

    table: str
    code: str
    tables: tuple[str, ...]
    column: str
    message: str
    remedy: str
    sql: str
    given: bool = False

    def asked_of(self, tables: Collection[str]) -> bool:
        """Whether a publish of these tables can break it."""
        return self.table in tables if self.given else any(table in tables for table in self.tables)


def _said(sql: str, what: str) -> str:
    found = re.search(rf"^-- {what}: (.+)$", sql, re.MULTILINE)
    if found is None:
        raise KeyError(what)
    return found.group(1).strip()


@cache
def rules_across() -> tuple[Across, ...]:
    """Every rule across rows and tables, by table and code."""
    found = []
    for entry in (resources.files("firstdose.contracts") / "checks").iterdir():
        table, code, _ending = entry.name.split(".")
        sql = entry.read_text(encoding="utf-8")
        tables = tuple(part.strip() for part in _said(sql, "tables").split(","))
        found.append(
            Across(
                table,
                code,
                tables,
                _said(sql, "column"),
                _said(sql, "message"),
                _said(sql, "remedy"),
                sql,
                given="\n-- given: " in sql,
            )
        )
    return tuple(sorted(found, key=lambda rule: (rule.table, rule.code)))
