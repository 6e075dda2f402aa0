"""How the reference tables are shown: which stand in which section, their columns and their warnings."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from firstdose.rules import data_words
from firstdose.rules.readiness import area_name
from firstdose.words import N_, _, either

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

#: The sections of the page, each with the questions of ``queries.reference`` that fill it.
SECTIONS: dict[str, tuple[str, ...]] = {
    "words": ("words", "stages"),
    "requirements": ("requirements", "deliverables"),
    "benchmarks": ("benchmarks", "success_rates", "steps", "attributes"),
    "products": ("products",),
    "method": (),
    "sources": ("sources",),
}

_SECTION_NAMES = {
    "words": N_("Words"),
    "requirements": N_("Requirements"),
    "benchmarks": N_("Benchmarks"),
    "products": N_("Products"),
    "method": N_("Method"),
    "sources": N_("Sources"),
}

#: How sure a fact is, in words; the keys are what the tables hold.
CONFIDENCE: dict[str, str] = {
    "seen": N_("seen"),
    "recalled": N_("recalled"),
    "high": N_("high"),
    "medium": N_("medium"),
    "low": N_("low"),
}

#: The milestones that a requirement blocks; the keys are what the tables hold.
_BLOCKS: dict[str, str] = {"filing": N_("filing"), "first dose": N_("first dose")}

#: The programs that a requirement applies to; the keys are what the tables hold.
_APPLIES: dict[str, str] = {
    "all": N_("all programs"),
    "autologous": N_("autologous"),
    "integrating vector": N_("integrating vector"),
    "non-viral or edited": N_("non-viral or edited"),
    "target-selected trials": N_("target-selected trials"),
    "viral": N_("viral vector"),
}

#: Columns of words that ``data_words`` knows.
_IN_DATA_WORDS = (
    "source", "population", "from_phase", "to_phase", "metric", "topic", "material", "process", "direction",
    "duration_unit", "vector_type", "donor_type",
)  # fmt: skip
_SAID = "_said"  # ends the name of a column that says another one's codes in words

_LABELS: dict[str, str] = {
    "applies_to": N_("Applies to"),
    "area": N_("Area"),
    "attribute_code": N_("Code"),
    "basis": N_("Basis"),
    "benchmark_id": N_("Id"),
    "blocks": N_("Milestone"),
    "ci_high_pct": N_("95 % interval to, %"),
    "ci_low_pct": N_("95 % interval from, %"),
    "cn_approval": N_("China"),
    "confidence": N_("Confidence"),
    "criterion": N_("Acceptance criterion"),
    "definition": N_("Meaning"),
    "deliverable_code": N_("Code"),
    "description": N_("Closed when"),
    "direction": N_("Direction"),
    "dist_note": N_("Note"),
    "donor_type": N_("Donor"),
    "duration_high": N_("Longest"),
    "duration_high_days": N_("Longest, days"),
    "duration_low": N_("Shortest"),
    "duration_low_days": N_("Shortest, days"),
    "duration_mid": N_("Usual"),
    "duration_mid_days": N_("Usual, days"),
    "duration_unit": N_("Unit"),
    "entry_criterion": N_("Entered when"),
    "eu_approval": N_("EU"),
    "exit_criterion": N_("Left when"),
    "facts": N_("Facts"),
    "first_indication": N_("First indication"),
    "from_phase": N_("From"),
    "gate": N_("Gate"),
    "in_process_controls": N_("In-process controls"),
    "inn": N_("INN"),
    "jp_approval": N_("Japan"),
    "jurisdiction": N_("Jurisdiction"),
    "key_process_parameters": N_("Process parameters"),
    "lower": N_("Lower limit"),
    "material": N_("Material"),
    "method": N_("Test method"),
    "metric": N_("Figure"),
    "mrl": N_("MRL"),
    "n": N_("n"),
    "name": N_("Name"),
    "note": N_("Note"),
    "other_approval": N_("Elsewhere"),
    "period": N_("Period"),
    "population": N_("Population"),
    "predecessors": N_("Waits for"),
    "process": N_("Process"),
    "product": N_("Product"),
    "rate_id": N_("Id"),
    "regulator_touchpoint": N_("Contact with the regulator"),
    "requirement_code": N_("Code"),
    "responsible": N_("Responsible"),
    "setting": N_("Setting"),
    "source": N_("Source"),
    "source_ref": N_("Place in the source"),
    "source_url": N_("Address"),
    "sponsor": N_("Sponsor"),
    "stage": N_("Stage"),
    "stage_code": N_("Code"),
    "step_code": N_("Code"),
    "table_name": N_("Table"),
    "target": N_("Target"),
    "term": N_("Term"),
    "title": N_("Title"),
    "to_phase": N_("To"),
    "topic": N_("Topic"),
    "trl": N_("TRL"),
    "term_ja": N_("Term (Japanese)"),
    "typical_duration_months_high": N_("Longest, months"),
    "typical_duration_months_low": N_("Shortest, months"),
    "typical_duration_months_mid": N_("Usual, months"),
    "typical_lead_time_days": N_("Lead time, days"),
    "unit": N_("Unit"),
    "upper": N_("Upper limit"),
    "us_approval": N_("US"),
    "value_high": N_("High"),
    "value_low": N_("Low"),
    "value_mid": N_("Middle"),
    "value_pct": N_("Value, %"),
    "vector_type": N_("Vector"),
    "waits_for": N_("Waits for"),
}


@dataclass(frozen=True, slots=True)
class Shelf:
    """How one reference table stands on the page; the texts are messages for ``_``."""

    title: str
    how: str
    foot: str
    columns: str  # names separated by a space, in the order shown

    def labels(self, frame: "pd.DataFrame") -> dict[str, str]:
        """The columns to show, in order, with their labels; the reader's language where the data has it.

        A column without a word in it is no translation: the other language says more than empty cells.
        Where ``in_words`` has said the codes of a column, its words are shown.
        """
        found: dict[str, str] = {}
        for column in self.columns.split():
            twin = either(column, f"{column}_ja")
            there = twin in frame.columns and twin not in self.columns.split() and frame[twin].notna().any()
            said = f"{column}{_SAID}"
            found[said if said in frame.columns else twin if there else column] = _(_LABELS[column])
        return found


SHELVES: dict[str, Shelf] = {
    "words": Shelf(
        N_("Words"),
        N_("What a term means here; English and Japanese terms stand side by side."),
        N_("The definitions are our own wording, written to be short; they replace no legal definition."),
        "term term_ja definition source confidence",
    ),
    "stages": Shelf(
        N_("Stages of development"),
        N_("When a program enters and leaves each stage, how long it usually stays, and its maturity."),
        N_(
            "All durations are planning estimates. TRL and MRL are mapped by analogy: "
            "both scales were written for other products."
        ),
        "stage_code name entry_criterion exit_criterion typical_duration_months_low "
        "typical_duration_months_mid typical_duration_months_high trl mrl "
        "regulator_touchpoint source source_url confidence",
    ),
    "requirements": Shelf(
        N_("Requirements before filing and first dose"),
        N_(
            "One code is one scientific requirement in every jurisdiction; "
            "a gate blocks its milestone, the others are expected by then."
        ),
        N_(
            "Lead times are calendar days and planning estimates, except statutory clocks: 30 days in Japan "
            "and the US and 75 days for INTERACT (read); in the EU up to 106 days with questions (recalled) "
            "plus 50 for advanced therapies (read)."
        ),
        "requirement_code jurisdiction area title description gate blocks "
        "typical_lead_time_days waits_for applies_to source source_ref source_url confidence",
    ),
    "deliverables": Shelf(
        N_("Deliverables of a technology transfer"),
        N_("What the sending (SU) and receiving unit (RU) owe each other, and when it counts as accepted."),
        N_(
            "Of WHO TRS 1044 Annex 4, PDA TR 65 and the ISPE guide the contents, phases and definitions were "
            "read, not the full text; the wording of the deliverables and all durations are our own."
        ),
        "deliverable_code stage title criterion responsible duration_low_days "
        "duration_mid_days duration_high_days predecessors source basis confidence",
    ),
    "benchmarks": Shelf(
        N_("Manufacturing benchmarks"),
        N_("Figures published elsewhere, with what was counted and on how many; basis says what was read."),
        N_(
            "No reliable public count of deviations per lot was found; "
            "those rows hold planning values for illustrative data."
        ),
        "benchmark_id topic product setting metric value_low value_mid value_high unit n "
        "definition source basis confidence",
    ),
    "success_rates": Shelf(
        N_("Published success rates"),
        N_("Share that moved from one phase to another, with the interval where one was published."),
        N_(
            "Reference lines, never a forecast of one program: none covers CAR-T for T-cell malignancies, "
            "and the CAR-T interval is wide. The 2006–2015 values were read in a secondary copy."
        ),
        "rate_id population period metric from_phase to_phase value_pct ci_low_pct "
        "ci_high_pct n note source source_url confidence",
    ),
    "steps": Shelf(
        N_("Process steps"),
        N_("The cell process from vein to vein and the vector process, each step with its usual duration."),
        N_(
            "Durations of single vector steps and of quality control are recalled; "
            "published totals anchor the sum."
        ),
        "step_code process name duration_low duration_mid duration_high duration_unit "
        "predecessors key_process_parameters in_process_controls source basis confidence",
    ),
    "attributes": Shelf(
        N_("Quality attributes"),
        N_("What is tested on starting material, product and vector, with typical published limits."),
        N_(
            "Limits come from different products: a real program replaces them with its own specification. "
            "Confidence rates the limit or the test, never the numbers used for illustrative data."
        ),
        "attribute_code material name method lower upper unit direction dist_note source basis confidence",
    ),
    "products": Shelf(
        N_("Approved CAR-T products"),
        N_("First approval by region, oldest first; the note says which days were read and which recalled."),
        N_("All EU days and the Japanese day of Abecma are recalled; check the official lists before use."),
        "product inn target first_indication sponsor vector_type us_approval jp_approval "
        "eu_approval cn_approval other_approval note source source_url confidence",
    ),
    "sources": Shelf(
        N_("Sources"),
        N_("Every source named by a reference table, and how many facts rest on it."),
        N_(
            "Blogs, slide sets and document mirrors are kept only to show where a fact was read; an expert "
            "who reviews a row replaces them with the official document."
        ),
        "source table_name confidence facts source_url",
    ),
}


def section_names() -> dict[str, str]:
    """The sections of the page in the reader's language."""
    return {section: _(name) for section, name in _SECTION_NAMES.items()}


