"""The address and the view: read before any widget is drawn, written in its canonical form after.

The view in the session state is the truth of a run. An address that is not the one we wrote last (a link, a
reload, the back button, an edited address) replaces it; a widget's ``on_change`` changes one field of it;
every widget is drawn from it. ``bind=`` is not used: it writes labels, drops unknown values in silence and
leaves defaults out (measured on Streamlit 1.67).
"""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from firstdose.errors import DamagedVersion
from firstdose.page_keys import PAGE_KEYS
from firstdose.queries import filters as questions
from firstdose.ui import access, filters
from firstdose.ui.empty import first_steps
from firstdose.ui.markdown import escaped
from firstdose.ui.menu import area_of, navigation
from firstdose.ui.remember import remembered
from firstdose.ui.store import lake, pinned, run_session
from firstdose.ui.visit import arrive
from firstdose.view import (
    NOTHING,
    RESERVED,
    Known,
    View,
    asked_version,
    from_params,
    to_params,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from streamlit.navigation.page import Page

    from firstdose.lake import Session

_FIELD_PX = 320  # three fields side by side in the narrowest main area beside the side bar


def known(session: "Session", page: str) -> Known:
    """What a link to a page may name in the version of a session."""

    def offered() -> Known:
        return questions.known(session, page, ())

    versions = frozenset(version.version for version in lake().versions())
    return replace(remembered(offered, View(page=page), session), versions=versions)


def open_view(page: "Page") -> View:
    """The view of this run: read from the address or kept, drawn as filters, written back as the address."""
    access.tell_refused()
    access.open_page(area_of(page))
    access.bar()
    if lake().newest() == 0:
        first_steps()
        st.stop()
    arrive()
    state = st.session_state
    area = area_of(page)
    params = {name: st.query_params.get_all(name) for name in st.query_params if name not in RESERVED}
    kept: View | None = state.get("view")
    moved = kept is not None and kept.page != area
    if kept is not None and (params == state.get("written") or (moved and not params)):
        view = replace(kept, page=area, chart=None, keys=_defaults(area)) if moved else kept
        session = lake().session(view.version)
        there = known(session, area)
    else:
        version = pinned(asked_version(params))
        session = lake().session(version)
        there = known(session, area)
        view = from_params(params, area, there)
    state["view"], state["reads"] = view, session.version
    _write(to_params(view), params)
    filters.draw(view, session, there, lake().versions())
    state["mark"] = True
    return view


def _defaults(area: str) -> tuple[tuple[str, str], ...]:
    """The page keys of an area with their defaults."""
    return tuple(sorted((name, rule.default) for name, rule in PAGE_KEYS.get(area, {}).items()))


def _write(canonical: "Mapping[str, list[str]]", params: "Mapping[str, list[str]]") -> None:
    """Write the address unless it is already so; each write is one entry of the browser's history."""
    st.session_state["written"] = dict(canonical)
    if dict(params) != dict(canonical):
        embedded = {name: st.query_params.get_all(name) for name in st.query_params if name in RESERVED}
        st.query_params.from_dict({**canonical, **embedded})


def reading() -> tuple[View, "Session"]:
    """The view and the pinned session of this run; every page begins with it.

    The first deep link after a start makes Streamlit run a page without ``app.py`` (its flat ``pages/``
    is taken for a menu until ours has run once). ``app.py`` leaves a mark; where it is missing, the menu is
    called and the run starts again.
    """
    if not st.session_state.pop("mark", False):
        navigation()
        st.rerun()
    view: View = st.session_state["view"]
    return view, run_session()


def compared(view: View, session: "Session") -> "Session | None":
    """The session compared with: ``base`` of the view or the version before; none where there is none.

    A damaged one is said and not compared with: the page itself is whole.
    Pages that let the reader choose what to compare with ask ``ui.comparison``.
    """
    earlier = [version.version for version in lake().versions() if version.version < session.version]
    base = view.base or (earlier[-1] if earlier else None)
    if base is None or base == session.version:
        return None
    try:
        return lake().session(base)
    except DamagedVersion as error:
        st.warning(escaped(str(error)))
        return None


def _take_key(name: str, widget: str, clears: "Sequence[str]" = ()) -> None:
    view: View = st.session_state["view"]
    value = st.session_state[widget]
    keys = PAGE_KEYS[view.page]
    for other in clears:
        view = view.with_key(other, keys[other].default)
    st.session_state["view"] = replace(view.with_key(name, value or keys[name].default), refused=())


def page_choice(
    view: View,
    name: str,
    label: str,
    options: "Mapping[str, str]",
    *,
    many: bool = False,
    clears: "Sequence[str]" = (),
) -> View:
    """Draw a filter of one page, kept in the link under ``name``; returns the view.

    One of a few values side by side, or a list to pick from when there are ``many``. A change sets the keys
    that it ``clears`` to their defaults: they mean nothing beside another value.
    """
    widget = f"filter-{name}"
    value = view.key(name, PAGE_KEYS[view.page][name].default)
    st.session_state[widget] = value if value != NOTHING else None
    say = partial(_named, options)
    tell = partial(_take_key, name, widget, clears)
    if many:
        st.selectbox(label, list(options), format_func=say, key=widget, on_change=tell, width=_FIELD_PX)
    else:
        st.segmented_control(label, list(options), format_func=say, key=widget, on_change=tell)
    return view


def page_choices(
    name: str,
    label: str,
    options: "Mapping[str, str]",
    chosen: "Sequence[str]",
    written: "Callable[[list[str]], str]",
) -> None:
    """Draw a filter of one page with several values; ``written`` makes them the one text of the link."""
    widget = f"filter-{name}"
    st.session_state[widget] = list(chosen)

    def tell() -> None:
        value = written(st.session_state[widget])
        st.session_state["view"] = replace(st.session_state["view"].with_key(name, value), refused=())

    say = partial(_named, options)
    st.pills(
        label, list(options), format_func=say, key=widget, on_change=tell, selection_mode="multi", wrap=True
    )


def _named(options: "Mapping[str, str]", value: str) -> str:
    return options.get(value, value)


def page_text(view: View, name: str, label: str) -> View:
    """Draw a search field of one page, kept in the link under ``name``; returns the view."""
    widget = f"filter-{name}"
    st.session_state[widget] = view.key(name)
    st.text_input(
        label, key=widget, on_change=partial(_take_key, name, widget), max_chars=200, width=_FIELD_PX
    )
    return view
