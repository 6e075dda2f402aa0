"""Pipeline: how far have the programs come, and where do they wait?"""

from firstdose import ui
from firstdose.figures import pipeline as figures
from firstdose.figures import pipeline_words as table
from firstdose.figures.published_rates import published_rates
from firstdose.queries import pipeline as queries
from firstdose.rules import pipeline as rules
from firstdose.words import _

view, session = ui.reading()
ui.page_header(view, session, _("How far have the programs come, and where do they wait?"))
day = view.as_of or session.as_of


def cards() -> tuple[ui.Chart, ui.Chart, ui.Chart, ui.Table, ui.Chart]:
    """The funnel, the times, the lanes, the ageing list, the published rates."""
    funnel = rules.conversions(queries.stage_funnel(session, view))
    stays = queries.stays(session, view)
    times = rules.stage_times(funnel, stays)
    rates = queries.published_rates(session, view)
    return (
        ui.Chart(
            key="chart-pipeline-funnel",
            figure=figures.stage_funnel(funnel),
            data=funnel,
            title=_("Programs that reached each stage"),
            how=_("Count that entered the stage or a later one; beside it how many of those decided went on"),
        ),
        ui.Chart(
            key="chart-pipeline-times",
            figure=figures.stage_times(times),
            data=times,
            title=_("Time in stage"),
            how=_(
                "Kaplan–Meier median, open stays censored; hollow: longest open stay, median not reached; "
                "band: typical range with its middle; right: completed + open stays"
            ),
        ),
        ui.Chart(
            key="chart-pipeline-lanes",
            figure=figures.swim_lanes(stays, day),
            data=stays,
            title=_("The way of each program"),
            how=_("One lane a program; darker is later; the stay that is still open has an edge"),
        ),
        ui.Table(
            key="table-pipeline-ageing",
            data=table.ageing(rules.ageing(stays)),
            title=_("Open stays, the longest over its typical time first"),
            how=_("At risk past the typical high, stale past twice that; both are our convention"),
            columns=table.ageing_columns(),
            height=420,
        ),
        ui.Chart(
            key="chart-pipeline-rates",
            figure=published_rates(rates),
            data=rates,
            title=_("Published success rates"),
            how=_(
                "Likelihood of approval from phase 1, with the published interval: "
                "a reference, not a forecast"
            ),
        ),
    )


funnel, times, lanes, ageing, rates = ui.remembered(cards, view, session)
left, right = ui.grid((3, 2))
with left:
    ui.draw(funnel)
with right:
    ui.draw(times)
ui.draw(lanes)
left, right = ui.grid((1, 1))
with left:
    ui.draw(ageing)
with right:
    ui.draw(rates)
