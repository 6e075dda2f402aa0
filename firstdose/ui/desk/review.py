"""Four eyes: what one person submitted, another one publishes or sends back; nobody approves their own."""

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from firstdose.errors import FirstdoseError
from firstdose.lake import Author, prepare
from firstdose.ui import markup
from firstdose.ui.desk import preview, publishing
from firstdose.ui.desk.refused import told
from firstdose.ui.markdown import escaped
from firstdose.ui.state import press, pressed
from firstdose.ui.store import lake
from firstdose.words import _

if TYPE_CHECKING:
    from firstdose.lake import Draft, Drafts
    from firstdose.view import View


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


def submitted(drafts: "Drafts", owner: str, view: "View | None") -> None:
    """Every draft that waits for a second person, each with its preview."""
    for draft in drafts.submitted():
        with st.container(key=f"card-review-{draft.id}", border=True, gap="small"):
            said = _("{by}: {why}").format(by=draft.by, why=draft.why)
            st.html(markup.head(_("Submitted for publishing"), said))
            box = st.expander(_("Look at it"), key=f"desk-review-{draft.id}", on_change="rerun")
            if box.open:
                with box:
                    _one(drafts, draft, owner, view)


def _one(drafts: "Drafts", draft: "Draft", owner: str, view: "View | None") -> None:
    try:
        ready = prepare(lake(), drafts, draft)
    except FirstdoseError as error:
        st.error(escaped(str(error)))
        return
    preview.draw(ready, view)
    if draft.made_by(owner):
        st.caption(escaped(_("You submitted this: somebody else has to publish it.")))
        return
    name = st.text_input(_("Your name"), key=f"desk-approver-{draft.id}", max_chars=120)
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
    author = Author(name, comment, draft.report_day)
    try:
        author.judge()
        lake().note("send_back", author, draft.id)
        drafts.change(draft, state="sent back", comment=f"{name}: {comment}")
    except FirstdoseError as error:
        st.error(escaped(str(error)))
        return
    st.rerun()
