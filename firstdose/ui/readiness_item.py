"""One item of the checklist in full: who owes it, what both sides wait for, what proves it."""

from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from firstdose.figures import readiness_item as shown
from firstdose.queries import readiness as queries
from firstdose.rules.readiness import blockers_first, item_marks
from firstdose.rules.readiness_item import around
from firstdose.rules.readiness_network import with_need
from firstdose.sentence import unheld
from firstdose.ui.address import page_choice
from firstdose.ui.card import Table, draw
from firstdose.ui.header import note
from firstdose.ui.markdown import escaped
from firstdose.view import NOTHING
from firstdose.words import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from firstdose.lake import Session
    from firstdose.view import View

_OFFERED = 100  # items in the list to pick from, blockers first; a link reaches every item


def offered(plan: "pd.DataFrame", day: date) -> "Mapping[str, str]":
    """The items to pick from with their labels, blockers first; every item let through, the first offered.

    Takes the rows let through of the plan judged, as ``ui.readiness.judged`` gives it.
    """
    ordered = blockers_first(plan, day)
    return {row["item_id"]: shown.label(row) for row in ordered.head(_OFFERED).to_dict("records")}


def pick(view: "View", plan: "pd.DataFrame", names: "Mapping[str, str]") -> str:
    """Draw the list of items; the id of the one to show, empty when the link's is not in ``plan``."""
    asked = view.key("item")
    known = set(plan["item_id"].tolist())
    item = asked or next(iter(names), "")
    if item not in known:
        item = ""
    if item and item not in names:
        own = plan[plan["item_id"] == item].to_dict("records")[0]
        names = {item: shown.label(own), **names}
    page_choice(view.with_key("item", item or NOTHING), "item", _("One item in full"), names, many=True)
    if asked and not item:
        note(_("The item of this link is not among those that the filters let through: nothing is shown."))
    return item


def cards(view: "View", session: "Session", plan: "pd.DataFrame", day: date, item: str) -> tuple[Table, ...]:
    """The item with what it waits for on either side, and its documents."""
    near = around(plan, item)
    judged = item_marks(with_need(near, plan), day)
    own = near.to_dict("records")[0]
    return (
        Table(
            key="table-readiness-item",
            data=shown.sides(judged),
            title=shown.label(own),
            how=_("Who owes it and who waits, on both sides; needed is computed, the due day is a claim"),
            columns=shown.side_columns(),
            foot=shown.requirement(own["requirement_code"], own["jurisdiction"]),
            unheld=unheld(view, ("area", "partner", "period")),  # links cross them
        ),
        Table(
            key="table-readiness-evidence",
            data=shown.documents(queries.evidence(session, view, item)),
            title=_("Documents that prove it"),
            how=_("Every version; a document counts once, by a version approved and valid on the report day"),
            columns=shown.document_columns(),
        ),
    )


def links(evidence: "pd.DataFrame") -> None:
    """Draw a link to each document's record; only addresses that begin with https:// are opened."""
    found = evidence[evidence["url"].fillna("").str.startswith("https://")]
    if found.empty:
        return
    with st.container(horizontal=True, key="links-readiness-evidence"):
        for row in found.head(20).to_dict("records"):
            name = _("Open {document}, version {version}").format(
                document=row["document_id"], version=row["version"]
            )
            st.link_button(escaped(name), row["url"])


def one_item(made: "tuple[Table, ...]") -> None:
    """Draw the cards of one item and the links to its documents."""
    draw(*made)
    links(made[1].data)
