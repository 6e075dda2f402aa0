"""A table as it was given, by one file or by several: rows of all files together, each with its own place.

``line`` of the joint table also says which file a row is from, so that every rule over the table tells its
issues at the right file and line.
"""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from firstdose.contracts import Contract
from firstdose.errors import Issue
from firstdose.intake.check import MOST_TOLD, Judged
from firstdose.intake.staged import LONGEST_TOLD
from firstdose.words import N_

if TYPE_CHECKING:
    import duckdb

STEP = 1 << 40  # lines that a file has at the most: far more than can be brought


@dataclass(slots=True)
class Given:
    """One table with the files that give it, in the order they came."""

    parts: list[Judged] = field(default_factory=list)

    @property
    def contract(self) -> Contract:
        """The contract of the table."""
        return self.parts[0].contract

    @property
    def table(self) -> str:
        """The typed rows of all its files in the private database."""
        return self.parts[0].table if len(self.parts) == 1 else f'given."{self.contract.name} together"'

    @property
    def has_rows(self) -> bool:
        """Whether any file of it has a row."""
        return any(part.staged.rows for part in self.parts)

    def add(self, issue: Issue) -> None:
        """Note what concerns the table as a whole: told once, and no file of it is good with it."""
        self.parts[0].add(issue)
        for part in self.parts[1:]:
            part.whole = part.whole or issue.severity == "error"

    def tell(self, issues: list[Issue], lines: list[int]) -> None:
        """Note issues of one rule, each at the file it is from, and every line they concern."""
        for at, part in enumerate(self.parts):
            here = [line % STEP for line in lines if line // STEP == at]
            if here:
                told = [
                    replace(one, line=(one.line or 0) % STEP)
                    for one in issues
                    if (one.line or 0) // STEP == at
                ]
                part.tell(told, here, like=issues[0])


def join(con: "duckdb.DuckDBPyConnection", given: Given) -> None:
    """Lay the files of a table together; keys that stand in two of them are told at the later one."""
    if len(given.parts) == 1:
        return
    columns = ", ".join(f'"{column.name}"' for column in given.contract.columns)
    rows = " union all ".join(
        f"select line + {at * STEP} as line, {columns} from {part.table}"
        for at, part in enumerate(given.parts)
    )
    con.execute(f"create view {given.table} as {rows}")
    for part in given.parts:
        others = ", ".join(one.staged.name for one in given.parts if one is not part)[:LONGEST_TOLD]
        template = N_("The table {table} is made of this file and {others} together.")
        told = (("table", given.contract.name), ("others", others))
        part.add(Issue("several-files", "warning", template, told))
    _keys(con, given)


def _keys(con: "duckdb.DuckDBPyConnection", given: Given) -> None:
    """Keys in two files; a file all of whose rows stand in another is told as what it is as well."""
    key = given.contract.key
    named = ", ".join(f'"{name}"' for name in key)
    filled = " and ".join(f'"{name}" is not null' for name in key)
    same = " and ".join(f't."{name}" = d."{name}"' for name in key)
    parts = ", ".join(f't."{name}"' for name in key)
    rows = con.execute(
        f"select t.line, d.first_line, left(concat_ws(' / ', {parts}), {LONGEST_TOLD}) from {given.table} t "
        f"inner join (select {named}, min(line) as first_line from {given.table} where {filled} "
        f"group by all having count(*) > 1) d on {same} "
        f"where t.line // {STEP} <> d.first_line // {STEP} order by t.line"
    ).fetchall()
    for at, part in enumerate(given.parts):
        here = [row for row in rows if row[0] // STEP == at]
        if not here:
            continue
        firsts = {first // STEP for _line, first, _value in here}
        issues = [_twice(given, key, *row) for row in here[:MOST_TOLD]]
        given.tell(issues, [line for line, _first, _value in here])
        if len(here) == part.rows > 1 and len(firsts) == 1:
            template = N_("Every key of this file stands in {first} already.")
            remedy = N_("Take one of the two files out; the newer one when it corrects the older is enough.")
            first = (("first", given.parts[firsts.pop()].staged.name),)
            part.add(Issue("file-twice", "error", template, first, remedy=remedy))


def _twice(given: Given, key: tuple[str, ...], line: int, first: int, value: str) -> Issue:
    return Issue(
        "duplicate-key",
        "error",
        N_("The key {key} {value} stands in {file}, line {first} already."),
        (
            ("key", " + ".join(key)),
            ("value", value),
            ("file", given.parts[first // STEP].staged.name),
            ("first", str(first % STEP)),
        ),
        line=line,
        column=key[0],
        value=value,
        remedy=N_("Keep one of the rows, give the other its own key, or take one of the files out."),
    )
