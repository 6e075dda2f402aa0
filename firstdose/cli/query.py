"""``firstdose query``: the questions the pages ask, on the command line, with the same functions."""

import json
import re
from datetime import date, datetime
from importlib import import_module, resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from firstdose.cli.intake import format_option
from firstdose.errors import ViewError
from firstdose.lake import Lake, Session
from firstdose.queries import read_sql
from firstdose.queries.filters import known
from firstdose.view import View, asked_version, from_params
from firstdose.words import _

if TYPE_CHECKING:
    import pandas as pd

#: The filters that decide which programs a question calls chosen.
CHOOSING = ("program", "group", "partner", "jurisdiction", "area")
_FOLDER = Path(str(resources.files("firstdose.queries")))


def questions() -> dict[str, Path]:
    """Every question by ``area.name``, with its SQL file."""
    return {f"{path.parent.name}.{path.stem}": path for path in sorted(_FOLDER.glob("*/*.sql"))}


def described(name: str) -> dict[str, Any]:
    """A question's name, grain and parameters, as its first two lines say."""
    grain, params = read_sql(name).splitlines()[:2]
    named = re.findall(r"\$(\w+)", params)
    if "chosen" in named:
        named = list(dict.fromkeys([*CHOOSING, *named]))
        named.remove("chosen")
    return {"name": name, "grain": grain.removeprefix("-- grain:").strip(), "params": named}


def records(frame: "pd.DataFrame") -> list[dict[str, Any]]:
    """The rows of a frame as plain values: dates ISO, missing and not-a-number null."""
    return [{str(name): _plain(value) for name, value in row.items()} for row in frame.to_dict("records")]


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or value != value:
        return None
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
        return value.date().isoformat() if midnight else value.isoformat()
    return value.isoformat() if isinstance(value, date) else value


def view_of(
    lake: Lake, settings: tuple[str, ...], version: int | None
) -> tuple[View, Session, dict[str, str]]:
    """The view that ``--set`` values describe, read as a link is; other keys are the question's own."""
    params: dict[str, list[str]] = {}
    for setting in settings:
        key, sep, value = setting.partition("=")
        if not sep:
            raise click.UsageError(_("Write --set key=value, not “{setting}”.").format(setting=setting))
        params.setdefault(key, []).append(value)
    asked = asked_version(params)
    session = lake.session(
        version if version is not None else int(asked) if asked and asked.isdigit() else None
    )
    there = known(session, "", [one.version for one in lake.versions()])
    own = {key: values[-1] for key, values in params.items() if key not in View.__dataclass_fields__}
    view = from_params({key: values for key, values in params.items() if key not in own}, "", there)
    if view.refused:
        raise ViewError("\n".join(part.why for part in view.refused))
    return view, session, own


@click.command()
@click.argument("name", required=False)
@click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="A filter as in a link; repeatable."
)
@click.option("--version", type=int, help="Data version; the newest without it.")
@click.option("--list", "list_", is_flag=True, help="List every question with its grain and parameters.")
@format_option
def query(
    name: str | None, settings: tuple[str, ...], version: int | None, list_: bool, format_: str
) -> None:
    """Ask a question of the pages, AREA.NAME, and print its rows."""
    known_questions = questions()
    if list_:
        told = [described(question) for question in known_questions]
        text = "\n".join(f"{one['name']}: {one['grain']}" for one in told)
        click.echo(json.dumps(told, ensure_ascii=False, indent=1) if format_ == "json" else text)
        return
    if name not in known_questions:
        raise click.UsageError(
            _("There is no question “{name}”; firstdose query --list names all.").format(name=name or "")
        )
    view, session, own = view_of(Lake.open(), settings, version)
    area, question = name.split(".")
    asked = set(described(name)["params"])
    if unknown := set(own) - asked:
        raise click.UsageError(
            _("{name} has no parameter “{key}”.").format(name=name, key=", ".join(sorted(unknown)))
        )
    frame = getattr(import_module(f"firstdose.queries.{area}"), question)(session, view, **own)
    rows = records(frame)
    click.echo(
        json.dumps(rows, ensure_ascii=False, indent=1) if format_ == "json" else frame.to_string(index=False)
    )


commands = (query,)
