"""Tables made of others once a version: results by lot and day, by lot, and what can be charted.

A chart of one attribute and site reads its own rows alone: they are stored sorted by attribute, site and day,
with the site of the lot beside them; what asks of every lot reads one row of it for an attribute, however
often it was tested. A publish adds what came to them and makes anew only the lots that changed. They hold
nothing that the published tables do not say; ``_MADE`` tells by fingerprints of which they were made, and
where that does not fit (an older store, a publish by an older firstdose) they are computed.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import duckdb

from firstdose.lake import files, kept
from firstdose.lake.versions import NO_ROWS

if TYPE_CHECKING:
    from firstdose.lake.versions import Version
    from firstdose.place import Place

DAYS, LOTS, CHARTED = "result_days", "result_lots", "charted"
NAMES = (DAYS, LOTS, CHARTED)
SOURCES = ("results", "batches")
ROW_GROUP = 61_440  # rows that one chart reads at least; measured (docs/decisions.md)
_STORED = {name: f"firstdose_{name}" for name in NAMES}
_MADE = "firstdose_derived_from"  # before there were lots among them it was called firstdose_derived
_WAY = "2"  # how they are made, told beside the fingerprints: 2 since a bound lies beyond its number
_ORDER = {
    DAYS: "attribute_code, partner_id, tested_on, batch_id, sample",
    LOTS: "batch_id, attribute_code",
    CHARTED: "attribute_code",
}
_COLUMNS = {
    _STORED[DAYS]: "attribute_code varchar, partner_id varchar, batch_id varchar, sample varchar, "
    "tested_on date, own boolean, results integer, total double, logs double, least double, below integer, "
    "above integer, lowest double, highest double, failed integer",
    _STORED[LOTS]: "attribute_code varchar, partner_id varchar, batch_id varchar, first_on date, "
    "last_on date, results bigint, lowest double, highest double, failed bigint",
    _STORED[CHARTED]: "attribute_code varchar, partner_id varchar, program_id varchar, first_on date, "
    "last_on date, results bigint",
    _MADE: "results varchar, batches varchar",
}


def days_of(results: str, batches: str) -> str:
    """Results by attribute, site, lot, sample, day and laboratory, a statement over two relations.

    ``own`` says that the site of the lot tested it; ``results`` counts numbers, ``total`` and ``logs`` are
    sums of them and of the logarithms of those above zero, ``least`` the smallest; ``below`` and ``above``
    count bounds; ``lowest`` and ``highest`` leave out the bounds that prove nothing, and take one that does
    as the next number beyond it, for ``<70`` misses a lower limit of 70; ``failed`` counts what did not pass.
    """
    return (
        "select r.attribute_code, b.partner_id, r.batch_id, r.sample, r.tested_on, "
        "coalesce(r.lab_partner = b.partner_id, false) as own, "
        "count(r.value)::integer as results, sum(r.value) as total, "
        "sum(ln(nullif(greatest(r.value, 0), 0))) as logs, min(r.value) as least, "
        "count(r.value) filter (r.qualifier = '<')::integer as below, "
        "count(r.value) filter (r.qualifier = '>')::integer as above, "
        f"min({_beyond('<')}) filter (r.qualifier is distinct from '>') as lowest, "
        f"max({_beyond('>')}) filter (r.qualifier is distinct from '<') as highest, "
        "(count(*) filter (not r.passed))::integer as failed "
        f"from {results} r inner join {batches} b on r.batch_id = b.batch_id group by all"
    )


def _beyond(sign: Literal["<", ">"]) -> str:
    """A result as it is held against a limit: one that is given as a bound lies beyond its number."""
    end = {"<": "-infinity", ">": "infinity"}[sign]
    return f"if(r.qualifier = '{sign}', nextafter(r.value, '{end}'::double), r.value)"


def lots_of(days: str) -> str:
    """Results by attribute, site and lot over all its days, with the first and the last, as a statement."""
    return (
        "select attribute_code, partner_id, batch_id, min(tested_on) as first_on, max(tested_on) as last_on, "
        "sum(results)::bigint as results, min(lowest) as lowest, max(highest) as highest, "
        f"sum(failed)::bigint as failed from {days} group by all"
    )


def charted_of(lots: str, batches: str) -> str:
    """Numeric results by attribute, site and program, with the days of their lots, as a statement."""
    return (
        "select d.attribute_code, d.partner_id, b.program_id, min(d.first_on) as first_on, "
        "max(d.last_on) as last_on, sum(d.results)::bigint as results "
        f"from {lots} d inner join {batches} b on d.batch_id = b.batch_id where d.results > 0 group by all"
    )


def views(schema: str, kind: str = "view") -> tuple[str, ...]:
    """The statements that compute them in a schema from its own results and batches."""
    at = f"{schema}." if schema else ""
    made = _made(f"{at}results", f"{at}batches", {name: f"{at}{name}" for name in NAMES})
    return tuple(f"create or replace {kind} {at}{name} as {statement}" for name, statement in made.items())


def _made(results: str, batches: str, at: Mapping[str, str]) -> dict[str, str]:
    """What each of them is made of, in the order in which they are made."""
    return {DAYS: days_of(results, batches), LOTS: lots_of(at[DAYS]), CHARTED: charted_of(at[LOTS], batches)}


# ---------------------------------------------------------------------- reading


def kept_names(version: "Version") -> dict[str, str]:
    """The names under which they are kept in memory; versions of the same results and lots share them."""
    prints = "_".join(version.contents.get(name, NO_ROWS) for name in SOURCES)
    return {name: f"{name}_{prints}" for name in NAMES}


def keep(
    con: duckdb.DuckDBPyConnection,
    place: "Place",
    version: "Version",
    results: str,
    batches: str,
    copied: int,
) -> None:
    """Keep those of a version: copied where small, the stored ones behind a view, else computed.

    ``results`` and ``batches`` are the names under which those are kept.
    """
    bare, there = kept_names(version), kept.names(con)
    if bare[CHARTED] in there:
        return
    kept.note(con, bare[CHARTED])
    names = {name: kept.at(one) for name, one in bare.items()}
    small, results, batches = results in there, kept.at(results), kept.at(batches)
    made = _made(results, batches, names)
    if small:
        for name, statement in made.items():
            con.execute(f"create table {names[name]} as {statement} order by {_ORDER[name]}")
    elif _stands(con, version.snapshot, version.contents) and all(
        files.sound(con, place, version, table) for table in _STORED.values()
    ):
        for name, table in _STORED.items():
            stored = files.stored(con, version, table)
            rows = con.execute(f"select count(*) from {stored}").fetchall()[0][0]
            if rows > copied:
                con.execute(f"create view {names[name]} as from {stored}")
            else:
                con.execute(f"create table {names[name]} as from {stored} order by {_ORDER[name]}")
    else:
        for name, statement in made.items():
            con.execute(f"create view {names[name]} as {statement}")


def _stands(con: duckdb.DuckDBPyConnection, snapshot: int | None, contents: Mapping[str, str]) -> bool:
    """Whether what is stored was made of the results and lots of these fingerprints."""
    at = "" if snapshot is None else f" at (version => {snapshot})"
    try:
        made = con.execute(f"select results, batches from lake.{_MADE}{at}").fetchall()
    except duckdb.CatalogException:  # the version is older than the table
        return False
    return made == [_prints(contents)]


def _prints(contents: Mapping[str, str]) -> tuple[str, ...]:
    """The fingerprints they are made of, with the way: a firstdose that makes them otherwise knows none."""
    return tuple(f"{_WAY}:{contents.get(name, NO_ROWS)}" for name in SOURCES)


# ---------------------------------------------------------------------- writing


def missing(have: Mapping[str, set[str]]) -> list[str]:
    """The statements that make the tables which a lake lacks."""
    return [
        f"create table lake.{table} ({columns})" for table, columns in _COLUMNS.items() if table not in have
    ]


def set_options(con: duckdb.DuckDBPyConnection) -> None:
    """Have rows stored in groups of the measured size, and few ones in files too, whose digests judge them.

    Only once the tables were committed.
    """
    for table in _STORED.values():
        for option, value in (("parquet_row_group_size", ROW_GROUP), ("data_inlining_row_limit", 0)):
            con.execute(f"call lake.set_option('{option}', {value}, table_name => '{table}')")


def note(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Keep what came to and left a table in this publish, until ``follow`` reads it."""
    if table in SOURCES:
        for kind in ("coming", "leaving"):
            con.execute(f"drop table if exists {kind}_{table}")
            con.execute(f"alter table {kind} rename to {kind}_{table}")


