"""Lots and what is around them: batches with their days, deviations, slots, demand and stock."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from firstdose.demo import chance
from firstdose.demo.story import LAST, RECEIVING, SENDING, SITES, Program, Row, Stay

_FIRST = date(2024, 3, 4)
_REASONS = ("Low expansion", "Low viability at harvest", "Apheresis of poor quality", "Equipment failure")
_FAILED_RUN = date(2026, 7, 6)


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
    weights = [3 if one.id == "NCC-01" else 1.6 if one.alliance else 1 for one in makers]
    clinical = {stay.program.id: stay.entered for stay in ways if stay.stage == 7}
    enabling = {stay.program.id: stay.entered for stay in ways if stay.stage == 5}
    span = (LAST - _FIRST).days
    starts = sorted(_FIRST + timedelta(days=int(span * die.random() ** 0.7)) for _lot in range(count))
    found: list[Batch] = []
    lots: dict[str, list[Batch]] = {}
    failed: dict[str, Batch] = {}
    for number, started in enumerate(starts, 1):
        one = die.choices(makers, weights)[0]
        vector = die.random() < 0.2 or not lots.get(one.id)
        purpose = _purpose(one, started, clinical, enabling, die)
        batch = (
            _vector(number, one, started, purpose, die)
            if vector
            else _drug(number, one, started, purpose, die, lots[one.id], failed)
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
    lots: list[Batch],
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
    replaced = failed.pop(one.id, None) if purpose == "clinical" else None
    ready = [lot for lot in lots if lot.decided <= started] or lots[:1]
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
        die.choice(ready[-3:]).id, f"DN-{die.randint(100, 999)}", replaced.id if replaced else None, collected,
        received, started, harvested, decided, disposition,
        die.choice(_REASONS) if disposition in ("rejected", "terminated") else None, shipped, infused, outcome,
        ended,
    )  # fmt: skip


def _process(started: date) -> str:
    return "2.1" if started >= date(2026, 5, 1) else "2.0" if started >= date(2025, 3, 1) else "1.0"


def _with_story(found: list[Batch]) -> list[Batch]:
    """The engineering run that failed in summer 2026, and the lot released out of specification after it."""
    runs = [
        at for at, one in enumerate(found)
        if one.program == "NCC-01" and one.material == "drug product" and one.started >= _FAILED_RUN
    ]  # fmt: skip
    for place, at in enumerate(runs[:2]):
        one = replace(found[at], site=RECEIVING, purpose="engineering", replaces=None)
        if place == 0:
            found[at] = replace(
                one, disposition="terminated", reason="Low expansion", harvested=None,
                decided=chance.after(one.started, 6),
            )  # fmt: skip
        else:
            harvested = one.harvested or chance.after(one.started, 10)
            found[at] = replace(
                one, disposition="released out of specification", reason=None, harvested=harvested,
                decided=chance.after(harvested, 14),
            )  # fmt: skip
    return found


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
                "donor_id": one.donor,
                "is_remanufacture": one.replaces is not None,
                "replaces_batch_id": one.replaces,
                "slot_on": one.started if one.material == "drug product" else None,
                "collected_on": one.collected,
                "received_on": one.received,
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
        if not bad and die.random() > 0.12:
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
                "severity": die.choice(("major", "critical"))
                if bad
                else die.choice(("minor", "minor", "major")),
                "category": category,
                "title": title,
                "opened_on": opened,
                "due_on": chance.after(opened, 30),
                "closed_on": closed,
                "root_cause": die.choice(("Training", "Material", "Method", "Equipment")) if closed else None,
            }
        )
    return found


def slot_rows(seed: int, day: date) -> list[Row]:
    """Slots a week, from half a year before the first report until a year ahead."""
    found = []
    monday = date(2025, 1, 6)
    while monday <= chance.after(day, 360):
        for site in SITES:
            for material, most in (("vector", 1), ("drug product", 4 if site == RECEIVING else 2)):
                die = chance.of(seed, f"slot {site} {material} {monday}")
                ahead = (monday - day).days
                share = 0.95 if ahead < 0 else max(0.1, 0.95 - ahead / 300)
                found.append(
                    {
                        "partner_id": site,
                        "material": material,
                        "week_start": monday,
                        "available": most,
                        "booked": min(
                            most + (die.random() < 0.04), sum(die.random() < share for _ in range(most))
                        ),
                    }
                )
        monday += timedelta(days=7)
    return found


def demand_rows(cast: list[Program], seed: int) -> list[Row]:
    """Patients a month for the programs in or before the clinic, a base and a high scenario."""
    found = []
    for one in cast:
        if one.stage < 5 or one.status != "active":
            continue
        die = chance.of(seed, f"demand {one.id}")
        full = die.uniform(0.8, 2.6)
        for number in range(24):
            month = date(2026 + number // 12, number % 12 + 1, 1)
            if one.first_dose and month < one.first_dose.replace(day=1):
                continue
            for scenario, times in (("base", 1.0), ("high", 1.6)):
                found.append(
                    {
                        "program_id": one.id,
                        "partner_id": RECEIVING,
                        "scenario": scenario,
                        "month": month,
                        "patients": round(full * times, 1),
                    }
                )
    return found


_STOCK = (
    ("MAT-001", "T-cell activation beads", "reagent", 40, "mL", 1.2, 90),
    ("MAT-002", "Serum-free medium", "reagent", 220, "L", 6, 45),
    ("MAT-003", "Interleukin-2", "reagent", 18, "vial", 0.4, 60),
    ("MAT-004", "Expansion vessel", "consumable", 35, "piece", 1, 75),
    ("MAT-005", "Cryobag", "consumable", 160, "piece", 2, 30),
)


def inventory_rows(all_batches: list[Batch], seed: int, day: date) -> list[Row]:
    """What lies in stock: reagents of both sites, and vector lots that are released."""
    found: list[Row] = []
    for site in SITES:
        for id_, name, kind, quantity, unit, use, lead in _STOCK:
            die = chance.of(seed, f"stock {site} {id_} {day}")
            found.append(
                {
                    "material_id": id_,
                    "lot": f"L{day:%y%m}",
                    "partner_id": site,
                    "program_id": None,
                    "name": name,
                    "kind": kind,
                    "quantity": round(quantity * die.uniform(0.3, 1.2), 1),
                    "unit": unit,
                    "use_per_batch": use,
                    "doses_supported": None,
                    "expires_on": chance.after(day, die.randint(40, 500)),
                    "lead_time_days": lead,
                    "single_source": id_ in ("MAT-001", "MAT-004"),
                }
            )
    for one in all_batches:
        if one.material == "vector" and one.disposition == "released" and one.decided <= day:
            if one.decided < chance.after(day, -400):
                continue
            used = sum(1 for other in all_batches if other.vector_lot == one.id and other.started <= day)
            found.append(
                {
                    "material_id": f"VEC-{one.program}",
                    "lot": one.id,
                    "partner_id": one.site,
                    "program_id": one.program,
                    "name": f"Vector for {one.program}",
                    "kind": "vector",
                    "quantity": max(0, 60 - 2 * used),
                    "unit": "mL",
                    "use_per_batch": 2,
                    "doses_supported": max(0, 30 - used),
                    "expires_on": chance.after(one.decided, 730),
                    "lead_time_days": 150,
                    "single_source": True,
                }
            )
    return found
