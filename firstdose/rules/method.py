"""How the figures are made, in words, for the reference page: each paragraph names its rule."""

from firstdose.rules import timeline
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
            _(
                "An open gate item is late once its due day lies before the report day, at risk when its "
                "forecast lies after the due day or the due day is near and work has not begun, stale "
                "without an update for more than 30 days. An area is never greener than its worst open gate "
                "item. The limits are our convention."
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
