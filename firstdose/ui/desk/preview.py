"""What publishing would do, before anybody does it: table by table and key by key."""

from typing import TYPE_CHECKING

import streamlit as st

from firstdose.figures import changes_words as words
from firstdose.lake.preview import MOST_TOLD
from firstdose.rules import desk as rules
from firstdose.ui.desk.rows import show
from firstdose.ui.effects import effects
from firstdose.ui.markdown import escaped
from firstdose.ui.store import lake
from firstdose.view import View
from firstdose.words import _

if TYPE_CHECKING:
    from firstdose.lake import Prepared


def draw(ready: "Prepared") -> None:
    """Draw the preview of a draft without errors; a filter of the page hides nothing of it."""
    seen = ready.seen
    if seen is None or seen.session is None:
        st.info(escaped(_("Nothing is published yet: every row is new.")))
        return
    if not seen.differences:
        st.info(
            escaped(
                _("Nothing would change: version {n} holds this content already.").format(n=seen.based_on)
            )
        )
        return
    show(
        "table-desk-differences",
        rules.difference_rows(seen.differences),
        _("What would change, table by table"),
        {
            "table": _("Table"),
            "removed": _("Removed"),
            "changed": _("Changed"),
            "added": _("Added"),
            "before": _("Rows before"),
        },
    )
    show(
        "table-desk-effects",
        words.effect_rows(effects(lake().session(seen.based_on), seen.session, View(page="data"))),
        _("What it does to the figures people watch"),
        words.effect_columns(),
        height=360,
    )
    st.caption(escaped(_("All programs, whatever the filters say; each side on its own report day.")))
    rows = rules.change_rows(seen.differences)
    show(
        "table-desk-changes",
        rows,
        _("What would change, key by key"),
        {
            "what": _("What"),
            "table": _("Table"),
            "key": _("Key"),
            "column": _("Column"),
            "old": _("Before"),
            "new": _("After"),
        },
        height=360,
    )
    if any(max(one.as_counts) > MOST_TOLD for one in seen.differences):
        st.caption(
            escaped(
                _("Of each kind and table the first {n} are listed; all are counted.").format(n=MOST_TOLD)
            )
        )
