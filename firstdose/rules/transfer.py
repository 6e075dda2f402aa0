"""How a transfer stands: its deliverables by stage, who must move, and whether the versions have drifted.

Project rule R-13. A deliverable is *late* when it failed, or is open after its due day; *at risk* from 14
days before that day unless it is in review; else it wears its status. Due today is at risk, not late. Its age
counts from the day on which its status began (``since_on``). Versions *differ* when two of those stated
(sending unit, receiving unit, dossier) are not the same text; one stated alone differs from nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import Any, Literal

import numpy as np
import pandas as pd

from firstdose.rules.overview import Headline
from firstdose.rules.readiness import MARKS, NOT_APPLICABLE, SOON_DAYS
from firstdose.words import N_, _, ngettext

KINDS = ("vector process", "cell process", "analytical method", "quality system", "supply")
SIDES = ("sending", "receiving", "third party")
VERSIONS = ("sending_version", "receiving_version", "filed_version")
_KIND_NAMES = {
    "vector process": N_("vector production"),
    "cell process": N_("cell expansion"),
    "analytical method": N_("analytical method"),
    "quality system": N_("quality system"),
    "supply": N_("supply"),
}
_DONE = ("accepted", NOT_APPLICABLE)
_WEARS = {"accepted": "closed", "failed": "late"}

Drift = Literal["differ", "same", "one stated", "none stated"]


def kind_name(kind: str) -> str:
    """What sort of thing moves, in the reader's language."""
    return _(_KIND_NAMES[kind])


