"""The data desk: bring files, see what is wrong and what would change, publish; nothing is lost."""

from typing import TYPE_CHECKING

import streamlit as st

from firstdose.errors import FirstdoseError
from firstdose.lake import Drafts, four_eyes, prepare
from firstdose.ui import access, markup
from firstdose.ui.desk import corrections, files, issues, personal, preview, publishing, review, scope
from firstdose.ui.markdown import escaped
from firstdose.ui.store import lake
from firstdose.ui.visit import owner
from firstdose.words import _, ngettext

if TYPE_CHECKING:
    from firstdose.lake import Draft, Prepared
    from firstdose.view import View


def desk(view: "View | None" = None) -> None:
    """Draw the desk; ``view`` is none while nothing is published yet."""
    if not access.allows("upload"):
        return
    drafts = Drafts(lake().place)
    if not st.session_state.get("swept"):
        drafts.sweep()
        st.session_state["swept"] = True
    with st.container(key="card-data-desk", border=True, gap="small"):
        st.html(
            markup.head(
                _("Bring new files"),
                _(
                    "They are read and checked at once; nobody sees them before you publish, "
                    "and nothing is lost."
                ),
            )
        )
        publishing.tell_done()
        draft = files.receive(drafts, drafts.of(owner()), owner())
        if draft is not None and draft.comment and draft.state == "sent back":
            st.warning(escaped(_("Sent back: {comment}").format(comment=draft.comment)))
        if draft is not None and draft.state == "submitted":
            review.waiting(drafts, draft)
        elif draft is not None and draft.files:
            _work(drafts, draft)
    review.submitted(drafts, owner())  # what waited when the setting was taken away waits still
    if view is not None:
        corrections.draw(drafts, owner())


def _work(drafts: "Drafts", draft: "Draft") -> None:
    ready = prepared(drafts, draft)
    if ready is None:
        return
    for issue in ready.set_aside:
        st.warning(escaped(issue.message))
    files.listed(drafts, draft, ready)
    draft = scope.choose(drafts, draft)
    issues.listed(drafts, draft, ready)
    personal.ask(drafts, draft, ready)
    if ready.checked.ok:
        preview.draw(ready)
        publishing.form(drafts, draft, ready, four_eyes=four_eyes.asked())
    else:
        wrong = sum(issue.severity == "error" for issue in ready.checked.issues)
        said = ngettext(
            "{n} error stands between these files and a publish: mend the file and bring it again.",
            "{n} errors stand between these files and a publish: mend the files and bring them again.",
            wrong,
        )
        st.error(escaped(said.format(n=wrong)))


def prepared(drafts: "Drafts", draft: "Draft") -> "Prepared | None":
    """A draft read, judged and previewed, with its progress on the screen; none when that failed."""
    place = st.empty()
    try:
        return prepare(lake(), drafts, draft, lambda step, share: _progress(place, step, share))
    except FirstdoseError as error:
        st.error(escaped(str(error)))
        return None
    finally:
        place.empty()


def _progress(place: "st.delta_generator.DeltaGenerator", step: str, share: float) -> None:
    place.progress(share, text=escaped(step))
