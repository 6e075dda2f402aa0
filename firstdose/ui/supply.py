"""The supply page: its sections, their choices, and the cards of each."""

from typing import TYPE_CHECKING, TypeAlias

from firstdose.figures import supply_slots as slot_figures
from firstdose.figures import supply_vein as vein_figures
from firstdose.figures import supply_words as words
from firstdose.queries import supply as queries
from firstdose.rules import supply as rules
from firstdose.rules import supply_slots as slots
from firstdose.rules import supply_vein as vein
from firstdose.rules.overview import Headline
from firstdose.ui.address import page_choice, page_text
from firstdose.ui.card import Card, Chart, Table
from firstdose.view import View
from firstdose.words import _, ngettext

if TYPE_CHECKING:
    import pandas as pd

    from firstdose.lake import Session

#: Cards in rows: one of the whole width, or two side by side.
Rows: TypeAlias = tuple[tuple[Card, ...], ...]

#: The section a card stands in: a link to one card opens its section, whatever else it says.
_SECTION_OF = {
    "chart-supply-vein": "vein",
    "chart-supply-ends": "vein",
    "chart-supply-parts": "vein",
    "table-supply-groups": "vein",
    "table-supply-waiting": "vein",
    "chart-supply-slots": "slots",
    "table-supply-slots": "slots",
}


def sections() -> dict[str, str]:
    """The sections in the order a meeting asks."""
    return {"vein": _("Vein to vein"), "slots": _("Slots")}


def section(view: View) -> str:
    """The section of a view: that of the one card it names, else the one chosen."""
    return _SECTION_OF.get(view.chart or "", view.key("section", "vein"))


def shared(view: View) -> View:
    """The view without what only one section depends on, so that the figures above all are made once."""
    for name in ("section", "by"):
        view = view.with_key(name, "")
    return view


def choose(view: View, at: str) -> None:
    """Draw the choices of a section, kept in the link."""
    if at == "vein":
        groups = {"all": _("All"), "site": _("Site"), "program": _("Program"), "month": _("Month")}
        page_choice(view, "by", _("Grouped by"), groups)
        page_text(view, "target", _("Target in days (empty: of the data)"))


def target_of(view: View) -> float | None:
    """The target that the reader set; none where those of the data count."""
    said = view.key("target")
    return float(said) if said else None


def judged(view: View, session: "Session") -> "pd.DataFrame":
    """The patients' cases let through, judged on the report day."""
    found = queries.cases(session, view)
    return vein.judged(found, view.as_of or session.as_of, target_of(view))


def headlines(view: View, session: "Session") -> tuple[Headline, ...]:
    """The figures above every section."""
    day = view.as_of or session.as_of
    return (
        *rules.vein_headlines(judged(view, session), target_of(view)),
        rules.next_free_slot(weeks(view, session), day),
    )


def weeks(view: View, session: "Session") -> "pd.DataFrame":
    """The weeks of slots with their working days and state."""
    found = queries.slots(session, view)
    return slots.weeks(found, queries.closures(session, view), view.as_of or session.as_of)


def cards(view: View, session: "Session", at: str) -> Rows:
    """The cards of one section."""
    make = {"vein": vein_cards, "slots": slot_cards}
    return make[at](view, session)


def slot_cards(view: View, session: "Session") -> Rows:
    """The calendar of weeks; how full each site is."""
    day = view.as_of or session.as_of
    found = weeks(view, session)
    drawn = slots.shown(found, day, every=view.since is not None or view.until is not None)
    chart = Chart(
        key="chart-supply-slots",
        figure=slot_figures.calendar(drawn, day),
        data=drawn,
        title=_("Slots by week: how many are free"),
        how=_("A cell a week, its number the free slots; dotted: report day"),
        foot=slots.rules_in_words(),
    )
    table = Table(
        key="table-supply-slots",
        data=slot_figures.standings(slots.standings(found, day), found.attrs),
        title=_("Next free slot and utilisation"),
        how=_(
            "Booked of usable slots; those of weeks in which the site does not work are not counted; "
            "overbooked and closed in weeks from the report day on"
        ),
        columns=slot_figures.standing_columns(),
    )
    return ((chart,), (table,))


def vein_cards(view: View, session: "Session") -> Rows:
    """Curves and how cases ended; parts and the waiting list; percentiles by group."""
    cases = judged(view, session)
    groups = vein.grouped(cases, view.key("by", "all")) if len(cases) else {}
    curves = vein.curves(groups)
    curves.attrs = dict(cases.attrs)
    running = cases[cases["end"] == ""]
    targets = sorted(cases["target_days"].dropna().unique().tolist())
    lines = vein_figures.lines(queries.benchmarks(session, view), targets)
    ended = vein.ends(cases)
    parts = vein.parts(cases)
    left_out = int(cases.attrs.get("left_out", 0))
    chart = Chart(
        key="chart-supply-vein",
        figure=vein_figures.curves(curves, lines, running["days"].tolist()),
        data=curves,
        title=_("From collection to infusion: share infused by each day"),
        how=_(
            "Kaplan–Meier, running cases (circles) and drop-outs censored: what would be if nobody dropped "
            "out; band 95 %; dashed target, dotted published medians"
        ),
        foot=" · ".join(filter(None, (vein_figures.lines_in_words(lines), vein_figures.hidden(len(groups))))),
    )
    outcomes = Chart(
        key="chart-supply-ends",
        figure=vein_figures.ends(ended),
        data=ended,
        title=_("How cases ended by each day"),
        how=_("Share of all cases, dropping out as a competing event (Aalen–Johansen)"),
        foot=vein_figures.ends_in_words(ended),
    )
    told = Table(
        key="table-supply-groups",
        data=words.groups([vein.group(label, part) for label, part in groups.items()], cases.attrs),
        title=_("Days from collection to infusion by group"),
        how=_("Percentiles of finished cases; a failed lot and its repeats are one case"),
        columns=words.group_columns(),
        foot=ngettext(
            "{n} case without a day of collection is left out.",
            "{n} cases without a day of collection are left out.",
            left_out,
        ).format(n=left_out)
        if left_out
        else "",
    )
    segments = Chart(
        key="chart-supply-parts",
        figure=vein_figures.parts(parts),
        data=parts,
        title=_("Where the days go"),
        how=_(
            "Bar: mean of finished cases, beginning where the one before ends; diamond: median of the part; "
            "at the right mean · median"
        ),
        foot=vein_figures.parts_in_words(parts),
    )
    waiting = Table(
        key="table-supply-waiting",
        data=words.waiting(vein.waiting(cases)),
        title=_("Patients waiting, the oldest first"),
        how=_("Running cases on the report day by donor pseudonym; late past the target"),
        columns=words.waiting_columns(),
        most=12,
    )
    return ((chart, outcomes), (told,), (segments,), (waiting,))
