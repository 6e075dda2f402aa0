"""Commands that start the dashboard and look at the machine it runs on: ``serve`` and ``doctor``."""

import gc
import sys

import click

from firstdose.cli.doctor import doctor, taken
from firstdose.errors import FirstdoseError
from firstdose.settings import SWITCHES, is_on, may_listen
from firstdose.words import _, ngettext


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Port; without it the first free one from 8501.")
@click.option("--address", default="127.0.0.1", show_default=True, help="Network address to listen on.")
def serve(port: int | None, address: str) -> None:
    """Start the dashboard and say its address."""
    gc.disable()  # a start makes no garbage, and looking for it takes 0.2 s; ``server.settle`` turns it on
    if port and (trouble := taken(address, port)):
        raise click.ClickException(trouble)
    from firstdose import server  # Streamlit takes a second to import: not for ``--help``

    try:
        may_listen(address)
        for switch in SWITCHES:  # one that means nothing stops here, not at somebody's click
            is_on(switch)
        script = server.project() / "app.py"
        made = server.seed(script.parent / "data")
    except FirstdoseError as error:
        raise click.ClickException(str(error)) from error
    if made:
        said = ngettext("Demo data published: {n} version.", "Demo data published: {n} versions.", made)
        click.echo(said.format(n=made))
    server.serve(script, address, port, _say_ready)


def _say_ready(url: str) -> None:
    """Tell where the dashboard is; flushed, so that a script that reads our output sees it at once."""
    click.echo(_("firstdose is ready: {url} (stop with Ctrl+C)").format(url=url))
    sys.stdout.flush()


commands = (serve, doctor)
