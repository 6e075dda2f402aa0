"""Two groups of lots of one program, their results, and what each attribute is judged by."""

from typing import TYPE_CHECKING

from firstdose.queries import ask

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from firstdose.lake import Session
    from firstdose.view import View


def offered(session: "Session", view: "View") -> "pd.DataFrame":
    """What there is to compare: one row per program, kind of lot, site and process version.

    Columns: program_id, material, partner_id, process_version, partner_name, partner_name_ja (str), lots
    (int), first_on (date of the first start).
    """
    return ask("comparability.offered", session, view)


def directions(session: "Session", view: "View") -> "pd.DataFrame":
    """Who sends a process to whom, columns: program_id, material, sending_partner, receiving_partner."""
    return ask("comparability.directions", session, view)


def lots(session: "Session", view: "View", sides: "Mapping[str, str | None]") -> "pd.DataFrame":
    """The lots of both groups in the order of manufacture. A period bounds started_on.

    ``sides`` says what is compared, as ``rules.comparability.Sides.sql`` gives it.

    Columns: batch_id, program_id, partner_id, partner_name, partner_name_ja, process_version, purpose,
    donor_id, disposition (str), started_on (date), side (``first``: sending or before; ``second``).
    """
    return ask("comparability.lots", session, view, **sides)


def results(session: "Session", view: "View", sides: "Mapping[str, str | None]") -> "pd.DataFrame":
    """One row per lot and attribute: batch_id, attribute_code, value, qualifier, passed, results (int).

    Several results of a lot are one value, as on the control chart: their mean, of logarithms on a log scale.
    """
    return ask("comparability.results", session, view, **sides)


def attributes(session: "Session", view: "View", sides: "Mapping[str, str | None]") -> "pd.DataFrame":
    """The attributes of the kind of lot, the most critical tier first.

    Columns: attribute_code, material, name, name_ja, unit, data_type, scale, phase (of the specification),
    tier (int), margin_sd, quality_range_k, lower_limit, upper_limit (float).
    """
    return ask("comparability.attributes", session, view, **sides)
