"""The head of a page: the question it answers, the filters in words, the data chip; figures and grid."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from firstdose.queries import filters as questions
from firstdose.sentence import sentence
from firstdose.ui import markup
from firstdose.ui.address import known
from firstdose.ui.markdown import escaped
from firstdose.ui.remember import remembered
from firstdose.ui.state import change_view, current_view, speak
from firstdose.ui.store import lake, run_session
from firstdose.view import View, to_link
from firstdose.words import _, ngettext, say_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamlit.delta_generator import DeltaGenerator

    from firstdose.lake import Session
    from firstdose.rules.overview import Headline


def said(view: View, session: "Session") -> str:
    """The filters of the view in words, and whether the data is illustrative."""

    def in_words() -> str:
        chosen = len(questions.chosen_programs(session, view))
        words = sentence(view, known(session, view.page), chosen)
        illustrative = _("illustrative data")
        return f"{words} · {illustrative}" if session.illustrative else words

    return remembered(in_words, view, session)


def age(session: "Session") -> str:
    """How old the published data is today, in words; the one figure of a page that reads the clock."""
    days = (datetime.now(UTC).date() - session.published_at.date()).days
    return _("today") if days <= 0 else ngettext("{n} day old", "{n} days old", days).format(n=days)


def page_header(view: View, session: "Session", question: str) -> None:
    """Draw the head of a page: title, filter sentence, data chip, and what of the link was refused."""
    state = st.session_state
    state["sentence"], state["question"] = said(view, session), question
    state["drawn"], state["headlines"] = {}, ()
    data, day = _("Data v{version}"), _("as of {day}")
    shown = say_date(view.as_of or session.as_of)
    state["data-said"] = f"firstdose · {data.format(version=session.version)} · {day.format(day=shown)}"
    state["data-name"], state["data-version"] = f"{view.page}-", f"-v{session.version}"
    with st.container(key="page-header", horizontal=True, vertical_alignment="top", gap="medium"):
        with st.container(key="page-title", gap=None, width="stretch"):
            st.title(question, anchor=False)
            st.markdown(escaped(st.session_state["sentence"]))
        _chip()
    _refusals(view)
    _pinned(view, session)


@st.fragment
def _chip() -> None:
    """Version, age and report day, who published it; links and files to share; made only when opened."""
    speak()
    view, session = current_view(), run_session()
    parts = [
        _("Data **v{version}**").format(version=session.version),
        age(session),
        _("as of **{day}**").format(day=say_date(view.as_of or session.as_of)),
    ]
    with st.container(key="page-tools", horizontal=True, gap="small"):
        chip = st.popover(" · ".join(parts), key="data-chip", on_change="rerun")
        sharing = st.popover(_("Share"), key="action-share", on_change="rerun")
    if chip.open:
        with chip:
            if session.by:  # a narrowed lake does not tell
                st.markdown(escaped(_("Published by {by}: {why}").format(by=session.by, why=session.why)))
            if session.name:
                st.markdown(escaped(_("Named version: {name}").format(name=session.name)))
    if sharing.open:
        from firstdose.ui import share  # imports what writes files: only for who asks for one

        with sharing:
            share.current()


def pinned_view(view: View, session: "Session") -> View:
    """The view fixed to the session's version and report day."""
    return replace(view, version=session.version, as_of=view.as_of or session.as_of)


def whole(link: str) -> str:
    """The link with the address of this server in front, as the browser knows it."""
    here = st.context.url
    if not here:
        return link
    scheme, _sep, rest = here.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}{link}"


def _refusals(view: View) -> None:
    if not view.refused:
        return
    lines = [_("Part of the link could not be used; what you see is no wider than what was asked:")]
    lines += [f"- {escaped(part.why)}" for part in view.refused[:12]]
    if len(view.refused) > 12:
        lines.append("- " + _("and {n} more").format(n=len(view.refused) - 12))
    with st.container(key="refused"):
        st.warning("\n".join(lines))


def _pinned(view: View, session: "Session") -> None:
    newest = lake().newest()
    if view.version is None or view.version == newest:
        return
    with st.container(key="pinned", horizontal=True, vertical_alignment="center"):
        st.info(
            _("Pinned to version {version} of {day}. The newest is {newest}.").format(
                version=session.version, day=say_date(session.as_of), newest=newest
            )
        )
        since = replace(
            view, page="changes", version=None, as_of=None, base=view.version, chart=None, keys=()
        )
        st.link_button(_("Compare with the newest"), whole(to_link(since)))
        st.button(_("Open live"), key="action-data-live", on_click=_go_live)


def _go_live() -> None:
    change_view(version=None, as_of=None)


def kpi_row(headlines: "Sequence[Headline]") -> None:
    """Draw at most six figures side by side: label, value, context, change since the compared version."""
    st.session_state["headlines"] = headlines
    with st.container(key="kpi-row"):
        st.html(markup.kpis(headlines))


def row() -> "DeltaGenerator":
    """A line of filters of one page, side by side; what does not fit goes below."""
    return st.container(horizontal=True, gap="medium")


def grid(shares: tuple[int, ...] = (3, 2)) -> "list[DeltaGenerator]":
    """Columns for cards, widest first; they stack on a narrow screen."""
    return list(st.columns(shares, gap="small"))


def prose(key: str, title: str, paragraphs: "Sequence[tuple[str, str]]") -> None:
    """Draw paragraphs of ours, each with its heading, in a card."""
    with st.container(key=key, border=True, gap="small"):
        st.markdown(f"##### {escaped(title)}", anchors=False)
        for heading, text in paragraphs:
            st.markdown(f"**{escaped(heading)}**  \n{escaped(text)}", anchors=False)


def note(text: str) -> None:
    """A quiet remark below a page or card."""
    st.caption(escaped(text))
