"""The reference tables as the page shows them, searched and narrowed.

Each question takes the search words of the view (``q``: every word must occur, in any order and any column
shown) and ``confidence`` (``all`` or one word in use). One row keeps its ``source`` and ``confidence``.
"""

import unicodedata
from typing import TYPE_CHECKING

from firstdose.queries import ask

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from firstdose.lake import Session
    from firstdose.view import View


def words(session: "Session", view: "View") -> "pd.DataFrame":
    """The glossary. Columns: term, definition (each also ``_ja``), source, confidence (str)."""
    return _searched("reference.words", session, view)


def stages(session: "Session", view: "View") -> "pd.DataFrame":
    """The eleven stages: names, criteria (each also ``_ja``), durations in months (int), TRL, MRL."""
    return _searched("reference.stages", session, view)


def requirements(session: "Session", view: "View") -> "pd.DataFrame":
    """Requirements by code, then JP, US, EU, also narrowed by ``jurisdiction`` and ``area`` of the view.

    ``title`` and ``description`` stand also in Japanese (``_ja``); ``waits_for`` holds the codes it depends
    on in that jurisdiction, separated by a space; ``gate`` is bool; ``typical_lead_time_days`` counts
    calendar days.
    """
    return _searched("reference.requirements", session, view)


def deliverables(session: "Session", view: "View") -> "pd.DataFrame":
    """The 35 deliverables of a technology transfer with stage, criterion (``_ja`` too) and days (int)."""
    return _searched("reference.deliverables", session, view)


def benchmarks(session: "Session", view: "View") -> "pd.DataFrame":
    """Manufacturing figures: value_low, value_mid, value_high (float) in ``unit``, n (int), definition."""
    return _searched("reference.benchmarks", session, view)


def success_rates(session: "Session", view: "View") -> "pd.DataFrame":
    """Published success rates: value_pct with interval ci_low_pct, ci_high_pct (%), n (int), note."""
    return _searched("reference.success_rates", session, view)


def steps(session: "Session", view: "View") -> "pd.DataFrame":
    """The 20 steps of the cell process and 15 of the vector process; durations in ``duration_unit``."""
    return _searched("reference.steps", session, view)


def attributes(session: "Session", view: "View") -> "pd.DataFrame":
    """The library of quality attributes: method, typical limits (float, in ``unit``), direction, scale."""
    return _searched("reference.attributes", session, view)


def products(session: "Session", view: "View") -> "pd.DataFrame":
    """Approved CAR-T products by day of first approval; one date column per region."""
    return _searched("reference.products", session, view)


def sources(session: "Session", view: "View") -> "pd.DataFrame":
    """Every source named, per table and confidence, with the facts (int) that rest on it."""
    return _searched("reference.sources", session, view)


#: The question of each shelf.
QUESTIONS: "Mapping[str, Callable[[Session, View], pd.DataFrame]]" = {
    "words": words,
    "stages": stages,
    "requirements": requirements,
    "deliverables": deliverables,
    "benchmarks": benchmarks,
    "success_rates": success_rates,
    "steps": steps,
    "attributes": attributes,
    "products": products,
    "sources": sources,
}


def _searched(name: str, session: "Session", view: "View") -> "pd.DataFrame":
    # Full-width letters typed on a Japanese keyboard must find what is stored half-width.
    looked_for = unicodedata.normalize("NFKC", view.key("q")).strip() or None
    return ask(name, session, view, q=looked_for, confidence=view.key("confidence", "all"))
