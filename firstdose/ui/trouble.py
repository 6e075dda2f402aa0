"""What a reader sees when something cannot be shown: what, why, and the next step."""

import streamlit as st

from firstdose.errors import FirstdoseError, UnknownVersion
from firstdose.ui.markdown import escaped
from firstdose.words import _


def show_error(error: FirstdoseError) -> None:
    """Draw an error in words with the next step; never a trace."""
    with st.container(key="trouble"):
        st.error(escaped(str(error)))
        if isinstance(error, UnknownVersion) and error.newest:
            st.button(
                _("Open the newest version"), key="action-data-newest", on_click=_newest, type="primary"
            )
        else:
            st.button(_("Start again from the overview"), key="action-overview-home", on_click=_newest)


def _newest() -> None:
    """Forget the refused address: the next run starts from the default view of the newest version."""
    for key in ("view", "written"):
        st.session_state.pop(key, None)
    st.query_params.clear()
