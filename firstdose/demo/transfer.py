"""Transfers with their deliverables, as they were known on a day."""

from datetime import date
from random import Random

from firstdose.demo import chance
from firstdose.demo.story import RECEIVING, SENDING, Program, Row
from firstdose.reference import rows

#: Working title, kind, what moves, code of the step or attribute, approach and margin of a method.
_MOVES = (
    ("T", "cell process", "Cell expansion process", "細胞培養製法", "DP050", None, None),
    ("V", "vector process", "Vector production process", "ベクター製法", None, None, None),
    (
        "M",
        "analytical method",
        "Vector copy number method",
        "VCN試験法",
        "DP_VCN",
        "comparative testing",
        0.3,
    ),
    ("P", "analytical method", "Potency method", "力価試験法", "DP_IFNG", "co-validation", 400.0),
    ("S", "analytical method", "Sterility method", "無菌試験法", "DP_STER", "revalidation", None),
    ("Q", "quality system", "Batch release and deviation handling", "出荷判定・逸脱管理", None, None, None),
    ("L", "supply", "Critical reagents and cold-chain shipping", "重要試薬・低温輸送", None, None, None),
)
_FIRST, _LAST = ("TD101", "TD103", "TD104", "TD201", "TD202"), ("TD701", "TD702", "TD703")
_METHOD = (*_FIRST, "TD203", "TD401", "TD402", "TD405", *_LAST)
#: What each transfer delivers; a method needs no engineering run, a supply chain no aseptic simulation.
_DELIVERS = {
    "T": (*_FIRST, "TD102", "TD203", "TD204", "TD205", "TD301", "TD302", "TD303", "TD304", "TD305", "TD501",
          "TD502", "TD504", "TD602", "TD603", "TD604", "TD605", *_LAST, "TD704"),
    "V": (*_FIRST, "TD203", "TD204", "TD301", "TD302", "TD303", "TD304", "TD305", "TD502", "TD503", "TD505",
          "TD602", "TD605", *_LAST),
    "M": (*_METHOD, "TD403"),
    "P": (*_METHOD, "TD404"),
    "S": (*_METHOD, "TD403"),
    "Q": ("TD101", "TD102", "TD103", "TD104", "TD201", "TD205", "TD504", "TD601", "TD701", "TD703"),
    "L": ("TD103", "TD104", "TD205", "TD503", "TD506", "TD606", "TD701", "TD703"),
}  # fmt: skip
_REPEATED = {("TR-NCC-01-P", "TD404"): 45, ("TR-NCC-01-T", "TD603"): 104}  # days until it passes
_SERVES = {
    ("Q", "TD101"): "QS-03",
    ("T", "TD304"): "DP-02",
    ("T", "TD605"): "DP-08",
    ("V", "TD505"): "VEC-04",
    ("P", "TD405"): "ANA-07",
    ("M", "TD405"): "ANA-06",
    ("Q", "TD601"): "DP-03",
    ("Q", "TD504"): "QS-01",
    ("L", "TD506"): "SUP-01",
    ("L", "TD606"): "SUP-03",
}
_SINCE = {"NCC-01": date(2025, 5, 1), "NCC-02": date(2026, 1, 12), "NCC-03": date(2026, 7, 1)}
_CHANGED, _FOLLOWED = date(2026, 5, 1), date(2026, 9, 20)  # process 2.1 at the sending, the receiving unit
_METHOD_CHANGED, _METHOD_FOLLOWED = date(2026, 8, 10), date(2026, 10, 15)
_WRITTEN = date(2026, 3, 2)  # the dossier of the first program describes what ran then


def transfer_rows(cast: list[Program], day: date) -> list[Row]:
    """What moves from the sending to the receiving site; the versions drift apart for a while."""
    return [
        {
            "transfer_id": f"TR-{one.id}-{code}",
            "program_id": one.id,
            "kind": kind,
            "subject": subject,
            "subject_ja": subject_ja,
            "code": reference,
            "sending_partner": SENDING,
            "receiving_partner": RECEIVING,
            "approach": approach,
            "margin": margin,
            **_versions(one, code, day),
        }
        for one in cast
        if one.alliance
        for code, kind, subject, subject_ja, reference, approach, margin in _MOVES
    ]


