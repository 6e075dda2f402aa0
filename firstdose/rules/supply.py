"""The figures at the top of the supply page, and the three of them that the overview shows.

Each is a ``Headline`` with its value, its n or interval and the rule behind it.
"""

from datetime import date

import pandas as pd

from firstdose.rules import supply_slots as slots
from firstdose.rules import supply_vein as vein
from firstdose.rules.overview import Headline
from firstdose.words import _, ngettext, say_number


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
