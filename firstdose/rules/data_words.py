"""Words that data holds in one wording, said in the reader's language; what people wrote stays as it is.

The tables of the package and the usual words of a plan (roles, reasons of failure) have no column for another
language. A word that is not known here is shown as it is.
"""

from firstdose.words import N_, _

ROLES = (
    N_("Regulatory lead"),
    N_("Vector process lead"),
    N_("Cell process lead"),
    N_("Analytical lead"),
    N_("Nonclinical lead"),
    N_("Clinical lead"),
    N_("Quality lead"),
    N_("Supply lead"),
    N_("Biosafety officer"),
    N_("Quality reviewer"),
    N_("CMC lead"),
    N_("Portfolio lead"),
    N_("Alliance manager"),
    N_("Joint steering committee"),
)
FAILURES = (
    N_("Low expansion"),
    N_("Equipment failure"),
    N_("Apheresis of poor quality"),
    N_("Low viability at harvest"),
)
CAUSES = (  # of deviations: their category and their root cause
    N_("Process"),
    N_("Equipment"),
    N_("Documentation"),
    N_("Environment"),
    N_("Material"),
    N_("Method"),
    N_("Training"),
)
SOURCES = (
    N_("own wording"),
    N_("general knowledge of CAR-T and vector manufacturing"),
    N_("our convention: order of the work"),
)
POPULATIONS = (
    N_("CAR-T, all indications"),
    N_("All modalities"),
    N_("Oncology, all modalities"),
    N_("Immuno-oncology"),
    N_("Haematology (non-cancer)"),
    N_("Rare disease"),
    N_("Trials with patient preselection biomarker"),
    N_("Biologics"),
    N_("Haematological cancer"),
    N_("Solid tumour"),
    N_("Oncology, all"),
    N_("All therapeutic areas"),
    N_("Oncology orphan drugs"),
    N_("CAR-T products"),
    N_("All cell and gene therapies"),
    N_("Cell and gene therapy, oncology"),
    N_("Cell and gene therapy, non-oncology"),
    N_("Cell and gene therapy with orphan designation"),
    N_("Cell and gene therapy without orphan designation"),
    N_("CAR-T/TCR, haematological cancer"),
    N_("Rare-disease gene therapy"),
    N_("Cell and gene therapy clinical holds, publicly announced (US)"),
    N_("Cell and gene therapy clinical holds (US)"),
)
PHASES = (
    N_("Phase 1"),
    N_("Phase 2"),
    N_("Phase 3"),
    N_("Filing"),
    N_("Approval"),
    N_("Hold"),
    N_("Lifted"),
)
METRICS = {
    "likelihood_of_approval": N_("likelihood of approval"),
    "phase_transition": N_("transition to the next phase"),
    "hold_share_lifted": N_("share of holds lifted"),
    "hold_cause_share": N_("share of the causes of holds"),
}
TOPICS = (
    N_("failure rate"),
    N_("OOS rate"),
    N_("drop-out"),
    N_("re-manufacture"),
    N_("failure reasons"),
    N_("attribute"),
    N_("time"),
    N_("contamination"),
    N_("OOS reasons"),
    N_("OOS detail"),
    N_("success rate"),
    N_("vein-to-vein"),
    N_("process time"),
    N_("apheresis"),
    N_("cost"),
    N_("capacity"),
    N_("vector"),
    N_("transfer time"),
    N_("method transfer"),
    N_("deviations"),
    N_("quality"),
)
MATERIALS = (
    N_("starting material"),
    N_("drug product"),
    N_("lentiviral"),
    N_("gammaretroviral"),
    N_("autologous"),
)
DIRECTIONS = (
    N_("higher is better"),
    N_("lower is better"),
    N_("absent"),
    N_("report"),
    N_("conforms"),
    N_("within range"),
)
SCENARIOS = (N_("base"), N_("low"), N_("high"))  # of demand
UNITS = (N_("days"), N_("hours"), N_("months"), N_("years"))

_KNOWN = METRICS | {
    word: word
    for words in (
        *(ROLES, FAILURES, CAUSES, SOURCES, POPULATIONS, PHASES),
        *(TOPICS, MATERIALS, DIRECTIONS, SCENARIOS, UNITS),
    )
    for word in words
}


def said(text: str) -> str:
    """A word of the data in the reader's language; another one as it is written."""
    known = _KNOWN.get(text)
    return _(known) if known else text


def said_at_end(text: str) -> str:
    """``said`` of what stands after the colon, such as the reason after the number of a lot."""
    head, colon, tail = text.partition(": ")
    return f"{head}{colon}{said(tail)}" if colon else text
