"""The timeline page: its sections, what it compares with, and the cards of each section."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from firstdose.errors import PlanError
from firstdose.figures import timeline as figures
from firstdose.figures import timeline_slip as slip_words
from firstdose.figures import timeline_words as words
from firstdose.figures.timeline_links import closures_of
from firstdose.queries import timeline as queries
from firstdose.rules import timeline as rules
from firstdose.rules import (
    timeline_fold,
    timeline_network,
    timeline_parts,
    timeline_slip,
)
from firstdose.ui.address import compared, page_choice
from firstdose.ui.card import Chart, Table
from firstdose.ui.comparison import pick_version
from firstdose.ui.remember import remembered
from firstdose.ui.store import lake
from firstdose.ui.timeline_partners import Rows, sessions
from firstdose.view import NOTHING, View
from firstdose.words import _, either, ngettext, say_date

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstdose.lake import Session


#: The section a card stands in: a link to one card opens its section, whatever else it says.
_SECTION_OF = {
    "chart-timeline-plan": "plan",
    "table-timeline-contradictions": "plan",
    "table-timeline-slip": "slip",
    "chart-timeline-parts": "slip",
    "table-timeline-part-groups": "slip",
    "chart-timeline-trend": "milestones",
    "table-timeline-trend": "milestones",
    "table-timeline-milestones": "milestones",
    "table-timeline-handoffs": "partners",
    "table-timeline-on-time": "partners",
    "table-timeline-agenda": "partners",
}


def section(view: "View") -> str:
    """The section of a view: that of the one card it names, else the one chosen."""
    return _SECTION_OF.get(view.chart or "", view.key("section", "plan"))


def choose(view: "View", session: "Session", at: str) -> "Session | None":
    """Draw the choices of a section, kept in the link; the session compared with, none for the baseline."""
    if at == "plan":
        lanes = {"partner": _("Partner"), "program": _("Program"), "workstream": _("Workstream")}
        windows = {"quarter": _("Quarter"), "8-weeks": _("Eight weeks"), "year": _("Year"), "all": _("All")}
        page_choice(view, "lanes", _("Lanes"), lanes)
        page_choice(view, "window", _("Days around the report day"), windows)
        box = st.popover(_("Fold and compare"), key="open-timeline", on_change="rerun")
        if box.open:  # a list costs every change of the page some milliseconds, opened or not
            with box:
                _fold(view)
                _against(view, session)
    if at not in ("plan", "slip"):
        return None
    base = compared(view, session) if view.key("against") == "version" else None
    if at == "slip":
        _against(view, session)
        offered = offered_once(view, session, base)
        page_choice(
            view.with_key("of", picked(view, offered) or NOTHING), "of", _("Milestone"), offered, many=True
        )
    return base


def _against(view: "View", session: "Session") -> None:
    """Draw the choice of what to compare with."""
    sides = {"baseline": _("Baseline of the plan"), "version": _("A data version")}
    page_choice(view, "against", _("Compare with"), sides)
    if view.key("against") == "version":
        others = [one for one in reversed(lake().versions()) if one.version != session.version]
        pick_version(_("Version"), others, view.base or 0, before=True)


def _fold(view: "View") -> None:
    """Draw the choice of what is folded."""
    folds = {"none": _("Every task"), "all": _("Workstreams folded")}
    only = _("Only {workstream} open")
    folds |= {name: only.format(workstream=rules.workstream_name(name)) for name in rules.WORKSTREAMS}
    page_choice(view, "fold", _("Fold"), folds, many=True)


def offered_once(view: "View", session: "Session", base: "Session | None") -> "dict[str, str]":
    """``milestones_offered``, made once a view."""

    def milestones_to_split() -> dict[str, str]:
        return milestones_offered(view, session, base)

    return remembered(milestones_to_split, view, session, base)


def milestones_offered(view: "View", session: "Session", base: "Session | None") -> "dict[str, str]":
    """First doses, then filings, to pick one from: the one that moved most on top, then the next."""
    judged = rules.anchors(queries.milestones(session, view), view.as_of or session.as_of)
    there = _states(view, session, base)[1].set_index("task_id")["finish_on"]
    now, was = pd.to_datetime(judged["expected_on"]), pd.to_datetime(judged["task_id"].map(there))
    ordered = judged.assign(_filing=judged["anchor"] == "filing", _moved=-(now - was).dt.days.abs())
    rows = ordered.sort_values(["_filing", "_moved"], kind="stable").to_dict("records")
    return {row["task_id"]: words.milestone_name(row) for row in rows}


def picked(view: "View", offered: "Mapping[str, str]") -> str:
    """The id of the milestone to split: that of the link, else the first; empty when not let through."""
    task = view.key("of") or next(iter(offered), "")
    return task if task in offered else ""


def against_in_words(view: "View", base: "Session | None") -> str:
    """The state compared with, in words."""
    if base is not None:
        said = _("data version {version} of {day}").format(version=base.version, day=say_date(base.as_of))
        return f"{said} · {base.name}" if base.name else said
    if view.key("against") == "version":
        return _("the plan's baseline, since there is no other version to compare with")
    return _("the plan's baseline")


def _states(view: "View", session: "Session", base: "Session | None") -> "tuple[pd.DataFrame, pd.DataFrame]":
    """The plan shown and the one compared with, on their best days."""
    shown = queries.whole(session, view)
    there = (
        timeline_slip.on_baseline(shown)
        if base is None
        else timeline_slip.on_best_days(queries.whole(base, view))
    )
    return timeline_slip.on_best_days(shown), there


def slip_table(view: "View", session: "Session", base: "Session | None") -> Table:
    """What moved, by how much, since when."""
    shown, there = _states(view, session, base)
    found = timeline_slip.slips(shown, there)
    let_through = set(queries.matching(session, view)["task_id"])
    if base is not None:
        let_through |= set(queries.matching(base, view)["task_id"])
    mine = found[found["task_id"].isin(let_through)].reset_index(drop=True)
    first = 0 if base is None else base.version
    past = timeline_slip.on_best_days(queries.whole_of(sessions(session, first), view))
    dated = timeline_slip.since(mine, past)
    dated.attrs = dict(shown.attrs)
    return Table(
        key="table-timeline-slip",
        data=slip_words.slip_rows(dated),
        title=_("What moved against {state}").format(state=against_in_words(view, base)),
        how=_(
            "Best known days (actual, forecast, baseline), calendar days, plus is later; since: the version "
            "from which on it stands elsewhere"
        ),
        columns=slip_words.slip_columns(),
        height=460,
    )


def slip_cards(view: "View", session: "Session", base: "Session | None") -> Rows:
    """Why one milestone moved, in parts; then everything that moved."""
    task = picked(view, offered_once(view, session, base))
    table = slip_table(view, session, base)
    try:
        split = split_cards(view, session, base, task) if task else None
    except PlanError as error:  # one of the two plans cannot be computed: what moved can still be told
        return ((replace(table, foot=str(error)),),)
    if split is None:
        return ((table,),)
    return (split, (table,))


def split_cards(
    view: "View", session: "Session", base: "Session | None", task: str
) -> tuple[Chart, Table] | None:
    """Why one milestone moved: its parts drawn, and by partner; none where it cannot be said."""
    shown, there = _states(view, session, base)
    day = view.as_of or session.as_of
    now = timeline_parts.state(queries.whole(session, view), day)
    was = (
        timeline_parts.baseline_state(queries.whole(session, view), day)
        if base is None
        else timeline_parts.state(queries.whole(base, view), base.as_of)
    )
    found = timeline_parts.split(task, now, was, (_finish(there, task), _finish(shown, task)))
    if found is None:
        return None
    rows = slip_words.part_rows(found, shown)
    groups = slip_words.group_rows(
        timeline_parts.grouped(found.parts, shown), found, slip_words.partner_names(shown)
    )
    groups.attrs = dict(shown.attrs)
    own = shown[shown["task_id"] == task].to_dict("records")[0]
    title = _("Why it moved: {milestone}").format(milestone=either(own["name"], own["name_ja"]))
    days = ngettext("{n} day against {state}", "{n} days against {state}", abs(found.whole_days))
    said = days.format(n=f"{found.whole_days:+d}", state=against_in_words(view, base))
    return (
        Chart(
            key="chart-timeline-parts",
            figure=slip_words.parts(rows),
            data=rows,
            title=f"{title} · {own['program_id']}",
            how=said,
            columns=slip_words.part_columns(),
            foot=timeline_parts.method_in_words(),
        ),
        Table(
            key="table-timeline-part-groups",
            data=groups,
            title=_("By partner and decisions"),
            how=said,
            columns=slip_words.group_columns(),
        ),
    )


def _finish(state: "pd.DataFrame", task: str) -> date | None:
    found = state.loc[state["task_id"] == task, "finish_on"].dropna()
    return None if found.empty else found.iloc[0].date()


def reckoned(view: "View", session: "Session") -> timeline_network.Reckoned:
    """The whole plan computed, once for all filters of a version and report day."""

    def plan_reckoned() -> timeline_network.Reckoned:
        return timeline_network.reckon(queries.whole(session, view), view.as_of or session.as_of)

    return remembered(plan_reckoned, View(page=view.page, as_of=view.as_of), session)


def plan_cards(view: "View", session: "Session", base: "Session | None") -> Rows:
    """The plan in lanes with the ghost of what it is compared with; then the dates its links contradict."""
    day = view.as_of or session.as_of
    first, last = queries.window(session, view)
    found = reckoned(view, session)
    if base is None:
        tasks = queries.tasks(session, view)
    else:  # a task may touch the days shown by its ghost alone, which only the other version knows
        there = timeline_slip.on_best_days(queries.whole(base, view))
        every = queries.plan(session, replace(view, since=None, until=None))
        tasks = timeline_slip.seen(timeline_slip.with_ghost(every, there), first, last, day)
    by = view.key("lanes", "partner")
    how, judged = view.key("fold", "none"), rules.judged(tasks, day)
    plan = rules.lanes(timeline_fold.fold(judged, how, by), by, day)
    drawn = figures.plan(
        plan,
        day,
        first,
        last,
        critical=found.critical,
        loop=found.loop,
        ids=frozenset(queries.whole(session, view)["task_id"]),
        closures=closures_of(queries.closures(session, view).to_dict("records")),
        folded=timeline_fold.folded(judged, how, by),
    )
    chart = Chart(
        key="chart-timeline-plan",
        figure=drawn,
        data=plan,
        title=_("The plan in lanes"),
        how=_(
            "Hollow: {state}; forecast light, actual solid, report day dashed; bold and thick: the chain "
            "that sets a first dose; dotted: hand-off; grey: days off"
        ).format(state=against_in_words(view, base)),
        foot=" ".join(filter(None, (found.trouble, words.hidden_in_words(plan)))),
    )
    mine = found.contradictions
    mine = mine[mine["task_id"].isin(queries.matching(session, view)["task_id"])].reset_index(drop=True)
    if mine.empty:
        return ((chart,),)
    mine.attrs = dict(queries.whole(session, view).attrs)
    table = Table(
        key="table-timeline-contradictions",
        data=words.contradictions(mine),
        title=_("Dates that the plan itself contradicts"),
        how=_("Claimed finish against the one computed from links, durations and progress; worst first"),
        columns=words.contradiction_columns(),
        most=8,
    )
    return ((chart,), (table,))
