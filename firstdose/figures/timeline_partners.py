"""What partners owe each other, as read on screen: standing with on-time share, and the agenda."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from firstdose.figures import theme
from firstdose.figures.timeline_words import named
from firstdose.rules.timeline import in_language
from firstdose.words import _


def standing_columns() -> dict[str, str]:
    """The columns of the table of partners, in order."""
    return {
        "partner": _("Partner"),
        "late_said": _("Late"),
        "open": _("Open"),
        "most_overdue_days": _("Most overdue, days"),
        "share_said": _("On-time share (95 %)"),
        "in_time_said": _("Done in time"),
    }


def standing_rows(standing: pd.DataFrame) -> pd.DataFrame:
    """Partners as read on screen; takes ``rules.timeline_partners.standing``."""
    rows: list[dict[Any, Any]] = [dict(row) for row in standing.to_dict("records")]
    found = standing.drop(columns="share").assign(
        partner=in_language(standing, "partner_name").fillna(standing["partner_id"]),
        late_said=[_late(row["late"]) for row in rows],
        in_time_said=[_("{n} of {all}").format(n=row["in_time"], all=row["done"]) for row in rows],
        share_said=[row["share"].percent() for row in rows],
    )
    found.attrs = dict(standing.attrs)
    return found


def _late(n: int) -> str:
    return f"{theme.symbol('late')} {n}" if n else "0"


def agenda_columns() -> dict[str, str]:
    """The columns of the agenda, in order."""
    return {
        "pair": _("Between"),
        "due": _("Due"),
        "mark": _("State"),
        "name": _("What is owed"),
        "owner": _("Waiting on"),
        "receiver": _("Who waits"),
        "program_id": _("Program"),
        "first": _("Needs first"),
    }


def agenda_rows(agenda: pd.DataFrame, tasks: pd.DataFrame) -> pd.DataFrame:
    """The agenda as read on screen; takes ``rules.timeline_partners.agenda`` and the plan, for names."""
    names = dict(zip(tasks["task_id"], in_language(tasks, "name"), strict=True))
    rows: list[dict[Any, Any]] = [dict(row) for row in agenda.to_dict("records")]
    found = agenda[["task_id"]].assign(
        pair=[_pair(row) for row in rows],
        due=pd.to_datetime(agenda["due_on"]).dt.date.astype(object),
        mark=[f"{theme.symbol(row['mark'])} {theme.word(row['mark'])}" for row in rows],
        name=in_language(agenda, "name"),
        owner=[named(row, "partner") for row in rows],
        receiver=[named(row, "receiver") for row in rows],
        program_id=agenda["program_id"].fillna(_("Alliance")),
        first=[_first(row["first"], names) for row in rows],
    )
    found.attrs = dict(agenda.attrs)
    return found


def _pair(row: dict[Any, Any]) -> str:
    """Both partners by name, in the order of their ids, whoever owes."""
    sides = {row["partner_id"]: named(row, "partner"), row["receiver_partner"]: named(row, "receiver")}
    return " ⇄ ".join(sides[one] for one in sorted(sides))


def _first(waits: list[str], names: Mapping[str, str]) -> str:
    more = len(waits) - 2
    said = _("; ").join(names[one] for one in waits[:2])
    return said + (_(" and {n} more").format(n=more) if more > 0 else "")
