"""The figures at the top of the supply page, and the three of them that the overview shows.

Each is a ``Headline`` with its value, its n or interval and the rule behind it.
"""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from firstdose.rules import supply_demand as demand
from firstdose.rules import supply_identity as identity
from firstdose.rules import supply_slots as slots
from firstdose.rules import supply_stock as stock
from firstdose.rules import supply_vein as vein
from firstdose.rules.overview import Headline
from firstdose.words import _, ngettext, say_date, say_number


def median_wait(cases: pd.DataFrame) -> Headline:
    """The Kaplan-Meier median of vein to vein of the judged cases."""
    found = vein.group("", cases)
    context = [
        ngettext("{n} case", "{n} cases", found.cases).format(n=found.cases),
        _("{n} running").format(n=found.running),
    ]
    if found.dropped:
        context.append(_("{n} dropped out").format(n=found.dropped))
    return Headline(
        "kpi-supply-median",
        _("Median vein to vein"),
        "–" if found.median is None else _("{n} d").format(n=say_number(found.median)),
        " · ".join(context) if found.cases else _("no patient's lot yet"),
        why=_(
            "Kaplan–Meier median of the days from first collection to infusion: running cases and drop-outs "
            "are censored, so leaving them out does not make it too short. A dash where it is not reached."
        ),
        asked=cases.attrs.get("asked"),
    )


def vein_headlines(cases: pd.DataFrame, target: float | None) -> tuple[Headline, ...]:
    """Median vein to vein, and the share above the target."""
    found = vein.group("", cases)
    return (
        median_wait(cases),
        Headline(
            "kpi-supply-above",
            _("Above the target"),
            _("{k} of {n}").format(k=found.above.k, n=found.above.n),
            vein.share_in_words(found, target),
            why=_(
                "Finished cases that took longer than the target of the data, or the one set above; exactly "
                "on it is not above. Interval: Clopper-Pearson, 95 %. Running ones past it stand apart."
            ),
            asked=cases.attrs.get("asked"),
        ),
    )


def next_free_slot(weeks: pd.DataFrame, as_of: date) -> Headline:
    """The first week from the report day on with a free drug-product slot, and where."""
    day, where = slots.next_in_words(slots.standings(weeks, as_of))
    return Headline(
        "kpi-supply-next-slot",
        _("Next free slot"),
        day,
        where,
        why=_("First week from the report day on with fewer drug-product slots booked than can be made.")
        + " "
        + slots.rules_in_words(),
        asked=weeks.attrs.get("asked"),
    )


def first_misfit(limits: Sequence[demand.Limit], plan: pd.DataFrame) -> Headline:
    """The first month in which slots or stock do not suffice for the plan, and what is short."""
    found = demand.first(limits)
    if plan.empty:
        value, context = "–", _("no patients planned")
    elif found is None or found.month is None:
        value, context = _("all fit"), _("in the months known")
    else:
        value = say_date(found.month.date(), _("MMM y"))
        context = " · ".join(filter(None, (found.name, found.where)))
    return Headline(
        "kpi-supply-misfit",
        _("First month that does not fit"),
        value,
        context,
        why=_(
            "First month of the scenario in which drug-product slots, vector doses or a material do not "
            "suffice with what is given and in stock, no new order counted. The section on demand says why."
        ),
        asked=plan.attrs.get("asked"),
    )


def vector_cover(covers: Sequence[stock.Cover], wanted: float | None, plan: pd.DataFrame) -> Headline:
    """Weeks that the vector in stock lasts, of the program for which it lasts the shortest."""
    found = stock.shortest_vector(covers)
    if found is None:
        value, context = "–", _("no planned use of a vector")
    else:
        value = (
            _("to the end of the plan")
            if found.weeks is None
            else _("{n} weeks").format(n=say_number(found.weeks, 1))
        )
        context = found.name if found.amount > 0 else _("nothing in stock: {name}").format(name=found.name)
        if wanted is not None:
            context += " · " + _("target {n} weeks").format(n=say_number(wanted))
    short = found is not None and found.weeks is not None and wanted is not None and found.weeks < wanted
    return Headline(
        "kpi-supply-vector",
        _("Vector cover"),
        value,
        context,
        _("▼ below the target") if short else "",
        "bad" if short else "neutral",
        why=_(
            "Weeks until the doses in stock no longer suffice for the planned slots of the program, of the "
            "program with the fewest; expiry counted, lots not yet released not."
        ),
        asked=plan.attrs.get("asked"),
    )


def whole_chains(lots: pd.DataFrame) -> Headline:
    """Patients' lots whose chain of identity has no gap."""
    found = identity.gaps(lots)
    whole = identity.complete(lots, found)
    return Headline(
        "kpi-supply-identity",
        _("Chains of identity complete"),
        _("{k} of {n}").format(k=whole.k, n=whole.n),
        ngettext("{n} gap", "{n} gaps", len(found)).format(n=len(found))
        if whole.n
        else _("no patient's lot yet"),
        why=_(
            "Lots made for patients whose donor pseudonym, vector lot and days from collection on are there "
            "and agree. A day is owed once a later day, the disposition or the outcome says that it happened."
        ),
        asked=lots.attrs.get("asked"),
    )
