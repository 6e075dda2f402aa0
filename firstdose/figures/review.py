"""The tables of a gate review in words: evidence, risks, conditions, other jurisdictions, decisions."""

import pandas as pd

from firstdose.figures import cells, theme
from firstdose.rules import review as rules
from firstdose.rules.readiness import JURISDICTIONS, area_name
from firstdose.words import N_, _, say_date, say_number

_RISKS = {
    "accepted": ("at risk", N_("accepted")),
    "occurred": ("late", N_("occurred")),
    "open": ("in progress", N_("open")),
}
MOST = 200  # rows drawn at once: a review is printed whole (our convention)


def evidence_gaps(gaps: pd.DataFrame) -> pd.DataFrame:
    """Evidence gaps as read: a closed item without valid evidence is at risk, an open one as it stands."""
    rows = cells.rows(gaps)
    return gaps.assign(
        mark=[cells.state("at risk" if row["is_closed"] else row["status"]) for row in rows],
        item=[cells.named(row, "title") for row in rows],
        area=gaps["area"].map(area_name),
        owner=[cells.named(row, "owner_name") for row in rows],
        state=[_gap(row) for row in rows],
    )


def _gap(row: cells.Row) -> str:
    """What is wrong with the evidence of one item: ``1 of 3 approved; 1 superseded``."""
    said = [_("{approved} of {expected} approved").format(**row)]
    said += [
        words.format(n=row[name])
        for name, words in (
            ("drafts", _("{n} draft")),
            ("superseded", _("{n} superseded")),
            ("expired", _("{n} expired")),
        )
        if row[name]
    ]
    return _("; ").join(said)


def evidence_columns() -> dict[str, str]:
    """The columns of the evidence gaps with their labels."""
    return {
        "mark": _("State"),
        "item": _("Item"),
        "area": _("Area"),
        "state": _("Evidence"),
        "documents": _("Superseded or expired"),
        "owner": _("Owner"),
    }


def chain(plan: pd.DataFrame, ids: tuple[str, ...]) -> pd.DataFrame:
    """The items of a chain in its order, with the day needed and the float in days.

    Takes ``rules.readiness_network.with_need`` over the whole plan. Float: last day that holds the committed
    milestone minus forecast; negative when the forecast lies after it, none without both days.
    """
    found = plan.set_index("item_id").reindex(list(ids)).reset_index()
    rows = cells.rows(found)
    room = (pd.to_datetime(found["latest_on"]) - pd.to_datetime(found["forecast_on"])).dt.days
    shown = found.assign(
        mark=[cells.state(row["status"]) for row in rows],
        item=[cells.named(row, "title") for row in rows],
        area=found["area"].map(area_name),
        owner=[cells.named(row, "owner_name") for row in rows],
        need=cells.days(found["need_on"]),
        forecast=cells.days(found["forecast_on"]),
        float_days=room.astype("Int64"),
    )
    shown.attrs = dict(plan.attrs)
    return shown


def chain_columns() -> dict[str, str]:
    """The columns of the longest chain with their labels."""
    return {
        "mark": _("State"),
        "item": _("Item"),
        "area": _("Area"),
        "lead_days": _("Typical lead time, days"),
        "need": _("Needed by"),
        "forecast": _("Forecast"),
        "float_days": _("Float, days"),
        "owner": _("Owner"),
    }


def risks(frame: pd.DataFrame) -> pd.DataFrame:
    """Risks as read: what it is, how likely, how many days, who accepted it."""
    rows = cells.rows(frame)
    return frame.assign(
        state=[_risk_state(row) for row in rows],
        risk=[cells.named(row, "title") for row in rows],
        impact=[
            "–".join(say_number(row[f"impact_{name}_days"]) for name in ("low", "mid", "high"))
            for row in rows
        ],
        owner=[cells.named(row, "owner_name") for row in rows],
        review_on=cells.days(frame["review_on"]),
        accepted=[
            _("{by}, {day}").format(by=row["accepted_by"], day=say_date(row["accepted_on"]))
            if cells.text(row["accepted_by"]) and pd.notna(row["accepted_on"])
            else cells.text(row["accepted_by"]) or _("nobody")
            for row in rows
        ],
    )


def _risk_state(row: cells.Row) -> str:
    mark, word = _RISKS.get(row["status"], ("in progress", row["status"]))
    return f"{theme.symbol(mark)} {_(word)}"


