"""What is compared, chosen by the reader: program, groups, test, lots left out with their reasons."""

from typing import TYPE_CHECKING

import streamlit as st

from firstdose.figures import comparability_words as words
from firstdose.figures.comparability_report import reasoned
from firstdose.queries import comparability as queries
from firstdose.queries import filters
from firstdose.rules import comparability as rules
from firstdose.rules.comparability_judged import METHODS
from firstdose.ui.address import page_choice
from firstdose.ui.header import note
from firstdose.ui.state import current_view
from firstdose.ui.store import run_session
from firstdose.view import NOTHING
from firstdose.words import N_, _

if TYPE_CHECKING:
    from firstdose.lake import Session
    from firstdose.ui.comparability import Comparison
    from firstdose.view import View

_GROUPS = ("first", "second", "within")  # keys that belong to one program and one kind of comparison
_WHY_NOT = {
    "not understood": N_("Part of the comparison in this link is not understood: nothing is compared."),
    "no program": N_("No lot of this kind is among those that the filters let through: nothing is compared."),
    "one group": N_("There is only one group of lots: a comparison needs two sites or two process versions."),
    "unknown group": N_("A group of this link has no lots among those that the filters let through."),
    "same group": N_("Both groups are the same: choose another one."),
}


def choices(view: "View", found: "Comparison", session: "Session") -> bool:
    """Draw what is compared; whether there is something to show. What is said seldom lies in one box."""
    held, sides = found.view, found.sides
    labels = filters.known(session, view.page, ()).program
    offered = {name: labels.get(name, name) for name in dict.fromkeys(found.offered["program_id"])}
    with st.container(key="action-comparability-choices", horizontal=True, vertical_alignment="bottom"):
        page_choice(
            held,
            "compare",
            _("Compare"),
            {"sites": _("Sites"), "versions": _("Process versions")},
            clears=_GROUPS,
        )
        shown = held.with_key("of", sides.of if sides.of in offered else NOTHING)
        page_choice(shown, "of", _("Program"), offered, many=True, clears=(*_GROUPS, "attribute", "out"))
        page_choice(held, "part", _("Shown as"), {"page": _("Page"), "report": _("Report")})
        _settings(found)
    if sides.why_not:
        note(_(_WHY_NOT[sides.why_not]))
        return False
    return True


def _settings(found: "Comparison") -> None:
    """Groups, test and lots left out, made only when somebody opens the box."""
    box = st.popover(_("Groups, test, lots left out"), key="action-comparability-settings", on_change="rerun")
    if not box.open:
        return
    held, sides = found.view, found.sides
    kinds = {"drug product": _("drug product"), "vector": _("vector")}
    every = rules.groups(found.offered, sides.of, sides.material, sides.compare)["group"].tolist()
    other: rules.What = "versions" if sides.compare == rules.SITES else "sites"
    fixed = rules.groups(found.offered, sides.of, sides.material, other)["group"].tolist()
    sites = {item["partner_id"]: item["partner_name"] for item in found.offered.to_dict("records")}
    first, second = (
        (_("Sending site"), _("Receiving site"))
        if sides.compare == rules.SITES
        else (_("Version before"), _("Version after"))
    )
    with box:
        page_choice(held, "material", _("Kind of lot"), kinds, clears=(*_GROUPS, "attribute", "out"))
        for name, value in (("first", sides.first), ("second", sides.second)):
            held = held.with_key(name, value if value in every else NOTHING)
        held = held.with_key("within", sides.within if sides.within in ("", *fixed) else NOTHING)
        page_choice(held, "first", first, {name: sites.get(name, name) for name in every}, many=True)
        page_choice(held, "second", second, {name: sites.get(name, name) for name in every}, many=True)
        all_of = {"": _("All"), **{name: sites.get(name, name) for name in fixed}}
        page_choice(
            held,
            "within",
            _("Only this process version") if sides.compare == rules.SITES else _("Only this site"),
            all_of,
            many=True,
        )
        page_choice(held, "test", _("Test of tier 1"), {name: words.method(name) for name in METHODS})
        _leaving_out(found)


def _leaving_out(found: "Comparison") -> None:
    """Take one lot out with a reason, or take lots back in; all of it stands in the link."""
    told = {one.lot: reasoned(one) for one in found.left}
    if told:
        st.session_state["comparability-kept"] = list(told)
        st.multiselect(
            _("Lots left out"),
            list(told),
            format_func=lambda lot: told.get(lot, lot),
            key="comparability-kept",
            on_change=_keep,
            args=(found.left,),
        )
    lots = queries.lots(run_session(), found.view, found.sides.sql())["batch_id"].tolist()
    st.selectbox(
        _("Leave out one lot"), [lot for lot in lots if lot not in told], index=None, key="comparability-lot"
    )
    st.text_input(_("Reason, as the report says it"), key="comparability-reason", max_chars=120)
    st.button(
        _("Leave out"), key="action-comparability-leave", type="primary", on_click=_leave, args=(found.left,)
    )


def _keep(left: tuple[rules.Left, ...]) -> None:
    kept = st.session_state["comparability-kept"]
    _write(tuple(one for one in left if one.lot in kept))


def _leave(left: tuple[rules.Left, ...]) -> None:
    lot = st.session_state["comparability-lot"]
    if lot:
        _write((*left, rules.Left(lot, st.session_state["comparability-reason"])))
        st.session_state["comparability-lot"] = None
        st.session_state["comparability-reason"] = ""


def _write(left: tuple[rules.Left, ...]) -> None:
    st.session_state["view"] = current_view().with_key("out", rules.left_out_text(left))
