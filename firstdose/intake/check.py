"""One staged file against its contract: columns, cells, keys and rows, every problem with its place.

``judge`` makes the typed table ``given."<table>"`` (the contract's columns and ``line``) in a private
in-memory database and tells what is wrong; ``references`` then looks at all given tables together.
"""

import string
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from firstdose.contracts import Check, Column, Contract
from firstdose.errors import Issue
from firstdose.intake import as_written, cells, forms, second_look
from firstdose.intake.recognise import columns_of, explains
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
    left_out: int = 0  # rows that turned out to be none
    at: int = 0  # how many files of the same table came before

    @property
    def table(self) -> str:
        """The typed rows of the file in the private database."""
        name = self.contract.name
        return f'given."{name} {self.at}"' if self.at else f'given."{name}"'

    @property
    def rows(self) -> int:
        """Rows of the table: accepted and rejected."""
        return self.staged.rows - self.left_out

    @property
    def rejected(self) -> int:
        """Rows with an error; all of them when the error concerns the whole file."""
        if self.whole:
            return self.rows
        per_line = self.staged.per_line
        return (
            len(self.bad_lines) if per_line is None else sum(per_line.get(one, 0) for one in self.bad_lines)
        )

    def add(self, issue: Issue) -> None:
        """Note an issue that concerns the whole file."""
        self.issues.append(issue)
        self.whole = self.whole or issue.severity == "error"

    def tell(self, issues: list[Issue], lines: list[int], like: Issue | None = None) -> None:
        """Note issues of one rule and every line they concern; beyond the listed ones, how many more.

        ``like`` is an issue of the rule, for a file of which none is listed.
        """
        self.issues += issues
        self.bad_lines.update(lines)
        more = len(lines) - len(issues)
        if more > 0:
            first = like or issues[0]
            template = N_("{n} more rows have the same problem: {code}.")
            told = (("n", str(more)), ("code", first.code))
            self.issues.append(Issue(first.code, "error", template, told, column=first.column))

    def told(self) -> tuple[Issue, ...]:
        """Every issue with the file's name, in the order of the lines."""
        found = [*self.staged.issues, *self.issues]
        return tuple(sorted((_named(issue, self.staged.name) for issue in found), key=_place))


def _named(issue: Issue, file: str) -> Issue:
    return replace(issue, file=file)


def _place(issue: Issue) -> tuple[bool, int]:
    return issue.severity != "error", _LAST if issue.line is None else issue.line


def judge(
    con: "duckdb.DuckDBPyConnection", staged: Staged, contract: Contract, as_of: date, at: int = 0
) -> Judged:
    """Judge one file by its contract, the one after ``at`` others of the same table.

    What concerns other files is left to ``parts``, what concerns other tables to ``references``.
    """
    judged = Judged(staged, contract, whole=any(issue.severity == "error" for issue in staged.issues), at=at)
    places, issues = columns_of(contract, staged.header)
    for issue in issues:
        if issue.severity == "error" or not staged.mapped:  # a profile says what is there and what is not
            judged.add(issue)
    con.execute("create schema if not exists given")
    if not staged.rows:
        _make_empty(con, judged)
        return judged
    source = f"read_parquet({cells.literal(str(staged.parquet))})"
    line, *first = con.execute(f"from {source} limit 1").fetchall()[0]
    where = ""
    if not staged.mapped and explains(contract, places, first):
        where = f" where line <> {int(line)}"
        judged.left_out = 1
        template = N_("Line {line} explains the columns and was left out.")
        judged.add(Issue("second-header", "warning", template, (("line", str(line)),), line=line))
    _lay_out(con, staged.rows, f"{_staged(contract, places)} from {source}{where}")
    good = None
    if staged.rows > as_written.FEW and not staged.mapped and not where:
        good = as_written.typed_rows(con, contract, places, source)
    if good is None:
        con.execute(f"create table {judged.table} as {_typed(contract)} from staged")
        _each_cell(con, judged, places)
    else:
        con.execute(f"create view {judged.table} as {good}")
    if _keys_twice(con, judged):
        if good is not None:  # rows are told by where they stand in a table
            con.execute(f"drop view {judged.table}")
            con.execute(f"create table {judged.table} as {good}")
        _keys(con, judged)
    _row_checks(con, judged, as_of)
    return judged


def _lay_out(con: "duckdb.DuckDBPyConnection", rows: int, cells_of: str) -> None:
    """Make the relation ``staged`` of trimmed cells: few are laid out once, so that no look plans and trims
    them again; many are looked at where they lie."""
    if rows <= as_written.FEW:
        con.execute(f"create or replace table trimmed as {cells_of}")
        cells_of = "from trimmed"
    con.execute(f"create or replace view staged as {cells_of}")


def _each_cell(con: "duckdb.DuckDBPyConnection", judged: Judged, places: dict[str, int]) -> None:
    """Tell every cell that breaks a rule of its column, once those with another certain reading are read."""
    contract = judged.contract
    rules = _rules(contract, places)
    counts = _counted(con, judged, rules)
    if refused := _refused(rules, counts):
        decimal: forms.Decimal = "comma" if judged.staged.delimiter == ";" else "point"
        read = second_look.look(con, contract, refused, decimal)
        for issue in read:
            judged.add(issue)
        if read:
            con.execute(f"create or replace table {judged.table} as {_typed(contract)} from staged")
            counts = _counted(con, judged, rules)
    _cells(con, judged, rules, counts)


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


_Rules = list[tuple[Column, cells.Rule]]


