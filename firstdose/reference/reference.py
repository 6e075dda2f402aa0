"""The reference tables: which there are, where they lie, how their columns are typed.

Load one in DuckDB by its path and its types, never by guessing::

    read_csv(?, header=true, columns=?)      -- [str(path(name)), columns(name)]

Every table keeps ``source`` (or ``source_name``) and ``confidence`` in every row. ``confidence`` is ``seen``
(read in the source named) or ``recalled`` (professional knowledge, not read again); the manufacturing tables
grade it ``high``, ``medium`` or ``low`` and say in ``basis`` which part was seen, recalled or derived.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from firstdose.words import either

_FOLDER = Path(__file__).parent

#: Columns that are not text, by name: a name means the same in every reference table.
_TYPES: dict[str, str] = {
    "ci_high_pct": "DOUBLE",
    "ci_low_pct": "DOUBLE",
    "cn_approval": "DATE",
    "dist_max": "DOUBLE",
    "dist_mean": "DOUBLE",
    "dist_min": "DOUBLE",
    "dist_sd": "DOUBLE",
    "duration_high": "DOUBLE",
    "duration_high_days": "BIGINT",
    "duration_low": "DOUBLE",
    "duration_low_days": "BIGINT",
    "duration_mid": "DOUBLE",
    "duration_mid_days": "BIGINT",
    "eu_approval": "DATE",
    "gate": "BOOLEAN",
    "jp_approval": "DATE",
    "lower": "DOUBLE",
    "n": "BIGINT",
    "pass_probability": "DOUBLE",
    "stage_order": "BIGINT",
    "step_order": "BIGINT",
    "turnaround_days_mid": "DOUBLE",
    "typical_duration_months_high": "BIGINT",
    "typical_duration_months_low": "BIGINT",
    "typical_duration_months_mid": "BIGINT",
    "typical_lead_time_days": "BIGINT",
    "upper": "DOUBLE",
    "us_approval": "DATE",
    "value_high": "DOUBLE",
    "value_low": "DOUBLE",
    "value_mid": "DOUBLE",
    "value_pct": "DOUBLE",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of development or of a technology transfer: its code, its place in line, its names."""

    code: str
    order: int
    name: str
    name_ja: str

    @property
    def label(self) -> str:
        """The stage's name in the reader's language."""
        return either(self.name, self.name_ja)


@cache
def tables() -> tuple[str, ...]:
    """The names of all reference tables, in alphabetical order."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.csv")))


def path(name: str) -> Path:
    """Where the CSV file of a reference table lies; ``KeyError`` when there is no such table."""
    if name not in tables():
        raise KeyError(name)
    return _FOLDER / f"{name}.csv"


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    with path(name).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


#: How DuckDB reads a reference table: nothing is guessed, which takes a tenth of the time (192 to 14 ms).
READ = (
    "read_csv(?, header = true, columns = ?, auto_detect = false, delim = ',', quote = '\"', escape = '\"')"
)


def columns(name: str) -> dict[str, str]:
    """The columns of a reference table in file order, each with its DuckDB type."""
    with path(name).open(encoding="utf-8", newline="") as file:
        return {column: _TYPES.get(column, "VARCHAR") for column in next(csv.reader(file))}


@cache
def stages() -> tuple[Stage, ...]:
    """The eleven stages from target discovery to long-term follow-up, in order."""
    return _stages_of("stages")


@cache
def transfer_stages() -> tuple[Stage, ...]:
    """The seven stages of a technology transfer, in order."""
    return _stages_of("transfer_stages")


def _stages_of(name: str) -> tuple[Stage, ...]:
    read = [
        Stage(row["stage_code"], int(row["stage_order"]), row["name"], row["name_ja"]) for row in rows(name)
    ]
    return tuple(sorted(read, key=lambda stage: stage.order))
