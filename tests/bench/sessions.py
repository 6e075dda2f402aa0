"""Many open sessions that all work: ``python -m tests.bench.sessions FOLDER [--seconds 30] [--signed-in]``.

Every session changes its filter once in five seconds; how long until everything is drawn anew is measured
for 1 to 100 sessions, with the server's processor time a change and its memory. FOLDER takes the lake. A
session is a connection that speaks Streamlit's own protocol (``crowd``); all of them stand in this process,
which has its share of the same machine. Written: a table, and the picture ``docs/sessions.svg``. With
``--signed-in`` every session is another person behind a proxy, with one of eight scopes; no picture then.
"""

import asyncio
import json
import os
import random
import statistics
import time
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import click
import psutil

from firstdose.lake import Lake, publish_history
from tests.bench.crowd import person
from tests.browser.serving import FIRSTDOSE, ROOT, Served, running

EVERY = 5.0  # seconds between two changes of one session
STEPS = (1, 10, 25, 50, 75, 100)
ASKED = 50  # sessions for which the bound holds
BOUND = 1.0  # seconds, the 95th percentile
PAGES = ("overview", "pipeline", "readiness", "timeline", "forecast")
PROGRAMS = ("HUB-04", "HUB-05", "HUB-06", "HUB-07", "HUB-08", "NCC-01", "NCC-02", "NCC-03")
HEADER = "X-Forwarded-Email"
PICTURE = ROOT / "docs" / "sessions.svg"


@dataclass(slots=True)
class Measured:
    """What one number of sessions took: seconds of every change, of the processor, and MiB of the server."""

    sessions: int
    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    processor: float = 0.0
    wall: float = 0.0
    before: float = 0.0
    memory: float = 0.0
    load: float = 0.0

    @property
    def middle(self) -> float:
        """The median."""
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        """The 95th percentile."""
        return sorted(self.seconds)[int(0.95 * (len(self.seconds) - 1))]

    @property
    def each(self) -> float:
        """Milliseconds of the server's processor a change."""
        return 1_000 * self.processor / len(self.seconds)

    def row(self) -> str:
        """The line of the table."""
        return (
            f"| {self.sessions} | {len(self.seconds)} | {self.middle * 1000:.0f} | {self.p95 * 1000:.0f} | "
            f"{max(self.seconds) * 1000:.0f} | {self.each:.0f} | {100 * self.processor / self.wall:.0f} % | "
            f"{(self.memory - self.before) / self.sessions:.1f} | {len(self.errors)} | {self.load:.1f} |"
        )


HEAD = (
    "| sessions | changes | median, ms | p95, ms | longest, ms | processor a change, ms | of one core | "
    "MiB a session | errors | load |\n|---|---|---|---|---|---|---|---|---|---|"
)


def choices(seed: int, *, new: bool = False) -> list[str]:
    """The filters of one session in its own order: one program or one jurisdiction, as readers choose.

    ``new`` ones are of two programs, with or without a jurisdiction, which hardly anybody asked for before.
    """
    jurisdictions = ("", "&jurisdiction=JP", "&jurisdiction=US")
    links = [f"v=1&program={one}" for one in PROGRAMS] + [f"v=1{more}" for more in jurisdictions]
    if new:
        pairs = combinations(PROGRAMS, 2)
        links = [f"v=1&program={one}&program={two}{more}" for one, two in pairs for more in jurisdictions]
    random.Random(seed).shuffle(links)
    return links


async def _works(
    url: str,
    number: int,
    ready: asyncio.Barrier,
    seconds: float,
    told: Measured,
    until: list[float],
    *,
    signed_in: bool,
    new: bool,
) -> None:
    page = PAGES[number % len(PAGES)]
    async with person(url, {HEADER: f"p{number}@hub.example"} if signed_in else None) as one:
        await one.look(page, "v=1")
        await ready.wait()
        await asyncio.sleep(random.Random(number).uniform(0, EVERY))
        for link in choices(number, new=new) * 10:
            began = time.monotonic()
            if began > until[0] + seconds:
                break
            told.seconds.append(await one.look(page, link))
            await asyncio.sleep(max(0.0, began + EVERY - time.monotonic()))
        told.errors += one.errors


async def working(
    served: Served, sessions: int, seconds: float, *, signed_in: bool = False, new: bool = False
) -> Measured:
    """So many sessions at work for so many seconds; what is made once, at the first look, is not counted."""
    server, told = psutil.Process(served.pid), Measured(sessions)
    told.before = server.memory_info().rss / 2**20
    ready, until = asyncio.Barrier(sessions + 1), [0.0]
    at_work = [
        asyncio.create_task(
            _works(served.url, number, ready, seconds, told, until, signed_in=signed_in, new=new)
        )
        for number in range(sessions)
    ]
    while ready.n_waiting < sessions:
        if failed := next((one for one in at_work if one.done()), None):
            failed.result()
        await asyncio.sleep(0.1)
    until[0], began = time.monotonic(), sum(server.cpu_times()[:2])
    await ready.wait()
    await asyncio.sleep(seconds)
    told.memory = server.memory_info().rss / 2**20
    await asyncio.gather(*at_work)
    told.processor, told.wall = sum(server.cpu_times()[:2]) - began, time.monotonic() - until[0]
    told.load = os.getloadavg()[0]
    return told


