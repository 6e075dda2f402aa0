"""A file whose header is not ours: a mapping is proposed, shown as text, tried and saved for the next one."""

from typing import TYPE_CHECKING

import streamlit as st

from firstdose.errors import FirstdoseError
from firstdose.intake.profile_files import save, write
from firstdose.intake.profile_text import read
from firstdose.intake.propose import propose
from firstdose.intake.staged import Staged
from firstdose.ui.desk.rows import first_rows
from firstdose.ui.markdown import escaped
from firstdose.ui.store import lake
from firstdose.words import _

if TYPE_CHECKING:
    from firstdose.lake.draft import File

_SAMPLE = 50


def offer(file: "File", staged: Staged) -> None:
    """Draw the proposal for a file of no known table; saved, it reads this file and every one like it."""
    sample = first_rows(staged, _SAMPLE).drop(columns=_("Line")).astype(object).to_numpy().tolist()
    found = propose(staged.header, sample, f"profile-{file.number}")
    if found is None:
        st.caption(
            escaped(_("No column of this file is known: choose its table above, or write a mapping profile."))
        )
        return
    st.caption(
        escaped(
            _(
                "The header is not ours. This mapping is proposed from its names and first rows: "
                "read it, mend it, and save it; every file with this header is then read by it."
            )
        )
    )
    key = f"desk-profile-{file.number}"
    st.text_area(_("Mapping profile (YAML)"), value=write(found), height=320, key=key)
    st.button(
        _("Save this mapping and read the file by it"),
        key=f"action-desk-map-{file.number}",
        on_click=_save,
        args=(key,),
    )


def _save(key: str) -> None:
    try:
        save(read(st.session_state[key]), lake().place.profiles)
    except (FirstdoseError, OSError) as error:
        st.session_state["desk-problems"] = [str(error)]
