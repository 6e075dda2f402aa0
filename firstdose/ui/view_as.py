"""*See as*: a steward looks at the dashboard with the eyes of a role and a partner or program."""

from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from firstdose.access import ROLE_NAMES, ROLES, Grant, Scope
from firstdose.errors import FirstdoseError
from firstdose.queries import filters as questions
from firstdose.ui import access
from firstdose.ui.markdown import escaped
from firstdose.ui.signed import author, name_said
from firstdose.ui.store import lake
from firstdose.ui.who import who
from firstdose.words import _

if TYPE_CHECKING:
    from firstdose.lake import Session
    from firstdose.view import View


def panel(view: "View", session: "Session") -> None:
    """Choose a role and whose rows; made only when opened."""
    box = st.expander(_("See what somebody else sees"), key="share-as", on_change="rerun")
    if not box.open:
        return
    offered = questions.known(session, view.page, ())
    with box, st.form("see-as", border=False):
        st.selectbox(_("Role"), ROLES, format_func=lambda role: _(ROLE_NAMES[role]), key="share-as-role")
        for key, label, names in (
            ("partners", _("Partners"), offered.partner),
            ("programs", _("Programs"), offered.program),
        ):
            st.multiselect(
                label, list(names), format_func=names.__getitem__, key=f"share-as-{key}", help=_("None: all.")
            )
        if st.form_submit_button(_("See"), key="action-view-as"):
            _see()


def _see() -> None:
    """Begin; the whole page is drawn anew, with a bar that says so."""
    state = st.session_state
    programs, partners = state["share-as-programs"], state["share-as-partners"]
    scope = Scope(
        frozenset(programs) if programs else None,
        frozenset(partners) if partners else None,
    )
    role = state["share-as-role"]
    try:
        access.require("view as")
        seen = Grant(role, scope, _("seen as chosen by a steward"))
        by = name_said() or who().id
        said = _("{role}: {scope}").format(role=_(ROLE_NAMES[seen.role]), scope=scope.in_words())
        lake().note("view_as", author(by, said, date.min), seen.scope.digest or "everything", role=seen.role)
    except FirstdoseError as error:
        st.error(escaped(str(error)))
        return
    for key in access.OF_THE_EYES:
        state.pop(key, None)
    state[access.SEEN_AS] = seen
    st.rerun()
