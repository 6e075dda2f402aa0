"""Words of a file that mean a word of ours: by synonyms in both languages, by closeness; a proposal, no more.

What is proposed here is shown and has to be confirmed before a profile with it is saved. A word without a
proposal is in no map, so that a profile refuses it until somebody says what it means.
"""

import difflib
import re
from collections.abc import Iterable, Mapping

from firstdose.contracts import Column
from firstdose.intake import forms
from firstdose.intake.profile import plain

CLOSE = 0.8  # how alike two words must be, from 0 to 1: our convention
MOST = 200  # different words of a column that get a proposal

#: Words that mean the same, as ``plain`` compares them; the first that a column allows is proposed.
_SAME = (
    ("closed", "completed", "complete", "done", "finished", "完了", "済", "終了", "クローズ", "advanced"),
    ("in progress", "ongoing", "on track", "started", "working", "進行中", "実施中", "対応中", "作業中"),
    ("not started", "open", "todo", "to do", "new", "planned", "未着手", "未実施", "未開始", "予定"),
    ("in review", "under review", "review", "確認中", "照査中", "レビュー中"),
    ("not applicable", "n/a", "na", "対象外", "該当なし", "非該当"),
    ("active", "ongoing", "進行中", "実施中", "継続"),
    ("on hold", "hold", "paused", "suspended", "保留", "中断", "休止"),
    ("stopped", "terminated", "cancelled", "canceled", "discontinued", "中止", "終了"),
    ("released", "accepted", "approved", "passed", "合格", "出荷可", "適合", "適"),
    ("rejected", "refused", "failed", "不合格", "出荷不可", "不適合", "不適"),
    ("pending", "waiting", "判定待ち", "未判定", "保留"),
    ("JP", "japan", "日本", "国内"),
    ("US", "usa", "united states", "米国", "アメリカ"),
    ("EU", "europe", "欧州", "ヨーロッパ"),
    ("vector", "ベクター", "ウイルスベクター"),
    ("drug product", "product", "dp", "製品", "製剤"),
    ("release", "final product", "出荷試験", "最終製品"),
    ("stability", "安定性", "安定性試験"),
    ("in process", "ipc", "工程内", "工程内試験"),
    ("starting material", "apheresis", "原料", "出発原料"),
    ("clinical", "gmp", "治験", "治験用"),
    ("engineering", "試製造", "エンジニアリング"),
    ("development", "開発", "研究"),
    ("commercial", "市販", "商用"),
    ("qualification", "ppq", "適格性評価", "バリデーション"),
    ("true", "yes", "y", "1", "○", "はい", "有", "あり", "適"),
    ("false", "no", "n", "0", "×", "いいえ", "無", "なし", "不適"),
    ("lentiviral", "lentivirus", "レンチ", "レンチウイルス"),
    ("gammaretroviral", "retroviral", "レトロ", "レトロウイルス"),
    ("Regulatory", "regulatory affairs", "薬事"),
    ("Clinical", "臨床", "治験"),
    ("Nonclinical", "preclinical", "非臨床"),
    ("Analytical", "analytics", "qc", "分析"),
    ("Quality system", "quality", "qa", "品質", "品質保証"),
    ("Supply & logistics", "supply", "logistics", "供給", "物流"),
    ("Technology transfer", "tech transfer", "技術移転"),
)  # fmt: skip
#: Stages of development by the words of pipelines; the codes are those of ``reference/stages.csv``.
_STAGES = {
    "S01": ("discovery", "research", "探索"),
    "S05": ("preclinical", "pre-clinical", "nonclinical", "ind-enabling", "前臨床", "非臨床"),
    "S06": ("ind filed", "cta filed", "ctn filed", "治験届"),
    "S07": ("phase 1", "phase i", "phase 1/2", "phase i/ii", "first in human", "第i相", "第1相"),
    "S08": (
        "phase 2", "phase ii", "phase 2/3", "phase 3", "phase iii", "phase 2b", "pivotal", "registrational",
        "第ii相", "第iii相", "第2相", "第3相",
    ),
    "S09": ("filed", "nda filed", "bla filed", "maa filed", "nda", "bla", "submitted", "申請中", "承認申請"),
    "S10": ("commercial", "approved", "marketed", "launched", "上市", "承認"),
    "S11": ("post-marketing", "製造販売後"),
}  # fmt: skip
_MONTH_WORDS = (
    ("jan",), ("feb",), ("mar", "mrz"), ("apr",), ("may", "maj", "mai"), ("jun",),
    ("jul",), ("aug", "avg"), ("sep",), ("oct", "okt"), ("nov",), ("dec", "dez"),
)  # fmt: skip
_MONTHS = {word: at + 1 for at, words in enumerate(_MONTH_WORDS) for word in words}
_MONTH = re.compile(r"([a-z]{3,9})[. /'-]*(\d{2}|\d{4})|(\d{4})[./-](\d{1,2})|(\d{4})年(\d{1,2})月")


