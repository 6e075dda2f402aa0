"""What is compared with what: two sites of a program, or its lots before and after a process change.

The direction of a transfer says which site sends; without one, the site that made lots first. Of process
versions the two newest are compared, the earlier one being before. Lots that a link leaves out carry a
reason; a lot left out for none is said to be so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from firstdose.view import NOTHING

SITES, VERSIONS = "sites", "versions"
_BETWEEN_LOTS, _BEFORE_REASON = ";", "~"

What = Literal["sites", "versions"]


@dataclass(frozen=True, slots=True)
class Sides:
    """A comparison: program and kind of lot, the two groups (site or process version), what is held fixed.

    ``first`` is the sending site or the version before, ``second`` the receiving site or the version after.
    ``within`` holds the other of site and version fixed; empty takes all. ``why_not`` says why nothing can
    be compared: ``no program``, ``one group``, ``unknown group``, ``same group``; empty when something can.
    """

    of: str
    material: str
    compare: What
    first: str
    second: str
    within: str = ""
    why_not: str = ""

    def sql(self) -> dict[str, str | None]:
        """The values its questions bind."""
        return {
            "of": self.of,
            "material": self.material,
            "compare": self.compare,
            "first": self.first,
            "second": self.second,
            "within": self.within or None,
        }


def groups(offered: pd.DataFrame, of: str, material: str, compare: What) -> pd.DataFrame:
    """The sites or versions of one program: name, lots (int), first_on; the earliest first."""
    own = offered[(offered["program_id"] == of) & (offered["material"] == material)]
    named = own.rename(columns={"partner_id" if compare == SITES else "process_version": "group"})
    found = named.groupby("group", sort=False).agg(lots=("lots", "sum"), first_on=("first_on", "min"))
    return found.reset_index().sort_values(["first_on", "group"], ignore_index=True)


def pick(
    offered: pd.DataFrame,
    directions: pd.DataFrame,
    *,
    compare: What = "sites",
    of: str = "",
    material: str = "drug product",
    first: str = "",
    second: str = "",
    within: str = "",
) -> Sides:
    """The comparison asked for; what a link leaves open is chosen, what it names is never replaced.

    Without a program it is the one whose smaller group has most lots.
    """
    of = of or _richest(offered, directions, material, compare)
    found = groups(offered, of, material, compare)
    known = set(found["group"])
    left, right = _usual(found, directions, of, material, compare)
    if first or second:  # one named side keeps its place: the other one is the nearest that is left
        rest = [name for name in (left, right, *found["group"]) if name not in ("", first, second)]
        left = first or next(iter(rest), "")
        right = second or next(iter(rest), "")
    own = offered[(offered["program_id"] == of) & (offered["material"] == material)]
    held = set(own["process_version" if compare == SITES else "partner_id"])
    why_not = ""
    if found.empty:
        why_not = "no program"
    elif {left, right} - known - {""} or (within and within not in held):
        why_not = "unknown group"
    elif not left or not right:
        why_not = "one group"
    elif left == right:
        why_not = "same group"
    return Sides(of, material, compare, left, right, within, why_not)


def _richest(offered: pd.DataFrame, directions: pd.DataFrame, material: str, compare: What) -> str:
    """The program whose smaller group has most lots; of equals the first by id."""
    best, most = "", -1
    for program in sorted(offered.loc[offered["material"] == material, "program_id"].unique()):
        found = groups(offered, program, material, compare)
        lots = found.set_index("group")["lots"]
        pair = [name for name in _usual(found, directions, program, material, compare) if name]
        smaller = min(int(lots[name]) for name in pair) if len(pair) == 2 else 0
        if smaller > most:
            best, most = program, smaller
    return best


def _usual(
    found: pd.DataFrame, directions: pd.DataFrame, of: str, material: str, compare: What
) -> tuple[str, str]:
    """The two groups that are compared unless a link says otherwise; an empty name where there is none."""
    names = found["group"].tolist()
    if compare == SITES:
        own = directions[
            (directions["material"] == material)
            & ((directions["program_id"] == of) | directions["program_id"].isna())
        ]
        for row in own.to_dict("records"):
            pair = (row["sending_partner"], row["receiving_partner"])
            if set(pair) <= set(names):
                return pair
        most = found.sort_values("lots", ascending=False, kind="stable")["group"].tolist()[:2]
        names = [name for name in names if name in most]
    names = names[-2:]
    return (names[0], names[1]) if len(names) == 2 else (names[0] if names else "", "")


@dataclass(frozen=True, slots=True)
class Left:
    """A lot that a reader leaves out of a comparison, and why."""

    lot: str
    reason: str = ""


def left_out(text: str) -> tuple[Left, ...] | None:
    """The lots that a link leaves out (``LOT~reason;LOT~reason``); none when it cannot be read."""
    if text == NOTHING:
        return None
    found: dict[str, Left] = {}
    for part in text.split(_BETWEEN_LOTS) if text else ():
        lot, _sep, reason = part.partition(_BEFORE_REASON)
        if not lot.strip() or lot.strip() in found:
            return None
        found[lot.strip()] = Left(lot.strip(), reason.strip())
    return tuple(found.values())


def left_out_text(lots: Sequence[Left]) -> str:
    """How a link leaves lots out; the two signs that part them are written otherwise within a reason."""
    return _BETWEEN_LOTS.join(
        f"{one.lot}{_BEFORE_REASON}{_plain(one.reason)}" if one.reason.strip() else one.lot for one in lots
    )


def _plain(reason: str) -> str:
    return " ".join(reason.replace(_BETWEEN_LOTS, ",").replace(_BEFORE_REASON, "-").split())
