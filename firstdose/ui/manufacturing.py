"""The cards of the manufacturing page: lots and their rates, one control chart, what went wrong, one lot."""

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from firstdose.figures import control_chart as chart_figures
from firstdose.figures import control_chart_words as chart_words
from firstdose.figures import manufacturing as figures
from firstdose.figures import manufacturing_words as words
from firstdose.queries import manufacturing as queries
from firstdose.rules import control_chart, manufacturing_chart
from firstdose.rules import manufacturing as rules
from firstdose.rules.batches import MEASURES
from firstdose.ui.address import page_choice, page_choices
from firstdose.ui.card import Card, Chart, Table
from firstdose.ui.header import note, row
from firstdose.ui.leads import to_lot
from firstdose.view import NOTHING, View
from firstdose.words import _, either

if TYPE_CHECKING:
    from firstdose.lake import Session
    from firstdose.rules.manufacturing_chart import Picked

_MOST = 10  # rows drawn at once; the grid of every row is one press away
_OFFERED = 100  # lots in the list to pick from, the newest; a link reaches every lot


def lot_picked(view: View, session: "Session") -> str | None:
    """Draw the list of lots; the id of the lot to show, empty for all, none when it is not let through."""
    found = queries.lots(session, view)
    asked = view.key("lot")
    known = set(found["batch_id"])
    lot = asked if asked in known else ""
    offered = found["batch_id"].head(_OFFERED).tolist()
    names = {"": _("All lots"), **{one: one for one in ([lot] if lot else []) + offered}}
    page_choice(
        view.with_key("lot", lot if lot == asked else NOTHING), "lot", _("One lot in full"), names, many=True
    )
    if asked and not lot:
        note(_("The lot of this link is not among those that the filters let through: nothing is shown."))
        return None
    return lot


def lot_cards(view: View, session: "Session", lot: str, day: date) -> tuple[Table, ...]:
    """One lot: its life, its results, its deviations; of a vector lot every lot made with it."""
    found = queries.lot(session, view, lot)
    own = queries.lot_deviations(session, view, lot)
    made = queries.products(session, view, lot)
    cards = [
        Table(
            key="table-manufacturing-lot",
            data=words.life(found),
            title=_("Lot {lot}").format(lot=lot),
            how=_("What it is made from and the days of its life"),
            columns=words.life_columns(),
            most=30,
            linked="said",
            drill=to_lot,
        ),
        Table(
            key="table-manufacturing-results",
            data=words.results(queries.lot_results(session, view, lot)),
            title=_("Results against the specification valid on the day of the test"),
            how=_("Of the phase of the lot, the program's own before the common one; failures on top"),
            columns=words.result_columns(),
            height=560,
            most=60,
        ),
        Table(
            key="table-manufacturing-lot-deviations",
            data=words.deviations(own, pd.Timestamp(day)),
            title=_("Deviations of the lot"),
            how=_("Open ones first"),
            columns=words.deviation_columns(),
        ),
    ]
    if len(made):
        cards.insert(
            1,
            Table(
                key="table-manufacturing-products",
                data=words.products(made),
                title=_("Every lot made with vector lot {lot}").format(lot=lot),
                how=_("In the order of manufacture, of the programs chosen, at every site"),
                columns=words.product_columns(),
                height=420,
                most=_MOST,
                linked="lot",
                drill=to_lot,
            ),
        )
    return tuple(cards)


def rate_choices(view: View) -> View:
    """Draw the choice of the rate and of its groups."""
    groups = {
        "site": _("Site"),
        "process": _("Process version"),
        "purpose": _("Purpose"),
        "month": _("Month"),
    }
    measures: dict[str, str] = {measure: rules.measure_name(measure) for measure in MEASURES}
    with row():
        view = page_choice(view, "measure", _("Rate"), measures, many=True)
        return page_choice(view, "by", _("Grouped by"), groups)


def rate_cards(view: View, session: "Session") -> tuple[Chart, Table]:
    """One rate by group with reference lines; the list of lots."""
    lots = queries.lots(session, view)
    measure = view.key("measure", "success")
    rates = rules.rates(lots, view.key("by", "site"))
    lines = rules.lines(queries.benchmarks(session, view), queries.targets(session, view), measure)
    known = measure in MEASURES
    return (
        Chart(
            key="chart-manufacturing-rates",
            figure=figures.rates(rates, lines, measure),
            data=rates,
            title=rules.measure_name(measure) if known else _("Rate of lots"),  # type: ignore[arg-type]
            how=_(
                "Dot and exact 95 % interval of the lots with a disposition, counts beside it; "
                "dashed own target, dotted published rates"
            ),
            foot=" · ".join(
                filter(None, (figures.lines_in_words(lines), figures.hidden_groups(rates, measure)))
            ),
        ),
        Table(
            key="table-manufacturing-lots",
            data=words.lots(lots),
            title=_("Lots, the newest first"),
            how=_("With donor pseudonym and vector lot; a lot opens all of it"),
            columns=words.lot_columns(),
            height=420,
            most=_MOST,
            linked="lot",
            drill=to_lot,
        ),
    )


