"""Supply: patients' lots from vein to vein, slots, demand, stock, and the links that keep identity."""

from typing import TYPE_CHECKING

from firstdose.queries import ask

if TYPE_CHECKING:
    import pandas as pd

    from firstdose.lake import Session
    from firstdose.view import View


def cases(session: "Session", view: "View") -> "pd.DataFrame":
    """Patients' cases begun until the report day, the oldest first. A period bounds the first collection.

    One row per patient: a failed lot and its repeats are one case, told by its last lot. Columns: batch_id,
    first_batch_id, ids and names of program and site (partner), donor_id, dropped_out (str or none:
    withdrawn, died, ineligible), attempts (int), begun_on (first collection), collected_on, received_on,
    started_on, harvested_on, released_on, shipped_on, infused_on, dropped_on (date; none while ahead of the
    report day), failed (bool, the last lot), target_days (float; the most particular valid target).
    """
    return ask("supply.cases", session, view)


def benchmarks(session: "Session", view: "View") -> "pd.DataFrame":
    """Published medians of vein to vein: product, setting, value_days, n, source, confidence; most first."""
    return ask("supply.benchmarks", session, view)


def slots(session: "Session", view: "View") -> "pd.DataFrame":
    """Slots by site, material and week, past ones too. A period bounds week_start (the Monday).

    Columns: partner_id, partner_name, partner_name_ja, country, material (str), week_start (date),
    available, booked (int).
    """
    return ask("supply.slots", session, view)


def closures(session: "Session", view: "View") -> "pd.DataFrame":
    """Shutdowns of sites: partner_id (str), from_on, to_on (date, both inside)."""
    return ask("forecast.closures", session, view)


def demand(session: "Session", view: "View") -> "pd.DataFrame":
    """Patients planned from the month of the report day on. A period bounds month.

    Columns: scenario, ids and names of program and site (partner) (str), month (date, its first day),
    needs_vector (bool), patients (float), country of the site.
    """
    return ask("supply.demand", session, view)


def attempts(session: "Session", view: "View") -> "pd.DataFrame":
    """Decided drug-product lots, one row: patients_lots, patients_failed, patients_repeated, lots,
    lots_failed (int); repeated are failed ones that another lot replaces. One released after the report day
    is none of them.
    """
    return ask("supply.attempts", session, view)


def inventory(session: "Session", view: "View") -> "pd.DataFrame":
    """What lies in stock, vectors first. One row per material, lot and site.

    Columns: material_id, lot, partner_id, partner_name, partner_name_ja, program_id (none: shared), name,
    kind, unit (str), quantity, use_per_batch, doses_supported (float), expires_on (date), lead_time_days
    (int), single_source (bool).
    """
    return ask("supply.inventory", session, view)


def vectors(session: "Session", view: "View") -> "pd.DataFrame":
    """Vector lots not decided on the report day: program_id, pending (int)."""
    return ask("supply.vectors", session, view)


def cover_target(session: "Session", view: "View") -> float | None:
    """The weeks of vector cover that the alliance wants; none where no target says."""
    found = ask("supply.cover_target", session, view)["weeks"].dropna()
    return None if found.empty else float(found.iloc[0])


def identity(session: "Session", view: "View") -> "pd.DataFrame":
    """Patients' lots, the newest first, with what their identity hangs on. A period bounds started_on.

    Columns: batch_id, program_id, partner_id, partner_name, partner_name_ja, donor_id, vector_batch_id, its
    vector_material, vector_program_id, vector_disposition, vector_released_on (date), is_remanufacture
    (bool), replaces_batch_id, its replaced_donor_id, replaced_disposition and replaced_started_on,
    disposition, patient_outcome (str), collected_on, received_on, started_on, harvested_on, released_on,
    shipped_on, infused_on (date; none while ahead of the report day), decided (bool), other_batch_id (a lot
    of another program with the same donor).
    """
    return ask("supply.identity", session, view)
