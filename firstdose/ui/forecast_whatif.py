"""What if: changes to the plan put together by the reader, kept in the link, and what they would do."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from firstdose.errors import PlanError
from firstdose.exports.table import cell_text
from firstdose.figures import forecast_whatif as figures
from firstdose.intake.scope import Scope
from firstdose.lake import Drafts
from firstdose.page_keys import PAGE_KEYS
from firstdose.queries import data as stored
from firstdose.queries import forecast as queries
from firstdose.rules import forecast as rules
from firstdose.rules import forecast_scenario as scenarios
from firstdose.rules.forecast_scenario import Change, Scenario
from firstdose.rules.schedule import durations
from firstdose.rules.timeline import in_language
from firstdose.ui import forecast, markup
from firstdose.ui.address import page_text
from firstdose.ui.card import Chart, Table, draw
from firstdose.ui.markdown import escaped
from firstdose.ui.remember import remembered
from firstdose.ui.state import current_view, speak
from firstdose.ui.store import lake
from firstdose.view import View, to_link
from firstdose.words import N_, _

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from firstdose.lake import Session

_FIELD_PX, _DAYS_PX = 320, 130
_VERBS = {
    "d": N_("Duration"),
    "s": N_("Start"),
    "x": N_("Drop a task"),
    "a": N_("Add a task"),
    "r": N_("Risk"),
    "q": N_("Drop a risk"),
    "e": N_("As early as links allow"),
}
_DAYS = {"low": N_("Shortest, days"), "mid": N_("Most likely, days"), "high": N_("Longest, days")}


def what_if(view: View, session: "Session", row: dict[Any, Any]) -> None:
    """Draw the scenario of the link, the form that changes it, and before and after side by side."""
    tasks, risks = queries.tasks(session, view), queries.risks(session, view)
    made = scenarios.applied(scenarios.read(view.key("what")), tasks, risks)
    names = _names(tasks, risks)
    if view.chart is None:
        _form(view, session, row, made.scenario, names)
    asked = view.with_key("what", made.scenario.written)

    def cards() -> tuple[Table, Chart]:
        """Every milestone and one S-curve, before and after."""
        return _compared(asked, session, row)

    try:
        table, chart = remembered(cards, asked, session)
    except PlanError as error:
        st.error(escaped(str(error)))
        return
    # a card may stand alone, without the form; what was left out is no part of what is remembered
    told = scenarios.told(made.scenario, names)
    how = rules.rules_in_words(int(view.key("seed") or rules.SEED), view.key("days"))
    draw(
        replace(chart, foot=" ".join(filter(None, (told, how)))),
        replace(table, foot=" ".join(filter(None, (told, table.foot, how)))),
    )


def _compared(view: View, session: "Session", row: dict[Any, Any]) -> tuple[Table, Chart]:
    before, after = forecast.found(view, session), forecast.found(view, session, view.key("what"))
    then = after.milestones.set_index("task_id", drop=False).loc[row["task_id"]].to_dict()
    curves = [rules.curve(one, row["task_id"]) for one in (before, after)]
    compared = scenarios.effects(before, after)
    both = curves[0].assign(after_on=curves[1]["day_on"])
    both.attrs = dict(curves[0].attrs)
    return (
        Table(
            key="table-forecast-whatif",
            data=figures.effect_rows(compared),
            title=_("Before and after"),
            how=_("The data as published against the scenario, by the same luck in every run"),
            columns=figures.effect_columns(),
            foot=_("A scenario lives in the link alone; nothing of it is written to the data."),
        ),
        Chart(
            key="chart-forecast-whatif",
            figure=figures.curves(curves[0], curves[1], row, then),
            data=both,
            title=_("{program}: how sure, before and after").format(program=forecast.named(row)),
            how=_("Share of runs done by each day; before dashed, after solid"),
        ),
    )


def _form(
    view: View, session: "Session", row: dict[Any, Any], scenario: Scenario, names: dict[str, str]
) -> None:
    with st.container(key="card-forecast-scenario", border=True, gap="small"):
        said = _("Change the plan and see what it does; send the link, and others see the same.")
        st.html(markup.head(_("What if"), said))
        for refused in scenario.refused:
            st.warning(escaped(refused))
        if problem := st.session_state.pop("whatif-problem", ""):
            st.error(escaped(problem))
        if done := st.session_state.pop("whatif-done", ""):
            st.success(escaped(done))
        if scenario.changes:
            _changes(scenario, names)
        verb = st.segmented_control(
            _("What changes"),
            list(_VERBS),
            format_func=lambda one: _(_VERBS[one]),
            default="d",
            key="whatif-verb",
            required=True,
        )
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            _fields(str(verb), view, session, row, names)
            st.button(
                _("Add to the scenario"),
                key="action-whatif-add",
                type="primary",
                on_click=_add,
                args=(str(verb), scenario),
            )
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            page_text(view, "seed", _("Seed of the runs (empty: 1)"))
            _draft_button(session, scenario)


def _names(tasks: "pd.DataFrame", risks: "pd.DataFrame") -> dict[str, str]:
    """Names of tasks and risks by id, in the reader's language."""
    named = dict(zip(tasks["task_id"], in_language(tasks, "name"), strict=True))
    return named | dict(zip(risks["risk_id"], in_language(risks, "title"), strict=True))


