"""The cards of the supply page about patients: vein to vein, who waits, the chain of identity."""

from typing import TYPE_CHECKING

from firstdose.figures import supply_vein as vein_figures
from firstdose.figures import supply_words as words
from firstdose.queries import supply as queries
from firstdose.rules import supply_identity as identity
from firstdose.rules import supply_vein as vein
from firstdose.ui.card import Chart, Table
from firstdose.ui.leads import to_lot
from firstdose.words import _, ngettext

if TYPE_CHECKING:
    import pandas as pd

    from firstdose.lake import Session
    from firstdose.ui.timeline_partners import Rows
    from firstdose.view import View


def target_of(view: "View") -> float | None:
    """The target that the reader set; none where those of the data count."""
    said = view.key("target")
    return float(said) if said else None


def judged(view: "View", session: "Session") -> "pd.DataFrame":
    """The patients' cases let through, judged on the report day."""
    found = queries.cases(session, view)
    return vein.judged(found, view.as_of or session.as_of, target_of(view))


def vein_cards(view: "View", session: "Session") -> "Rows":
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


def identity_cards(view: "View", session: "Session") -> "Rows":
    """Gaps of the chain of identity, then the chains themselves."""
    lots = queries.identity(session, view)
    gaps = Table(
        key="table-supply-gaps",
        data=words.gaps(identity.gaps(lots)),
        title=_("Gaps in the chain of identity"),
        how=_("Links and days that are missing or contradict each other, of every lot made for a patient"),
        columns=words.gap_columns(),
        grouped=("lot",),
        linked="lot",
        drill=to_lot,
        foot=_(
            "Donors are pseudonyms; no page and no table of firstdose has a column for the name or birth "
            "of a patient."
        ),
    )
    chains = Table(
        key="table-supply-chains",
        data=words.chains(lots),
        title=_("Patients' lots from collection to infusion, the newest first"),
        how=_("By donor pseudonym and vector lot; a lot opens with all its results"),
        columns=words.chain_columns(),
        linked="lot",
        drill=to_lot,
        most=10,
    )
    return ((gaps,), (chains,))
