"""The history of the data: compare, name and restore a version; the audit chain, and whether all is whole."""

from dataclasses import replace
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from firstdose.audit import Chain
from firstdose.errors import FirstdoseError
from firstdose.exports.archive import zip_version
from firstdose.exports.table import to_csv
from firstdose.lake import Author, Drafts, four_eyes
from firstdose.lake.prepare import submit_restore
from firstdose.rules.data import audit, record
from firstdose.ui import access, markup
from firstdose.ui.address import page_text
from firstdose.ui.card import Table, draw
from firstdose.ui.filters import version_label
from firstdose.ui.hand_out import hand_out
from firstdose.ui.markdown import escaped
from firstdose.ui.signed import author, maker, name_field, name_said, read_by_all
from firstdose.ui.state import speak
from firstdose.ui.store import lake
from firstdose.ui.visit import owner
from firstdose.view import View, to_link
from firstdose.words import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstdose.lake import Lake, Session

_FIELD_PX = 320


def history(view: View, session: "Session") -> None:
    """What can be done with one version: see what it changed, give it a name, publish its content anew."""
    if view.chart is not None:
        return
    versions = lake().versions()
    with st.container(key="card-data-history", border=True, gap="small"):
        title = escaped(_("Look back"))
        st.markdown(f"##### {title}", anchors=False)
        numbers = [version.version for version in reversed(versions)]
        chosen = st.selectbox(
            _("Version"),
            numbers,
            index=numbers.index(session.version) if session.version in numbers else 0,
            format_func=partial(version_label, versions),
            key="history-version",
            width=_FIELD_PX,
        )
        _told("history-told")
        st.html(_link(view, chosen, numbers))
        with st.container(horizontal=True, key="action-data-history"):
            if access.allows("name version"):
                _asked("name", _("Give a name"), chosen)
            if access.allows("restore"):
                _asked("restore", _("Restore as a new version"), chosen)
            hand_out(
                _("All tables of v{version} (zip)").format(version=chosen),
                f"firstdose-v{chosen}.zip",
                "action-data-zip",
                partial(_zip, lake(), chosen),
                (view, session),
                version=chosen,
                mime="application/zip",
            )


def _zip(source: "Lake", number: int) -> bytes:
    """A version as a data package."""
    made = zip_version(source.session(number), source.version(number))
    try:
        return made.read_bytes()
    finally:
        made.unlink(missing_ok=True)


def _link(view: View, chosen: int, numbers: list[int]) -> str:
    """A link to what a version changed; in words when it is the first."""
    before = [number for number in numbers if number < chosen]
    if not before:
        return markup.foot(_("The first version: there is none before it."))
    wanted = replace(
        view, page="changes", version=chosen, as_of=None, base=before[0], keys=(("compare", "version"),)
    )
    said = _("What changed from v{before} to v{after}").format(before=before[0], after=chosen)
    return f'<p><a href="{escape(to_link(wanted))}">{escape(said)}</a></p>'


def _told(key: str) -> None:
    """What the last act of this reader led to, once."""
    done: tuple[bool, str] | None = st.session_state.pop(key, None)
    if done:
        (st.success if done[0] else st.error)(escaped(done[1]))


def _asked(act: str, label: str, chosen: int) -> None:
    """A form that asks who and why; its fields are made when it is opened."""
    box = st.popover(label, key=f"action-data-{act}", on_change="rerun")
    if not box.open:
        return
    with box, st.form(f"form-{act}", border=False):
        if act == "restore":
            said = _("The content of version {n} becomes a new version; nothing is lost.")
            if four_eyes.asked():
                said = _(
                    "A second person looks at what would change, then publishes the content of version {n} "
                    "as a new version or sends it back."
                )
                label = _("Submit for a second person")
            st.markdown(escaped(said.format(n=chosen)))
        else:
            st.text_input(_("Name"), key="history-name", max_chars=80, help=read_by_all())
        name_field(_("Who"), f"history-by-{act}")
        st.text_input(
            _("Why (10 characters or more, 5 in Japanese)"), key=f"history-why-{act}", max_chars=400
        )
        st.form_submit_button(
            label, key=f"history-do-{act}", type="primary", on_click=_do, args=(act, chosen)
        )


