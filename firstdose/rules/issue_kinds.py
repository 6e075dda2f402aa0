"""What kind of problem an issue is, in the reader's words: many codes, few kinds to choose from."""

import re

from firstdose.words import N_

DATES_OUT_OF_ORDER = N_("Dates out of order")
VALUES_OUT_OF_ORDER = N_("Values out of order")
FUTURE = N_("Fact after the report day")
UNNAMED = N_("Something that must be said is empty")
READ_AS = N_("Read in another form")
LAYOUT = N_("Lines around the table")
UNREADABLE = N_("File cannot be read")
ENCODING = N_("Encoding")
COLUMNS = N_("Columns")
NO_DATE = N_("No date")
NO_NUMBER = N_("No number")
REFERENCE = N_("Names something that is not there")
SCOPE = N_("Outside what the files speak for")
PROFILE = N_("What the mapping profile did")
TABLE = N_("Table of the file")
CONFLICT = N_("Values that contradict each other")

#: The kind of every code; families of codes that the contracts make are in ``_FAMILIES``.
KINDS: dict[str, str] = {
    "required": N_("Empty where every row needs a value"),
    "enum": N_("Word that is not allowed"),
    "id": N_("ID written wrongly"),
    "pattern": N_("Written in a wrong form"),
    "url": N_("Web address"),
    "bool": N_("Neither true nor false"),
    "date": NO_DATE,
    "ambiguous-date": N_("Date that can be read in two ways"),
    "date-order": N_("Day and month order"),
    "date-forms": N_("Dates in several forms"),
    "era-date": N_("Japanese era"),
    "serial-date": N_("Excel serial date"),
    "excel-serial": N_("Excel serial date"),
    "date-form": READ_AS,
    "full-width": READ_AS,
    "thousands": READ_AS,
    "decimal-comma": N_("Decimal mark"),
    "decimal-mark": N_("Decimal mark"),
    "decimal-mixed": N_("Decimal mark"),
    "numbers-european": N_("Decimal mark"),
    "ambiguous-number": N_("Number that can be read in two ways"),
    "int": NO_NUMBER,
    "number": NO_NUMBER,
    "not-finite": NO_NUMBER,
    "minimum": N_("Number out of range"),
    "maximum": N_("Number out of range"),
    "missing-mark": N_("Mark for missing"),
    "time-zones": N_("Time zones"),
    "time-range": N_("Time zones"),
    "excel-error": N_("Error value of Excel"),
    "duplicate-key": N_("Key given twice"),
    "anchor-twice": N_("Key given twice"),
    "same-validity": N_("Key given twice"),
    "reference": REFERENCE,
    "unknown-predecessor": REFERENCE,
    "unknown-task": REFERENCE,
    "unknown-code": REFERENCE,
    "still-referenced": N_("Still needed by another table"),
    "scope": SCOPE,
    "cycle": N_("Tasks waiting for each other"),
    "stays-overlap": N_("Stays in stages overlap"),
    "vector-is-no-vector": CONFLICT,
    "other-program": CONFLICT,
    "not-planned": CONFLICT,
    "replaces-itself": CONFLICT,
    "transfer-to-itself": CONFLICT,
    "reviewed-by-the-closer": N_("Own work reviewed"),
    "reviewed-by-the-owner": N_("Own work reviewed"),
    "number-without-unit": N_("Unit missing"),
    "other-kind": CONFLICT,
    "patient-outcome-without-patient": CONFLICT,
    "qualifier-without-value": CONFLICT,
    "open-with-leaving-date": CONFLICT,
    "no-limit": UNNAMED,
    "no-result": UNNAMED,
    "not-a-monday": N_("Not the day the table counts from"),
    "not-first-of-month": N_("Not the day the table counts from"),
    "margin-not-positive": N_("Number out of range"),
    "margin-sd-not-positive": N_("Number out of range"),
    "quality-range-k-not-positive": N_("Number out of range"),
    "column-missing": COLUMNS,
    "column-read-as": COLUMNS,
    "column-without-name": COLUMNS,
    "duplicate-column": COLUMNS,
    "unknown-column": COLUMNS,
    "too-many-columns": COLUMNS,
    "header-control": COLUMNS,
    "no-header": COLUMNS,
    "merged-header": COLUMNS,
    "unknown-table": TABLE,
    "no-rows": TABLE,
    "several-files": N_("Several files of one table"),
    "file-twice": N_("Several files of one table"),
    "cell-count": N_("Number of cells in a row"),
    "blank-rows": LAYOUT,
    "comment-line": LAYOUT,
    "header-line": LAYOUT,
    "header-lines": LAYOUT,
    "header-repeated": LAYOUT,
    "second-header": LAYOUT,
    "title-line": LAYOUT,
    "note-line": LAYOUT,
    "merged-cells": LAYOUT,
    "quote-open": N_("Quotes and escapes"),
    "quote-text": N_("Quotes and escapes"),
    "backslash": N_("Quotes and escapes"),
    "backslash-escapes": N_("Quotes and escapes"),
    "encoding": ENCODING,
    "encoding-guessed": ENCODING,
    "replacement-character": ENCODING,
    "control-character": ENCODING,
    "nul-byte": ENCODING,
    "empty": UNREADABLE,
    "damaged": UNREADABLE,
    "unreadable": UNREADABLE,
    "mislabelled": UNREADABLE,
    "nested": UNREADABLE,
    "no-sheet": UNREADABLE,
    "child-died": UNREADABLE,
    "checksum": UNREADABLE,
    "count": UNREADABLE,
    "too-large": N_("Too large"),
    "too-long": N_("Too large"),
    "too-slow": UNREADABLE,
    "left-out": N_("File left out"),
    "personal-data": N_("Looks like personal data"),
    "value-unmapped": N_("Value the mapping does not know"),
    "profile-header": TABLE,
    "profile-empty": PROFILE,
    "profile-left-out": PROFILE,
    "profile-read": PROFILE,
    "profile-set-aside": PROFILE,
    "profile-skipped": PROFILE,
    "profile-unused": PROFILE,
    "profile-used": PROFILE,
}  # fmt: skip
_FAMILIES = (
    (r".+-before-.+", DATES_OUT_OF_ORDER),
    (r".+-above-.+", VALUES_OUT_OF_ORDER),
    (r".+-in-future", FUTURE),
    (r".+-without-(date|name|reason|review|conditions)", UNNAMED),
)


def kind_of(code: str) -> str:
    """The kind of a code, a message for ``_``; a code nobody named is its own kind."""
    if code in KINDS:
        return KINDS[code]
    return next((kind for form, kind in _FAMILIES if re.fullmatch(form, code)), code)
