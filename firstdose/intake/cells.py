"""From text to values: for each kind of column, the SQL that types a cell and the rules a cell must keep.

Everything is compiled from the contract into expressions over staged text, so a million rows are judged
where they lie. ``text`` is the cell trimmed of blanks; a number, day or truth value may also be one of
the usual marks for missing.
"""

from dataclasses import dataclass

from firstdose.contracts import Column
from firstdose.words import N_

# the letters themselves: as calls that the engine joins, they were planned again for every column
_BLANK = "' \t\n\r\u00a0\u3000'"
_MARK = r"(?i)(na|n/a|#n/a|none|null|nil|nan|[+-]?inf(inity)?|\.|-|–|—)"
_CENTURY = "(19|20|21)"
_MOST_SHOWN = 20  # allowed words that a message repeats
_ID = N_("“{value}” is no ID: letters, digits, dot, underscore and hyphen, 64 at most.")


@dataclass(frozen=True, slots=True)
class Rule:
    """What no cell of a column may be: ``bad`` is SQL that is true for every cell to report.

    ``form`` says that a cell breaks it by how it is written, so another way to read it may be found.
    """

    code: str
    bad: str
    template: str
    remedy: str = ""
    values: tuple[tuple[str, str], ...] = ()
    warning: bool = False
    form: bool = False


def literal(text: str) -> str:
    """A text of a contract as SQL."""
    return "'" + text.replace("'", "''") + "'"


def text(column: Column, raw: str) -> str:
    """The cell as text: free text as it came, anything else without blanks around it."""
    return raw if column.kind == "text" else f"nullif(trim({raw}, {_BLANK}), '')"


def is_mark(column: Column, cell: str) -> str:
    """Whether a cell holds a mark for missing; text, IDs and words of a list have none."""
    if column.kind in ("date", "int", "number", "bool"):
        return f"coalesce(regexp_full_match({cell}, {literal(_MARK)}), false)"
    return "false"


def typed(column: Column, cell: str) -> str:
    """The cell as a value of the stored type, null when it is none."""
    if column.kind == "bool":
        return (
            f"case when lower({cell}) in ('true', '1', 'yes') then true "
            f"when lower({cell}) in ('false', '0', 'no') then false end"
        )
    if column.kind == "date":
        return (
            f"case when regexp_full_match({cell}, '{_CENTURY}\\d{{2}}-\\d{{2}}-\\d{{2}}( 00:00:00)?') "
            f"then try_cast(left({cell}, 10) as date) "
            f"when regexp_full_match({cell}, '{_CENTURY}\\d{{2}}/\\d{{1,2}}/\\d{{1,2}}') "
            f"then cast(try_strptime({cell}, '%Y/%m/%d') as date) end"
        )
    if column.kind == "int":
        return f"if(regexp_full_match({cell}, '[+-]?\\d{{1,18}}'), try_cast({cell} as bigint), null)"
    if column.kind == "number":
        return (
            f"if(regexp_full_match({cell}, '[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{{1,3}})?') "
            f"and isfinite(try_cast({cell} as double)), try_cast({cell} as double), null)"
        )
    if column.kind == "enum list":
        allowed = ", ".join(map(literal, column.allowed))
        parts = f"list_transform(string_split({cell}, ';'), lambda part: trim(part))"
        return (
            f"if({cell} is not null and list_has_all([{allowed}], {parts}), "
            f"array_to_string(list_filter([{allowed}], lambda one: list_contains({parts}, one)), ';'), null)"
        )
    return cell


