"""The selection of lots and the facts of a comparison, as a report tells them."""

from typing import Any

import pandas as pd

from firstdose.figures import cells, theme
from firstdose.figures.comparability_words import groups_in_words
from firstdose.figures.manufacturing import purpose
from firstdose.figures.manufacturing_words import disposition, material
from firstdose.rules.comparability import VERSIONS, Left, Sides
from firstdose.rules.comparability_judged import combined
from firstdose.words import N_, _, ngettext

Row = dict[Any, Any]
_ROLES = {
    "alone": N_("counts"),
    "combined": N_("combined with the other lots of its donor"),
    "silent": N_("no result yet"),
}


def lot_columns() -> dict[str, str]:
    """The columns of the selection of lots."""
    return {
        "group": _("Group of lots"),
        "lot": _("Lot"),
        "role": _("In the comparison"),
        "donor": _("Donor"),
        "site": _("Site"),
        "version": _("Process version"),
        "for_what": _("Purpose"),
        "started": _("Started"),
        "verdict": _("Disposition"),
    }


def lots(
    found: pd.DataFrame, points: pd.DataFrame, left: tuple[Left, ...], named: tuple[str, str]
) -> pd.DataFrame:
    """Every lot of both groups: those left out on top, then by group in the order of manufacture."""
    told = combined(found, points, [one.lot for one in left])
    told = told.assign(late=told["role"] != "out").sort_values(
        ["late", "side", "started_on", "batch_id"], ignore_index=True
    )
    reasons = {one.lot: one.reason for one in left}
    rows = cells.rows(told)
    shown = pd.DataFrame(
        {
            "group": [named[0] if row["side"] == "first" else named[1] for row in rows],
            "lot": told["batch_id"],
            "role": [_role(row, reasons) for row in rows],
            "donor": told["donor_id"].fillna("–"),
            "site": [cells.named(row, "partner_name") for row in rows],
            "version": told["process_version"],
            "for_what": [purpose(str(row["purpose"])) for row in rows],
            "started": cells.days(told["started_on"]),
            "verdict": [disposition(row["disposition"]) for row in rows],
        },
        columns=list(lot_columns()),
    )
    shown.attrs = dict(found.attrs)
    return shown


def _role(row: Row, reasons: dict[str, str]) -> str:
    if row["role"] != "out":
        word = _ROLES[row["role"]]
        return _(word)
    reason = reasons.get(row["batch_id"], "")
    if not reason:
        return f"{theme.symbol('at risk')} " + _("left out: no reason given")
    return _("left out: {reason}").format(reason=reason)


def unknown(found: pd.DataFrame, left: tuple[Left, ...]) -> tuple[str, ...]:
    """Lots that the link leaves out and that are in neither group."""
    there = set(found["batch_id"])
    return tuple(one.lot for one in left if one.lot not in there)


def fact_columns() -> dict[str, str]:
    """The columns of the facts."""
    return {"what": _("What"), "said": _("Value")}


def facts(
    sides: Sides,
    named: tuple[str, str],
    held: str,
    program: str,
    found: pd.DataFrame,
    counted: pd.DataFrame,
    left: tuple[Left, ...],
    method: str,
    told: tuple[str, str],
) -> pd.DataFrame:
    """What was compared, how, on which data.

    ``found`` are the lots of both groups, ``counted`` those with results; ``told`` is the data version and
    the report day in words.
    """
    out = [one for one in left if one.lot in set(found["batch_id"])]
    rows = [
        (_("Program"), program),
        (_("Kind of lot"), material(sides.material)),
        (_("Compared"), groups_in_words(sides, named)),
        (_("Site") if sides.compare == VERSIONS else _("Process version"), held or _("all of both groups")),
        (_("Lots with results"), _counted(counted, named)),
        (_("Lots left out"), "; ".join(map(reasoned, out)) or _("none")),
        (_("Mixed within a group"), _mixed(counted, sides, named) or _("nothing")),
        (_("Donors"), _("Lots of one donor count once a group, by the mean of their results.")),
        (
            _("Margins"),
            _("From the attributes of this data version: tier, margin in SD, width of the quality range."),
        ),
        (_("Method"), method),
        (_("Data version"), told[0]),
        (_("Report day"), told[1]),
    ]  # fmt: skip
    shown = pd.DataFrame(rows, columns=list(fact_columns()))
    shown.attrs = dict(found.attrs)
    return shown


def reasoned(one: Left) -> str:
    """A lot left out and why, in words."""
    reason = one.reason or _("no reason given")
    return f"{one.lot}: {reason}"


def _counted(counted: pd.DataFrame, named: tuple[str, str]) -> str:
    said = []
    for side, name in zip(("first", "second"), named, strict=True):
        n = int((counted["side"] == side).sum())
        said.append(f"{name}: " + ngettext("{n} lot", "{n} lots", n).format(n=n))
    return " · ".join(said)


def _mixed(counted: pd.DataFrame, sides: Sides, named: tuple[str, str]) -> str:
    """The sites or versions that stand together in one group, which the comparison cannot tell apart."""
    names = [cells.named(row, "partner_name") for row in cells.rows(counted)]
    other = (
        pd.Series(names, counted.index, dtype=str)
        if sides.compare == VERSIONS
        else counted["process_version"]
    )
    said = []
    for side, name in zip(("first", "second"), named, strict=True):
        kinds = other[counted["side"] == side].value_counts().sort_index()
        if len(kinds) > 1:
            parts = ", ".join(f"{kind} ({n})" for kind, n in kinds.items())
            said.append(f"{name}: {parts}")
    return " · ".join(said)


def mixed_in_words(found: pd.DataFrame, sides: Sides, named: tuple[str, str]) -> str:
    """That a group mixes sites or versions, as a remark; empty when none does."""
    mixed = _mixed(found, sides, named)
    if not mixed:
        return ""
    if sides.compare == VERSIONS:
        return _("Sites are mixed, so a difference may be one of sites: {mixed}.").format(mixed=mixed)
    return _("Process versions are mixed, so a difference may be one of versions: {mixed}.").format(
        mixed=mixed
    )
