"""``firstdose verify``: whether what is stored, or a report that was taken away, is as it was made."""

import json
from pathlib import Path
from typing import Any

import click

from firstdose.cli.intake import format_option
from firstdose.errors import FirstdoseError
from firstdose.lake import Lake
from firstdose.words import _, use_language


@click.command()
@click.argument("report", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@format_option
def verify(report: Path | None, format_: str) -> None:
    """Check every stored version, original and audit line against its fingerprint, or a REPORT.

    A report is checked in three steps: it is as it was made, its data version is as it was published, and the
    same page says the same today for that version.
    """
    lake = Lake.open()
    try:
        told = _store(lake) if report is None else _report(lake, report)
    except FirstdoseError as error:
        _print({"ok": False, "code": error.code, "message": str(error)}, format_, str(error))
        raise SystemExit(1) from error
    _print(told, format_, str(told.pop("message")))


def _print(told: dict[str, Any], format_: str, text: str) -> None:
    click.echo(json.dumps(told, ensure_ascii=False) if format_ == "json" else text)


def _store(lake: Lake) -> dict[str, Any]:
    lake.verify()
    count = len(lake.versions())
    said = _("All {n} versions are as they were published.").format(n=count)
    return {"ok": True, "versions": count, "message": said}


def _report(lake: Lake, path: Path) -> dict[str, Any]:
    from firstdose.exports import report

    found = report.read(path.read_bytes())
    number = int(found["data_version"])
    version = lake.version(number)
    if version.audit_head != found["audit_head"]:
        raise FirstdoseError(
            _(
                "This report is not of this store: its version {n} was published with another audit chain."
            ).format(n=number)
        )
    cards = _again(found)
    live = len(found["cards"]) - cards
    said = _("The report is as it was made, and {n} of its cards say what version {version} says.").format(
        n=cards, version=number
    )
    if live:
        more = _("Not compared, since they go on after their version: {n}.")
        said = f"{said} {more.format(n=live)}"
    return {"ok": True, "cards": cards, "not_compared": live, "version": number, "message": said}


def _again(found: dict[str, Any]) -> int:
    """Ask the page of a report again and compare card by card, but for live ones; how many were compared."""
    from urllib.parse import parse_qs, urlsplit

    from firstdose.server import project
    from firstdose.ui import headless

    use_language(str(found["language"]))
    params = parse_qs(urlsplit(str(found["link"])).query, keep_blank_values=True)
    made, _refused = headless.artefact(project(), str(found["page"]), params, str(found["exported_by"]))
    now = {block.key: block.digest for block in made.blocks}
    held = [card for card in found["cards"] if not card["live"]]
    for card in held:
        if now.get(card["key"]) != card["sha256"]:
            raise FirstdoseError(
                _("“{card}” says something else today for version {n} than in this report.").format(
                    card=card["title"], n=found["data_version"]
                )
            )
    if made.figures() != found["figures"]:
        raise FirstdoseError(
            _(
                "The figures at the head of the page are others today for version {n} than in this report."
            ).format(n=found["data_version"])
        )
    return len(held)


commands = (verify,)
