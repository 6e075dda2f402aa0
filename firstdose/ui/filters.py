"""The filters every page shares, drawn once by ``app.py`` in the side bar."""

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from firstdose.ui.markdown import escaped
from firstdose.ui.state import change_view
from firstdose.view import NO_DAY_SINCE, NO_DAY_UNTIL, Known, View
from firstdose.words import LANGUAGES, _, language, say_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.lake import Session, Version


def draw(view: View, session: "Session", known: Known, versions: "Sequence[Version]") -> None:
    """Draw every shared filter from the view; a change goes back into the view through its callback."""
    with st.sidebar:
        with st.container(key="filters", gap="small"):
            _picked("program", _("Program"), view.program, known.program)
            _many("group", _("Group"), view.group, known.group)
            _picked("partner", _("Partner"), view.partner, known.partner)
            _many("jurisdiction", _("Jurisdiction"), view.jurisdiction, known.jurisdiction)
            _version(view, versions)
            _more(view, session, known, versions)
        _language()


def _changed(name: str, widget: str) -> None:
    chosen = st.session_state[widget]
    change_view(**{name: tuple(chosen) or None})


def _many(
    name: str, label: str, chosen: tuple[str, ...] | None, options: Any, *, dropdown: bool = False
) -> None:
    widget = f"filter-{name}"
    st.session_state[widget] = [value for value in chosen or () if value in options]
    say = partial(_label, options)
    tell = partial(_changed, name, widget)
    if dropdown:
        st.multiselect(
            label,
            list(options),
            format_func=say,
            key=widget,
            on_change=tell,
            placeholder=_("All {n}").format(n=len(options)),
        )
    else:
        st.pills(
            label,
            list(options),
            format_func=say,
            key=widget,
            on_change=tell,
            selection_mode="multi",
            wrap=True,
        )


def _picked(name: str, label: str, chosen: tuple[str, ...] | None, options: Any) -> None:
    """A filter of many values: what is chosen on a button, the list to choose from made when it is opened.

    A list in the side bar costs each change of the page 6 to 8 ms in the browser, opened or not (measured).
    """
    opened, worn = f"open-{name}", f"worn-{name}"
    if not st.session_state.get(opened):  # Streamlit 1.67 shuts a box whose words change
        st.session_state[worn] = f"{label}: {_in_short(chosen, options)}"
    box = st.popover(escaped(st.session_state[worn]), key=opened, on_change="rerun", width="stretch")
    if box.open:
        with box:
            _many(name, label, chosen, options, dropdown=True)


def _in_short(chosen: tuple[str, ...] | None, options: Any) -> str:
    """What a filter lets through, as short as a button: all, one by name, or how many."""
    if chosen is None:
        return _("All {n}").format(n=len(options))
    if len(chosen) == 1:
        return _label(options, chosen[0])
    return _("{n} of {all}").format(n=len(chosen), all=len(options))


def _label(options: Any, value: str) -> str:
    return str(options.get(value, value))


def version_label(versions: "Sequence[Version]", value: int) -> str:
    newest = versions[-1].version if versions else 0
    if value == 0:
        return _("Live · v{version}").format(version=newest)
    found = next((version for version in versions if version.version == value), None)
    said = f"v{value}" + (f" · {say_date(found.as_of)}" if found else "")
    return said + (f" · {found.name}" if found and found.name else "")


def _version_changed() -> None:
    change_view(version=st.session_state["filter-version"] or None, as_of=None)


def _version(view: View, versions: "Sequence[Version]") -> None:
    st.session_state["filter-version"] = view.version or 0
    st.selectbox(
        _("Data"),
        [0, *(version.version for version in reversed(versions))],
        format_func=partial(version_label, versions),
        key="filter-version",
        on_change=_version_changed,
    )


def _more(view: View, session: "Session", known: Known, versions: "Sequence[Version]") -> None:
    used = (view.area, view.since, view.until, view.as_of, view.base)
    if any(value is not None for value in used):
        st.session_state["filter-more"] = True  # a filter in use is never hidden
    more = st.expander(_("More filters"), key="filter-more", on_change="rerun")
    if not more.open:  # five widgets that few need cost every page a tenth of its time
        return
    with more:
        _many("area", _("Area"), view.area, known.area, dropdown=True)
        _day("since", _("From"), view.since if view.since != NO_DAY_SINCE else None)
        _day("until", _("Until"), view.until if view.until != NO_DAY_UNTIL else None)
        _day("as_of", _("Report day"), view.as_of, hint=session.as_of)
        _base(view, session, versions)


def _day_changed(name: str, widget: str) -> None:
    change_view(**{name: st.session_state[widget]})


def _day(name: str, label: str, day: date | None, hint: date | None = None) -> None:
    widget = f"filter-{name}"
    st.session_state[widget] = day
    st.date_input(
        label,
        key=widget,
        min_value=date(1990, 1, 1),
        max_value=date(2199, 12, 31),
        on_change=partial(_day_changed, name, widget),
        format="YYYY-MM-DD",
        help=_("Empty: {day}, the day of the data").format(day=say_date(hint)) if hint else None,
    )


def _base_changed() -> None:
    change_view(base=st.session_state["filter-base"] or None)


def _base_label(versions: "Sequence[Version]", value: int) -> str:
    return _("the version before") if value == 0 else version_label(versions, value)


def _base(view: View, session: "Session", versions: "Sequence[Version]") -> None:
    st.session_state["filter-base"] = view.base or 0
    st.selectbox(
        _("Compare with"),
        [0, *(version.version for version in reversed(versions) if version.version != session.version)],
        format_func=partial(_base_label, versions),
        key="filter-base",
        on_change=_base_changed,
    )


def _language_changed() -> None:
    st.session_state["language"] = st.session_state["filter-language"] or language()


def _language() -> None:
    st.session_state["filter-language"] = language()
    st.segmented_control(
        _("Language"),
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        key="filter-language",
        on_change=_language_changed,
        label_visibility="collapsed",
    )
