"""What moved, as read on screen: the slip table, and the parts of one milestone's shift."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from firstdose.figures import gantt, theme
from firstdose.rules.timeline import in_language
from firstdose.rules.timeline_parts import Split
from firstdose.words import N_, _, either, ngettext, say_date

_CHANGES = {"moved": N_("moved"), "new": N_("new"), "removed": N_("removed")}
_ROW = 34  # px of a bar and its name
_MOST = 14  # parts drawn; the smaller ones are summed in one bar
_NAME = 36  # Latin characters of a part's name
DECISION = "decision"


def slip_columns() -> dict[str, str]:
    """The columns of the slip table, in order, with their labels."""
    return {
        "finish_days": _("Finish, days"),
        "name": _("Task"),
        "program_id": _("Program"),
        "partner": _("Partner"),
        "was_finish": _("Finish was"),
        "finish": _("Finish is"),
        "since": _("Since"),
        "moves": _("Times moved"),
        "start_days": _("Start, days"),
        "was_start": _("Start was"),
        "start": _("Start is"),
        "change": _("Change"),
    }


def slip_rows(slips: pd.DataFrame) -> pd.DataFrame:
    """The slip table as read on screen; takes ``rules.timeline_slip.since``.

    Columns: task_id and those of ``slip_columns``; days are calendar days, positive = later.
    """
    since = [
        "" if pd.isna(version) else _("v{version} · {day}").format(version=version, day=say_date(day.date()))
        for version, day in zip(slips["since_version"], slips["since_on"], strict=True)
    ]
    found = slips[["task_id", "finish_days", "start_days", "moves"]].assign(
        name=in_language(slips, "name"),
        program_id=slips["program_id"].fillna(_("Alliance")),
        partner=in_language(slips, "partner_name").fillna(slips["partner_id"]),
        was_start=_days(slips["was_start"]),
        was_finish=_days(slips["was_finish"]),
        start=_days(slips["start_on"]),
        finish=_days(slips["finish_on"]),
        change=[_(_CHANGES[one]) for one in slips["change"]],
        since=since,
    )
    found.attrs = dict(slips.attrs)
    return found


def _days(column: "pd.Series[Any]") -> "pd.Series[Any]":
    return pd.to_datetime(column).dt.date.astype(object)


def part_rows(split: Split, tasks: pd.DataFrame) -> pd.DataFrame:
    """The parts of a shift in the order of the work, then what is left over and the whole.

    Takes the plan (task_id, name, partner, kind). Columns: task_id, name, partner, kind (task, decision …,
    "residual" or "whole"), days (int), why (str), from_day, to_day (int: days after the day it was).
    """
    known = tasks.drop_duplicates("task_id").set_index("task_id").reindex(split.parts["task_id"])
    rows = split.parts.assign(
        name=in_language(known, "name").to_numpy(),
        partner=in_language(known, "partner_name").fillna(known["partner_id"]).to_numpy(),
        kind=known["kind"].to_numpy(),
    )
    ends = [
        {"task_id": "", "name": _("Residual"), "partner": "", "kind": "residual", "days": split.residual_days}
        | {"why": _("typed dates beyond links and durations")},
        {"task_id": "", "name": _("Whole shift"), "partner": "", "kind": "whole", "days": split.whole_days}
        | {"why": ""},
    ]
    found = pd.concat([part for part in (rows, pd.DataFrame(ends)) if len(part)], ignore_index=True)
    until = found["days"].cumsum().where(found["kind"] != "whole", found["days"])
    found = found.assign(days=found["days"].astype(int), to_day=until.astype(int))
    found = found.assign(from_day=found["to_day"] - found["days"])
    found.attrs = dict(tasks.attrs)
    return found


def part_columns() -> dict[str, str]:
    """The columns of the table of parts, in order."""
    return {"days": _("Days"), "name": _("Task"), "partner": _("Partner"), "why": _("What differs")}


def group_rows(groups: pd.DataFrame, split: Split, names: Mapping[str, str]) -> pd.DataFrame:
    """Parts by partner and decisions, then residual and whole; ``names`` are those of partners by id."""
    said = [_("Decisions") if who == DECISION else names.get(who, who) for who in groups["who"]]
    rows = groups.assign(who=said)
    ends = pd.DataFrame(
        {
            "who": [_("Residual"), _("Whole shift")],
            "days": [split.residual_days, split.whole_days],
            "tasks": [0, int(groups["tasks"].sum())],
        }
    )
    found = pd.concat([part for part in (rows, ends) if len(part)], ignore_index=True)
    return found.assign(days=found["days"].astype(int), tasks=found["tasks"].astype(int))


def group_columns() -> dict[str, str]:
    """The columns of the table of groups, in order."""
    return {"days": _("Days"), "who": _("Partner or decisions"), "tasks": _("Tasks")}


def partner_names(tasks: pd.DataFrame) -> dict[str, str]:
    """The names of the partners at work in the reader's language, by id."""
    one = tasks.drop_duplicates("partner_id")
    return {
        str(row["partner_id"]): either(str(row["partner_name"]), row["partner_name_ja"])
        for row in one.to_dict("records")
        if isinstance(row["partner_name"], str)
    }