def values(column: Column, cells: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """What the different words of a column may mean; words of which nothing is known are left out.

    Without any word that needs one, or with more than ``MOST``, there is no map at all.
    """
    distinct = list(dict.fromkeys(cell for cell in cells if cell))
    if column.kind in ("enum", "enum list", "bool"):
        allowed = column.allowed or ("true", "false")
        if all(cell in allowed for cell in distinct):
            return ()
        told = {cell: cell if cell in allowed else word(cell, allowed) for cell in distinct}
    elif column.name == "stage_code":
        told = {cell: stage(cell) for cell in distinct}
        if all(cell == code for cell, code in told.items()):
            return ()
    elif column.kind == "date":
        unread = [cell for cell in distinct if not _is_day(cell)]
        told = {cell: first_of_month(cell) for cell in unread}
        if len(unread) < len(distinct) or not any(told.values()):
            return ()
    else:
        return ()
    return tuple((cell, said) for cell, said in told.items() if said) if len(told) <= MOST else ()


def _is_day(cell: str) -> bool:
    text = forms.unified(cell)
    return any(forms.day(text, order) for order in ("ymd", "dmy", "mdy", "excel"))


def word(given: str, allowed: Iterable[str]) -> str:
    """The allowed word that a word may mean: the same in other letters, a synonym, or one close to it."""
    known = {plain(one): one for one in allowed}
    said = plain(given)
    if said in known:
        return known[said]
    for group in _SAME:
        same = [plain(one) for one in group]
        if said in same:
            found = next((known[one] for one in same if one in known), "")
            if found:
                return found
    close = difflib.get_close_matches(said, known, 1, CLOSE)
    return known[close[0]] if close else ""


def stage(given: str) -> str:
    """The code of the stage that a word of a pipeline may mean; a code is itself."""
    said = plain(given)
    if re.fullmatch(r"s\d\d", said):
        return said.upper()
    return next((code for code, words in _STAGES.items() if said in words), "")


def first_of_month(given: str) -> str:
    """The first day of a month that is told without a day, such as ``nov.18`` or 2026年11月; else empty."""
    found = _MONTH.fullmatch(plain(given))
    if found is None:
        return ""
    year = found[2] or found[3] or found[5]
    month = _MONTHS.get(found[1][:3], 0) if found[1] else int(found[4] or found[6])
    return f"{int(year) + (2000 if len(year) == 2 else 0)}-{month:02}-01" if 1 <= month <= 12 else ""


def ids(cells: Mapping[str, list[str]], columns: tuple[str, ...], join: str) -> tuple[tuple[str, str], ...]:
    """An ID for each row of a file without one: its first part and a number, by what makes the row unique."""
    rows = list(zip(*(cells[name] for name in columns), strict=True))
    if len(rows) > MOST:
        return ()
    counted: dict[str, int] = {}
    told: dict[str, str] = {}
    for row in rows:
        key = join.join(part for part in row if part)
        stem = re.sub(r"[^A-Za-z0-9]+", "-", row[0]).strip("-")[:24] or "X"
        if key not in told:
            counted[stem] = counted.get(stem, 0) + 1
            told[key] = f"{stem}-{counted[stem]:02}"
    return tuple(told.items())
