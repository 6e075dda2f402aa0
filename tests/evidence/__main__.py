"""``make evidence``: run the tests that show each requirement and write ``.evidence/evidence.html``.

Ends with an error when a requirement is not shown: a test failed, was skipped whole, or is no longer there.
"""

import hashlib
import platform
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import click

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("requirements.toml")
#: How a test ended: passed, failed, skipped.
Ends = Mapping[str, str]


def listed() -> Mapping[str, Any]:
    """The requirements and the known limits."""
    return tomllib.loads(LIST.read_text(encoding="utf-8"))


def ended(report: Path) -> dict[str, str]:
    """How every test of a JUnit report ended, by file and function; of several cases the worst."""
    worst = {"failed": 0, "skipped": 1, "passed": 2}
    ends: dict[str, str] = {}
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 (written by pytest just before)
        file = str(case.get("classname")).replace(".", "/") + ".py"
        name = f"{file}::{str(case.get('name')).partition('[')[0]}"
        kinds = {child.tag for child in case}
        end = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
        ends[name] = min(end, ends.get(name, end), key=lambda known: worst[known])
    return ends


def of(tests: Iterable[str], ends: Ends) -> list[tuple[str, str]]:
    """The tests a requirement names, a whole file standing for each of its tests, with how they ended."""
    found: list[tuple[str, str]] = []
    for test in tests:
        own = [(name, end) for name, end in ends.items() if name == test or name.startswith(f"{test}::")]
        found += own or [(test, "missing")]
    return found


def verdict(found: Sequence[tuple[str, str]]) -> str:
    """What the tests of a requirement say together: ``shown`` only when all of them passed."""
    return "shown" if {end for _name, end in found} == {"passed"} else "not shown"


def page(told: Mapping[str, Any], ends: Ends, about: Sequence[tuple[str, str]], installed: str) -> str:
    """The evidence as one HTML file."""
    rows, traces = [], []
    for one in told["requirement"]:
        found = of(one["tests"], ends)
        counts = Counter(end for _name, end in found)
        said = ", ".join(f"{number} {end}" for end, number in sorted(counts.items()))
        mark = "✓" if verdict(found) == "shown" else "✕"
        cells = (
            one["id"],
            one["said"],
            one["asked"],
            one["risk"],
            one["harm"],
            f"{mark} {verdict(found)}: {said}",
        )
        rows.append("".join(f"<td>{escape(cell)}</td>" for cell in cells))
        lines = "".join(f"<li>{escape(end)} · {escape(name)}</li>" for name, end in found)
        traces.append(f"<h3>{escape(one['id'])}</h3><ul>{lines}</ul>")
    head = "".join(
        f"<th>{name}</th>"
        for name in ("Id", "What firstdose does", "Asked by", "Risk", "Without it", "Result")
    )
    facts = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in about)
    limits = "".join(f"<li>{escape(one['said'])}</li>" for one in told["limit"])
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>firstdose: evidence</title><style>'
        "body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}"
        "table{border-collapse:collapse;width:100%}td,th{border:1px solid #ccc;padding:.35rem .5rem;"
        "text-align:left;vertical-align:top}li{overflow-wrap:anywhere}</style><h1>firstdose: evidence</h1>"
        "<p>This supports an operator's own validation. It is no statement that any use of firstdose meets a "
        "regulation: that is a property of a use, with its procedures, and the operator's to show.</p>"
        f"<table>{facts}</table><h2>Requirements, risks and results</h2><table><tr>{head}</tr>"
        f"{''.join(f'<tr>{row}</tr>' for row in rows)}</table><h2>Known limits</h2><ul>{limits}</ul>"
        f"<h2>Installation check</h2><pre>{escape(installed)}</pre><h2>Requirement to test</h2>"
        f"{''.join(traces)}</html>"
    )


def _said(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()


def about() -> list[tuple[str, str]]:
    """What was tested, where and when."""
    changed = _said("git", "status", "--porcelain")
    commit = _said("git", "rev-parse", "HEAD") + (" with changes that are not committed" if changed else "")
    lock = hashlib.sha256((ROOT / "uv.lock").read_bytes()).hexdigest()
    return [
        ("Version", version("firstdose")),
        ("Commit", commit),
        ("Locked dependencies, SHA-256 of uv.lock", lock),
        ("Tested at (UTC)", f"{datetime.now(UTC):%Y-%m-%d %H:%M}"),
        ("Machine", f"{platform.platform()}, Python {platform.python_version()}"),
    ]


@click.command()
@click.option("--to", default=str(ROOT / ".evidence"), type=click.Path(path_type=Path), show_default=True)
def main(to: Path) -> None:
    """Run the listed tests, two at a time, and write the page."""
    to.mkdir(parents=True, exist_ok=True)
    told, report = listed(), to / "tests.xml"
    tests = sorted({test for one in told["requirement"] for test in one["tests"]})
    parallel = ("-n", "2", "--dist", "loadfile")
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *parallel, f"--junitxml={report}", *tests],
        cwd=ROOT,
        check=False,
    )
    if not report.is_file():
        raise click.ClickException("pytest did not run: see above, often a listed test that is not there.")
    ends = ended(report)
    installed = _said(str(Path(sys.executable).with_name("firstdose")), "doctor")
    (to / "evidence.html").write_text(page(told, ends, about(), installed), encoding="utf-8")
    click.echo(f"Written: {to / 'evidence.html'}")
    lacking = [one["id"] for one in told["requirement"] if verdict(of(one["tests"], ends)) != "shown"]
    if lacking:
        raise click.ClickException(f"Not shown: {', '.join(lacking)}")


if __name__ == "__main__":
    main()
