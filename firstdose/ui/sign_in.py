"""The page that asks who it is, and who is signed in with the button to leave."""

from urllib.parse import urlencode, urlsplit

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from firstdose import doors, readers, sessions
from firstdose.settings import settings
from firstdose.sign_in_audit import tell
from firstdose.ui.markdown import escaped
from firstdose.ui.menu import hidden
from firstdose.ui.state import speak
from firstdose.ui.who import session_print
from firstdose.who import Who
from firstdose.words import _

#: Constants of ours. A rule with ``:has`` would be asked of every element of every page instead.
#: A tab whose session was ended elsewhere keeps, at times, an empty side bar (Streamlit 1.67).
_ALONE = "<style>[data-testid=stSidebar] { display: none; }</style>"
_AT_THE_FOOT = (
    "<style>[data-testid=stSidebarUserContent] > div > [data-testid=stVerticalBlock] > div:first-child "
    "{ order: 1; }</style>"
)


def ask() -> None:
    """Say that nobody is signed in, and how to; drawn without a look at the data."""
    hidden()
    sessions.asks_now(st.context.headers.get(sessions.TAB, ""))
    if st.session_state.pop("left", False):
        st.logout()  # the browser goes to forget its cookie, and to the provider
    oidc = settings().auth == "oidc"
    st.html(_ALONE)
    with st.container(key="sign-in", border=True, width=480):
        st.title(_("Sign in to firstdose"), anchor=False)
        if st.query_params.get("sign-in") == "failed":
            st.error(
                _(
                    "The sign-in did not succeed. Try again; if it goes on failing, ask your operator: "
                    "the audit chain and the log say why."
                )
            )
        if oidc:
            st.markdown(
                _(
                    "You are not signed in, or your session is over. After signing in you come back to the "
                    "page you asked for."
                )
            )
            if st.button(_("Sign in"), key="action-sign-in", type="primary"):
                _come_back()
                st.login()
        else:
            st.markdown(
                _(
                    "The proxy before firstdose did not say who you are. Sign in there, then load this "
                    "page again."
                )
            )


def _come_back() -> None:
    """Come back to what is on the screen: a tab whose session ended was opened long ago."""
    query = {name: st.query_params.get_all(name) for name in st.query_params}
    address = urlsplit(st.context.url or "").path + ("?" + urlencode(query, doseq=True) if query else "")
    if address not in ("", "/") and "sign-in" not in query:
        sessions.ask_back(st.context.cookies.get(readers.READER, ""), address)


def present(who: Who) -> None:
    """Name whoever is signed in, at the foot of the side bar, with the way out."""
    if who.method not in {"oidc", "proxy"}:
        return
    st.html(_AT_THE_FOOT)
    with st.sidebar.container(key="signed-in", gap="small"):
        st.caption(escaped(_("Signed in as {who}").format(who=who.shown)))
        proxy = settings().proxy
        if who.method == "oidc":
            st.button(_("Sign out"), key="action-sign-out", type="tertiary", on_click=_leave)
        elif proxy and proxy.sign_out:
            st.link_button(_("Sign out"), proxy.sign_out, type="tertiary")


def _leave() -> None:
    """End the session of this browser: every tab of it shows so at once, and its cookie is worth nothing."""
    speak()
    print_ = session_print()
    who, tabs = sessions.leave(print_)
    if who is not None:
        tell("logout", who, _("Signed out"), print_[:16])
    st.session_state["left"] = True
    context = get_script_run_ctx()
    doors.wake(tabs - {context.session_id} if context else tabs)
