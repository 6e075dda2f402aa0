"""The figures at the top of a comparison: verdicts by tier, lots, smallest margin, donors, lots left out."""

import numpy as np
import pandas as pd

from firstdose.rules.comparability import Left
from firstdose.rules.comparability_judged import Judged, shared_donors
from firstdose.rules.overview import Headline
from firstdose.words import _, either, ngettext, say_number


def headlines(
    judged: tuple[Judged, ...], attributes: pd.DataFrame, lots: pd.DataFrame, left: tuple[Left, ...]
) -> tuple[Headline, ...]:
    """Six figures of one comparison; ``lots`` are those of both groups that have results and count."""
    asked = attributes.attrs.get("asked")
    return (
        _tier_1(judged, asked),
        _tier_2(judged, asked),
        _lots(lots),
        _smallest(judged, attributes, asked),
        _donors(lots),
        _left(left),
    )


def _tier_1(judged: tuple[Judged, ...], asked: object) -> Headline:
    own = [one.verdict for one in judged if one.tier == 1 and one.numeric]
    return Headline(
        "kpi-comparability-tier-1",
        _("Tier 1 equivalent"),
        _("{k} of {n}").format(k=own.count("equivalent"), n=len(own)),
        _("{undecided} not demonstrated · {apart} not equivalent").format(
            undecided=own.count("not demonstrated"), apart=own.count("not equivalent")
        ),
        why=_(
            "Two one-sided tests at 5 %: the 90 % interval of the difference inside the margin, which is the "
            "margin factor of the attribute × the standard deviation of the first group."
        ),
        asked=asked,  # type: ignore[arg-type]
    )


def _tier_2(judged: tuple[Judged, ...], asked: object) -> Headline:
    own = [one.verdict for one in judged if one.tier == 2 and one.numeric]
    return Headline(
        "kpi-comparability-tier-2",
        _("Tier 2 within the quality range"),
        _("{k} of {n}").format(k=own.count("within range"), n=len(own)),
        _("{undecided} not demonstrated · {apart} outside").format(
            undecided=own.count("not demonstrated"), apart=own.count("outside range")
        ),
        why=_(
            "Mean ± k standard deviations of the first group, k from the attribute; at least 90 % of the "
            "second group inside."
        ),
        asked=asked,  # type: ignore[arg-type]
    )


def _lots(lots: pd.DataFrame) -> Headline:
    first, second = ((lots["side"] == name).sum() for name in ("first", "second"))
    more = int(lots[lots["donor_id"].notna()].duplicated(["side", "donor_id"]).sum())
    return Headline(
        "kpi-comparability-lots",
        _("Lots compared"),
        f"{first} : {second}",
        ngettext(
            "{n} lot combined with another of its donor", "{n} lots combined with others of their donor", more
        ).format(n=more)
        if more
        else _("no donor twice in a group"),
        why=_("Lots with a donor in common count once a group, by the mean of their results."),
        asked=lots.attrs.get("asked"),
    )


def _smallest(judged: tuple[Judged, ...], attributes: pd.DataFrame, asked: object) -> Headline:
    """The attribute of tier 1 whose lots can prove least."""
    own = [(one.in_sd(one.smallest_margin), one) for one in judged if one.tier == 1 and one.numeric]
    known = [(half, one) for half, one in own if np.isfinite(half)]
    value, context = "–", _("no attribute of tier 1 has an interval")
    if known:
        half, worst = max(known, key=lambda pair: pair[0])
        row = attributes[attributes["attribute_code"] == worst.code].to_dict("records")[0]
        japanese = row["name_ja"] if isinstance(row["name_ja"], str) else None
        value = _("{factor} SD").format(factor=say_number(half, 2))
        context = either(row["name"], japanese)
        if not np.isnan(worst.factor):
            context += " · " + _("margin {factor} SD").format(factor=say_number(worst.factor, 2))
    return Headline(
        "kpi-comparability-smallest",
        _("Smallest margin these lots could prove"),
        value,
        context,
        why=_(
            "Half the 90 % interval of the attribute of tier 1 where it is widest: a margin below it could "
            "not be proved even without a difference."
        ),
        asked=asked,  # type: ignore[arg-type]
    )


def _donors(lots: pd.DataFrame) -> Headline:
    return Headline(
        "kpi-comparability-donors",
        _("Donors in both groups"),
        str(shared_donors(lots)),
        _("pairs for the paired test"),
        why=_(
            "Split apheresis: the same donor made on both sides, so that the variation of patients drops out."
        ),
        asked=lots.attrs.get("asked"),
    )


def _left(left: tuple[Left, ...]) -> Headline:
    silent = sum(not one.reason for one in left)
    return Headline(
        "kpi-comparability-left-out",
        _("Lots left out"),
        str(len(left)),
        ngettext("{n} without a reason", "{n} without a reason", silent).format(n=silent)
        if silent
        else _("as the link says, with its reasons")
        if left
        else _("every lot of both groups counts"),
        why=_("Lots are left out by the reader, in the link, and stand in the report with their reasons."),
    )
