"""``firstdose demo``: write the demo alliance, or a larger one for measuring."""

from pathlib import Path

import click

from firstdose.demo import Size, write
from firstdose.words import _


@click.command()
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--programs", type=click.IntRange(3, 2_000), default=12, show_default=True)
@click.option("--batches", type=click.IntRange(20, 100_000), default=300, show_default=True)
@click.option(
    "--results",
    type=click.IntRange(1, 20_000_000),
    help="About so many; without it 33 a lot, 400 above 1,000 lots.",
)
@click.option("--seed", type=int, default=20261123, show_default=True)
def demo(out: Path, programs: int, batches: int, results: int | None, seed: int) -> None:
    """Write the fictional demo alliance into the folder OUT: the newest state, and its history."""
    counts = write(out, Size(programs, batches, results, seed))
    for name, rows in sorted(counts.items()):
        click.echo(f"{rows:>9}  {name}")
    click.echo(_("{n} tables written to {folder}.").format(n=len(counts), folder=out))


commands = (demo,)
