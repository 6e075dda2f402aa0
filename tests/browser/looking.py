"""Looking at a page as a reader does: wait until it is painted, note what the console and the network say."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Error, Page, Request, Response

#: Painted: the script has come to rest, nothing is stale or a placeholder, every figure has drawn its axes.
PAINTED = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  if (!app || app.dataset.testConnectionState !== 'CONNECTED') return false;
  if (app.dataset.testScriptState !== 'notRunning') return false;
  if (!document.querySelector('[data-testid="stMain"] [class*="st-key-"]')) return false;
  if (document.querySelector('[data-testid="stSkeleton"], [data-stale="true"]')) return false;
  const charts = [...document.querySelectorAll('[data-testid="stPlotlyChart"], .fd-chart')];
  return charts.every(chart => chart.querySelector('.main-svg'));
}"""
PAINT_MS = 30_000
#: On a page's own path Streamlit 1.67 first looks for its server below that path and is told 404: no fault.
PROBED = ("/_stcore/health", "/_stcore/host-config")


@dataclass  # no slots: Playwright hangs its wrapper of a method on the object
class Seen:
    """What went wrong while a page was open; tests want both lists empty."""

    hosts: set[str]
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Listen to a page from before its first address."""
        page.on("console", self._said)
        page.on("pageerror", self._thrown)
        page.on("request", self._asked)
        page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        address = message.location.get("url", "")
        if message.type == "error" and not urlsplit(address).path.endswith(PROBED):
            self.errors.append(f"{message.text} ({address})")

    def _thrown(self, error: Error) -> None:
        self.errors.append(str(error))

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc not in self.hosts:
            self.outside.append(request.url)

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.errors.append(f"{response.status} {response.url}")


def painted(page: Page) -> None:
    """Wait until the page is painted and stays so for two looks 150 ms apart."""
    for _look in range(2):
        page.wait_for_function(PAINTED, timeout=PAINT_MS)
        page.wait_for_timeout(150)


def visit(page: Page, address: str) -> None:
    """Open an address and wait until it is painted."""
    page.goto(address, wait_until="domcontentloaded")
    painted(page)
