"""The what-if of the plant: its settings as fields, kept in the link, and what a year of it would do."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from firstdose.figures import supply_queue as figures
from firstdose.queries import supply as queries
from firstdose.rules import supply_demand as demand
from firstdose.rules import supply_queue as rules
from firstdose.rules import supply_scenario as scenarios
from firstdose.rules import supply_slots as slots
from firstdose.rules.calendar import EVERY_DAY, WEEKDAYS, moment_of, work_calendar
from firstdose.rules.proportion import TOO_FEW
from firstdose.ui.address import page_choice, page_text
from firstdose.ui.card import Chart, Table
from firstdose.ui.header import note, row
from firstdose.ui.remember import remembered
from firstdose.ui.state import current_view
from firstdose.ui.supply_plan import every_day, plan_of, weeks
from firstdose.ui.supply_vein import target_of
from firstdose.view import NOTHING, View
from firstdose.words import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstdose.lake import Session
    from firstdose.ui.timeline_partners import Rows

_FIELD_PX = 150
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Site:
    """One plant that can be played: its name, country and how it stands in the data."""

    partner_id: str
    country: str
    base: scenarios.Base
    target: float | None


def sites(view: View, session: "Session") -> dict[str, str]:
    """Sites with drug-product slots or planned patients by name, those of most patients first."""
    plan, given = plan_of(view, session).plan, weeks(every_day(view), session)
    own = given[given["material"] == "drug product"]
    names = {
        **dict(zip(own["partner_id"], own["site"], strict=True)),
        **dict(zip(plan["partner_id"], plan["site"], strict=True)),
    }
    patients = plan.groupby("partner_id")["patients"].sum().to_dict()
    return dict(sorted(names.items(), key=lambda one: (-float(patients.get(one[0], 0.0)), one[0])))


def site_of(view: View, session: "Session") -> Site | None:
    """The site of the link, else the first, as it stands in the data; none where there is none of that id."""
    offered = sites(view, session)
    site = view.key("site") or next(iter(offered), "")
    if site not in offered:
        return None
    alone = without(view, "what", "seed", "section").with_key("site", site)

    def plant_of_site() -> Site:
        return _site(alone, session, site)

    return remembered(plant_of_site, alone, session)


def _site(view: View, session: "Session", site: str) -> Site:
    """Patients of the next twelve months, slots of the next twelve weeks, days of the site's own lots."""
    day = view.as_of or session.as_of
    plan, given = plan_of(view, session).plan, weeks(every_day(view), session)
    own = given[(given["partner_id"] == site) & (given["material"] == "drug product")]
    mine = plan[plan["partner_id"] == site]
    told = slots.standings(own, day)
    ahead = mine[mine["month"] > pd.Timestamp(day)].groupby("month")["patients"].sum().head(_MONTHS)
    cases = queries.cases(session, view)
    its = cases[cases["partner_id"] == site]
    found = scenarios.base(
        its if int(its["released_on"].notna().sum()) >= TOO_FEW else cases,
        demand.attempts(queries.attempts(session, view)),
        float(ahead.sum()) * _MONTHS / max(len(ahead), 1),
        told[0].usable_ahead / slots.NEAR_WEEKS if told else 0.0,
    )
    targets = cases["target_days"].dropna()
    target = target_of(view)
    if target is None and len(targets):
        target = float(targets.iloc[-1])
    return Site(site, str(pd.concat([own["country"], mine["country"]]).iloc[0]), found, target)


def without(view: View, *names: str) -> View:
    """The view without some page keys, so that what does not depend on them is made once."""
    for name in names:
        view = view.with_key(name, "")
    return view


def choose(view: View, session: "Session") -> None:
    """Draw the choice of the site, a field a setting, and the seed."""
    site = site_of(view, session)
    with row():
        at = site.partner_id if site else NOTHING
        page_choice(view.with_key("site", at), "site", _("Site"), sites(view, session))
        page_text(view, "seed", _("Seed of the runs (empty: 1)"))
    if site is None:
        note(_("No site with slots or planned patients fits the link and the filters."))
        return
    scenario = scenarios.read(view.key("what"))
    for refused in scenario.refused:
        note(refused)
    now = scenarios.settings(site.base, scenario)
    with row():
        for letter, (low, high, step) in scenarios.BOUNDS.items():
            widget = f"queue-{letter}"
            whole = letter in "nswc"
            kind = int if whole else float
            st.session_state[widget] = kind(now[letter])
            st.number_input(
                scenarios.setting_name(letter),
                kind(low),
                kind(high),
                step=kind(step),
                format="%d" if whole else "%.1f",
                key=widget,
                width=_FIELD_PX,
                on_change=_take,
                args=(site.base,),
            )


def _take(base: scenarios.Base) -> None:
    """Write what the fields change of the data's plant into the link."""
    asked = {letter: st.session_state[f"queue-{letter}"] for letter in scenarios.BOUNDS}
    made = scenarios.changed(base, asked)
    st.session_state["view"] = current_view().with_key("what", made.written)


def cards(view: View, session: "Session") -> "Rows":
    """The year before and after: days to the infusion, waits, utilisation, patients."""
    site = site_of(view, session)
    if site is None:
        return ()
    scenario = scenarios.read(view.key("what"))
    seed = int(view.key("seed") or 1)
    asked = scenarios.settings(site.base, scenario)
    before = _played(view, session, site, site.base.settings, seed)
    after = _played(view, session, site, asked, seed) if scenario.changes else before
    points = figures.points(before, after)
    points.attrs = dict(queries.demand(session, view).attrs)
    told = figures.told(before, after, site.base.settings, asked)
    told.attrs = dict(points.attrs)
    chart = Chart(
        key="chart-supply-queue",
        figure=figures.curves(before, after, site.target),
        data=points,
        title=_("What if: days from collection to infusion"),
        how=_("Share of infused patients of a year played many times; dotted: target"),
        foot=scenarios.in_words(site.base, asked, seed),
    )
    table = Table(
        key="table-supply-queue",
        data=told,
        title=_("Before and after"),
        how=_("The plant as the data describe it against the scenario, by the same luck"),
        columns=figures.columns(),
        most=30,
        foot=_("A scenario lives in the link alone; nothing of it is written to the data."),
    )
    return ((chart, table),)


def _played(
    view: View, session: "Session", site: Site, asked: "Mapping[str, float]", seed: int
) -> rules.Outcome:
    """The year of one plant, played once for every reader who asks for the same."""
    day = view.as_of or session.as_of
    first = moment_of(day)
    shut = [
        (one["from_on"].date(), one["to_on"].date())
        for one in queries.closures(session, view).to_dict("records")
        if one["partner_id"] == site.partner_id
    ]

    def year_played() -> rules.Outcome:
        week = EVERY_DAY if asked["w"] == 7 else WEEKDAYS
        calendar = work_calendar(site.country, day, shut, week=week)
        plant = scenarios.plant(site.base, asked)
        drawn = rules.draw(scenarios.chances(site.base, asked), first, seed, scenarios.runs(asked))
        return rules.outcome(rules.flow(drawn, plant, calendar), plant, first, site.base.tail, site.target)

    alone = without(view, "section", "by").with_key("seed", str(seed)).with_key("site", site.partner_id)
    made = scenarios.changed(site.base, asked).written
    return remembered(year_played, alone.with_key("what", made), session)