def marked(deliverables: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Deliverables with their mark. Takes ``queries.transfer.deliverables``; rows and order stay.

    Adds mark (of ``readiness.MARKS`` or not applicable), is_open, is_late (bool), days_late, age_days (whole
    days; none when not late, or when nobody said since when; settled ones have no age).
    """
    day = pd.Timestamp(as_of)
    status = deliverables["status"]
    is_open = ~status.isin(_DONE)
    over = (day - pd.to_datetime(deliverables["due_on"])).dt.days
    late = is_open & ((status == "failed") | (over > 0))
    soon = is_open & ~late & over.between(-SOON_DAYS, 0) & (status != "in review")
    age = (day - pd.to_datetime(deliverables["since_on"])).dt.days
    mark = np.select([late, soon], ["late", "at risk"], default=status.replace(_WEARS))
    found = deliverables.assign(
        mark=pd.Series(mark, index=deliverables.index, dtype="str"),
        is_open=is_open,
        is_late=late,
        days_late=over.where(late & (over > 0)),
        age_days=age.where(is_open & (age >= 0)),
    )
    found.attrs = dict(deliverables.attrs)
    return found


def chosen(judged: pd.DataFrame, show: str, part: str) -> pd.DataFrame:
    """The deliverables to list: ``late``, ``open`` or ``all``, of a stage or of the side that must move.

    ``part`` is a stage code, a side or ``all``; any other word of either lets none through. Late ones come
    with the longest late on top, others stage by stage.
    """
    if part in SIDES:
        judged = _kept(judged, judged["is_open"] & (judged["waiting_on"] == part))
    elif part != "all":
        judged = _kept(judged, judged["stage_code"] == part)
    if show == "all":
        return judged
    if show != "late":
        return _kept(judged, judged["is_open"] & (show == "open"))
    order = judged[judged["is_late"]].sort_values("days_late", ascending=False, kind="stable").index
    return _kept(judged, order)


def _kept(judged: pd.DataFrame, rows: "pd.Series[bool] | pd.Index[Any]") -> pd.DataFrame:
    found = judged.loc[rows].reset_index(drop=True)
    found.attrs = dict(judged.attrs)
    return found


def stages(judged: pd.DataFrame) -> pd.DataFrame:
    """The board: one row per transfer and stage that has deliverables which apply.

    Columns: transfer_id, stage_code, mark (the worst), closed, total, late (int), oldest (days of the oldest
    open one; none when nobody said).
    """
    counted = judged[judged["mark"] != NOT_APPLICABLE]
    cells = counted[["transfer_id", "stage_code"]].assign(
        badness=counted["mark"].map({name: rank for rank, name in enumerate(MARKS)}),
        closed=(~counted["is_open"]).astype(int),
        total=1,
        late=counted["is_late"].astype(int),
        oldest=counted["age_days"],
    )
    summed = dict.fromkeys(("closed", "total", "late"), "sum")
    rolled = cells.groupby(["transfer_id", "stage_code"], as_index=False, sort=True).agg(
        {"badness": "max"} | summed | {"oldest": "max"}
    )
    mark = rolled.pop("badness").map(dict(enumerate(MARKS)))
    rolled.insert(2, "mark", mark.astype("str"))
    rolled.attrs = dict(judged.attrs)
    return rolled


def waiting(judged: pd.DataFrame) -> pd.DataFrame:
    """Open deliverables by whose move is awaited: transfer_id, side, count (int), oldest (days or none)."""
    held = judged[judged["is_open"] & judged["waiting_on"].notna()]
    found = held.groupby(["transfer_id", "waiting_on"], as_index=False, sort=True).agg(
        count=("mark", "size"), oldest=("age_days", "max")
    )
    return found.rename(columns={"waiting_on": "side"})


def drift_of(row: Mapping[Any, Any]) -> Drift:
    """Whether the versions stated for one transfer differ."""
    stated = [row[name].strip() for name in VERSIONS if isinstance(row[name], str) and row[name].strip()]
    if len(stated) < 2:
        return "one stated" if stated else "none stated"
    return "same" if len(set(stated)) == 1 else "differ"


@dataclass(frozen=True, slots=True)
class Seen:
    """Since when data versions show that a transfer's versions differ; ``at_least`` when none is older."""

    on: date
    at_least: bool


def differing(versions: pd.DataFrame) -> frozenset[str]:
    """The transfers whose versions differ, by id. Takes ``queries.transfer.versions``."""
    return frozenset(row["transfer_id"] for row in versions.to_dict("records") if drift_of(row) == "differ")


def first_seen(history: Sequence[tuple[date, frozenset[str]]], transfer: str) -> Seen | None:
    """The first of the unbroken run of data versions, newest first, in which a transfer's versions differ.

    Takes report day and ``differing`` of each data version. None when the newest shows none.
    """
    run = list(takewhile(lambda one: transfer in one[1], history))
    return Seen(run[-1][0], at_least=len(run) == len(history)) if run else None


def drifts(transfers: pd.DataFrame, seen: Mapping[str, Seen], as_of: date) -> pd.DataFrame:
    """Version drift: transfers, with drift (str), since (date or none), at_least (bool) and days (or none).

    The day stated in the data goes before the first data version in ``seen``. Those that differ are on top,
    the longest first.
    """
    rows = transfers.to_dict("records")
    drift = [drift_of(row) for row in rows]
    found = transfers.assign(drift=pd.Series(drift, index=transfers.index, dtype="str"))
    known = [
        None
        if state != "differ"
        else Seen(row["drift_since"].date(), at_least=False)
        if not pd.isna(row["drift_since"])
        else seen.get(row["transfer_id"])
        for row, state in zip(rows, drift, strict=True)
    ]
    found["since"] = pd.to_datetime(pd.Series([one.on if one else None for one in known], index=found.index))
    found["at_least"] = [bool(one and one.at_least) for one in known]
    found["days"] = (pd.Timestamp(as_of) - found["since"]).dt.days.astype(float)
    order = {"differ": 0, "same": 1, "one stated": 2, "none stated": 3}
    found = found.assign(rank=found["drift"].map(order)).sort_values(
        ["rank", "days"], ascending=[True, False], kind="stable", ignore_index=True
    )
    found.attrs = dict(transfers.attrs)
    return found.drop(columns="rank")


def undated(transfers: pd.DataFrame) -> list[str]:
    """Transfers whose versions differ without a day in the data: ids, for which data versions are asked."""
    rows = transfers.to_dict("records")
    return [row["transfer_id"] for row in rows if drift_of(row) == "differ" and pd.isna(row["drift_since"])]


def headlines(
    judged: pd.DataFrame, drifted: pd.DataFrame, verdicts: "pd.Series[Any]"
) -> tuple[Headline, ...]:
    """Five figures of the transfers let through: accepted, late, waiting, drift, methods.

    ``verdicts``: of the methods, as ``transfer_methods.methods`` gives them.
    """
    asked = judged.attrs.get("asked")
    counted = judged[judged["mark"] != NOT_APPLICABLE]
    late, serving = counted[counted["is_late"]], counted[counted["is_late"] & counted["item_id"].notna()]
    transfers, total = len(drifted), len(counted)
    held = waiting(judged).groupby("side")[["count", "oldest"]].agg({"count": "sum", "oldest": "max"})
    differ = drifted[drifted["drift"] == "differ"]
    judged_methods = verdicts[verdicts != NOT_APPLICABLE]
    few = int((verdicts == "not demonstrated").sum())
    return (
        Headline(
            "kpi-transfer-accepted",
            _("Deliverables accepted"),
            _("{k} of {n}").format(k=int((~counted["is_open"]).sum()), n=total),
            ngettext("{n} transfer", "{n} transfers", transfers).format(n=transfers),
            why=_("Accepted deliverables / deliverables that apply, of the transfers let through."),
            asked=asked,
        ),
        Headline(
            "kpi-transfer-late",
            _("Late or failed"),
            str(len(late)),
            ngettext("{n} serves a readiness item", "{n} serve a readiness item", len(serving)).format(
                n=len(serving)
            ),
            why=_("Failed, or open after the due day. Due today is not late."),
            asked=asked,
        ),
        Headline(
            "kpi-transfer-waiting",
            _("Waiting for sending / receiving unit"),
            " / ".join(str(int(held["count"].get(side, 0))) for side in SIDES[:2]),
            _oldest(held),
            why=_("Open deliverables by the side whose move is awaited, as the data says."),
            asked=asked,
        ),
        Headline(
            "kpi-transfer-drift",
            _("Transfers whose versions differ"),
            _("{k} of {n}").format(k=len(differ), n=transfers),
            _longest(differ),
            why=_("Sending unit, receiving unit and dossier: two of the versions stated are not the same."),
            asked=drifted.attrs.get("asked"),
        ),
        Headline(
            "kpi-transfer-methods",
            _("Methods shown equivalent"),
            _("{k} of {n}").format(k=int((verdicts == "equivalent").sum()), n=len(judged_methods))
            if len(judged_methods)
            else "–",
            ngettext("{n} not demonstrated", "{n} not demonstrated", few).format(n=few)
            if len(judged_methods)
            else _("no method to compare"),
            why=_(
                "Method transfers by comparison or co-validation; waivers and revalidations are not counted."
            ),
            asked=verdicts.attrs.get("asked"),
        ),
    )


def _oldest(held: pd.DataFrame) -> str:
    days = held["oldest"].max() if len(held) else np.nan
    return _("no age stated") if pd.isna(days) else _("oldest {days} days").format(days=int(days))


def _longest(differ: pd.DataFrame) -> str:
    days = differ["days"].max() if len(differ) else np.nan
    if not len(differ):
        return _("none differs")
    return _("since an unknown day") if pd.isna(days) else _("longest {days} days").format(days=int(days))


def rules_in_words() -> str:
    """How deliverables and versions are judged, as the screen says it."""
    return _(
        "Late: failed, or open after its due day; at risk: {soon} days before it unless in review; else its "
        "status. Age counts from the day the status began. Versions differ when two of those stated are not "
        "the same. The next rung is reached when as many lots in a row were released in specification as the "
        "targets ask; pending lots are not counted. A method is compared on lots that both laboratories "
        "tested, lots of one donor once."
    ).format(soon=SOON_DAYS)
