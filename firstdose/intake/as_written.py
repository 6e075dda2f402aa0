"""A large file seen by its distinct cells: when all of them keep their rules, its table need not be made.

A column of a million cells has few that differ, and the engine reads a staged column by those (measured: to
judge so is a sixth of the work). Its typed rows are then looked up where they are staged; a file with
anything to tell is judged row by row.
"""

from typing import TYPE_CHECKING

from firstdose.contracts import Column, Contract
from firstdose.intake import cells

if TYPE_CHECKING:
    import duckdb

FEW = 50_000  # rows; making the table of so many takes less than one more look at them


def typed_rows(
    con: "duckdb.DuckDBPyConnection", contract: Contract, places: dict[str, int], source: str
) -> str | None:
    """The typed rows of staged text as SQL over ``source``; none when a cell breaks a rule or warns."""
    here = [column for column in contract.columns if column.name in places]
    asked = " union all ".join(
        _look(at, column, places[column.name], source) for at, column in enumerate(here)
    )
    looked = con.execute(asked).fetchall() if here else []
    if any(broken for _at, broken, _others in looked):
        return None
    plain = {here[at].name for at, _broken, others in looked if not others}
    named = [
        f'{_value(column, places.get(column.name), plain)} as "{column.name}"' for column in contract.columns
    ]
    return f"select line, {', '.join(named)} from {source}"


def _look(at: int, column: Column, place: int, source: str) -> str:
    """How many distinct cells of a column a rule reports, and how many a mere cast reads otherwise."""
    rules = [f"({rule.bad})" for rule in cells.rules(column, "cell", "value")] or ["false"]
    return (
        f"select {at}, count(*) filter (where {' or '.join(rules)}), "
        f"count(*) filter (where value is distinct from {_cast(column, 'raw')}) "
        f"from (select raw, cell, cast({cells.typed(column, 'cell')} as {column.stored_type}) as value "
        f"from (select raw, {cells.text(column, 'raw')} as cell "
        f"from (select distinct c{place} as raw from {source})))"
    )


def _cast(column: Column, raw: str) -> str:
    return raw if column.stored_type.lower() == "varchar" else f"try_cast({raw} as {column.stored_type})"


def _value(column: Column, place: int | None, plain: set[str]) -> str:
    """The value of a cell: by a mere cast where that reads every cell of the column as the rules do."""
    if place is None:
        return f"cast(null as {column.stored_type})"
    if column.name in plain:
        return _cast(column, f"c{place}")
    return f"cast({cells.typed(column, cells.text(column, f'c{place}'))} as {column.stored_type})"