def _versions(one: Program, code: str, day: date) -> Row:
    """Which version each side has: the second program's methods leave the day to the data versions."""
    first = one.id == "NCC-01"
    begun = one.id != "NCC-03"
    sending = receiving = filed = since = None
    if code in "TV":
        sending = "2.1" if day >= _CHANGED else "2.0"
        receiving = ("2.1" if first and day >= _FOLLOWED else "2.0") if begun else None
        filed = "2.0" if first and day >= _WRITTEN else None
        since = _CHANGED if day >= _CHANGED and begun else None
    elif code in "MPS":
        newer = code == "M" and day >= _METHOD_CHANGED
        sending = "1.1" if newer else "1.0"
        receiving = ("1.1" if newer and first and day >= _METHOD_FOLLOWED else "1.0") if begun else None
        filed = ("1.1" if newer and day >= _METHOD_FOLLOWED else "1.0") if first and day >= _WRITTEN else None
    return {
        "sending_version": sending,
        "receiving_version": receiving,
        "filed_version": filed,
        "drift_since": since,
    }


def deliverable_rows(
    cast: list[Program], seed: int, day: date, items: set[str], closing: dict[str, tuple[date, date]]
) -> list[Row]:
    """What each transfer delivers on its way through the stages; what closes an item keeps its plan."""
    found = []
    for one in cast:
        if not one.alliance:
            continue
        for code, *_rest in _MOVES:
            die = chance.of(seed, f"deliverables {one.id} {code}")
            at, later = _SINCE[one.id], 0
            for row in rows("transfer_deliverable_library"):
                at = chance.after(at, int(row["duration_mid_days"]) * 0.42)
                item = _item(one, code, row["deliverable_code"])
                due, done = closing.get(
                    item, (at, chance.after(at, die.choice((-6, 0, 4, 11, 30, 46)) + later))
                )
                waits = _waits(code, die)
                if row["deliverable_code"] not in _DELIVERS[code]:
                    continue
                repeated = _REPEATED.get((f"TR-{one.id}-{code}", row["deliverable_code"]), 0)
                status, since = _state(done, repeated, day)
                done, later = chance.after(done, repeated), later + repeated
                found.append(
                    {
                        "transfer_id": f"TR-{one.id}-{code}",
                        "deliverable_code": row["deliverable_code"],
                        "stage_code": row["stage_code"],
                        "title": row["title"],
                        "title_ja": row["title_ja"],
                        "criterion": row["criterion"] or None,
                        "status": status,
                        "since_on": since,
                        "waiting_on": waits if status in ("in progress", "in review", "failed") else None,
                        "item_id": item if item in items else None,
                        "due_on": due,
                        "done_on": done if status == "accepted" else None,
                    }
                )
    return found


def _state(done: date, repeated: int, day: date) -> tuple[str, date | None]:
    """The status on a day and the day on which it began; what fails once is done again."""
    steps = [("accepted", chance.after(done, repeated))]
    steps += [("failed", done)] if repeated else []
    steps += [("in review", chance.after(done, -9)), ("in progress", chance.after(done, -35))]
    return next(((name, began) for name, began in steps if began <= day), ("not started", None))


def _waits(code: str, die: Random) -> str:
    """Whose move it is; reagents and couriers come from outside."""
    return die.choice(("sending", "receiving", "third party") if code == "L" else ("sending", "receiving"))


def _item(one: Program, code: str, deliverable: str) -> str:
    """The readiness item that a deliverable serves, as its ID; empty for most."""
    return f"{one.id}-JP-{_SERVES[code, deliverable]}" if (code, deliverable) in _SERVES else ""
