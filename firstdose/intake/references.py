"""All given tables together, on the state they would leave behind: scope, references, rules across rows.

What is published already is seen through ``existing``; what would be kept of it follows from the scope.
"""

import graphlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from firstdose.contracts import Contract, Reference, contracts
from firstdose.contracts.across import Across, rules_across
from firstdose.errors import Issue
from firstdose.intake import cells
from firstdose.intake.check import MOST_TOLD
from firstdose.intake.parts import Given
from firstdose.intake.scope import Scope
from firstdose.intake.staged import LONGEST_TOLD
from firstdose.words import N_

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

Existing = Callable[[str, Sequence[str]], "pa.Table"]
_MOST_RINGS = 50


class State:
    """The tables as a publish would leave them, made when a rule asks: ``state."<table>"`` with ``line``."""

    def __init__(
        self,
        con: "duckdb.DuckDBPyConnection",
        judged: Mapping[str, Given],
        scope: Scope,
        existing: Existing,
    ) -> None:
        self.con = con
        self.judged = judged
        self.scope = scope
        self.existing = existing
        self._made: set[str] = set()
        con.execute("create schema if not exists state")
        con.execute("create schema if not exists stored")

    def replaced(self, table: str) -> bool:
        """Whether rows of the table may go: it is given with rows and replaces, or all is replaced."""
        if table not in self.judged:
            return self.scope.complete
        given = self.judged[table].has_rows or self.scope.complete
        return given and self.scope.mode == "replace"

    def kept(self, contract: Contract, columns: Sequence[str]) -> str:
        """The stored rows that stay, as SQL over some columns."""
        table = contract.name
        if self.replaced(table) and self.scope.within is None:
            return _nothing(contract, columns)
        wanted = list(columns)
        where = "true"
        given = table in self.judged and self.judged[table].has_rows
        if given:
            wanted += [name for name in contract.key if name not in wanted]
            same = " and ".join(f'g."{name}" = s."{name}"' for name in contract.key)
            where = f"not exists (select 1 from {self.judged[table].table} g where {same})"
        if self.replaced(table) and self.scope.within is not None:
            kind, value = self.scope.within
            column = contract.scope_column(kind)
            if column is not None:
                wanted += [] if column in wanted else [column]
                where += f' and s."{column}" is distinct from {cells.literal(value)}'
        return f"select {_named(columns, 's.')} from {self.stored(contract, wanted)} s where {where}"

    def stored(self, contract: Contract, columns: Sequence[str]) -> str:
        """Distinct stored rows of some columns, as a table of the private database."""
        ordered = sorted(set(columns))
        name = f'stored."{contract.name}_{len(ordered)}_{hash(tuple(ordered)) & 0xFFFFFFFF:x}"'
        if name not in self._made:
            stored = self.existing(contract.name, ordered)
            self.con.register("arriving", stored)
            self.con.execute(f"create table {name} as from arriving")
            self.con.unregister("arriving")
            self._made.add(name)
        return name

    def table(self, name: str) -> str:
        """The resulting table with all its columns and ``line``, null for rows that are stored already."""
        view = f'state."{name}"'
        if view not in self._made:
            contract = contracts()[name]
            columns = [column.name for column in contract.columns]
            given = (
                f" union all select line, {_named(columns)} from {self.judged[name].table}"
                if name in self.judged
                else ""
            )
            self.con.execute(
                f"create table {view} as select cast(null as bigint) as line, * "
                f"from ({self.kept(contract, columns)}){given}"
            )
            self._made.add(view)
        return view


def _named(columns: Sequence[str], prefix: str = "") -> str:
    return ", ".join(f'{prefix}"{name}"' for name in columns)


def _nothing(contract: Contract, columns: Sequence[str]) -> str:
    empty = ", ".join(f'cast(null as {contract.column(name).stored_type}) as "{name}"' for name in columns)
    return f"select {empty} where false"


def judge_together(state: State) -> None:
    """Every rule that looks beyond one file; what is wrong is noted at the file it concerns."""
    for judged in state.judged.values():
        if state.scope.within is not None:
            _scope(state, judged, state.scope.within)
        for reference in judged.contract.references:
            _forward(state, judged, reference)
    for contract in contracts().values():
        for reference in contract.references:
            if reference.table in state.judged and state.replaced(reference.table):
                _dangling(state, contract, reference)
    if "attributes" in state.judged:
        _kinds(state, state.judged["attributes"])
    for rule in rules_across():
        if rule.asked_of(state.judged.keys()):
            _across(state, rule)


