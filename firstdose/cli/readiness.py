"""``firstdose checklist``: the items that a program still lacks, from the requirement library."""

from pathlib import Path

import click

from firstdose.errors import StoreError, ViewError
from firstdose.lake import Lake
from firstdose.view import View
from firstdose.words import _, ngettext


@click.command()
@click.argument("program")
@click.option("--jurisdiction", required=True, type=click.Choice(["JP", "US", "EU"]), help="Where to file.")
@click.option("--version", type=int, help="Data version; the newest without it.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The CSV to write.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def checklist(program: str, jurisdiction: str, version: int | None, out: Path | None, force: bool) -> None:
    """Write the readiness items that PROGRAM lacks in a jurisdiction as CSV, to complete and publish."""
    from firstdose.exports.table import to_csv
    from firstdose.queries import readiness as queries
    from firstdose.queries.filters import known
    from firstdose.rules.readiness_library import new_items

    lake = Lake.open()
    session = lake.session(version)
    if program not in known(session, "", [one.version for one in lake.versions()]).program:
        raise ViewError(_("There is no program “{program}”.").format(program=program))
    if out is not None and out.exists() and not force:
        raise click.ClickException(_("{file} is there already; --force writes over it.").format(file=out))
    view = View(page="readiness", program=(program,))
    taken = frozenset(queries.all_items(session, view)["item_id"])
    rows = new_items(queries.library(session, view, place=jurisdiction), session.as_of, taken)
    content = to_csv(rows)
    if out is None:
        click.echo(content.removeprefix(b"\xef\xbb\xbf").decode("utf-8"), nl=False)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        raise StoreError(
            _("{file} cannot be written: {why}").format(file=out, why=error.strerror or str(error))
        ) from error
    said = ngettext("{n} item written to {file}.", "{n} items written to {file}.", len(rows))
    click.echo(said.format(n=len(rows), file=out))


commands = (checklist,)