def risk_columns() -> dict[str, str]:
    """The columns of the risks with their labels."""
    return {
        "state": _("State"),
        "risk": _("Risk"),
        "probability_pct": _("Probability, %"),
        "impact": _("Impact, days (low–mid–high)"),
        "owner": _("Owner"),
        "mitigation": _("Mitigation"),
        "accepted": _("Accepted by"),
        "review_on": _("Review on"),
    }


def promises(judged: pd.DataFrame) -> pd.DataFrame:
    """Conditions and actions as read, beside ``opens``, the part of a link that names the gate behind them.

    Takes ``rules.review.overdue``.
    """
    rows = cells.rows(judged)
    return judged.assign(
        due_on=cells.days(judged["due_on"]),
        closed_on=cells.days(judged["closed_on"]),
        state=[f"{theme.symbol(row['mark'])} {_promise(row)}" for row in rows],
        what=[cells.named(row, "title") for row in rows],
        sort=[_("Condition") if row["kind"] == "condition" else _("Action") for row in rows],
        owner=[cells.named(row, "owner_name") for row in rows],
        behind=[
            _("{decision}, {gate}").format(
                decision=row["decision_id"], gate=rules.milestone_name(cells.text(row["gate"]))
            )
            if cells.text(row["decision_id"])
            else ""
            for row in rows
        ],
        opens=[_gate(row) for row in rows],
    )


def _gate(row: cells.Row) -> str:
    """The part of a link that names the review of a gate; empty where nothing names one."""
    where, gate, program = (cells.text(row[name]) for name in ("jurisdiction", "gate", "program_id"))
    known = where in JURISDICTIONS and gate in rules.MILESTONES and program
    return cells.opens(of=program, where=where, blocks=gate) if known else ""


def condition_columns() -> dict[str, str]:
    """The columns of open conditions on the overview with their labels."""
    return {
        "state": _("State"),
        "what": _("What"),
        "program_id": _("Program"),
        "due_on": _("Due"),
        "owner": _("Owner"),
        "behind": _("Decision"),
    }


def _promise(row: cells.Row) -> str:
    if row["mark"] == "late":
        return _("overdue by {n} d").format(n=row["overdue_days"])
    return theme.word(row["mark"]) if row["mark"] == "closed" else _("open")


def promise_columns() -> dict[str, str]:
    """The columns of conditions and actions with their labels."""
    return {
        "state": _("State"),
        "what": _("What"),
        "sort": _("Kind"),
        "due_on": _("Due"),
        "closed_on": _("Closed"),
        "owner": _("Owner"),
        "behind": _("Decision"),
    }


def elsewhere(frame: pd.DataFrame) -> pd.DataFrame:
    """Requirements of other jurisdictions as read."""
    rows = cells.rows(frame)
    return frame.assign(
        requirement=[cells.named(row, "title") for row in rows],
        area=frame["area"].map(area_name),
        source=[cells.source(row) for row in rows],
    )


def elsewhere_columns() -> dict[str, str]:
    """The columns of what other jurisdictions ask, with their labels."""
    return {
        "jurisdiction": _("Where"),
        "requirement_code": _("Code"),
        "requirement": _("Requirement"),
        "area": _("Area"),
        "lead_days": _("Typical lead time, days"),
        "source": _("Source of the requirement"),
    }


def decisions(frame: pd.DataFrame) -> pd.DataFrame:
    """Past decisions as read, newest first."""
    rows = cells.rows(frame)
    return frame.assign(
        decided_on=cells.days(frame["decided_on"]),
        conditions_due_on=cells.days(frame["conditions_due_on"]),
        result=[
            f"{theme.symbol(rules.OUTCOME_MARKS[row['outcome']])} {rules.outcome_name(row['outcome'])}"
            for row in rows
        ],
        version=["" if pd.isna(row["data_version"]) else f"v{int(row['data_version'])}" for row in rows],
    )


def decision_columns() -> dict[str, str]:
    """The columns of past decisions with their labels."""
    return {
        "result": _("Outcome"),
        "decided_on": _("Decided on"),
        "decided_by": _("Decided by"),
        "rationale": _("Rationale"),
        "conditions": _("Conditions"),
        "conditions_due_on": _("Conditions due"),
        "version": _("Data version"),
        "decision_id": _("Decision"),
    }
