"""Share: the links to a page, live and pinned, views to save, and the page as a file to take away."""

from typing import TYPE_CHECKING

import streamlit as st

from firstdose.errors import FirstdoseError
from firstdose.lake import saved_views
from firstdose.lake.saved_views import SavedView
from firstdose.ui import take
from firstdose.ui.header import pinned_view, whole
from firstdose.ui.markdown import escaped
from firstdose.ui.state import current_view, press, pressed
from firstdose.ui.store import lake, run_session
from firstdose.ui.visit import owner
from firstdose.view import to_link
from firstdose.words import _, language

if TYPE_CHECKING:
    from firstdose.lake import Session
    from firstdose.view import View

LONG_LINK = 2_000  # characters beyond which chats and mail programs cut addresses
_TAKEN = "taken"


def share(view: "View", session: "Session") -> None:
    """Draw the whole panel for what is on the screen."""
    links(view, session)
    st.divider()
    _take_away()
    st.divider()
    _saved(view, session)


def links(view: "View", session: "Session") -> None:
    """The live and the pinned link; a long one is told, since a saved view has a short address."""
    live, pinned = whole(to_link(view)), whole(to_link(pinned_view(view, session)))
    st.caption(_("Live link: opens these filters and follows new data."))
    st.code(live, language=None, wrap_lines=True)
    st.caption(_("Pinned link: opens this data version and report day for ever."))
    st.code(pinned, language=None, wrap_lines=True)
    if max(len(live), len(pinned)) > LONG_LINK:
        st.info(_("This link is long; some programs cut it. Save the view below for a short address."))


def _take_away() -> None:
    kinds = take.KINDS
    kind = st.segmented_control(
        _("Take this page away as"),
        list(kinds),
        format_func=lambda name: _(kinds[name].label),
        default="pptx",
        key="share-kind",
    )
    by = _name("share-by")
    st.button(_("Make the file"), key="action-share-make", on_click=press, args=("share-make",))
    asked = (current_view(), run_session().version, language(), kind, by)
    if pressed("share-make") and kind:
        st.session_state.pop(_TAKEN, None)
        try:
            with st.spinner(_("Writing the file …"), show_time=True):
                st.session_state[_TAKEN] = asked, take.take(kind, take.artefact(by))
        except FirstdoseError as error:
            st.error(escaped(str(error)))
    made_for, made = st.session_state.get(_TAKEN, (None, None))
    if made is not None and made_for == asked:  # a file of other filters is not what the reader sees now
        st.download_button(
            _("Save {file}").format(file=made.name),
            data=made.content,
            file_name=made.name,
            mime=made.mime,
            key="action-share-save",
            type="primary",
            on_click="ignore",
        )


def _name(key: str) -> str:
    """Who acts: asked once in a session."""
    said: str = st.text_input(
        _("Your name"), value=st.session_state.get("desk-by", ""), max_chars=120, key=key, width=320
    )
    if said:
        st.session_state["desk-by"] = said
    return said


def _saved(view: "View", session: "Session") -> None:
    with st.form("share-save", border=False, enter_to_submit=False):
        name = st.text_input(_("Save this view as"), max_chars=120, key="share-name")
        note = st.text_input(_("Note"), max_chars=500, key="share-note")
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            pinned = st.checkbox(_("Pinned to this data"), key="share-pinned")
            shared = st.checkbox(_("In everybody's list"), key="share-shared")
        by = st.text_input(_("Your name"), value=st.session_state.get("desk-by", ""), key="share-saved-by")
        if st.form_submit_button(_("Save the view")):
            kept = pinned_view(view, session) if pinned else view
            _done(name, note, kept, by, shared=shared)
    mine = saved_views.listed(lake(), owner())
    for one in mine[:30]:
        _one(one)


def _done(name: str, note: str, view: "View", by: str, *, shared: bool) -> None:
    try:
        made = saved_views.save(
            lake(),
            name=name,
            note=note,
            page=view.page,
            link=to_link(view),
            owner=owner(),
            shared=shared,
            by=by,
        )
    except FirstdoseError as error:
        st.error(escaped(str(error)))
        return
    st.session_state["desk-by"] = by
    st.success(escaped(_("Saved as “{name}”.").format(name=made.name)))
    st.code(whole(made.address), language=None, wrap_lines=True)


def _one(view: SavedView) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.link_button(escaped(view.name), whole(view.address), help=escaped(view.note) or None)
        whose = _("shared") if view.shared else _("yours")
        st.caption(escaped(f"{whose} · {view.by} · {view.at[:10]}"))
        st.button(
            _("Retire"),
            key=f"action-retire-{view.id}",
            type="tertiary",
            on_click=_retire,
            args=(view,),
        )


def _retire(view: SavedView) -> None:
    by = st.session_state.get("desk-by", "")
    try:
        saved_views.retire(lake(), view, by, _("Retired from the list"))
    except FirstdoseError as error:
        st.session_state["share-problem"] = str(error)


def current() -> None:
    """The panel for the view of this run."""
    view = current_view()
    problem = st.session_state.pop("share-problem", "")
    if problem:
        st.error(escaped(problem))
    share(view, run_session())