def _kinds(state: State, judged: Given) -> None:
    """Attributes whose data type changes while stored results of the other kind stay.

    Results may be millions, so they are read only when a type changes; those given are held against their
    attribute by the rule ``other-kind``.
    """
    there = state.stored(judged.contract, ["attribute_code", "data_type"])
    changed = (
        f"select g.line, g.attribute_code, g.data_type from {judged.table} g "
        f"inner join {there} s on s.attribute_code = g.attribute_code and s.data_type <> g.data_type"
    )
    if not state.con.execute(f"select exists ({changed})").fetchall()[0][0]:
        return
    results = contracts()["results"]
    rows = state.con.execute(
        f"select c.line, c.data_type, c.attribute_code, count(*) from ({changed}) c "
        f"inner join ({state.kept(results, [*results.key, 'value'])}) r "
        f"on r.attribute_code = c.attribute_code and (r.value is null) = (c.data_type = 'numeric') "
        "group by all order by c.line"
    ).fetchall()
    template = N_("{attribute} would be {value}, but stored results of it are of the other kind: {n}.")
    remedy = N_("Give it a code of its own, or send its results of the new kind in place of the stored ones.")
    for line, kind, attribute, n in rows[:MOST_TOLD]:
        told = (("attribute", str(attribute)[:LONGEST_TOLD]), ("n", str(n)))
        _rows(judged, "kind-changed", template, remedy, "data_type", [(line, kind)], told)


def _scope(state: State, judged: Given, within: tuple[str, str]) -> None:
    """Rows of somebody else in a file that speaks for one partner or program, given or stored."""
    kind, value = within
    contract, column = judged.contract, judged.contract.scope_column(kind)
    if column is None:
        template = N_("The table {table} cannot be limited to one {kind}.")
        values = (("table", contract.name), ("kind", kind))
        remedy = N_("Publish it without --within.")
        judged.add(Issue("scope", "error", template, values, remedy=remedy))
        return
    rows = state.con.execute(
        f'select line, "{column}" from {judged.table} where "{column}" is distinct from ? order by line',
        [value],
    ).fetchall()
    template = N_("This row belongs to “{value}”, the publish is limited to {scope}.")
    told = (("scope", f"{kind}={value}"),)
    _rows(judged, "scope", template, N_("Send the row with its owner's file."), column, rows, told)
    same = " and ".join(f'g."{name}" = s."{name}"' for name in contract.key)
    stored = state.stored(contract, [*contract.key, column])
    rows = state.con.execute(
        f'select g.line, s."{column}" from {judged.table} g inner join {stored} s on {same} '
        f'where s."{column}" is distinct from ? and g."{column}" = ? order by g.line',
        [value, value],
    ).fetchall()
    template = N_("The stored row of this key belongs to “{value}”, the publish is limited to {scope}.")
    _rows(judged, "scope", template, N_("Give the row a key of its own."), column, rows, told)


def _rows(
    judged: Given,
    code: str,
    template: str,
    remedy: str,
    column: str,
    rows: list[Any],
    more: tuple[tuple[str, str], ...] = (),
) -> None:
    """Note one issue a row of (line, value)."""
    if not rows:
        return
    issues = [
        Issue(
            code,
            "error",
            template,
            (("value", str(value)[:LONGEST_TOLD]), ("column", column), *more),
            line=line,
            column=column,
            value=None if value is None else str(value)[:LONGEST_TOLD],
            remedy=remedy,
        )
        for line, value in rows[:MOST_TOLD]
    ]
    judged.tell(issues, [line for line, _value in rows])


def _target(state: State, reference: Reference) -> str:
    if reference.table.startswith("reference."):
        return f'reference."{reference.table.removeprefix("reference.")}"'
    return state.table(reference.table)


