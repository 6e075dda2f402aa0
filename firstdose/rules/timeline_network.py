"""What the network says about the plan on screen: its critical chains, its loops, claims it contradicts."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from firstdose.errors import PlanError
from firstdose.rules import network as nets
from firstdose.rules import schedule
from firstdose.rules.next_day import NEXT_DAY
from firstdose.rules.timeline import in_language
from firstdose.words import N_, _


@dataclass(frozen=True, slots=True)
class Reckoned:
    """The plan computed: tasks on a critical chain, those of a loop, and dates it contradicts.

    ``contradictions``: see ``contradicted``. With a loop nothing is computed and ``trouble`` says it.
    """

    critical: frozenset[str]
    loop: frozenset[str]
    trouble: str
    contradictions: pd.DataFrame


def reckon(tasks: pd.DataFrame, as_of: date) -> Reckoned:
    """Compute the whole plan (``queries.timeline.whole``) on its report day.

    Critical is what sets the day of an open first dose of its program; where a program has none in the plan,
    of its filing; a start typed for the day after its predecessor follows it. Project rule R-08.
    """
    try:
        given = schedule.plan(tasks, as_of)
    except PlanError as error:
        return Reckoned(frozenset(), frozenset(error.tasks), str(error), _nothing(tasks))
    early = nets.forward(given.net, given.mid, given.earliest)
    critical: set[int] = set()
    for target in _targets(given):
        critical |= nets.holding(given.net, early, given.mid, target, NEXT_DAY + nets.CLOSE)
    chains = frozenset(given.net.ids[at] for at in critical if not given.done[at])
    return Reckoned(chains, frozenset(), "", contradicted(tasks, given))


def _targets(given: schedule.Plan) -> list[int]:
    """The open milestones the chains lead to."""
    open_ = given.tasks[~given.done & given.tasks["anchor"].notna()]
    dosed = set(open_.loc[open_["anchor"] == "first dose", "program_id"])
    kept = (open_["anchor"] == "first dose") | ~open_["program_id"].isin(dosed)
    return [int(at) for at in open_.index[kept]]


_HELD = {"report day": N_("the report day"), "planned day": N_("its own planned start")}


def contradicted(tasks: pd.DataFrame, given: schedule.Plan) -> pd.DataFrame:
    """Open tasks whose claimed finish lies before the computed one, the furthest off first.

    Columns: those of the plan, claimed_on, computed_on (date), days (int, computed minus claimed) and held
    (str: the name of the predecessor that sets its days, or what else does).
    """
    names = dict(zip(tasks["task_id"], in_language(tasks, "name"), strict=True))
    if tasks.empty:
        return _nothing(tasks)
    frame = schedule.schedule(given)
    late = frame["gap_days"].fillna(0) > nets.CLOSE
    found = frame[~frame["is_done"] & late & frame["claimed_finish"].notna()]
    held = [
        names[driver] if driver else _(_HELD.get(kind, ""))
        for driver, kind in zip(found["driver"], found["held_by"], strict=True)
    ]
    rows = found.assign(
        claimed_on=found["claimed_finish"],
        computed_on=found["early_finish"],
        days=np.ceil(found["gap_days"]).astype(np.int64),
        held=pd.Series(held, index=found.index, dtype="str"),
    )
    rows = rows.sort_values(["days", "task_id"], ascending=[False, True], ignore_index=True)
    rows.attrs = dict(tasks.attrs)
    return rows


def _nothing(tasks: pd.DataFrame) -> pd.DataFrame:
    """No contradicted claim, with the columns of ``contradicted``."""
    found = tasks.head(0)
    days = pd.Series([], dtype="datetime64[s]")
    return found.assign(claimed_on=days, computed_on=days, days=pd.Series([], dtype="int64"), held="")
