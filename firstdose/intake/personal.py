"""Columns that look like personal data: told by the words of their header or by the shape of their cells.

firstdose needs none of it, and what is published is kept for ever: a file with such a column is refused until
somebody has answered that the column holds no personal data, or has taken it out. Columns of our own
contracts are known not to by their name; their free text is still looked at for addresses and numbers.
"""

import re
import unicodedata
from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING

from firstdose.contracts import contracts
from firstdose.errors import Issue
from firstdose.intake.cells import literal
from firstdose.intake.staged import Staged
from firstdose.words import N_

if TYPE_CHECKING:
    import duckdb

NAMES = N_("The column “{column}” looks like names of people, which are personal data.")
BIRTHS = N_("The column “{column}” looks like birth dates, which are personal data.")
MAILS = N_("The column “{column}” looks like e-mail addresses, which are personal data.")
PHONES = N_("The column “{column}” looks like telephone numbers, which are personal data.")
ADDRESSES = N_("The column “{column}” looks like addresses of people, which are personal data.")
RECORDS = N_("The column “{column}” looks like record numbers of people, which are personal data.")
_PERSON = (
    "first|last|given|family|middle|full|patient|subject|participant|donor|contact|investigator|physician"
)
_WORDS = {
    NAMES: (
        rf"\b({_PERSON}|doctor|nurse|staff|employee|person|maiden)s? ?(name|initials)s?\b"
        r"|\b(surname|forename|initials)\b|氏名|姓名|患者名|被験者名|担当者名|医師名|イニシャル|フリガナ|ふりがな"
    ),
    BIRTHS: r"\b(dob|birth ?(date|day)|date of birth|born( on)?)\b|生年月日|誕生日|出生日",
    MAILS: r"\be[ -]?mails?\b|^mail( address)?$|メール|電子メール",
    PHONES: r"\b(tele)?phones?\b|\b(mobile|cell|fax|tel)\b( (no|number))?$|電話|携帯|ファクス|FAX番号",
    ADDRESSES: (
        r"\b(home|street|postal|contact|mailing) address\b|^address$|\b(zip|postal) ?code\b|住所|郵便番号"
    ),
    RECORDS: (
        r"\bmrn\b|\b(medical|hospital|patient|health|chart) ?(record)? ?(id|no|num|number)\b|\bssn\b"
        r"|social security|\bpassport\b"
        r"|カルテ|診療録|診察券|患者番号|患者id|被保険者|保険証|個人番号|マイナンバー"
    ),
}
_SHAPES = {
    MAILS: (r"(?i)[a-z0-9._%+-]+@[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}", 0.2),
    PHONES: (
        r"^\s*(\+\d{1,3}[ -]?\(?\d{1,4}\)?([ -]?\d{2,4}){2,3}|\(?0\d{1,4}\)?[ -]\d{1,4}[ -]\d{3,4})\s*$",
        0.5,
    ),
}
_REMEDY = N_(
    "Take the column out of the file; or, when it holds no personal data, say so (--not-personal “{column}”)."
)


def doubts(con: "duckdb.DuckDBPyConnection", staged: Staged, answered: Collection[str] = ()) -> list[Issue]:
    """One error for each column that looks like personal data and is not among ``answered``."""
    done = {_plain(name) for name in answered}
    found = []
    for at, name in enumerate(staged.header):
        if _plain(name) in done:
            continue
        kinds = _ours().get(_plain(name), frozenset())
        what = None if kinds else by_name(name)
        if what is None and staged.rows and (not kinds or "text" in kinds):
            what = _by_shape(con, staged, at)
        if what is not None:
            found.append(_issue(name[:200], what))
    return found


def by_name(name: str) -> str | None:
    """What is said of a column whose header says personal data; none when it says none."""
    plain = _plain(name)
    return next((what for what, words in _WORDS.items() if re.search(words, plain, re.IGNORECASE)), None)


def _by_shape(con: "duckdb.DuckDBPyConnection", staged: Staged, at: int) -> str | None:
    """What the cells of a column look like; over distinct cells, since most columns repeat themselves."""
    counts = ", ".join(
        f"count(*) filter (where regexp_matches(cell, {literal(shape)}))"
        for shape, _share in _SHAPES.values()
    )
    row = con.execute(
        f"select count(*), {counts} from (select distinct c{at} as cell "
        f"from read_parquet({literal(str(staged.parquet))}) where c{at} is not null)"
    ).fetchall()[0]
    shares = zip(_SHAPES.items(), row[1:], strict=True)
    return next((what for (what, (_shape, share)), n in shares if n and n >= share * row[0]), None)


def _plain(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFKC", name))
    return re.sub(r"[\s_./()-]+", " ", spaced).strip().lower()


@cache
def _ours() -> dict[str, frozenset[str]]:
    """The kinds of columns that our tables have under a name or label."""
    found: dict[str, set[str]] = {}
    for contract in contracts().values():
        for column in contract.columns:
            for label in (column.name, column.title, column.title_ja):
                found.setdefault(_plain(label), set()).add(column.kind)
    return {label: frozenset(kinds) for label, kinds in found.items()}


def _issue(column: str, what: str) -> Issue:
    return Issue("personal-data", "error", what, (("column", column),), line=1, column=column, remedy=_REMEDY)
