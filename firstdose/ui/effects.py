"""The figures people watch in two versions side by side: on the changes page, and before a publish."""

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import pandas as pd

from firstdose.figures import theme
from firstdose.queries.changes import watched
from firstdose.rules import effects as rules

if TYPE_CHECKING:
    from firstdose.lake import Session
    from firstdose.view import View

COLUMNS = ("figure", "before", "after", "difference", "tone", "key")


def effects(before: "Session", after: "Session", view: "View") -> pd.DataFrame:
    """Figures before and after, one row a figure; a draft may be either side, each on its own report day.

    Columns: figure, before, after, difference (str, in the reader's language), tone (``good``, ``bad`` or
    empty), key (str). The report day of the view holds for ``after`` alone.
    """
    then = watched(before, replace(view, as_of=None))
    now = watched(after, view)
    rows = [asdict(one) for one in rules.effects(then, now, _marked)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")
    frame.attrs = dict(now.items.attrs)
    return frame


def _marked(mark: str) -> str:
    return f"{theme.symbol(mark)} {theme.word(mark)}"
