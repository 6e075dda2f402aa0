"""``firstdose export``: a data version as one archive to hand on."""

from pathlib import Path

import click

from firstdose.errors import StoreError
from firstdose.lake import Lake
from firstdose.words import _


@click.command()
@click.argument("version", type=int)
@click.option(
    "--to", "target", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The zip to write."
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def export(version: int, target: Path, force: bool) -> None:
    """Write a data version as a zip of CSV files with a data package that describes them."""
    from firstdose.exports.archive import zip_version

    if target.exists() and not force:
        raise click.ClickException(_("{file} is there already; --force writes over it.").format(file=target))
    lake = Lake.open()
    found = lake.version(version)
    try:
        zip_version(lake.session(version), found, target)
    except OSError as error:
        raise StoreError(
            _("{file} cannot be written: {why}").format(file=target, why=error.strerror or str(error))
        ) from error
    click.echo(_("Version {n} written to {file}.").format(n=version, file=target))


commands = (export,)