def chart_picked(view: View, session: "Session") -> "Picked | None":
    """Draw the choice of attribute, site and run rules; none, and why, when the link's has no chart."""
    charts = queries.charts(session, view)
    picked = manufacturing_chart.pick(charts, view.key("attribute"), view.key("site"))
    attribute = picked.attribute if picked else NOTHING
    names = {
        one[
            "attribute_code"
        ]: f"{either(one['name'], one['name_ja'] if isinstance(one['name_ja'], str) else None)} "
        f"· {words.material(one['material'])}"
        for one in charts.drop_duplicates("attribute_code").to_dict("records")
    }
    sites = {
        one["partner_id"]: either(
            one["partner_name"], one["partner_name_ja"] if isinstance(one["partner_name_ja"], str) else None
        )
        for one in charts[charts["attribute_code"] == attribute].to_dict("records")
    }
    applied = manufacturing_chart.rules_of(view.key("rules"))
    with row():
        page_choice(view.with_key("attribute", attribute), "attribute", _("Attribute"), names, many=True)
        page_choice(view.with_key("site", picked.site if picked else NOTHING), "site", _("Site"), sites)
        page_choices(
            "rules",
            _("Run rules"),
            {str(rule): str(rule) for rule in range(1, 9)},
            [str(rule) for rule in applied or ()],
            lambda chosen: manufacturing_chart.rules_text([int(one) for one in chosen]),
        )
    if applied is None:
        note(_("The run rules of this link are not understood: none is applied."))
    if picked is None and (view.key("attribute") or view.key("site")):
        note(_("The chart of this link has no results among those that the filters let through."))
    return picked


def chart_cards(view: View, session: "Session", picked: "Picked") -> tuple[Card, ...]:
    """The control chart of one attribute at one site, its signals in words, capability by process version."""
    asked = (view, picked.attribute, picked.site)
    applied = manufacturing_chart.rules_of(view.key("rules")) or ()
    found = control_chart.chart(
        queries.series(session, *asked),
        picked.scale,
        manufacturing_chart.baselines_of(queries.baselines(session, *asked)),
        applied,
        since=view.since,
        until=view.until,
    )
    limits = queries.limits(session, view, picked.attribute, set(found.points["program_id"]))
    events = queries.events(session, *asked)
    specified = manufacturing_chart.specification(limits)
    name = either(picked.name, picked.name_ja)
    site = either(picked.site_name, picked.site_name_ja)
    judged = manufacturing_chart.judged(found, specified)
    return (
        Chart(
            key="chart-manufacturing-control",
            figure=chart_figures.control(found, picked, limits, events),
            data=found.points,
            title=f"{name} · {site}",
            how=_(
                "One mark a lot in the order of manufacture, filled where it set limits; squares had a "
                "deviation, diamonds lie outside their specification, rings are signals with the numbers of "
                "their rules; control limits dashed, specification dotted, moving ranges below"
            ),
            foot=chart_words.remark(found, picked, specified, chart_figures.drawn(found), events),
        ),
        Table(
            key="table-manufacturing-signals",
            data=chart_words.signals(found, picked),
            title=_("Signals, the newest lot first"),
            how=chart_words.rules_in_words(applied),
            columns=chart_words.signal_columns(),
            foot=chart_words.silent(found),
            height=420,
            most=_MOST,
            linked="batch_id",
            drill=to_lot,
        ),
        Table(
            key="table-manufacturing-capability",
            data=chart_words.capability(judged, found, specified),
            title=_("Capability and tolerance by process version"),
            how=_("Cpk from 20 lots of a stable process, Ppk from 10 lots; 95 % interval in brackets"),
            columns=chart_words.capability_columns(),
        ),
    )


def trouble_cards(view: View, session: "Session", day: date) -> tuple[Card, ...]:
    """Causes by count, ages of open deviations, the list of deviations with their closure."""
    deviations = queries.deviations(session, view)
    lots = queries.lots(session, view)
    causes = rules.causes(lots, queries.out_of_specification(session, view), deviations)
    causes.attrs = dict(lots.attrs)
    ages = rules.ageing(deviations)
    return (
        Chart(
            key="chart-manufacturing-causes",
            figure=figures.causes(causes),
            data=causes,
            title=_("Causes, the most frequent first"),
            how=_("Counts; a lot may fail several attributes"),
        ),
        Chart(
            key="chart-manufacturing-ages",
            figure=figures.ages(ages),
            data=ages,
            title=_("Open deviations by age"),
            how=_("Number of deviations open on the report day, by severity and days since opening"),
        ),
        Table(
            key="table-manufacturing-deviations",
            data=words.deviations(deviations, pd.Timestamp(day)),
            title=_("Deviations, the oldest open one first"),
            how=_("Days until closed, or until the report day"),
            columns=words.deviation_columns(),
            height=420,
            most=_MOST,
            foot=rules.closure_in_words(rules.closure(deviations, day)),
            linked="lot",
            drill=to_lot,
        ),
    )


def without(view: View, *names: str) -> View:
    """The view without some page keys, so that what does not depend on them is made once."""
    for name in names:
        view = view.with_key(name, "")
    return view
