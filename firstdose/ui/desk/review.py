"""Four eyes: what one person submitted, another one publishes or sends back; nobody approves their own."""

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from firstdose.errors import FirstdoseError
from firstdose.lake import prepare
from firstdose.lake.draft import COMMAND_LINE
from firstdose.lake.prepare import submit
from firstdose.ui import access, markup
from firstdose.ui.desk import preview, publishing
from firstdose.ui.desk.refused import told
from firstdose.ui.markdown import escaped
from firstdose.ui.signed import author, name_field
from firstdose.ui.state import press, pressed, speak
from firstdose.ui.store import lake
from firstdose.words import _

if TYPE_CHECKING:
    from firstdose.lake import Draft, Drafts


def waiting(drafts: "Drafts", draft: "Draft") -> None:
    """Tell its maker that a draft waits for somebody else; it can be taken back."""
    st.info(escaped(_("Submitted: it waits for a second person to publish it or to send it back.")))
    st.button(
        _("Take it back"),
        key="action-desk-back",
        on_click=partial(_take_back, drafts, draft),
    )


@told
def _take_back(drafts: "Drafts", draft: "Draft") -> None:
    drafts.change(draft, state="open")


def submitted(drafts: "Drafts", owner: str) -> None:
    """Every draft that waits for a second person, each with its preview; restores that came back."""
    everything = access.allows("approve")  # others' drafts hold others' rows
    for draft in drafts.sent_back(owner):
        if not everything and draft.owner != owner:
            continue
        with st.container(key=f"card-review-{draft.id}", border=True, gap="small"):
            st.html(markup.head(_asks_for(draft), _("{by}: {why}").format(by=draft.by, why=draft.why)))
            st.warning(escaped(_("Sent back: {comment}").format(comment=draft.comment)))
            _own(drafts, draft, owner)
    for draft in drafts.submitted():
        if not everything and not draft.made_by(owner):
            continue
        with st.container(key=f"card-review-{draft.id}", border=True, gap="small"):
            st.html(markup.head(_asks_for(draft), _("{by}: {why}").format(by=draft.by, why=draft.why)))
            box = st.expander(_("Look at it"), key=f"desk-review-{draft.id}", on_change="rerun")
            if box.open:
                with box:
                    _one(drafts, draft, owner)


def _asks_for(draft: "Draft") -> str:
    if draft.restores is None:
        return _("Submitted for publishing")
    return _("Submitted: restore version {n}").format(n=draft.restores)


def _own(drafts: "Drafts", draft: "Draft", owner: str) -> None:
    """What its maker may do with a restore that waits or came back; files are taken back at the desk.

    What the command line submitted may be put away by anybody once it came back.
    """
    came_back = draft.state == "sent back"
    mine = draft.owner == owner and draft.restores is not None
    if not mine and not (came_back and draft.owner == COMMAND_LINE):
        return
    with st.container(horizontal=True):
        if mine and came_back:
            st.button(
                _("Submit it again"), key=f"action-again-{draft.id}", on_click=_again, args=(drafts, draft)
            )
        st.button(_("Give it up"), key=f"action-giveup-{draft.id}", on_click=drafts.drop, args=(draft,))


def _again(drafts: "Drafts", draft: "Draft") -> None:
    speak()
    try:
        access.require("publish", draft.id)
        submit(lake(), drafts, draft)
    except FirstdoseError as error:
        st.session_state["desk-problems"] = [str(error)]


def _one(drafts: "Drafts", draft: "Draft", owner: str) -> None:
    try:
        ready = prepare(lake(), drafts, draft)
    except FirstdoseError as error:
        st.error(escaped(str(error)))
        return
    preview.draw(ready)
    if draft.made_by(owner):
        st.caption(escaped(_("You submitted this: somebody else has to publish it.")))
        _own(drafts, draft, owner)
        return
    name = name_field(_("Your name"), f"desk-approver-{draft.id}", again=True)
    comment = st.text_input(
        _("Comment, when you send it back"), key=f"desk-comment-{draft.id}", max_chars=500
    )
    with st.container(horizontal=True):
        for said, label in (("approve", _("Publish it")), ("sendback", _("Send it back"))):
            st.button(
                label,
                type="primary" if said == "approve" else "secondary",
                key=f"action-{said}-{draft.id}",
                on_click=press,
                args=(f"{said}-{draft.id}",),  # of this draft: several may stand open
            )
    approve, back = pressed(f"approve-{draft.id}"), pressed(f"sendback-{draft.id}")
    looked = publishing.looked_at(draft, ready)
    if not (approve or back):
        return
    if not name.strip():
        st.error(escaped(_("Say who you are.")))
    elif draft.made_by(owner, name):
        st.error(escaped(_("Nobody approves what they submitted themselves.")))
    elif approve and looked != publishing.shown(draft, ready):
        publishing.overtaken(looked, ready)
    elif approve and ready.checked.ok:
        publishing.carry_out(drafts, draft, ready, approved_by=name.strip())
    elif approve:
        st.error(escaped(_("Meanwhile the files no longer fit the newest version: send them back.")))
    else:
        _send_back(drafts, draft, name.strip(), comment.strip())


def _send_back(drafts: "Drafts", draft: "Draft", name: str, comment: str) -> None:
    by = author(name, comment, draft.report_day)
    try:
        access.require("approve", draft.id)
        by.judge()
        lake().note("send_back", by, draft.id)
        drafts.change(draft, state="sent back", comment=f"{name}: {comment}")
    except FirstdoseError as error:
        st.error(escaped(str(error)))
        return
    st.rerun()
