"""Who publishes and why; then all of it or nothing."""

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from firstdose.contracts import contracts
from firstdose.errors import FirstdoseError
from firstdose.lake import Overtaken
from firstdose.lake.prepare import publish, submit
from firstdose.rules.data import what_changed
from firstdose.ui import access
from firstdose.ui.markdown import escaped
from firstdose.ui.signed import maker, name_field, read_by_all, remember
from firstdose.ui.state import press, pressed
from firstdose.ui.store import lake
from firstdose.words import _, say_date

if TYPE_CHECKING:
    from firstdose.lake import Draft, Drafts, Prepared, Published

_DONE = "desk-done"


def tell_done() -> None:
    """Say once what the last publish of this reader did, or who was faster."""
    kind, said = st.session_state.pop(_DONE, (None, ""))
    if kind == "done":
        st.success(escaped(said))
        st.page_link("pages/changes.py", label=_("See every change in words"))
    elif kind == "overtaken":
        st.warning(escaped(said))


def form(drafts: "Drafts", draft: "Draft", ready: "Prepared", *, four_eyes: bool) -> None:
    """Draw who, why and the button; a publish that is refused says why and leaves the draft as it is."""
    much = [one for one in (ready.seen.differences if ready.seen else ()) if one.removes_much]
    nothing = ready.seen is not None and ready.seen.session is not None and not ready.seen.differences
    with st.form("desk-publish", border=False):
        with st.container(horizontal=True, gap="medium"):
            by = name_field(_("Who"), "desk-who", value=draft.by)
            name = _name_field(draft) if access.grant().scope.everything else ""
        why = st.text_input(_("Why (10 characters or more)"), value=draft.why, max_chars=500, key="desk-why")
        allowed = draft.scope.allow_removals
        if much:
            words = _("Yes, {removed} of {rows} rows of {table} may go")
            told = [
                words.format(
                    removed=one.counts.removed, rows=one.rows_before, table=contracts()[one.table].label
                )
                for one in much
            ]
            allowed = st.checkbox(escaped("; ".join(told)), value=allowed, key="desk-allow")
        label = (
            _("Submit for a second person")
            if four_eyes
            else _("Publish as version {n}").format(n=ready.based_on + 1)
        )
        st.form_submit_button(
            label,
            type="primary",
            disabled=nothing,
            key="action-desk-publish",
            on_click=press,
            args=("publish",),
        )
    st.button(
        _("Give this draft up"),
        key="action-desk-drop",
        type="tertiary",
        on_click=drafts.drop,
        args=(draft,),
    )
    looked = looked_at(draft, ready)
    if not pressed("publish"):
        return
    if looked != shown(draft, ready):
        overtaken(looked, ready)
    remember(by)
    scope = replace(draft.scope, allow_removals=allowed)
    try:
        said = drafts.change(draft, by=by, why=why, name=name, comment="", scope=scope, **maker())
    except FirstdoseError as error:
        st.error(escaped(str(error)))
        return
    if not four_eyes:
        carry_out(drafts, said, ready)
        return
    try:
        access.require("publish", draft.id)
        submit(lake(), drafts, said)
    except FirstdoseError as error:
        st.error(escaped(str(error)))
        return
    st.rerun()


def _name_field(draft: "Draft") -> str:
    return st.text_input(
        _("Name of the version (to compare with later)"),
        value=draft.name,
        max_chars=120,
        key="desk-name",
        help=read_by_all(),
    )


Shown = tuple[str, int]  # the state of a draft and the version its preview stands on


def shown(draft: "Draft", ready: "Prepared") -> Shown:
    """What a preview on the screen is a preview of."""
    return draft.digest(), ready.based_on


def looked_at(draft: "Draft", ready: "Prepared") -> Shown | None:
    """What the reader had on the screen when the button was pressed; notes what is there now."""
    key = f"desk-shown-{draft.id}"
    before: Shown | None = st.session_state.get(key)
    st.session_state[key] = shown(draft, ready)
    return before


def overtaken(looked: Shown | None, ready: "Prepared") -> None:
    """Say who was faster, and show the preview as it stands now instead of publishing it unseen."""
    based_on = looked[1] if looked else ready.based_on
    changed = _("The draft itself changed meanwhile, in another tab perhaps: look again, then publish.")
    st.session_state[_DONE] = ("overtaken", changed if based_on == ready.based_on else _meanwhile(based_on))
    st.rerun()


def carry_out(drafts: "Drafts", draft: "Draft", ready: "Prepared", *, approved_by: str | None = None) -> None:
    """Publish a draft and show the page anew; what is refused is said and the draft stays."""
    try:
        access.require("approve" if approved_by else "publish", draft.id)
        done = publish(lake(), drafts, draft, ready, approved_by=approved_by)
    except Overtaken:
        st.session_state[_DONE] = ("overtaken", _meanwhile(ready.based_on))
    except FirstdoseError as error:
        st.error(escaped(str(error)))
        return
    else:
        st.session_state[_DONE] = ("done", _said(done))
    st.rerun()


def _said(done: "Published") -> str:
    if done.unchanged:
        return _("Nothing changed: version {n} already holds this content.").format(n=done.version)
    counted = "; ".join(
        f"{table}: +{counts.added} ~{counts.changed} −{counts.removed}"
        for table, counts in done.tables.items()
    )
    return _("Published version {n}.").format(n=done.version) + " " + counted


def _meanwhile(based_on: int) -> str:
    """Who published what since the preview was made."""
    later = [version for version in lake().versions() if version.version > based_on]
    told = [
        _("Version {n} was published meanwhile by {by} ({day}): {why} – {changed}.").format(
            n=one.version, by=one.by, day=say_date(one.as_of), why=one.why, changed=what_changed(one.tables)
        )
        if one.by  # a narrowed lake does not tell
        else _("Version {n} was published meanwhile; check again.").format(n=one.version)
        for one in later
    ]
    told.append(_("Nothing of yours was published; the preview now stands on it: look again, then publish."))
    return " ".join(told)
