"""Files in, typed tables out: every file decoded, judged alone and judged together, or nothing at all."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from firstdose import reference
from firstdose.contracts import contracts
from firstdose.errors import IntakeError, Issue
from firstdose.intake import as_written, check, personal
from firstdose.intake.parts import Given, join
from firstdose.intake.paths import ENDINGS, Decoded, decode_paths, decoding, files_of
from firstdose.intake.profile import Profile, matching, other_header
from firstdose.intake.recognise import table_of, unknown_table
from firstdose.intake.references import Existing, State, judge_together
from firstdose.intake.scope import Scope
from firstdose.intake.staged import Staged
from firstdose.words import N_, _, ngettext

if TYPE_CHECKING:
    from firstdose.intake.mapping import Fault


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """One file: which table it is, how many rows were accepted and rejected, and every issue."""

    file: str
    table: str | None
    rows: int
    accepted: int
    rejected: int
    issues: tuple[Issue, ...]

    @property
    def ok(self) -> bool:
        """Whether the file has no error; warnings are allowed."""
        return not any(issue.severity == "error" for issue in self.issues)

    def as_json(self) -> dict[str, Any]:
        """The file as ``firstdose check`` prints it."""
        return {
            "file": self.file,
            "table": self.table,
            "rows": self.rows,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "issues": [issue.as_json() for issue in self.issues],
        }


@dataclass(frozen=True, slots=True)
class Checked:
    """Every file of one check; ``tables`` are the typed rows to publish, none unless all files are good."""

    files: tuple[CheckedFile, ...]
    received: tuple[Path, ...] = ()
    tables: Mapping[str, Path] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether no file has an error."""
        return all(file.ok for file in self.files)

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Every issue of every file."""
        return tuple(issue for file in self.files for issue in file.issues)

    def as_json(self) -> dict[str, Any]:
        """The answer of ``firstdose check``."""
        return {"ok": self.ok, "files": [file.as_json() for file in self.files]}


class Refused(IntakeError):  # noqa: N818 (what happened to the files; the tree of errors says it is one)
    """Files that break their contracts; ``checked`` holds every file with every issue."""

    def __init__(self, checked: Checked) -> None:
        wrong = sum(issue.severity == "error" for issue in checked.issues)
        said = ngettext(
            "{n} problem was found; nothing was published.",
            "{n} problems were found; nothing was published.",
            wrong,
        )
        first = next(issue for issue in checked.issues if issue.severity == "error")
        place = (
            _("{file}, line {n}:").format(file=first.file, n=first.line) if first.line else f"{first.file}:"
        )
        super().__init__(f"{said.format(n=wrong)} {place} {first.message}", checked.issues)
        self.checked = checked


@contextmanager
def receive(
    paths: Sequence[Path],
    *,
    existing: Existing,
    as_of: date,
    scope: Scope | None = None,
    table: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    decoded: Decoded | None = None,
    profiles: Sequence[Profile] = (),
    personal_ok: frozenset[str] = frozenset(),
    known: Mapping[Path, str] = MappingProxyType({}),
) -> Iterator[Checked]:
    """Check files and hand on their typed tables, for as long as the block lasts; ``Refused`` when a file
    breaks its contract. ``decoded`` holds files that were decoded before, as ``decode_paths`` gives them with
    the same profiles. A file with the header of one of ``profiles`` becomes the tables that profile makes.
    ``personal_ok`` names the columns of which somebody said that they hold no personal data, ``known`` says
    of which table a file is, where its name and header do not."""
    with TemporaryDirectory(prefix="firstdose-") as kept, _database(Path(kept), decoded) as con:
        scope = scope or Scope()
        files, left_out = files_of(paths)
        read = decoded or decode_paths(files, Path(kept), encoding=encoding, sheet=sheet, profiles=profiles)
        tables = {path: known.get(path, table) for path in files}
        asked = _Asked(as_of, scope, tables, profiles, personal_ok, Path(kept))
        judged, checked = _check(con, [read], left_out, existing, asked)
        if not checked.ok:
            raise Refused(checked)
        typed = {}
        for name, one in judged.items():
            typed[name] = Path(kept) / f"typed-{name}.parquet"
            columns = ", ".join(f'"{column.name}"' for column in one.contract.columns)
            con.sql(f"select {columns} from {one.table} order by line").write_parquet(str(typed[name]))
        yield replace(checked, tables=typed)


def check_files(
    paths: Sequence[Path],
    *,
    existing: Existing,
    as_of: date,
    scope: Scope | None = None,
    table: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    profiles: Sequence[Profile] = (),
    personal_ok: frozenset[str] = frozenset(),
) -> Checked:
    """Check files as a publish would, and keep nothing. ``existing`` shows what is published already."""
    files, left_out = files_of(paths)
    how: dict[str, Any] = {"encoding": encoding, "sheet": sheet, "profiles": profiles}
    with TemporaryDirectory(prefix="firstdose-") as kept, decoding(files, Path(kept), **how) as read:
        asked = _Asked(
            as_of, scope or Scope(), dict.fromkeys(files, table), profiles, personal_ok, Path(kept)
        )
        with _database(Path(kept)) as con:  # made ready while children read the files
            return _check(con, read, left_out, existing, asked)[1]


def nothing_yet(table: str, columns: Sequence[str]) -> pa.Table:
    """What an empty store holds of a table."""
    empty = {"bool": pa.bool_(), "date": pa.date32(), "int": pa.int64(), "number": pa.float64()}
    contract = contracts()[table]
    return pa.table(
        {name: pa.array([], empty.get(contract.column(name).kind, pa.string())) for name in columns}
    )


def warm() -> None:
    """Let the engine import what it takes at its first bound value (pandas, 0.2 s) while children read."""
    with duckdb.connect() as con:
        con.execute("select ?", [0])


@contextmanager
def _database(folder: Path, decoded: Decoded | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A private database that reads what the children wrote and the reference tables, and nothing else.

    It works in one thread until rows are many: over few, two wake each other for nothing (a sixth of the work
    measured), and children need the processor meanwhile.
    """
    con = duckdb.connect(
        config={"memory_limit": "700MiB", "temp_directory": str(folder / "spill"), "threads": 1}
    )
    try:
        con.execute("create schema reference")
        for name in reference.tables():
            con.execute(
                f'create table reference."{name}" as from {reference.READ}',
                [str(reference.path(name)), reference.columns(name)],
            )
        staged = [read.parquet.parent for read in (decoded or {}).values() if isinstance(read, Staged)]
        con.execute("set allowed_directories = ?", [sorted({str(path) for path in (folder, *staged)})])
        con.execute("set enable_external_access = false")
        con.execute("set allowed_configs = ['threads']")
        con.execute("set lock_configuration = true")
        yield con
    finally:
        con.close()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a check is asked to do with its files."""

    as_of: date
    scope: Scope
    tables: Mapping[Path, str | None]
    profiles: Sequence[Profile]
    personal_ok: frozenset[str]
    folder: Path


def _check(
    con: duckdb.DuckDBPyConnection,
    decoded: Iterable[Decoded],
    left_out: Sequence[Path],
    existing: Existing,
    asked: _Asked,
) -> tuple[dict[str, Given], Checked]:
    """Judge files as they come, then all tables together; told in the order in which they were given."""
    told: dict[Path, list[CheckedFile | check.Judged]] = {}
    judged: dict[str, Given] = {}
    for part in decoded:
        for path in (path for path in asked.tables if path in part):  # it may hold files of other steps
            told[path] = _judge_file(con, path, part[path], judged, asked)
    for table in judged.values():
        join(con, table)
    if judged:
        judge_together(State(con, judged, asked.scope, existing))
    found = [one for path in asked.tables for one in told[path]]
    done = tuple(_done(one) if isinstance(one, check.Judged) else one for one in found)
    done = (*map(_left_out, left_out), *done)
    if not done:
        raise IntakeError(_("There is no file to read."), ())
    return judged, Checked(done, tuple(asked.tables))


def _judge_file(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    read: Staged | IntakeError,
    judged: dict[str, Given],
    asked: _Asked,
) -> list[CheckedFile | check.Judged]:
    """Judge one file as the table it is, or as those that its profile makes of it."""
    if isinstance(read, IntakeError):
        file = read.issues[0].file or path.name
        return [CheckedFile(file, asked.tables[path] or table_of(file, ()), 0, 0, 0, read.issues)]
    rows = read.rows + sum(part.staged.rows for one in judged.values() for part in one.parts)
    if rows > as_written.FEW:
        con.execute("reset threads")
    found = personal.doubts(con, read, asked.personal_ok)
    profile = None if asked.tables[path] else matching(read.header, asked.profiles)
    if profile is None:
        name = asked.tables[path] or table_of(read.name, read.header)
        return [_judge(con, name, read, judged, asked, found)]
    from firstdose.intake.mapping import apply  # brings rooms of pyarrow that other checks do without

    told = []
    for one in apply(profile, read, asked.folder):
        told.append(_judge(con, one.table, one.staged, judged, asked, found, one.faults))
        found = []  # told once, with the first table
    return told


def _judge(
    con: duckdb.DuckDBPyConnection,
    name: str | None,
    read: Staged,
    judged: dict[str, Given],
    asked: _Asked,
    doubts: Sequence[Issue],
    faults: "Sequence[Fault]" = (),
) -> CheckedFile | check.Judged:
    """Judge one file of a table, or refuse it when its table is unknown."""
    if name is None:
        issue = other_header(read.header, asked.profiles) if asked.profiles else unknown_table(read.header)
        return _refused(read, name, *doubts, issue)
    given = judged.setdefault(name, Given())
    one = check.judge(con, read, contracts()[name], asked.as_of, len(given.parts))
    given.parts.append(one)
    for doubt in doubts:
        one.add(doubt)
    for fault in faults:
        one.tell(list(fault.issues), list(fault.lines))
    return one


def _done(one: check.Judged) -> CheckedFile:
    rows = one.rows
    return CheckedFile(
        one.staged.name, one.contract.name, rows, rows - one.rejected, one.rejected, one.told()
    )


def _left_out(path: Path) -> CheckedFile:
    template = N_("The file was left out: its ending is none of {endings}.")
    issue = Issue("left-out", "warning", template, (("endings", ", ".join(ENDINGS)),), file=path.name)
    return CheckedFile(path.name, None, 0, 0, 0, (issue,))


def _refused(read: Staged, table: str | None, *found: Issue) -> CheckedFile:
    issues = (*read.issues, *(replace(issue, file=read.name) for issue in found))
    return CheckedFile(read.name, table, read.rows, 0, read.rows, issues)
