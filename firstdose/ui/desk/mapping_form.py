"""The mapping of a file as a form: which tables, how each column is made, what its words mean.

The text beside it is the mapping itself: every widget shows what the text says and writes its answer into it,
so the two are never apart. Widgets keep their keys, so that the keyboard stays where it was.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import streamlit as st

from firstdose.contracts import Column, contracts
from firstdose.intake.answers import (
    open_questions,
    way_of,
    with_outputs,
    with_unpivot,
    with_way,
    words_of,
)
from firstdose.intake.profile import Output, Profile, Way
from firstdose.intake.profile_files import write
from firstdose.intake.profile_text import MOST_LINES
from firstdose.intake.propose import codes, propose_table, way
from firstdose.ui.markdown import escaped
from firstdose.words import N_, _

_MOST_WORDS = 40  # words with a field of their own; more are mapped in the text
_ORDERS = {
    "": N_("as written; unclear ones are asked about"),
    "ymd": N_("year first"),
    "dmy": N_("day first"),
    "mdy": N_("month first"),
    "excel": N_("days as Excel counts them"),
}
_MARKS = {"": N_("as written"), "point": N_("point (1,234.5)"), "comma": N_("comma (1.234,5)")}
_OTHERS = {
    "refuse": N_("is an error"),
    "keep": N_("stays as it is"),
    "empty": N_("becomes empty"),
}


@dataclass(frozen=True, slots=True)
class Form:
    """A mapping on the screen: the key of its text, what the text says, and some cells of the file."""

    key: str
    profile: Profile
    cells: Mapping[str, list[str]]
    header: tuple[str, ...]
    sample: Sequence[Sequence[str | None]]

    def widget(self, name: str, shows: Any) -> str:
        """The key of a widget, which shows what the text says."""
        key = f"{self.key}-{name}"
        if st.session_state.get(key) != shows:
            st.session_state[key] = shows
        return key


def draw(form: Form) -> None:
    """Draw the form."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = form.widget("name", form.profile.name)
        st.text_input(_("Name of the mapping"), key=name, on_change=partial(_named, form, name), width=260)
        lines = form.widget("below", form.profile.layout.skip_below_header)
        st.number_input(
            _("Lines to leave out below the header"),
            min_value=0,
            max_value=MOST_LINES,
            key=lines,
            on_change=partial(_skipped, form, lines),
            width=260,
        )
    tables = form.widget("tables", [output.table for output in form.profile.outputs])
    st.multiselect(
        _("Tables that this file gives"),
        list(contracts()),
        format_func=lambda one: contracts()[one].label,
        key=tables,
        on_change=partial(_tables, form, tables),
    )
    asked = {(one.output, one.column) for one in open_questions(form.profile, form.cells)}
    for at, output in enumerate(form.profile.outputs):
        _output(form, at, output, {column for where, column in asked if where == at})


def _output(form: Form, at: int, output: Output, asked: set[str]) -> None:
    """One table: choose a column, then say how it is made."""
    contract = contracts()[output.table]
    if output.unpivot is not None:
        rows = form.widget(f"rows-{output.table}", [name for name, _code in output.unpivot.columns])
        st.multiselect(
            _("{table}: columns of the file that become rows").format(table=contract.label),
            list(form.header),
            key=rows,
            on_change=partial(_rows, form, at, rows),
        )
    fixed = output.unpivot.name if output.unpivot else None
    columns = [column.name for column in contract.columns if column.name != fixed]
    columns.sort(key=lambda name: (name not in asked, way_of(output, name)[0] is None))  # what is open first
    chosen = st.selectbox(
        _("{table}: column").format(table=contract.label),
        columns,
        format_func=lambda name: _made(output, contract.column(name), name in asked),
        key=f"{form.key}-column-{output.table}",
    )
    if chosen is None:
        return
    with st.container(border=True, gap="small"):
        _column(form, at, output, contract.column(chosen))


def _made(output: Output, column: Column, asked: bool) -> str:
    """A column with how it is made, for the list to choose from."""
    way_, sources = way_of(output, column.name)
    made = " + ".join(sources[:4]) + (" …" if len(sources) > 4 else "")
    if way_ is not None and way_.constant is not None:
        made = f"“{way_.constant}”"
    mark = "?" if asked else "✓" if way_ is not None else "–"
    return f"{mark} {column.label} ({column.name})" + (f" ← {made}" if made else "")


def _column(form: Form, at: int, output: Output, column: Column) -> None:
    """How one column is made: of which columns of the file or one value, and how its cells are read."""
    way_, sources = way_of(output, column.name)
    now = way_ or Way()
    stem = f"{output.table}-{column.name}"
    change = partial(_changed, form, at, column.name)
    st.caption(escaped(column.meaning))
    if not (output.unpivot and column.name == output.unpivot.value):
        origin = form.widget(f"from-{stem}", list(now.columns))
        st.multiselect(
            _("From the columns of the file"),
            list(form.header),
            key=origin,
            on_change=partial(_origin, form, at, column, origin),
        )
        if not now.columns:
            _constant(form, column, now, stem, change)
    if sources:
        _reading(form, column, now, stem, change)
        _words(form, at, column, now, sources, stem)


