"""What a reader sees when something cannot be shown: what, why, and the next step."""

import streamlit as st

from firstdose import incidents
from firstdose.access import Denied
from firstdose.errors import DamagedVersion, FirstdoseError, UnknownVersion
from firstdose.ui import access
from firstdose.ui.markdown import escaped
from firstdose.ui.store import lake
from firstdose.words import _

OFFERED = 4  # versions near a damaged one; our convention


def show_error(error: FirstdoseError) -> None:
    """Draw an error in words with the next step; never a trace."""
    with st.container(key="trouble"):
        st.error(escaped(str(error)))
        if isinstance(error, UnknownVersion) and error.newest:
            st.button(
                _("Open the newest version"), key="action-data-newest", on_click=_newest, type="primary"
            )
        elif isinstance(error, DamagedVersion):
            _others(error.version)
        elif isinstance(error, Denied):
            access.way_out()
        else:
            st.button(_("Start again from the overview"), key="action-overview-home", on_click=_newest)


def show_incident(error: Exception) -> bool:
    """Draw an error that nobody foresaw: its id and the next step, no detail; the log has those.

    Streamlit calls it for the script and for what a widget calls, which ``app.py`` cannot guard. True, since
    nothing else is to be drawn.
    """
    if isinstance(error, FirstdoseError):
        show_error(error)
        return True
    name = incidents.note(error)
    with st.container(key="trouble"):
        said = _("Something went wrong that firstdose did not expect. Tell your operator this number: {id}")
        st.error(escaped(said.format(id=name)))
        st.button(_("Start again from the overview"), key="action-overview-home", on_click=_newest)
    return True


def _others(damaged: int) -> None:
    """Offer the versions before and after a damaged one: they may well be whole."""
    near = [version.version for version in lake().versions() if version.version != damaged]
    near.sort(key=lambda number: (abs(number - damaged), -number))
    with st.container(horizontal=True):
        for number in near[:OFFERED]:
            label = _("Open version {n}").format(n=number)
            st.button(label, key=f"action-version-{number}", on_click=_open, args=(number,))


def _open(number: int) -> None:
    """Start from the default view of one version."""
    _newest()
    st.query_params["version"] = str(number)


def _newest() -> None:
    """Forget the refused address: the next run starts from the default view of the newest version."""
    for key in ("view", "written"):
        st.session_state.pop(key, None)
    st.query_params.clear()
