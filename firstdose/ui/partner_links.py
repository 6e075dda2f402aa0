"""Partner links in the Share panel: make one for somebody without an account, list, revoke."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from firstdose import access as rules
from firstdose.access import Scope
from firstdose.errors import FirstdoseError
from firstdose.exports import reason
from firstdose.lake import partner_links
from firstdose.lake.partner_links import PartnerLink
from firstdose.queries import filters as questions
from firstdose.ui import access
from firstdose.ui.header import pinned_view, whole
from firstdose.ui.markdown import escaped
from firstdose.ui.menu import PAGES
from firstdose.ui.signed import name_field, name_said, remember
from firstdose.ui.state import speak
from firstdose.ui.store import lake
from firstdose.ui.who import who
from firstdose.view import View, to_link
from firstdose.words import _, ngettext

if TYPE_CHECKING:
    from firstdose.lake import Session

_LISTED = 30
_LONGEST_WHY = 200  # characters, as many as are kept
_WHY_REVOKED = "share-partner-why-revoked"
_CLOSED = frozenset({"data"})  # the desk and the history are no page to share


def panel(view: View, session: "Session") -> None:
    """A form for a new link, and the links that show no more than the reader sees, once somebody asks."""
    box = st.expander(_("A link for somebody without an account"), key="share-partner", on_change="rerun")
    if not box.open:
        return
    with box:
        # outside of the form: whoever revokes says it too
        by = name_field(_("Your name"), "share-partner-by")
        _form(view, session, by)
        scope = access.grant().scope  # whoever has the address of a link sees what it shows
        mine = [one for one in partner_links.listed(lake()) if one.shows_within(scope)][:_LISTED]
        if any(_may_end(one) for one in mine):
            st.text_input(_("Why a link is revoked"), max_chars=_LONGEST_WHY, key=_WHY_REVOKED)
        for one in mine:
            _one(one)


def _form(view: View, session: "Session", by: str) -> None:
    offered = questions.known(session, view.page, ())
    pages = [area for area in PAGES if area not in _CLOSED]
    with st.form("partner-link", border=False, enter_to_submit=False):
        name = st.text_input(_("For whom"), max_chars=120, key="share-partner-name")
        why = st.text_input(_("Why it is shared"), max_chars=_LONGEST_WHY, key="share-partner-why")
        programs = st.multiselect(
            _("Programs it shows"),
            list(offered.program),
            default=[one for one in view.program or () if one in offered.program],
            format_func=lambda one: offered.program.get(one, one),
            key="share-partner-programs",
            help=_("None: those the partners chosen below take part in."),
        )
        partners = st.multiselect(
            _("Only rows of these partners"),
            list(offered.partner),
            format_func=lambda one: offered.partner.get(one, one),
            key="share-partner-partners",
        )
        shown = st.multiselect(
            _("Pages it shows"),
            pages,
            default=[view.page] if view.page in pages else [],
            format_func=lambda area: _(PAGES[area]),
            key="share-partner-pages",
        )
        with st.container(horizontal=True, gap="medium"):
            days = st.number_input(
                _("Days until it ends"),
                1,
                partner_links.LONGEST.days,
                14,
                key="share-partner-days",
                width=160,
            )
            most = st.number_input(
                _("Openings"), 1, partner_links.MOST_OPENINGS, 20, key="share-partner-most", width=160
            )
            pinned = st.checkbox(_("Pinned to this data"), key="share-partner-pinned")
        passphrase = st.text_input(
            _("Passphrase (may stay empty)"), type="password", max_chars=120, key="share-partner-secret"
        )
        if not st.form_submit_button(_("Make the link")):
            return
    wanted = Scope(
        frozenset(programs) if programs else None,
        frozenset(partners) if partners else None,
        version=session.version if pinned else None,
    )
    page = view.page if view.page in shown else next(iter(shown), view.page)
    start = replace(view, page=page, keys=view.keys if page == view.page else (), chart=None, program=None)
    try:
        made = _made(
            wanted, name, tuple(shown), pinned_view(start, session) if pinned else start,
            by=by, days=int(days), most=int(most), passphrase=passphrase, why=why,
        )  # fmt: skip
    except FirstdoseError as error:
        st.error(escaped(str(error)))
        return
    remember(by)
    st.success(
        escaped(_("The link for “{name}” shows {scope}.").format(name=made.name, scope=wanted.in_words()))
    )
    st.code(whole(made.address), language=None, wrap_lines=True)
    st.caption(_("Whoever has this address can open it: send it to one person, the passphrase another way."))


def _made(
    wanted: Scope,
    name: str,
    pages: tuple[str, ...],
    start: View,
    *,
    by: str,
    days: int,
    most: int,
    passphrase: str,
    why: str,
) -> PartnerLink:
    access.require("share link")
    reason.judge_shared(why)
    if wanted.programs is None and wanted.partners is None:
        raise FirstdoseError(_("Choose the programs, or the partners, whose rows the link shows."))
    mine = access.grant()
    rules.within(mine, wanted.within(mine.scope))
    return partner_links.make(
        lake(),
        name=name,
        scope=wanted.within(mine.scope),
        pages=pages,
        link=to_link(start),
        by=by,
        days=days,
        most=most,
        passphrase=passphrase,
        why=why,
        who=who(),
    )


def _may_end(link: PartnerLink) -> bool:
    return not link.shut(datetime.now(UTC)) and access.allows("revoke link")


def _one(link: PartnerLink) -> None:
    shut = link.shut(datetime.now(UTC))
    opened = ngettext("opened {n} time", "opened {n} times", len(link.opened)).format(n=len(link.opened))
    parts = [
        link.allowed().in_words(),
        _("{n} at most").format(n=link.most),
        shut or _("until {day}").format(day=link.expires_at[:10]),
        link.by,
    ]
    # the browser gets the key as a class, and the id would open the link
    key = hashlib.sha256(link.id.encode()).hexdigest()[:16]
    with st.container(key=f"share-partner-{key}", gap=None):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{escaped(link.name)}** · {escaped(opened)}")
            if _may_end(link):
                st.button(
                    _("Revoke"),
                    key=f"action-revoke-{key}",
                    type="tertiary",
                    on_click=_revoke,
                    args=(link,),
                )
        st.caption(escaped(" · ".join(parts)))
        if link.opened:
            last = [one.replace("T", " ")[:16] for one in link.opened[-5:][::-1]]
            st.caption(escaped(_("Opened (UTC): {times}").format(times=", ".join(last))))


def _revoke(link: PartnerLink) -> None:
    speak()
    by = name_said("share-partner-by") or name_said()
    try:
        access.require_end(link)
        why = str(st.session_state.get(_WHY_REVOKED, "")).strip()
        partner_links.revoke(lake(), link, by, why or _("Revoked from the list"), who())
    except FirstdoseError as error:
        st.session_state["share-problem"] = str(error)
        return
    st.session_state[_WHY_REVOKED] = ""  # the next one may have another reason
