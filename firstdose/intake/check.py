"""One staged file against its contract: columns, cells, keys and rows, every problem with its place.

``judge`` makes the typed table ``given."<table>"`` (the contract's columns and ``line``) in a private
in-memory database and tells what is wrong; ``references`` then looks at all given tables together.
"""

import string
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from firstdose.contracts import Check, Contract
from firstdose.errors import Issue
from firstdose.intake import cells
from firstdose.intake.recognise import columns_of
from firstdose.intake.staged import LONGEST_TOLD, Staged
from firstdose.words import N_

if TYPE_CHECKING:
    import duckdb

_LAST = 1 << 62
MOST_TOLD = 1_000  # problems of one rule listed one by one; the rest are counted


@dataclass(slots=True)
class Judged:
    """One file as far as it is judged: its issues, and the lines that hold an error."""

    staged: Staged
    contract: Contract
    issues: list[Issue] = field(default_factory=list)
    bad_lines: set[int] = field(default_factory=set)
    whole: bool = False  # an error that concerns every row

    @property
    def table(self) -> str:
        """The typed rows of the file in the private database."""
        return f'given."{self.contract.name}"'

    @property
    def rejected(self) -> int:
        """Rows with an error; all of them when the error concerns the whole file."""
        return self.staged.rows if self.whole else len(self.bad_lines)

    def add(self, issue: Issue) -> None:
        """Note an issue that concerns the whole file."""
        self.issues.append(issue)
        self.whole = self.whole or issue.severity == "error"

    def told(self) -> tuple[Issue, ...]:
        """Every issue with the file's name, in the order of the lines."""
        found = [*self.staged.issues, *self.issues]
        return tuple(sorted((_named(issue, self.staged.name) for issue in found), key=_place))


def _named(issue: Issue, file: str) -> Issue:
    return replace(issue, file=file)


def _place(issue: Issue) -> tuple[bool, int]:
    return issue.severity != "error", _LAST if issue.line is None else issue.line


def judge(con: "duckdb.DuckDBPyConnection", staged: Staged, contract: Contract, as_of: date) -> Judged:
    """Judge one file by its contract; what concerns other tables is left to ``references``."""
    judged = Judged(staged, contract)
    places, issues = columns_of(contract, staged.header)
    for issue in issues:
        judged.add(issue)
    con.execute("create schema if not exists given")
    if not staged.rows:
        _make_empty(con, judged)
        return judged
    con.execute(
        f"create or replace view staged as {_staged(contract, places)} "
        f"from read_parquet({cells.literal(str(staged.parquet))})"
    )
    con.execute(f"create table {judged.table} as {_typed(contract)} from staged")
    _cells(con, judged, places)
    _keys(con, judged)
    for check in contract.checks:
        _row_check(con, judged, check, as_of)
    return judged


def _make_empty(con: "duckdb.DuckDBPyConnection", judged: Judged) -> None:
    columns = ", ".join(f'"{column.name}" {column.stored_type}' for column in judged.contract.columns)
    con.execute(f"create table {judged.table} (line bigint, {columns})")


def _staged(contract: Contract, places: dict[str, int]) -> str:
    """The cells of the contract's columns as trimmed text; a column that is not there is empty."""
    named = [
        f'{cells.text(column, f"c{places[column.name]}")} as "{column.name}"'
        if column.name in places
        else f'cast(null as varchar) as "{column.name}"'
        for column in contract.columns
    ]
    return f"select line, {', '.join(named)}"


def _typed(contract: Contract) -> str:
    named = [
        f'cast({cells.typed(column, _cell(column.name))} as {column.stored_type}) as "{column.name}"'
        for column in contract.columns
    ]
    return f"select line, {', '.join(named)}"


def _cell(name: str) -> str:
    return f'"{name}"'


