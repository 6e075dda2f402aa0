"""Methods that move to another laboratory, as they are read in a table: verdict, difference, reason."""

from typing import Any

import pandas as pd

from firstdose.figures import cells
from firstdose.figures.control_chart_marks import say_value
from firstdose.figures.transfer import named
from firstdose.figures.transfer_words import marked, shown
from firstdose.rules.equivalence import FEWEST
from firstdose.words import N_, _, ngettext

Row = dict[Any, Any]
_APPROACH = {
    "comparative testing": N_("comparative testing"),
    "co-validation": N_("co-validation"),
    "revalidation": N_("revalidation"),
    "waiver": N_("waiver"),
}
_VERDICT = {
    "equivalent": ("closed", N_("equivalent")),
    "not equivalent": ("late", N_("not equivalent")),
    "not demonstrated": ("at risk", N_("not demonstrated")),
    "not applicable": ("not applicable", N_("not applicable")),
}
_WHY = {
    "waived": N_("Waived: nothing is compared."),
    "validated anew": N_("Validated anew at the receiving unit: nothing is compared."),
    "no numbers": N_("A pass/fail attribute has no difference."),
    "no margin": N_("No margin is stated, neither for the transfer nor for the attribute."),
    "bounds": N_("More than a quarter of the pairs lie at a limit of quantification."),
    "inside": N_("The interval lies inside the margin."),
    "outside": N_("The interval lies outside the margin."),
    "wide": N_("The interval straddles the margin; these lots could prove a margin of {smallest}."),
}


def method_columns() -> dict[str, str]:
    """The columns of the methods, in order."""
    return {
        "state": _("Verdict"),
        "moves": _("Analytical method"),
        "how": _("Approach"),
        "lots": _("Lots"),
        "difference": _("Difference (90 % interval)"),
        "bound": _("Criterion"),
        "because": _("Why"),
    }


def methods(found: pd.DataFrame) -> pd.DataFrame:
    """Methods with verdict and reason. Takes ``rules.transfer_methods.methods``."""
    rows = cells.rows(found)
    return shown(
        found,
        state=[marked(_VERDICT[row["verdict"]]) for row in rows],
        moves=[named(row) for row in rows],
        how=[_approach(cells.text(row["approach"])) for row in rows],
        bound=[_bound(row) for row in rows],
        lots=found["n"].where(found["verdict"] != "not applicable").astype("Int64"),
        difference=[_difference(row) for row in rows],
        because=[_because(row) for row in rows],
    )


def _approach(name: str) -> str:
    word = _APPROACH.get(name, "")
    return _(word) or _("not stated")


def _bound(row: Row) -> str:
    if row["verdict"] == "not applicable" or row["bound_by"] is None:
        return "–"
    limit: str = "" if pd.isna(row["limit"]) else f"±{row['limit']:.3g} {cells.text(row['unit'])}".strip()
    if row["bound_by"] == "margin":
        return limit
    asked = _("±{n} SD of the sending results").format(n=say_value(row["margin_sd"]))
    return f"{asked} ({limit})" if limit else asked


def _difference(row: Row) -> str:
    if row["verdict"] == "not applicable" or pd.isna(row["diff"]):
        return "–"
    unit = "" if row["bound_by"] else cells.text(row["unit"])  # else it stands in the criterion
    if pd.isna(row["ci_low"]):
        return f"{_signed(row['diff'])} {unit}".strip()
    return f"{_signed(row['diff'])} ({_signed(row['ci_low'])} … {_signed(row['ci_high'])}) {unit}".strip()


def _signed(value: float) -> str:
    return f"{'−' if value < 0 else '+'}{say_value(abs(value))}"


def _because(row: Row) -> str:
    if row["why"] == "few":
        few = ngettext(
            "{n} lot was tested in both laboratories; at least {fewest} are needed.",
            "{n} lots were tested in both laboratories; at least {fewest} are needed.",
            int(row["n"]),
        )
        said = few.format(n=int(row["n"]), fewest=FEWEST)
    else:
        smallest: str = "" if pd.isna(row["smallest"]) else f"±{say_value(row['smallest'])}"
        reason = _WHY[row["why"]]
        said = _(reason).format(smallest=smallest)
    left = int(row["left_out"])
    if not left or row["verdict"] == "not applicable":
        return said
    return f"{said} " + ngettext(
        "{n} pair at a limit of quantification is left out.",
        "{n} pairs at a limit of quantification are left out.",
        left,
    ).format(n=left)
