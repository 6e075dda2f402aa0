"""Who does what when: the plan with its baseline, forecast and actual days, hand-offs and milestones."""

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from firstdose.queries import ask
from firstdose.view import NO_DAY_SINCE, NO_DAY_UNTIL, NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from firstdose.lake import Session
    from firstdose.view import View

#: Days shown before and after the report day, by the page key ``window``; our convention.
WINDOWS: dict[str, tuple[int, int]] = {"quarter": (28, 63), "8-weeks": (14, 42), "year": (91, 274)}


def window(session: "Session", view: "View") -> tuple[date | None, date | None]:
    """The first and last day shown: the period of the view, else ``window`` round the report day.

    None is an open end; ``window=all`` leaves both open, a refused one lets no day through.
    """
    if view.since or view.until:
        return view.since, view.until
    chosen = view.key("window", "quarter")
    if chosen == NOTHING:
        return NO_DAY_SINCE, NO_DAY_UNTIL
    around = WINDOWS.get(chosen)
    if around is None:
        return None, None
    day = view.as_of or session.as_of
    return day - timedelta(days=around[0]), day + timedelta(days=around[1])


def tasks(session: "Session", view: "View") -> "pd.DataFrame":
    """The plan: one row per task, deliverable, decision or milestone that touches the days of ``window``.

    Work that is begun and not done runs up to the report day at least, as it is drawn.
    Columns: ids, names and roles of program, partner and receiver, workstream, name, name_ja, kind, anchor,
    jurisdiction, note (str), the six dates of the plan, start_on and finish_on (the best known: actual,
    else forecast, else baseline), percent_complete (0..100). Alliance-level work has no program.
    """
    first, last = window(session, view)
    return ask("timeline.tasks", session, view, first_day=first, last_day=last)


def plan(session: "Session", view: "View") -> "pd.DataFrame":
    """The same as ``tasks`` without a window: the whole plan, or the days of the period of the view."""
    return ask("timeline.tasks", session, view, first_day=view.since, last_day=view.until)


def handoffs(session: "Session", view: "View") -> "pd.DataFrame":
    """Hand-offs between two partners that are not done; promised_on is the baseline, else the forecast.

    Columns as ``tasks``, and promised_on (date). A period bounds promised_on; ``window`` does not.
    """
    return ask("timeline.handoffs", session, view)


def milestones(session: "Session", view: "View") -> "pd.DataFrame":
    """Filing and first dose: one row per program, jurisdiction and anchor.

    Columns: task_id, program_id, program_name, program_name_ja, anchor, jurisdiction (str), target_on,
    expected_on (actual, else forecast, else baseline) and the dates of the plan, slip_days (expected minus
    baseline, without an expectation none), to_target_days (expected minus target). A period bounds
    expected_on.
    """
    return ask("timeline.milestones", session, view)


def whole(session: "Session", view: "View") -> "pd.DataFrame":
    """Every task of the plan whatever the filters, since links cross programs; the report day of the session.

    Columns as ``tasks`` without names of programs, and predecessors, country, three durations (days).
    """
    return ask("timeline.whole", session, replace(view, as_of=None))


def closures(session: "Session", view: "View") -> "pd.DataFrame":
    """Shutdowns of partners: partner_id, from_on, to_on (date, both included), reason."""
    return ask("timeline.closures", session, view)


def matching(session: "Session", view: "View") -> "pd.DataFrame":
    """The tasks that the filters let through, on whatever day: task_id, and what the filters read."""
    return ask("timeline.matching", session, view)


def milestones_of(sessions: "Iterable[Session]", view: "View") -> "pd.DataFrame":
    """``milestones`` of several data versions below each other; adds version (int) and as_of (date)."""
    return _below(sessions, [milestones(session, _open_ended(view)) for session in sessions])


def whole_of(sessions: "Iterable[Session]", view: "View") -> "pd.DataFrame":
    """``whole`` of several data versions below each other; adds version (int) and as_of (date)."""
    return _below(sessions, [whole(session, view) for session in sessions])


def _open_ended(view: "View") -> "View":
    """Without a period: a forecast that moved out of it would be missing from the history."""
    return replace(view, as_of=None, since=None, until=None)


def _below(sessions: "Iterable[Session]", parts: "list[pd.DataFrame]") -> "pd.DataFrame":
    import pandas as pd

    told = [
        part.assign(version=session.version, as_of=session.as_of)
        for session, part in zip(sessions, parts, strict=True)
    ]
    # a frame without rows would only blur the types
    whole = pd.concat([part for part in told if len(part)] or told[-1:], ignore_index=True)
    whole.attrs = dict(parts[-1].attrs)
    return whole