def follow(
    con: duckdb.DuckDBPyConnection,
    before: "Version | None",
    changed: frozenset[str],
    contents: Mapping[str, str],
) -> None:
    """Bring what is stored to the state of a publish whose rows have been written already.

    New rows are added; lots whose results or site changed are made anew; the whole where what stands there
    was not made of the version before.
    """
    days, lots, charted = (f"lake.{_STORED[name]}" for name in NAMES)
    results, batches = "lake.results", "lake.batches"
    con.execute("create or replace temp table moved (batch_id varchar)")
    if before is None or not _stands(con, None, before.contents):
        con.execute(f"delete from {days}")
        con.execute(f"insert into {days} {days_of(results, batches)} order by {_ORDER[DAYS]}")
        con.execute(f"delete from {lots}")
        con.execute(f"insert into {lots} {lots_of(days)} order by {_ORDER[LOTS]}")
    else:
        _note_moved(con, changed)
        if con.execute("select 1 from moved limit 1").fetchone():
            con.execute(f"delete from {days} d using moved m where d.batch_id = m.batch_id")
            made = days_of(f"(select s.* from {results} s semi join moved using (batch_id))", batches)
            con.execute(f"insert into {days} {made} order by {_ORDER[DAYS]}")
        if "results" in changed:
            fresh = days_of("(select c.* from coming_results c anti join moved using (batch_id))", batches)
            con.execute(f"insert into {days} {fresh} order by {_ORDER[DAYS]}")
            con.execute("insert into moved select distinct batch_id from coming_results")
        con.execute(f"delete from {lots} l using moved m where l.batch_id = m.batch_id")
        again = f"(select d.* from {days} d semi join moved using (batch_id))"
        con.execute(f"insert into {lots} {lots_of(again)} order by {_ORDER[LOTS]}")
    con.execute(f"delete from {charted}")
    con.execute(f"insert into {charted} {charted_of(lots, batches)} order by {_ORDER[CHARTED]}")
    con.execute(f"delete from lake.{_MADE}")
    con.execute(f"insert into lake.{_MADE} values (?, ?)", _prints(contents))


def _note_moved(con: duckdb.DuckDBPyConnection, changed: frozenset[str]) -> None:
    """Find the lots to be made anew: rows of them changed or left, or they stand at a site now or no more."""
    if "results" in changed:
        con.execute("insert into moved select distinct batch_id from coming_results where known")
        con.execute("insert into moved select distinct batch_id from leaving_results")
    if "batches" not in changed:
        return
    con.execute("insert into moved select batch_id from leaving_batches")
    days = f"lake.{_STORED[DAYS]}"
    con.execute(
        f"insert into moved select distinct c.batch_id from coming_batches c inner join {days} d "
        "on c.batch_id = d.batch_id where c.known and c.partner_id is distinct from d.partner_id"
    )
    came = "select count(*) from coming_results" if "results" in changed else "select 0"
    new = "semi join (from coming_batches where not known) n using (batch_id)"
    there = con.execute(f"select count(*) from lake.results s {new}").fetchall()[0][0]
    if there and there != con.execute(f"{came} c {new}" if "results" in changed else came).fetchall()[0][0]:
        con.execute("insert into moved select batch_id from coming_batches where not known")
