"""Comparisons in words: verdicts with symbol and word, margins and differences in their unit."""

from typing import Any

import numpy as np
import pandas as pd

from firstdose.figures import cells, theme
from firstdose.figures.control_chart_marks import say_value
from firstdose.figures.manufacturing_words import limits
from firstdose.rules.comparability import VERSIONS, Sides
from firstdose.rules.comparability_judged import Judged, Side
from firstdose.rules.equivalence import FEWEST
from firstdose.words import N_, _, ngettext, say_number

Row = dict[Any, Any]
_VERDICTS = {
    "equivalent": ("closed", N_("equivalent")),
    "not equivalent": ("late", N_("not equivalent")),
    "not demonstrated": ("at risk", N_("not demonstrated")),
    "within range": ("closed", N_("within the quality range")),
    "outside range": ("late", N_("outside the quality range")),
    "side by side": ("", N_("side by side")),
}
_WHY = {
    "bounds": N_("more than a quarter of a group lies beyond a quantification limit"),
    "no margin": N_("tier 1, but the data gives no margin"),
    "no range": N_("tier 2, but the data gives no width of the quality range"),
    "no spread": N_("the lots of the first group are all alike"),
    "straddles": N_("the interval reaches over the margin"),
}
_METHODS = {
    "welch": N_("Welch (unequal variances)"),
    "pooled": N_("pooled variance"),
    "paired": N_("paired, split apheresis"),
}


def status(found: Judged) -> str:
    """The status whose colour and symbol a verdict wears; empty for one that judges nothing."""
    return _VERDICTS[found.verdict][0]


def verdict(found: Judged) -> str:
    """The verdict on an attribute as symbol and word."""
    mark, word = _VERDICTS[found.verdict]
    return f"{theme.symbol(mark)} {_(word)}" if mark else _(word)


def verdict_word(name: str) -> str:
    """The word of a verdict alone."""
    return _(_VERDICTS[name][1])


def method(name: str) -> str:
    """The name of a test."""
    word = _METHODS[name]
    return _(word)


def why(found: Judged) -> str:
    """Why nothing is demonstrated, or how many lots lie in the quality range; else empty."""
    if found.why == "few":
        n = (found.first.group.n, found.second.group.n)
        if found.method == "paired" and found.tier == 1 and min(n) >= FEWEST:
            return _("fewer than three pairs of one donor")
        return _("fewer than three lots: {first} and {second}").format(first=n[0], second=n[1])
    if found.why:
        word = _WHY[found.why]
        return _(word)
    if found.range is not None and found.verdict in ("within range", "outside range"):
        return _("{k} of {n} inside {range}, at least {share} % wanted").format(
            k=found.range.n_inside,
            n=found.range.n,
            range=_between(found, found.range.low, found.range.high),
            share=say_number(100 * found.range.required),
        )
    return ""


def names(sides: Sides, offered: pd.DataFrame) -> tuple[str, str]:
    """The two groups as the reader names them."""
    if sides.compare == VERSIONS:
        return tuple(_("process {version}").format(version=one or "–") for one in (sides.first, sides.second))  # type: ignore[return-value]
    known = {row["partner_id"]: cells.named(row, "partner_name") for row in cells.rows(offered)}
    return known.get(sides.first, sides.first or "–"), known.get(sides.second, sides.second or "–")


def held(sides: Sides, offered: pd.DataFrame) -> str:
    """The site or process version that is held fixed, in words; empty when none is."""
    if not sides.within:
        return ""
    if sides.compare == VERSIONS:
        known = {row["partner_id"]: cells.named(row, "partner_name") for row in cells.rows(offered)}
        return known.get(sides.within, sides.within)
    return _("process {version}").format(version=sides.within)


def roles(sides: Sides) -> tuple[str, str]:
    """What the two groups are to each other, in a word for the head of a column."""
    return (_("before"), _("after")) if sides.compare == VERSIONS else (_("sending"), _("receiving"))


def groups_in_words(sides: Sides, named: tuple[str, str]) -> str:
    """Which group is which."""
    said = (
        _("before: {first} · after: {second}")
        if sides.compare == VERSIONS
        else _("sending: {first} · receiving: {second}")
    )
    return said.format(first=named[0], second=named[1])


def attribute(row: Row) -> str:
    """The name of an attribute in the reader's language."""
    return cells.named(row, "name")