def parts(rows: pd.DataFrame) -> go.Figure:
    """Draw how the shift came together: one bar a part, each begins where the one above ended.

    Takes ``part_rows``. Unit: days after the day it was; later to the right. At most ``_MOST`` parts, the
    smaller ones as one bar.
    """
    if not rows["days"].any():
        return theme.empty(_("This milestone stands where it stood: there is nothing to split."))
    drawn = _largest(rows)
    at = list(range(len(drawn)))
    low, high = (
        int(drawn[["from_day", "to_day"]].min().min()),
        int(drawn[["from_day", "to_day"]].max().max()),
    )
    air = max(2.0, 0.14 * (high - low))
    colours = [_colour(row) for row in drawn.to_dict("records")]
    return go.Figure(
        data=[
            {
                "type": "bar",
                "orientation": "h",
                "base": drawn["from_day"].tolist(),
                "x": drawn["days"].tolist(),
                "y": at,
                "width": 0.55,
                "marker": {"color": colours},
                "text": [_signed(days) for days in drawn["days"]],
                "textposition": "outside",
                "cliponaxis": False,
                "customdata": [_told(row) for row in drawn.to_dict("records")],
                "hovertemplate": "%{customdata}<extra></extra>",
            }
        ],
        layout={
            "height": _ROW * len(drawn) + 56,
            "margin": {"l": 190, "r": 12, "t": 6, "b": 44},
            "xaxis": {
                "title": {"text": _("days after the day it was")},
                "range": [min(low, 0) - (air if low < 0 else 0), high + air],
                "fixedrange": True,
                "zeroline": True,
                "nticks": 6,
            },
            "yaxis": {
                "range": [len(drawn) - 0.5, -0.5],
                "tickvals": at,
                "ticktext": [_named(row) for row in drawn.to_dict("records")],
                "fixedrange": True,
                "showgrid": False,
                "zeroline": False,
                "tickfont": {"size": 12, "color": theme.colour("text")},
            },
            "showlegend": False,
        },
    )


def _largest(rows: pd.DataFrame) -> pd.DataFrame:
    """The largest parts in their order, the others as one, then residual and whole."""
    own = rows[~rows["kind"].isin(["residual", "whole"])]
    if len(own) > _MOST:
        kept = own.loc[
            own["days"].abs().sort_values(ascending=False, kind="stable").index[:_MOST]
        ].sort_index()
        small = own.drop(kept.index)
        said = ngettext("{n} smaller part", "{n} smaller parts", len(small)).format(n=len(small))
        other = kept.tail(1).assign(name=said, partner="", why="", kind="task", days=int(small["days"].sum()))
        own = pd.concat([kept, other], ignore_index=True)
        until = own["days"].cumsum()
        own = own.assign(to_day=until, from_day=until - own["days"])
    ends = rows[rows["kind"].isin(["residual", "whole"])]
    ends = ends[(ends["kind"] == "whole") | (ends["days"] != 0)]
    return pd.concat([own, ends], ignore_index=True)


def _colour(row: dict[Any, Any]) -> str:
    if row["kind"] in ("residual", "whole"):
        return theme.colour("secondary" if row["kind"] == "residual" else "text")
    return theme.colour("late" if row["days"] > 0 else "closed")


def _signed(days: int) -> str:
    return f"{days:+d}" if days else "0"


def _named(row: dict[Any, Any]) -> str:
    mark = "◆ " if row["kind"] == DECISION else ""
    lines = gantt.wrap(mark + str(row["name"]), _NAME - 10)
    return "<br>".join(theme.show_text(line) for line in lines)


def _told(row: dict[Any, Any]) -> str:
    parts_ = (row["name"], row["partner"], row["why"])
    days = ngettext("{n} day", "{n} days", abs(row["days"])).format(n=_signed(row["days"]))
    return "<br>".join([*(theme.show_text(str(part)) for part in parts_ if part), days])
