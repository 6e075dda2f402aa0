"""Lots: batches with the days of their life, as they were known on a day, and their deviations."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from firstdose.demo import chance
from firstdose.demo.story import LAST, RECEIVING, SENDING, Program, Row, Stay

_FIRST = date(2024, 3, 4)
_REASONS = ("Low expansion", "Low viability at harvest", "Apheresis of poor quality", "Equipment failure")
_FAILED_RUN, _REPEATED_RUN = date(2026, 7, 6), date(2026, 7, 28)
_PAIRS, _FROZEN = 5, timedelta(days=90)  # split collections of the story, and how long a half may wait frozen


@dataclass(frozen=True, slots=True)
class Batch:
    """One lot and the days of its life, those ahead included."""

    id: str
    program: str
    site: str
    material: str
    purpose: str
    process: str
    vector_lot: str | None
    donor: str | None
    replaces: str | None
    collected: date | None
    received: date | None
    started: date
    harvested: date | None
    decided: date
    disposition: str
    reason: str | None
    shipped: date | None
    infused: date | None
    outcome: str | None
    outcome_on: date | None
    pair: int = 0


def batches(cast: list[Program], ways: list[Stay], seed: int, count: int) -> list[Batch]:
    """The lots of all programs that make any, in the order in which they were started."""
    die = chance.of(seed, "batches")
    makers = [one for one in cast if one.stage >= 3 and one.vector != "none"]
    weights = [
        3 if one.id == "NCC-01" else 2.2 if one.stage >= 7 else 1.6 if one.alliance else 1 for one in makers
    ]
    clinical = {stay.program.id: stay.entered for stay in ways if stay.stage == 7}
    enabling = {stay.program.id: stay.entered for stay in ways if stay.stage == 5}
    span = (LAST - _FIRST).days
    starts = sorted(_FIRST + timedelta(days=int(span * die.random() ** 0.7)) for _lot in range(count))
    found: list[Batch] = []
    lots: dict[str, list[Batch]] = {}
    failed: dict[str, Batch] = {}
    for number, started in enumerate(starts, 1):
        one = die.choices(makers, weights)[0]
        ready = [lot for lot in lots.get(one.id, ()) if lot.decided <= started]
        vector = die.random() < 0.2 or not ready
        purpose = _purpose(one, started, clinical, enabling, die)
        batch = (
            _vector(number, one, started, purpose, die)
            if vector
            else _drug(number, one, started, purpose, die, ready, failed)
        )
        found.append(batch)
        if vector and batch.disposition == "released":
            lots.setdefault(one.id, []).append(batch)
        if not vector and batch.disposition in ("rejected", "terminated") and batch.purpose == "clinical":
            failed[one.id] = batch
    return _with_story(found)


def _purpose(
    one: Program, started: date, clinical: dict[str, date], enabling: dict[str, date], die: Random
) -> str:
    if one.id in clinical and started >= clinical[one.id]:
        return "clinical"
    if one.id in enabling and started >= enabling[one.id]:
        return die.choice(("engineering", "engineering", "qualification"))
    return "development"


def _site(one: Program, started: date, die: Random) -> str:
    """The sending site first; the receiving site takes over as the transfer goes on."""
    share = 0.15 + 0.7 * max(0.0, (started - date(2025, 6, 1)).days / (LAST - date(2025, 6, 1)).days)
    return RECEIVING if die.random() < (share if one.alliance else 0.5) else SENDING


def _decision(die: Random) -> str:
    return die.choices(
        ("released", "released out of specification", "rejected", "terminated"), (88, 4, 5, 3)
    )[0]


def _vector(number: int, one: Program, started: date, purpose: str, die: Random) -> Batch:
    disposition = _decision(die).replace("released out of specification", "released")
    harvested = chance.after(started, die.randint(9, 14)) if disposition != "terminated" else None
    decided = chance.after(harvested or started, die.randint(28, 50) if harvested else die.randint(3, 8))
    return Batch(
        f"V-{number:04d}", one.id, _site(one, started, die), "vector",
        "development" if purpose == "development" else purpose, _process(started), None, None, None, None,
        None, started, harvested, decided, disposition,
        die.choice(_REASONS) if disposition in ("rejected", "terminated") else None, None, None, None, None,
    )  # fmt: skip


def _drug(
    number: int,
    one: Program,
    started: date,
    purpose: str,
    die: Random,
    ready: list[Batch],
    failed: dict[str, Batch],
) -> Batch:
    disposition = _decision(die)
    received = chance.after(started, -die.randint(0, 2))
    collected = chance.after(received, -die.randint(1, 3))
    harvested = chance.after(started, die.randint(8, 12)) if disposition != "terminated" else None
    decided = (
        chance.after(harvested, die.randint(11, 22))
        if harvested
        else chance.after(started, die.randint(3, 7))
    )
    donor = f"DN-{die.randint(100, 999)}"
    replaced = failed.pop(one.id, None) if purpose == "clinical" else None
    shipped = infused = outcome = ended = None
    if purpose == "clinical":
        outcome = die.choices(("infused", "withdrawn", "died", "ineligible"), (90, 4, 4, 2))[0]
        if disposition in ("rejected", "terminated") and outcome == "infused":
            outcome = "waiting"
        if outcome == "infused":
            shipped = chance.after(decided, die.randint(1, 4))
            infused = ended = chance.after(shipped, die.randint(2, 12))
        elif outcome != "waiting":
            ended = chance.after(decided, die.randint(1, 15))
    return Batch(
        f"D-{number:04d}", one.id, _site(one, started, die), "drug product", purpose, _process(started),
        die.choice(ready[-3:]).id, replaced.donor if replaced else donor, replaced.id if replaced else None, collected,
        received, started, harvested, decided, disposition,
        die.choice(_REASONS) if disposition in ("rejected", "terminated") else None, shipped, infused, outcome,
        ended,
    )  # fmt: skip


def _process(started: date) -> str:
    return "2.1" if started >= date(2026, 5, 1) else "2.0" if started >= date(2025, 3, 1) else "1.0"


def _with_story(found: list[Batch]) -> list[Batch]:
    """The engineering run that failed in summer 2026, and its repeat, released out of specification."""
    runs = [
        at for at, one in enumerate(found)
        if one.program == "NCC-01" and one.material == "drug product" and one.started >= _FAILED_RUN
    ]  # fmt: skip
    for at, started in zip(runs, (_FAILED_RUN, _REPEATED_RUN), strict=False):
        failed = started == _FAILED_RUN
        harvested = None if failed else chance.after(started, 10)
        ready = [
            one.id for one in found
            if one.program == "NCC-01" and one.material == "vector" and one.disposition == "released"
            and one.decided <= started
        ]  # fmt: skip
        found[at] = replace(
            found[at], site=RECEIVING, purpose="engineering", replaces=None, vector_lot=ready[-1] if ready else None,
            collected=chance.after(started, -3), received=chance.after(started, -1), started=started,
            harvested=harvested, decided=chance.after(harvested or started, 6 if failed else 14),
            disposition="terminated" if failed else "released out of specification",
            reason="Low expansion" if failed else None,
        )  # fmt: skip
    return _with_pairs(found)


def _with_pairs(found: list[Batch]) -> list[Batch]:
    """Split apheresis: some receiving lots of the first program share the donor of a sending lot nearby.

    Half of the collection is frozen and goes to the other site, so that the later lot has the earlier day
    of collection.
    """
    own = [
        at for at, one in enumerate(found)
        if one.program == "NCC-01" and one.material == "drug product" and one.purpose != "clinical"
        and one.harvested and not one.replaces and one.started < _FAILED_RUN
    ]  # fmt: skip
    free = [at for at in own if found[at].site == SENDING]
    pair = 0
    for at in [at for at in own if found[at].site == RECEIVING]:
        near = min(free, key=lambda other: abs(found[other].started - found[at].started), default=None)
        if near is None or abs(found[near].started - found[at].started) > _FROZEN or pair == _PAIRS:
            continue
        free.remove(near)
        pair += 1
        first = min(near, at, key=lambda other: found[other].started)
        for other in (near, at):
            found[other] = replace(
                found[other], donor=found[first].donor, collected=found[first].collected, pair=pair
            )
    return found


#: Gaps of the chain of identity: a lot whose pseudonym was not told, one whose receipt was not signed.
_UNTOLD, _UNSIGNED = frozenset({"D-0279"}), frozenset({"D-0288", "D-0162"})


def batch_rows(all_batches: list[Batch], day: date) -> list[Row]:
    """The lots as they were known on a day."""
    found = []
    for one in all_batches:
        if one.started > day:
            continue
        decided = one.decided <= day
        passed = decided and one.disposition.startswith("released")
        ended = chance.known(one.outcome_on, day)
        waiting = one.outcome and not ended
        found.append(
            {
                "batch_id": one.id,
                "program_id": one.program,
                "partner_id": one.site,
                "material": one.material,
                "purpose": one.purpose,
                "process_version": one.process,
                "vector_batch_id": one.vector_lot,
                "donor_id": None if one.id in _UNTOLD else one.donor,
                "is_remanufacture": one.replaces is not None,
                "replaces_batch_id": one.replaces,
                "slot_on": one.started if one.material == "drug product" else None,
                "collected_on": one.collected,
                "received_on": None if one.id in _UNSIGNED else one.received,
                "started_on": one.started,
                "harvested_on": chance.known(one.harvested, day),
                "released_on": one.decided if passed else None,
                "shipped_on": chance.known(one.shipped, day),
                "infused_on": chance.known(one.infused, day),
                "patient_outcome": ("waiting" if waiting else one.outcome)
                if one.purpose == "clinical"
                else None,
                "outcome_on": ended,
                "disposition": one.disposition if decided else "pending",
                "failure_reason": one.reason if decided else None,
            }
        )
    return found


_KINDS = (
    ("Environment", "Particle count above alert limit in grade B"),
    ("Equipment", "Incubator temperature outside range for 40 minutes"),
    ("Documentation", "Entry in the batch record corrected without a reason"),
    ("Process", "Cell expansion below the in-process limit"),
    ("Material", "Reagent used two days after its retest date"),
)


def deviation_rows(all_batches: list[Batch], seed: int, day: date) -> list[Row]:
    """Deviations of lots; every failed lot has a major or critical one."""
    found = []
    for one in all_batches:
        die = chance.of(seed, f"deviation {one.id}")
        bad = one.disposition != "released"
        if not bad and die.random() > 0.4:
            continue
        opened = chance.after(one.started, die.randint(1, 6))
        if opened > day:
            continue
        category, title = (
            ("Process", "Cell expansion below the in-process limit") if bad else die.choice(_KINDS)
        )
        closed = chance.known(chance.after(opened, die.randint(12, 70)), day)
        found.append(
            {
                "deviation_id": f"DV-{one.id}",
                "batch_id": one.id,
                "partner_id": one.site,
                "severity": die.choice(("major", "major", "critical"))
                if bad
                else die.choice(("minor", "minor", "minor", "minor", "major")),
                "category": category,
                "title": title,
                "opened_on": opened,
                "due_on": chance.after(opened, 30),
                "closed_on": closed,
                "root_cause": die.choice(("Training", "Material", "Method", "Equipment")) if closed else None,
            }
        )
    return found
