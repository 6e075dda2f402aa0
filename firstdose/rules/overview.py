"""The figures at the top of the overview: where we stand, against the version compared with.

Each figure is a ``Headline`` with its value, its n or interval, its change in words and the rule behind it.
Project rule R-03. A change is judged only where more or less is plainly better: open blockers, overdue items,
the day of the next first dose. More programs are neither good nor bad.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from firstdose.rules.proportion import Share
from firstdose.rules.readiness import overdue_days
from firstdose.rules.readiness_network import with_need
from firstdose.rules.readiness_why import SETTLED
from firstdose.words import _, either, ngettext, say_date

if TYPE_CHECKING:
    from firstdose.queries import Asked
    from firstdose.queries.overview import Standing

DAYS_AHEAD = 90  # the days that ``overview.next_days`` looks ahead; our convention

Tone = Literal["good", "bad", "neutral", "warn"]


@dataclass(frozen=True, slots=True)
class Headline:
    """One figure: what it is, its value, n or interval, the change in words, and the rule that made it."""

    key: str
    label: str
    value: str
    context: str
    change: str = ""
    tone: Tone = "neutral"
    why: str = ""
    asked: "Asked | None" = None


def headlines(now: "Standing", before: "Standing | None", since: str) -> tuple[Headline, ...]:
    """The six figures of the overview; ``since`` names the version compared with (``v16``)."""
    return (
        active_programs(now, before, since),
        next_first_dose(now, before, since),
        blockers(now, before, since, "filing"),
        blockers(now, before, since, "first dose"),
        overdue(now, before, since),
        batch_success(now, before, since),
    )


def since_words(version: int, name: str | None) -> str:
    """How the version compared with is called: its name, else its number."""
    return name or f"v{version}"


def changed(
    now: int, before: int, since: str, better: Literal["less", "more", "neither"]
) -> tuple[str, Tone]:
    """A change of a count in words with arrow and sign, and whether it is good: ``▼ −2 since v16``."""
    delta = now - before
    if not delta:
        return _("● no change since {since}").format(since=since), "neutral"
    said = _("{arrow} {delta} since {since}").format(
        arrow="▲" if delta > 0 else "▼", delta=signed(delta), since=since
    )
    if better == "neither":
        return said, "neutral"
    good = (delta > 0) == (better == "more")
    return (_("{change}, better") if good else _("{change}, worse")).format(change=said), (
        "good" if good else "bad"
    )


def signed(number: int) -> str:
    """A number with its sign, the minus a real one."""
    return f"+{number}" if number > 0 else f"−{-number}" if number else "0"


def active_programs(now: "Standing", before: "Standing | None", since: str) -> Headline:
    """How many programs are active, and how many of them stand in the clinic."""
    active = _of_status(now, "active")
    change, tone = _change(
        len(active), None if before is None else len(_of_status(before, "active")), since, "neither"
    )
    said = [_("of {n}").format(n=len(now.programs))]
    for count, words in (
        (int(active["is_in_clinic"].sum()), _("{n} in the clinic")),
        (len(_of_status(now, "on hold")), _("{n} on hold")),
        (len(_of_status(now, "stopped")), _("{n} stopped")),
    ):
        if count:
            said.append(words.format(n=count))
    return Headline(
        "kpi-overview-active-programs",
        _("Active programs"),
        str(len(active)),
        " · ".join(said),
        change,
        tone,
        _(
            "Programs whose status is active; in the clinic: the first-in-human trial or a later stage "
            "is open."
        ),
        now.programs.attrs.get("asked"),
    )


def _of_status(standing: "Standing", status: str) -> "pd.DataFrame":
    return standing.programs[standing.programs["status"] == status]


def next_first_dose(now: "Standing", before: "Standing | None", since: str) -> Headline:
    """The earliest first dose that an active program still has ahead, against its target."""
    why = _(
        "Earliest forecast of the first-dose milestone over active programs that have none yet (the baseline "
        "where there is no forecast). A forecast of the plan, not a promise: no risk is added here."
    )
    label, asked = _("Next first dose"), now.first_doses.attrs.get("asked")
    key = "kpi-overview-next-first-dose"
    if now.first_doses.empty:
        return Headline(key, label, "–", _("no first dose planned"), why=why, asked=asked)
    row = now.first_doses.iloc[0].to_dict()
    said = [
        " ".join(
            filter(None, (either(row["program_name"], row["program_name_ja"]), _text(row["jurisdiction"])))
        )
    ]
    said.append(_("forecast") if row["is_forecast"] else _("baseline, no forecast given"))
    if row["has_passed"]:
        said.append(_("this day has passed"))
    if not pd.isna(row["target_on"]):
        gap = int(row["to_target_days"])
        said.append(_("target {day} ({gap} d)").format(day=say_date(row["target_on"]), gap=signed(gap)))
    change, tone = _moved(row, before, since)
    return Headline(key, label, say_date(row["expected_on"]), " · ".join(said), change, tone, why, asked)


def _moved(row: dict[Any, Any], before: "Standing | None", since: str) -> tuple[str, Tone]:
    """How far the same first dose moved, or that another program's was the next before."""
    if before is None:
        return "", "neutral"
    then = before.first_doses
    same = then[then["task_id"] == row["task_id"]]
    if same.empty:
        return _("new since {since}").format(since=since), "neutral"
    days = (row["expected_on"] - same["expected_on"].iloc[0]).days
    if not days:
        return _("● no change since {since}").format(since=since), "neutral"
    words = _("▲ {days} d since {since}, later") if days > 0 else _("▼ {days} d since {since}, earlier")
    return words.format(days=signed(days), since=since), "bad" if days > 0 else "good"