def _do(act: str, chosen: int) -> None:
    """Act on what the form says and note what came of it; the run that follows sees the new state."""
    speak()
    state = st.session_state
    why = state[f"history-why-{act}"]
    try:
        by = author(name_said(f"history-by-{act}"), why, lake().version(chosen).as_of)
        said = _name(chosen, state["history-name"], by) if act == "name" else _restore(chosen, by)
    except FirstdoseError as error:
        state["history-told"] = (False, str(error))
        return
    state["history-told"] = (True, said)
    state[f"action-data-{act}"] = False  # the box is shut


def _name(chosen: int, name: str, by: Author) -> str:
    access.require("name version", f"v{chosen}")
    named = lake().name(chosen, name, by)
    return _("Version {n} is now called “{name}”.").format(n=chosen, name=named.name)


def _restore(chosen: int, by: Author) -> str:
    access.require("restore", f"v{chosen}")
    if four_eyes.asked():
        submit_restore(lake(), Drafts(lake().place), chosen, owner(), by.by, by.why, **maker())
        return _("Submitted: version {n} is restored once a second person publishes it.").format(n=chosen)
    done = lake().restore(chosen, by)
    if done.unchanged:
        return _("Nothing changed: version {n} already holds this content.").format(n=done.version)
    return _("Version {n} now holds the content of version {old}.").format(n=done.version, old=chosen)


def second_person(names: "Iterable[str | None]") -> dict[str, str]:
    """The column that names second persons, where there ever was one."""
    return {"approved_by": _("Second person")} if any(names) else {}


def audit_chain(view: View, session: "Session") -> None:
    """Every event of the audit chain, to filter and to take away, and a button that verifies all."""
    if not access.allows("see audit"):
        return
    access.require("see audit")
    events, broken = _events()
    if view.chart is None:
        page_text(view, "q", _("Search the audit chain"))
    draw(
        Table(
            key="table-data-audit",
            live=True,
            data=audit(events, view.key("q")),
            title=_("Audit chain"),
            how=_("Newest first; each line holds the hash of the one before, so a change shows"),
            columns={
                "seq": _("No."),
                "time": _("Time"),
                "actor": _("Who"),
                **second_person(event.get("approved_by") for event in events),
                "action": _("Action"),
                "object": _("What of"),
                "reason": _("Why"),
                "changes": _("What changed"),
                "hash": _("Hash"),
            },
            height=320,
        )
    )
    if broken:
        st.error(escaped(broken))
    if view.chart is None:
        with st.container(horizontal=True, key="action-data-audit"):
            st.button(_("Verify everything stored"), key="action-data-verify", on_click=_verify)
            hand_out(
                _("The lines shown, with every column (CSV)"),
                "firstdose-audit.csv",
                "action-data-audit-csv",
                lambda: to_csv(record(events, view.key("q"))),
                (view, session),
            )
        _told("verify-told")


def _events() -> tuple[list[dict[str, Any]], str]:
    """The events up to the first broken line, and what is broken there."""
    events: list[dict[str, Any]] = []
    try:
        for event in Chain(lake().place.audit).events():
            events.append(event)  # noqa: PERF402 (what was read before a broken line is kept)
    except FirstdoseError as error:
        return events, str(error)
    return events, ""


def _verify() -> None:
    """Check all that is stored; note the first broken thing, or that all is well."""
    speak()
    try:
        access.require("verify")
        lake().verify()
    except FirstdoseError as error:
        st.session_state["verify-told"] = (False, str(error))
        return
    number = len(lake().versions())
    said = ngettext(
        "All is well: {n} version is as it was published.",
        "All is well: {n} versions are as they were published.",
        number,
    )
    st.session_state["verify-told"] = (True, said.format(n=number))
