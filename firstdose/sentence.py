"""A view in words: the sentence of the filters that stands above every figure."""

from collections.abc import Sequence

from firstdose.view import NO_DAY_SINCE, NO_DAY_UNTIL, Known, View
from firstdose.words import N_, _, ngettext, say_date

_NAMES = {
    "program": N_("program"),
    "group": N_("group"),
    "partner": N_("partner"),
    "jurisdiction": N_("jurisdiction"),
    "area": N_("area"),
    "period": N_("period"),
}


def sentence(view: View, known: Known, chosen: int) -> str:
    """The filters of a view in words: ``6 of 12 programs · Solid tumour · filing in Japan``."""
    total = len(known.program)
    parts = [
        ngettext("the only program", "all {total} programs", total).format(total=total)
        if chosen == total
        else ngettext("{chosen} of {total} program", "{chosen} of {total} programs", total).format(
            chosen=chosen, total=total
        )
    ]
    said = {
        "program": N_("{what}"),
        "group": N_("{what}"),
        "partner": N_("partner {what}"),
        "jurisdiction": N_("filing in {what}"),
        "area": N_("area {what}"),
    }
    for name, template in said.items():
        values = getattr(view, name)
        if values is None:
            continue
        labels = [getattr(known, name).get(value, value) for value in values[:6]]
        more = len(values) - len(labels)
        what = _(" or ").join(labels) + (_(" and {n} more").format(n=more) if more else "")
        nothing = _("nothing chosen for {key}").format(key=_(_NAMES[name]))
        parts.append(_(template).format(what=what) if values else nothing)
    parts += _period(view)
    return " · ".join(parts)


def unheld(view: View, names: Sequence[str]) -> str:
    """The filters in use, of those named, that a figure does not follow; empty when it follows all in use.

    Names are area, partner and period. A refused list lets no program through: nothing is left aside.
    """
    used = {name: bool(getattr(view, name)) for name in ("partner", "area")}
    used["period"] = (view.since, view.until) != (None, None)
    what = _(" or ").join(_(_NAMES[name]) for name in names if used[name])
    return _("not filtered by {what}").format(what=what) if what else ""


def _period(view: View) -> list[str]:
    if view.since == NO_DAY_SINCE or view.until == NO_DAY_UNTIL:
        return [_("no day (the period of the link was refused)")]
    said = []
    if view.since:
        said.append(_("from {day}").format(day=say_date(view.since)))
    if view.until:
        said.append(_("until {day}").format(day=say_date(view.until)))
    return said
