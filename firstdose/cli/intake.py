"""Commands around files: inspect and check; what they share with publish."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

import click

from firstdose.contracts import contracts
from firstdose.errors import IntakeError
from firstdose.intake.decode import decode
from firstdose.intake.profile import Profile
from firstdose.intake.profile_files import load, saved
from firstdose.intake.receive import check_files
from firstdose.intake.scope import Scope
from firstdose.lake import Lake
from firstdose.place import Place
from firstdose.words import _

if TYPE_CHECKING:
    from firstdose.intake.receive import Checked
    from firstdose.intake.staged import Staged

_Command = TypeVar("_Command", bound=Callable[..., Any])


def format_option(command: _Command) -> _Command:
    """``--format text|json``."""
    option = click.option(
        "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True
    )
    return option(command)


def reading_options(command: _Command) -> _Command:
    """How files are read: ``--encoding`` and ``--sheet``."""
    for option in (
        click.option("--sheet", help="Sheet of a workbook; the first without it."),
        click.option("--encoding", help="Encoding of a text file, such as cp932; found out without it."),
    ):
        command = option(command)
    return command


def file_options(command: _Command) -> _Command:
    """Which table a file is, how it is read, and what was answered about its columns."""
    table = click.option(
        "--table",
        type=click.Choice(sorted(contracts())),
        help="The table; known by name or header else.",
    )
    profile = click.option(
        "--profile",
        "profile",
        multiple=True,
        type=click.Path(path_type=Path),
        help="A mapping profile for files with other headers; saved ones are found by header.",
    )
    answer = click.option(
        "--not-personal",
        "personal_ok",
        multiple=True,
        metavar="COLUMN",
        help="Answer that a column which looks like personal data holds none.",
    )
    return table(profile(answer(reading_options(command))))


def profiles_of(options: dict[str, Any], place: Place) -> tuple[Profile, ...]:
    """The profiles that are given, before those that are saved; a usage error beside ``--table``.

    A saved one that cannot be read is told on the error output and left out.
    """
    if options["profile"] and options["table"]:
        raise click.UsageError(_("A profile says the table itself: leave out --table."))
    given = [load(path) for path in options["profile"]]
    found = saved(place.profiles)
    for issue in found.set_aside:
        click.echo(f"▲ {issue.message}", err=True)
    return (*given, *found.profiles)


class _Within(click.ParamType[tuple[str, str]]):
    """``partner=ID`` or ``program=ID``."""

    name = "partner=ID|program=ID"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """The pair of filter and id; a usage error for anything else."""
        kind, _sep, named = str(value).partition("=")
        if kind not in {"partner", "program"} or not named:
            self.fail(_("write partner=ID or program=ID"), param, ctx)
        return kind, named


def scope_options(command: _Command) -> _Command:
    """Which rows the files speak for, and the report day."""
    for option in (
        click.option("--allow-removals", is_flag=True, help="Allow removing more than 20 % of a table."),
        click.option("--complete", is_flag=True, help="Empty the tables that are not given."),
        click.option("--within", type=_Within(), help="Replace only the rows of one partner or program."),
        click.option("--mode", type=click.Choice(["replace", "merge"]), default="replace", show_default=True),
        click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Report day; today without it."),
    ):
        command = option(command)
    return command


def scope_of(options: dict[str, Any]) -> tuple[Scope, date]:
    """The scope and report day of the options above; a usage error when they contradict each other."""
    if options["complete"] and (options["within"] or options["mode"] == "merge"):
        raise click.UsageError(_("--complete replaces everything: leave out --within and --mode merge."))
    day: datetime | None = options["as_of"]
    scope = Scope(options["mode"], options["within"], options["complete"], options["allow_removals"])
    return scope, day.date() if day else datetime.now(UTC).date()


def print_checked(checked: "Checked", format_: str) -> None:
    """Print the answer of a check; as text every issue with its place, errors first."""
    if format_ == "json":
        click.echo(json.dumps(checked.as_json(), ensure_ascii=False, indent=1))
        return
    for file in checked.files:
        counts = _("{rows} rows, {rejected} rejected").format(rows=file.rows, rejected=file.rejected)
        click.echo(f"{'✓' if file.ok else '✕'} {file.file} ({file.table or '?'}): {counts}")
        for issue in file.issues:
            click.echo(f"    {'✕' if issue.severity == 'error' else '▲'} {issue.place}: {issue.message}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--rows", is_flag=True, help="Print the cells too.")
@reading_options
@format_option
def inspect(file: Path, rows: bool, encoding: str | None, sheet: str | None, format_: str) -> None:
    """Read one file as text and tell how it was read; no table is looked for."""
    try:
        with TemporaryDirectory(prefix="firstdose-") as kept:  # no cell of a file stays behind
            staged = decode(file, Path(kept), encoding=encoding, sheet=sheet)
            said = _inspected(staged, rows)
    except IntakeError as error:
        if format_ == "json":
            told = {"ok": False, "issues": [issue.as_json() for issue in error.issues]}
            click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        else:
            for issue in error.issues:
                click.echo(f"✕ {issue.place}: {issue.message}")
        raise SystemExit(1) from error
    if format_ == "json":
        click.echo(json.dumps(said, ensure_ascii=False, indent=1))
        return
    click.echo(
        _("{file}: {rows} rows, {columns} columns, read as {encoding}").format(
            file=staged.name, rows=staged.rows, columns=len(staged.header), encoding=staged.encoding
        )
    )
    for issue in staged.issues:
        click.echo(f"    ▲ {issue.message}")
    for row in [list(staged.header), *said["cells"]] if rows else ():
        click.echo("\t".join(cell or "" for cell in row))


def _inspected(staged: "Staged", rows: bool) -> dict[str, Any]:
    import pyarrow.parquet as pq

    told: dict[str, Any] = {
        "ok": True,
        "encoding": staged.encoding,
        "delimiter": staged.delimiter,
        "header": list(staged.header),
        "rows": staged.rows,
        "warnings": [issue.as_json() for issue in staged.issues],
    }
    if rows:
        columns = (
            pq.read_table(staged.parquet).drop_columns(["line"]).to_pydict().values() if staged.rows else []
        )
        told["cells"] = [list(row) for row in zip(*columns, strict=True)]
    return told


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@scope_options
@file_options
@format_option
def check(paths: tuple[Path, ...], format_: str, **options: Any) -> None:
    """Check files as a publish would, with every problem at once; nothing is written."""
    scope, as_of = scope_of(options)
    how: dict[str, Any] = {name: options[name] for name in ("table", "encoding", "sheet")}
    lake = Lake.open()
    how["profiles"] = profiles_of(options, lake.place)
    how["personal_ok"] = frozenset(options["personal_ok"])
    checked = check_files(paths, existing=lake.existing(), as_of=as_of, scope=scope, **how)
    print_checked(checked, format_)
    if not checked.ok:
        raise SystemExit(1)


commands = (inspect, check)
