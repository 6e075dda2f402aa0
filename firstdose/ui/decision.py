"""Recording a gate decision: who decided what and why, bound to the data version on the screen.

It goes the way of every file: a draft, checked, laid over the newest version, published as one merge. With
four eyes it is submitted and waits at the desk for a second person.
"""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from firstdose.contracts import contracts
from firstdose.errors import FirstdoseError
from firstdose.intake.scope import Scope
from firstdose.lake import Author, Drafts, Overtaken, four_eyes, prepare
from firstdose.lake.prepare import publish, submit
from firstdose.queries import review as queries
from firstdose.rules import review as rules
from firstdose.ui import access, markup
from firstdose.ui.address import known
from firstdose.ui.header import whole
from firstdose.ui.markdown import escaped
from firstdose.ui.signed import maker, name_field, remember
from firstdose.ui.state import current_view, press, pressed, speak
from firstdose.ui.store import lake
from firstdose.ui.visit import owner
from firstdose.view import NOTHING, View, to_link
from firstdose.words import _, say_date

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstdose.lake import Draft, Session

MOST_CONDITIONS = 8  # lines a form offers; our convention
_DONE = "review-done"
_SHOWN = "review-shown"


def review_link(program: str, where: str, gate: str, version: int, as_of: date) -> str:
    """The address that shows a review as it was held, for ever: all filters open, version and day pinned."""
    keys = tuple(sorted({"of": program, "where": where, "blocks": gate}.items()))
    return to_link(View(page="review", version=version, as_of=as_of, keys=keys))


def today() -> date:
    """The day on the reader's clock, which Japan begins nine hours before UTC; that of UTC without a zone."""
    return (datetime.now(UTC) - timedelta(minutes=st.context.timezone_offset or 0)).date()


def past_links(decisions: pd.DataFrame, where: str) -> None:
    """A link for every past decision to what its meeting saw."""
    versions = {version.version: version for version in lake().versions()}
    lines = []
    for row in decisions.to_dict("records"):
        held = None if pd.isna(row["data_version"]) else versions.get(int(row["data_version"]))
        if held is None:
            continue
        link = review_link(row["program_id"], where, row["gate"], held.version, held.as_of)
        said = _("{outcome}, {day}: as seen on version {version}").format(
            outcome=rules.outcome_name(row["outcome"]), day=say_date(row["decided_on"]), version=held.version
        )
        lines.append(f"[{escaped(said)}]({link})")
    if lines:
        with st.container(key="review-links"):
            st.markdown("  \n".join(lines))


def record(view: View, session: "Session") -> None:
    """Draw the form; ``view`` is the gate under review as resolved, ``session`` what is on the screen."""
    with st.container(key="card-review-decision", border=True, gap="small"):
        st.html(
            markup.head(
                _("Record the decision"),
                _(
                    "It is bound to data version {version}: the link to this review shows the same "
                    "numbers for ever."
                ).format(version=session.version),
            )
        )
        _tell_done()
        refused = _cannot(view, session)
        if refused:
            st.info(escaped(refused))
            return
        box = st.expander(_("Write the decision"), key="review-form", on_change="rerun")
        if box.open:
            with box:
                _form(view, session)


def _cannot(view: View, session: "Session") -> str:
    """Why no decision can be taken on what is on the screen; empty when it can."""
    shown = current_view()
    if not view.program:
        return _("Choose a program and a jurisdiction that has gate items.")
    if NOTHING in (view.key("where"), view.key("blocks")):
        return _("The link names a jurisdiction or milestone that does not exist: choose both above.")
    if (shown.partner, shown.area, shown.since, shown.until) != (None,) * 4:
        return _("A decision is taken on the whole gate: remove the filters by partner, area and period.")
    if shown.as_of not in (None, session.as_of):
        return _("A decision is taken on the report day of the data: choose that day.")
    if queries.criteria(session, view).empty:  # the review would never show a decision taken here
        return _(
            "{program} has no gate items in {where} before the milestone “{milestone}”: choose another "
            "jurisdiction or milestone above, or publish its items first."
        ).format(
            program=view.key("of"),
            where=view.key("where", "JP"),
            milestone=rules.milestone_name(view.key("blocks", "filing")),
        )
    return ""


def _tell_done() -> None:
    kind, said, link = st.session_state.pop(_DONE, ("", "", ""))
    if kind == "done":
        st.success(escaped(said))
    elif kind:
        st.warning(escaped(said))
    if link:
        st.code(whole(link), language=None, wrap_lines=True)


@st.fragment
def _form(view: View, session: "Session") -> None:
    speak()
    outcomes = rules.outcome_names()
    outcome = st.segmented_control(
        _("Outcome"), list(outcomes), format_func=lambda name: outcomes.get(name, name), key="review-outcome"
    )
    with st.container(horizontal=True, gap="medium"):
        decided_by = st.text_input(_("Body that decided"), max_chars=120, key="review-body")
        decided_on = st.date_input(
            _("Decided on"), value=session.as_of, format="YYYY-MM-DD", key="review-day", width=180
        )
        by = name_field(_("Who records it"), "review-who")
    rationale = st.text_area(
        _("Rationale (10 characters or more)"), max_chars=2000, height=90, key="review-rationale"
    )
    conditions = _conditions(known(session, "review").partner) if outcome == "conditional go" else ()
    label = _("Submit for a second person") if four_eyes.asked() else _("Record the decision")
    st.button(label, type="primary", key="action-review-record", on_click=press, args=("review-record",))
    looked_at = st.session_state.get(_SHOWN, session.version)
    st.session_state[_SHOWN] = session.version
    if not pressed("review-record"):
        return
    decision = rules.Decision(
        program_id=view.key("of"),
        gate=view.key("blocks", "filing"),
        jurisdiction=view.key("where", "JP"),
        outcome=outcome or "",
        rationale=rationale,
        decided_by=decided_by,
        decided_on=decided_on if isinstance(decided_on, date) else session.as_of,
        data_version=session.version,
        conditions=conditions,
    )
    _take(decision, by, session, looked_at)


