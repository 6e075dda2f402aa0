"""A profile at work: staged text in, staged text of our tables out, every source row accounted for.

Cells keep the line of the file they came from, so that every later problem still names the spreadsheet's
line. Cells are changed by distinct value: a column of a million cells has few of them.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from firstdose.errors import Issue
from firstdose.intake import forms
from firstdose.intake.profile import Output, Profile, Unpivot, Way, Where, plain
from firstdose.intake.staged import LONGEST_TOLD, Staged
from firstdose.words import N_

MOST_TOLD = 1_000


@dataclass(frozen=True, slots=True)
class Fault:
    """Cells that a profile cannot read: their issues, and every line they concern."""

    issues: tuple[Issue, ...]
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mapped:
    """One table made of a file."""

    table: str
    staged: Staged
    faults: tuple[Fault, ...]


def apply(profile: Profile, staged: Staged, folder: Path) -> list[Mapped]:
    """The tables that a profile makes of a staged file, written into ``folder``; one for each output."""
    whole = pq.read_table(staged.parquet) if staged.rows else _nothing(staged)
    below = profile.layout.skip_below_header
    source = _Source(staged, whole.slice(below))
    shared = [*_kept(profile, staged), *_unused(profile, source)]
    if below and staged.rows:
        template = N_("{n} rows below the header were left out, as the profile {profile} says.")
        shared.append(_told("profile-skipped", template, n=min(below, staged.rows), profile=profile.name))
    return [
        _mapped(profile, output, source, folder, shared if not at else [])
        for at, output in enumerate(profile.outputs)
    ]


class _Source:
    """The cells of a file by the names of its header."""

    def __init__(self, staged: Staged, table: pa.Table) -> None:
        self.staged = staged
        self.lines = table.column("line").combine_chunks()
        self.rows = table.num_rows
        self.names = {plain(name): f"c{at}" for at, name in enumerate(staged.header)}
        self.table = table

    def cells(self, name: str) -> pa.Array:
        column = self.table.column(self.names[plain(name)]).combine_chunks()
        return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _nothing(staged: Staged) -> pa.Table:
    columns = {f"c{at}": pa.array([], pa.string()) for at in range(len(staged.header))}
    return pa.table({"line": pa.array([], pa.int64()), **columns})


def _mapped(profile: Profile, output: Output, source: _Source, folder: Path, shared: list[Issue]) -> Mapped:
    issues, faults = list(shared), list[Fault]()
    used, left_out = _used(output, source)
    issues += left_out
    lines = source.lines.filter(used)
    ways = dict(output.columns)
    unpivot = output.unpivot
    made: dict[str, pa.Array] = {}
    for name, way in ways.items():
        if unpivot is None or name not in (unpivot.value, unpivot.name):
            made[name] = _column(name, way, source, used, lines, issues, faults)
    if unpivot is not None:
        value = ways.get(unpivot.value, Way())
        lines, made = _unpivoted(unpivot, output, value, source, used, lines, made, issues, faults)
    at = len(list(folder.glob("mapped-*.parquet")))
    target = folder / f"mapped-{at}-{output.table}.parquet"
    table = pa.table([lines, *made.values()], names=["line", *(f"c{at}" for at in range(len(made)))])
    pq.write_table(table, target, compression="lz4")
    template = N_("The profile {profile} made {made} rows of {table} from {used} of {rows} rows of the file.")
    told = {"profile": profile.name, "made": table.num_rows, "table": output.table}
    issues.append(_told("profile-used", template, **told, used=pc.sum(used).as_py() or 0, rows=source.rows))
    per_line = Counter(lines.to_pylist()) if unpivot is not None else None
    header = tuple(made)
    staged = replace(
        source.staged,
        header=header,
        rows=table.num_rows,
        parquet=target,
        issues=tuple(issues),
        mapped=True,
        per_line=per_line,
    )
    return Mapped(output.table, staged, tuple(faults))


def _used(output: Output, source: _Source) -> tuple[pa.Array, list[Issue]]:
    """Which rows are used, and how many each rule leaves out."""
    used = pa.array([True] * source.rows, pa.bool_())
    issues = []
    for rule in output.where:
        kept = _keeps(rule, source)
        left = pc.sum(pc.and_(used, pc.invert(kept))).as_py() or 0
        used = pc.and_(used, kept)
        if left:
            template = (
                N_("{n} rows gave no row of {table}, because {column} is one of: {values}.")
                if rule.exclude
                else N_("{n} rows gave no row of {table}, because {column} is none of: {values}.")
            )
            values = ", ".join(rule.values)[:LONGEST_TOLD]
            told = {"n": left, "table": output.table, "column": rule.column, "values": values}
            issues.append(_told("profile-left-out", template, **told))
    return used, issues


def _keeps(rule: Where, source: _Source) -> pa.Array:
    cells = pc.fill_null(pc.utf8_trim_whitespace(source.cells(rule.column)), "")
    found = pc.is_in(cells, value_set=pa.array(rule.values, pa.string()))
    return pc.invert(found) if rule.exclude else found


def _column(
    name: str,
    way: Way,
    source: _Source,
    used: pa.Array,
    lines: pa.Array,
    issues: list[Issue],
    faults: list[Fault],
) -> pa.Array:
    """One column of a table, for the rows used."""
    if way.constant is not None:
        return pa.array([way.constant or None] * len(lines), pa.string())
    cells = [source.cells(one).filter(used) for one in way.columns]
    joined = cells[0]
    if len(cells) > 1:
        joined = pc.binary_join_element_wise(*cells, way.join, null_handling="skip")
        joined = pc.if_else(pc.equal(joined, ""), None, joined)
    return _changed(name, way.columns[0], way, joined, lines, issues, faults) if way.changes else joined


def _unpivoted(
    unpivot: Unpivot,
    output: Output,
    value: Way,
    source: _Source,
    used: pa.Array,
    lines: pa.Array,
    made: dict[str, pa.Array],
    issues: list[Issue],
    faults: list[Fault],
) -> tuple[pa.Array, dict[str, pa.Array]]:
    """A row for each filled cell of the columns to unpivot; empty cells give none and are counted."""
    parts: list[tuple[pa.Array, pa.Array, pa.Array]] = []
    empty = 0
    rows = pa.array(range(len(lines)), pa.int64())
    for name, code in unpivot.columns:
        cells = source.cells(name).filter(used)
        filled = pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(cells), ""), False)
        empty += len(cells) - (pc.sum(filled).as_py() or 0)
        cells, here = cells.filter(filled), lines.filter(filled)
        if value.changes:
            cells = _changed(unpivot.value, name, value, cells, here, issues, faults)
        parts.append((rows.filter(filled), pa.array([code] * len(cells), pa.string()), cells))
    if empty:
        template = N_("{n} empty cells gave no row of {table}.")
        issues.append(_told("profile-empty", template, n=empty, table=output.table))
    at = pa.concat_arrays([part[0] for part in parts])
    long = {name: cells.take(at) for name, cells in made.items()}
    long[unpivot.name] = pa.concat_arrays([part[1] for part in parts])
    long[unpivot.value] = pa.concat_arrays([part[2] for part in parts])
    return lines.take(at), long


def _changed(
    target: str,
    column: str,
    way: Way,
    cells: pa.Array,
    lines: pa.Array,
    issues: list[Issue],
    faults: list[Fault],
) -> pa.Array:
    """Cells changed as a way says; what was changed is counted, what cannot be is a fault with its lines."""
    coded = cells.dictionary_encode()
    given: list[str] = coded.dictionary.to_pylist()
    done = [_cell(way, cell) for cell in given]
    wrong = [at for at, (_text, code) in enumerate(done) if code]
    counts = Counter(coded.indices.to_pylist())
    changed = [at for at, (text, code) in enumerate(done) if not code and text != given[at]]
    if changed:
        template = N_("{n} cells of {column} were read by the profile, such as “{given}” as “{read}”.")
        first = changed[0]
        told = {"n": sum(counts[at] for at in changed), "column": column}
        shown = {"given": given[first][:LONGEST_TOLD], "read": (done[first][0] or "")[:LONGEST_TOLD]}
        issues.append(replace(_told("profile-read", template, **told, **shown), column=target))
    if wrong:
        faults += _faults(column, coded, given, {at: done[at][1] for at in wrong}, lines)
    texts = pa.array([text or None for text, _code in done], pa.string())
    return texts.take(coded.indices)


def _cell(way: Way, cell: str) -> tuple[str | None, str]:
    """A cell as a way makes it, and the code of what is wrong with it."""
    text: str | None = cell.strip()
    if way.values:
        known = dict(way.values)
        if text in known:
            text = known[text]
        elif way.otherwise == "refuse":
            return None, "value-unmapped"
        elif way.otherwise == "empty":
            text = None
        if not text:
            return None, ""
    read = forms.unified(text or "")
    if way.dates and (found := forms.day(read, way.dates)):
        text = found.text
    elif way.pattern:
        text = _by_pattern(read, way.pattern) or text
    if way.decimal:
        number = _number(read, way.decimal)
        if number is None:
            return None, "decimal-mark"
        text = number
    if way.factor is not None and forms.is_number(text or ""):
        text = format(float(text or "") * way.factor, ".15g")
    return (text if text != cell.strip() else cell), ""


def _by_pattern(text: str, pattern: str) -> str | None:
    try:
        return datetime.strptime(text, pattern).date().isoformat()  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        return None


def _number(text: str, decimal: forms.Decimal) -> str | None:
    """A number with a decimal point; none when it does not go with the mark, other text as it is."""
    if forms.is_number(text) and (decimal == "point" or "." not in text):
        return text
    if read := forms.number(text, decimal, thousands=True):
        return read.text
    return None if any(mark in text for mark in ".,") and text[-1:].isdigit() else text


_SAID = {
    "value-unmapped": (
        N_("The profile does not say what “{value}” of {column} means."),
        N_("Add it to the values of the profile, or say there what becomes of others (otherwise)."),
    ),
    "decimal-mark": (
        N_("“{value}” of {column} is not written with the decimal mark that the profile says."),
        N_("Correct the cell, or the decimal mark of the profile."),
    ),
}


def _faults(column: str, coded: Any, given: list[str], wrong: dict[int, str], lines: pa.Array) -> list[Fault]:
    found: dict[str, list[tuple[int, str]]] = {}
    mask = pc.is_in(coded.indices, value_set=pa.array(list(wrong), coded.indices.type))
    for line, at in zip(lines.filter(mask).to_pylist(), coded.indices.filter(mask).to_pylist(), strict=True):
        found.setdefault(wrong[at], []).append((line, given[at][:LONGEST_TOLD]))
    faults = []
    for code, places in found.items():
        template, remedy = _SAID[code]
        issues = tuple(
            Issue(
                code,
                "error",
                template,
                (("value", value), ("column", column)),
                line=line,
                column=column,
                value=value,
                remedy=remedy,
            )
            for line, value in places[:MOST_TOLD]
        )
        faults.append(Fault(issues, tuple(line for line, _value in places)))
    return faults


def _kept(profile: Profile, staged: Staged) -> list[Issue]:
    """What was found in the file and still counts: doubts about a decimal mark that the profile settles do
    not."""
    said = {
        plain(name)
        for output in profile.outputs
        for _target, way in output.columns
        if way.decimal
        for name in (
            *way.columns,
            *(one for one, _code in (output.unpivot.columns if output.unpivot else ()) if not way.columns),
        )
    }
    used = _names(profile)
    return [
        issue
        for issue in staged.issues
        if issue.code not in ("decimal-mixed", "numbers-european")
        or (plain(issue.column or "") not in said and plain(issue.column or "") in used)
    ]


def _names(profile: Profile) -> set[str]:
    """The columns of the file that a profile uses."""
    names = set()
    for output in profile.outputs:
        names |= {plain(name) for _target, way in output.columns for name in way.columns}
        names |= {plain(rule.column) for rule in output.where}
        names |= {plain(name) for name, _code in (output.unpivot.columns if output.unpivot else ())}
    return names


def _unused(profile: Profile, source: _Source) -> list[Issue]:
    used = _names(profile)
    left = [name for name in source.staged.header if plain(name) not in used]
    if not left:
        return []
    template = N_("The profile {profile} does not use the columns: {names}.")
    return [_told("profile-unused", template, profile=profile.name, names=", ".join(left)[:400])]


def _told(code: str, template: str, **values: object) -> Issue:
    return Issue(code, "warning", template, tuple((name, str(value)) for name, value in values.items()))
