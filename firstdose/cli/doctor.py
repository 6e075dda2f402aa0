"""``firstdose doctor``: is this machine fit to run the dashboard, and what to do when it is not."""

import errno
import json
import shutil
import socket
import sys
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import duckdb
from duckdb_extensions import import_extension
from packaging.requirements import Requirement

from firstdose.cli import looked
from firstdose.cli.looked import Finding
from firstdose.errors import FirstdoseError
from firstdose.lake import Lake
from firstdose.lake.engine import needed
from firstdose.place import Place
from firstdose.words import _

OLDEST_PYTHON = (3, 11)
LEAST_FREE_BYTES = 1 << 30  # our convention: room for some hundred versions of the demo's size
BUILT = datetime(2026, 11, 1, tzinfo=UTC)  # no right clock shows a day before the first release
DEFAULT_PORT = 8501


def taken(address: str, port: int) -> str:
    """Why the port cannot be used, in words; empty when it can."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return _("Port {port} is in use. Choose another with --port.").format(port=port)
            return _("Cannot listen on {address}:{port}: {why}").format(address=address, port=port, why=error)
    return ""


def python_version() -> Finding:
    """The interpreter is new enough."""
    seen = ".".join(str(part) for part in sys.version_info[:3])
    remedy = _("Install Python 3.11 or newer.")
    return Finding("python", sys.version_info >= OLDEST_PYTHON, seen, remedy)


def packages() -> Finding:
    """Every package the project asks for is there in a version it was made for."""
    wrong, seen = [], []
    for line in metadata.requires("firstdose") or ():
        wanted = Requirement(line)
        if wanted.marker and not wanted.marker.evaluate({"extra": ""}):
            continue  # of a group that only a lake of several machines needs: ``extensions`` looks for it
        try:
            found = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            found = "–"
        seen.append(f"{wanted.name} {found}")
        if found == "–" or not wanted.specifier.contains(found, prereleases=True):
            wrong.append(f"{wanted.name} {found} ({wanted.specifier})")
    remedy = _("Install again from the lock: make clean run.")
    return Finding("packages", not wrong, ", ".join(wrong or seen), remedy)


def extensions() -> Finding:
    """DuckDB loads the extensions of the store, and refuses those whose signature it does not know."""
    remedy = _("Install again from the lock: make clean run.")
    with TemporaryDirectory() as folder:
        try:
            names = needed(Place.at())
            connection = duckdb.connect(":memory:", config={"extension_directory": folder})
            for name in names:
                import_extension(name, con=connection)
                connection.load_extension(name)
            signed = looked.signatures(connection, names)
        except (duckdb.Error, ImportError, FirstdoseError) as error:
            return Finding("extensions", ok=False, seen=str(error)[:200], remedy=remedy)
    seen = _("{names}, signatures checked").format(names=signed) if signed else _("signatures not checked")
    return Finding("extensions", bool(signed), seen, remedy)


def store() -> Finding:
    """The store answers and its newest version can be read."""
    try:
        newest = Lake.open().newest()
    except FirstdoseError as error:
        return Finding("store", ok=False, seen=str(error), remedy=_("Look at FIRSTDOSE_LAKE and its rights."))
    return Finding("store", ok=True, seen=_("newest data version: {n}").format(n=newest))


def disk() -> Finding:
    """There is room where the store lies."""
    folder = Path(Place.at(None).folder)
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    seen = _("{gib} GiB free").format(gib=round(free / (1 << 30), 1))
    return Finding("disk", free >= LEAST_FREE_BYTES, seen, _("Free some space where the lake folder lies."))


def clock() -> Finding:
    """The clock shows a day that can be: not before the first release, not before the newest version."""
    now = datetime.now(UTC)
    try:
        published = max((version.published_at for version in Lake.open().versions()), default=BUILT)
    except FirstdoseError:
        published = BUILT
    sane = now >= BUILT and now >= published - timedelta(days=1)
    return Finding("clock", sane, now.isoformat(timespec="seconds"), _("Set the clock of this machine."))


def port() -> Finding:
    """Whether the usual port is free; no fault when it is not, as a running dashboard takes it."""
    if taken("127.0.0.1", DEFAULT_PORT):
        seen = _("{port} is in use; firstdose serve takes the next free one").format(port=DEFAULT_PORT)
        return Finding("port", ok=True, seen=seen)
    return Finding("port", ok=True, seen=str(DEFAULT_PORT))


LOOKED_AT = (
    *(python_version, packages, extensions, looked.setting, looked.roles, looked.secrets),
    *(looked.provider, store, looked.writable, disk, clock, port),
)


@click.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def doctor(form: str) -> None:
    """Look whether this machine is fit to run the dashboard; exit 1 when something is wrong."""
    findings = [look() for look in LOOKED_AT]
    if form == "json":
        shown = [
            {"name": one.name, "ok": one.ok, "seen": one.seen, "remedy": "" if one.ok else one.remedy}
            for one in findings
        ]
        click.echo(json.dumps({"ok": all(one.ok for one in findings), "findings": shown}, ensure_ascii=False))
    else:
        for one in findings:
            click.echo(f"{'✓' if one.ok else '✗'} {one.name:<11}{one.seen}")
            if not one.ok:
                click.echo(f"  → {one.remedy}")
    if not all(one.ok for one in findings):
        sys.exit(1)