def _changes(scenario: Scenario, names: dict[str, str]) -> None:
    """The changes made so far; taking one out of the list takes it out of the scenario."""
    told = {change.written: scenarios.in_words(change, names) for change in scenario.changes}
    st.session_state["whatif-kept"] = list(told)
    st.multiselect(
        _("The scenario"),
        list(told),
        format_func=lambda one: told.get(one, one),
        key="whatif-kept",
        on_change=_keep,
    )


def _keep() -> None:
    _write(" ".join(st.session_state["whatif-kept"]))


def _write(text: str) -> None:
    st.session_state["view"] = current_view().with_key("what", text)


def _fields(verb: str, view: View, session: "Session", row: dict[Any, Any], names: dict[str, str]) -> None:
    """The fields of one kind of change, with the values the plan has now."""
    if verb == "e":
        return
    told = {name: f"{name} · {names.get(name, '')}" for name in names}
    if verb in "rq":
        risks = queries.risks(session, view).set_index("risk_id")
        of = _pick(_("Risk"), list(risks.index), told, f"whatif-{verb}-of")
        if verb == "r" and of is not None:
            now = risks.loc[of].to_dict()
            _number(_("Probability, %"), f"whatif-r-chance-{of}", now["probability_pct"], 100.0)
            _three(verb, of, {name: now[f"impact_{name}_days"] for name in _DAYS})
        return
    open_ = forecast.decided(view, session, row["task_id"]).tasks.set_index("task_id")
    if verb == "a":
        st.text_input(_("ID of the new task"), value="NEW", key="whatif-a-of", max_chars=64, width=_DAYS_PX)
        _three(verb, "", dict.fromkeys(_DAYS, 30.0))
        _pick(_("After"), list(open_.index), told, "whatif-a-after")
        _pick(_("Before"), list(open_.index[open_["actual_start"].isna()]), told, "whatif-a-before")
        return
    tasks = open_["anchor"].isna()
    fits = open_["actual_start"].isna() if verb == "s" else tasks
    of = _pick(
        _("Task, the most critical first"),
        list(open_.index[fits]),
        told,
        f"whatif-{verb}-of",
    )
    if of is not None and verb == "d":
        _three(verb, of, durations(open_.loc[[of]].reset_index()).loc[of].to_dict())
    if of is not None and verb == "s":
        st.date_input(
            _("Earliest start"),
            value=open_["early_start"].dt.date.to_dict()[of],
            key=f"whatif-s-on-{of}",
            format="YYYY-MM-DD",
        )


def _pick(label: str, options: list[str], told: dict[str, str], key: str) -> str | None:
    return st.selectbox(label, options, format_func=lambda one: told.get(one, one), key=key, width=_FIELD_PX)