def _forward(state: State, judged: Given, reference: Reference) -> None:
    """Given rows that name what will not exist."""
    target = _target(state, reference)
    filled = " and ".join(f'g."{name}" is not null' for name in reference.columns)
    same = " and ".join(
        f'r."{there}" = g."{here}"'
        for here, there in zip(reference.columns, reference.table_columns, strict=True)
    )
    lacks = f"{filled} and not exists (select 1 from {target} r where {same})"
    # over distinct names: a million rows name few, and rows are looked up only where one is missing; a join
    # is planned in a third of the time
    named = f"select distinct {_named(reference.columns)} from {judged.table}"
    unknown = f"from ({named}) g anti join {target} r on {same} where {filled}"
    if not state.con.execute(f"select exists ({unknown})").fetchall()[0][0]:
        return
    value = f"concat_ws(' / ', {_named(reference.columns, 'g.')})"
    rows = state.con.execute(
        f"select g.line, {value} from {judged.table} g where {lacks} order by g.line"
    ).fetchall()
    table = reference.table.removeprefix("reference.")
    template, remedy = (
        N_("{column} “{value}” does not exist in {table}."),
        N_("Correct it, or send {table} along."),
    )
    if reference.table.startswith("reference."):
        template = N_("{column} “{value}” does not exist in the reference table {table}.")
        remedy = N_("The reference page lists what exists.")
    _rows(judged, "reference", template, remedy, reference.columns[0], rows, (("table", table),))


def _dangling(state: State, contract: Contract, reference: Reference) -> None:
    """Stored rows that stay and name what this publish would remove."""
    if state.replaced(contract.name) and state.scope.within is None:
        return  # no stored row stays
    judged = state.judged[reference.table]
    target = _target(state, reference)
    filled = " and ".join(f'k."{name}" is not null' for name in reference.columns)
    same = " and ".join(
        f'r."{there}" = k."{here}"'
        for here, there in zip(reference.columns, reference.table_columns, strict=True)
    )
    value = f"concat_ws(' / ', {_named(reference.columns, 'k.')})"
    rows = state.con.execute(
        f"select {value}, count(*) from ({state.kept(contract, reference.columns)}) k "
        f"where {filled} and not exists (select 1 from {target} r where {same}) group by all order by all"
    ).fetchall()
    for missing, _count in rows[:MOST_TOLD]:
        judged.add(
            Issue(
                "still-referenced",
                "error",
                N_("The file no longer has {key} “{value}”, but {table}.{column} still names it."),
                (
                    ("key", reference.table_columns[0]),
                    ("value", str(missing)[:LONGEST_TOLD]),
                    ("table", contract.name),
                    ("column", reference.columns[0]),
                ),
                column=reference.table_columns[0],
                value=str(missing)[:LONGEST_TOLD],
                remedy=N_("Keep the row, send {table} along, or publish with --mode merge."),
            )
        )


def _across(state: State, rule: Across) -> None:
    """One rule over the resulting tables; a stored row that breaks it is told of the whole file."""
    for table in rule.tables:
        if not (rule.given and table == rule.table):
            state.table(table)
    cursor = state.con.cursor()
    cursor.execute("use state")
    asked = cursor.execute(rule.sql)
    names = [part[0] for part in asked.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in asked.fetchall()]
    if rule.code == "cycle":
        rows = _rings(rows)
    first = rule.table if rule.table in state.judged else next(t for t in rule.tables if t in state.judged)
    judged = state.judged[first]
    for row in rows[:MOST_TOLD]:
        line = row.pop("line") if first == rule.table else None
        told = {name: str(value)[:LONGEST_TOLD] for name, value in row.items() if value is not None}
        issue = Issue(
            rule.code,
            "error",
            rule.message,
            tuple(told.items()),
            line=line,
            column=rule.column,
            value=told.get("value"),
            remedy=rule.remedy,
        )
        if line is None:
            judged.add(issue)
        else:
            judged.tell([issue], [line])


def _rings(edges: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Tasks that wait for each other in a ring: one row a ring, told at the line of one of its tasks."""
    waits: dict[str, set[str]] = {}
    lines = {edge["task_id"]: edge["line"] for edge in edges}
    for edge in edges:
        waits.setdefault(edge["task_id"], set()).add(edge["predecessor"])
    rings: list[dict[str, Any]] = []
    while len(rings) < _MOST_RINGS:
        try:
            graphlib.TopologicalSorter(waits).prepare()
        except graphlib.CycleError as error:
            ring: list[str] = error.args[1][::-1]
            told = next((task for task in ring if lines.get(task) is not None), ring[0])
            rings.append({"line": lines.get(told), "value": told, "ring": " → ".join(ring[:20])})
            waits[ring[0]].discard(ring[1])
        else:
            break
    return rings
