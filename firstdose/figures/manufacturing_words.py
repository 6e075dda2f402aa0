"""Lots, results and deviations as they are read in tables; every verdict has symbol and word."""

from typing import Any

import pandas as pd

from firstdose.figures import cells, gantt, theme
from firstdose.figures.control_chart_marks import say_value
from firstdose.figures.manufacturing import purpose, severity
from firstdose.rules import data_words
from firstdose.rules.manufacturing import result_mark
from firstdose.words import N_, _, say_date

Row = dict[Any, Any]
_DISPOSITIONS = {
    "pending": ("in progress", N_("pending")),
    "released": ("closed", N_("released")),
    "released out of specification": ("at risk", N_("released out of specification")),
    "rejected": ("late", N_("rejected")),
    "terminated": ("late", N_("terminated")),
}
_RESULTS = {
    "passes": ("closed", N_("passes")),
    "fails": ("late", N_("fails")),
    "unclear": ("at risk", N_("unclear: a bound")),
    "no specification": ("not applicable", N_("no specification")),
}
_MATERIALS = {
    "vector": N_("vector"),
    "drug product": N_("drug product"),
    "starting material": N_("starting material"),
}
_SAMPLES = {
    "starting material": N_("starting material"),
    "in process": N_("in process"),
    "release": N_("release"),
    "stability": N_("stability"),
}
_PHASES = {"development": N_("development"), "clinical": N_("clinical"), "commercial": N_("commercial")}
_OUTCOMES = {
    "waiting": N_("waiting"),
    "infused": N_("infused"),
    "withdrawn": N_("withdrawn"),
    "died": N_("died"),
    "ineligible": N_("ineligible"),
}


def disposition(name: str) -> str:
    """The verdict on a lot as symbol and word."""
    mark, word = _DISPOSITIONS[name]
    return f"{theme.symbol(mark)} {_(word)}"


def material(name: str) -> str:
    """What a lot is, in the reader's language."""
    word = _MATERIALS.get(name, name)
    return _(word)


def phase(name: str) -> str:
    """The phase of a specification in the reader's language."""
    word = _PHASES.get(name, name)
    return _(word)


def lot_columns() -> dict[str, str]:
    """The columns of the list of lots, in order, with their labels."""
    return {
        "lot": _("Lot"),
        "verdict": _("Disposition"),
        "program": _("Program"),
        "what": _("Kind of lot"),
        "for_what": _("Purpose"),
        "site": _("Site"),
        "process_version": _("Process version"),
        "vector": _("Made with vector lot"),
        "donor": _("Donor"),
        "started": _("Started"),
        "deviations": _("Deviations"),
        "products": _("Lots made with it"),
    }


def lots(found: pd.DataFrame) -> pd.DataFrame:
    """The list of lots with genealogy. Takes ``queries.manufacturing.lots``."""
    rows = cells.rows(found)
    return _shown(
        found,
        lot=found["batch_id"],
        verdict=[disposition(row["disposition"]) for row in rows],
        program=found["program_id"],
        what=[material(row["material"]) for row in rows],
        for_what=[purpose(row["purpose"]) for row in rows],
        site=[cells.named(row, "partner_name") for row in rows],
        vector=found["vector_batch_id"].fillna(""),
        donor=found["donor_id"].fillna(""),
        started=cells.days(found["started_on"]),
        opens=_leads(found),
    )


def product_columns() -> dict[str, str]:
    """The columns of the lots made with one vector lot."""
    return {
        "lot": _("Lot"),
        "verdict": _("Disposition"),
        "program_id": _("Program"),
        "for_what": _("Purpose"),
        "site": _("Site"),
        "process_version": _("Process version"),
        "donor": _("Donor"),
        "started": _("Started"),
        "reason": _("Failure reason"),
    }


def products(found: pd.DataFrame) -> pd.DataFrame:
    """The lots made with one vector lot. Takes ``queries.manufacturing.products``."""
    rows = cells.rows(found)
    return _shown(
        found,
        lot=found["batch_id"],
        verdict=[disposition(row["disposition"]) for row in rows],
        for_what=[purpose(row["purpose"]) for row in rows],
        site=[cells.named(row, "partner_name") for row in rows],
        donor=found["donor_id"].fillna(""),
        started=cells.days(found["started_on"]),
        reason=found["failure_reason"].fillna("").map(data_words.said),
        opens=_leads(found),
    )


def life_columns() -> dict[str, str]:
    """The columns of the life of one lot."""
    return {"what": _("What"), "said": _("Value")}


