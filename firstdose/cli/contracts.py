"""``firstdose template``: empty files to fill in, the dictionary and the data package."""

import json
from pathlib import Path

import click

from firstdose.contracts import contracts
from firstdose.contracts.datapackage import datapackage
from firstdose.contracts.template import dictionary_csv, template_csv
from firstdose.words import _


@click.command()
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.argument("tables", nargs=-1, type=click.Choice(sorted(contracts())))
@click.option("--force", is_flag=True, help="Write over files that are there.")
def template(out: Path, tables: tuple[str, ...], force: bool) -> None:
    """Write empty CSV files into the folder OUT, all or the TABLES named, with a dictionary."""
    chosen = tables or tuple(contracts())
    files = {f"{name}.csv": template_csv(contracts()[name]) for name in chosen}
    package = json.dumps(datapackage(chosen), ensure_ascii=False, indent=1)
    files |= {"dictionary.txt": dictionary_csv(), "datapackage.json": package.encode("utf-8")}
    there = [name for name in files if (out / name).exists()]
    if there and not force:
        raise click.ClickException(
            _("{files} stand in {folder} already; --force writes over them.").format(
                files=", ".join(there[:5]), folder=out
            )
        )
    out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (out / name).write_bytes(content)
    click.echo(_("{n} files written to {folder}.").format(n=len(files), folder=out))


commands = (template,)
