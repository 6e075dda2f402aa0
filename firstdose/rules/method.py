"""How the figures are made, in words, for the reference page: each paragraph names its rule."""

from firstdose.rules import (
    forecast,
    readiness,
    readiness_history,
    supply_slots,
    supply_stock,
    timeline,
    transfer,
)
from firstdose.words import _


def paragraphs() -> tuple[tuple[str, str], ...]:
    """Heading and text of every method in use, in the reader's language."""
    return (
        (
            _("Report day"),
            _(
                "No figure reads the clock. Everything is judged on the report day: the day of the data "
                "version, or the one the link names. Only the age of the data is counted to today."
            ),
        ),
        (
            _("Readiness marks (rule R-01)"),
            readiness.rules_in_words(),
        ),
        (
            _("Readiness verdict (rule R-06)"),
            _(
                "Not ready while a gate item is open; ready with conditions when a closed gate item lacks "
                "valid evidence or an item that is no gate is open; ready when neither is so; unknown "
                "without any gate item. The first dose waits for the items that block filing too. The "
                "earliest possible day lets every open item go on today: typical lead times (all of it when "
                "not started, half in progress, a quarter in review; 30 days for an own item), hard links, "
                "unlinked items side by side. A planning estimate by our convention; not regulatory advice."
            ),
        ),
        (
            _("What unblocks most (rule R-07)"),
            _(
                "Open items ranked by the open gate items that wait for them, directly or through others, "
                "then by the days by which closing them today shortens the longest open chain."
            ),
        ),
        (
            _("Stage funnel (rule R-02)"),
            _(
                "A program counts in the stage it entered and in every stage before it. Conversion counts "
                "decided programs only: advanced divided by advanced plus stopped; those still in a stage "
                "have not failed it. Under five decided programs only counts are said."
            ),
        ),
        (
            _("Intervals of proportions"),
            _("Clopper–Pearson, exact, two-sided 95 % (Clopper and Pearson 1934)."),
        ),
        (
            _("Time in stage"),
            _(
                "Kaplan–Meier estimate of the time until a program advances: open stays are censored on the "
                "report day, stopped ones on the day they stopped. The median is left out when it is not "
                "reached (Kaplan and Meier 1958)."
            ),
        ),
        (
            _("Figures of the overview (rule R-03)"),
            _(
                "Each figure is compared with the version before, or the one chosen, on that version's own "
                "report day. A change is called better or worse only where more or less is plainly so."
            ),
        ),
        (_("Marks of the plan (rule R-05)"), timeline.rules_in_words()),
        (_("Forecast of milestones (rule R-08)"), forecast.rules_in_words()),
        (
            _("Gate review (rule R-09)"),
            _(
                "A decision names its outcome, the body that decided, the rationale and the data version "
                "looked at; a conditional go names conditions, each with an owner and a day. A condition or "
                "action is overdue when it is open after its day, at risk within 14 days of it. What other "
                "jurisdictions ask counts as collected once an item of that code applies anywhere."
            ),
        ),
        (_("Day the last gate item closes (rule R-10)"), readiness_history.rules_in_words()),
        (_("Technology transfer (rule R-13)"), transfer.rules_in_words()),
        (
            _("Vein to vein (rule R-14)"),
            _(
                "A case is one patient, from the first collection to the infusion: a failed lot and its "
                "repeats count as one. Percentiles are of finished cases; the curve and its median count "
                "running cases as censored (Kaplan and Meier 1958). Withdrawal, death and ineligibility "
                "before the infusion are competing events; their shares are those of Aalen and Johansen "
                "(1978)."
            ),
        ),
        (_("Slots (rule R-15)"), supply_slots.rules_in_words()),
        (
            _("Demand against capacity (rule R-16)"),
            _(
                "A planned patient needs 1 / (1 − failure × repeat) slots; both shares are those of decided "
                "lots, and the interval puts in the low and the high ends of both. A week of slots belongs "
                "to a month by its Mondays to Fridays. A month fits when its slots are as many as needed or "
                "more."
            ),
        ),
        (_("Stock (rule R-17)"), supply_stock.rules_in_words(None)),
        (
            _("Chain of identity (rule R-18)"),
            _(
                "Every lot made for a patient owes a donor pseudonym, a vector lot of its program released "
                "before the start, and each day that a later day, the disposition or the outcome says has "
                "been."
            ),
        ),
        (
            _("What if the plant were another (rule R-19)"),
            _(
                "A year is played up to 1,000 times after 120 days that fill the plant: patients ask at "
                "random, first come, first served; days are drawn from those observed. The waits agree with "
                "the closed forms of Erlang and of Pollaczek and Khinchine where these hold. Drop-outs are "
                "not played."
            ),
        ),
        (
            _("What changed (rule R-04)"),
            _(
                "Two data versions are compared key by key and cell by cell. Milestones that moved, items "
                "closed or opened again, lots that failed and stages entered or left are told in words; "
                "everything else is counted by table."
            ),
        ),
        (
            _("Published success rates"),
            _(
                "They show what others reported, with their interval where one was published. They are "
                "never used as a forecast of one program."
            ),
        ),
        (
            _("Data versions"),
            _(
                "Every publish makes a new version with who, why and day. Stored rows carry a fingerprint "
                "that is checked when a version is opened; the audit chain tells every publish."
            ),
        ),
    )
