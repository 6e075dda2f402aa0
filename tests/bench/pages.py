"""Our pages against the floor and Dash: loads, page move, filter change, start; rounds interleaved."""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from firstdose.ui.menu import HOME, PAGES
from tests.bench.screen import QUIET_MS, visiting
from tests.browser import chromium
from tests.browser.serving import FIRSTDOSE, ROOT, Served, running

#: Changes the figures of every page but the review, which has a jurisdiction of its own; JP leaves the plan
#: as it is, so the floor would have nothing to draw.
CHOICE = "US"
CHOICES = ("JP", "US", "EU")
FLOOR = ROOT / "tests" / "bench" / "floor"
DASH = FLOOR.with_name("dash")
PEERS = ("firstdose", "floor", "dash")
#: measure → peer → milliseconds, one a round.
Times = dict[str, dict[str, list[float]]]


def pill(choice: str) -> str:
    """The selector of one choice of the jurisdiction filter, the same in both apps."""
    return f".st-key-filter-jurisdiction button:has-text('{choice}')"


def menu(areas: list[str], area: str) -> str:
    """The selector of a page's line in the menu."""
    return f":nth-match([data-testid='stSidebarNavLink'], {areas.index(area) + 1})"


def path_of(area: str) -> str:
    """The path of a page's address."""
    return "" if area == HOME else area


def take_figures(browser: Browser, url: str, areas: Collection[str]) -> dict[str, dict[str, list[object]]]:
    """What each page draws, without and with the choice made: the floor shows just these."""
    taken: dict[str, dict[str, list[object]]] = {area: {"": [], CHOICE: []} for area in PAGES}
    with visiting(browser, url) as reader:
        for area in areas:
            reader.load(path_of(area))
            plain = reader.figures()
            reader.press(pill(CHOICE))
            taken[area] = {"": list(plain), CHOICE: list(reader.figures())}
            reader.press(pill(CHOICE))
    return taken


@contextmanager
def ours(lake: Path) -> Iterator[Served]:
    """Our dashboard over a lake that is seeded already."""
    log = lake.parent / "ours.log"
    with running([FIRSTDOSE, "serve", "--port", "0"], log, {"FIRSTDOSE_LAKE": str(lake)}) as served:
        yield served


def _figures(folder: Path) -> dict[str, str]:
    return {
        "FIRSTDOSE_FLOOR": str(folder / "figures.json"),
        "FIRSTDOSE_FLOOR_CHOICES": ",".join(CHOICES),
    }


@contextmanager
def dash(folder: Path) -> Iterator[Served]:
    """Dash over the figures in ``folder``."""
    command = [FIRSTDOSE.with_name("python"), "app.py"]
    with running(command, folder / "dash.log", _figures(folder), cwd=DASH) as served:
        yield served


@contextmanager
def floor(folder: Path) -> Iterator[Served]:
    """The floor over the figures in ``folder``."""
    settings = _figures(folder) | {
        "STREAMLIT_SERVER_ADDRESS": "127.0.0.1",
        "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    }
    command = [FIRSTDOSE.with_name("streamlit"), "run", "app.py", "--server.port=0", "--server.headless=true"]
    with running(command, folder / "floor.log", settings, cwd=FLOOR) as served:
        yield served


def one_round(browser: Browser, url: str, areas: dict[str, bool], note: Callable[[str, float], None]) -> None:
    """One reader's way: first visit, every page again, a filter on and off, once around the menu.

    ``areas`` tells whether the filter changes the figures of a page: where it does not, the floor has nothing
    to draw, and nothing to wait for.
    """
    with visiting(browser, url) as reader:
        note("first visit", reader.load(path_of(next(iter(areas)))))
        note("bytes", float(reader.traffic.http + reader.traffic.socket))
        for area, changes in areas.items():
            reader.load(path_of(area))  # its assets enter the cache
            note(f"warm load · {area}", reader.load(path_of(area)))
            for _on_and_off in range(2 if changes else 0):
                note(f"filter · {area}", reader.press(pill(CHOICE)))
        for area in areas if len(areas) > 1 else ():  # nothing is drawn anew where one stays
            note(f"page move · {area}", reader.press(menu(list(PAGES), area)))


def start(browser: Browser, serve: Callable[[], AbstractContextManager[Served]]) -> float:
    """Milliseconds from starting the server to a whole first page."""
    began = time.monotonic()
    with serve() as served, visiting(browser, served.url) as reader:
        reader.load("")
        return (time.monotonic() - began) * 1000 - QUIET_MS


def _note(times: Times, peer: str, key: str, value: float) -> None:
    times[key][peer].append(value)


def measure(
    lake: Path, folder: Path, rounds: int, say: Callable[[str], None], of: Collection[str] = PAGES
) -> Times:
    """All rounds of all peers over the pages ``of``; ``lake`` is seeded, ``folder`` takes logs."""
    times: Times = defaultdict(lambda: {peer: [] for peer in PEERS})
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.FLAGS))
        with ours(lake) as one:
            taken = take_figures(browser, one.url, of)
            (folder / "figures.json").write_text(json.dumps(taken), encoding="utf-8")
            areas = {area: drawn[""] != drawn[CHOICE] for area, drawn in taken.items() if drawn[""]}
            say("figures a page: " + ", ".join(f"{area} {len(taken[area][''])}" for area in of))
            with floor(folder) as two, dash(folder) as three:
                for number in range(rounds):
                    for peer, served in zip(PEERS, (one, two, three), strict=True):
                        one_round(browser, served.url, areas, partial(_note, times, peer))
                    say(f"round {number + 1} of {rounds}")
        for _again in range(min(rounds, 3) if HOME in of else 0):  # the floor draws nothing on other pages
            _note(times, "firstdose", "start", start(browser, partial(ours, lake)))
            _note(times, "floor", "start", start(browser, partial(floor, folder)))
            _note(times, "dash", "start", start(browser, partial(dash, folder)))
        browser.close()
    return dict(times)