def _conditions(partners: "Mapping[str, str]") -> tuple[rules.Condition, ...]:
    """Lines of conditions: what, who, by when; one more on request."""
    lines = st.session_state.setdefault("review-lines", 1)
    found = []
    for at in range(lines):
        with st.container(horizontal=True, gap="small"):
            title = st.text_input(
                _("Condition {n}").format(n=at + 1), max_chars=300, key=f"review-condition-{at}"
            )
            who = st.selectbox(
                _("Owner"),
                list(partners),
                index=None,
                placeholder=_("Choose the owner"),
                format_func=lambda name: partners.get(name, name),
                key=f"review-owner-{at}",
                width=220,
            )
            due = st.date_input(_("Due"), value=None, format="YYYY-MM-DD", key=f"review-due-{at}", width=160)
        found.append(rules.Condition(title, who or "", due if isinstance(due, date) else None))
    if lines < MOST_CONDITIONS:
        st.button(_("Another condition"), key="action-review-more", type="tertiary", on_click=_one_more)
    return tuple(found)


def _one_more() -> None:
    st.session_state["review-lines"] += 1


def _take(decision: rules.Decision, by: str, session: "Session", looked_at: int) -> None:
    """Record a decision, or say what it lacks; what was written stays in the form.

    ``looked_at`` is the version on the screen when the button was pressed.
    """
    lacks = rules.missing(decision, max(today(), session.as_of))
    try:
        Author(by, decision.rationale, decision.decided_on).judge()
    except FirstdoseError as error:
        if decision.rationale.strip() or not by.strip():
            lacks.append(str(error))
    if lacks:
        st.error(escaped(" ".join(lacks)))
        return
    newest = lake().newest() if current_view().version is None else session.version
    if looked_at != session.version or session.version != newest:
        said = _(
            "Version {newest} was published while you looked at version {version}: nothing was recorded. "
            "The page now shows the newest; look again, or pin version {version} to decide on what you saw."
        )
        _leave("overtaken", said.format(newest=lake().newest(), version=looked_at))
    drafts = Drafts(lake().place)
    remember(by)
    draft = None
    try:
        access.require("publish", "decision")
        draft = _draft(drafts, decision, by)
        _finish(drafts, draft, decision, session)
    except FirstdoseError as error:
        if draft is not None:
            drafts.drop(draft)
        st.error(escaped(str(error)))


def _draft(drafts: Drafts, decision: rules.Decision, by: str) -> "Draft":
    """A draft of its own with the new rows; it adds and changes only.

    The report day stays: a decision says nothing new of the other data, which a later day would age.
    """
    draft = drafts.change(
        drafts.begin(owner()),
        scope=Scope("merge"),
        by=by,
        why=decision.rationale.strip(),
        as_of=lake().session().as_of.isoformat(),
        **maker(),
    )
    for table, rows in (
        ("decisions", [rules.decision_row(decision)]),
        ("actions", rules.action_rows(decision)),
    ):
        if rows:
            columns = [column.name for column in contracts()[table].columns]
            content = pd.DataFrame(rows, columns=columns).to_csv(index=False, lineterminator="\n")
            draft = drafts.add(draft, f"{table}.csv", content.encode(), table=table)
    return draft


def _finish(drafts: Drafts, draft: "Draft", decision: rules.Decision, session: "Session") -> None:
    ready = prepare(lake(), drafts, draft)
    if not ready.checked.ok:
        drafts.drop(draft)
        st.error(escaped(" ".join(issue.message for issue in ready.checked.issues[:5])))
        return
    link = review_link(
        decision.program_id, decision.jurisdiction, decision.gate, session.version, session.as_of
    )
    if four_eyes.asked():
        submit(lake(), drafts, draft)
        _leave("done", _("Submitted: it waits on the data page for a second person to publish it."), link)
    try:
        done = publish(lake(), drafts, draft, ready)
    except Overtaken:
        drafts.drop(draft)
        said = _("Somebody published at the same moment: nothing was recorded. Look again, then record it.")
        _leave("overtaken", said)
        return
    if done.unchanged:
        said = _("This very decision was recorded before.")
    else:
        said = _("Recorded in version {n}; the decision is bound to version {version}. Its link:").format(
            n=done.version, version=session.version
        )
        _forget()
    _leave("done", said, link)


def _forget() -> None:
    """Empty the form once its content is published."""
    for key in [key for key in st.session_state if str(key).startswith("review-")]:
        del st.session_state[key]


def _leave(kind: str, said: str, link: str = "") -> None:
    """Say what happened on the page as it stands now."""
    st.session_state[_DONE] = (kind, said, link)
    st.rerun()
