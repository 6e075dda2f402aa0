"""A first mapping for a header that is not ours: names alike, labels in both languages, words people use.

A proposal is a start for somebody to look at, never applied by itself. It maps what it is sure enough of,
leaves the rest out, and chooses an order of days or a decimal mark only where the sample leaves no other.
"""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from firstdose.contracts import Column, Contract, contracts
from firstdose.intake import forms
from firstdose.intake.profile import Output, Profile, Unpivot, Way, plain

ALIKE = 0.84  # how alike two names must be, from 0 to 1: our convention
FEWEST = 2  # columns that must be known before a table is proposed
FEWEST_WIDE = 5  # columns of numbers that make a table a wide one

#: Words people use for our columns, as ``plain`` compares them.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "task_id": ("id", "task", "task no", "activity id", "milestone id", "wbs", "タスク番号", "作業id"),
    "program_id": ("program", "programme", "project", "project id", "asset", "プログラム", "品目"),
    "partner_id": ("site", "site id", "company", "organisation", "organization", "拠点", "製造所", "機関"),
    "lead_partner": ("company", "sponsor", "ticker", "originator", "owner", "会社", "主導機関"),
    "lab_partner": ("laboratory", "lab", "test site", "試験所", "試験機関"),
    "name": ("task name", "title", "activity", "description", "asset", "product name", "件名", "品名"),
    "workstream": ("phase", "function", "area", "discipline", "領域", "部門"),
    "forecast_start": ("start", "start date", "begin", "開始予定日", "開始日"),
    "forecast_finish": ("due date", "due", "finish", "end date", "deadline", "期限", "期日", "終了日"),
    "baseline_finish": ("planned date", "planned finish", "plan", "計画日", "予定日"),
    "actual_finish": ("completed", "completed on", "done on", "完了日"),
    "percent_complete": ("% complete", "progress", "done %", "進捗", "達成率"),
    "predecessors": ("depends on", "dependency", "先行"),
    "batch_id": ("batch", "batch no", "batch number", "lot", "lot no", "ロット", "ロット番号", "製造番号"),
    "started_on": ("start", "start date", "manufacturing date", "製造日", "製造開始"),
    "released_on": ("release date", "released", "出荷判定", "判定日"),
    "attribute_code": ("test", "test code", "parameter", "attribute", "analyte", "試験項目", "項目"),
    "value": ("result", "measurement", "結果", "値", "測定結果"),
    "tested_on": ("test date", "date tested", "analysis date", "測定日"),
    "stage_code": ("stage", "phase", "development phase", "開発段階", "フェーズ"),
    "entered_on": ("start", "entered", "since", "開始"),
    "indication": ("disease", "condition", "疾患", "対象疾患"),
    "target": ("antigen", "target antigen", "標的", "抗原"),
    "note": ("notes", "comment", "comments", "remark", "remarks", "コメント", "メモ"),
    "due_on": ("due date", "due", "deadline", "期限", "期日"),
    "owner_partner": ("owner", "responsible", "担当", "責任者"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Fit:
    """A table with the columns of a header that fit it, and how well they do."""

    contract: Contract
    columns: tuple[tuple[Column, str], ...]
    score: float


def propose(
    header: Sequence[str], sample: Sequence[Sequence[str | None]], name: str = "proposed"
) -> Profile | None:
    """A profile for files with this header, judged by the names and by some of the rows; none when fewer than
    two columns of any table are known. What no row needs is left for the reader to add."""
    cells = {
        column: [row[at].strip() for row in sample if at < len(row) and (row[at] or "").strip()]  # type: ignore[union-attr]
        for at, column in enumerate(header)
    }
    fits = sorted((_fit(contract, header, cells) for contract in contracts().values()), key=_rank)
    best = fits[-1]
    if len(best.columns) < FEWEST:
        return None
    outputs = [_output(best, cells)]
    used = {source for _column, source in best.columns}
    wide = _wide(header, used, cells)
    if best.contract.name == "batches" and len(wide) >= FEWEST_WIDE:
        outputs.append(_results(best, wide, cells))
    return Profile(_slug(name), tuple(header), tuple(outputs))


def _rank(fit: _Fit) -> tuple[float, str]:
    return fit.score, fit.contract.name


def _fit(contract: Contract, header: Sequence[str], cells: Mapping[str, list[str]]) -> _Fit:
    """The best column of the header for each column of a table, each used once; keys weigh double."""
    pairs = sorted(
        (
            (likeness(column, source) + (0.01 if column.required else 0.0), -at, column, source)
            for at, column in enumerate(contract.columns)
            for source in header
            if likeness(column, source) >= ALIKE and _may_be(column, cells[source])
        ),
        key=lambda pair: pair[:2],
        reverse=True,
    )
    taken: dict[str, tuple[Column, str]] = {}
    sources: set[str] = set()
    for _score, _at, column, source in pairs:
        if column.name not in taken and source not in sources:
            taken[column.name] = (column, source)
            sources.add(source)
    required = [column for column in contract.columns if column.required]
    held = sum(2 if column.name in contract.key else 1 for column in required if column.name in taken)
    score = len(taken) / len(header) + held / (len(required) + len(contract.key))
    ordered = tuple(taken[column.name] for column in contract.columns if column.name in taken)
    return _Fit(contract, ordered, score)


def likeness(column: Column, given: str) -> float:
    """How alike a name is to a column, from 0 to 1: by its name, labels and the words people use."""
    name = plain(re.sub(r"[_\-]+", " ", given))
    labels = [
        plain(label.replace("_", " ")) for label in (column.name, column.title, column.title_ja) if label
    ]
    if name in labels:
        return 1.0
    if name in SYNONYMS.get(column.name, ()):
        return 0.95
    return max(difflib.SequenceMatcher(None, name, label).ratio() for label in labels) * 0.94


def _may_be(column: Column, cells: list[str]) -> bool:
    """Whether the sample could be of the column's kind; words of a list may need a value map."""
    if not cells:
        return True
    if column.kind == "date":
        return _share(cells, lambda cell: bool(_any_day(cell)) or forms.day(cell, "excel") is not None) >= 0.5
    if column.kind in ("int", "number"):
        return _share(cells, _any_number) >= 0.5
    if column.kind == "id":
        return _share(cells, lambda cell: len(cell) <= 64) == 1.0
    return True


def _share(cells: list[str], holds: Callable[[str], bool]) -> float:
    return sum(map(holds, cells)) / len(cells)


def _any_day(cell: str) -> bool:
    return any(forms.day(forms.unified(cell), order) for order in ("ymd", "dmy", "mdy"))


def _any_number(cell: str) -> bool:
    text = forms.unified(cell)
    return forms.is_number(text) or any(
        forms.number(text, mark, thousands=True) for mark in ("point", "comma")
    )


def _output(fit: _Fit, cells: Mapping[str, list[str]]) -> Output:
    return Output(
        fit.contract.name,
        tuple((column.name, way(column, source, cells[source])) for column, source in fit.columns),
    )


def way(column: Column, source: str, cells: list[str]) -> Way:
    """How a column is made of one of the file: renamed, with the reading its sample leaves no doubt about."""
    if column.kind == "date":
        return Way((source,), dates=_order(cells))
    if column.kind in ("int", "number"):
        return Way((source,), decimal=_mark(cells))
    if column.kind == "enum":
        known = {plain(word): word for word in column.allowed}
        others = dict.fromkeys(cell for cell in cells if cell not in column.allowed)
        values = tuple((cell, known[plain(cell)]) for cell in others if plain(cell) in known)
        return Way((source,), values=values, otherwise="keep" if values else "refuse")
    return Way((source,))


def _order(cells: list[str]) -> forms.Order | None:
    """The order of days, when some cells are days in one order only; none while both are possible."""
    unread = [text for cell in cells if not forms.day(text := forms.unified(cell))]
    orders: tuple[forms.Order, ...] = ("dmy", "mdy", "excel")
    fitting = [one for one in orders if unread and all(forms.day(text, one) for text in unread)]
    return fitting[0] if len(fitting) == 1 else None


def _mark(cells: list[str]) -> forms.Decimal | None:
    """The decimal mark, when the numbers that need one can be read with one only."""
    unread = [text for cell in cells if not forms.is_number(text := forms.unified(cell))]
    marks: tuple[forms.Decimal, ...] = ("point", "comma")
    fitting = [
        one for one in marks if unread and all(forms.number(text, one, thousands=True) for text in unread)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _wide(header: Sequence[str], used: set[str], cells: Mapping[str, list[str]]) -> list[str]:
    """The columns of numbers that nothing else uses."""
    return [
        name
        for name in header
        if name not in used and cells[name] and _share(cells[name], _any_number) == 1.0
    ]


def _results(batches: _Fit, wide: list[str], cells: Mapping[str, list[str]]) -> Output:
    """The columns of numbers as results of the batches, each under its own name made an ID."""
    sources = {column.name: source for column, source in batches.columns}
    columns = [("sample", Way(constant="release")), ("replicate", Way(constant="1"))]
    if "batch_id" in sources:
        columns.insert(0, ("batch_id", Way((sources["batch_id"],))))
    if "started_on" in sources:
        source = sources["started_on"]
        columns.append(("tested_on", Way((source,), dates=_order(cells[source]))))
    columns.append(("value", Way(decimal=_mark([cell for name in wide for cell in cells[name]]))))
    codes: dict[str, str] = {}
    for name in wide:
        code = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:60] or "column"
        while code in codes.values():
            code += "-2"
        codes[name] = code
    return Output("results", tuple(columns), unpivot=Unpivot("attribute_code", "value", tuple(codes.items())))


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:64].strip("-") or "proposed"
