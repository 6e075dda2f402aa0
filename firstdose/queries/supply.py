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
