"""The gate review: what the page counts, and what a decision must say before it is recorded.

Project rule R-09. A decision names its outcome, the body that decided, the day, which is not still to come,
and the rationale; a conditional go also names at least one condition, each with an owner and a day not before
the decision. A risk that somebody
accepted is counted apart from one that is open. A condition is overdue when it is open and its day lies
before the report day (due today is not overdue).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from firstdose.rules.overview import Headline
from firstdose.rules.readiness import JURISDICTIONS, NOT_APPLICABLE, SOON_DAYS
from firstdose.rules.readiness_library import applies
from firstdose.words import N_, _, ngettext, say_date

#: Outcomes of a gate in the order a form offers them, with their words.
OUTCOMES = {
    "go": N_("Go"),
    "conditional go": N_("Conditional go"),
    "hold": N_("Hold"),
    "no go": N_("No go"),
}
#: The colour of an outcome, as a status.
OUTCOME_MARKS = {"go": "closed", "conditional go": "at risk", "hold": "not started", "no go": "late"}
MILESTONES = {"filing": N_("Filing"), "first dose": N_("First dose")}


@dataclass(frozen=True, slots=True)
class Condition:
    """What must be met by when, and who must do it (a partner id)."""

    title: str
    owner: str
    due_on: date | None

    @property
    def blank(self) -> bool:
        """Whether nothing was written: an empty line of the form."""
        return not self.title.strip()


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision as it is written down, bound to the data version looked at."""

    program_id: str
    gate: str
    jurisdiction: str
    outcome: str
    rationale: str
    decided_by: str
    decided_on: date
    data_version: int
    conditions: tuple[Condition, ...] = ()

    @property
    def said(self) -> tuple[Condition, ...]:
        """The conditions that say something; only a conditional go has any."""
        if self.outcome != "conditional go":
            return ()
        return tuple(one for one in self.conditions if not one.blank)

    @property
    def id(self) -> str:
        """Made of the content: the same decision again is the same row, another one never takes its place."""
        told = (
            *(self.program_id, self.gate, self.jurisdiction, self.outcome, self.rationale, self.decided_by),
            *(self.decided_on, self.data_version, [(c.title, c.owner, c.due_on) for c in self.said]),
        )
        return f"D-{self.decided_on:%Y%m%d}-{hashlib.sha256(repr(told).encode()).hexdigest()[:10]}"


def missing(decision: Decision, latest: date) -> list[str]:
    """What a decision still lacks, in words and in the order of the form; empty when it can be recorded.

    ``latest`` is the last day on which it can have been taken: today.
    """
    lacks = []
    if decision.outcome not in OUTCOMES:
        lacks.append(_("Choose the outcome: go, conditional go, hold or no go."))
    if not decision.rationale.strip():
        lacks.append(_("Write the rationale: why it was decided so."))
    if not decision.decided_by.strip():
        lacks.append(_("Name the body that decided."))
    if decision.decided_on > latest:
        lacks.append(
            _(
                "A decision is recorded once it is taken: give the day on which it was decided, {day} at the "
                "latest."
            ).format(day=say_date(latest))
        )
    if decision.outcome == "conditional go":
        lacks += _conditions(decision)
    return lacks


def _conditions(decision: Decision) -> list[str]:
    if not decision.said:
        return [_("A conditional go needs at least one condition with an owner and a date.")]
    lacks = []
    for at, one in enumerate(decision.said, start=1):
        if not one.owner:
            lacks.append(_("Condition {n} has no owner.").format(n=at))
        if one.due_on is None:
            lacks.append(_("Condition {n} has no date.").format(n=at))
        elif one.due_on < decision.decided_on:
            lacks.append(_("Condition {n} is due before the day of the decision.").format(n=at))
    return lacks


def decision_row(decision: Decision) -> dict[str, str]:
    """The row of the table ``decisions``, cells as text; conditions in one cell, the latest day as theirs."""
    days = [one.due_on for one in decision.said if one.due_on]
    return {
        "decision_id": decision.id,
        "program_id": decision.program_id,
        "gate": decision.gate,
        "jurisdiction": decision.jurisdiction,
        "decided_on": decision.decided_on.isoformat(),
        "outcome": decision.outcome,
        "conditions": "; ".join(_line(one.title) for one in decision.said),
        "conditions_due_on": max(days).isoformat() if days else "",
        "rationale": _line(decision.rationale),
        "data_version": str(decision.data_version),
        "decided_by": _line(decision.decided_by),
    }


def action_rows(decision: Decision) -> list[dict[str, str]]:
    """The rows of the table ``actions``: one per condition, open, cells as text."""
    return [
        {
            "action_id": f"AC{decision.id[1:]}-{at}",
            "decision_id": decision.id,
            "program_id": decision.program_id,
            "kind": "condition",
            "title": _line(one.title),
            "title_ja": "",
            "owner_partner": one.owner,
            "due_on": one.due_on.isoformat() if one.due_on else "",
            "closed_on": "",
        }
        for at, one in enumerate(decision.said, start=1)
    ]


def _line(text: str) -> str:
    """Text on one line: a cell with line breaks is hard to read everywhere else."""
    return " ".join(text.split())


