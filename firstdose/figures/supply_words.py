"""Supply in tables: cases, percentiles, slots, stock and gaps of identity as they are read."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from firstdose.figures import cells
from firstdose.figures.manufacturing_words import disposition
from firstdose.rules.supply_identity import gap_name
from firstdose.rules.supply_vein import PERCENTILES, part_name
from firstdose.words import N_, _, say_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstdose.rules.overview import Headline
    from firstdose.rules.supply_vein import Group

_OUTCOMES = {
    "infused": N_("infused"),
    "withdrawn": N_("withdrawn"),
    "died": N_("died"),
    "ineligible": N_("ineligible"),
    "running": N_("running"),
}


def outcome(kind: str) -> str:
    """How a case ended, in the reader's language."""
    return _(_OUTCOMES[kind])


def shown(found: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    """The frame with columns as they are read, its question kept."""
    told = found.assign(**columns)
    told.attrs = dict(found.attrs)
    return told


def group_columns() -> dict[str, str]:
    """The columns of the table of percentiles by group, in order."""
    return {
        "label": _("Group of cases"),
        "cases": _("Cases"),
        "infused": _("Infused, cases"),
        "running": _("Running"),
        "dropped": _("Dropped out"),
        **{f"p{p}": f"P{p}" for p in PERCENTILES},
        "km": _("Kaplan–Meier median"),
        "above": _("Above the target"),
        "past": _("Running past it"),
    }


def groups(found: "Sequence[Group]", attrs: dict[Any, Any]) -> pd.DataFrame:
    """Percentiles, medians and shares of groups of cases. Takes ``rules.supply_vein.group``."""
    rows = [
        {
            "label": one.label,
            "cases": one.cases,
            "infused": one.infused,
            "running": one.running,
            "dropped": one.dropped,
            **{f"p{p}": _days(value) for p, value in zip(PERCENTILES, one.percentiles, strict=True)},
            "km": _("not reached") if one.median is None else _days(one.median),
            "above": _("{k} of {n}").format(k=one.above.k, n=one.above.n)
            + (f" · {one.above.percent()}" if one.above.enough else ""),
            "past": one.past,
        }
        for one in found
    ]
    frame = pd.DataFrame(rows, columns=list(group_columns()))
    frame.attrs = dict(attrs)
    return frame


def _days(value: float | None) -> str:
    return "–" if value is None else say_number(value, 0 if float(value).is_integer() else 1)


def waiting_columns() -> dict[str, str]:
    """The columns of the waiting list, in order."""
    return {
        "state": _("State"),
        "lot": _("Lot"),
        "program_id": _("Program"),
        "site": _("Site"),
        "donor": _("Donor"),
        "begun": _("First collection"),
        "waited": _("Days"),
        "target": _("Target, days"),
        "where": _("Waits in"),
        "attempts": _("Attempts"),
    }


def waiting(found: pd.DataFrame) -> pd.DataFrame:
    """Running cases as read, the oldest first. Takes ``rules.supply_vein.waiting``."""
    rows = cells.rows(found)
    return shown(
        found,
        state=[cells.state(row["mark"]) for row in rows],
        lot=found["batch_id"],
        site=[cells.named(row, "partner_name") for row in rows],
        donor=found["donor_id"].fillna(""),
        begun=cells.days(found["begun_on"]),
        waited=found["days"].astype(int),
        target=["" if pd.isna(row["target_days"]) else say_number(row["target_days"]) for row in rows],
        where=[
            _("Repeat of the failed lot") if row["at"] == "repeat" else part_name(row["at"]) for row in rows
        ],
    )


def gap_columns() -> dict[str, str]:
    """The columns of the table of gaps, in order."""
    return {
        "lot": _("Lot"),
        "said": _("What is missing or wrong"),
        "program_id": _("Program"),
        "site": _("Site"),
        "donor": _("Donor"),
        "started": _("Started"),
    }


def gaps(found: pd.DataFrame) -> pd.DataFrame:
    """Gaps of the chain of identity as read; a lot opens in full. Takes ``rules.supply_identity.gaps``."""
    rows = cells.rows(found)
    return shown(
        found,
        lot=found["batch_id"],
        site=[cells.named(row, "partner_name") for row in rows],
        donor=found["donor_id"].fillna(""),
        said=[gap_name(row["gap"], row["other"]) for row in rows],
        started=cells.days(found["started_on"]),
        opens=[cells.opens(lot=lot) for lot in found["batch_id"]],
    )


def chain_columns() -> dict[str, str]:
    """The columns of the list of chains, in order."""
    return {
        "lot": _("Lot"),
        "donor": _("Donor"),
        "vector": _("Vector lot"),
        "collected": _("Collected"),
        "received": _("Received"),
        "started": _("Started"),
        "released": _("Released"),
        "shipped": _("Shipped"),
        "infused": _("Infused"),
        "state": _("Disposition"),
    }


def chains(found: pd.DataFrame) -> pd.DataFrame:
    """Every patient's lot with the links and days of its chain. Takes ``queries.supply.identity``."""
    names = ("collected", "received", "started", "released", "shipped", "infused")
    return shown(
        found,
        lot=found["batch_id"],
        donor=found["donor_id"].fillna(""),
        vector=found["vector_batch_id"].fillna(""),
        state=[disposition(one) for one in found["disposition"]],
        opens=[cells.opens(lot=lot) for lot in found["batch_id"]],
        **{name: cells.days(found[f"{name}_on"]) for name in names},
    )


def headline_columns() -> dict[str, str]:
    """The columns of the figures of supply on the overview."""
    return {"figure": _("Figure"), "value": _("Value"), "context": _("Of what")}


def headlines(found: "Mapping[str, Headline]", attrs: dict[Any, Any]) -> pd.DataFrame:
    """Figures of supply, a row each, by the section of the page that each opens."""
    rows = [
        {
            "figure": one.label,
            "value": one.value,
            "context": " · ".join(filter(None, (one.context, one.change))),
            "opens": cells.opens(section=section),
            "rule": one.why,
        }
        for section, one in found.items()
    ]
    frame = pd.DataFrame(rows, dtype="str")
    frame.attrs = dict(attrs)
    return frame
