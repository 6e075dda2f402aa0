"""Hostile cells in every text column: what Chromium makes of them on every page, its charts included."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Dialog, Page

from firstdose.ui.menu import PAGES
from tests.browser.looking import Seen, visit
from tests.browser.serving import dashboard
from tests.corpus.test_hostile_cells import hostile_lake

#: Elements that a cell would have made, and ways out of the page: of HTML, of charts, of markdown.
MADE = """() => {
    const within = document.querySelector('[data-testid="stMain"]');
    for (const fold of within.querySelectorAll('details')) fold.open = true;
    const made = within.querySelectorAll(
        'script, iframe, object, embed, form, base, meta, link, ' +
        '.fd-table img, .fd-table style, .fd-chart img');
    const out = [...within.querySelectorAll('a')].map(
        one => one.getAttribute('href') || one.getAttribute('xlink:href'));
    const acting = [...within.querySelectorAll('*')].filter(
        one => [...one.attributes].some(held => held.name.startsWith('on')));
    return {
        made: [...made, ...acting].map(one => one.outerHTML.slice(0, 200)),
        out: out.filter(href => href && /evil|javascript:|data:|vbscript:|file:/i.test(href)),
        text: within.innerText,
    };
}"""


def test_no_page_acts_on_a_hostile_cell_or_fetches_for_it(
    open_page: Callable[..., Page], seen: Seen, demo_lake: Path, tmp_path: Path
) -> None:
    """The fixture ``seen`` adds: no request to elsewhere and no error in the console."""
    dialogs: list[str] = []

    def noted(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    with dashboard(hostile_lake(demo_lake, tmp_path)) as served:
        seen.hosts.add(urlsplit(served.url).netloc)
        page = open_page()
        page.on("dialog", noted)
        read = ""
        for area in PAGES:
            visit(page, f"{served.url}/{'' if area == 'overview' else area}")
            found = page.evaluate(MADE)
            assert (area, found["made"], found["out"]) == (area, [], [])
            read += found["text"]
        page.context.close()
    assert dialogs == []
    assert read.count("<script>") > 5, "cells are read as they were written"
