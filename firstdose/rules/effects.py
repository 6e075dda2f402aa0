"""What a change does to the figures people watch: before, after, the difference, and whether it is good.

Each figure is judged by the rule of the page that shows it (R-01, R-03, R-05), once on each version. A share
is better or worse only where both sides have enough to print a rate; otherwise only counts are compared.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from firstdose.rules import overview, readiness, timeline
from firstdose.rules.overview import signed
from firstdose.rules.proportion import Share
from firstdose.rules.readiness_network import with_need
from firstdose.words import _, ngettext

if TYPE_CHECKING:
    from firstdose.queries.changes import Watched

Verdict = Literal["good", "bad", ""]


@dataclass(frozen=True, slots=True)
class Effect:
    """One figure in two versions, each in words; ``key`` names the figure."""

    key: str
    figure: str
    before: str
    after: str
    difference: str
    tone: Verdict = ""


def effects(before: "Watched", after: "Watched", word: Callable[[str], str]) -> list[Effect]:
    """The figures people watch, in the order a meeting asks; ``word`` says a status mark in words."""
    return [
        _first_dose(before, after),
        _blockers(before, after, "first dose"),
        _blockers(before, after, "filing"),
        _share(
            "on-time",
            _("Tasks done by the day promised"),
            timeline.on_time(before.tasks, before.as_of),
            timeline.on_time(after.tasks, after.as_of),
        ),
        _share("batch-success", _("Lots released in specification"), _lots(before), _lots(after)),
        *_areas(before, after, word),
    ]


def no_change() -> str:
    """How a figure says that it is what it was."""
    return _("no change")


def _first_dose(before: "Watched", after: "Watched") -> Effect:
    now, then = after.standing.first_doses, before.standing.first_doses
    said = [overview.next_first_dose(one.standing, None, "") for one in (before, after)]
    values = [one.value if one.value == "–" else f"{one.value} · {_where(one.context)}" for one in said]
    difference, tone = _next_moved(then, now)
    return Effect("next-first-dose", said[1].label, values[0], values[1], difference, tone)


def _where(context: str) -> str:
    """The program a headline speaks of: what its context begins with."""
    return context.split(" · ", 1)[0]


def _next_moved(then: pd.DataFrame, now: pd.DataFrame) -> tuple[str, Verdict]:
    if now.empty or then.empty:
        return (
            no_change() if now.empty and then.empty else _("planned anew") if then.empty else _("gone")
        ), ""
    same = then[then["task_id"] == now["task_id"].iloc[0]]
    if now["task_id"].iloc[0] != then["task_id"].iloc[0]:
        return _("another first dose is the next"), ""
    days = (now["expected_on"].iloc[0] - same["expected_on"].iloc[0]).days
    if not days:
        return no_change(), ""
    return _("{days} d").format(days=signed(days)), "bad" if days > 0 else "good"


def _blockers(before: "Watched", after: "Watched", blocks: str) -> Effect:
    counts = [len(overview.blocking(one.standing, blocks)) for one in (before, after)]
    label = overview.blockers(after.standing, None, "", blocks).label
    delta = counts[1] - counts[0]
    return Effect(
        f"{blocks.replace(' ', '-')}-blockers",
        label,
        str(counts[0]),
        str(counts[1]),
        signed(delta) if delta else no_change(),
        _verdict(-delta),
    )


def _lots(one: "Watched") -> Share:
    lots = one.standing.batches
    return Share(int(lots["released"].sum()), int(lots["dispositioned"].sum()))


def _share(key: str, label: str, before: Share, after: Share) -> Effect:
    good, all_ = after.k - before.k, after.n - before.n
    if not good and not all_:
        difference = no_change()
    elif 0 <= good <= all_:
        difference = ngettext("{k} of {n} new one", "{k} of {n} new ones", all_).format(k=good, n=all_)
    else:
        difference = _("{k} of {n}").format(k=signed(good), n=signed(all_))
    rate = 0
    if before.enough and after.enough:  # judged as printed: half a percent is no difference
        rate = round(100 * (after.value or 0)) - round(100 * (before.value or 0))
    return Effect(key, label, _said(before), _said(after), difference, _verdict(rate))


def _said(share: Share) -> str:
    return " · ".join((_("{k} of {n}").format(k=share.k, n=share.n), share.percent()))


def _areas(before: "Watched", after: "Watched", word: Callable[[str], str]) -> list[Effect]:
    """Each area by its worst open gate item and its gate items closed."""
    then, now = _rolled(before), _rolled(after)
    return [
        _area(area, then.get(area), now.get(area), word)
        for area in readiness.AREAS
        if area in then or area in now
    ]


def _rolled(one: "Watched") -> dict[str, Mapping[str, Any]]:
    judged = readiness.item_marks(with_need(one.items, one.network), one.as_of)
    rolled = readiness.rollup_by(judged, one.as_of, ["area"])
    return {
        row["area"]: {str(name): value for name, value in row.items()} for row in rolled.to_dict("records")
    }


def _area(
    area: str, then: Mapping[str, Any] | None, now: Mapping[str, Any] | None, word: Callable[[str], str]
) -> Effect:
    label = _("Readiness: {area}").format(area=readiness.area_name(area))
    key = "readiness-" + "-".join("".join(c if c.isalnum() else " " for c in area.lower()).split())
    before, after = _standing(then, word), _standing(now, word)
    if then is None or now is None:
        return Effect(key, label, before, after, _("new") if then is None else _("gone"))
    closed, total = (int(now[name]) - int(then[name]) for name in ("closed", "total"))
    worse = _rank(now) - _rank(then)
    parts = [_("{n} closed").format(n=signed(closed))] if closed else []
    if total:
        parts.append(ngettext("{n} gate item", "{n} gate items", abs(total)).format(n=signed(total)))
    if worse:
        parts.append(_("worse") if worse > 0 else _("better"))
    tone = _verdict(-worse if worse else closed if not total else 0)
    return Effect(key, label, before, after, " · ".join(parts) or no_change(), tone)


def _standing(row: Mapping[str, Any] | None, word: Callable[[str], str]) -> str:
    if row is None:
        return "–"
    closed = _("{closed} of {total}").format(closed=int(row["closed"]), total=int(row["total"]))
    return f"{word(row['mark'])} · {closed}" if row["mark"] in readiness.MARKS else closed


def _rank(row: Mapping[str, Any]) -> int:
    return readiness.MARKS.index(row["mark"]) if row["mark"] in readiness.MARKS else 0


def _verdict(better: float) -> Verdict:
    return "good" if better > 0 else "bad" if better < 0 else ""
