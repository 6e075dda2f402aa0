"""Colours, marks and the one plotly template, light and dark.

Every status has one colour, one symbol and one word everywhere; they are declared here once. Colours were
checked for contrast (marks 3:1, text 4.5:1 on card and page) and for colour-blind readers (every pair of
states at least 15 ΔE apart for normal, deutan, protan and tritan eyes).
"""

from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Literal

import plotly.graph_objects as go

from firstdose.words import N_, _

Mode = Literal["light", "dark"]

_mode: ContextVar[Mode] = ContextVar("mode", default="light")

FONT = "Inter, 'Noto Sans', 'Noto Sans JP', 'Noto Sans CJK JP', 'Hiragino Sans', 'Yu Gothic UI', sans-serif"

COLOURS: dict[str, tuple[str, str]] = {  # role: (light, dark)
    "background": ("#FBFAF8", "#12161C"),
    "card": ("#FFFFFF", "#1A2028"),
    "side": ("#F3F1EC", "#0E1217"),
    "line": ("#E4E0D8", "#2A323D"),
    "text": ("#1D2430", "#E8ECF2"),
    "secondary": ("#5B6472", "#A5AFBD"),
    "primary": ("#0E5A61", "#5FC4CC"),
    "second": ("#C2571A", "#F08A4B"),
    "closed": ("#1F7A5C", "#4CC79A"),
    "in progress": ("#2F7BD0", "#4F94E8"),
    "in review": ("#1C2F6B", "#C9D6FF"),
    "at risk": ("#B7791F", "#F0B84B"),
    "late": ("#B3261E", "#FF7A6B"),
    "not started": ("#59616E", "#9AA3B2"),
    "stale": ("#858F9E", "#6F7A8A"),
    "not applicable": ("#858F9E", "#6F7A8A"),
}


class Status(StrEnum):
    """A state or a signal, as it is marked everywhere. ``done`` wears closed, ``on track`` in progress."""

    CLOSED = "closed"
    IN_PROGRESS = "in progress"
    IN_REVIEW = "in review"
    AT_RISK = "at risk"
    LATE = "late"
    NOT_STARTED = "not started"
    STALE = "stale"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Mark:
    """Symbol and word of a status; the colour is ``colour(status)``."""

    symbol: str
    word: str


_MARKS: dict[Status, Mark] = {
    Status.CLOSED: Mark("✓", N_("closed")),
    Status.IN_PROGRESS: Mark("◐", N_("in progress")),
    Status.IN_REVIEW: Mark("◑", N_("in review")),
    Status.AT_RISK: Mark("▲", N_("at risk")),
    Status.LATE: Mark("✕", N_("late")),
    Status.NOT_STARTED: Mark("○", N_("not started")),
    Status.STALE: Mark("~", N_("stale")),
    Status.NOT_APPLICABLE: Mark("–", N_("not applicable")),
}


def use_mode(mode: Mode) -> None:
    """Set light or dark for this context; figures drawn afterwards wear it."""
    _mode.set(mode)


def mode() -> Mode:
    """Light or dark."""
    return _mode.get()


def colour(role: str) -> str:
    """The hex colour of a role or status in the mode in use; ``KeyError`` for an unknown role."""
    return COLOURS[role][0 if _mode.get() == "light" else 1]


def tint(role: str, share: float = 0.13) -> str:
    """The role's colour at ``share`` opacity, for cell backgrounds."""
    red, green, blue = (int(colour(role)[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share})"


def symbol(status: str) -> str:
    """The symbol of a status."""
    return _MARKS[Status(status)].symbol


def word(status: str) -> str:
    """The word of a status in the reader's language."""
    return _(_MARKS[Status(status)].word)


def stated(text: str) -> Status | None:
    """The status that a cell says, by its symbol alone or before a word; none when it says none.

    Tilde and dash begin other texts too, so they count only with the word of their status.
    """
    for status in Status:
        sign = symbol(status)
        said = f"{sign} {word(status)}" if sign in "~–" else f"{sign} "
        if text == sign or text.startswith(said):
            return status
    return None


def show_text(text: str) -> str:
    """Data as plotly text: markup that plotly would act on is escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@cache
def _template(mode: Mode) -> go.layout.Template:
    at = 0 if mode == "light" else 1
    pick = {role: pair[at] for role, pair in COLOURS.items()}
    axis: dict[str, Any] = {
        "gridcolor": pick["line"],
        "linecolor": pick["line"],
        "zerolinecolor": pick["line"],
        "tickfont": {"size": 12, "color": pick["secondary"]},
        "title": {"font": {"size": 12, "color": pick["secondary"]}, "standoff": 8},
        "showline": False,
        "ticklabeloverflow": "allow",  # labels are set to fit; looking for ones to hide costs a forced layout
        "automargin": False,  # fixed margins save a drawing pass (measured 0.86-0.91x)
    }
    return go.layout.Template(
        layout={
            "font": {"family": FONT, "size": 12, "color": pick["text"]},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": [
                pick["primary"],
                pick["second"],
                pick["in progress"],
                pick["at risk"],
                pick["secondary"],
            ],
            "xaxis": axis,
            "yaxis": axis,
            "margin": {"l": 8, "r": 8, "t": 8, "b": 32},
            "hoverlabel": {
                "bgcolor": pick["card"],
                "bordercolor": pick["line"],
                "font": {"family": FONT, "size": 12, "color": pick["text"]},
                "align": "left",
            },
            "legend": {"orientation": "h", "y": 1.08, "x": 0, "font": {"size": 12}},
            "bargap": 0.28,
            "barcornerradius": 2,
            "hovermode": "closest",
            "dragmode": False,
            "title": {"text": ""},
        }
    )


def dressed(figure: go.Figure) -> go.Figure:
    """The figure wearing the template of the mode in use; changes and returns the figure given."""
    figure.layout.template = _template(_mode.get())
    return figure


def empty(message: str, height: int = 160) -> go.Figure:
    """A figure that says why there is nothing to see."""
    figure = go.Figure()
    figure.update_layout(
        height=height,
        xaxis={"visible": False},
        yaxis={"visible": False},
        annotations=[
            {
                "text": show_text(message),
                "showarrow": False,
                "font": {"size": 14, "color": colour("secondary")},
                "xref": "paper",
                "yref": "paper",
                "x": 0.5,
                "y": 0.5,
            }
        ],
    )
    return figure
