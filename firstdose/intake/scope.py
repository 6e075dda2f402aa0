"""The scope of a publish: which rows the given files speak for."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Scope:
    """``replace`` puts the given rows in place of all within the scope; ``merge`` adds and changes only.

    ``within`` names one partner's or program's rows, as ``("partner", "CDMO")``; ``complete`` empties the
    tables that are not given; removing more than 20 % of a table needs ``allow_removals``.
    """

    mode: Literal["replace", "merge"] = "replace"
    within: tuple[str, str] | None = None
    complete: bool = False
    allow_removals: bool = False
