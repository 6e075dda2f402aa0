"""``make bench``: measure everything once, print it, write ``docs/performance.md``.

A ratio that is more than 15 % above the one written there fails, and nothing is written, so that the next run
fails too; ``--accept`` writes it all the same. What was written by hand below ``BY_HAND`` stays.
``--rounds 5`` browser rounds, ``--only engine`` or ``--only pages`` for a part, ``--page supply`` for some
pages alone; ``--tasks 3000`` for the pages of the plan over so many tasks, ``--many`` for readiness and gate
review over 200 programs of 60 items (nothing is written then).
"""

import os
import re
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import click

from firstdose.lake import Lake
from firstdose.server import project, seed
from firstdose.ui.menu import PAGES
from tests.bench import cards, engine, many, pages, plan
from tests.browser.serving import ROOT

CACHE = ROOT / "tests" / "bench" / ".data"
REPORT = ROOT / "docs" / "performance.md"
MUST_RATIO = 1.25
HEAD = """# How fast it is

Measured by `make bench` on {day} with {cores} cores, in one run; peers take turns, medians of {rounds}.
Ratios of one run count, milliseconds of two machines do not. *Floor* is bare Streamlit showing the same
figures, computed beforehand, and nothing else: no tables, no tools, no filter sentence; Dash shows the same.
A page is whole when nothing in its main area changes any more.
"""
BY_HAND = "## What is not sure yet"
WORSE = 1.15


def browser_report(lake: Path, folder: Path, rounds: int, of: Collection[str]) -> str:
    """Our pages against the floor and Dash, as a table."""
    times = pages.measure(lake, folder, rounds, click.echo, of)
    size = times.pop("bytes")
    lines = [
        "## In the browser",
        "",
        "| what | firstdose, ms | floor, ms | ratio | must | Dash, ms |",
        "|---|---|---|---|---|---|",
    ]
    for key, peers in sorted(times.items()):
        own, bare, dash = (median(peers[peer]) for peer in pages.PEERS)
        must = {"first visit": "–", "start": "floor + 1,000 ms"}.get(key, f"≤ {MUST_RATIO}")
        lines.append(f"| {key} | {own:,.0f} | {bare:,.0f} | {own / bare:.2f} | {must} | {dash:,.0f} |")
    mega = {peer: median(size[peer]) / 1e6 for peer in pages.PEERS}
    lines += [
        "",
        (
            f"Bytes of a first visit: {mega['firstdose']:.1f} MB (floor {mega['floor']:.1f} MB, Dash "
            f"{mega['dash']:.1f} MB; must ≤ 8 MB)."
        ),
    ]
    return "\n".join(lines)


def engine_report(folder: Path) -> str:
    """Check, publish and threads, as a table."""
    check = engine.check_big(CACHE)
    demo, changed = engine.publish_demo(folder), engine.publish_changed(CACHE, folder)
    crowd = engine.many_threads()
    rows = [
        ("check of 1 M result rows, s", f"{check['seconds']:.2f}", "< 5"),
        ("its peak memory with its children, MiB", f"{check['peak MiB']:.0f}", "< 1,024"),
        ("publish of the demo folder, s", f"{demo:.2f}", "< 3"),
        ("publish of one changed table of 5,000 rows beside 1 M results, s", f"{changed:.2f}", "< 1"),
        ("24 threads × 150 questions: wrong or broken", f"{crowd['wrong or broken']:.0f}", "0"),
        ("the same, questions a second", f"{crowd['queries a second']:,.0f}", "–"),
    ]
    lines = [
        "## Engine",
        "",
        "Commands are timed with their start.",
        "",
        "| what | measured | must |",
        "|---|---|---|",
    ]
    return "\n".join(lines + [f"| {what} | {value} | {must} |" for what, value, must in rows])


