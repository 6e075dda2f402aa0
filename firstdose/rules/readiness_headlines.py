"""The figures on top of the readiness page: what is closed, late, at risk and stale, and what changed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

import pandas as pd

from firstdose.rules.overview import Headline
from firstdose.rules.readiness import NOT_APPLICABLE, SOON_DAYS, STALE_DAYS, item_marks
from firstdose.words import _, ngettext


class Base(Protocol):
    """What these figures need of the data version compared with."""

    @property
    def version(self) -> int: ...
    @property
    def as_of(self) -> date: ...


def headlines(
    items: pd.DataFrame, as_of: date, before: pd.DataFrame | None = None, base: Base | None = None
) -> Sequence[Headline]:
    """Five figures of the items chosen: gate items closed before each milestone, late, at risk and stale.

    Takes ``queries.readiness.all_items`` and the same of the version compared with, each judged on its own
    report day. Changes count items; without an earlier version they are empty.
    """
    now = _figures(item_marks(items, as_of, why=False))
    then = (
        _figures(item_marks(before, base.as_of, why=False))
        if before is not None and base is not None
        else None
    )
    asked = items.attrs.get("asked")
    if then is None or base is None:
        return [replace(headline, asked=asked) for headline, _count in now]
    return [
        _moved(replace(headline, asked=asked), count - earlier, base.version)
        for (headline, count), (_before, earlier) in zip(now, then, strict=True)
    ]


def _figures(judged: pd.DataFrame) -> list[tuple[Headline, int]]:
    """Each figure with the count that its change is made of."""
    return [
        _gates(judged, "filing", _("Closed before filing")),
        _gates(judged, "first dose", _("Closed before first dose")),
        _late(judged),
        _at_risk(judged),
        _stale(judged),
    ]


def _headline(name: str, label: str, value: str, context: str, why: str) -> Headline:
    return Headline(
        key=f"kpi-readiness-{name}",
        label=label,
        value=value,
        context=context,
        change="",
        tone="neutral",
        why=why,
        asked=None,
    )


def _gates(judged: pd.DataFrame, milestone: str, label: str) -> tuple[Headline, int]:
    gates = judged[judged["gate"] & (judged["blocks"] == milestone) & (judged["status"] != NOT_APPLICABLE)]
    opened, programs = int(gates["is_open"].sum()), gates["program_id"].nunique()
    closed = len(gates) - opened
    context = ngettext("{opened} open · {n} program", "{opened} open · {n} programs", programs)
    why = _(
        "Gate items closed, of all gate items that block this milestone; not applicable ones are left out."
    )
    value = _("{closed} of {total}").format(closed=closed, total=len(gates))
    said = context.format(opened=opened, n=programs)
    return _headline(milestone.replace(" ", "-"), label, value, said, why), closed


def _late(judged: pd.DataFrame) -> tuple[Headline, int]:
    late = judged[judged["mark"] == "late"]
    past = late.loc[late["days_to_due"] < 0, "days_to_due"]  # others are late by their forecast
    oldest = -int(past.min()) if len(past) else 0
    context = ngettext("oldest {n} day", "oldest {n} days", oldest).format(n=oldest) if oldest else ""
    why = _(
        "Open items, gate or not, that rule R-01 calls late: not closed by the day they are "
        "needed, or all float eaten."
    )
    return _headline("late", _("Late items"), str(len(late)), context or _of_open(judged), why), len(late)


def _at_risk(judged: pd.DataFrame) -> tuple[Headline, int]:
    count = int((judged["mark"] == "at risk").sum())
    why = _(
        "Items that are not late, but forecast after the day they are needed, needed within {soon} days and "
        "not in review, stale, or closed without valid evidence. The limit is our convention."
    ).format(soon=SOON_DAYS)
    return _headline("risk", _("At risk"), str(count), _of_open(judged), why), count


def _stale(judged: pd.DataFrame) -> tuple[Headline, int]:
    count = int(judged["stale"].sum())
    why = _(
        "Open items that nobody has updated for more than {stale} days. The limit is our convention."
    ).format(stale=STALE_DAYS)
    return _headline("stale", _("Stale"), str(count), _of_open(judged), why), count


def _of_open(judged: pd.DataFrame) -> str:
    opened = int(judged["is_open"].sum())
    return ngettext("of {n} open item", "of {n} open items", opened).format(n=opened)


def _moved(headline: Headline, by: int, version: int) -> Headline:
    """The figure with its change in words and sign; closing more is good, more trouble is bad."""
    if by == 0:
        return replace(headline, change=_("no change since v{version}").format(version=version))
    better = (by > 0) == (headline.key in ("kpi-readiness-filing", "kpi-readiness-first-dose"))
    arrow, sign = ("▲", "+") if by > 0 else ("▼", "−")
    said = _("{arrow} {sign}{n} since v{version}").format(arrow=arrow, sign=sign, n=abs(by), version=version)
    return replace(headline, change=said, tone="good" if better else "bad")