def rules(column: Column, cell: str, value: str) -> list[Rule]:
    """The rules of one column over its cell (text) and its value, errors first."""
    found = [_type(column, cell, value)] if column.kind not in ("id", "text", "enum", "url") else []
    found += _written(column, cell) + _limits(column, value)
    if column.required:
        template = N_("{column} is empty; every row needs it.")
        mark = is_mark(column, cell)
        empty = f"{cell} is null"
        if mark != "false":  # asked of the few cells without a value: no mark has one
            empty = f"case when {value} is null then {cell} is null or {mark} else false end"
        found.insert(0, Rule("required", empty, template, N_("Fill it in.")))
    if column.kind in ("date", "bool"):  # numbers are told by ``columns``, which sees them in any file
        template = N_("{n} cells of {column} hold a mark for missing and are left empty.")
        unread = (
            f"case when {cell} is not null and {value} is null then {is_mark(column, cell)} else false end"
        )
        found.append(Rule("missing-mark", unread, template, warning=True))
    if column.kind == "date":
        template = N_("{n} dates of {column} are written with slashes; they were read as year/month/day.")
        slashed = f"contains({cell}, '/') and {value} is not null"
        found.append(Rule("date-form", slashed, template, warning=True))
    return found


_TYPES = {
    "bool": ("bool", N_("“{value}” is neither true nor false."), N_("Write true or false.")),
    "date": ("date", N_("“{value}” is no date from 1900 to 2199."), N_("Write it as YYYY-MM-DD.")),
    "int": ("int", N_("“{value}” is no whole number."), N_("Write digits only, such as 12.")),
    "number": (
        "number",
        N_("“{value}” is no number."),
        N_("Write digits with a decimal point and without a unit, such as 12.5."),
    ),
    "enum list": (
        "enum",
        N_("“{value}” holds more than {allowed}."),
        N_("Separate several with a semicolon."),
    ),
}


def _type(column: Column, cell: str, value: str) -> Rule:
    code, template, remedy = _TYPES[column.kind]
    bad = f"{cell} is not null and ({value}) is null"
    mark = is_mark(column, cell)
    values = (("allowed", ", ".join(column.allowed)),) if column.allowed else ()
    if mark != "false":  # asked of the few cells that are left: a pattern costs more than all else
        bad = f"case when {bad} then not {mark} else false end"
    return Rule(code, bad, template, remedy, values, form=True)


def _written(column: Column, cell: str) -> list[Rule]:
    """How a word must be written: an ID by its pattern, a word of a list as listed, a link with https."""
    if column.allowed and column.kind != "enum list":
        allowed = ", ".join(map(literal, column.allowed))
        template = N_("“{value}” is not allowed in {column}; allowed are: {allowed}.")
        if len(column.allowed) > _MOST_SHOWN:
            template = N_("“{value}” is not allowed in {column}; allowed are {allowed}, …")
        values = (("allowed", ", ".join(column.allowed[:_MOST_SHOWN])),)
        bad = f"{cell} not in ({allowed})"
        return [Rule("enum", bad, template, N_("Choose one of them."), values, form=True)]
    if column.kind == "url":
        template = N_("“{value}” is no https address.")
        bad = f"not regexp_full_match({cell}, 'https://[^\\s<>\"\\\\]{{3,}}') or length({cell}) > 2000"
        remedy = N_("Write the whole address, beginning with https://.")
        return [Rule("url", bad, template, remedy, form=True)]
    if column.pattern and column.kind != "enum list":
        bad = f"not regexp_full_match({cell}, {literal(column.pattern.removeprefix('^').removesuffix('$'))})"
        if column.kind == "id":
            return [Rule("id", bad, _ID, form=True)]
        template = N_("“{value}” of {column} is not written as {pattern}.")
        return [Rule("pattern", bad, template, "", (("pattern", column.pattern),), form=True)]
    return []


def _limits(column: Column, value: str) -> list[Rule]:
    found = []
    if column.minimum is not None:
        template = N_("{column} {value} is below {limit}.")
        limit = (("limit", f"{column.minimum:g}"),)
        found.append(Rule("minimum", f"({value}) < {column.minimum:g}", template, "", limit))
    if column.maximum is not None:
        template = N_("{column} {value} is above {limit}.")
        limit = (("limit", f"{column.maximum:g}"),)
        found.append(Rule("maximum", f"({value}) > {column.maximum:g}", template, "", limit))
    return found
