"""What the reader of this page may do and see, asked at every run and at every act."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from firstdose import access, access_rules, partner, settings_audit
from firstdose.access import Action, Denied, Grant
from firstdose.errors import FirstdoseError
from firstdose.lake import Lake
from firstdose.lake.refusals import tell
from firstdose.ui.markdown import escaped
from firstdose.ui.who import still, who
from firstdose.words import _, language, use_language

if TYPE_CHECKING:
    from firstdose.lake.partner_links import PartnerLink
    from firstdose.who import Who

SEEN_AS = "view-as"
_REFUSED = "files-refused"
ANSWERED_SECONDS = 0.5  # the button waits for its answer, or it could not be pressed any more
#: What one pair of eyes leaves in the state that another must not find: the view, and the file made of it.
OF_THE_EYES = ("view", "written", "mark", "taken")


def own() -> Grant:
    """What the reader was granted themselves; ``Denied`` when nothing was."""
    asker = who()
    try:
        return _granted(asker)
    except Denied as error:
        _told(asker, "view", "", error)
        raise


def _granted(asker: "Who") -> Grant:
    if asker.method == "local":
        return access.ALL
    if asker.method == "link":
        return partner.grant(asker)
    settings_audit.look(Lake.shared())
    return access_rules.grant(asker, access_rules.path(Lake.shared().place.folder))


def grant() -> Grant:
    """What counts for this run: what was granted, or what a steward chose to see as somebody else."""
    granted = own()
    chosen: Grant | None = st.session_state.get(SEEN_AS)
    if chosen is None or not access.allows(granted, "view as"):
        return granted
    return chosen


def pages() -> frozenset[str] | None:
    """The pages to offer; none for all of them, each of which then says why it shows nothing."""
    try:
        return grant().pages
    except FirstdoseError:
        return None


def allows(action: Action) -> bool:
    """Whether to offer an action; it is asked again when it is taken."""
    return access.allows(grant(), action)


def require(action: Action, object_id: str = "") -> None:
    """Let the reader take an action, or refuse in words (``Denied``) and tell the audit chain."""
    with telling(action, object_id):
        access.may(grant(), action)


@contextmanager
def telling(action: Action, object_id: str) -> Iterator[None]:
    """Tell the audit chain of what is refused (``Denied``) in the block."""
    try:
        yield
    except Denied as error:
        _told(who(), action, object_id, error)
        raise


def require_end(link: "PartnerLink") -> None:
    """Let the reader revoke a partner link, or refuse in words (``Denied``) and tell the audit chain."""
    granted = grant()
    with telling("revoke link", link.id):
        access.may_end(granted, shows_within=link.shows_within(granted.scope))


def open_page(page: str) -> None:
    """Let the reader open a page, or refuse in words."""
    with telling("view", page):
        access.may_open(grant(), page)


def asked_anew(name: str, write: Callable[[], bytes]) -> Callable[[], bytes]:
    """What writes the file ``name`` later, in a thread that knows no reader, while they are granted the same.

    The button of a page that stands open works without a run of it. ``Denied``, which the audit chain is
    told, and ``NotSignedIn`` say what became of the reader since. Streamlit says of neither why, so the page
    is drawn anew and does.
    """
    asker, granted, looks, spoken = who(), own(), still(), language()
    context = get_script_run_ctx()
    tabs = [context.session_id] if context else []
    refused: list[str] = st.session_state.setdefault(_REFUSED, [])

    def written() -> bytes:
        use_language(spoken)
        try:
            _still_granted(looks(), granted)
            return write()
        except FirstdoseError as error:
            if isinstance(error, Denied):
                _told(asker, "export", name, error)
            from firstdose import doors  # only where there is a server

            refused.append(str(error))
            doors.wake(tabs, after=ANSWERED_SECONDS)
            raise

    return written


def tell_refused() -> None:
    """Say once why the files pressed for on the page as it was drawn before were not given."""
    for why in dict.fromkeys(st.session_state.pop(_REFUSED, ())):
        said = _("No file was given: {why}").format(why=why)
        st.toast(escaped(said), icon=":material/block:", duration="infinite")


def _still_granted(asker: "Who", granted: Grant) -> None:
    if _granted(asker) != granted:
        said = _("What you may see has changed since this page was drawn: look at it as it is now.")
        raise Denied(said)


def _told(asker: "Who", action: str, object_id: str, error: Denied) -> None:
    tell(Lake.shared(), asker, action, object_id, str(error))


def bar() -> None:
    """Say whose eyes the page is seen with, where they are not the reader's own, and the way out."""
    granted = grant()
    if SEEN_AS in st.session_state and granted is st.session_state[SEEN_AS]:
        said = _("You see as a {role} would, of: {scope}. You may do no more than they may.")
        with st.container(key="seen-as", horizontal=True, vertical_alignment="center"):
            st.info(_told_in_words(said, granted))
            st.button(_("Back to my own view"), key="action-view-as-end", on_click=end)
    elif granted.role == "guest":
        with st.container(key="seen-as", horizontal=True, vertical_alignment="center"):
            st.info(_told_in_words(_("Shared with you as a {role}: {scope}."), granted))
            st.link_button(_("Leave"), partner.LEAVE)


def _told_in_words(said: str, granted: Grant) -> str:
    return escaped(said.format(role=_(access.ROLE_NAMES[granted.role]), scope=granted.scope.in_words()))


def way_out() -> None:
    """Below a refusal: a guest may forget the link, a steward see with their own eyes again."""
    if who().method == "link":
        st.link_button(_("Leave"), partner.LEAVE)
    elif SEEN_AS in st.session_state:
        st.button(_("Back to my own view"), key="action-view-as-end", on_click=end)


def end() -> None:
    """See with one's own eyes again; the page starts anew."""
    for key in (SEEN_AS, *OF_THE_EYES):
        st.session_state.pop(key, None)
