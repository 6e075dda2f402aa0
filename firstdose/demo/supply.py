"""Supply: slots a week, patients expected a month, and what lies in stock."""

from datetime import date, timedelta

from firstdose.demo import chance
from firstdose.demo.governance import closure_rows
from firstdose.demo.making import Batch
from firstdose.demo.story import RECEIVING, SENDING, SITES, Program, Row


def slot_rows(seed: int, day: date) -> list[Row]:
    """Slots a week, from half a year before the report day until thirteen months ahead."""
    found = []
    monday = chance.after(day, -182 - day.weekday())
    while monday <= chance.after(day, 400):
        for site in SITES:
            for material, full in (("vector", 1), ("drug product", 4 if site == RECEIVING else 2)):
                die = chance.of(seed, f"slot {site} {material} {monday}")
                most = 0 if _closed(site, monday, day) else full
                ahead = (monday - day).days
                share = 0.95 if ahead < 0 else max(0.1, 0.95 - ahead / 300)
                promised_twice = die.random() < _OVERBOOKED and 0 < ahead < _SOON_DAYS and most > 0
                booked = sum(die.random() < share for _ in range(most))
                found.append(
                    {
                        "partner_id": site,
                        "material": material,
                        "week_start": monday,
                        "available": most,
                        "booked": most + 1 if promised_twice else booked,
                    }
                )
        monday += timedelta(days=7)
    return found


_OVERBOOKED, _SOON_DAYS = 0.08, 120


def _closed(site: str, monday: date, day: date) -> bool:
    """Whether a shutdown of the site covers four or more days from Monday to Friday."""
    week = [monday + timedelta(days=n) for n in range(5)]
    shut = [
        on
        for row in closure_rows(day)
        if row["partner_id"] == site
        for on in week
        if row["from_on"] <= on <= row["to_on"]
    ]
    return len(shut) >= 4


def demand_rows(cast: list[Program], seed: int, day: date) -> list[Row]:
    """Patients a month for the programs in or before the clinic, from the quarter of the report day on."""
    quarter = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    found = []
    for one in cast:
        if one.stage < 5 or one.status != "active":
            continue
        die = chance.of(seed, f"demand {one.id}")
        full = die.uniform(0.8, 2.6)
        begun = 0
        for number in range(24):
            month = date(2026 + number // 12, number % 12 + 1, 1)
            if one.first_dose and month < one.first_dose.replace(day=1):
                continue
            begun += 1
            if month < quarter:
                continue
            grown = min(1.0, 0.4 + 0.1 * begun) + 0.05 * max(0, number - 12)
            for scenario, times in (("base", 1.0), ("high", 1.6)):
                found.append(
                    {
                        "program_id": one.id,
                        "partner_id": SENDING if one.id == "HUB-05" else RECEIVING,
                        "scenario": scenario,
                        "month": month,
                        "patients": round(full * grown * times, 1),
                    }
                )
    return found


_DOSES_A_LOT = 10
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
            if one.decided < chance.after(day, -240):
                continue
            used = sum(1 for other in all_batches if other.vector_lot == one.id and other.started <= day)
            left = max(0, _DOSES_A_LOT - used)
            found.append(
                {
                    "material_id": f"VEC-{one.program}",
                    "lot": one.id,
                    "partner_id": one.site,
                    "program_id": one.program,
                    "name": f"Vector for {one.program}",
                    "kind": "vector",
                    "quantity": 2 * left,
                    "unit": "mL",
                    "use_per_batch": 2,
                    "doses_supported": left,
                    "expires_on": chance.after(one.decided, 730),
                    "lead_time_days": 150,
                    "single_source": True,
                }
            )
    return found
