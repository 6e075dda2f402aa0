"""Share: the links to a page, live and pinned, views to save, and the page as a file to take away."""

from typing import TYPE_CHECKING

import streamlit as st

from firstdose.errors import FirstdoseError
from firstdose.exports import reason
from firstdose.lake import saved_views
from firstdose.lake.saved_views import SavedView
from firstdose.ui import access, partner_links, take, view_as
from firstdose.ui.header import pinned_view, whole
from firstdose.ui.markdown import escaped
from firstdose.ui.signed import name_field, name_said, remember
from firstdose.ui.state import current_view, press, pressed
from firstdose.ui.store import lake, run_session
from firstdose.ui.visit import owner
from firstdose.ui.who import who
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
    if access.allows("save view"):
        st.divider()
        _saved(view, session)
    if who().method == "local":
        return  # there is nobody else; who leaves a partner link there would be the local user
    if access.allows("share link"):
        st.divider()
        partner_links.panel(view, session)
    if access.allows("view as"):
        view_as.panel(view, session)


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
    why = ""
    if reason.asked():
        why = st.text_input(_("Why it is taken away"), max_chars=400, key="share-why", width=480)
    st.button(_("Make the file"), key="action-share-make", on_click=press, args=("share-make",))
    read = run_session()
    asked = (
        current_view(),
        read.store,
        read.version,
        language(),
        kind,
        by,
        why,
    )  # the store names whose rows
    if pressed("share-make") and kind:
        st.session_state.pop(_TAKEN, None)
        try:
            with st.spinner(_("Writing the file …"), show_time=True):
                st.session_state[_TAKEN] = asked, take.take(kind, take.artefact(by, why))
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
    said = name_field(_("Your name"), key, width=320)
    remember(said)
    return said


def _saved(view: "View", session: "Session") -> None:
    with st.form("share-save", border=False, enter_to_submit=False):
        name = st.text_input(_("Save this view as"), max_chars=120, key="share-name")
        note = st.text_input(_("Note"), max_chars=500, key="share-note")
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            pinned = st.checkbox(_("Pinned to this data"), key="share-pinned")
            shared = st.checkbox(_("In everybody's list"), key="share-shared")
        by = name_field(_("Your name"), "share-saved-by")
        if st.form_submit_button(_("Save the view")):
            kept = pinned_view(view, session) if pinned else view
            _done(name, note, kept, by, shared=shared)
    mine = saved_views.listed(lake(), owner())
    if not access.grant().scope.everything:  # a shared view's name and note may tell of others
        mine = [one for one in mine if one.owner == owner()]
    for one in mine[:30]:
        _one(one)


def _done(name: str, note: str, view: "View", by: str, *, shared: bool) -> None:
    try:
        access.require("save view")
        made = saved_views.save(
            lake(),
            name=name,
            note=note,
            page=view.page,
            link=to_link(view),
            owner=owner(),
            shared=shared,
            by=by,
            who=who(),
        )
    except FirstdoseError as error:
        st.error(escaped(str(error)))
        return
    remember(by)
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
    try:
        access.require("save view", view.id)
        saved_views.retire(lake(), view, name_said(), _("Retired from the list"), who())
    except FirstdoseError as error:
        st.session_state["share-problem"] = str(error)


def current() -> None:
    """The panel for the view of this run."""
    view = current_view()
    problem = st.session_state.pop("share-problem", "")
    if problem:
        st.error(escaped(problem))
    share(view, run_session())
