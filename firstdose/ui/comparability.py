"""The cards of the comparability page: the result, its picture, the lots of one attribute, the report."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from firstdose.figures import comparability as figures
from firstdose.figures import comparability_margins as margins
from firstdose.figures import comparability_panels as panels
from firstdose.figures import comparability_report as report
from firstdose.figures import comparability_words as words
from firstdose.queries import comparability as queries
from firstdose.queries import filters
from firstdose.rules import comparability as rules
from firstdose.rules import comparability_headlines, comparability_judged
from firstdose.rules.comparability_judged import METHODS, Judged
from firstdose.rules.overview import Headline
from firstdose.ui.address import page_choice
from firstdose.ui.card import Card, Chart, Table
from firstdose.ui.header import note, row
from firstdose.ui.remember import remembered
from firstdose.view import NOTHING, View
from firstdose.words import _, say_date

if TYPE_CHECKING:
    from firstdose.lake import Session

_MOST = 10  # rows drawn at once; the grid of every row is one press away
_WHOLE = 60  # rows of a report: what it says is printed


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the page compares: the view narrowed to its program, the groups, the test, the lots left out."""

    view: View
    sides: rules.Sides
    method: comparability_judged.Method
    left: tuple[rules.Left, ...]
    offered: pd.DataFrame


def subject(view: View, session: "Session") -> Comparison:
    """The comparison of a link; what cannot be read of it compares nothing."""
    offered = queries.offered(session, view)
    compare, material = view.key("compare", rules.SITES), view.key("material", "drug product")
    method, left = view.key("test", METHODS[0]), rules.left_out(view.key("out"))

    def chosen_sides() -> rules.Sides:
        """Chosen once: weighing every program took three quarters of a run (measured)."""
        return rules.pick(
            offered,
            queries.directions(session, view),
            compare="versions" if compare == rules.VERSIONS else "sites",
            of=view.key("of"),
            material=material,
            first=view.key("first"),
            second=view.key("second"),
            within=view.key("within"),
        )

    sides = remembered(chosen_sides, without(view, "attribute", "part", "out", "test"), session)
    if NOTHING in (compare, material, method) or left is None:
        sides = replace(sides, why_not="not understood")
    held = view
    for name, value in {"of": sides.of, "first": sides.first, "second": sides.second}.items():
        held = held.with_key(name, value)
    known = tuple(one for one in METHODS if one == method)
    held = replace(held, program=(sides.of,) if sides.of in set(offered["program_id"]) else ())
    return Comparison(held, sides, known[0] if known else METHODS[0], left or (), offered)


@dataclass(frozen=True, slots=True)
class Made:
    """What every card of one comparison is drawn from."""

    lots: pd.DataFrame
    tested: pd.DataFrame
    attributes: pd.DataFrame
    points: pd.DataFrame
    judged: tuple[Judged, ...]
    named: tuple[str, str]


def made(found: Comparison, session: "Session") -> Made:
    """The lots, results and verdicts of a comparison, made once a view."""

    def comparison() -> Made:
        sql = found.sides.sql()
        lots, attributes = (
            queries.lots(session, found.view, sql),
            queries.attributes(session, found.view, sql),
        )
        results = queries.results(session, found.view, sql)
        points = comparability_judged.points(lots, results, [one.lot for one in found.left])
        judged = comparability_judged.judge(attributes, points, found.method)
        return Made(
            lots,
            comparability_judged.tested(lots, points),
            attributes,
            points,
            judged,
            words.names(found.sides, found.offered),
        )

    return remembered(comparison, without(found.view, "attribute", "part"), session)


def headlines(found: Comparison, session: "Session") -> tuple[Headline, ...]:
    """Six figures of the comparison."""
    all_of = made(found, session)
    strange = report.unknown(all_of.lots, found.left)
    left = tuple(one for one in found.left if one.lot not in strange)
    return comparability_headlines.headlines(all_of.judged, all_of.attributes, all_of.tested, left)


def result_cards(found: Comparison, session: "Session") -> tuple[Chart, Table]:
    """The picture of all differences and the table of verdicts."""
    all_of = made(found, session)
    named = all_of.named
    told = words.results(all_of.judged, all_of.attributes)
    said = [
        words.groups_in_words(found.sides, named),
        report.mixed_in_words(all_of.tested, found.sides, named),
        _unknown(found, all_of),
        _("An interval goes on beyond the axis.") if figures.clipped(all_of.judged) else "",
    ]
    drawn = len(figures.standing(all_of.judged))
    several = drawn == figures.MOST_ROWS
    return (
        Chart(
            key="chart-comparability-differences",
            figure=figures.forest(all_of.judged, all_of.attributes, words.roles(found.sides)),
            data=told,
            title=_("Differences against their margins"),
            how=_(
                "Mark and whiskers: difference and 90 % interval; box: the margin of tier 1; the number "
                "before a name is its tier"
            ),
            foot=" · ".join(filter(None, [*said, _("The others stand in the table.") if several else ""])),
        ),
        Table(
            key="table-comparability-results",
            data=told,
            title=_("Verdict on every attribute"),
            how=words.method_in_words(found.method, comparability_judged.shared_donors(all_of.tested)),
            columns=words.result_columns(words.roles(found.sides)),
            most=_WHOLE if found.view.key("part") == "report" else _MOST,
            height=None if found.view.key("part") == "report" else 460,
            foot=words.not_counted(all_of.judged),
        ),
    )


