"""Commands around data versions: publish, versions, diff, restore, name, verify."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from firstdose.cli.intake import (
    file_options,
    format_option,
    print_checked,
    profiles_of,
    scope_of,
    scope_options,
)
from firstdose.cli.second_person import (
    may_publish,
    second_person_options,
    submit_files,
    submitted,
)
from firstdose.errors import PublishError
from firstdose.intake.paths import decode_paths
from firstdose.intake.receive import Refused, receive, warm
from firstdose.intake.scope import Scope
from firstdose.lake import Author, Drafts, Lake, Overtaken, Published
from firstdose.lake.draft import COMMAND_LINE
from firstdose.lake.prepare import submit_restore
from firstdose.words import _

_ATTEMPTS = 20


def _print(told: Any, format_: str, text: str) -> None:
    click.echo(json.dumps(told, ensure_ascii=False, indent=1) if format_ == "json" else text)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--by", required=True, help="Who publishes.")
@click.option("--why", required=True, help="Why: 10 characters or more (5 in Japanese).")
@click.option("--name", help="A name for this version, to compare with later.")
@scope_options
@file_options
@second_person_options
@format_option
def publish(paths: tuple[Path, ...], by: str, why: str, format_: str, **options: Any) -> None:
    """Publish files as one new data version: all of them, or nothing."""
    scope, as_of = scope_of(options)
    author = Author(by, why, as_of, options["name"], approved_by=options["approved_by"])
    author.judge()
    if not may_publish(options):
        submit_files(paths, author, scope, format_, options)
        return
    how: dict[str, Any] = {name: options[name] for name in ("table", "encoding", "sheet")}
    lake = Lake.open(writing=True)
    how["profiles"] = profiles_of(options, lake.place)
    how["personal_ok"] = frozenset(options["personal_ok"])
    try:
        done = _checked_and_published(lake, paths, author, scope, how)
    except Refused as refused:
        print_checked(refused.checked, format_)
        raise SystemExit(1) from refused
    if done.unchanged:
        text = _("Nothing changed: version {n} already holds this content.").format(n=done.version)
    else:
        lines = [_("Published version {n}.").format(n=done.version)]
        lines += [
            f"  {table}: +{counts.added} ~{counts.changed} −{counts.removed}"
            for table, counts in done.tables.items()
        ]
        text = "\n".join(lines)
    _print(done.as_json(), format_, text)


def _checked_and_published(
    lake: Lake, paths: tuple[Path, ...], author: Author, scope: Scope, how: dict[str, Any]
) -> Published:
    """Check against the newest version and publish on top of it; check again when somebody was faster."""
    with TemporaryDirectory(prefix="firstdose-") as kept, ThreadPoolExecutor(1) as pool:
        # a child reads the files while the lake is opened here
        how = dict(how)
        reading = {name: how.pop(name) for name in ("encoding", "sheet")}
        read = partial(decode_paths, paths, Path(kept), **reading, profiles=how["profiles"])
        decoding = pool.submit(copy_context().run, read)
        warm()
        for _attempt in range(_ATTEMPTS):
            newest, existing = lake.newest(), lake.existing()
            decoded = decoding.result()
            with receive(
                paths, **how, existing=existing, scope=scope, as_of=author.as_of, decoded=decoded
            ) as checked:
                originals = [lake.place.keep_original(path) for path in checked.received]
                try:
                    return lake.publish(checked.tables, author, scope, sources=originals, based_on=newest)
                except Overtaken:
                    continue
    raise PublishError(_("Others kept publishing; nothing of yours was published. Try again."))


@click.command()
@format_option
def versions(format_: str) -> None:
    """List every data version, oldest first."""
    found = Lake.open().versions()
    text = "\n".join(
        f"{one.version:>4}  {one.as_of}  {one.by}: {one.why}" + (f"  [{one.name}]" if one.name else "")
        for one in found
    )
    _print([one.as_json() for one in found], format_, text)


@click.command()
@click.argument("before", type=int)
@click.argument("after", type=int)
@format_option
def diff(before: int, after: int, format_: str) -> None:
    """What differs between two versions: keys added and removed, cells changed."""
    changes = Lake.open().changes(before, after)
    lines = []
    for table, found in changes.items():
        lines += [f"{table}: + {'/'.join(key)}" for key in found.added]
        lines += [f"{table}: − {'/'.join(key)}" for key in found.removed]
        lines += [
            f"{table}: {'/'.join(cell.key)} {cell.column}: {cell.old} → {cell.new}" for cell in found.changed
        ]
    _print({table: found.as_json() for table, found in changes.items()}, format_, "\n".join(lines))


@click.command()
@click.argument("version", type=int)
@click.option("--by", required=True, help="Who restores.")
@click.option("--why", required=True, help="Why: 10 characters or more (5 in Japanese).")
@second_person_options
@format_option
def restore(version: int, by: str, why: str, format_: str, **options: Any) -> None:
    """Publish the content of an earlier version as a new one."""
    lake = Lake.open()
    author = Author(by, why, lake.version(version).as_of, approved_by=options["approved_by"])
    author.judge()
    if not may_publish(options):
        submitted(submit_restore(lake, Drafts(lake.place), version, COMMAND_LINE, by, why), format_)
        return
    done = lake.restore(version, author)
    text = _("Version {n} now holds the content of version {old}.").format(n=done.version, old=version)
    _print(done.as_json(), format_, text)


@click.command("name")
@click.argument("version", type=int)
@click.argument("name")
@click.option("--by", required=True, help="Who names it.")
@click.option("--why", required=True, help="Why: 10 characters or more (5 in Japanese).")
@format_option
def name_(version: int, name: str, by: str, why: str, format_: str) -> None:
    """Give a published version a name to compare with later."""
    lake = Lake.open()
    named = lake.name(version, name, Author(by, why, lake.version(version).as_of))
    text = _("Version {n} is now called “{name}”.").format(n=version, name=named.name)
    _print(named.as_json(), format_, text)


commands = (publish, versions, diff, restore, name_)