def _three(verb: str, of: str, now: dict[Any, Any]) -> None:
    for name, label in _DAYS.items():
        _number(_(label), f"whatif-{verb}-{name}-{of}", now[name], scenarios.MOST_DAYS)


def _number(label: str, key: str, value: Any, most: float) -> None:
    start = min(max(float(value or 0.0), 0.0), most)
    st.number_input(label, 0.0, most, start, 1.0, format="%g", key=key, width=_DAYS_PX)


def _add(verb: str, scenario: Scenario) -> None:
    """Put the change of the form into the scenario of the link; what cannot be is said."""
    speak()
    try:
        change = scenarios.check(_read(verb))
        kept = [one for one in scenario.changes if one.touches != change.touches]
        text = " ".join(one.written for one in (*kept, change))
        _room(text, len(kept) + 1)
    except PlanError as error:
        st.session_state["whatif-problem"] = str(error)
        return
    _write(text)


def _read(verb: str) -> Change:
    """The change that the fields of the form say."""
    state = st.session_state
    of = "" if verb == "e" else str(state.get(f"whatif-{verb}-of") or "")
    own = "" if verb == "a" else of
    days: tuple[float, float, float] | None = None
    if verb in "dar":
        low, mid, high = (round(float(state[f"whatif-{verb}-{name}-{own}"]), 1) for name in _DAYS)
        days = low, mid, high
    chance = round(float(state[f"whatif-r-chance-{of}"]), 1) if verb == "r" else None
    on: date | None = state[f"whatif-s-on-{of}"] if verb == "s" else None
    ends = (str(state["whatif-a-after"]), str(state["whatif-a-before"])) if verb == "a" else ("", "")
    return Change(verb, of, days, chance, on, *ends)


def _room(text: str, changes: int) -> None:
    longest = PAGE_KEYS["forecast"]["what"].longest
    if changes > scenarios.MOST_CHANGES or len(text) > longest:
        said = _("A scenario holds at most {n} changes and {length} characters; take one out first.")
        raise PlanError(said.format(n=scenarios.MOST_CHANGES, length=longest))


def _draft_button(session: "Session", scenario: Scenario) -> None:
    """Take the changed rows to the data desk; only from the newest version, so that nothing is undone."""
    newest = session.version == lake().newest()
    st.button(
        _("Take to the data desk as a draft"),
        key="action-whatif-draft",
        disabled=not scenario.changes or not newest,
        help=None if newest else _("Open the newest version first: a draft is made against it."),
        on_click=_take,
        args=(session, scenario),
    )
    if drafted := st.session_state.get("whatif-drafted"):
        st.link_button(_("Open the data desk"), to_link(View(page="data")), key="whatif-open", type=drafted)


def _take(session: "Session", scenario: Scenario) -> None:
    """Make a draft of the rows that the scenario changes; it goes the way of every file from there."""
    from firstdose.ui.desk import corrections
    from firstdose.ui.visit import owner

    speak()
    everything = View(page="data")
    before = {name: stored.rows(session, everything, name) for name in ("tasks", "risks")}
    made = scenarios.applied(scenario, before["tasks"], before["risks"])
    whole = any(scenarios.dropped(made.scenario))
    files: dict[str, tuple[str, bytes]] = {}
    for name, key, after in (("tasks", "task_id", made.tasks), ("risks", "risk_id", made.risks)):
        changed = scenarios.changed_rows(before[name], after, key)
        if len(changed) or len(after) < len(before[name]):
            files[name] = f"{name}.csv", _csv(after if whole else changed)
    if not files:
        st.session_state["whatif-problem"] = _("The scenario changes no row of the data.")
        return
    problem = corrections.own_draft(
        Drafts(lake().place), owner(), files, Scope("replace" if whole else "merge")
    )
    if problem:
        st.session_state["whatif-problem"] = problem
        return
    st.session_state["whatif-done"] = _("The changed rows stand in your draft at the data desk.")
    st.session_state["whatif-drafted"] = "secondary"


def _csv(rows: "pd.DataFrame") -> bytes:
    return rows.astype(object).map(cell_text).to_csv(index=False, lineterminator="\n").encode()