def back(found: Judged, value: float) -> str:
    """A value of the scale judged, told in the unit of the attribute; a dash for none."""
    if not np.isfinite(value):
        return "–"
    return say_value(float(np.exp(value)) if found.scale == "log" else value)


def _between(found: Judged, low: float, high: float) -> str:
    return (
        "–" if not np.isfinite(low) or not np.isfinite(high) else f"{back(found, low)} – {back(found, high)}"
    )


def difference(found: Judged) -> str:
    """The difference with its 90 % interval: a ratio for a log attribute, else in its unit."""
    if found.test is None or not np.isfinite(found.test.diff):
        return "–"
    sign = "×" if found.scale == "log" else ""
    told = f"{sign}{back(found, found.test.diff)}"
    if not np.isfinite(found.test.ci_low):
        return told
    told += f" ({_between(found, found.test.ci_low, found.test.ci_high)})"
    if found.method != "paired":
        return told
    pairs = round(found.test.df) + 1
    return f"{told}, " + ngettext("{n} pair", "{n} pairs", pairs).format(n=pairs)


def in_sd(factor: float) -> str:
    """A factor of the standard deviation; a dash for none."""
    if np.isnan(factor):
        return "–"
    return _("{factor} SD").format(factor=say_number(factor, 1 if factor * 10 % 1 == 0 else 2))


def margin(found: Judged) -> str:
    """The margin of tier 1, in standard deviations and in the unit; a dash where there is none."""
    if np.isnan(found.factor):
        return "–"
    told, half = in_sd(found.factor), found.factor * found.sd
    return told if not np.isfinite(half) else f"{told} = {_plus_minus(found, half)}"


def smallest(found: Judged) -> str:
    """The smallest margin the lots could prove, in standard deviations and in the unit; a dash for none."""
    half = found.smallest_margin
    if not np.isfinite(half) or not np.isfinite(found.in_sd(half)):
        return "–"
    told = _("{factor} SD").format(factor=say_number(found.in_sd(half), 2))
    return f"{told} = {_plus_minus(found, half)}"


def _plus_minus(found: Judged, half: float) -> str:
    """A half width around no difference: ± for a difference, a pair of ratios on a log scale."""
    if found.scale == "log":
        return f"×{say_value(float(np.exp(-half)))} – ×{say_value(float(np.exp(half)))}"
    return f"± {say_value(half)}"


def _lots(side: Side, *, numeric: bool) -> str:
    """How many independent values of how many lots."""
    if not numeric:
        return _("{k} of {n} pass").format(k=side.passed, n=side.lots)
    n = side.group.n
    return str(n) if n == side.lots else _("{n} of {lots} lots").format(n=n, lots=side.lots)


def result_columns(roles: tuple[str, str]) -> dict[str, str]:
    """The columns of the table of verdicts."""
    return {
        "tier": _("Tier"),
        "attribute": _("Attribute"),
        "verdict": _("Verdict"),
        "n_first": _("n {group}").format(group=roles[0]),
        "n_second": _("n {group}").format(group=roles[1]),
        "difference": _("Difference, 90 % interval"),
        "margin": _("Margin"),
        "why": _("Why"),
    }


def results(judged: tuple[Judged, ...], attributes: pd.DataFrame) -> pd.DataFrame:
    """One row an attribute, as ``judged`` has them. Takes ``queries.comparability.attributes`` for names."""
    known = {row["attribute_code"]: row for row in cells.rows(attributes)}
    told = [
        {
            "attribute_code": one.code,
            "tier": "–" if one.tier is None else str(one.tier),
            "attribute": with_unit(known[one.code]),
            "verdict": verdict(one),
            "why": why(one),
            "n_first": _lots(one.first, numeric=one.numeric),
            "n_second": _lots(one.second, numeric=one.numeric),
            "difference": difference(one),
            "margin": margin(one),
            "difference_sd": np.nan if one.test is None else one.in_sd(one.test.diff),
            "low_sd": np.nan if one.test is None else one.in_sd(one.test.ci_low),
            "high_sd": np.nan if one.test is None else one.in_sd(one.test.ci_high),
            "margin_sd": one.factor,
            "smallest_sd": one.in_sd(one.smallest_margin),
            "p": np.nan if one.test is None or np.isnan(one.factor) else one.test.p,
        }
        for one in judged
    ]
    columns = [*result_columns(("", "")), "attribute_code", "difference_sd", "low_sd", "high_sd"]
    return framed(told, [*columns, "margin_sd", "smallest_sd", "p"], attributes)


