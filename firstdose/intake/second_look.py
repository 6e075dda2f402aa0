"""The second look at cells that the strict forms did not accept: read another way where that is certain.

It costs nothing while every cell is written as the contract says, since only the refused cells come here.
"""

from collections import defaultdict
from typing import TYPE_CHECKING

import pyarrow as pa

from firstdose.contracts import Column, Contract
from firstdose.errors import Issue
from firstdose.intake import cells, forms
from firstdose.words import N_

if TYPE_CHECKING:
    import duckdb

_READ = N_("{n} cells of {column} are written another way, such as “{given}”, and were read as {read}.")


def look(
    con: "duckdb.DuckDBPyConnection",
    contract: Contract,
    refused: dict[str, str],
    decimal: forms.Decimal,
) -> list[Issue]:
    """Rewrite the relation ``staged`` where its cells have another certain reading; one warning a column and
    form. ``refused`` is, by column, the SQL of its refused cells over ``s`` (text) and ``t`` (typed)."""
    issues: list[Issue] = []
    rewritten: dict[str, dict[str, forms.Reading]] = {}
    for name, bad in refused.items():
        column = contract.column(name)
        counts, accepted = _distinct(con, contract, name, bad)
        found = forms.readings(column, counts, accepted=accepted, decimal=decimal)
        if found:
            rewritten[name] = found
            issues += _told(column, counts, found)
    if rewritten:
        _rewrite(con, contract, rewritten)
    return issues


def _distinct(
    con: "duckdb.DuckDBPyConnection", contract: Contract, name: str, bad: str
) -> tuple[dict[str, int], int]:
    """The refused cells of a column with how often each stands there, and how many cells were accepted."""
    both = f'staged s positional join given."{contract.name}" t'
    rows = con.execute(f'select s."{name}", count(*) from {both} where {bad} group by all').fetchall()
    accepted = con.execute(
        f'select count(*) from {both} where t."{name}" is not null and not coalesce({bad}, false)'
    ).fetchall()
    return {cell: n for cell, n in rows if cell is not None}, accepted[0][0]


def _told(column: Column, counts: dict[str, int], found: dict[str, forms.Reading]) -> list[Issue]:
    """One warning for each form, with the number of cells and the first of them as an example."""
    by_form: dict[str, list[str]] = defaultdict(list)
    for cell, read in found.items():
        by_form[read.code].append(cell)
    issues = []
    for code, given in sorted(by_form.items()):
        example = min(given)
        values = {
            "n": str(sum(counts[cell] for cell in given)),
            "column": column.name,
            "given": example,
            "read": found[example].text,
        }
        issues.append(Issue(code, "warning", _READ, tuple(values.items()), column=column.name))
    return issues


def _rewrite(
    con: "duckdb.DuckDBPyConnection", contract: Contract, rewritten: dict[str, dict[str, forms.Reading]]
) -> None:
    """Put the readings in place of the cells; the order of the rows is made anew, so types are made anew."""
    rows = [(name, cell, read.text) for name, found in rewritten.items() for cell, read in found.items()]
    names, given, read = (pa.array(part, pa.string()) for part in zip(*rows, strict=True))
    con.register("readings", pa.table({"name": names, "given": given, "read": read}))
    chosen, joins = ["s.line"], []
    for at, column in enumerate(contract.columns):
        if column.name not in rewritten:
            chosen.append(f's."{column.name}"')
            continue
        one = f"r{at}"
        chosen.append(f'coalesce({one}.read, s."{column.name}") as "{column.name}"')
        joins.append(
            f"left join readings {one} on {one}.name = {cells.literal(column.name)} "
            f'and {one}.given = s."{column.name}"'
        )
    again = f'again."{contract.name}"'
    con.execute("create schema if not exists again")
    con.execute(
        f"create table {again} as select {', '.join(chosen)} from staged s {' '.join(joins)} order by s.line"
    )
    con.unregister("readings")
    con.execute(f"create or replace view staged as from {again}")
