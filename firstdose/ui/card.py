"""The card every figure sits in: title, how to read it, filters, data version; link, query, data, table.

Every figure of the product is a ``Chart`` drawn by ``draw`` and by nothing else, so the engine that draws it
can be exchanged in this one room.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import groupby
from typing import TYPE_CHECKING

import streamlit as st

from firstdose.exports import reason
from firstdose.figures.alt import alternative
from firstdose.ui import access, host, markup, table
from firstdose.ui.freshness import stale_mark
from firstdose.ui.header import age, pinned_view, whole
from firstdose.ui.markdown import escaped
from firstdose.ui.stamp import one_card
from firstdose.ui.state import current_view, speak
from firstdose.ui.store import run_session
from firstdose.view import View, to_link
from firstdose.words import N_, _, say_date

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from firstdose.queries import Asked

#: The rows of a card as a file: label and media type by ending.
_ROWS = {
    "csv": (N_("Data as CSV"), "text/csv"),
    "parquet": (N_("Data as Parquet"), "application/vnd.apache.parquet"),
}


@dataclass(frozen=True, kw_only=True)
class Card:
    """What every card says: ``data`` is the frame behind it, and its ``attrs["asked"]`` says why.

    A card that is ``live`` goes on changing after its data version, as the audit chain does. ``unheld`` names
    the filters in use that it does not follow (``sentence.unheld``).
    """

    key: str
    data: "pd.DataFrame"
    title: str
    how: str
    foot: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    live: bool = False
    unheld: str = ""

    @property
    def sentence(self) -> str:
        """The filters of the page in words, and which of them the card does not follow."""
        return " · ".join(filter(None, (st.session_state.get("sentence", ""), self.unheld)))

    @property
    def told(self) -> "pd.DataFrame":
        """Every row as it is read."""
        return self.data

    @property
    def taken(self) -> "pd.DataFrame":
        """Every row as it is taken away: without the parts of links that cells carry on the page."""
        return self.told.drop(columns="opens", errors="ignore")


@dataclass(frozen=True, kw_only=True)
class Chart(Card):
    """A figure in its card; without ``alt`` its text alternative is made from the data.

    ``drill`` gives, for the view at hand, the link that the id of a mark completes.
    """

    figure: "go.Figure"
    alt: str = ""
    drill: "Callable[[View], str] | None" = None

    @cached_property
    def written(self) -> bytes:
        """The figure as the browser gets it, written once however often it is drawn."""
        return host.written(self.figure, self.words, self.stamp)

    @property
    def stamp(self) -> dict[str, str]:
        """What a picture of the chart says about itself, and its file name."""
        state = st.session_state
        return {
            "title": self.title,
            "sentence": self.sentence,
            "data": state.get("data-said", ""),
            "name": f"{state.get('data-name', '')}{self.key}{state.get('data-version', '')}",
            "save": _("Save as a picture"),
        }

    @cached_property
    def words(self) -> str:
        """The text alternative, made with the sentence of the page it was first drawn on."""
        return self.alt or alternative(self.title, self.data, self.sentence)


@dataclass(frozen=True, kw_only=True)
class Table(Card):
    """A table in its card; ``columns`` names and orders what is shown, the data keeps every column.

    ``most`` rows are drawn at once; ``say`` puts rows into words, one by one, so that only those drawn are
    said until somebody asks for all: measured, half of a first look at 12,000 items. The columns ``grouped``
    say only once what rows below each other share. The column named in ``linked`` leads where ``drill``, for
    the view at hand, and the cell of ``opens`` in the same row say.
    """

    height: int | None = None
    most: int = table.MOST
    grouped: tuple[str, ...] = ()
    linked: str = ""
    drill: "Callable[[View], str] | None" = None
    say: "Callable[[pd.DataFrame], pd.DataFrame] | None" = None

    @cached_property
    def told(self) -> "pd.DataFrame":
        """Every row as it is read, said once however often it is asked for."""
        return self.say(self.data) if self.say else self.data

    @cached_property
    def written(self) -> str:
        """The table as HTML, written once however often it is drawn."""
        return table.markup(
            self.say(self.data.head(self.most)) if self.say else self.data,
            self.columns,
            self.key,
            self.title,
            self.height,
            most=self.most,
            grouped=self.grouped,
            linked=self.linked,
        )

    @property
    def drawn(self) -> str:
        """What was written, its links completed for the view at hand."""
        return table.completed(self.written, self.drill(current_view())) if self.drill else self.written


def drawn_cards() -> dict[str, Card]:
    """The cards of this run by their key, in the order they were drawn: what an export takes away."""
    cards: dict[str, Card] = st.session_state.setdefault("drawn", {})
    return cards


def draw(*cards: Card) -> None:
    """Draw cards one below the other; when the view names one card, that one alone.

    A table shown whole, and all that follow it, are one element of the page: measured, the gate review of
    twelve cards is whole in two thirds of the time (docs/decisions.md).
    """
    shown = [card for card in cards if current_view().chart in (None, card.key)]
    drawn_cards().update({card.key: card for card in shown})
    for whole_tables, group in groupby(shown, key=_is_whole):
        together = list(group)
        if whole_tables and host.ours():
            _together(tuple(together))
        else:
            for card in together:
                _alone(card)


def _is_whole(card: Card) -> bool:
    """Whether a card is a table that shows every row at once."""
    return isinstance(card, Table) and len(card.data) <= card.most


def _alone(card: Card) -> None:
    with st.container(key=f"card-{card.key}", border=True, gap="small"):
        head = ""
        if host.ours():
            _asked(card)
        else:
            _tools(card)
            head = _head(card)
        match card:
            case Chart():
                if head:
                    st.html(head)
                opens = card.drill(current_view()) if card.drill else ""
                host.draw(card.figure, card.key, card.words, partial(getattr, card, "written"), opens)
                if card.foot:
                    st.html(markup.foot(card.foot))
                if current_view().chart == card.key:  # alone it has room for its table too
                    table.grid(card.told, card.columns, f"table-{card.key}-alone", card.title, 320)
            case Table():
                table.draw(card, head, markup.foot(card.foot))


@st.fragment
def _asked(card: Card) -> None:
    """The head of a card; what is asked of it opens above the page."""
    speak()
    told = markup.why_button(card.key, card.title) + _head(card)
    if host.words(told, f"head-{card.key}") == card.key:
        st.dialog(escaped(card.title), width="large")(_explain)(card)


@st.fragment
def _together(cards: "Sequence[Card]") -> None:
    """Tables as one element; what is asked of one of them opens above the page."""
    speak()
    told = "".join(
        markup.section(card.key, card.title, _head(card) + card.drawn + markup.foot(card.foot))
        for card in cards
        if isinstance(card, Table)
    )
    asked = host.words(told, f"words-{cards[0].key}")
    for card in cards:
        if card.key == asked:
            st.dialog(escaped(card.title), width="large")(_explain)(card)


def _head(card: Card) -> str:
    """Title, how to read it, filters, data version and age, and what of it is stale, as HTML."""
    session = run_session()
    said = [card.how, card.sentence, f"v{session.version}", age(session)]
    stale = stale_mark(card.data.attrs.get("asked"))
    return markup.head(card.title, " · ".join(part for part in said if part), stale)


@st.fragment
def _tools(card: Card) -> None:
    """The link, the query, the data and the table of a card, made only when somebody opens them."""
    speak()
    tools = st.popover(_("Why"), key=f"action-{card.key}", type="tertiary", on_change="rerun")
    if not tools.open:
        return
    with tools:
        _explain(card)


def _explain(card: Card) -> None:
    """The links to a card, the query behind it, its data to take away and as a grid."""
    speak()
    view, session = current_view(), run_session()
    told = card.told
    alone = replace(view, chart=card.key)
    st.caption(_("Link to this card, live and pinned"))
    st.code(whole(to_link(alone)), language=None, wrap_lines=True)
    st.code(whole(to_link(pinned_view(alone, session))), language=None, wrap_lines=True)
    asked: Asked | None = card.data.attrs.get("asked")
    if asked is not None:
        st.caption(
            _("Query {name} on data version {version}, report day {day}").format(
                name=escaped(asked.name), version=asked.version, day=say_date(asked.as_of)
            )
        )
        st.code(asked.pasteable(), language="sql", wrap_lines=True, height=220)
    why = ""
    if reason.asked():
        why = st.text_input(_("Why it is taken away"), max_chars=400, key=f"share-why-{card.key}", width=480)
    with st.container(horizontal=True, gap="small"):
        for ending, (label, mime) in _ROWS.items() if access.allows("export") else ():
            name, write = one_card(card, ending, why)
            st.download_button(
                _(label),
                data=write,
                file_name=name,
                mime=mime,
                key=f"{ending}-{card.key}",
                disabled=reason.lacks(why),
                on_click="ignore",
            )
    table.grid(told, card.columns, f"table-{card.key}", card.title, 320)
