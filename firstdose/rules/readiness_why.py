"""Why a readiness item wears its mark, in words: one function a reason, days or counts in, a sentence out."""

import numpy as np
from numpy.typing import NDArray

from firstdose.rules.reasons import Days, Said, said_per_day
from firstdose.words import N_, _, ngettext

#: States that are not open, and what is said of them.
SETTLED = {"closed": N_("closed"), "not applicable": N_("does not apply; not counted")}


def overdue(days: int) -> str:
    """Open after its claimed due day."""
    return ngettext("due {n} day ago", "due {n} days ago", -days).format(n=-days)


def slipping(days: int) -> str:
    """Forecast after its claimed due day."""
    said = ngettext("forecast {n} day after its due day", "forecast {n} days after its due day", days)
    return said.format(n=days)


def typical_after_need(days: int) -> str:
    """No forecast, and typical lead times end after the day it is needed."""
    said = ngettext(
        "no forecast given; typical lead times end {n} day after the day it is needed",
        "no forecast given; typical lead times end {n} days after the day it is needed",
        days,
    )
    return said.format(n=days)


def typical_after_due(days: int) -> str:
    """No forecast, and typical lead times end after its claimed due day."""
    said = ngettext(
        "no forecast given; typical lead times end {n} day after its due day",
        "no forecast given; typical lead times end {n} days after its due day",
        days,
    )
    return said.format(n=days)


def soon(days: int) -> str:
    """Due within two weeks and not in review."""
    if days == 0:
        return _("due today and not in review")
    said = ngettext("due in {n} day and not in review", "due in {n} days and not in review", days)
    return said.format(n=days)


def silent(days: int) -> str:
    """Nobody updated it."""
    return ngettext("no update for {n} day", "no update for {n} days", days).format(n=days)


def needed_ago(days: int) -> str:
    """Open after the day it is needed."""
    return ngettext("needed {n} day ago", "needed {n} days ago", -days).format(n=-days)


def eaten(days: int) -> str:
    """Forecast past the last day that holds the milestone."""
    said = ngettext(
        "forecast {n} day past all float to the milestone",
        "forecast {n} days past all float to the milestone",
        days,
    )
    return said.format(n=days)


def after_need(days: int) -> str:
    """Forecast after the day it is needed, before all float is eaten."""
    said = ngettext(
        "forecast {n} day after the day it is needed, inside the float",
        "forecast {n} days after the day it is needed, inside the float",
        days,
    )
    return said.format(n=days)


def needed_soon(days: int) -> str:
    """Needed within two weeks and not in review."""
    if days == 0:
        return _("needed today and not in review")
    said = ngettext("needed in {n} day and not in review", "needed in {n} days and not in review", days)
    return said.format(n=days)


def lacking(count: int) -> str:
    """Closed with fewer valid documents than expected."""
    said = ngettext(
        "closed, but {n} expected document is not approved, superseded or expired",
        "closed, but {n} expected documents are not approved, superseded or expired",
        count,
    )
    return said.format(n=count)


def needed(days: int) -> str:
    """Days to the day it is needed."""
    if days == 0:
        return _("needed today")
    return ngettext("needed in {n} day", "needed in {n} days", days).format(n=days)


def ahead(days: int) -> str:
    """Days to its claimed due day."""
    return _("due today") if days == 0 else ngettext("due in {n} day", "due in {n} days", days).format(n=days)


def otherwise(status: Said, to_need: Days, computed: NDArray[np.bool_]) -> list[str]:
    """What is said of an item without trouble: how it was settled, or when it is needed or due."""
    settled = {name: _(said) for name, said in SETTLED.items()}
    known = ~np.isnan(to_need)
    need, due = (
        said_per_day(to_need, known & computed, needed),
        said_per_day(to_need, known & ~computed, ahead),
    )
    undated = _("no milestone day and no due day given")
    return [
        settled.get(state) or one or other or undated
        for state, one, other in zip(status, need, due, strict=True)
    ]
