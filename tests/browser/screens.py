"""Photograph every page into ``.screens/``: ``make screens``, or this module with names of areas."""

import sys
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from playwright.sync_api import sync_playwright

from firstdose.ui.menu import HOME, PAGES
from tests.browser import chromium
from tests.browser.looking import Seen, visit
from tests.browser.serving import ROOT, dashboard

OUT = ROOT / ".screens"
WIDTHS = {1440: 900, 390: 844}
LOCALES = {"en": "en-GB", "ja": "ja-JP"}
SCHEMES = ("light", "dark")


def photograph(url: str, areas: list[str]) -> list[Path]:
    """One full picture a page, width, scheme and language; says what the console complained about."""
    OUT.mkdir(exist_ok=True)
    made = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.FLAGS))
        for (width, height), scheme, (language, locale) in product(WIDTHS.items(), SCHEMES, LOCALES.items()):
            context = browser.new_context(
                viewport={"width": width, "height": height}, locale=locale, color_scheme=scheme
            )
            page = context.new_page()
            seen = Seen({url.split("//")[1]})
            seen.watch(page)
            for area in areas:
                visit(page, f"{url}/{'' if area == HOME else area}")
                # Streamlit scrolls inside the page: grow the window to what there is, up to a long page.
                tall = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight")
                page.set_viewport_size({"width": width, "height": max(height, min(tall, 4000))})
                page.wait_for_timeout(500)
                path = OUT / f"{area}-{width}-{scheme}-{language}.png"
                page.screenshot(path=path)
                page.set_viewport_size({"width": width, "height": height})
                made.append(path)
            for error in seen.errors + seen.outside:
                click.echo(f"{width} {scheme} {language}: {error}", err=True)
            context.close()
        browser.close()
    return made


def main() -> None:
    """Photograph the named pages, or all."""
    areas = sys.argv[1:] or list(PAGES)
    with TemporaryDirectory() as folder, dashboard(Path(folder) / "lake") as served:
        made = photograph(served.url, areas)
    click.echo(f"{len(made)} pictures in {OUT.relative_to(ROOT)}/")


if __name__ == "__main__":
    main()
