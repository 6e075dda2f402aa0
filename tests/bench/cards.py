"""What a filter change costs the server: the questions, the figures and their JSON, page by page."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from statistics import median
from types import FunctionType
from typing import Any
from unittest.mock import patch

import plotly.io
from streamlit.testing.v1 import AppTest

from firstdose import queries
from firstdose.ui import remember
from firstdose.ui.menu import HOME, PAGES
from tests.bench.pages import CHOICE
from tests.browser.serving import ROOT


@contextmanager
def timed_rooms(spent: dict[str, float]) -> Iterator[None]:
    """Note the time spent in questions, in figures and in writing figures as JSON."""
    with patch.object(queries, "ask", _timed(queries.ask, spent, "query")):
        undo = []
        for area in sorted(path.stem for path in (ROOT / "pages").glob("*.py")):
            for room, kind in (("queries", ""), ("figures", "figure")):
                try:
                    module = import_module(f"firstdose.{room}.{area}")
                except ModuleNotFoundError:
                    continue
                for name, function in list(vars(module).items()):
                    if not isinstance(function, FunctionType) or name.startswith("_"):
                        continue
                    if name == "ask":
                        undo.append((module, name, function))
                        setattr(module, name, queries.ask)
                    elif kind and function.__module__ == module.__name__:
                        undo.append((module, name, function))
                        setattr(module, name, _timed(function, spent, kind))
        with patch.object(plotly.io, "to_json", _timed(plotly.io.to_json, spent, "json")):
            yield
        for module, name, function in undo:
            setattr(module, name, function)


def _timed(function: Callable[..., Any], spent: dict[str, float], kind: str) -> Callable[..., Any]:
    @wraps(function)
    def measured(*arguments: Any, **named: Any) -> Any:
        if spent[f"in {kind}"]:  # one figure made of another counts once
            return function(*arguments, **named)
        began, spent[f"in {kind}"] = time.perf_counter(), 1.0
        try:
            return function(*arguments, **named)
        finally:
            spent[kind] += (time.perf_counter() - began) * 1000
            spent[f"{kind} calls"] += 1
            spent[f"in {kind}"] = 0.0

    return measured


def cards(rounds: int = 5) -> dict[str, dict[str, float]]:
    """Per page, what a filter change not seen before costs the server: milliseconds by kind, and a figure."""
    costs: dict[str, dict[str, float]] = {}
    for area in PAGES:
        app = AppTest.from_file(ROOT / "app.py", default_timeout=60)
        app.run()
        if area != HOME:
            app.switch_page(f"pages/{area}.py").run()
        seen = []
        for _again in range(rounds):
            queries._answers.clear()
            remember._made.clear()
            app.pills(key="filter-jurisdiction").set_value([]).run()
            spent: dict[str, float] = defaultdict(float)
            with timed_rooms(spent):  # a change nobody asked for before
                app.pills(key="filter-jurisdiction").set_value([CHOICE]).run()
            seen.append(spent)
        middle = {key: median(one[key] for one in seen) for key in ("query", "figure", "json", "json calls")}
        total = middle["query"] + middle["figure"] + middle["json"]
        costs[area] = middle | {"total": total, "a figure": total / max(middle["json calls"], 1)}
    return costs