def overdue(promises: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The promises with mark (str: closed, late, at risk, in progress) and days overdue (int or none).

    At risk: open and due within 14 days, the limit of the readiness marks (our convention).
    """
    due = pd.to_datetime(promises["due_on"])
    left = (due - pd.Timestamp(as_of)).dt.days
    is_open = promises["is_open"].astype(bool)
    mark = pd.Series("in progress", index=promises.index, dtype="str")
    mark = mark.mask(left <= SOON_DAYS, "at risk").mask(left < 0, "late").mask(~is_open, "closed")
    days = (-left).where(is_open & (left < 0)).astype("Int64")
    return promises.assign(mark=mark, overdue_days=days)


def open_conditions(promises: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The conditions of decisions that are still open, the longest overdue first; columns as ``overdue``."""
    judged = overdue(promises, as_of)
    kept = judged[judged["is_open"].astype(bool) & judged["kind"].eq("condition")]
    kept = kept.sort_values(["due_on", "action_id"], ignore_index=True)
    kept.attrs = dict(promises.attrs)
    return kept


def asked_elsewhere(library: pd.DataFrame, where: str, milestone: str) -> pd.DataFrame:
    """Gate requirements of other jurisdictions than ``where`` that the program collects nowhere.

    Takes ``queries.readiness.library`` of every jurisdiction. One code means the same scientific requirement
    everywhere, so an item in any jurisdiction collects it. The first dose waits for filing too.
    """
    before = library["blocks"].eq(milestone) | (milestone == "first dose")
    other = library["jurisdiction"].ne(where) & library["gate"].astype(bool) & library["held_in"].isna()
    found = library[other & before & applies(library)]
    order = found["jurisdiction"].map({name: at for at, name in enumerate(JURISDICTIONS)})
    found = found.assign(order=order).sort_values(["order", "requirement_code"], ignore_index=True)
    found = found.drop(columns="order")
    found.attrs = dict(library.attrs)
    return found


def last_review(decisions: pd.DataFrame, version: int) -> dict[str, Any] | None:
    """The newest decision bound to an earlier data version than the one shown; none where there is none."""
    bound = decisions[pd.to_numeric(decisions["data_version"]).lt(version).fillna(value=False)]
    return None if bound.empty else {str(key): value for key, value in bound.iloc[0].to_dict().items()}


def headlines(
    judged: pd.DataFrame, gaps: pd.DataFrame, risks: pd.DataFrame, promised: pd.DataFrame, other: pd.DataFrame
) -> Sequence[Headline]:
    """Six figures of the gate, of judged criteria and promises, evidence gaps, risks, other requirements."""
    counted = judged[judged["status"] != NOT_APPLICABLE]
    closed, total = int((~counted["is_open"]).sum()), len(counted)
    late = int((counted["is_open"] & (counted["mark"] == "late")).sum())
    proven = int(gaps["is_closed"].sum())
    accepted, still = (int((risks["status"] == name).sum()) for name in ("accepted", "open"))
    waiting, past = int(promised["is_open"].sum()), int((promised["mark"] == "late").sum())
    regions = other["jurisdiction"].nunique()
    return (
        _figure(
            "criteria",
            _("Gate items closed"),
            _("{closed} of {total}").format(closed=closed, total=total),
            ngettext("{n} not applicable", "{n} not applicable", len(judged) - total).format(
                n=len(judged) - total
            ),
        ),
        _figure(
            "late",
            _("Gate items late"),
            str(late),
            _("of {n} open").format(n=total - closed),
            bad=late > 0,
        ),
        _figure(
            "evidence",
            _("Gate items with evidence gaps"),
            str(len(gaps)),
            _("{n} of them closed").format(n=proven),
            bad=proven > 0,
        ),
        _figure("risks", _("Risks accepted"), str(accepted), _("{n} open, not accepted").format(n=still)),
        _figure(
            "promises",
            _("Conditions and actions open"),
            str(waiting),
            _("{n} overdue").format(n=past),
            bad=past > 0,
        ),
        _figure(
            "elsewhere",
            _("Asked elsewhere, not collected"),
            str(other["requirement_code"].nunique()),
            ngettext("in {n} other jurisdiction", "in {n} other jurisdictions", regions).format(n=regions),
            why=_("A code counts once however many jurisdictions ask it: one item collects it for all."),
        ),
    )


def _figure(name: str, label: str, value: str, context: str, *, bad: bool = False, why: str = "") -> Headline:
    return Headline(f"kpi-review-{name}", label, value, context, tone="bad" if bad else "neutral", why=why)


def outcome_name(outcome: str) -> str:
    """The word of an outcome in the reader's language; an unknown one as it is written."""
    return _(OUTCOMES.get(outcome, "")) or outcome


def milestone_name(gate: str) -> str:
    """The word of a milestone in the reader's language; a stage code as it is written."""
    return _(MILESTONES.get(gate, "")) or gate


def outcome_names() -> Mapping[str, str]:
    """Every outcome with its word."""
    return {name: _(word) for name, word in OUTCOMES.items()}
