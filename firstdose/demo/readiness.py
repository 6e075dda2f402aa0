"""What stands between the programs and their first dose: items with their life, and the evidence for them."""

import zlib
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from firstdose.demo import chance
from firstdose.demo.story import CENTRE, LAST, RECEIVING, SENDING, Program, Row
from firstdose.reference import rows

_OWNERS = {
    "Regulatory": (CENTRE, "Regulatory lead"),
    "CMC-Vector": (RECEIVING, "Vector process lead"),
    "CMC-Drug product": (RECEIVING, "Cell process lead"),
    "Analytical": (SENDING, "Analytical lead"),
    "Nonclinical": (CENTRE, "Nonclinical lead"),
    "Clinical": (CENTRE, "Clinical lead"),
    "Quality system": (RECEIVING, "Quality lead"),
    "Supply & logistics": (RECEIVING, "Supply lead"),
    "Ethics & biosafety": (CENTRE, "Biosafety officer"),
}
_NA_REASONS = (
    "Covered by the platform file of the vector",
    "The trial treats one cohort only",
    "The receiving site holds the licence already",
)
_SHARE = {4: 0.22, 5: 0.66, 6: 0.93}  # of the items that are closed on the last report day, by stage


@dataclass(frozen=True, slots=True)
class Item:
    """One item and the days of its life; days after the last report day have not happened."""

    program: Program
    requirement: dict[str, str]
    owner: tuple[str, str]
    due: date
    began: date
    review: date
    closed: date
    reopened: date | None
    again: date | None
    silent: date | None
    unneeded: str
    expected: int

    @property
    def id(self) -> str:
        """The item's ID: program, jurisdiction, requirement."""
        return f"{self.program.id}-{self.requirement['jurisdiction']}-{self.requirement['requirement_code']}"

    def status(self, day: date) -> str:
        """What was said of the item on a day."""
        if self.unneeded:
            return "not applicable"
        if self.reopened and self.reopened <= day:
            return "closed" if self.again and self.again <= day else "in progress"
        if self.closed <= day:
            return "closed"
        if self.review <= day:
            return "in review"
        return "in progress" if self.began <= day else "not started"

    def closed_on(self, day: date) -> date | None:
        """The day of closing as known on a day."""
        if self.status(day) != "closed":
            return None
        return self.again if self.again and self.again <= day else self.closed


def items(cast: list[Program], seed: int, closing: dict[str, tuple[date, date]]) -> list[Item]:
    """Every item of the programs that stand between transfer and the first trial; a few of the others.

    An item that a task closes is due and closed soon after it: ``closing`` holds both days by item ID.
    """
    found = []
    for one in cast:
        if one.stage < 4 or one.filing is None or one.first_dose is None:
            continue
        die = chance.of(seed, f"items {one.id}")
        wanted = [row for row in rows("requirements") if _applies(row, one)]
        if not one.alliance:
            wanted = [row for row in wanted if die.random() < 0.45]
        made = [_after_task(_item(one, row, die, at), closing) for at, row in enumerate(wanted)]
        found += _with_a_silent_owner(made, closing) if one.alliance else made
    return found


def _applies(row: dict[str, str], one: Program) -> bool:
    if row["jurisdiction"] not in one.jurisdictions.split(";"):
        return False
    viral = one.vector in ("lentiviral", "gammaretroviral")
    return {
        "viral": viral,
        "integrating vector": viral,
        "non-viral or edited": one.edited or not viral,
        "autologous": one.modality.startswith("autologous"),
        "target-selected trials": one.selected,
    }.get(row["applies_to"], True)


def _item(one: Program, row: dict[str, str], die: Random, at: int) -> Item:
    milestone = one.filing if row["blocks"] == "filing" else one.first_dose
    assert milestone is not None  # noqa: S101 (items are made for programs with dates only)
    due = chance.after(milestone, -die.randint(10, 600))
    late = die.choice((0, 0, 0, 5, 12, 25, 45))
    share = _SHARE.get(one.stage, 1.0)
    done = die.random() < share or one.stage > 6
    closed = chance.after(due, late - 10)
    if done and closed > LAST:
        closed = chance.after(LAST, -die.randint(3, 480))
        due = chance.after(closed, die.randint(-12, 40))
    elif not done and closed <= LAST:
        due = chance.after(LAST, die.randint(-30, 120))
        closed = chance.after(LAST, die.randint(15, 200))
    review = chance.after(closed, -die.randint(8, 30))
    began = chance.after(review, -die.randint(40, 160))
    slot = at % 23
    reopened = (
        chance.after(closed, 60) if one.alliance and slot == 7 and closed < chance.after(LAST, -150) else None
    )
    again = chance.after(reopened, 75) if reopened and die.random() < 0.6 else None
    unneeded = die.choice(_NA_REASONS) if slot == 17 and row["gate"] == "false" else ""
    owner = _OWNERS[row["area"]]
    if not one.alliance:
        owner = (one.lead if owner[0] == CENTRE else RECEIVING, owner[1])
    return Item(
        one,
        row,
        owner,
        due,
        began,
        review,
        closed,
        reopened,
        again,
        None,
        unneeded,
        die.choice((1, 1, 2, 3)),
    )


