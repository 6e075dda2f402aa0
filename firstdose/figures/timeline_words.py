"""The plan in words: what the pointer shows, and the tables of hand-offs and milestones."""

from typing import Any

import pandas as pd

from firstdose.figures import theme
from firstdose.rules.timeline import in_language, workstream_name
from firstdose.words import N_, _, either, ngettext, say_date, say_number

Row = dict[Any, Any]

_KINDS = {
    "task": N_("task"),
    "milestone": N_("milestone"),
    "decision": N_("decision"),
    "deliverable": N_("deliverable"),
    "summary": N_("folded workstream"),
}
_ANCHORS = {"filing": N_("filing"), "first dose": N_("first dose")}


def known(value: Any) -> Any:
    """The value, or none where a frame holds a missing one."""
    return None if value is None or value != value else value


def named(row: Row, who: str) -> str:
    """The name of a row's partner or receiver in the reader's language; its code where it has none."""
    name = known(row[f"{who}_name"]) or row["partner_id" if who == "partner" else "receiver_partner"]
    return either(str(name), known(row[f"{who}_name_ja"]))


def told(row: Row, name: str) -> str:
    """A row in words, as the pointer shows it."""
    lines = [f"<b>{theme.show_text(name)}</b>"]
    where = [
        row["program_id"],
        workstream_name(row["workstream"]),
        _(_KINDS[row["kind"]]),
        row["jurisdiction"],
    ]
    lines.append(theme.show_text(" · ".join(str(part) for part in where if known(part))))
    who = theme.show_text(named(row, "partner"))
    if known(row["receiver_partner"]):
        who += " → " + theme.show_text(named(row, "receiver"))
    lines.append(who)
    said = f"{theme.symbol(row['mark'])} {theme.word(row['mark'])}"
    lines.append(f"{said}: {row['why']}" if row["why"] else said)
    for label, kind in ((_("baseline"), "baseline"), (_("forecast"), "forecast"), (_("actual"), "actual")):
        start, finish = (known(row[f"{kind}_{end}"]) for end in ("start", "finish"))
        if start is not None or finish is not None:
            lines.append(f"{label}: {say_date(start)} – {say_date(finish)}")
    if known(row["percent_complete"]) is not None:
        lines.append(_("{n} % complete").format(n=say_number(row["percent_complete"])))
    return "<br>".join(lines)


def milestone_name(row: Row) -> str:
    """A milestone in one line: program, what it is, where."""
    parts = [row["program_id"], _(_ANCHORS[row["anchor"]]), known(row["jurisdiction"])]
    return " · ".join(str(part) for part in parts if part)


def contradiction_columns() -> dict[str, str]:
    """The columns of the table of contradicted claims, in order."""
    return {
        "days": _("Days"),
        "shown": _("Task"),
        "program_id": _("Program"),
        "partner": _("Partner"),
        "claimed": _("Claimed finish"),
        "computed": _("Computed finish"),
        "held": _("Held by"),
    }


def contradictions(found: pd.DataFrame) -> pd.DataFrame:
    """Claims the network contradicts, as read on screen; takes ``rules.timeline_network.contradicted``."""
    rows = found[["task_id", "days", "held"]].assign(
        shown=in_language(found, "name"),
        program_id=found["program_id"].fillna(_("Alliance")),
        partner=in_language(found, "partner_name").fillna(found["partner_id"]),
        claimed=_dates(found["claimed_on"]),
        computed=_dates(found["computed_on"]),
    )
    rows.attrs = dict(found.attrs)
    return rows


def hidden_in_words(rows: pd.DataFrame) -> str:
    """How many rows were left out of the picture, in words; empty when all are drawn."""
    hidden = int(rows.attrs.get("hidden", 0))
    said = ngettext(
        "{n} more row is not drawn: done, or far from the report day.",
        "{n} more rows are not drawn: done, or far from the report day.",
        hidden,
    )
    return said.format(n=hidden) if hidden else ""


def handoff_columns() -> dict[str, str]:
    """The columns of the hand-off table, in order, with their labels."""
    return {
        "mark": _("State"),
        "name": _("What is owed"),
        "owner": _("Waiting on"),
        "receiver": _("Who waits"),
        "program_id": _("Program"),
        "promised": _("Promised"),
        "forecast": _("Forecast"),
        "overdue_days": _("Days overdue"),
        "slip_days": _("Days behind baseline"),
        "why": _("Why"),
        "note": _("Note"),
    }


def handoffs(judged: pd.DataFrame) -> pd.DataFrame:
    """Open hand-offs as read on screen, the longest overdue first; takes ``rules.timeline.owed``.

    Columns: mark, name, owner, receiver, program_id, why, note (str), promised, forecast (date),
    overdue_days, slip_days (int).
    """
    rows: list[Row] = [dict(row) for row in judged.to_dict("records")]
    return judged[["task_id", "overdue_days", "slip_days", "why"]].assign(
        mark=[_state(row) for row in rows],
        name=in_language(judged, "name"),
        owner=[named(row, "partner") for row in rows],
        receiver=[named(row, "receiver") for row in rows],
        program_id=judged["program_id"].fillna(_("Alliance")),
        promised=_dates(judged["promised_on"]),
        forecast=_dates(judged["forecast_finish"]),
        note=judged["note"].fillna(""),
    )


def milestone_columns() -> dict[str, str]:
    """The columns of the milestone table, in order, with their labels."""
    return {
        "mark": _("State"),
        "program": _("Program"),
        "milestone": _("Milestone"),
        "jurisdiction": _("Where"),
        "baseline": _("Baseline"),
        "forecast": _("Forecast"),
        "actual": _("Actual"),
        "slip_days": _("Slip, days"),
        "target": _("Target"),
        "to_target_days": _("Days after target"),
        "why": _("Why"),
    }


def milestones(judged: pd.DataFrame) -> pd.DataFrame:
    """Filing and first dose as read on screen; takes ``rules.timeline.task_marks`` of the milestones.

    Columns: mark, program, milestone, jurisdiction, why (str), baseline, forecast, actual, target (date),
    slip_days, to_target_days (int; minus is before the target).
    """
    rows: list[Row] = [dict(row) for row in judged.to_dict("records")]
    return judged[["task_id", "slip_days", "to_target_days", "why"]].assign(
        mark=[_state(row) for row in rows],
        program=judged["program_id"] + " · " + in_language(judged, "program_name"),
        milestone=[_(_ANCHORS[row["anchor"]]) for row in rows],
        jurisdiction=judged["jurisdiction"].fillna(_("all")),
        baseline=_dates(judged["baseline_finish"]),
        forecast=_dates(judged["forecast_finish"]),
        actual=_dates(judged["actual_finish"]),
        target=_dates(judged["target_on"]),
    )


def _state(row: Row) -> str:
    return f"{theme.symbol(row['mark'])} {theme.word(row['mark'])}"


def _dates(column: "pd.Series[Any]") -> "pd.Series[Any]":
    return pd.to_datetime(column).dt.date.astype(object)
