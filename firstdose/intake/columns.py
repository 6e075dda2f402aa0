"""What a column of text looks like: numbers written two ways, marks for missing, dates of several forms.

These are looks at a whole column, made once it is staged. They warn; they refuse only when a number could be
read in two ways. Free text is left alone.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from firstdose.errors import Issue
from firstdose.words import N_

if TYPE_CHECKING:
    import duckdb

_MISSING = r"(?i)^(na|n/a|#n/a|none|null|nil|\.|-)$"
_AT_ONCE = 100  # columns a statement: planning one takes 10 ms, whether it looks at one column or at many
_FEW = 50_000  # rows; above, columns grouped each by itself take half as long as all in one heap (measured)
# over distinct cells: most columns repeat themselves, and ten patterns a cell is what costs
_LOOKS = """
select
    place,
    sum(n) as filled,
    sum(n) filter (try_cast(cell as double) is not null) as numbers,
    sum(n) filter (regexp_full_match(cell, '(?i)[+-]?(nan|inf|infinity)')) as not_finite,
    sum(n) filter (regexp_full_match(cell, '[+-]?\\d{1,3}(\\.\\d{3})*,\\d+|[+-]?\\d+,\\d+')) as comma,
    sum(n) filter (regexp_full_match(cell, '[+-]?\\d+\\.\\d+')) as point,
    sum(n) filter (regexp_full_match(cell, '[+-]?\\d{1,3}((\\.\\d{3})+,\\d+|(\\.\\d{3}){2,})')) as european,
    sum(n) filter (regexp_matches(cell, $missing)) as missing,
    list(distinct cell) filter (regexp_matches(cell, $missing)) as marks,
    sum(n) filter (regexp_full_match(cell, '\\d{4}-\\d{2}-\\d{2}([ T].*)?')) as iso,
    sum(n) filter (regexp_full_match(cell, '\\d{4}/\\d{1,2}/\\d{1,2}([ T].*)?')) as slashed,
    sum(n) filter (regexp_full_match(cell, '\\d{1,2}[/.-]\\d{1,2}[/.-]\\d{2,4}([ T].*)?')) as day_first,
    count(distinct regexp_extract(cell, '\\d{2}:\\d{2}.*?(Z|[+-]\\d{2}:?\\d{2})$', 1))
        filter (regexp_matches(cell, '\\d{2}:\\d{2}.*(Z|[+-]\\d{2}:?\\d{2})$')) as zones,
    sum(n) filter (contains(cell, chr(65533))) as replaced,
    sum(n) filter (regexp_matches(cell, '\\\\"')) as backslashes
from ($cells)
group by place
"""
_TOGETHER = """
select place[2:]::int as place, cell, count(*) as n
from (unpivot (select $columns from read_parquet($path)) on $columns into name place value cell)
group by all
"""
# plain numbers are looked at as one whole and one broken number: all of them answer every pattern alike, and
# measurements seldom repeat themselves
_EACH = """
select
    $at as place,
    case
        when regexp_full_match(differing, '[+-]?\\d{1,30}') then '1'
        when regexp_full_match(differing, '[+-]?\\d{1,30}\\.\\d{1,30}') then '1.5'
        else differing
    end as cell,
    sum(times) as n
from (
    select c$at as differing, count(*) as times from read_parquet($path) where c$at is not null group by all
)
group by all
"""
# 1,234,567 and 1,234.5 say what a comma is, unless 12,5 beside them says otherwise; asked of few columns
_GROUPS = """
select
    count(*) filter (regexp_full_match(cell, '[+-]?\\d{1,3}((,\\d{3}){2,}(\\.\\d+)?|(,\\d{3})+\\.\\d+)')) > 0
    and count(*) filter (regexp_full_match(cell, '[+-]?[\\d.]+,\\d+')
        and not regexp_full_match(cell, '[+-]?\\d{1,3},\\d{3}')) = 0
