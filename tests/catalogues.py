"""Collect every message of the product into its catalogues: ``make words``.

English is the source language: its catalogue says what the source says. In the Japanese one, new messages
arrive empty and dropped ones leave; what stands is never guessed at (no fuzzy matching).
"""

import io
from collections.abc import Iterator
from pathlib import Path

import click
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from firstdose.contracts import contracts
from firstdose.contracts.across import rules_across
from firstdose.words import LANGUAGES

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ROOT / "firstdose" / "locales"
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}


def catalogue_path(language: str) -> Path:
    """Where the catalogue of a language lies."""
    return LOCALES / language / "LC_MESSAGES" / "firstdose.po"


def collect() -> Catalog:
    """Every message found in the source, as ``babel.cfg`` maps it, each with the files it stands in."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file, "babel.cfg")
    found = Catalog(project="firstdose", charset="utf-8")
    for folder in (ROOT / "firstdose", ROOT / "pages", ROOT):
        inside = None if folder != ROOT else lambda _: False  # app.py alone stands in the project folder
        for name, _line, message, comments, context in extract_from_dir(
            folder,
            methods,
            options,
            KEYWORDS,
            ("words:",),
            None,
            strip_comment_tags=True,
            directory_filter=inside,
        ):
            place = [((folder / name).relative_to(ROOT).as_posix(), 0)]  # no lines: every edit moves them
            found.add(message, locations=place, auto_comments=comments, context=context)
    for message, place in _of_contracts():
        found.add(message, locations=[(place, 0)])
    return found


def _of_contracts() -> Iterator[tuple[str, str]]:
    """The words of the rules that stand in contracts, with their places."""
    for contract in contracts().values():
        for check in contract.checks:
            for message in filter(None, (check.message, check.remedy)):
                yield message, f"firstdose/contracts/{contract.name}.yaml"
    for rule in rules_across():
        for message in (rule.message, rule.remedy):
            yield message, f"firstdose/contracts/checks/{rule.table}.{rule.code}.sql"


def text(catalogue: Catalog) -> bytes:
    """The catalogue as its file stands in the repository: no dates and names that change with every run."""
    written = io.BytesIO()
    write_po(written, catalogue, width=110, sort_by_file=True, include_lineno=False)
    dropped = (b'"POT-Creation', b'"PO-Revision', b'"Last-Translator', b'"Report-Msgid', b'"Language-Team')
    kept = [line for line in written.getvalue().splitlines(keepends=True) if not line.startswith(dropped)]
    return b"".join(kept)


def update(language: str, found: Catalog) -> Catalog:
    """The catalogue of a language brought up to what the source says."""
    path = catalogue_path(language)
    catalogue = Catalog(locale=language, project="firstdose", charset="utf-8")
    if path.is_file():
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
    catalogue.update(found, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    catalogue.header_comment = "# The words of firstdose. Written by `make words`; fill in the empty ones."
    if language == "en":
        for message in catalogue:
            if message.id:
                message.string = message.id
    return catalogue


def main() -> None:
    """Write both catalogues and say what is still missing."""
    for language in LANGUAGES:
        catalogue = update(language, collect())  # collected anew: a catalogue keeps the messages it is given
        path = catalogue_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text(catalogue))
        empty = sum(1 for message in catalogue if message.id and not (message.string and any(message.string)))
        click.echo(f"{path.relative_to(ROOT)}: {len(catalogue)} messages, {empty} without translation")


if __name__ == "__main__":
    main()
