"""The cards of the forecast page, made from the plan, its risks and the milestones the view lets through.

The runs depend on the data version, the report day, the scenario, the seed and the kind of days alone, so
they are kept by these: a filter, another part of the page or another reader asks for no run.
"""

from typing import TYPE_CHECKING

import streamlit as st

from firstdose import feeds
from firstdose.figures import forecast as figures
from firstdose.figures import forecast_drivers as deciding
from firstdose.queries import forecast as queries
from firstdose.queries import timeline as plans
from firstdose.rules import forecast as rules
from firstdose.rules import forecast_scenario as scenarios
from firstdose.rules.schedule import contradictions
from firstdose.ui.address import page_choice
from firstdose.ui.card import Card, Chart, Table
from firstdose.ui.header import note, whole
from firstdose.ui.markdown import escaped
from firstdose.ui.remember import remembered
from firstdose.ui.state import current_view, speak
from firstdose.view import NOTHING, View
from firstdose.words import _, either

if TYPE_CHECKING:
    from typing import Any

    from firstdose.lake import Session


def basis(view: View, session: "Session", what: str = "") -> rules.Basis:
    """What the forecast of a view is computed from, with the changes of a scenario made."""
    scenario = scenarios.read(what)
    made = scenarios.applied(scenario, queries.tasks(session, view), queries.risks(session, view))
    return rules.Basis(
        made.tasks,
        made.risks,
        view.as_of or session.as_of,
        queries.closures(session, view),
        "working" if view.key("days") == "working" else "calendar",
        int(view.key("seed") or rules.SEED),
        made.scenario.keeps_planned,
        starts=made.scenario.starts,
    )


def _runs(view: View, what: str, of: str = "") -> View:
    """The part of a view that runs depend on: no filter, no part of the page."""
    keys = {"days": view.key("days"), "seed": view.key("seed"), "what": what, "of": of}
    return View(page="forecast", as_of=view.as_of, keys=tuple(sorted(keys.items())))


def found(view: View, session: "Session", what: str = "") -> rules.Outlook:
    """The milestones of the view forecast; the runs of all are made once a version, scenario and seed."""
    asked = _runs(view, what)

    def runs_of_all() -> rules.Outlook:
        """Every milestone there is."""
        return rules.outlook(basis(asked, session, what), plans.milestones(session, asked))

    shown = plans.milestones(session, view)
    kind = shown["anchor"] == view.key("milestone", "first dose")
    return remembered(runs_of_all, asked, session).only(shown.loc[kind, "task_id"])


def decided(view: View, session: "Session", of: str) -> rules.Drivers:
    """What decides one milestone, made once a version, seed and milestone."""
    asked = _runs(view, "", of)

    def what_decides() -> rules.Drivers:
        """Its tasks, swings and curve."""
        return rules.drivers(basis(asked, session), of)

    return remembered(what_decides, asked, session)


def picked(view: View, session: "Session") -> "dict[Any, Any] | None":
    """Draw the list of milestones; the row of the one looked at, none when it is filtered out."""
    milestones = found(view, session).milestones
    rows = {row["task_id"]: row for row in milestones.to_dict("records")}
    asked = view.key("of")
    of = asked or (rules.next_open(milestones)["task_id"] if rows else "")
    names = {task: named(row) for task, row in rows.items()}
    page_choice(view.with_key("of", of if of in rows else NOTHING), "of", _("Looked at"), names, many=True)
    if of not in rows:
        said = _("The milestone of this link is not among those that the filters let through.")
        note(said if asked else _("No milestone of this kind is ahead. Choose other programs."))
    return rows.get(of)


def named(row: "dict[Any, Any]") -> str:
    """A milestone as a reader calls it: its program, and where."""
    japanese, where = row["program_name_ja"], row["jurisdiction"]
    name = either(row["program_name"], japanese if isinstance(japanese, str) else None)
    return f"{name} · {where}" if isinstance(where, str) else name


