"""Find a Chromium for the browser tests, or install one: ``python -m tests.browser.chromium --install``."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import click
from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
MISSING = (
    "The browser tests need Chromium or Chrome. Install one (Debian: apt install chromium fonts-noto-cjk; "
    "elsewhere: Google Chrome), or name one in FIRSTDOSE_CHROMIUM."
)


def find() -> str | None:
    """The browser named in FIRSTDOSE_CHROMIUM, else an installed one, else Playwright's own, else none."""
    named = os.environ.get("FIRSTDOSE_CHROMIUM")
    if named:
        return named
    for name in NAMES:
        if path := shutil.which(name):
            return path
    if MAC.is_file():
        return str(MAC)
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).is_file() else None


def apt(*packages: str) -> bool:
    """Install Debian packages, with a few tries: mirrors stumble. False when there is no apt or no right."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for attempt in range(4):
        time.sleep(5 * attempt)
        update = subprocess.run(
            ["apt-get", "update", "-qq"], env=quiet, check=False, stdout=subprocess.DEVNULL
        )
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        install = subprocess.run(command, env=quiet, check=False, stdout=subprocess.DEVNULL)
        if update.returncode == 0 and install.returncode == 0:
            return True
    return False


def _draws_japanese() -> bool:
    """Whether a font with Japanese letters is installed; unknown counts as yes."""
    if not shutil.which("fc-list"):
        return not shutil.which("apt-get")
    fonts = subprocess.run(["fc-list", ":lang=ja"], capture_output=True, text=True, check=False)
    return bool(fonts.stdout.strip())


def install() -> str | None:
    """Install Chromium with apt, else with Playwright's own download; its path, or none."""
    if not apt("chromium"):
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    return find()


def main() -> int:
    """Say which browser the tests will use, installing what is missing."""
    found = find() or (install() if "--install" in sys.argv else None)
    if not found:
        click.echo(MISSING, err=True)
        return 1
    if "--install" in sys.argv and not _draws_japanese() and not apt("fonts-noto-cjk"):
        click.echo("No Japanese font found: Japanese will show as boxes (Noto Sans CJK helps).", err=True)
    click.echo(f"Browser for the tests: {found}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
