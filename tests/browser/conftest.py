"""One server and one Chromium for all browser tests; a console error or outside request fails any test."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import chromium
from tests.browser.looking import PAINT_MS, Seen
from tests.browser.serving import Served, dashboard

expect.set_options(timeout=PAINT_MS)  # five seconds, the default, are too few on a busy machine

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a browser test."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def lake(demo_lake: Path) -> Path:
    """Where the lake of the tests lies: the demo, published once for all tests."""
    return demo_lake


@pytest.fixture(scope="session")
def server(lake: Path) -> Iterator[Served]:
    """The dashboard over the demo."""
    with dashboard(lake) as served:
        yield served


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium.find()
    if path is None:
        pytest.fail(chromium.MISSING)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=list(chromium.FLAGS))
        yield opened
        opened.close()


@pytest.fixture
def seen(server: Served) -> Iterator[Seen]:
    """Console errors and outside requests of every page the test opens; both must stay empty."""
    noted = Seen({urlsplit(server.url).netloc})
    yield noted
    assert noted.errors == []
    assert noted.outside == []


@pytest.fixture
def open_page(browser: Browser, seen: Seen, server: Served) -> Iterator[OpenPage]:
    """Make a fresh browser page, ``open_page(locale="ja-JP", width=390)``; "/data" means our server."""
    contexts = []

    def make(*, locale: str = "en-GB", width: int = 1440, height: int = 900, scheme: str = "light") -> Page:
        context = browser.new_context(
            base_url=server.url,
            viewport={"width": width, "height": height},
            locale=locale,
            color_scheme=scheme,
        )
        contexts.append(context)
        context.set_default_timeout(PAINT_MS)
        page = context.new_page()
        seen.watch(page)
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def own_lake(lake: Path, tmp_path: Path) -> Path:
    """A copy of the demo lake, for tests that publish."""
    return Path(shutil.copytree(lake, tmp_path / "lake"))


@pytest.fixture
def own(own_lake: Path, seen: Seen) -> Iterator[Served]:
    """The dashboard over that copy."""
    with dashboard(own_lake) as served:
        seen.hosts.add(urlsplit(served.url).netloc)
        yield served


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page at 1440 px in English."""
    return open_page()
