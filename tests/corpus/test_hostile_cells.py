"""Hostile cells in every text column of every table: no page and no file acts on one, all can be read.

``FIRSTDOSE_HOSTILE_CELLS`` names another file, or a folder of such files: one JSON string a line, ``#`` for a
remark.
"""

import io
import json
import os
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import count
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from streamlit.testing.v1 import AppTest

from firstdose.contracts import Contract, contracts
from firstdose.exports.deck import deck
from firstdose.exports.report import report
from firstdose.exports.workbook import workbook
from firstdose.lake import Lake
from firstdose.rules.overview import Headline
from firstdose.ui import markup, take
from firstdose.ui.menu import PAGES
from tests.unit.test_lake import ME

ROOT = Path(__file__).resolve().parents[2]
FROM = Path(os.environ.get("FIRSTDOSE_HOSTILE_CELLS") or Path(__file__).with_name("hostile_cells.txt"))
#: What our own HTML is made of; a cell that opened another element would be seen.
OURS = frozenset(
    re.findall(
        r"\w+",
        "article aside button caption circle code col colgroup dd defs desc details div dl dt em figcaption "
        "figure footer g h1 h2 h3 h4 header hr li line nav ol p path pre rect section small span strong sub "
        "summary sup svg table tbody td text tfoot th thead time title tr tspan ul polyline polygon a",
    )
)
#: Texts with a grammar of their own, and the ids it names: without them there is no plan to draw.
GRAMMAR = {"predecessors", "task_id"}
NEVER = re.compile(r"<\s*/?(a|img|script|svg|style|iframe|form|base|meta|div)\b", re.IGNORECASE)


def cells() -> list[str]:
    files = sorted(FROM.glob("*.txt")) if FROM.is_dir() else [FROM]
    lines = [line for file in files for line in file.read_text(encoding="utf-8").split("\n")]
    return [json.loads(line) for line in lines if line.strip() and not line.startswith("#")]


CELLS = cells()


class Seen(HTMLParser):
    """What a browser would make of some HTML: elements, attributes, scripts and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def acts(html: str, *, also: frozenset[str] = frozenset()) -> list[str]:
    """What in some HTML of ours a cell made: elements that are not ours, handlers, ways to elsewhere."""
    seen = Seen(html)
    found = [tag for tag in seen.tags if tag not in OURS | also]
    for name, value in seen.attributes:
        away = name in {"href", "src", "action", "xlink:href"} and not re.match(
            r"[/?#]|http://127\.0\.0\.1", value
        )
        if name.startswith("on") or away or (name == "style" and "url(" in value):
            found.append(f"{name}={value}")
    return found


def markdown_acts(text: str) -> list[str]:
    """Links and pictures to elsewhere and HTML that markdown would make; escaped signs make none."""
    plain = re.sub(r"\\.", "·", text)
    away = [to for to in re.findall(r"\]\(([^)]*)\)", plain) if not to.startswith(("/", "?", "#"))]
    bare = re.findall(r"https?://|www\.|\w@\w", plain)
    return away + bare + [found.group() for found in NEVER.finditer(plain)]


def strings(value: Any, key: str = "") -> Iterator[str]:
    """Every text of a figure that plotly would draw; what it only carries is left out."""
    if key in {"customdata", "ids", "meta"}:
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, held in value.items():
            yield from strings(held, name)
    elif isinstance(value, list):
        for held in value:
            yield from strings(held, key)


def hostile(contract: Contract, table: pa.Table, known: dict[str, str], turn: Iterator[int]) -> pa.Table:
    """The rows with a hostile cell behind every free text and every id; the same id stays the same."""
    fixed = {name for to in contract.references if to.table.startswith("reference.") for name in to.columns}
    for at, name in enumerate(table.column_names):
        column = contract.column(name)
        if name in fixed | GRAMMAR or column.pattern or column.kind not in {"id", "text", "url"}:
            continue
        made = []
        for value in table.column(name).to_pylist():
            if value is None:
                made.append(None)
            elif column.kind == "id":
                made.append(known.setdefault(value, f"{value} {CELLS[next(turn) % len(CELLS)]}"))
            else:
                made.append(CELLS[next(turn) % len(CELLS)])
        table = table.set_column(at, table.schema.field(at), [pa.array(made, table.schema.field(at).type)])
    return table


def hostile_lake(demo_lake: Path, folder: Path) -> Path:
    """The newest version of the demo with hostile cells, published as it is: no check stands before it."""
    cursor, known, turn = Lake.open(demo_lake).session().cursor(), {}, count()
    given: dict[str, Path] = {}
    for name, contract in contracts().items():
        columns = ", ".join(f'"{column.name}"' for column in contract.columns)
        rows = hostile(
            contract, cursor.execute(f'select {columns} from "{name}"').to_arrow_table(), known, turn
        )
        given[name] = folder / f"{name}.parquet"
        pq.write_table(rows, given[name])
    Lake.open(folder / "lake").publish(given, ME)
    assert next(turn) > len(CELLS), "every cell stands somewhere"
    return folder / "lake"


@pytest.fixture(scope="module")
def hostile_store(demo_lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """That lake, as the one that the settings name."""
    lake = hostile_lake(demo_lake, tmp_path_factory.mktemp("hostile"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIRSTDOSE_LAKE", str(lake))
        yield lake


def opened(area: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    return app if area == "overview" else app.switch_page(f"pages/{area}.py").run()


@pytest.mark.parametrize("area", PAGES)
@pytest.mark.usefixtures("hostile_store")
def test_no_page_acts_on_a_hostile_cell(area: str) -> None:
    app = opened(area)
    assert not app.exception
    assert not app.error
    found, read, titles = [], 0, 0
    for element in app.main:
        proto = element.proto
        if element.type == "html":
            found += acts(proto.body)
            titles += Seen(proto.body).tags.count("h1")
            read += len(proto.body)
        elif element.type == "plotly_chart":
            found += [text for text in strings(json.loads(proto.spec)) if NEVER.search(text)]
        else:
            for name in ("body", "label", "help"):
                found += markdown_acts(str(getattr(proto, name, "")))
                assert not getattr(proto, "allow_html", False)
    assert found == []
    assert titles <= 1, "the title of the page and no other"
    assert read, "the page has HTML of ours"
    if "drawn" in app.session_state:
        _files(take.artefact_of(app.session_state, "<b>Kim</b>", "http://127.0.0.1:8501"))


def _files(made: Any) -> None:
    """Report, deck and workbook of a page: nothing acts, no formula, no way to elsewhere."""
    html = report(made, "").decode()
    shell = frozenset({"html", "head", "meta", "style", "body", "script"})
    assert [one for one in acts(html, also=shell) if "evil" in one or "=" not in one] == []
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", html, re.DOTALL)
    assert not [one for one in scripts if one.lstrip().startswith("alert")]
    assert "evil.example" not in _relations(deck(made))
    content = workbook(made)
    assert "evil.example" not in _relations(content)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert [cell.value for sheet in book for row in sheet for cell in row if cell.data_type == "f"] == []


def _relations(content: bytes) -> str:
    """Where an Office file points to."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return "".join(file.read(name).decode() for name in file.namelist() if name.endswith(".rels"))


@pytest.mark.parametrize("cell", CELLS)
def test_a_hostile_cell_is_read_as_it_was_written(cell: str) -> None:
    html = markup.kpis([Headline("k", cell, cell, cell)]) + markup.section("k", cell, markup.foot(cell))
    assert acts(html) == []
    read = "".join(Seen(html).text)
    assert read.count(cell.replace("\r", "\n")) + read.count(cell) >= 4