def _constant(form: Form, column: Column, now: Way, stem: str, change: Callable[..., None]) -> None:
    allowed = column.allowed or (("true", "false") if column.kind == "bool" else ())
    label = _("One value for all rows")
    given = now.constant or ""
    if allowed:
        key = form.widget(f"constant-{stem}", given if given in allowed else None)
        st.selectbox(label, list(allowed), index=None, key=key, on_change=partial(change, "constant", key))
    else:
        key = form.widget(f"constant-{stem}", given)
        form_ = "YYYY-MM-DD" if column.kind == "date" else None
        st.text_input(label, key=key, placeholder=form_, on_change=partial(change, "constant", key))


def _reading(form: Form, column: Column, now: Way, stem: str, change: Callable[..., None]) -> None:
    """The order of days, the decimal mark, a factor between units: where the column has such cells."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if column.kind == "date":
            key = form.widget(f"dates-{stem}", now.dates or "")
            st.selectbox(
                _("Order of days"),
                list(_ORDERS),
                format_func=lambda one: _(_ORDERS[one]),
                key=key,
                on_change=partial(change, "dates", key),
            )
        if column.kind in ("int", "number"):
            key = form.widget(f"decimal-{stem}", now.decimal or "")
            st.selectbox(
                _("Decimal mark"),
                list(_MARKS),
                format_func=lambda one: _(_MARKS[one]),
                key=key,
                on_change=partial(change, "decimal", key),
            )
        if column.kind == "number":
            key = form.widget(f"factor-{stem}", 1.0 if now.factor is None else now.factor)
            st.number_input(
                _("Multiply by (unit)"), key=key, format="%g", on_change=partial(change, "factor", key)
            )


def _words(form: Form, at: int, column: Column, now: Way, sources: Sequence[str], stem: str) -> None:
    """What each different word of the file is read as; only where words are few."""
    words = words_of(sources, form.cells)
    if len(now.columns) > 1:
        words = tuple(given for given, _read in now.values)
    listed = column.kind in ("enum", "bool") or bool(now.values)
    if not listed or not words:
        return
    if len(words) > _MOST_WORDS:
        st.caption(escaped(_("{n} different words: map them in the text beside.").format(n=len(words))))
        return
    known = dict(now.values)
    allowed = list(column.allowed or (("true", "false") if column.kind == "bool" else ()))
    for number, word in enumerate(words):
        shows = known.get(word, word if word in allowed else "")
        key = form.widget(f"word-{stem}-{number}", shows if not allowed or shows in allowed else "")
        label = _("“{word}” is read as").format(word=word)
        done = partial(_mapped, form, at, column, word, key)
        if allowed:
            st.selectbox(
                escaped(label),
                ["", *allowed],
                format_func=lambda one: one or _("not said yet"),
                key=key,
                on_change=done,
            )
        else:
            st.text_input(escaped(label), key=key, on_change=done)
    if now.values:
        key = form.widget(f"others-{stem}", now.otherwise)
        st.selectbox(
            _("Any other word"),
            list(_OTHERS),
            format_func=lambda one: _(_OTHERS[one]),
            key=key,
            on_change=partial(_changed, form, at, column.name, "otherwise", key),
        )


def _keep(form: Form, profile: Profile) -> None:
    """Write the mapping into the text, where the next run of the page reads it."""
    st.session_state[form.key] = write(profile)


def _named(form: Form, key: str) -> None:
    name = re.sub(r"[^a-z0-9]+", "-", str(st.session_state[key]).lower()).strip("-")[:64]
    _keep(form, replace(form.profile, name=name or form.profile.name))


def _skipped(form: Form, key: str) -> None:
    layout = replace(form.profile.layout, skip_below_header=int(st.session_state[key]))
    _keep(form, replace(form.profile, layout=layout))


def _tables(form: Form, key: str) -> None:
    tables: list[str] = st.session_state[key]
    there = {output.table for output in form.profile.outputs}
    made = {name: propose_table(name, form.header, form.sample) for name in tables if name not in there}
    if tables:
        _keep(form, with_outputs(form.profile, tables, made))


def _rows(form: Form, at: int, key: str) -> None:
    _keep(form, with_unpivot(form.profile, at, st.session_state[key], codes(form.header)))


def _origin(form: Form, at: int, column: Column, key: str) -> None:
    sources = tuple(st.session_state[key])
    if len(sources) == 1:
        made: Way | None = way(column, sources[0], form.cells[sources[0]])
    elif sources:
        made = Way(sources)
    else:
        made = Way(constant="") if column.required else None
    _keep(form, with_way(form.profile, at, column.name, made))


def _changed(form: Form, at: int, column: str, what: str, key: str) -> None:
    given = st.session_state[key]
    if what == "factor":
        given = None if given in (None, 0, 1) else given
    elif what == "constant":
        given = "" if given is None else given.strip()
    else:
        given = given or None
    now = way_of(form.profile.outputs[at], column)[0] or Way()
    made: Way | None = replace(now, **{what: given})
    required = contracts()[form.profile.outputs[at].table].column(column).required
    if made == Way(constant="") and not required:
        made = None
    _keep(form, with_way(form.profile, at, column, made))


def _mapped(form: Form, at: int, column: Column, word: str, key: str) -> None:
    """Say what one word is read as; words that are allowed as they stand stay with it."""
    now = way_of(form.profile.outputs[at], column.name)[0] or Way()
    known = dict(now.values)
    if not known and len(now.columns) == 1:
        known = {one: one for one in words_of(now.columns, form.cells) if one in column.allowed}
    known.pop(word, None)
    said = str(st.session_state[key]).strip()
    if said:
        known[word] = said
    _keep(form, with_way(form.profile, at, column.name, replace(now, values=tuple(known.items()))))
