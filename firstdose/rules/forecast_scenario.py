"""What if: a few changes to the plan, written as one short text of a link. Nothing of it is ever stored.

Changes stand side by side with a space between them, their parts with ``~``; both need no escape in a link:

    d~T12~20~30~45                  duration of a task: shortest, most likely, longest (days)
    s~T12~2027-03-01                a task that has not begun starts on that day at the earliest
    x~T12                           drop a task: what waited for it waits for what it waited for
    a~NEW~20~30~45~T12~T20          a new task after T12 that T20 waits for
    r~R1~40~10~20~60                a risk: probability (%), shortest, most likely, longest delay (days)
    q~R1                            drop a risk
    e                               but for ``s`` nothing waits for its planned day, only for links and as_of

The same text, read and written again, is the same; a later change of the same thing is refused, not merged.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from firstdose.errors import PlanError
from firstdose.rules.forecast import Outlook
from firstdose.rules.schedule import links_of
from firstdose.words import N_, _, say_date, say_number

#: Changes of one scenario, days of one duration: what a person can still look through; our convention.
MOST_CHANGES, MOST_DAYS = 30, 3650.0
_ID = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
_N = r"(\d{1,4}(?:\.\d)?)"
_DAY = r"(\d{4}-\d{2}-\d{2})"
_FORMS = {
    "d": rf"d~({_ID})~{_N}~{_N}~{_N}",
    "s": rf"s~({_ID})~{_DAY}",
    "x": rf"x~({_ID})",
    "a": rf"a~({_ID})~{_N}~{_N}~{_N}~({_ID})~({_ID})",
    "r": rf"r~({_ID})~{_N}~{_N}~{_N}~{_N}",
    "q": rf"q~({_ID})",
    "e": r"e()",
}
_READ = {verb: re.compile(form, re.ASCII) for verb, form in _FORMS.items()}
_UNREAD = N_("“{part}” is not a change that firstdose knows; it was left out.")
_TWICE = N_("“{part}” changes what was changed before it; it was left out.")
_MANY = N_("A scenario holds at most {n} changes; “{part}” and what follows was left out.")
_NO_TASK = N_("“{part}”: the plan has no task {id}; it was left out.")
_NO_RISK = N_("“{part}”: there is no open or accepted risk {id}; it was left out.")
_DONE = N_("“{part}”: task {id} is done and cannot change; it was left out.")
_BEGUN = N_("“{part}”: task {id} has begun; its start cannot move; it was left out.")
_ANCHOR = N_("“{part}”: {id} is a milestone that is forecast and cannot be dropped; it was left out.")
_TAKEN = N_("“{part}”: the plan has a task {id} already; it was left out.")


@dataclass(frozen=True, slots=True)
class Change:
    """One change: what is done (a letter of the grammar) to what, with which numbers.

    ``days``: shortest, most likely, longest; ``chance`` in percent; ``on`` the earliest start.
    """

    verb: str
    of: str = ""
    days: tuple[float, float, float] | None = None
    chance: float | None = None
    on: date | None = None
    after: str = ""
    before: str = ""

    @property
    def written(self) -> str:
        """The change as it stands in a link."""
        parts = [self.verb, self.of] if self.of else [self.verb]
        if self.chance is not None:
            parts.append(_plain(self.chance))
        parts += [_plain(value) for value in self.days or ()]
        parts += [self.on.isoformat()] if self.on else []
        return "~".join([*parts, *(part for part in (self.after, self.before) if part)])

    @property
    def touches(self) -> tuple[str, str]:
        """What it changes: two changes of the same thing contradict each other."""
        kind = "risk" if self.verb in "rq" else self.verb if self.verb in "se" else "task"
        return kind, self.of


@dataclass(frozen=True, slots=True)
class Scenario:
    """The changes of a link that were understood, and in words what was not."""

    changes: tuple[Change, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def written(self) -> str:
        """The scenario as it stands in a link."""
        return " ".join(change.written for change in self.changes)

    @property
    def keeps_planned(self) -> bool:
        """Whether what has not begun waits for its planned day."""
        return all(change.verb != "e" for change in self.changes)

    @property
    def starts(self) -> frozenset[str]:
        """The tasks that the reader gave a start: it is kept even where no planned day is."""
        return frozenset(change.of for change in self.changes if change.verb == "s")


@dataclass(frozen=True, slots=True)
class Applied:
    """Tasks and risks as the scenario has them; the changes that took hold, and what did not, in words."""

    tasks: pd.DataFrame
    risks: pd.DataFrame
    scenario: Scenario


def _plain(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.1f}"


def read(text: str) -> Scenario:
    """The scenario of a link. Whatever is not understood is named in ``refused``; nothing is guessed."""
    changes: list[Change] = []
    refused: list[str] = []
    seen: set[tuple[str, str]] = set()
    for part in text.split():
        change = _one(part)
        if len(changes) == MOST_CHANGES:
            refused.append(_(_MANY).format(n=MOST_CHANGES, part=part[:60]))
            break
        if change is None:
            refused.append(_(_UNREAD).format(part=part[:60]))
        elif change.touches in seen:
            refused.append(_(_TWICE).format(part=part[:60]))
        else:
            seen.add(change.touches)
            changes.append(change)
    return Scenario(tuple(changes), tuple(refused))


def _one(part: str) -> Change | None:
    """The change of one part; none when it cannot be read, or says what cannot be."""
    form = _READ.get(part[:1])
    found = form.fullmatch(part) if form else None
    if found is None:
        return None
    verb, said = part[0], found.groups()
    if verb == "s":
        try:
            day = date.fromisoformat(said[1])
        except ValueError:
            return None
        return Change(verb, said[0], on=day) if 1990 <= day.year < 2200 else None
    chance = float(said[1]) if verb == "r" else None
    at = 2 if verb == "r" else 1
    days = (float(said[at]), float(said[at + 1]), float(said[at + 2])) if verb in "dar" else None
    if days and not days[0] <= days[1] <= days[2] <= MOST_DAYS:
        return None
    if chance is not None and chance > 100:
        return None
    after, before = said[4:6] if verb == "a" else ("", "")
    return Change(verb, said[0], days, chance, None, after, before)


def applied(scenario: Scenario, tasks: pd.DataFrame, risks: pd.DataFrame) -> Applied:
    """The plan with the changes made, in the order given; the frames given are left as they were.

    ``tasks`` and ``risks``: columns of their contracts, or those a forecast asks for. An empty scenario gives
    equal frames.
    """
    plan, causes = tasks.copy(), risks.copy()
    kept: list[Change] = []
    refused = list(scenario.refused)
    for change in scenario.changes:
        reason, name = _refusal(change, plan, causes)
        if reason:
            refused.append(_(reason).format(part=change.written, id=name))
            continue
        kept.append(change)
        if change.verb in "rq":
            causes = _risk(change, causes)
        elif change.verb != "e":
            plan = _MAKE[change.verb](change, plan)
    for frame, source in ((plan, tasks), (causes, risks)):
        frame.attrs = dict(source.attrs)
    return Applied(plan, causes, Scenario(tuple(kept), tuple(refused)))


def _refusal(change: Change, tasks: pd.DataFrame, risks: pd.DataFrame) -> tuple[str, str]:
    """Why a change cannot be made to this plan (empty: it can), and which id stands in its way."""
    if change.verb == "e":
        return "", ""
    if change.verb in "rq":
        return "" if (risks["risk_id"] == change.of).any() else _NO_RISK, change.of
    there = set(tasks["task_id"])
    needed = (change.after, change.before) if change.verb == "a" else (change.of,)
    missing = [task for task in needed if task not in there]
    if missing:
        return _NO_TASK, missing[0]
    if change.verb == "a" and change.of in there:
        return _TAKEN, change.of
    row = tasks[tasks["task_id"] == (change.before or change.of)].iloc[0]
    if pd.notna(row["actual_finish"]):
        return _DONE, str(row["task_id"])
    if change.verb == "x" and pd.notna(row["anchor"]):
        return _ANCHOR, change.of
    begun = pd.notna(row["actual_start"]) and change.verb in "sa"
    return _BEGUN if begun else "", str(row["task_id"])


def _risk(change: Change, risks: pd.DataFrame) -> pd.DataFrame:
    at = risks["risk_id"] == change.of
    if change.verb == "q":
        return risks[~at].reset_index(drop=True)
    risks.loc[at, "probability_pct"] = change.chance
    for name, value in zip(("low", "mid", "high"), change.days or (), strict=False):
        risks.loc[at, f"impact_{name}_days"] = value
    return risks


def _duration(change: Change, tasks: pd.DataFrame) -> pd.DataFrame:
    at = tasks["task_id"] == change.of
    for name, value in zip(("low", "mid", "high"), change.days or (), strict=False):
        tasks.loc[at, f"duration_{name}_days"] = value
    return tasks


def _start(change: Change, tasks: pd.DataFrame) -> pd.DataFrame:
    """Move the forecast start, and with it the forecast finish by as many days."""
    at = tasks.index[tasks["task_id"] == change.of][0]
    day = pd.Timestamp(str(change.on))
    begun = [tasks.loc[at, name] for name in ("forecast_start", "baseline_start")]
    was = next((one for one in begun if pd.notna(one)), None)
    if was is not None and pd.notna(tasks.loc[at, "forecast_finish"]):
        tasks.loc[at, "forecast_finish"] = tasks.loc[at, "forecast_finish"] + (day - pd.Timestamp(was))
    tasks.loc[at, "forecast_start"] = day
    return tasks


def _drop(change: Change, tasks: pd.DataFrame) -> pd.DataFrame:
    """Take the row out and hang what followed it on what it waited for."""
    known = set(tasks["task_id"])
    own = tasks.loc[tasks["task_id"] == change.of, "predecessors"].iloc[0]
    before = [] if pd.isna(own) else _parts(own)
    follows = tasks["predecessors"].fillna("").str.contains(change.of, regex=False)
    for at in tasks.index[follows]:
        parts: list[str] = []
        for part in _parts(tasks.loc[at, "predecessors"]):
            waits_for = {link.before for link in links_of(str(tasks.loc[at, "task_id"]), part, known)}
            parts += before if change.of in waits_for else [part]
        tasks.loc[at, "predecessors"] = ";".join(dict.fromkeys(parts)) or None
    return tasks[tasks["task_id"] != change.of].reset_index(drop=True)


def _parts(cell: object) -> list[str]:
    return [part.strip() for part in str(cell).split(";") if part.strip()]


def _add(change: Change, tasks: pd.DataFrame) -> pd.DataFrame:
    """A row of its own, for the partner, program and workstream of the task that waits for it."""
    at = tasks.index[tasks["task_id"] == change.before][0]
    waiting = tasks.loc[at]
    same = ("program_id", "partner_id", "country", "workstream", "jurisdiction")
    row = {name: waiting[name] for name in same if name in tasks}
    low, mid, high = change.days or (0.0, 0.0, 0.0)
    row |= {"task_id": change.of, "name": change.of, "kind": "task", "predecessors": change.after}
    row |= {"duration_low_days": low, "duration_mid_days": mid, "duration_high_days": high}
    had = [] if pd.isna(waiting["predecessors"]) else _parts(waiting["predecessors"])
    tasks.loc[at, "predecessors"] = ";".join([*had, change.of])
    added = pd.DataFrame([row]).reindex(columns=tasks.columns)
    return pd.concat([tasks, added.astype(tasks.dtypes.to_dict())], ignore_index=True)


_MAKE = {"d": _duration, "s": _start, "x": _drop, "a": _add}


def check(change: Change) -> Change:
    """A change as a form made it, read back from its own text. PlanError: it says what cannot be."""
    if _one(change.written) != change:
        raise PlanError(
            _(
                "“{part}” cannot be: days rise from shortest to longest, up to {most}, with one decimal; a "
                "probability is at most 100 %; ids hold letters, digits and . _ - only."
            ).format(part=change.written, most=round(MOST_DAYS)),
            (change.of,),
        )
    return change


def in_words(change: Change, names: dict[str, str]) -> str:
    """One change as the screen says it; ``names`` of tasks and risks by id."""
    days = "–".join(say_number(value, 0 if value == int(value) else 1) for value in change.days or ())
    name = f"{change.of} {names.get(change.of, '')}".strip()
    match change.verb:
        case "d":
            return _("{name}: takes {days} days").format(name=name, days=days)
        case "s":
            return _("{name}: starts {day} at the earliest").format(name=name, day=say_date(change.on))
        case "x":
            return _("{name}: dropped").format(name=name)
        case "a":
            said = _("{name}: new, {days} days, after {after}, before {before}")
            return said.format(name=name, days=days, after=change.after, before=change.before)
        case "r":
            said = _("{name}: {chance} %, delays by {days} days")
            return said.format(name=name, chance=say_number(change.chance or 0.0), days=days)
        case "q":
            return _("{name}: risk dropped").format(name=name)
    return _("Nothing waits for its planned day")


def told(scenario: Scenario, names: dict[str, str]) -> str:
    """A whole scenario as the screen says it: its changes, and what of it was left out."""
    changes = " · ".join(in_words(change, names) for change in scenario.changes)
    said = [_("Changed: {changes}.").format(changes=changes)] if changes else []
    return " ".join([*said, *scenario.refused])


def changed_rows(before: pd.DataFrame, after: pd.DataFrame, key: str) -> pd.DataFrame:
    """The rows that are new or differ in any cell, whole; both hold the same columns."""
    old = before.astype(object).where(before.notna(), None).set_index(key)
    new = after.astype(object).where(after.notna(), None).set_index(key)
    same = [name in old.index and new.loc[name].equals(old.loc[name]) for name in new.index]
    return after[[not one for one in same]].reset_index(drop=True)


def dropped(scenario: Scenario) -> Iterable[str]:
    """Ids of the tasks and risks that the scenario takes out."""
    return (change.of for change in scenario.changes if change.verb in "xq")


def effects(before: Outlook, after: Outlook) -> pd.DataFrame:
    """Every milestone before and after, the one that moves most first.

    Columns: those of the milestone, p50_before, p50_after, p80_before, p80_after (date), p50_days, p80_days
    (int, positive = later), chance_before, chance_after (0..1, none without a target).
    """
    told = ["task_id", "p50", "p80", "chance"]
    own = [name for name in before.milestones if name not in {"p10", "p50", "p80", "p90", "chance"}]
    both = before.milestones[told].merge(after.milestones[told], on="task_id", suffixes=("_before", "_after"))
    frame = before.milestones[own].merge(both, on="task_id")
    for level in ("p50", "p80"):
        frame[f"{level}_days"] = (frame[f"{level}_after"] - frame[f"{level}_before"]).dt.days
    moved = frame.assign(far=-frame["p80_days"].abs()).sort_values(["far", "p50_before"], kind="stable")
    frame = frame.loc[moved.index].reset_index(drop=True)
    frame.attrs = dict(before.milestones.attrs)
    return frame
