"""What the changes page compares with: the version before, the last visit, a named version, a day."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from firstdose.ui.address import compared, page_choice
from firstdose.ui.filters import version_label
from firstdose.ui.header import row
from firstdose.ui.state import change_view, current_view
from firstdose.ui.store import lake
from firstdose.ui.visit import last_seen
from firstdose.view import View
from firstdose.words import _, say_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.lake import Session, Version

_FIELD_PX = 320


@dataclass(frozen=True, slots=True)
class Comparison:
    """The session compared with, none where nothing can be compared; a remark for the reader."""

    base: "Session | None"
    remark: str = ""


def comparison(view: View, session: "Session") -> Comparison:
    """Draw the choice of what to compare with, kept in the link, and find it."""
    with row():
        view = page_choice(
            view,
            "compare",
            _("Compare with"),
            {
                "version": _("A version"),
                "visit": _("My last visit"),
                "named": _("A named version"),
                "date": _("A day"),
            },
        )
        match view.key("compare", "version"):
            case "visit":
                return _visit(view, session)
            case "named":
                return _named(view, session)
            case "date":
                return _on_day(view, session)
            case _other:
                others = [one for one in reversed(lake().versions()) if one.version != session.version]
                pick_version(_("Version"), others, view.base or 0, before=True)
                return Comparison(compared(view, session))


def _visit(view: View, session: "Session") -> Comparison:
    """Since the newest version this browser saw at its last visit; honest where it is not known."""
    seen = last_seen()
    if seen is None:
        said = _("No earlier visit of this browser is known: shown is what changed since the version before.")
        return Comparison(_before(view, session), said)
    if seen >= session.version:
        said = _("Nothing was published since your last visit: shown is what came with version {version}.")
        return Comparison(_before(view, session), said.format(version=session.version))
    return Comparison(lake().session(seen), _("Your last visit saw version {version}.").format(version=seen))


def _before(view: View, session: "Session") -> "Session | None":
    return compared(View(page=view.page), session)


def _named(view: View, session: "Session") -> Comparison:
    """Since a named version: the one of the link, else the newest before the one shown."""
    named = [one for one in reversed(lake().versions()) if one.name and one.version != session.version]
    if not named:
        return Comparison(None, _("No version has a name yet; the data page gives names."))
    earlier = [one.version for one in named if one.version < session.version]
    chosen = view.base if view.base in {one.version for one in named} else (earlier or [named[-1].version])[0]
    pick_version(_("Named version"), named, chosen or 0)
    return Comparison(lake().session(chosen))


def _on_day(view: View, session: "Session") -> Comparison:
    """Since a day: the newest version published on or before it."""
    day = _parsed(view.key("on"))
    st.session_state["filter-on"] = day
    st.date_input(
        _("Published until"),
        key="filter-on",
        min_value=date(1990, 1, 1),
        max_value=date(2199, 12, 31),
        on_change=_day_changed,
        format="YYYY-MM-DD",
        width=_FIELD_PX,
    )
    if day is None:
        wrong = _("“{value}” is not a date for “{key}” (write YYYY-MM-DD).")
        said = wrong.format(value=view.key("on")[:60], key="on") if view.key("on") else _("Choose a day.")
        return Comparison(None, said)
    found = [one for one in lake().versions() if _published_on(one) <= day]
    if not found:
        return Comparison(None, _("No version was published on or before {day}.").format(day=say_date(day)))
    if found[-1].version == session.version:
        said = _("Version {version} was the newest on {day}: nothing was published since.")
        return Comparison(None, said.format(version=session.version, day=say_date(day)))
    said = _("On {day} the newest was version {version}.")
    return Comparison(
        lake().session(found[-1].version), said.format(version=found[-1].version, day=say_date(day))
    )


def _published_on(version: "Version") -> date:
    """The day a version was published; the demo plays back a history, whose days are its report days."""
    return version.as_of if version.illustrative else version.published_at.date()


def _parsed(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-23") else None
    except ValueError:
        return None


def _day_changed() -> None:
    day: date | None = st.session_state["filter-on"]
    st.session_state["view"] = current_view().with_key("on", day.isoformat() if day else "")


def pick_version(label: str, versions: "Sequence[Version]", chosen: int, *, before: bool = False) -> None:
    """A list of versions that sets ``base``; ``before`` offers the version before as the first."""
    st.session_state["filter-compared"] = chosen
    st.selectbox(
        label,
        [*([0] if before else []), *(one.version for one in versions)],
        format_func=partial(_label, tuple(versions)),
        key="filter-compared",
        on_change=_base_changed,
        width=_FIELD_PX,
    )


def _label(versions: "Sequence[Version]", value: int) -> str:
    return version_label(versions, value) if value else _("the version before")


def _base_changed() -> None:
    change_view(base=st.session_state["filter-compared"] or None)