def _rules(contract: Contract, places: dict[str, int]) -> _Rules:
    return [
        (column, rule)
        for column in contract.columns
        if column.name in places
        for rule in cells.rules(column, f's."{column.name}"', f't."{column.name}"')
    ]


def _both(judged: Judged) -> str:
    return f"staged s positional join {judged.table} t"


def _counted(con: "duckdb.DuckDBPyConnection", judged: Judged, rules: _Rules) -> list[int]:
    """How many cells break each rule, counted in one pass."""
    counts = ", ".join(f"count(*) filter (where {rule.bad})" for _column, rule in rules)
    return list(con.execute(f"select {counts} from {_both(judged)}").fetchall()[0])


def _refused(rules: _Rules, counts: list[int]) -> dict[str, str]:
    """The columns with cells that were not accepted as written, and which cells those are."""
    return {
        column.name: rule.bad
        for (column, rule), count in zip(rules, counts, strict=True)
        if count and rule.form and column.kind in forms.KINDS
    }


def _cells(con: "duckdb.DuckDBPyConnection", judged: Judged, rules: _Rules, counts: list[int]) -> None:
    """Tell every broken rule; the places are looked up only where there are any."""
    for (column, rule), count in zip(rules, counts, strict=True):
        if not count:
            continue
        name = column.name
        values = (("column", name), *rule.values)
        if rule.warning:
            told = (*values, ("n", str(count)))
            judged.add(Issue(rule.code, "warning", rule.template, told, column=name, remedy=rule.remedy))
            continue
        rows = con.execute(
            f'select s.line, left(s."{name}", {LONGEST_TOLD}) from {_both(judged)} where {rule.bad} '
            "order by s.line"
        ).fetchall()
        for (code, template, remedy), found in _sorted(column, rule, rows).items():
            issues = [
                Issue(
                    code,
                    "error",
                    template,
                    (*values, ("value", value or "")),
                    line=line,
                    column=name,
                    value=value,
                    remedy=remedy,
                )
                for line, value in found[:MOST_TOLD]
            ]
            judged.tell(issues, [line for line, _value in found])


def _sorted(
    column: Column, rule: cells.Rule, rows: list[tuple[int, str | None]]
) -> dict[tuple[str, str, str], list[tuple[int, str | None]]]:
    """Refused cells by what is said of them: the rule itself, or why another form could not be read."""
    sorted_: dict[tuple[str, str, str], list[tuple[int, str | None]]] = {}
    for row in rows:
        known = forms.why(column, row[1]) if rule.form and row[1] else None
        sorted_.setdefault(known or (rule.code, rule.template, rule.remedy), []).append(row)
    return sorted_


def _keys_twice(con: "duckdb.DuckDBPyConnection", judged: Judged) -> bool:
    """Whether two rows may have one key; keys all of whose hashes differ all differ: half the work."""
    named = ", ".join(f'"{name}"' for name in judged.contract.key)
    filled = _filled(judged.contract)
    counted = f"select count(*) - count(distinct hash({named})) from {judged.table} where {filled}"
    return bool(con.execute(counted).fetchall()[0][0])


def _filled(contract: Contract) -> str:
    return " and ".join(f'"{name}" is not null' for name in contract.key)


def _keys(con: "duckdb.DuckDBPyConnection", judged: Judged) -> None:
    """Two rows with one key: told at the second, naming the first."""
    key = judged.contract.key
    named = ", ".join(f'"{name}"' for name in key)
    same = " and ".join(f't."{name}" = d."{name}"' for name in key)
    parts = ", ".join(f't."{name}"' for name in key)
    value = f"concat_ws(' / ', {parts})"
    rows = con.execute(
        f"select t.line, d.first_line, left({value}, {LONGEST_TOLD}) from {judged.table} t inner join "
        f"(select {named}, min(line) as first_line, min(rowid) as first_row from {judged.table} "
        f"where {_filled(judged.contract)} group by all having count(*) > 1) d on {same} "
        "where t.rowid > d.first_row order by t.line"
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
    judged.tell(issues, [row[0] for row in rows])


def _row_checks(con: "duckdb.DuckDBPyConnection", judged: Judged, as_of: date) -> None:
    """Every rule over the values of one row; those that a row breaks are asked again for the rows."""
    checks = judged.contract.checks
    if not checks:
        return
    counts = ", ".join(f"count(*) filter (where not ({check.holds}))" for check in checks)
    bound = _bound(as_of, *checks)
    broken = con.execute(f"select {counts} from {judged.table}", bound).fetchall()[0]
    for check, count in zip(checks, broken, strict=True):
        if count:
            _row_check(con, judged, check, as_of)


def _bound(as_of: date, *checks: Check) -> dict[str, Any]:
    return {"as_of": as_of} if any("$as_of" in check.holds for check in checks) else {}


def _row_check(con: "duckdb.DuckDBPyConnection", judged: Judged, check: Check, as_of: date) -> None:
    """One rule over the values of one row, told at every row that breaks it."""
    wanted = placeholders(check) - {"as_of"}
    known = {column.name for column in judged.contract.columns}
    named = sorted((wanted | set(check.columns)) & known)
    shown = ", ".join(f'cast("{name}" as varchar)' for name in named)
    rows = con.execute(
        f"select line, {shown} from {judged.table} where not ({check.holds}) order by line",
        _bound(as_of, check),
    ).fetchall()
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
        judged.tell(issues, [row[0] for row in rows])


def placeholders(check: Check) -> set[str]:
    """The names in braces of a check's words."""
    texts = (check.message, check.remedy)
    return {name for text in texts for _text, name, _spec, _conv in string.Formatter().parse(text) if name}
