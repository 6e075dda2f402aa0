"""Deliverables and versions of transfers as they are read in tables; every verdict has symbol and word."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from firstdose.figures import cells, theme
from firstdose.figures.transfer import kind, named, stage_word
from firstdose.words import N_, _, ngettext, say_date

Row = dict[Any, Any]
_STATUS = {
    "not started": N_("not started"),
    "in progress": N_("in progress"),
    "in review": N_("in review"),
    "failed": N_("failed its criterion"),
    "not applicable": N_("not applicable"),
    "closed": N_("closed"),
}
_DRIFT = {
    "differ": ("at risk", N_("differ")),
    "same": ("closed", N_("the same")),
    "one stated": ("not started", N_("only one stated")),
    "none stated": ("not started", N_("none stated")),
}


def shown(found: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    """A frame with what is said of its rows beside their columns."""
    said = found.assign(**columns)
    said.attrs = dict(found.attrs)
    return said


def deliverable_columns(judged: pd.DataFrame, transfers: Sequence[Row]) -> dict[str, str]:
    """The columns of the deliverables, both units side by side; a third party where one must move."""
    third = {"third": _("Third party")} if "third party" in set(judged["waiting_on"]) else {}
    several = {"moves": _("Transfer")} if len(transfers) > 1 else {}
    return {
        "state": _("State"),
        "what": _("Deliverable"),
        **several,
        "stage": _("Stage"),
        "item": _("For readiness item"),
        "sending": _("Sending"),
        "receiving": _("Receiving"),
        **third,
        "age": _("Age, days"),
        "due": _("Due"),
        "wanted": _("Acceptance criterion"),
    }


def units(transfers: Sequence[Row]) -> str:
    """How to read the dots: the sending and the receiving unit by name where it is one of each."""
    names = [{cells.named(row, f"{side}_name") for row in transfers} for side in ("sending", "receiving")]
    if any(len(one) != 1 for one in names):
        return _("● must move; sending and receiving unit side by side; a readiness item opens on its page")
    return _(
        "● must move; sending: {sending}, receiving: {receiving}; a readiness item opens on its page"
    ).format(sending=names[0].pop(), receiving=names[1].pop())


def deliverables(judged: pd.DataFrame, transfers: Mapping[str, Row]) -> pd.DataFrame:
    """Deliverables with state, a dot under the side whose move is awaited, and the item they serve.

    Takes ``rules.transfer.chosen`` and the rows of ``queries.transfer.transfers`` by id; rows and order stay.
    Adds opens: the part of a link to the readiness item.
    """
    rows = cells.rows(judged)
    return shown(
        judged,
        state=[_state(row) for row in rows],
        moves=[named(transfers[row["transfer_id"]]) for row in rows],
        stage=[stage_word(row["stage_code"]) for row in rows],
        what=[cells.named(row, "title") for row in rows],
        sending=[_waits(row, "sending") for row in rows],
        receiving=[_waits(row, "receiving") for row in rows],
        third=[_waits(row, "third party") for row in rows],
        age=judged["age_days"].astype("Int64"),
        due=cells.days(judged["due_on"]),
        item=[_item(row) for row in rows],
        wanted=[cells.named(row, "criterion") for row in rows],
        opens=[cells.opens(item=row["item_id"]) if cells.text(row["item_id"]) else "" for row in rows],
    )


def _state(row: Row) -> str:
    return f"{theme.symbol(row['mark'])} {_told(row)}"


def _told(row: Row) -> str:
    """The status in words; an accepted one with its day, a late one with its days."""
    if row["status"] == "accepted":
        if pd.isna(row["done_on"]):
            return _("accepted, day not stated")
        return _("accepted on {day}").format(day=say_date(row["done_on"].date()))
    status = _status(row["status"])
    if row["status"] == "failed" or row["mark"] not in ("late", "at risk"):
        return status
    if row["mark"] == "at risk":
        return _("at risk, {status}").format(status=status)
    days = int(row["days_late"])
    return ngettext("{n} day late, {status}", "{n} days late, {status}", days).format(n=days, status=status)


def _status(name: str) -> str:
    word = _STATUS[name]
    return _(word)


def _waits(row: Row, side: str) -> str:
    return "●" if row["is_open"] and row["waiting_on"] == side else ""


def _item(row: Row) -> str:
    if not cells.text(row["item_id"]):
        return ""
    name = f"{cells.text(row['requirement_code'])} {cells.named(row, 'item_title')}".strip()
    return f"{name} ({_status(row['item_status'])}, {cells.milestone(row['item_blocks'])})"


def drift_columns() -> dict[str, str]:
    """The columns of the versions, in order."""
    return {
        "state": _("Versions"),
        "moves": _("Transfer"),
        "sort": _("Kind"),
        "sending": _("At the sending unit"),
        "receiving": _("At the receiving unit"),
        "filed": _("In the dossier"),
        "from_day": _("Differ since"),
        "for_days": _("Days"),
    }


def drifts(found: pd.DataFrame) -> pd.DataFrame:
    """Versions side by side with units. Takes ``rules.transfer.drifts``."""
    rows = cells.rows(found)
    return shown(
        found,
        state=[marked(_DRIFT[row["drift"]]) for row in rows],
        moves=[named(row) for row in rows],
        sort=[kind(row) for row in rows],
        sending=[_version(row, "sending") for row in rows],
        receiving=[_version(row, "receiving") for row in rows],
        filed=[cells.text(row["filed_version"]) or "–" for row in rows],
        from_day=[_since(row) for row in rows],
        for_days=found["days"].astype("Int64"),
    )


def marked(pair: tuple[str, str]) -> str:
    """A status and its word as symbol and word in the reader's language."""
    return f"{theme.symbol(pair[0])} {_(pair[1])}"


def _version(row: Row, side: str) -> str:
    return f"{cells.text(row[f'{side}_version']) or '–'} · {cells.named(row, f'{side}_name')}"


def _since(row: Row) -> str:
    if row["drift"] != "differ":
        return ""
    if pd.isna(row["since"]):
        return _("unknown")
    day = say_date(row["since"].date())
    return _("{day} or before").format(day=day) if row["at_least"] else day
