"""How fast a page is whole on the screen, in a real Chromium.

A page is *whole* at the last change of its main area, or the script's coming to rest if that is later, after
which nothing changes for a while, in the side bar either: a click on what is being redrawn would be lost.
The clock stands inside the page, so no delay of the driver is in a number; it starts with the document
(loads) or with the pointer (page moves, filter changes). Headless Chromium draws without a graphics card.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page
from playwright.sync_api import TimeoutError as TooLong

QUIET_MS = 300
LIMIT_MS = 30_000
WIDTH, HEIGHT = 1366, 900

WATCH = """(() => {
  const main = ':is([data-testid="stMain"], #main)';
  const unfinished = `${main} [data-testid="stSkeleton"], ${main} [data-stale="true"],
    [data-dash-is-loading="true"], ._dash-loading, ._dash-loading-callback`;
  const state = {last: 0, from: 0, any: 0};
  const changed = records => {
    state.any = performance.now();
    for (const record of records) {
      const node = record.target.nodeType === 1 ? record.target : record.target.parentElement;
      if (record.attributeName === 'data-test-script-state' || (node && node.closest(main))) {
        state.last = performance.now();
        return;
      }
    }
  };
  new MutationObserver(changed).observe(
    document, {subtree: true, childList: true, attributes: true, characterData: true});
  const pressed = () => {
    if (state.from < 0) { state.from = performance.now(); state.last = 0; }
  };
  addEventListener('pointerdown', pressed, true);
  window.__whole = {
    arm() { state.from = -1; state.last = 0; },
    look(quiet) {
      const app = document.querySelector('[data-testid="stApp"]');
      if (state.from < 0 || !state.last) return null;
      if (app ? app.dataset.testScriptState !== 'notRunning' : !document.querySelector('#main')) return null;
      if (document.querySelector(unfinished)) return null;
      const charts = [...document.querySelectorAll('[data-testid="stPlotlyChart"], .fd-chart, .dash-graph')];
      if (charts.some(chart => !chart.querySelector('.main-svg'))) return null;
      return performance.now() - state.any < quiet ? null : state.last - state.from;
    },
    why() {
      const app = document.querySelector('[data-testid="stApp"]');
      return {...state, now: performance.now(), script: app && app.dataset.testScriptState,
        unfinished: [...document.querySelectorAll(unfinished)].map(node => node.outerHTML.slice(0, 300))};
    },
  };
})();"""

FIGURES = """() => [...document.querySelectorAll('.js-plotly-plot')].map(plot => JSON.parse(JSON.stringify(
  {data: plot.data, layout: plot.layout},
  (key, value) => ArrayBuffer.isView(value) ? Array.from(value) : value)))"""


@dataclass  # no slots: Playwright hangs its wrapper of a method on the object
class Traffic:
    """Bytes as Chromium reports them: responses as sent over the wire, WebSocket messages unpacked."""

    http: int = 0
    socket: int = 0
    requests: int = 0

    def listen(self, client: CDPSession) -> None:
        """Count from now on."""
        client.send("Network.enable")
        client.on("Network.loadingFinished", self._finished)
        client.on("Network.webSocketFrameReceived", self._frame)

    def _finished(self, event: dict[str, Any]) -> None:
        self.requests += 1
        self.http += int(event["encodedDataLength"])

    def _frame(self, event: dict[str, Any]) -> None:
        response = event["response"]
        text = response["payloadData"]
        self.socket += len(base64.b64decode(text)) if response["opcode"] == 2 else len(text.encode())


@dataclass(slots=True)
class Visit:
    """One reader with an empty browser cache at one server."""

    url: str
    page: Page
    traffic: Traffic = field(default_factory=Traffic)

    def whole(self) -> float:
        """Milliseconds until the page was whole, waiting for it."""
        try:
            handle = self.page.wait_for_function(
                f"() => window.__whole && window.__whole.look({QUIET_MS})", timeout=LIMIT_MS, polling=50
            )
        except TooLong as error:
            error.add_note(f"{self.page.url}: {self.page.evaluate('() => window.__whole.why()')}")
            raise
        return float(handle.json_value())

    def load(self, area: str) -> float:
        """Open a page by its address."""
        self.page.goto(f"{self.url}/{area}", wait_until="commit")
        return self.whole()

    def press(self, selector: str) -> float:
        """Press something and wait for what follows."""
        self.page.evaluate("() => window.__whole.arm()")
        self.page.locator(selector).first.click(timeout=LIMIT_MS)
        return self.whole()

    def figures(self) -> list[dict[str, Any]]:
        """Data and layout of every figure on the page, as plotly holds them."""
        return list(self.page.evaluate(FIGURES))


@contextmanager
def visiting(browser: Browser, url: str) -> Iterator[Visit]:
    """A fresh reader: new context, empty cache."""
    context: BrowserContext = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, locale="en-GB")
    context.add_init_script(WATCH)
    visit = Visit(url, context.new_page())
    visit.traffic.listen(context.new_cdp_session(visit.page))
    try:
        yield visit
    finally:
        context.close()