def blockers(now: "Standing", before: "Standing | None", since: str, blocks: str) -> Headline:
    """Open gate items before a milestone, and in how many programs."""
    waiting = blocking(now, blocks)
    then = None if before is None else len(blocking(before, blocks))
    change, tone = _change(len(waiting), then, since, "less")
    label, why = {
        "filing": (
            _("Filing blockers open"),
            _("Gate items that block filing and are neither closed nor not applicable."),
        ),
        "first dose": (
            _("First-dose blockers open"),
            _("Gate items that block the first dose and are neither closed nor not applicable."),
        ),
    }[blocks]
    programs = waiting["program_id"].nunique()
    return Headline(
        f"kpi-overview-{blocks.replace(' ', '-')}-blockers",
        label,
        str(len(waiting)),
        ngettext("in {n} program", "in {n} programs", programs).format(n=programs),
        change,
        tone,
        why,
        now.checklist.attrs.get("asked"),
    )


def blocking(standing: "Standing", blocks: str) -> "pd.DataFrame":
    """The open gate items of a milestone, of the items that the filters let through."""
    items = standing.checklist
    return items[(items["blocks"] == blocks) & items["gate"] & ~items["status"].isin(SETTLED)]


def overdue(now: "Standing", before: "Standing | None", since: str) -> Headline:
    """Open items past the day they are needed, and how long the oldest is."""
    late = _overdue(now)
    count, oldest = int(late.count()), late.max()
    then = None if before is None else _overdue(before).count()
    change, tone = _change(count, then, since, "less")
    return Headline(
        "kpi-overview-overdue",
        _("Overdue items"),
        str(count),
        _("none") if pd.isna(oldest) else _("oldest {n} d").format(n=int(oldest)),
        change,
        tone,
        _(
            "Open items, gate or not, past the day they are needed: the computed one, the claimed due day "
            "only where nothing can be computed; needed today is not overdue."
        ),
        now.checklist.attrs.get("asked"),
    )


def _overdue(standing: "Standing") -> "pd.Series[Any]":
    return overdue_days(with_need(standing.checklist, standing.network), standing.as_of)


def batch_success(now: "Standing", before: "Standing | None", since: str) -> Headline:
    """Lots released in specification of those with a disposition; pending ones stand apart."""
    share = Share(int(now.batches["released"].sum()), int(now.batches["dispositioned"].sum()))
    pending = int(now.batches["pending"].sum())
    change, tone = _lots_changed(share, before, since)
    context = [share.percent() if share.n else _("no lot decided yet")]
    if pending:
        context.append(_("{n} pending apart").format(n=pending))
    return Headline(
        "kpi-overview-batch-success",
        _("Lots released in specification"),
        _("{k} of {n}").format(k=share.k, n=share.n),
        " · ".join(context),
        change,
        tone,
        _(
            "Released / dispositioned lots of both materials; released out of specification counts as "
            "decided, not as success; pending lots are not counted. Interval: Clopper-Pearson, 95 %."
        ),
        now.batches.attrs.get("asked"),
    )


def _lots_changed(share: Share, before: "Standing | None", since: str) -> tuple[str, Tone]:
    """How many lots were decided since, and how many of them were released."""
    if before is None:
        return "", "neutral"
    decided = share.n - int(before.batches["dispositioned"].sum())
    released = share.k - int(before.batches["released"].sum())
    if not decided and not released:
        return _("● no change since {since}").format(since=since), "neutral"
    if released < 0 or released > decided:
        return _("● {released} released since {since}").format(
            released=signed(released), since=since
        ), "neutral"
    said = _("▲ {released} released of {decided} new since {since}").format(
        released=released, decided=decided, since=since
    )
    return said, "good" if released == decided else "bad"


def _change(
    now: int, before: Any, since: str, better: Literal["less", "more", "neither"]
) -> tuple[str, Tone]:
    """The change of a count against the version compared with; no words where there is none."""
    return ("", "neutral") if before is None else changed(now, int(before), since, better)


def _text(value: Any) -> str:
    return "" if pd.isna(value) else str(value)
