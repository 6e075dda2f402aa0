"""A first mapping for a header that is not ours: names alike, labels in both languages, words people use.

A proposal is a start for somebody to look at, never applied by itself. It maps what it is sure enough of,
leaves the rest out, and chooses an order of days or a decimal mark only where the sample leaves no other.
"""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from firstdose.contracts import Column, Contract, contracts
from firstdose.intake import forms, propose_values
from firstdose.intake.profile import Output, Profile, Unpivot, Way, plain

ALIKE = 0.84  # how alike two names must be, from 0 to 1: our convention
OWN = 0.15  # what a column that one table alone has says for it: our convention
LOOKED_AT = 100  # cells of a column by which its kind is told
FEWEST = 2  # columns that must be known before a table is proposed
FEWEST_WIDE = 5  # columns of numbers that make a table a wide one

#: Words people use for our columns, as ``plain`` compares them.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "task_id": ("id", "task", "task no", "activity id", "milestone id", "wbs", "作業id", "作業番号"),
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
    "stage_code": ("stage", "current stage", "phase", "development phase", "開発段階", "フェーズ"),
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
    two columns of any table are known. What every row needs and the file does not have is there as an empty
    constant, for the reader to say."""
    cells = cells_of(header, sample)
    fits = sorted((_fit(contract, header, cells) for contract in contracts().values()), key=_rank)
    best = fits[-1]
    if best.contract.name == "stage_events":  # a pipeline: its programs first, with the stage of each
        best = next(one for one in fits if one.contract.name == "programs")
        best = best if len(best.columns) > FEWEST else fits[-1]
    if len(best.columns) < FEWEST:
        return None
    outputs = [_output(best, header, cells)]
    used = {source for _column, source in best.columns}
    wide = _wide(header, used, cells)
    if best.contract.name == "batches" and len(wide) >= FEWEST_WIDE:
        outputs.append(_results(best, wide, cells))
    phase = next((one for one in header if plain(one) in SYNONYMS["stage_code"]), None)
    if best.contract.name == "programs" and phase:
        outputs.append(_stays(dict(outputs[0].columns)["program_id"], phase, cells))
    return Profile(_slug(name), tuple(header), tuple(outputs))


def propose_table(table: str, header: Sequence[str], sample: Sequence[Sequence[str | None]]) -> Output:
    """How one table that a reader chose may be made of the file."""
    cells = cells_of(header, sample)
    fit = _fit(contracts()[table], header, cells)
    if (
        table == "results"
        and len(wide := _wide(header, {one for _c, one in fit.columns}, cells)) >= FEWEST_WIDE
    ):
        return _results(_fit(contracts()["batches"], header, cells), wide, cells)
    return _output(fit, header, cells)


def cells_of(header: Sequence[str], sample: Sequence[Sequence[str | None]]) -> dict[str, list[str]]:
    """The filled cells of each column of some rows, trimmed."""
    return {
        column: [cell for row in sample if at < len(row) and (cell := (row[at] or "").strip())]
        for at, column in enumerate(header)
    }


def _rank(fit: _Fit) -> tuple[float, str]:
    return fit.score, fit.contract.name


def _fit(contract: Contract, header: Sequence[str], cells: Mapping[str, list[str]]) -> _Fit:
    """The best column of the header for each column of a table, each used once; keys weigh double."""
    pairs = sorted(
        (
            (likeness(column, source) + (0.01 if column.required else 0.0), -at, column, source)
            for at, column in enumerate(contract.columns)
            for source in header
            if likeness(column, source) >= ALIKE
            and _may_be(column, cells[source])
            and (contract.key != (column.name,) or _may_be_key(column, cells[source]))
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
    filled = [name for name, (column, source) in taken.items() if _says(column, cells[source])]
    held = sum(2 if column.name in contract.key else 1 for column in required if column.name in filled)
    own = sum(1 / _tables_with(name) for name in filled)
    score = len(filled) / len(header) + held / (len(required) + len(contract.key)) + OWN * own
    ordered = tuple(taken[column.name] for column in contract.columns if column.name in taken)
    return _Fit(contract, ordered, score)


@cache
def _tables_with(name: str) -> int:
    """How many tables have a column of this name: the fewer, the more it says."""
    return sum(any(column.name == name for column in contract.columns) for contract in contracts().values())


@lru_cache(maxsize=20_000)
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
    return max(_ratio(name, label) for label in labels) * 0.94


def _ratio(one: str, other: str) -> float:
    """How alike two names are; 0 when a look at their letters shows that they cannot be alike enough."""
    match = difflib.SequenceMatcher(None, one, other)
    if match.real_quick_ratio() * 0.94 < ALIKE or match.quick_ratio() * 0.94 < ALIKE:
        return 0.0
    return match.ratio()


def _says(column: Column, cells: list[str]) -> bool:
    """Whether cells speak for a column: there are some, and words of a list are words that it may hold."""
    if column.kind != "enum" or not cells:
        return bool(cells)
    known = dict(propose_values.values(column, cells))
    return _share(cells[:LOOKED_AT], lambda cell: cell in column.allowed or cell in known) >= 0.5


def _may_be(column: Column, cells: list[str]) -> bool:
    """Whether the sample could be of the column's kind; words of a list may need a value map."""
    cells = cells[:LOOKED_AT]
    if not cells:
        return True
    if column.kind == "date":
        return (
            _share(
                cells,
                lambda cell: (
                    bool(_any_day(cell))
                    or forms.day(cell, "excel") is not None
                    or bool(propose_values.first_of_month(cell))
                ),
            )
            >= 0.5
        )
    if column.kind in ("int", "number"):
        return _share(cells, _any_number) >= 0.5
    if column.kind == "id":
        return _share(cells, lambda cell: len(cell) <= 64) == 1.0
    return True