def rules(sessions: int) -> str:
    """A rules file for so many people: everything for some, one to seven programs for the others."""
    scopes = ['"*"', *(json.dumps(PROGRAMS[:many]) for many in range(1, len(PROGRAMS)))]
    return "".join(
        f'[[rule]]\nwho = ["p{number}@hub.example"]\nrole = "viewer"\npartners = "*"\n'
        f"programs = {scopes[number % len(scopes)]}\n"
        for number in range(sessions)
    )


def picture(rows: list[Measured]) -> str:
    """Median and 95th percentile by number of sessions, with the bound, as a small SVG."""
    wide, high, left, top, right, low = 640, 300, 64, 24, 116, 44
    most = max(1.2 * BOUND, 1.1 * max(row.p95 for row in rows))

    def place(sessions: float, seconds: float) -> tuple[float, float]:
        across = left + (wide - left - right) * sessions / STEPS[-1]
        return round(across, 1), round(high - low - (high - low - top) * seconds / most, 1)

    def line(name: str, values: list[tuple[float, float]], colour: str, dash: str = "") -> str:
        points = " ".join("{},{}".format(*place(*value)) for value in values)
        x, y = place(*values[-1])
        marks = "".join(
            f'<circle cx="{a}" cy="{b}" r="3" fill="{colour}"/>' for a, b in (place(*v) for v in values)
        )
        stroke = f' stroke-dasharray="{dash}"' if dash else ""
        return (
            f'<polyline fill="none" stroke="{colour}" stroke-width="2"{stroke} points="{points}"/>'
            f'{"" if dash else marks}<text x="{x + 8}" y="{y + 4}" fill="{colour}">{name}</text>'
        )

    ticks = "".join(
        f'<text x="{place(n, 0)[0]}" y="{high - low + 18}" text-anchor="middle">{n}</text>' for n in STEPS
    )
    steps = [round(most * part / 4, 1) for part in range(5)]
    across = "".join(
        f'<line x1="{left}" x2="{wide - right}" y1="{y}" y2="{y}" stroke="#d0d5dd"/>'
        f'<text x="{left - 8}" y="{y + 4}" text-anchor="end">{one:g} s</text>'
        for one, y in ((one, place(0, one)[1]) for one in steps)
    )
    said = "; ".join(
        f"{row.sessions} sessions: median {row.middle:.2f} s, p95 {row.p95:.2f} s" for row in rows
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" role="img" '
        'font-family="system-ui, sans-serif" font-size="12" fill="#344054">'
        f"<title>Seconds of a filter change by open sessions</title><desc>{said}</desc>"
        f'<rect width="{wide}" height="{high}" fill="#ffffff"/>{across}{ticks}'
        f'<text x="{(left + wide - right) / 2}" y="{high - 6}" text-anchor="middle">open sessions, each with '
        f"a filter change every {EVERY:g} s</text>"
        + line(f"bound {BOUND:g} s", [(0, BOUND), (STEPS[-1], BOUND)], "#667085", "6 4")
        + line("median", [(row.sessions, row.middle) for row in rows], "#0072b2")
        + line("95 %", [(row.sessions, row.p95) for row in rows], "#d55e00")
        + "</svg>\n"
    )


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--seconds", default=30.0, show_default=True, help="How long each number of sessions works.")
@click.option("--only", type=int, help="One number of sessions alone, without a picture.")
@click.option("--signed-in", is_flag=True, help="Everybody is somebody else, behind a proxy.")
@click.option("--new", is_flag=True, help="Filters that hardly anybody asked for before.")
def main(folder: Path, seconds: float, only: int | None, *, signed_in: bool, new: bool) -> None:
    """Measure, print a table and draw the picture."""
    folder.mkdir(parents=True, exist_ok=True)
    lake = Lake.open(folder / "crowd")
    if not lake.newest():
        publish_history(ROOT / "data", lake)
    rows = []
    click.echo(HEAD)
    settings = {"FIRSTDOSE_LAKE": str(folder / "crowd")}
    if signed_in:
        (folder / "roles.toml").write_text(rules(STEPS[-1]), encoding="utf-8")
        settings |= {"FIRSTDOSE_ROLES": str(folder / "roles.toml"), "FIRSTDOSE_AUTH": "proxy"}
        settings |= {"FIRSTDOSE_PROXY_FROM": "127.0.0.1", "FIRSTDOSE_PROXY_ID": HEADER}
    with running((FIRSTDOSE, "serve", "--port", "0"), folder / "server.log", settings) as served:
        for sessions in (only,) if only else STEPS:
            rows.append(asyncio.run(working(served, sessions, seconds, signed_in=signed_in, new=new)))
            click.echo(rows[-1].row())
            for error in rows[-1].errors[:3]:
                click.echo(error)
    if only or signed_in or new:
        return
    PICTURE.write_text(picture(rows), encoding="utf-8")
    asked = next(row for row in rows if row.sessions == ASKED)
    kept = asked.p95 < BOUND and not asked.errors
    click.echo(
        f"{ASKED} sessions: p95 {asked.p95:.2f} s, {'kept' if kept else 'NOT kept'} (bound {BOUND:g} s)"
    )


if __name__ == "__main__":
    main()