from (select distinct $column as cell from read_parquet($path) where contains($column, ','))
"""


def looks(con: "duckdb.DuckDBPyConnection", parquet: str, header: list[str], rows: int) -> list[Issue]:
    """The issues of every column of a staged file; purely numeric and plainly textual columns cost little."""
    issues: list[Issue] = []
    for first in range(0, len(header), _AT_ONCE):
        places = range(first, min(first + _AT_ONCE, len(header)))
        sql = _LOOKS.replace("$cells", _cells(places, rows))
        asked = con.execute(sql, {"path": parquet, "missing": _MISSING})
        names = [part[0] for part in asked.description or ()]
        for row in sorted(asked.fetchall()):  # a column without a cell has no row, and nothing to tell
            counts = {key: seen or 0 for key, seen in zip(names, row, strict=True)}
            at = counts["place"]
            if counts["comma"] and not counts["european"]:
                found = con.execute(_GROUPS.replace("$column", f"c{at}"), {"path": parquet}).fetchall()[0]
                if found[0]:  # commas stand between thousands in this column; the cells say so themselves
                    counts["comma"] = 0
            issues += _judge(header[at][:200], counts)
    return issues


def _cells(places: Sequence[int], rows: int) -> str:
    """The different cells of some columns with how often each stands there, as SQL."""
    if rows > _FEW:
        return " union all ".join(_EACH.replace("$at", str(at)) for at in places)
    return _TOGETHER.replace("$columns", ", ".join(f"c{at}" for at in places))


def _judge(name: str, seen: dict[str, Any]) -> list[Issue]:
    """The issues of one column from its counts."""
    found: list[Issue] = []
    filled, comma, point = seen["filled"], seen["comma"], seen["point"]
    numeric = seen["numbers"] + max(comma, seen["european"])
    if seen["replaced"]:
        template = N_("{n} cells of {column} hold replacement characters: text was lost before it came here.")
        found.append(_warn("replacement-character", template, name, n=seen["replaced"]))
    if seen["backslashes"]:
        template = N_("{column} holds backslash escapes; they are kept as they are.")
        found.append(_warn("backslash", template, name))
    if filled and numeric + seen["missing"] + seen["not_finite"] >= 0.5 * filled:
        found += _numbers(name, seen, comma, point)
    dates = seen["iso"] + seen["slashed"] + seen["day_first"]
    forms = sum(1 for form in ("iso", "slashed", "day_first") if seen[form])
    if forms > 1 and dates >= 0.5 * filled:
        template = N_("{column} holds several forms of dates; {n} cells are not written YYYY-MM-DD.")
        found.append(_warn("date-forms", template, name, n=filled - seen["iso"]))
    if seen["zones"] > 1:
        template = N_("{column} holds times of different zones; all are shown as written.")
        found.append(_warn("time-zones", template, name))
    return found


def _numbers(name: str, seen: dict[str, Any], comma: int, point: int) -> list[Issue]:
    found: list[Issue] = []
    if comma and point:
        found.append(
            Issue(
                "decimal-mixed",
                "error",
                N_("The column “{column}” mixes decimal comma and decimal point."),
                (("column", name),),
                column=name,
                remedy=N_("Write one of them in the whole column, or say which it is in a mapping profile."),
            )
        )
    elif seen["european"] or comma:
        template = N_("The numbers of {column} look European (1.234,5).")
        found.append(_warn("numbers-european", template, name))
    if seen["not_finite"]:
        template = N_("{n} cells of {column} are not finite numbers and are left empty.")
        found.append(_warn("not-finite", template, name, n=seen["not_finite"]))
    if seen["missing"]:
        template = N_("{n} cells of {column} are read as missing: {marks}.")
        marks = ", ".join(sorted(seen["marks"])[:8])
        found.append(_warn("missing-mark", template, name, n=seen["missing"], marks=marks))
    return found


def _warn(code: str, template: str, column: str, **values: object) -> Issue:
    told = (("column", column), *((name, str(value)) for name, value in values.items()))
    return Issue(code, "warning", template, told, column=column)