def with_unit(row: Row) -> str:
    """The name of an attribute with its unit."""
    unit = cells.text(row["unit"])
    return f"{attribute(row)} ({unit})" if unit else attribute(row)


def sides_columns(roles: tuple[str, str]) -> dict[str, str]:
    """The columns of the table that sets both groups side by side."""
    return {
        "tier": _("Tier"),
        "attribute": _("Attribute"),
        "n_first": _("n {group}").format(group=roles[0]),
        "middle_first": _("Median (lowest – highest) {group}").format(group=roles[0]),
        "n_second": _("n {group}").format(group=roles[1]),
        "middle_second": _("Median (lowest – highest) {group}").format(group=roles[1]),
        "specified": _("Specification"),
        "bounds": _("Beyond a quantification limit"),
    }


def side_by_side(judged: tuple[Judged, ...], attributes: pd.DataFrame) -> pd.DataFrame:
    """Median and range of the lots of both groups, one row an attribute."""
    known = {row["attribute_code"]: row for row in cells.rows(attributes)}
    told = [
        {
            "tier": "–" if one.tier is None else str(one.tier),
            "attribute": with_unit(known[one.code]),
            "n_first": _lots(one.first, numeric=one.numeric),
            "middle_first": _middle(one.first),
            "n_second": _lots(one.second, numeric=one.numeric),
            "middle_second": _middle(one.second),
            "specified": limits(known[one.code]["lower_limit"], known[one.code]["upper_limit"]) or "–",
            "bounds": _bounds(one),
        }
        for one in judged
    ]
    return framed(told, list(sides_columns(("", ""))), attributes)


def _bounds(found: Judged) -> str:
    if not found.first.bounds and not found.second.bounds:
        return ""
    return _("{first} and {second} lots").format(first=found.first.bounds, second=found.second.bounds)


def _middle(side: Side) -> str:
    if not np.isfinite(side.median):
        return "–"
    return f"{say_value(side.median)} ({say_value(side.low)} – {say_value(side.high)})"


def framed(told: list[Row], columns: list[str], source: pd.DataFrame) -> pd.DataFrame:
    """Rows as a frame that says which query they come from."""
    shown = pd.DataFrame(told, columns=columns)
    shown.attrs = dict(source.attrs)
    return shown


def method_in_words(chosen: str, shared: int) -> str:
    """How tier 1 and tier 2 are judged, and what of donors on both sides becomes."""
    said = [
        _(
            "Tier 1: two one-sided tests at 5 % each, {method}; equivalent when the 90 % interval of the "
            "difference lies inside the margin, not equivalent when wholly outside, else not demonstrated."
        ).format(method=method(chosen)),
        _("Tier 2: mean ± k standard deviations of the first group; at least 90 % of the other one inside."),
        _("Tier 3: side by side, not judged. That a difference is not significant proves no sameness."),
    ]
    if shared and chosen != "paired":
        said.append(
            ngettext(
                "{n} donor has lots in both groups; taken as independent, the interval errs wide.",
                "{n} donors have lots in both groups; taken as independent, the interval errs wide.",
                shared,
            ).format(n=shared)
        )
    if chosen == "paired":
        said.append(
            ngettext(
                "{n} donor has lots in both groups: tier 1 compares within it and leaves out all others.",
                "{n} donors have lots in both groups: tier 1 compares within each and leaves out all others.",
                shared,
            ).format(n=shared)
        )
    return " ".join(said)


def not_counted(judged: tuple[Judged, ...]) -> str:
    """Bounds and results without a usable value, and the lots that pairing leaves out; empty for none."""
    said = []
    bounds = sum(one.first.bounds + one.second.bounds for one in judged)
    if bounds:
        said.append(
            ngettext(
                "{n} result beyond a quantification limit is no part of means and tests.",
                "{n} results beyond a quantification limit are no part of means and tests.",
                bounds,
            ).format(n=bounds)
        )
    unusable = sum(one.first.unusable + one.second.unusable for one in judged)
    if unusable:
        said.append(
            ngettext(
                "{n} result has no value that can be compared.",
                "{n} results have no value that can be compared.",
                unusable,
            ).format(n=unusable)
        )
    if any(one.scale == "log" for one in judged):
        said.append(_("Lognormal attributes are judged on logarithms: their difference is a ratio (×)."))
    return " ".join(said)