def programs(view: View, session: "Session") -> tuple[Chart, Table, Table]:
    """All milestones of the kind chosen: on one axis, in numbers, and at least so many of them."""
    outlook = found(view, session)
    day = view.as_of or session.as_of
    return (
        Chart(
            key="chart-forecast-portfolio",
            figure=figures.portfolio(outlook.milestones),
            data=outlook.milestones,
            title=_("Every program: P50 to P80 against its target"),
            how=_("Bar P50 to P80, thin line P10 to P90, diamond the target committed"),
            foot=rules.rules_in_words(int(view.key("seed") or rules.SEED), view.key("days")),
        ),
        Table(
            key="table-forecast-milestones",
            data=figures.milestone_rows(outlook.milestones),
            title=_("Forecast and target"),
            how=_("Share of 10,000 runs that meet the target"),
            columns=figures.milestone_columns(),
        ),
        Table(
            key="table-forecast-count",
            data=figures.count_rows(rules.at_least(outlook, day)),
            title=_("At least so many"),
            how=_("The chance that so many are there by a day, from the same runs"),
            columns=figures.count_columns(rules.quarters(outlook, day)),
        ),
    )


def one(view: View, session: "Session", row: "dict[Any, Any]") -> tuple[Card, ...]:
    """One milestone: its curve, what decides it, its tasks by criticality, dates that contradict links."""
    why = decided(view, session, row["task_id"])
    name = named(row)
    broken = contradictions(queries.tasks(session, view))
    broken = broken[broken["task_id"].isin(why.tasks["task_id"])].reset_index(drop=True)
    broken.attrs = dict(why.tasks.attrs)
    return (
        Chart(
            key="chart-forecast-curve",
            figure=figures.curve(why.curve, row),
            data=why.curve,
            title=_("{program}: how sure").format(program=name),
            how=_("Share of runs done by each day"),
            foot=rules.merge_bias_in_words(why.merge_bias_days),
        ),
        Chart(
            key="chart-forecast-drivers",
            figure=deciding.tornado(why.swings),
            data=why.swings,
            title=_("{program}: what moves it").format(program=name),
            how=_(
                "Days the mean comes earlier or later in the fifth of runs where a task is shortest and in "
                "that where it is longest; of a risk, where it spares and where it strikes"
            ),
        ),
        Chart(
            key="chart-forecast-criticality",
            figure=deciding.criticality(why.tasks),
            data=why.tasks,
            title=_("{program}: the plan by criticality").format(program=name),
            how=_("Open tasks at their earliest days; share of runs in which a task lies on a longest chain"),
        ),
        Table(
            key="table-forecast-tasks",
            data=deciding.task_rows(why.tasks),
            title=_("{program}: critical and near-critical tasks").format(program=name),
            how=_("Float by likely durations; near-critical has at most 14 days of it"),
            columns=deciding.task_columns(),
            height=420,
        ),
        Table(
            key="table-forecast-contradictions",
            data=deciding.contradiction_rows(broken),
            title=_("{program}: dates that contradict their links").format(program=name),
            how=_("What a task claims (actual, else forecast, else baseline) against what its link allows"),
            columns=deciding.contradiction_columns(),
            height=420,
        ),
    )


@st.fragment
def calendars() -> None:
    """Addresses of calendar feeds for the filters of the view, made only when somebody looks."""
    speak()
    box = st.popover(_("In my calendar"), key="action-forecast-calendar", on_change="rerun")
    if not box.open:
        return
    with box:
        st.caption(_("Subscribe to an address: the events follow new data. With “take=1” it is a file."))
        for kind, name in feeds.KINDS.items():
            st.markdown(escaped(_(name)))
            st.code(whole(feeds.address(kind, current_view())), language=None, wrap_lines=True)
            st.link_button(_("Download"), feeds.download(kind, current_view()), key=f"ics-{kind}")