def margin_card(found: Comparison, session: "Session") -> Table:
    """The smallest margin that the lots could prove, in words and as a table."""
    all_of = made(found, session)
    return Table(
        key="table-comparability-margins",
        data=margins.provable(all_of.judged, all_of.attributes),
        title=_("Smallest margin these lots could prove"),
        how=_("Half the 90 % interval: what would be proved if no difference were seen; tier 1"),
        columns=margins.provable_columns(),
        most=_WHOLE,
        foot=margins.smallest_in_words(all_of.judged, all_of.attributes),
    )


def _unknown(found: Comparison, all_of: Made) -> str:
    lots = report.unknown(all_of.lots, found.left)
    if not lots:
        return ""
    return _("The link leaves out lots that are in neither group: {lots}.").format(lots=", ".join(lots[:6]))


def attribute_picked(found: Comparison, session: "Session") -> str:
    """Draw the list of attributes with results; the code of the one whose lots are drawn, empty for none."""
    all_of = made(found, session)
    known = {item["attribute_code"]: item for item in all_of.attributes.to_dict("records")}
    names = {one.code: words.attribute(known[one.code]) for one in all_of.judged if one.numeric}
    asked = found.view.key("attribute")
    picked = asked if asked in names else "" if asked else next(iter(names), "")
    with row():
        page_choice(
            found.view.with_key("attribute", picked or NOTHING),
            "attribute",
            _("Lots of attribute"),
            names,
            many=True,
        )
    if asked and not picked:
        note(_("The attribute of this link has no results in these groups."))
    return picked


def attribute_card(found: Comparison, session: "Session", code: str) -> Chart:
    """The lots of one attribute by group."""
    all_of = made(found, session)
    item = _attribute(all_of, code)
    judged = next((one for one in all_of.judged if one.code == code), None)
    points = all_of.points[all_of.points["attribute_code"] == code]
    return Chart(
        key="chart-comparability-lots",
        figure=figures.dots(points, item, judged, all_of.named),
        data=figures.dots_told(points, all_of.named),
        title=words.attribute(item),
        how=_(
            "One mark a lot; bar: median; dotted: specification; dashed: quality range; hollow: a donor with "
            "several lots; triangle: beyond a quantification limit; cross: left out"
        ),
        foot=figures.dots_in_words(points, judged),
    )


def _attribute(all_of: Made, code: str) -> dict[Any, Any]:
    return dict(all_of.attributes[all_of.attributes["attribute_code"] == code].to_dict("records")[0])


def lot_cards(found: Comparison, session: "Session") -> tuple[Table, Table]:
    """Both groups side by side, and the selection of lots."""
    all_of = made(found, session)
    whole = found.view.key("part") == "report"
    return (
        Table(
            key="table-comparability-sides",
            data=words.side_by_side(all_of.judged, all_of.attributes),
            title=_("Side by side"),
            how=_("Every attribute with results, the most critical tier first; of the lots that count"),
            columns=words.sides_columns(words.roles(found.sides)),
            most=_WHOLE if whole else _MOST,
            height=None if whole else 420,
        ),
        Table(
            key="table-comparability-lots",
            data=report.lots(all_of.lots, all_of.points, found.left, all_of.named),
            title=_("Selection of lots"),
            how=_("Every lot of both groups that the filters let through; those left out on top"),
            columns=report.lot_columns(),
            most=200 if whole else _MOST,
            height=None if whole else 420,
        ),
    )


def report_cards(found: Comparison, session: "Session") -> tuple[Card, ...]:
    """The report: facts, verdicts of tier 1 and 2 with their picture, both groups side by side, lots."""
    all_of = made(found, session)
    forest, results, margin = (*result_cards(found, session), margin_card(found, session))
    judged = tuple(one for one in all_of.judged if one.tier in (1, 2) and one.numeric)
    labels = filters.known(session, found.view.page, ()).program
    version = _("v{version}, published by {by} on {day}: {why}").format(
        version=session.version, by=session.by, day=say_date(session.published_at.date()), why=session.why
    )
    roles = words.roles(found.sides)
    return (
        Table(
            key="table-comparability-facts",
            data=report.facts(
                found.sides,
                all_of.named,
                words.held(found.sides, found.offered),
                labels.get(found.sides.of, found.sides.of),
                all_of.lots,
                all_of.tested,
                found.left,
                words.method_in_words(found.method, comparability_judged.shared_donors(all_of.tested)),
                (version, say_date(found.view.as_of or session.as_of)),
            ),
            title=_("Comparability report"),
            how=_("Decision support; the report repeats what the page shows, whole and printable"),
            columns=report.fact_columns(),
        ),
        replace(
            results,
            data=words.results(judged, all_of.attributes),
            title=_("Verdicts of tier 1 and 2"),
            how=_("The method stands above; attributes of tier 3 stand side by side below"),
        ),
        margin,
        replace(forest, figure=figures.forest(judged, all_of.attributes, roles)),
        Chart(
            key="chart-comparability-panels",
            figure=panels.panels(judged, all_of.points, all_of.attributes, roles),
            data=words.side_by_side(judged, all_of.attributes),
            title=_("Lots of every attribute of tier 1 and 2"),
            how=_(
                "One mark a lot; bar: median; dotted: specification; hollow: a donor with several lots; "
                "triangle: beyond a quantification limit; cross: left out"
            ),
        ),
        *lot_cards(found, session),
    )


def without(view: View, *names: str) -> View:
    """The view without some page keys, so that what does not depend on them is made once."""
    for name in names:
        view = view.with_key(name, "")
    return view
