"""The cards of the transfer page: the board, its deliverables, versions, methods, runs, hand-over."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from firstdose.errors import DamagedVersion
from firstdose.figures import transfer as figures
from firstdose.figures import transfer_methods as method_words
from firstdose.figures import transfer_runs as run_words
from firstdose.figures import transfer_words as words
from firstdose.queries import manufacturing
from firstdose.queries import transfer as queries
from firstdose.reference import transfer_stages
from firstdose.rules import transfer as rules
from firstdose.rules import transfer_handover, transfer_methods, transfer_runs
from firstdose.rules.forecast_history import MOST_VERSIONS
from firstdose.ui import forecast
from firstdose.ui.address import page_choice
from firstdose.ui.card import Card, Chart, Table
from firstdose.ui.header import note, row
from firstdose.ui.leads import to_item, to_transfer
from firstdose.ui.remember import remembered
from firstdose.ui.store import lake
from firstdose.view import NO_DAY_SINCE, NO_DAY_UNTIL, NOTHING, View
from firstdose.words import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from firstdose.lake import Session
    from firstdose.rules.overview import Headline

_MOST = 24  # rows drawn at once: three programs with seven transfers each
_MOST_LISTED = 36  # deliverables drawn at once: all of one transfer
_OFFERED = 100  # transfers in the list to pick from; a link reaches every one


def choose(view: View, session: "Session") -> bool:
    """Draw the choice of the transfer and of its deliverables; whether the link's is let through."""
    every = queries.transfers(session, view.with_key("transfer", ""))
    asked = view.key("transfer")
    rows = {one["transfer_id"]: one for one in every.to_dict("records")}
    known = not asked or asked in rows
    offered = list(rows)[:_OFFERED]
    names = {"": _("All transfers")} | {
        one: figures.named(rows[one])
        for one in dict.fromkeys([*([asked] if asked in rows else []), *offered])
    }
    shows = {"late": _("Late or failed"), "open": _("Open"), "all": _("All")}
    parts = {
        "all": _("All"),
        **{stage.code: stage.label for stage in transfer_stages()},
        "sending": _("Sending unit must move"),
        "receiving": _("Receiving unit must move"),
        "third party": _("Third party must move"),
    }
    with row():
        shown = view if known else view.with_key("transfer", NOTHING)
        page_choice(shown, "transfer", _("Transfer"), names, many=True)
        page_choice(view, "show", _("Deliverables"), shows)
        page_choice(view, "part", _("Stage, or whose move"), parts, many=True)
    if not known:
        note(
            _("The transfer of this link is not among those that the filters let through: nothing is shown.")
        )
    return known


def headlines(view: View, session: "Session") -> "tuple[Headline, ...]":
    """Five figures of the transfers let through."""
    transfers, judged, day = _basis(view, session)
    found = _methods(view, session, transfers)
    verdicts = found["verdict"]
    verdicts.attrs = dict(found.attrs)
    return rules.headlines(judged, _drifts(view, session, transfers, day), verdicts)


def board(view: View, session: "Session") -> Chart:
    """Every transfer by stage, and whose move is awaited."""
    transfers, judged, _day = _basis(view, session)
    stages = rules.stages(judged)
    return Chart(
        key="chart-transfer-board",
        figure=figures.board(transfers, stages, rules.waiting(judged)),
        data=stages,
        title=_("Transfers by stage"),
        how=_(
            "Mark of the worst deliverable; accepted of all that apply; right: open ones by whose move it "
            "is, the oldest in days; a cell opens its transfer (Tab, then arrow keys)"
        ),
        foot=figures.hidden(transfers),
        drill=to_transfer,
    )


def deliverables(view: View, session: "Session") -> Table:
    """The deliverables chosen, each with who must move, and the readiness item that waits for it."""
    transfers, judged, _day = _basis(view, session)
    rows = {one["transfer_id"]: one for one in transfers.to_dict("records")}
    listed = rules.chosen(judged, view.key("show", "late"), view.key("part", "all"))
    return Table(
        key="table-transfer-deliverables",
        data=listed,
        say=lambda part: words.deliverables(part, rows),
        title=_("Deliverables: {shown}").format(shown=_shown(view.key("show", "late"))),
        how=words.units(list(rows.values())),
        columns=words.deliverable_columns(listed, list(rows.values())),
        height=560,
        most=_MOST_LISTED,
        linked="item",
        drill=to_item,
        foot=rules.rules_in_words(),
    )


def _shown(show: str) -> str:
    return {"late": _("late or failed"), "open": _("open"), "all": _("all")}.get(show, "")


