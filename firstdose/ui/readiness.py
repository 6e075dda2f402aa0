"""The cards of the readiness page that several rules feed, and its checklist to take away."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from firstdose.exports.table import to_csv
from firstdose.figures import readiness as figures
from firstdose.figures import readiness_checklist as table
from firstdose.figures import readiness_graph as graphs
from firstdose.figures import readiness_words as words
from firstdose.lake import Drafts
from firstdose.queries import readiness as queries
from firstdose.rules import readiness as rules
from firstdose.rules.readiness_graph import graph, longest_pair
from firstdose.rules.readiness_library import elsewhere, new_items, planned
from firstdose.rules.readiness_network import with_need
from firstdose.rules.readiness_unblock import unblocking
from firstdose.rules.readiness_verdict import verdicts, worst_first
from firstdose.sentence import unheld
from firstdose.ui import access
from firstdose.ui.address import known
from firstdose.ui.card import Card, Chart, Table
from firstdose.ui.hand_out import hand_out
from firstdose.ui.leads import to_items, to_review
from firstdose.ui.markdown import escaped
from firstdose.ui.remember import remembered
from firstdose.ui.store import lake
from firstdose.words import _, ngettext

if TYPE_CHECKING:
    import pandas as pd

    from firstdose.lake import Session
    from firstdose.view import View


_MOST = 10  # rows drawn at once: what 420 px show; the grid of every row is one press away


def judged(view: "View", session: "Session") -> "pd.DataFrame":
    """``queries.readiness.network`` with need dates and marks, without words; made once for all cards."""

    def items_judged() -> "pd.DataFrame":
        plan = queries.network(session, view)
        return rules.item_marks(with_need(plan, plan), view.as_of or session.as_of, why=False)

    return remembered(items_judged, replace(view, keys=()), session)


def let_through(view: "View", session: "Session", plan: "pd.DataFrame") -> "pd.DataFrame":
    """The rows of a plan that area, partner, period and milestone let through; links cross them."""
    return plan[plan["item_id"].isin(queries.items(session, view)["item_id"])]


def verdict_card(found: "pd.DataFrame") -> Table:
    """Every program, jurisdiction and milestone with its verdict and the reasons in order."""
    return Table(
        key="table-readiness-verdicts",
        data=worst_first(found),
        say=words.verdicts,
        title=_("Ready to file, ready to dose?"),
        how=_(
            "Reasons in order: gate items, longest open chain, earliest possible day, what is stale; "
            "a verdict opens its gate review"
        ),
        columns=words.verdict_columns(),
        height=420,
        most=_MOST,
        foot=_("Supports planning; not regulatory advice. All areas and partners count in a verdict."),
        linked="said",
        drill=to_review,
    )


def item_cards(view: "View", session: "Session", plan: "pd.DataFrame", day: date) -> tuple[Card, ...]:
    """Areas by jurisdiction, areas by program, open items by month, the checklist.

    Takes the plan judged, as ``judged`` gives it.
    """
    items = rules.item_marks(with_need(queries.items(session, view), plan), day, why=False)
    areas = rules.rollup_by(items, day, ["area", "jurisdiction"])
    programs = rules.rollup_by(items, day, ["program_id", "area"])
    months = rules.due_months(items, day)
    return (
        Chart(
            key="chart-readiness-areas",
            figure=figures.area_matrix(areas),
            data=areas,
            title=_("Areas by jurisdiction"),
            how=_(
                "Mark of the worst open gate item; gate items closed of total, all chosen programs together; "
                "a cell opens its items (Tab, then arrow keys)"
            ),
            drill=to_items("area", "jurisdiction"),
        ),
        Chart(
            key="chart-readiness-due",
            figure=figures.due_months(months, day),
            data=months,
            title=_("Open gate items by the month they are needed"),
            how=_("Number of open gate items; colour is the mark of each on the report day"),
        ),
        Chart(
            key="chart-readiness-programs",
            figure=figures.program_matrix(programs, dict(known(session, view.page).program)),
            data=programs,
            title=_("Areas by program"),
            how=_(
                "Mark of the worst open gate item; gate items closed of total; "
                "a cell opens its items (Tab, then arrow keys)"
            ),
            drill=to_items("program", "area"),
        ),
        Table(
            key="table-readiness-checklist",
            data=rules.blockers_first(_chosen(view, session, plan, day), day),
            say=lambda rows: table.checklist(rules.item_marks(rows, day)),
            title=_("Checklist, blockers first"),
            how=_(
                "Open gate items on top, the worst and earliest first; “Why” tells the rule behind each mark"
            ),
            columns=table.columns(),
            height=560,
            most=14,
            foot=rules.rules_in_words(),
        ),
    )


def _chosen(view: "View", session: "Session", plan: "pd.DataFrame", day: date) -> "pd.DataFrame":
    """The items of the checklist with what their links say; those past the day they are needed when asked."""
    found = with_need(queries.checklist(session, view), plan)
    if view.key("state") == "overdue":
        found = found[rules.overdue_days(found, day).notna()]
    return rules.item_marks(found, day, why=False)


def all_cards(view: "View", session: "Session", day: date) -> list[Card]:
    """Verdicts and all that explains them, in the order a gate review asks; judged once for all of them."""
    plan = judged(view, session)
    found = verdicts(plan, day)
    whole = unheld(view, ("area", "partner", "period"))  # links and verdicts cross them
    network = queries.network(session, view)
    deeper = deeper_cards(network, found, queries.library(session, view, lacking=True), day)
    return [
        replace(verdict_card(found), unheld=whole),
        *item_cards(view, session, plan, day),
        unblocking_card(let_through(view, session, unblocking(network))),
        *(replace(card, unheld=whole) for card in deeper),
    ]


def unblocking_card(found: "pd.DataFrame") -> Table:
    """What unblocks most, of the items chosen. Takes ``rules.readiness_unblock.unblocking`` of all items."""
    return Table(
        key="table-readiness-unblocks",
        data=found.reset_index(drop=True),
        say=words.unblocking,
        title=_("What unblocks most"),
        how=_(
            "Open items by gate items, of every area and partner, that wait for them, then by days gained on "
            "the longest chain"
        ),
        columns=words.unblocking_columns(),
        height=420,
        most=_MOST,
    )


def deeper_cards(
    plan: "pd.DataFrame", found: "pd.DataFrame", library: "pd.DataFrame", day: date
) -> tuple[Card, ...]:
    """The dependency picture with its table, what other jurisdictions would ask."""
    pair = longest_pair(found)
    drawn = None if pair is None else graph(plan, pair, day)
    nodes = plan.iloc[:0] if drawn is None else drawn.nodes
    where = "" if drawn is None else f": {drawn.program} · {drawn.jurisdiction}"
    folded = 0 if drawn is None else drawn.closed
    twin = () if drawn is None else (
        Table(
            key="table-readiness-chain",
            data=words.in_chain_order(nodes),
            title=_("Open items in chain order") + where,
            how=_("The longest chain first, then what is linked, then what stands alone"),
            columns=words.chain_columns(),
            height=420,
            most=_MOST,
        ),
    )  # fmt: skip
    return (
        Chart(
            key="chart-readiness-dependencies",
            figure=graphs.dependencies(drawn),
            data=nodes,
            title=_("What waits for what") + where,
            how=_(
                "Open items of the pair with the longest chain, left to right; that chain is drawn strong, "
                "items without an open link stand below"
            ),
            foot=ngettext("{n} settled item is folded away.", "{n} settled items are folded away.", folded)
            .format(n=folded),
        ),
        *twin,
        Table(
            key="table-readiness-elsewhere",
            data=elsewhere(library),
            say=words.elsewhere,
            title=_("What other jurisdictions would ask"),
            how=_("Requirements that apply where no filing is planned yet and that no list collects"),
            columns=words.elsewhere_columns(),
            height=420,
            most=_MOST,
        ),
    )  # fmt: skip


def checklist_to_take(view: "View", session: "Session") -> None:
    """Items that the chosen programs still lack where they file: as CSV, or into a draft of the data desk."""

    def items_lacking() -> "pd.DataFrame":
        """The rows of the items; made once a view."""
        return _lacking(view, session)

    items = remembered(items_lacking, view, session)
    lacking = len(items)
    said = ngettext(
        "{n} requirement of the library applies and has no item yet.",
        "{n} requirements of the library apply and have no item yet.",
        lacking,
    )
    with st.container(key="card-readiness-library", border=True, gap="small"):
        if not lacking:
            st.markdown(escaped(_("Every requirement of the library that applies has its item.")))
            return
        st.markdown(escaped(said.format(n=lacking)))
        with st.container(horizontal=True):
            hand_out(
                _("Missing items as CSV"),
                "readiness_items.csv",
                "action-readiness-csv",
                lambda: to_csv(items),
                (view, session),
            )
            if st.button(_("Put them into my draft"), key="action-readiness-draft"):
                _into_draft(to_csv(items))


def _lacking(view: "View", session: "Session") -> "pd.DataFrame":
    """Rows of new items for the requirements that the programs chosen lack where they file."""
    library = queries.library(session, view, lacking=True)
    chosen = planned(library)
    if view.jurisdiction is not None:
        chosen &= library["jurisdiction"].isin(view.jurisdiction).to_numpy()
    taken = frozenset(queries.network(session, view)["item_id"])
    return new_items(library[chosen], session.as_of, taken)


def _into_draft(content: bytes) -> None:
    from firstdose.ui.visit import owner

    access.require("upload")
    drafts = Drafts(lake().place)
    draft = drafts.of(owner()) or drafts.begin(owner())
    if draft.state == "submitted":
        st.warning(escaped(_("Your draft waits for a second person; it cannot be changed now.")))
        return
    if not draft.files:  # new items stand beside those there are; a draft with files keeps its own scope
        draft = drafts.change(draft, scope=replace(draft.scope, mode="merge"))
    drafts.add(draft, "readiness_items.csv", content, table="readiness_items")
    st.success(
        escaped(_("The items stand in your draft on the data page; choose there how to publish them."))
    )
