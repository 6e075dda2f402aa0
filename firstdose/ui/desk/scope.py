"""What the files speak for, chosen in words; the report day."""

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from firstdose.intake.scope import Scope
from firstdose.queries import filters as questions
from firstdose.ui.desk.refused import told
from firstdose.ui.store import lake
from firstdose.words import N_, _

if TYPE_CHECKING:
    from firstdose.lake import Draft, Drafts

_KINDS = {
    "whole": N_("These files are the whole tables: rows that are not in them go"),
    "merge": N_("Add and change only: nothing goes"),
    "partner": N_("The rows of one partner: only its rows are replaced"),
    "program": N_("The rows of one program: only its rows are replaced"),
    "complete": N_("Everything there is: tables without a file become empty"),
}


def choose(drafts: "Drafts", draft: "Draft") -> "Draft":
    """Draw the choice; the draft with what is chosen (a change runs the page again)."""
    newest = lake().newest()
    kinds = list(_KINDS) if newest else ["whole", "complete"]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.selectbox(
            _("What do the files speak for?"),
            kinds,
            index=kinds.index(kind_of(draft.scope)),
            format_func=lambda kind: _(_KINDS[kind]),
            key="desk-scope",
            on_change=partial(_changed, drafts, draft),
            width=460,
        )
        if draft.scope.within is not None:
            kind, value = draft.scope.within
            ids = _ids(kind)
            st.selectbox(
                _("Partner") if kind == "partner" else _("Program"),
                list(ids),
                index=list(ids).index(value) if value in ids else 0,
                format_func=lambda one: ids.get(one, one),
                key="desk-within",
                on_change=partial(_within, drafts, draft, kind),
                width=260,
            )
        st.date_input(
            _("Report day"),
            value=date.fromisoformat(draft.as_of) if draft.as_of else None,
            min_value=date(1990, 1, 1),
            max_value=date(2199, 12, 31),
            format="YYYY-MM-DD",
            help=_("The day the data speaks for; today when empty."),
            key="desk-day",
            on_change=partial(_day, drafts, draft),
            width=150,
        )
    return draft


def kind_of(scope: Scope) -> str:
    """The word of the choice for a scope."""
    if scope.complete:
        return "complete"
    if scope.within is not None:
        return scope.within[0]
    return "merge" if scope.mode == "merge" else "whole"


def scope_of(kind: str) -> Scope:
    """The scope for a word of the choice; one partner or program begins with the first there is."""
    if kind == "complete":
        return Scope(complete=True)
    if kind == "merge":
        return Scope("merge")
    if kind in {"partner", "program"}:
        return Scope(within=(kind, next(iter(_ids(kind)), "")))
    return Scope()


def _ids(kind: str) -> dict[str, str]:
    return dict(getattr(questions.known(lake().session(), "data", ()), kind))


@told
def _changed(drafts: "Drafts", draft: "Draft") -> None:
    drafts.change(draft, scope=scope_of(st.session_state["desk-scope"]))


@told
def _within(drafts: "Drafts", draft: "Draft", kind: str) -> None:
    drafts.change(draft, scope=Scope(within=(kind, st.session_state["desk-within"])))


@told
def _day(drafts: "Drafts", draft: "Draft") -> None:
    day = st.session_state["desk-day"]
    drafts.change(draft, as_of=day.isoformat() if day else "")
