"""How far the programs have come, how long they stay in each stage, and what others have published."""

from typing import TYPE_CHECKING

from firstdose.queries import ask

if TYPE_CHECKING:
    import pandas as pd

    from firstdose.lake import Session
    from firstdose.view import View


def stage_funnel(session: "Session", view: "View") -> "pd.DataFrame":
    """How many of the chosen programs reached each stage on the report day; all stages in order.

    Columns: stage_code, stage_name, stage_name_ja (str), stage_order, programs (all chosen ones), reached
    (programs that entered the stage or any later one), entered, advanced, stopped, still_open (stays; they
    add up: entered = advanced + stopped + still_open), typical_low_months, typical_mid_months and
    typical_high_months (int). A period bounds the day of entering.
    """
    return ask("pipeline.stage_funnel", session, view)


def stays(session: "Session", view: "View") -> "pd.DataFrame":
    """Every stay of a program in a stage as it was known on the report day, one row each.

    Columns: ids and names of program and stage, target, indication, program_status, outcome (open, advanced,
    stopped), entered_on, left_on (date; none while open), days (int, to the leaving or the report day),
    typical_mid_months, typical_high_months (int). A period bounds the day of entering.
    """
    return ask("pipeline.stays", session, view)


def published_rates(session: "Session", view: "View") -> "pd.DataFrame":
    """Published likelihoods of approval from phase 1 for cell therapy and cancer; no filter applies.

    Columns: rate_id, population, period, source, source_url, confidence, note (str), value_pct, ci_low_pct,
    ci_high_pct (percent; the interval only where published), n (int or none).
    """
    return ask("pipeline.published_rates", session, view)
