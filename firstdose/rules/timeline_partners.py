"""What partners owe each other: open, late, how often in time, the next six weeks. Project rule R-05."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from firstdose.rules.schedule import links_of
from firstdose.rules.timeline import on_time, task_marks

if TYPE_CHECKING:
    from firstdose.rules.proportion import Share

#: How far the agenda looks ahead: six weeks; our convention, two meetings of a monthly committee.
AGENDA_DAYS = 42


def handoffs(tasks: pd.DataFrame) -> pd.DataFrame:
    """The tasks that another partner waits for."""
    receiver = tasks["receiver_partner"]
    return tasks[receiver.notna() & (receiver != tasks["partner_id"])]


def standing(tasks: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """One row per partner that owes or owed: those with most late hand-offs first.

    Takes the plan. Columns: partner_id, partner_name, partner_name_ja, open, late, most_overdue_days (int or
    none), done, in_time (int: done by the day promised, of all done that were promised), share (Share).
    """
    owed = task_marks(handoffs(tasks), as_of)
    rows: list[dict[str, Any]] = []
    for partner, own in owed.groupby("partner_id"):
        share: Share = on_time(own, as_of)
        late = own[own["mark"] == "late"]
        named = own.iloc[0]
        rows.append(
            {
                "partner_id": partner,
                "partner_name": named["partner_name"],
                "partner_name_ja": named["partner_name_ja"],
                "open": int(own["is_open"].sum()),
                "late": len(late),
                "most_overdue_days": None if late.empty else int(late["overdue_days"].max()),
                "done": share.n,
                "in_time": share.k,
                "share": share,
            }
        )
    names = ["partner_id", "partner_name", "partner_name_ja", "open", "late", "most_overdue_days"]
    found = pd.DataFrame(rows, columns=[*names, "done", "in_time", "share"])
    found = found.astype({"most_overdue_days": "Int64"})
    found = found.sort_values(
        ["late", "open", "partner_id"], ascending=[False, False, True], ignore_index=True
    )
    found.attrs = dict(tasks.attrs)
    return found


def agenda(tasks: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Open hand-offs due within ``AGENDA_DAYS`` or overdue, pair by pair of partners, the first due on top.

    Takes the plan. Adds to the judged rows due_on (forecast, else baseline finish), pair (the two partner
    ids, the same whoever owes) and first (names of the open tasks it still waits for).
    """
    every = task_marks(tasks, as_of)
    owed = handoffs(every)
    due = pd.to_datetime(owed["forecast_finish"]).fillna(pd.to_datetime(owed["baseline_finish"]))
    near = owed["is_open"] & (due <= pd.Timestamp(as_of + timedelta(days=AGENDA_DAYS)))
    rows = owed[near].assign(due_on=due[near])
    pair = [
        " ⇄ ".join(sorted((one, other)))
        for one, other in zip(rows["partner_id"], rows["receiver_partner"], strict=True)
    ]
    rows = rows.assign(pair=pd.Series(pair, index=rows.index, dtype="str"))
    open_tasks = every[every["is_open"]].set_index("task_id")
    known = set(every["task_id"])
    waits = [
        [link.before for link in links_of(task, text, known) if link.before in open_tasks.index]
        if isinstance(text, str)
        else []
        for task, text in zip(rows["task_id"], rows["predecessors"], strict=True)
    ]
    rows = rows.assign(first=pd.Series(waits, index=rows.index, dtype=object))
    found = rows.sort_values(["pair", "due_on", "task_id"], ignore_index=True)
    found.attrs = dict(tasks.attrs)
    return found