def cards_report() -> str:
    """Server work of one change, page by page."""
    lines = [
        "## Server work of one change",
        "",
        "Questions nobody asked before, figures and their JSON; must ≤ 30 ms a figure.",
        "",
        "| page | questions, ms | figures, ms | JSON, ms | figures | a figure, ms |",
        "|---|---|---|---|---|---|",
    ]
    for area, cost in cards.cards().items():
        numbers = (cost["query"], cost["figure"], cost["json"], cost["json calls"], cost["a figure"])
        query, figure, json, count, each = numbers
        lines.append(f"| {area} | {query:.1f} | {figure:.1f} | {json:.1f} | {count:.0f} | {each:.1f} |")
    return "\n".join(lines)


def ratios(report: str) -> dict[str, float]:
    """What a report says of our pages against the floor."""
    found = re.findall(r"^\| ([^|]+) \| [\d,]+ \| [\d,]+ \| ([\d.]+) \|", report, re.MULTILINE)
    return {what.strip(): float(ratio) for what, ratio in found}


def regressions(before: str, now: str) -> list[str]:
    """The measures whose ratio to the floor got worse by more than 15 %, each with both."""
    old, new = ratios(before), ratios(now)
    return [
        f"{what}: {old[what]:.2f} → {new[what]:.2f}"
        for what in sorted(old.keys() & new.keys())
        if new[what] > WORSE * old[what]
    ]


def by_hand(before: str) -> str:
    """What was written by hand at the end of a report, to stand at the end of the next one."""
    _measured, marked, written = before.partition(BY_HAND)
    return "\n" + marked + written if marked else ""


@click.command()
@click.option("--rounds", default=5, show_default=True)
@click.option("--only", type=click.Choice(["engine", "pages", "cards"]))
@click.option(
    "--page", "of", type=click.Choice(list(PAGES)), multiple=True, help="Measure these pages alone."
)
@click.option(
    "--tasks",
    type=click.IntRange(min=200),
    help="Measure timeline and forecast over a plan of so many tasks.",
)
@click.option("--many", "over_many", is_flag=True, help="Measure readiness and review over 200 x 60 items.")
@click.option("--accept", is_flag=True, help="Write the report though something got slower.")
def main(
    rounds: int,
    only: str | None,
    of: tuple[str, ...],
    tasks: int | None,
    *,
    over_many: bool,
    accept: bool,
) -> None:
    """Measure, print, and write the report when everything was measured."""
    only = "pages" if of or tasks else only
    day = datetime.now(UTC).date().isoformat()
    parts = [HEAD.format(day=day, cores=os.cpu_count(), rounds=rounds)]
    with TemporaryDirectory() as name:
        folder = Path(name)
        if tasks:
            place = plan.lake(folder, tasks)
            click.echo(browser_report(place, folder, rounds, of or ("timeline", "forecast")))
            return
        if over_many:
            place = many.lake(folder)
            os.environ["FIRSTDOSE_LAKE"] = str(place)
            click.echo(browser_report(place, folder, rounds, of or ("readiness", "review")))
            return
        os.environ["FIRSTDOSE_LAKE"] = str(folder / "lake")
        seed(project() / "data")
        if not Lake.open().newest():
            raise click.ClickException(
                "the lake is empty: unset FIRSTDOSE_DEMO, and look whether data/ is there"
            )
        if only in (None, "pages"):
            parts.append(browser_report(folder / "lake", folder, rounds, of or PAGES))
            click.echo(parts[-1])
        if only in (None, "cards"):
            parts.append(cards_report())
        if only in (None, "engine"):
            parts.append(engine_report(folder))
    report = "\n\n".join(part.strip() for part in parts) + "\n"
    click.echo(report)
    before = REPORT.read_text(encoding="utf-8") if REPORT.exists() else ""
    if (worse := regressions(before, report)) and not accept:
        raise click.ClickException("slower than before by more than 15 %: " + "; ".join(worse))
    if only is None:
        REPORT.write_text(report + by_hand(before), encoding="utf-8")


if __name__ == "__main__":
    main()