def _cells(con: "duckdb.DuckDBPyConnection", judged: Judged, places: dict[str, int]) -> None:
    """Every rule of every cell, counted in one pass; the places are looked up only where there are any."""
    rules = [
        (column.name, rule)
        for column in judged.contract.columns
        if column.name in places
        for rule in cells.rules(column, f's."{column.name}"', f't."{column.name}"')
    ]
    both = f"staged s positional join {judged.table} t"
    counts = con.execute(
        f"select {', '.join(f'count(*) filter (where {rule.bad})' for _name, rule in rules)} from {both}"
    ).fetchall()[0]
    for (name, rule), count in zip(rules, counts, strict=True):
        if not count:
            continue
        values = (("column", name), *rule.values)
        if rule.warning:
            told = Issue(rule.code, "warning", rule.template, values, column=name, remedy=rule.remedy)
            judged.add(told)
            continue
        rows = con.execute(
            f'select s.line, left(s."{name}", {LONGEST_TOLD}) from {both} where {rule.bad} order by s.line'
        ).fetchall()
        tell(
            judged,
            [
                Issue(
                    rule.code,
                    "error",
                    rule.template,
                    (*values, ("value", value or "")),
                    line=line,
                    column=name,
                    value=value,
                    remedy=rule.remedy,
                )
                for line, value in rows[:MOST_TOLD]
            ],
            [line for line, _value in rows],
        )


def tell(judged: Judged, issues: list[Issue], lines: list[int]) -> None:
    """Note issues of one rule and every line they concern; beyond the listed ones, how many more."""
    judged.issues += issues
    judged.bad_lines.update(lines)
    if len(lines) > len(issues):
        first = issues[0]
        judged.issues.append(
            Issue(
                first.code,
                "error",
                N_("{n} more rows have the same problem: {code}."),
                (("n", str(len(lines) - len(issues))), ("code", first.code)),
                column=first.column,
            )
        )


def _keys(con: "duckdb.DuckDBPyConnection", judged: Judged) -> None:
    """Two rows with one key: told at the second, naming the first."""
    key = judged.contract.key
    named = ", ".join(f'"{name}"' for name in key)
    filled = " and ".join(f'"{name}" is not null' for name in key)
    same = " and ".join(f't."{name}" = d."{name}"' for name in key)
    parts = ", ".join(f't."{name}"' for name in key)
    value = f"concat_ws(' / ', {parts})"
    rows = con.execute(
        f"select t.line, d.first_line, left({value}, {LONGEST_TOLD}) from {judged.table} t inner join "
        f"(select {named}, min(line) as first_line from {judged.table} where {filled} group by all "
        f"having count(*) > 1) d on {same} where t.line > d.first_line order by t.line"
    ).fetchall()
    if not rows:
        return
    template = N_("The key {key} {value} stands in line {first} already.")
    issues = [
        Issue(
            "duplicate-key",
            "error",
            template,
            (("key", " + ".join(key)), ("value", value), ("first", str(first))),
            line=line,
            column=key[0],
            value=value,
            remedy=N_("Keep one of the rows, or give the other its own key."),
        )
        for line, first, value in rows[:MOST_TOLD]
    ]
    tell(judged, issues, [row[0] for row in rows])


def _row_check(con: "duckdb.DuckDBPyConnection", judged: Judged, check: Check, as_of: date) -> None:
    """One rule over the values of one row."""
    wanted = placeholders(check) - {"as_of"}
    known = {column.name for column in judged.contract.columns}
    named = sorted((wanted | set(check.columns)) & known)
    shown = ", ".join(f'cast("{name}" as varchar)' for name in named)
    bound: dict[str, Any] = {"as_of": as_of} if "$as_of" in check.holds else {}
    rows = con.execute(
        f"select line, {shown} from {judged.table} where not ({check.holds}) order by line", bound
    ).fetchall()
    if not rows:
        return
    issues = []
    for line, *shown_values in rows[:MOST_TOLD]:
        told = {name: (value or "")[:LONGEST_TOLD] for name, value in zip(named, shown_values, strict=True)}
        told["as_of"] = as_of.isoformat()
        column = check.columns[0]
        issues.append(
            Issue(
                check.code,
                check.severity,
                check.message,
                tuple(told.items()),
                line=line,
                column=column,
                value=told.get(column) or None,
                remedy=check.remedy,
            )
        )
    if check.severity == "warning":
        judged.issues += issues
    else:
        tell(judged, issues, [row[0] for row in rows])


def placeholders(check: Check) -> set[str]:
    """The names in braces of a check's words."""
    texts = (check.message, check.remedy)
    return {name for text in texts for _text, name, _spec, _conv in string.Formatter().parse(text) if name}
