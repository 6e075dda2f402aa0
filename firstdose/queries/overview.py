"""Where the alliance stands: the figures at the top, the next days, and names for what changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from firstdose.queries import ask, readiness

if TYPE_CHECKING:
    import pandas as pd

    from firstdose.lake import Session, TableChanges
    from firstdose.view import View

#: Tables whose changes have words of their own on the overview.
TOLD = ("stage_events", "tasks", "readiness_items", "batches", "deviations")


@dataclass(frozen=True, slots=True)
class Standing:
    """The frames behind the figures of the overview, of one data version."""

    programs: "pd.DataFrame"
    first_doses: "pd.DataFrame"
    batches: "pd.DataFrame"
    checklist: "pd.DataFrame"  # every item, and below what their links take
    network: "pd.DataFrame"
    as_of: date


def standing(session: "Session", view: "View") -> Standing:
    """Everything the figures of the overview are made of."""
    return Standing(
        programs(session, view),
        next_first_dose(session, view),
        batch_success(session, view),
        readiness.all_items(session, view),
        readiness.network(session, view),
        view.as_of or session.as_of,
    )


def standing_before(base: "Session | None", view: "View") -> Standing | None:
    """The same of the version compared with, on its own report day; none where there is no version."""
    return None if base is None else standing(base, replace(view, as_of=None))


def programs(session: "Session", view: "View") -> "pd.DataFrame":
    """The chosen programs: program_id, status (str), is_in_clinic (bool: first-in-human trial or later)."""
    return ask("overview.programs", session, view)


def next_first_dose(session: "Session", view: "View") -> "pd.DataFrame":
    """First doses that active programs still have ahead, the earliest first.

    Columns: task_id, program_id, program_name, program_name_ja, jurisdiction (str), expected_on (forecast,
    else baseline), target_on (date), is_forecast, has_passed (bool), to_target_days, slip_days (int or none;
    positive is later than target, than baseline). A period bounds expected_on.
    """
    return ask("overview.next_first_dose", session, view)


def batch_success(session: "Session", view: "View") -> "pd.DataFrame":
    """Lots by what became of them, one row per material (drug product, vector).

    Columns: material (str), started, pending, dispositioned, released, released_out_of_specification,
    failed (int). A period bounds the day a lot was started.
    """
    return ask("overview.batch_success", session, view)


def next_days(session: "Session", view: "View") -> "pd.DataFrame":
    """What is planned and not done, and what is due, in the 90 days after the report day.

    Columns: row_key (task_id or item_id), ids and names of program and partner, is_lead (bool: the program's
    lead does it), kind (of the task, or ``gate item``), anchor (the milestone it is or blocks), workstream,
    jurisdiction (str), baseline_start, baseline_finish, start_on, finish_on (date, best known; the due day of
    an item). Programs that stopped are left out.
    """
    return ask("overview.next_days", session, view)


def named_rows(session: "Session", view: "View", keys: Sequence[str] | None = None) -> "pd.DataFrame":
    """Names of tasks, items, batches, stage events and deviations; ``keys`` (``table:key``) limits them.

    Columns: table_name, row_key, program_id, program_name, program_name_ja, label, label_ja, kind (anchor,
    milestone, disposition, outcome or severity), jurisdiction (str), is_gate (bool), area (str or none). A
    task of the alliance has no program; a deviation without a batch has no row.
    """
    asked = [keys] if isinstance(keys, str) else keys
    return ask("overview.named_rows", session, view, keys=None if asked is None else list(asked))


def names_of_changes(
    changes: "Mapping[str, TableChanges]", session: "Session", base: "Session | None", view: "View"
) -> "pd.DataFrame":
    """Names of all rows that changed, as they are now and, where removed, as they were. As ``named_rows``."""
    keys = sorted(
        {
            f"{table}:{'|'.join(key)}"
            for table in TOLD
            if table in changes
            for key in (
                *changes[table].added,
                *changes[table].removed,
                *(cell.key for cell in changes[table].changed),
            )
        }
    )
    now = named_rows(session, view, keys)
    if base is None or not any(changes[table].removed for table in TOLD if table in changes):
        return now
    import pandas as pd

    both = pd.concat([now, named_rows(base, replace(view, as_of=None), keys)])
    both = both.drop_duplicates(["table_name", "row_key"], ignore_index=True)
    both.attrs = dict(now.attrs)
    return both