def more_cards(view: View, session: "Session") -> tuple[Card, ...]:
    """Versions, methods, runs and hand-overs of the transfers let through."""
    transfers, _judged, day = _basis(view, session)
    shown = transfers["transfer_id"].tolist()
    lots = transfer_runs.concerned(manufacturing.lots(session, _from_the_first(view)), transfers)
    return (
        Table(
            key="table-transfer-versions",
            data=words.drifts(_drifts(view, session, transfers, day)),
            title=_("Versions: sending unit, receiving unit, dossier"),
            how=_("Those that differ on top; a day not stated is that of the first data version to show it"),
            columns=words.drift_columns(),
            height=420,
            most=_MOST,
        ),
        Table(
            key="table-transfer-methods",
            data=method_words.methods(_methods(view, session, transfers)),
            title=_("Methods: the same result in both laboratories?"),
            how=_(
                "Pairs of results on the same lot, receiving minus sending; equivalent when the 90 % "
                "interval lies inside the criterion"
            ),
            columns=method_words.method_columns(),
            height=420,
            most=_MOST,
        ),
        Table(
            key="table-transfer-runs",
            data=run_words.runs(transfer_runs.ladder(lots, queries.rungs(session, view))),
            title=_("Ladder of runs by site"),
            how=_(
                "Passed: released; failed: released out of specification or rejected; aborted: terminated; "
                "every lot from the first to the report day counts, in any period; exact 95 % interval"
            ),
            columns=run_words.run_columns(),
            height=420,
            most=_MOST,
            grouped=("program_id", "site", "made"),
        ),
        Table(
            key="table-transfer-handover",
            data=run_words.hand_overs(_hand_overs(view, session, shown)),
            title=_("When is it handed over?"),
            how=_(
                "The last of its tasks in 10,000 runs of the plan: half of the runs are done by P50, "
                "80 % by P80"
            ),
            columns=run_words.hand_over_columns(),
            height=420,
            most=_MOST,
        ),
    )


def _from_the_first(view: View) -> View:
    """The view without its period, for a rung once reached stays reached; a period without a day is kept."""
    refused = view.since == NO_DAY_SINCE or view.until == NO_DAY_UNTIL
    reversed_ = view.since and view.until and view.since > view.until
    return view if refused or reversed_ else replace(view, since=None, until=None)


def _basis(view: View, session: "Session") -> "tuple[pd.DataFrame, pd.DataFrame, date]":
    """The transfers let through, their deliverables judged, the report day."""
    transfers = queries.transfers(session, view)
    day = view.as_of or session.as_of
    found = queries.deliverables(session, view, transfers["transfer_id"].tolist())
    return transfers, rules.marked(found, day), day


def _methods(view: View, session: "Session", transfers: "pd.DataFrame") -> "pd.DataFrame":
    """The methods among the transfers with their verdicts, made once for figures and table."""

    def methods_judged() -> "pd.DataFrame":
        """Every method that the view lets through."""
        shown = transfers["transfer_id"].tolist()
        measured = queries.methods(session, view, shown)
        return transfer_methods.methods(transfers, measured, queries.pairs(session, view, shown))

    return remembered(methods_judged, view, session)


def _drifts(view: View, session: "Session", transfers: "pd.DataFrame", day: date) -> "pd.DataFrame":
    """Versions side by side; data versions are asked only where the data says no day."""

    def versions_compared() -> "pd.DataFrame":
        """Every transfer that the view lets through."""
        undated = rules.undated(transfers)
        history = _history(view, session, undated)
        seen = {one: rules.first_seen(history, one) for one in undated}
        return rules.drifts(transfers, {name: one for name, one in seen.items() if one}, day)

    return remembered(versions_compared, view, session)


def _history(view: View, session: "Session", shown: "Sequence[str]") -> list[tuple[date, frozenset[str]]]:
    """What the newest data versions up to the one shown say of some transfers, newest first."""
    if not shown:
        return []
    every = [one.version for one in lake().versions() if one.version <= session.version]
    found = []
    for number in every[::-1][:MOST_VERSIONS]:
        try:
            past = lake().session(number, queries.TABLES)
        except DamagedVersion:
            break  # what is older cannot be told to be an unbroken run
        found.append((past.as_of, rules.differing(queries.versions(past, view, shown))))
    return found


def _hand_overs(view: View, session: "Session", shown: "Sequence[str]") -> "pd.DataFrame":
    """The hand-overs of the transfers shown; the runs of all are made once a version and report day."""
    asked = View(page="transfer", as_of=view.as_of)

    def hand_overs_of_all() -> "pd.DataFrame":
        """Every transfer there is."""
        basis = forecast.basis(asked, session)
        return transfer_handover.hand_over(
            queries.transfers(session, asked), queries.tasks(session, asked), basis
        )

    every = remembered(hand_overs_of_all, asked, session)
    found = every[every["transfer_id"].isin(list(shown))].reset_index(drop=True)
    found.attrs = dict(every.attrs)
    return found
