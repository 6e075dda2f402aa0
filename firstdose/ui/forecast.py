"""The cards of the forecast page, made from the plan, its risks and the milestones the view lets through."""

from typing import TYPE_CHECKING, TypeAlias

from firstdose.figures import forecast as figures
from firstdose.queries import forecast as queries
from firstdose.queries import timeline as plans
from firstdose.rules import forecast as rules
from firstdose.ui.card import Chart, Table
from firstdose.words import _, either

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from firstdose.lake import Session
    from firstdose.view import View

Cards: TypeAlias = tuple[tuple[Chart, Table, Table], tuple[Chart, Chart, Table] | None]


def cards(view: "View", session: "Session") -> Cards:
    """All milestones of the kind chosen; then the next one: how sure, and what decides it."""
    day = view.as_of or session.as_of
    tasks, risks = queries.tasks(session, view), queries.risks(session, view)
    milestones = plans.milestones(session, view)
    milestones = milestones[milestones["anchor"] == view.key("milestone", "first dose")]
    found = rules.outlook(tasks, risks, milestones, day)
    every = (
        Chart(
            key="chart-forecast-portfolio",
            figure=figures.portfolio(found.milestones),
            data=found.milestones,
            title=_("Every program: P50 to P80 against its target"),
            how=_("Bar P50 to P80, thin line P10 to P90, diamond the target committed"),
            foot=rules.rules_in_words(),
        ),
        Table(
            key="table-forecast-milestones",
            data=figures.milestone_rows(found.milestones),
            title=_("Forecast and target"),
            how=_("Share of 10,000 runs that meet the target"),
            columns=figures.milestone_columns(),
        ),
        Table(
            key="table-forecast-count",
            data=figures.count_rows(rules.at_least(found)),
            title=_("At least so many"),
            how=_("The day by which so many programs are there, from the same runs"),
            columns=figures.count_columns(),
        ),
    )
    if found.milestones.empty:
        return every, None
    return every, _one(tasks, risks, found.milestones, day)


def _one(
    tasks: "pd.DataFrame", risks: "pd.DataFrame", milestones: "pd.DataFrame", day: "date"
) -> tuple[Chart, Chart, Table]:
    """The next milestone whose day is open: its curve, what decides it, its open tasks."""
    next_one = rules.next_open(milestones)
    why = rules.drivers(tasks, risks, next_one["task_id"], day)
    name = either(next_one["program_name"], next_one["program_name_ja"])
    return (
        Chart(
            key="chart-forecast-curve",
            figure=figures.curve(why.curve, next_one),
            data=why.curve,
            title=_("{program}: how sure").format(program=name),
            how=_("Share of runs done by each day; choose one program in the filter to see its own"),
            foot=rules.merge_bias_in_words(why.merge_bias_days),
        ),
        Chart(
            key="chart-forecast-drivers",
            figure=figures.deciding(why.tasks),
            data=why.tasks,
            title=_("{program}: what decides it").format(program=name),
            how=_("Rank correlation of a task's duration with the day of the milestone, 0 to 1"),
        ),
        Table(
            key="table-forecast-tasks",
            data=figures.task_rows(why.tasks),
            title=_("{program}: open tasks, the most critical first").format(program=name),
            how=_(
                "Critical: share of runs in which the task lies on a longest chain; float by likely durations"
            ),
            columns=figures.task_columns(),
            height=420,
        ),
    )