def confidence_names() -> dict[str, str]:
    """The words of confidence in the reader's language, ``all`` first."""
    return {"all": _("any")} | {word: _(name) for word, name in CONFIDENCE.items()}


def warnings() -> tuple[str, ...]:
    """What a reader must know before using a row, in the reader's language."""
    return (
        _("Reference data for planning. It is not regulatory advice; no licensed expert has reviewed it."),
        _(
            "“Seen”: a source read for this work names the document or section and its topic, often a "
            "heading or abstract, not the full text. “Recalled”: professional knowledge, not read again."
        ),
    )


def confidence_name(code: str) -> str:
    """How sure a fact is in the reader's language; an unknown word as it is written."""
    return _(CONFIDENCE.get(code, "")) or code


def in_words(frame: "pd.DataFrame") -> "pd.DataFrame":
    """The frame with its dates as days without a time, and its codes also in the reader's words.

    ``confidence`` and other columns of codes get a twin ``…_said``; the rest stays as it was.
    """
    dated = frame.select_dtypes("datetime").columns
    said = {name: frame[name].map(word) for name, word in _words().items() if name in frame.columns}
    return frame.assign(
        **{column: frame[column].dt.date for column in dated},
        **{f"{column}{_SAID}": words for column, words in said.items()},
    )


def _data_word(text: Any) -> Any:
    return data_words.said(text) if isinstance(text, str) else text


def _words() -> "dict[str, Callable[[Any], str]]":
    """How the codes of a column are said, by its name."""
    return {
        "confidence": confidence_name,
        "area": area_name,
        "applies_to": lambda code: _(_APPLIES.get(code, "")) or code,
        "blocks": lambda code: _(_BLOCKS.get(code, "")) or code,
        "gate": lambda gate: _("yes") if gate else _("no"),
        **dict.fromkeys(_IN_DATA_WORDS, _data_word),
    }
