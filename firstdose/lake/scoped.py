"""Which rows a scope lets through, as SQL conditions made from the contracts.

A table answers to a limit by a column that refers to a program or a partner, else through the row that it
must refer to (a result through its lot, a deliverable through its transfer). A table that answers to neither
is not shown, nor is a row that leaves its program or partner empty, unless the scope says ``also``.

Shown to everybody: ``attributes`` (what is measured and in which unit; it names nobody), the names of
partners and programs that stand in rows which are shown, and the yardsticks of ``YARDSTICKS`` that hold for
all programs and partners alike. A cell that names a hidden row of another table is shown empty.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import duckdb

from firstdose import access
from firstdose.contracts import Contract, contracts
from firstdose.errors import PublishError
from firstdose.lake import tables as sql
from firstdose.words import ngettext

#: Shown whole: the catalogue of what is measured.
CATALOGUE = frozenset({"attributes"})
#: Rows of these that name neither program nor partner hold for all, and are shown to all.
YARDSTICKS = frozenset({"specifications", "targets"})
#: References that do not say whose a row is: a result belongs to its lot, whoever tested it.
NOT_WHOSE = frozenset({("results", "lab_partner")})
#: Text that lists rows of a table by id, separated by semicolons: what follows an id, and of which table.
LISTS = {("tasks", "predecessors"): "tasks", ("risks", "tasks"): "tasks"}
_LINK = r"^(.*?)\s*(FS|SS|FF|SF)?\s*([+-]\s*[0-9]+\s*d)?$"  # as the check of the contract reads it


@dataclass(frozen=True, slots=True)
class Limit:
    """A scope at work on one state of the tables; ``at`` says where a table stands.

    ``programs`` are those the scope comes down to: with partners, the programs they take part in.
    """

    scope: access.Scope
    at: Callable[[str], str]
    programs: tuple[str, ...] = ()
    partners: tuple[str, ...] = field(default=())


def limit(con: duckdb.DuckDBPyConnection, scope: access.Scope, at: Callable[[str], str]) -> Limit:
    """A scope with the programs and partners it comes down to in the tables as they stand."""
    if scope.partners is None:
        programs = scope.programs or frozenset()
    else:
        takes_part = " union ".join(
            f'select "{column}" from {at(name)} s where {_any_of(_whose(contract), scope.partners)}'
            for name, contract in contracts().items()
            for column in _program(contract)
            if _whose(contract)
        )
        found = frozenset(row[0] for row in con.execute(takes_part).fetchall() if row[0] is not None)
        programs = found if scope.programs is None else found & scope.programs
    return Limit(scope, at, tuple(sorted(programs)))


def with_partners(con: duckdb.DuckDBPyConnection, limited: Limit) -> Limit:
    """The limit with the partners that stand in rows it lets through: their names are shown."""
    named = " union ".join(
        f'select "{column}" from {limited.at(name)} s where {condition(contract, limited)}'
        for name, contract in contracts().items()
        if name != "partners"
        for column in _partners(contract)
    )
    found = {row[0] for row in con.execute(named).fetchall() if row[0] is not None}
    return replace(limited, partners=tuple(sorted(found | (limited.scope.partners or frozenset()))))


def condition(contract: Contract, limited: Limit, alias: str = "s") -> str:
    """The condition that a row of a table, called ``alias``, is shown."""
    scope, name = limited.scope, contract.name
    if name in CATALOGUE:
        return "true"
    if name == "partners":
        return f"{alias}.partner_id in {_listed(limited.partners)}"
    if name != "programs" and scope.tables is not None and name not in scope.tables:
        return "false"
    return inside(contract, limited, alias, name in scope.also)


def inside(contract: Contract, limited: Limit, alias: str = "s", also: bool = False) -> str:
    """The condition that a row lies within the scope, whether its table is shown or not."""
    scope, name = limited.scope, contract.name
    if name == "programs":
        return f"{alias}.program_id in {_listed(limited.programs)}"
    program, whose = _program(contract), _whose(contract)
    parents = [one for one in _parents(contract) if _required(contract, one[0])]
    if scope.programs is not None and not program and not parents:
        parents = _parents(contract)  # a column that may be empty is the only answer: it has to answer
    said = [_among(limited, alias, column, parent) for column, parent in parents]
    through = bool(parents)
    for column in program:
        told = f'{alias}."{column}" in {_listed(limited.programs)}'
        may_lack = also or (scope.programs is None and bool(whose))
        said.append(f'({told} or {alias}."{column}" is null)' if may_lack else told)
    if scope.programs is not None and not program and not through and not also:
        said.append("false")
    if scope.partners is not None:
        if whose:
            told = _any_of(whose, scope.partners, alias)
            said.append(f"({told} or {_none_of(whose, alias)})" if also else told)
        elif not program and not through and not also:
            said.append("false")
    whole = " and ".join(said) or "true"
    if name in YARDSTICKS:
        return f"(({whole}) or {_none_of((*program, *whose), alias)})"
    return f"({whole})"


def changeable(contract: Contract, limited: Limit, alias: str) -> str:
    """The condition that somebody of the scope may write a row: it is theirs, and not only shown to them."""
    scope, name = limited.scope, contract.name
    shown = scope.tables is None or name in scope.tables
    if not shown or name in CATALOGUE or name in {"partners", "programs"}:
        return "false"
    theirs = inside(contract, limited, alias)
    if scope.partners is not None and not _answers_to_partner(contract):
        return "false"
    nobodys = _none_of((*_program(contract), *_whose(contract)), alias) if name in YARDSTICKS else "false"
    return f"({theirs} and not {nobodys})"


def show(con: duckdb.DuckDBPyConnection, schema: str, limited: Limit) -> None:
    """Make the tables of a schema: of every table the rows that are shown, without the names of hidden ones.

    What is only chosen stays a view, large results among it; where a name may have to be taken out the rows
    are copied, for a question reads them several times.
    """
    for contract in contracts().values():
        kind = "table" if masks(contract) else "view"
        shown = f"from {limited.at(contract.name)} s where {condition(contract, limited)}"
        con.execute(f'create {kind} {schema}."{contract.name}" as {shown}')
    for contract in contracts().values():
        for column, parent in masks(contract).items():
            key = contracts()[parent].key[0]
            if (contract.name, column) in LISTS:
                _shorten(con, f'{schema}."{contract.name}"', contract, column, f'{schema}."{parent}"')
                continue
            con.execute(
                f'update {schema}."{contract.name}" set "{column}" = null where "{column}" is not null '
                f'and "{column}" not in (select "{key}" from {schema}."{parent}")'
            )


def _shorten(
    con: duckdb.DuckDBPyConnection, table: str, contract: Contract, column: str, parent: str
) -> None:
    """Take ids of hidden rows out of the lists of a column."""
    key = contract.key[0]
    lists = con.execute(f'select "{key}", "{column}" from {table} where "{column}" is not null').fetchall()
    if not lists:
        return
    other = contracts()[LISTS[contract.name, column]].key[0]
    there = {row[0] for row in con.execute(f'select "{other}" from {parent}').fetchall()}
    shorter = {
        name: ";".join(part for part in text.split(";") if {part.strip(), _named(part)} & there)
        for name, text in lists
    }
    changed = {name: kept for (name, text) in lists if (kept := shorter[name]) != text}
    if changed:
        con.execute(
            f"update {table} t set \"{column}\" = nullif(v.kept, '') "
            f'from (select unnest(?) as name, unnest(?) as kept) v where t."{key}" = v.name',
            [list(changed), list(changed.values())],
        )


def _named(part: str) -> str:
    """The id at the head of one part of a list."""
    found = re.match(_LINK, part.strip())
    return found[1] if found else ""


def masks(contract: Contract) -> dict[str, str]:
    """The columns of a table whose cells may be shown empty or shorter, each with the table it names."""
    named = {
        column: parent for column, parent in _parents(contract, own=True) if not _required(contract, column)
    }
    listed = {column: table for (name, column), table in LISTS.items() if name == contract.name}
    return named | listed


def masked(contract: Contract, column: str, limited: Limit) -> str:
    """A cell of the row ``s`` as it is shown: without the ids of hidden rows."""
    table = contracts()[masks(contract)[column]]
    key = table.key[0]
    shown = f'select o."{key}" from {limited.at(table.name)} o where {condition(table, limited, "o")}'
    if (contract.name, column) not in LISTS:
        return f'case when s."{column}" in ({shown}) then s."{column}" end'
    # by hand instead of a lambda: a lambda may not ask a table
    own = ", ".join(f'l."{name}"' for name in contract.key)
    parts = (
        f"select {own}, unnest(string_split(l.\"{column}\", ';')) as part, "
        f"generate_subscripts(string_split(l.\"{column}\", ';'), 1) as place "
        f'from {limited.at(contract.name)} l where l."{column}" is not null'
    )
    same = " and ".join(f'p."{name}" = s."{name}"' for name in contract.key)
    kept = f"trim(p.part) in ({shown}) or regexp_extract(trim(p.part), '{_LINK}', 1) in ({shown})"
    return f"(select string_agg(p.part, ';' order by p.place) from ({parts}) p where {same} and ({kept}))"


def _answers_to_partner(contract: Contract) -> bool:
    """Whether a row says whose it is by itself or through the row that it must refer to."""
    return bool(_whose(contract)) or any(
        _required(contract, column) and _answers_to_partner(contracts()[parent])
        for column, parent in _parents(contract)
    )


def _program(contract: Contract) -> tuple[str, ...]:
    """The column that refers to a program; that of a program itself is its key."""
    if contract.name == "programs":
        return ("program_id",)
    return tuple(link.columns[0] for link in contract.references if link.table == "programs")


def _partners(contract: Contract) -> tuple[str, ...]:
    """The columns that refer to a partner."""
    return tuple(link.columns[0] for link in contract.references if link.table == "partners")


def _whose(contract: Contract) -> tuple[str, ...]:
    """The columns that say to which partner a row belongs."""
    return tuple(one for one in _partners(contract) if (contract.name, one) not in NOT_WHOSE)


def _parents(contract: Contract, *, own: bool = False) -> list[tuple[str, str]]:
    """The columns that refer to a row of a table which is not shown whole, with that table.

    With ``own`` those too that refer to another row of the same table.
    """
    apart = {"partners", "programs", *CATALOGUE, *(() if own else (contract.name,))}
    return [
        (link.columns[0], link.table)
        for link in contract.references
        if link.table in contracts() and link.table not in apart
    ]


def _required(contract: Contract, column: str) -> bool:
    return contract.column(column).required


def _among(limited: Limit, alias: str, column: str, parent: str) -> str:
    """The condition that the row referred to lies within the scope."""
    other, key = contracts()[parent], contracts()[parent].key[0]
    deeper = f"{alias}{alias[0]}"  # another name at every step down
    there = (
        f'select {deeper}."{key}" from {limited.at(parent)} {deeper} where {inside(other, limited, deeper)}'
    )
    return f'{alias}."{column}" in ({there})'


def _any_of(columns: Iterable[str], names: Iterable[str], alias: str = "s") -> str:
    listed = _listed(names)
    return "(" + " or ".join(f'coalesce({alias}."{column}" in {listed}, false)' for column in columns) + ")"


def _none_of(columns: Iterable[str], alias: str) -> str:
    return "(" + " and ".join(f'{alias}."{column}" is null' for column in columns) + ")"


def _listed(names: Iterable[str]) -> str:
    """Ids as SQL: a view cannot hold bound values. Of no ids a list that holds nothing."""
    quoted = ", ".join("'" + name.replace("'", "''") + "'" for name in sorted(names))
    return f"({quoted})" if quoted else "(select null where false)"


# ---------------------------------------------------------------------- writing


def put_back(con: duckdb.DuckDBPyConnection, contract: Contract, limited: Limit, stored: str) -> None:
    """Give rows of ``incoming`` the hidden names back that their maker was not shown and left so."""
    same, key = sql.same_key(contract, "m", "i"), ", ".join(f's."{name}"' for name in contract.key)
    for column in masks(contract):
        shown = masked(contract, column, limited)
        con.execute(
            f'update incoming i set "{column}" = m.whole from (select {key}, '
            f's."{column}" as whole, {shown} as shown from {stored} s) m '
            f'where {same} and i."{column}" is not distinct from m.shown '
            f'and i."{column}" is distinct from m.whole'
        )


def judge(con: duckdb.DuckDBPyConnection, contract: Contract, limited: Limit, stored: str) -> None:
    """Refuse rows in ``coming`` that lie outside, or that would change a row which does: ``PublishError``."""
    key = " || ', ' || ".join(f'cast(x."{name}" as varchar)' for name in contract.key)
    same = sql.same_key(contract, "s", "x")
    outside = (
        f"select {key} as key from coming x where not coalesce({changeable(contract, limited, 'x')}, false) "
        f"or exists (select 1 from {stored} s where {same} "
        f"and not coalesce({changeable(contract, limited, 's')}, false))"
    )
    count, first = con.execute(f"select count(*), min(key) from ({outside})").fetchall()[0]
    if count:
        said = ngettext(
            "Nothing was published: {n} row of {table}, {key}, lies outside of what you may change "
            "({scope}).",
            "Nothing was published: {n} rows of {table}, the first {key}, lie outside of what you may change "
            "({scope}).",
            int(count),
        )
        raise PublishError(
            said.format(n=count, table=contract.name, key=first, scope=limited.scope.in_words())
        )
