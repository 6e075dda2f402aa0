"""``firstdose export``: a data version as an archive, or a page as a deck, workbook, report or CSV files."""

import hashlib
import os
import shutil
import subprocess
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from firstdose.errors import FirstdoseError, StoreError
from firstdose.lake import Author, Lake
from firstdose.words import LANGUAGES, _, use_language

_ENDINGS = {"pptx": "pptx", "xlsx": "xlsx", "html": "html", "csv": "zip", "pdf": "pdf"}
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_PRINT_SECONDS = 120


@click.command()
@click.argument("what")
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write; asked for a version.",
)
@click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="A key of the link; repeat for more."
)
@click.option("--format", "kind", type=click.Choice(list(_ENDINGS)), default="pptx", show_default=True)
@click.option("--by", default="", help="Who exports: stands in the file and in the audit chain.")
@click.option("--why", default="", help="Why: stands in the file and in the audit chain.")
@click.option("--lang", type=click.Choice(list(LANGUAGES)), help="The language of the page.")
@click.option(
    "--home", default="http://127.0.0.1:8501", show_default=True, help="The server that links lead to."
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def export(
    what: str,
    target: Path | None,
    settings: tuple[str, ...],
    kind: str,
    by: str,
    why: str,
    lang: str | None,
    home: str,
    force: bool,
) -> None:
    """Take WHAT away: the number of a data version as a zip of CSV files, or a page as it is on the screen.

    A page is written as a deck (pptx), a workbook (xlsx), one HTML file (html), that file printed by a
    Chromium of this machine (pdf) or a zip of CSV files (csv), with the keys of its link given by --set, such
    as --set program=HUB-01 --set version=12.
    """
    if what.isascii() and what.isdigit():
        if target is None:
            raise click.UsageError(_("Name the zip to write with --to."))
        _free(target, force=force)
        _version(int(what), target, by, why)
        return
    if lang:
        use_language(lang)
    from firstdose.server import project
    from firstdose.ui import headless, take
    from firstdose.ui.who import operating

    params: dict[str, list[str]] = {}
    for setting in settings:
        key, is_set, value = setting.partition("=")
        if not is_set:
            raise click.UsageError(_("“{setting}” is no KEY=VALUE.").format(setting=setting))
        params.setdefault(key, []).append(value)
    made, refused = headless.artefact(project(), what, params, by, home.rstrip("/"), why)
    for why in refused:
        click.echo(why, err=True)
    target = target or Path(made.file_name(_ENDINGS[kind]))
    _free(target, force=force)
    with operating():
        content = take.take("html" if kind == "pdf" else kind, made).content
    try:
        target.write_bytes(_printed(content) if kind == "pdf" else content)
    except OSError as error:
        raise StoreError(
            _("{file} cannot be written: {why}").format(file=target, why=error.strerror or str(error))
        ) from error
    click.echo(
        _("{page}, data version {n}, written to {file}.").format(page=what, n=made.stamp.version, file=target)
    )


def _printed(report: bytes) -> bytes:
    """A report as PDF, printed by the Chromium of this machine; FirstdoseError when there is none."""
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        raise FirstdoseError(
            _("No Chromium was found for a PDF: install one, or export as html and print it in your browser.")
        )
    with TemporaryDirectory() as folder:
        page, paper = Path(folder) / "report.html", Path(folder) / "report.pdf"
        page.write_bytes(report)
        command = [browser, "--headless", "--disable-gpu", "--no-pdf-header-footer"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--no-sandbox")  # Chromium does not start for root otherwise; the page is our own
        command += [f"--user-data-dir={folder}/profile", f"--print-to-pdf={paper}", page.as_uri()]
        done = subprocess.run(command, capture_output=True, timeout=_PRINT_SECONDS, check=False)  # noqa: S603
        if done.returncode or not paper.exists():
            raise FirstdoseError(
                _("Chromium could not print the report: {why}").format(
                    why=done.stderr[-300:].decode(errors="replace")
                )
            )
        return paper.read_bytes()


def _free(target: Path, *, force: bool) -> None:
    if target.exists() and not force:
        raise click.ClickException(_("{file} is there already; --force writes over it.").format(file=target))


def _version(version: int, target: Path, by: str, why: str) -> None:
    """Write the archive of a version and tell the audit chain; no file stays of what could not be told."""
    from firstdose.exports import reason
    from firstdose.exports.archive import zip_version

    reason.judge(why)
    lake = Lake.open()
    found = lake.version(version)
    try:
        zip_version(lake.session(version), found, target)
        with target.open("rb") as file:
            told = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise StoreError(
            _("{file} cannot be written: {why}").format(file=target, why=error.strerror or str(error))
        ) from error
    author = Author(by.strip() or reason.UNNAMED, reason.told(f"v{version}", why), date.min)
    try:
        lake.note("export", author, target.name, version=version, file_sha256=told)
    except FirstdoseError:
        target.unlink()
        raise
    click.echo(_("Version {n} written to {file}.").format(n=version, file=target))


commands = (export,)