def _may_be_key(column: Column, cells: list[str]) -> bool:
    """Whether cells could tell rows apart: each once, and written as an ID."""
    form = re.compile(column.pattern or ".*")
    return (
        len(set(cells)) == len(cells)
        and _share(cells or [""], lambda cell: bool(form.fullmatch(forms.unified(cell)))) >= 0.9
    )


def _share(cells: list[str], holds: Callable[[str], bool]) -> float:
    return sum(map(holds, cells)) / len(cells)


def _any_day(cell: str) -> bool:
    return any(forms.day(forms.unified(cell), order) for order in ("ymd", "dmy", "mdy"))


def _any_number(cell: str) -> bool:
    text = forms.unified(cell)
    return forms.is_number(text) or any(
        forms.number(text, mark, thousands=True) for mark in ("point", "comma")
    )


def _output(fit: _Fit, header: Sequence[str], cells: Mapping[str, list[str]]) -> Output:
    """A table of the columns that fit; what every row needs besides is left open, or made where it can be."""
    found = {column.name: source for column, source in fit.columns}
    columns: list[tuple[str, Way]] = []
    for column in fit.contract.columns:
        if column.name in found:
            columns.append((column.name, way(column, found[column.name], cells[found[column.name]])))
        elif column.required:
            columns.append((column.name, _open(fit, column, header, cells)))
        elif column.name == "percent_complete" and "status" in header:
            columns.append((column.name, _progress("status", cells["status"])))
    return Output(fit.contract.name, tuple(columns))


def _open(fit: _Fit, column: Column, header: Sequence[str], cells: Mapping[str, list[str]]) -> Way:
    """A column that every row needs and the file does not have: an ID made of what tells rows apart, else a
    constant to be said."""
    if fit.contract.key == (column.name,):
        sources = [source for one, source in fit.columns if one.kind in ("id", "text")]
        for most in range(1, len(sources) + 1):
            parts = tuple(sources[:most])
            rows = list(zip(*(cells[name] for name in parts), strict=False))
            full = all(len(cells[name]) == len(cells[parts[0]]) for name in parts)
            if full and len(set(rows)) == len(rows):
                given = propose_values.ids(cells, parts, " | ")
                return Way(parts, join=" | ", values=given) if given else Way(constant="")
    if (fit.contract.name, column.name) == ("tasks", "kind"):
        milestones = any("milestone" in plain(one) or "マイルストーン" in one for one in header)
        return Way(constant="milestone" if milestones else "task")
    return Way(constant="")


def _progress(source: str, cells: list[str]) -> Way:
    """The share of the work done, where a file has a status instead: known for what is done or not begun."""
    said = {cell: propose_values.word(cell, ("closed", "not started")) for cell in dict.fromkeys(cells)}
    share = {"closed": "100", "not started": "0"}
    values = tuple((cell, share[word]) for cell, word in said.items() if word)
    return Way((source,), values=values, otherwise="empty") if values else Way(constant="")


def _stays(program: Way, phase: str, cells: Mapping[str, list[str]]) -> Output:
    """The stage each program of a pipeline stands in; the day it entered is for the reader to say."""
    stage = contracts()["stage_events"].column("stage_code")
    columns = (
        ("program_id", program),
        ("stage_code", way(stage, phase, cells[phase])),
        ("entered_on", Way(constant="")),
        ("outcome", Way(constant="open")),
    )
    return Output("stage_events", columns)


def way(column: Column, source: str, cells: list[str]) -> Way:
    """How a column is made of one of the file: renamed, with the reading its sample leaves no doubt about."""
    if given := propose_values.values(column, cells):
        return Way((source,), values=given)
    if column.kind == "date":
        return Way((source,), dates=_order(cells))
    if column.kind in ("int", "number"):
        return Way((source,), decimal=_mark(cells))
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
        day = next(column for column, _source in batches.columns if column.name == "started_on")
        columns.append(("tested_on", way(day, source, cells[source])))
    else:
        columns.append(("tested_on", Way(constant="")))
    columns.append(("lab_partner", Way(constant="")))
    columns.append(("value", Way(decimal=_mark([cell for name in wide for cell in cells[name]]))))
    unpivot = Unpivot("attribute_code", "value", tuple(codes(wide).items()))
    return Output("results", tuple(columns), unpivot=unpivot)


def codes(names: Sequence[str]) -> dict[str, str]:
    """A code for each column of a file that becomes rows: its name made an ID, each once."""
    found: dict[str, str] = {}
    for name in names:
        code = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:60] or "column"
        while code in found.values():
            code += "-2"
        found[name] = code
    return found


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:64].strip("-") or "proposed"