def life(found: pd.DataFrame) -> pd.DataFrame:
    """One lot from collection to patient, a line each; empty ones are left out. Takes ``….lot``."""
    shown = pd.DataFrame({"what": [], "said": [], "opens": []}, dtype="str")
    if not found.empty:
        row = cells.rows(found)[0]
        vector = cells.text(row["vector_batch_id"])
        if vector and isinstance(row["vector_disposition"], str):
            vector = f"{vector} ({disposition(row['vector_disposition'])})"
        days = [
            (name, say_date(pd.Timestamp(row[key]).date())) for name, key in _days() if not pd.isna(row[key])
        ]
        said = [
            (_("Disposition"), disposition(row["disposition"])),
            (_("Failure reason"), data_words.said(cells.text(row["failure_reason"]))),
            (_("Program"), f"{row['program_id']} {cells.named(row, 'program_name')}"),
            (_("Kind of lot"), material(row["material"])),
            (_("Purpose"), purpose(row["purpose"])),
            (_("Site"), cells.named(row, "partner_name")),
            (_("Process version"), str(row["process_version"])),
            (_("Made with vector lot"), vector),
            (_("Donor"), cells.text(row["donor_id"])),
            (_("Repeats failed lot"), cells.text(row["replaces_batch_id"])),
            *days,
            (_("Patient"), _outcome(row["patient_outcome"])),
        ]
        leads = {
            _("Made with vector lot"): cells.text(row["vector_batch_id"]),
            _("Repeats failed lot"): cells.text(row["replaces_batch_id"]),
        }
        kept = [
            (what, value, cells.opens(lot=leads[what]) if what in leads else "")
            for what, value in said
            if value
        ]
        shown = pd.DataFrame(kept, columns=["what", "said", "opens"], dtype="str")
    shown.attrs = dict(found.attrs)
    return shown


def _days() -> tuple[tuple[str, str], ...]:
    return (
        (_("Collected"), "collected_on"),
        (_("Received"), "received_on"),
        (_("Started"), "started_on"),
        (_("Harvested"), "harvested_on"),
        (_("Released"), "released_on"),
        (_("Shipped"), "shipped_on"),
        (_("Infused"), "infused_on"),
        (_("Outcome on"), "outcome_on"),
    )


def _outcome(value: object) -> str:
    word = _OUTCOMES.get(cells.text(value), "")
    return _(word)


def result_columns() -> dict[str, str]:
    """The columns of the results of one lot."""
    return {
        "verdict": _("Result"),
        "attribute": _("Attribute"),
        "measured": _("Value"),
        "specified": _("Specification"),
        "valid": _("Valid from"),
        "point": _("Sample"),
        "tested": _("Tested"),
        "lab_partner": _("Laboratory"),
        "method_version": _("Method version"),
    }


def results(found: pd.DataFrame) -> pd.DataFrame:
    """The results of one lot, failures on top. Takes ``queries.manufacturing.lot_results``."""
    rows = cells.rows(found)
    marks = [result_mark(row) for row in rows]
    order = {"fails": 0, "unclear": 1, "passes": 2, "no specification": 3}
    shown = _shown(
        found,
        verdict=[_result(mark) for mark in marks],
        attribute=[cells.named(row, "name") for row in rows],
        measured=[_measured(row) for row in rows],
        specified=[limits(row["lower"], row["upper"]) for row in rows],
        valid=cells.days(found["valid_from"]),
        point=[_sample(row["sample"]) for row in rows],
        tested=cells.days(found["tested_on"]),
        rank=[order[mark] for mark in marks],
    )
    return shown.sort_values("rank", kind="stable", ignore_index=True)


def _result(mark: str) -> str:
    status, word = _RESULTS[mark]
    return f"{theme.symbol(status)} {_(word)}"


def _sample(name: str) -> str:
    word = _SAMPLES.get(name, name)
    return _(word)


def _measured(row: Row) -> str:
    if pd.isna(row["value"]):
        return _("conforms") if row["passed"] else _("does not conform")
    return f"{cells.text(row['qualifier'])}{say_value(row['value'])} {cells.text(row['unit'])}".strip()


def limits(lower: float | None, upper: float | None) -> str:
    """The limits of a specification: ``6.8–7.8``, ``≥ 70``, ``≤ 5``; empty without any."""
    low, high = (None if one is None or pd.isna(one) else say_value(float(one)) for one in (lower, upper))
    if low and high:
        return f"{low}–{high}"
    return f"≥ {low}" if low else f"≤ {high}" if high else ""


def deviation_columns() -> dict[str, str]:
    """The columns of the list of deviations."""
    return {
        "mark": _("State"),
        "deviation_id": _("Deviation"),
        "lot": _("Lot"),
        "site": _("Site"),
        "grave": _("Severity"),
        "category": _("Category"),
        "title": _("Title"),
        "opened": _("Opened"),
        "due": _("Due"),
        "closed": _("Closed"),
        "age_days": _("Days"),
        "cause": _("Root cause"),
    }


def deviations(found: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Deviations, open ones first as asked. Takes ``queries.manufacturing.deviations``."""
    rows = cells.rows(found)
    return _shown(
        found,
        mark=[_state(row, as_of) for row in rows],
        lot=found["batch_id"].fillna(""),
        site=[cells.named(row, "partner_name") for row in rows],
        grave=[severity(row["severity"]) for row in rows],
        title=[gantt.shorten(row["title"], 70) for row in rows],
        opened=cells.days(found["opened_on"]),
        due=cells.days(found["due_on"]),
        closed=cells.days(found["closed_on"]),
        category=found["category"].map(data_words.said),
        cause=found["root_cause"].fillna("").map(data_words.said),
        opens=_leads(found),
    )


def _state(row: Row, as_of: pd.Timestamp) -> str:
    if not pd.isna(row["closed_on"]):
        return cells.state("closed")
    return cells.state("late" if not pd.isna(row["due_on"]) and row["due_on"] < as_of else "in progress")


def _leads(found: pd.DataFrame) -> list[str]:
    """What a cell that names a lot adds to a link; nothing where there is none."""
    return [cells.opens(lot=lot) if cells.text(lot) else "" for lot in found["batch_id"]]


def _shown(found: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    shown = found.assign(**columns)
    shown.attrs = dict(found.attrs)
    return shown