def _with_a_silent_owner(made: list[Item], closing: dict[str, tuple[date, date]]) -> list[Item]:
    """One item of a program that is under way, and whose owner said nothing for seven weeks."""
    for at, item in enumerate(made):
        under_way = item.began <= chance.after(LAST, -60) and item.review > LAST
        if under_way and item.id not in closing and not item.unneeded:
            return [*made[:at], replace(item, silent=chance.after(LAST, -48)), *made[at + 1 :]]
    return made


def _after_task(item: Item, closing: dict[str, tuple[date, date]]) -> Item:
    """The item with the days of the task that closes it, if there is one."""
    if item.id not in closing:
        return item
    due, closed = (chance.after(day, 8) for day in closing[item.id])
    review = chance.after(closed, -14)
    return replace(item, due=due, closed=closed, review=review, began=chance.after(review, -70),
                   reopened=None, again=None, silent=None, unneeded="")  # fmt: skip


def item_rows(all_items: list[Item], day: date) -> list[Row]:
    """The items as they were known on a day."""
    found = []
    for item in all_items:
        status, closed = item.status(day), item.closed_on(day)
        settled = status in ("closed", "not applicable")
        found.append(
            {
                "item_id": item.id,
                "program_id": item.program.id,
                "requirement_code": item.requirement["requirement_code"],
                "jurisdiction": item.requirement["jurisdiction"],
                "area": item.requirement["area"],
                "title": item.requirement["title"],
                "title_ja": item.requirement["title_ja"],
                "gate": item.requirement["gate"] == "true",
                "blocks": item.requirement["blocks"],
                "status": status,
                "owner_partner": item.owner[0],
                "owner_role": item.owner[1],
                "due_on": item.due,
                "forecast_on": None if settled else _forecast(item, day),
                "closed_on": closed,
                "closed_by": item.owner[1] if closed else None,
                "reviewed_by": "Quality reviewer" if settled else None,
                "na_reason": item.unneeded or None,
                "evidence_expected": item.expected,
                "updated_on": _updated(item, day),
                "note": "Reopened: the evidence was superseded" if _open_again(item, day) else None,
            }
        )
    return found


def _open_again(item: Item, day: date) -> bool:
    return item.reopened is not None and item.reopened <= day and item.status(day) != "closed"


def _forecast(item: Item, day: date) -> date:
    """The owner's forecast: as due until two months before, then what it will be."""
    end = (
        item.again or chance.after(item.reopened, 90)
        if _open_again(item, day) and item.reopened
        else item.closed
    )
    return end if day >= chance.after(item.due, -60) else item.due


def _updated(item: Item, day: date) -> date:
    """The last day the owner said something: weekly or so, not at all for a silent one."""
    said = [
        moment for moment in (item.began, item.review, item.closed, item.reopened) if moment and moment <= day
    ]
    last = max(said, default=chance.after(day, -20))
    if item.status(day) in ("closed", "not applicable"):
        return last
    if item.silent and day >= item.silent:
        return item.silent
    return max(last, chance.after(day, -(sum(map(ord, item.id)) % 24)))


def evidence_rows(all_items: list[Item], day: date) -> list[Row]:
    """The documents behind closed and reviewed items."""
    found = []
    for item in all_items:
        for number in range(1, item.expected + 1):
            written = chance.after(item.review, -5 * number)
            if item.unneeded or written > day:
                continue
            approved = item.closed_on(day)
            superseded = _open_again(item, day) and number == 1
            found.append(
                {
                    "evidence_id": f"EV-{item.id}-{number}",
                    "item_id": item.id,
                    "program_id": item.program.id,
                    "document_id": f"DOC-{zlib.crc32(item.id.encode()) % 1_000_000:06d}-{number}",
                    "version": "2.0" if item.again and item.again <= day else "1.0",
                    "title": f"{item.requirement['title'][:80]}, part {number}",
                    "status": "superseded" if superseded else "approved" if approved else "draft",
                    "approved_on": approved if approved and not superseded else None,
                    "approved_by": "Quality reviewer" if approved and not superseded else None,
                    "valid_until": None,
                    "url": f"https://dms.example.org/{item.id.lower()}/{number}",
                    "sha256": None,
                }
            )
    return found
