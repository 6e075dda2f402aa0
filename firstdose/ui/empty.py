"""An empty lake: what to do first, and the templates to begin with."""

import streamlit as st

from firstdose.contracts import contracts
from firstdose.contracts.template import templates_zip
from firstdose.ui.markdown import escaped
from firstdose.words import _


def all_templates() -> None:
    """Offer the templates of every table in one zip."""
    st.download_button(
        _("All templates (zip)"),
        data=templates_zip(),
        file_name="firstdose-templates.zip",
        mime="application/zip",
        key="action-data-templates",
        on_click="ignore",
    )


def first_steps() -> None:
    """What to do when nothing has been published yet."""
    with st.container(key="first-steps"):
        st.title(_("Nothing is published yet"), anchor=False)
        steps = [
            _("Take the templates: one CSV file per table, the header says which columns it has."),
            _("Fill in what you have. Programs and partners come first; the other tables refer to them."),
            _("Bring the files below; every problem is listed with file, line and remedy."),
            _("Publish them: all files together become data version 1."),
        ]
        st.markdown("\n".join(f"{n}. {escaped(step)}" for n, step in enumerate(steps, 1)))
        from firstdose.ui.desk import desk  # only here: the first page after a start does not wait for it

        desk()
        st.caption(escaped(_("The same on the command line:")))
        st.code(
            "firstdose check my-folder\n"
            'firstdose publish my-folder --complete --by "Your name" --why "First own data"',
            language="bash",
        )
        all_templates()
        st.caption(
            escaped(
                _("{n} tables are known. The demo alliance is published with: make demo").format(
                    n=len(contracts())
                )
            )
        )
