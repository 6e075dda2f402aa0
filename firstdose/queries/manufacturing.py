"""Lots, their results and deviations: what was made, from what, how it was judged, what went wrong."""

from typing import TYPE_CHECKING

from firstdose.queries import ask

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

    from firstdose.lake import Session
    from firstdose.view import View


def lots(session: "Session", view: "View") -> "pd.DataFrame":
    """Lots started until the report day, the newest first. One row per lot; a period bounds started_on.

    Columns: batch_id, ids and names of program and site (partner), material, purpose, process_version,
    vector_batch_id, donor_id, replaces_batch_id, disposition, failure_reason (str), is_remanufacture (bool),
    started_on, harvested_on, released_on (date), deviations, open_deviations, products (lots made with this
    vector lot; int). A lot released after the report day is pending; a rejection has no day of its own.
    """
    return ask("manufacturing.lots", session, view)


def lot(session: "Session", view: "View", lot: str) -> "pd.DataFrame":
    """One lot with all days of its life; no row when the filters do not let it through.

    Columns as ``lots``, and collected_on, received_on, shipped_on, infused_on, outcome_on (date),
    patient_outcome, vector_disposition (str).
    """
    return ask("manufacturing.lot", session, view, lot=lot)


def products(session: "Session", view: "View", lot: str) -> "pd.DataFrame":
    """Every lot made with one vector lot, in the order of manufacture, whatever the site."""
    return ask("manufacturing.products", session, view, lot=lot)


def lot_results(session: "Session", view: "View", lot: str) -> "pd.DataFrame":
    """The results of one lot against the specification of its phase valid on the day of each test.

    Columns: attribute_code, name, name_ja, unit, data_type, sample, qualifier, lab_partner, method_version,
    phase (development, clinical, commercial), specification_id (str), replicate (int), tested_on, valid_from
    (date), value, lower, upper (float), passed (bool). A program's own specification goes before the common
    one. Engineering and qualification lots are held against the clinical phase.
    """
    return ask("manufacturing.lot_results", session, view, lot=lot)


def charts(session: "Session", view: "View") -> "pd.DataFrame":
    """What can be charted: one row per numeric attribute and site with results, tier 1 first.

    Columns: attribute_code, name, name_ja, unit, material, scale, partner_id, partner_name, partner_name_ja
    (str), tier, results (int).
    """
    return ask("manufacturing.charts", session, view)


def series(session: "Session", view: "View", attribute: str, site: str) -> "pd.DataFrame":
    """One value a lot of an attribute at a site, in the order of manufacture, whatever the period.

    A period bounds what is shown of a chart, never the lots that set its limits.
    Columns: batch_id, program_id, process_version, sample, disposition (str), started_on (date), value (mean
    of the results of the lot, of logarithms on a log scale), qualifier (``<``, ``>`` or none), results (int),
    lower_limit, upper_limit (specification of the lot's phase on its day of test), deviations (titles).
    """
    return ask("manufacturing.series", session, view, attribute=attribute, site=site)


def limits(session: "Session", view: "View", attribute: str, made: "Collection[str]") -> "pd.DataFrame":
    """Specifications of an attribute valid on the report day for the programs of the lots charted.

    Columns: phase, lower, upper, programs (int). A program that made nothing there has no say.
    """
    return ask("manufacturing.limits", session, view, attribute=attribute, made=sorted(made))


def baselines(session: "Session", view: "View", attribute: str, site: str) -> "pd.DataFrame":
    """Periods whose lots set the control limits: process_version (none: all), first_on, last_on, set_by."""
    return ask("manufacturing.baselines", session, view, attribute=attribute, site=site)


def events(session: "Session", view: "View", attribute: str, site: str) -> "pd.DataFrame":
    """What happened at the site or to the attribute: event_id, on_date, kind, title, title_ja."""
    return ask("manufacturing.events", session, view, attribute=attribute, site=site)


def deviations(session: "Session", view: "View") -> "pd.DataFrame":
    """Deviations opened until the report day, open ones first, the oldest on top. A period bounds opened_on.

    Columns: deviation_id, batch_id, program_id, partner_id, partner_name, partner_name_ja, severity,
    category, title, root_cause (str), opened_on, due_on, closed_on (date; none while open on the report
    day), age_days (int, until closed or the report day). Without a batch they belong to every program.
    """
    return ask("manufacturing.deviations", session, view)


def lot_deviations(session: "Session", view: "View", lot: str) -> "pd.DataFrame":
    """Every deviation of one lot opened until the report day, as many as ``lots`` counts: in no period.

    Columns as ``deviations``; the site is that of the lot, whoever opened them.
    """
    return ask("manufacturing.lot_deviations", session, view, lot=lot)


def out_of_specification(session: "Session", view: "View") -> "pd.DataFrame":
    """Attributes that lots rejected or released out of specification failed, one row a lot and attribute."""
    return ask("manufacturing.out_of_specification", session, view)


def benchmarks(session: "Session", view: "View") -> "pd.DataFrame":
    """Published rates: measure (success, oos, failure), value_pct, n, product, setting, source."""
    return ask("manufacturing.benchmarks", session, view)


def targets(session: "Session", view: "View") -> "pd.DataFrame":
    """The alliance's own targets on the report day: measure (success, right_first_time), value_pct."""
    return ask("manufacturing.targets", session, view)
