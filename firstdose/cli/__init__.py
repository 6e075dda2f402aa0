"""The command line: ``firstdose serve · inspect · check · publish · versions · diff · restore · query · …``.

Each module beside this one holds the commands of one area in ``commands``; they are imported only when
called, so that ``firstdose inspect`` does not wait for what ``firstdose serve`` needs.
"""

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from firstdose.errors import FirstdoseError
from firstdose.intake.decode import prepare
from firstdose.intake.lean import without_pandas
from firstdose.words import use_language

_WHERE = {
    "inspect": "intake",
    "check": "intake",
    "publish": "lake",
    "versions": "lake",
    "diff": "lake",
    "restore": "lake",
    "name": "lake",
    "verify": "verify",
    "export": "export",
    "link": "link",
    "query": "query",
    "checklist": "readiness",
    "demo": "demo",
    "template": "contracts",
    "serve": "serve",
    "doctor": "serve",
    "roles": "roles",
}

#: Commands that read files: their children start before everything else does.
_READING = frozenset({"inspect", "check", "publish"})

#: Commands that write nothing.
_LOOKING = (["inspect"], ["check"])

#: Modules whose commands read, check and publish: none of them makes a frame.
_LEAN = frozenset({"intake", "lake"})


class _Lazy(click.Group):
    """A group that imports a command's module when the command is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Every command, in the order of a reader's day."""
        return list(_WHERE)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error meant for the reader is said in words, on the error output, exit 1."""
        try:
            return super().invoke(ctx)
        except FirstdoseError as error:
            raise click.ClickException(str(error)) from error

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name; none when there is no such command."""
        if cmd_name not in _WHERE:
            return None
        module = import_module(f"firstdose.cli.{_WHERE[cmd_name]}")
        found: dict[str, click.Command] = {command.name: command for command in module.commands}
        return found[cmd_name]


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="firstdose")
def main() -> None:
    """From a folder of CSV files to a defensible first-in-human date."""
    use_language(os.environ.get("FIRSTDOSE_LANG") or os.environ.get("LANG") or "en")


def _children(arguments: list[str]) -> int:
    """How many children a command will need: two read several files side by side."""
    paths = [Path(one) for one in arguments if Path(one).exists()]
    return 2 if len(paths) > 1 or any(path.is_dir() for path in paths) else 1


def command() -> None:
    """What the installed command calls: ``run``; what only looks leaves at once, nothing being left open."""
    try:
        run()
    except SystemExit as ended:
        if sys.argv[1:2] not in _LOOKING or not isinstance(ended.code, int):
            raise  # something to close, or words to say on the way out
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except OSError:  # nobody reads any more
            raise ended from None
        os._exit(ended.code)  # taking to pieces what was imported and read takes 0.05 s


def run() -> None:
    """What ``command`` does: ``main`` in a process of its own, without what it does not need."""
    word = sys.argv[1] if sys.argv[1:] else ""
    # numpy and scipy bring a pool of threads each that spins for work, 0.07 s of a start; there is none here
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if word in _READING:
        for _child in range(_children(sys.argv[2:])):
            prepare()
    if _WHERE.get(word) in _LEAN:
        without_pandas()
    main()
