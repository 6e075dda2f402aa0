"""The contract of a table: what a file must be before it is published.

Each table has one YAML file beside this module, a Frictionless Table Schema with ``title_ja``, ``unit``,
``kind``, ``stale_after_days`` and ``checks`` added. The check, the stored types, the CSV templates, the
dictionary and the test strategies all read it from here and from nowhere else.
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

import yaml

from firstdose.words import either

#: The safe loader in C where PyYAML has it: all contracts are read in 15 ms instead of 120.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Kind = Literal["id", "text", "enum", "enum list", "bool", "date", "int", "number", "url"]

STORED_TYPE: dict[Kind, str] = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "enum": "VARCHAR",
    "enum list": "VARCHAR",  # semicolon-separated, canonical order: the CSV text is the stored text
    "bool": "BOOLEAN",
    "date": "DATE",
    "int": "BIGINT",
    "number": "DOUBLE",
    "url": "VARCHAR",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, kind, labels, unit, meaning and limits."""

    name: str
    kind: Kind
    title: str
    title_ja: str
    required: bool
    allowed: tuple[str, ...] = ()
    unit: str = ""
    description: str = ""
    description_ja: str = ""
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None

    @property
    def label(self) -> str:
        """The column's label in the reader's language."""
        return either(self.title, self.title_ja)

    @property
    def meaning(self) -> str:
        """What the column holds, in the reader's language."""
        return either(self.description, self.description_ja)

    @property
    def stored_type(self) -> str:
        """The DuckDB type in which the column is stored."""
        return STORED_TYPE[self.kind]


@dataclass(frozen=True, slots=True)
class Reference:
    """Columns that must name a row of another table (ours, or ``reference.<name>`` of the package)."""

    columns: tuple[str, ...]
    table: str
    table_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """A rule over one row: ``holds`` is SQL that is true (or null) for every good row."""

    code: str
    holds: str
    columns: tuple[str, ...]
    message: str
    remedy: str = ""
    severity: Literal["error", "warning"] = "error"


@dataclass(frozen=True, slots=True)
class Contract:
    """One table: columns in file order, key, references, row checks and the age at which it is stale.

    ``within`` names the columns by which a publish may be limited to one partner or one program.
    """

    name: str
    title: str
    title_ja: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    references: tuple[Reference, ...]
    checks: tuple[Check, ...]
    stale_after_days: int
    description_ja: str = ""
    within: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        """The table's label in the reader's language."""
        return either(self.title, self.title_ja)

    @property
    def meaning(self) -> str:
        """What the table holds, in the reader's language."""
        return either(self.description, self.description_ja)

    def scope_column(self, kind: str) -> str | None:
        """The column that says to which ``partner`` or ``program`` a row belongs; none when none does."""
        return dict(self.within).get(kind)

    def column(self, name: str) -> Column:
        """The column of that name; ``KeyError`` when the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def _column(field: dict[str, Any]) -> Column:
    limits = field.get("constraints", {})
    return Column(
        name=field["name"],
        kind=field["kind"],
        title=field["title"],
        title_ja=field.get("title_ja", ""),
        required=bool(limits.get("required", False)),
        allowed=tuple(limits.get("enum") or field.get("allowed") or ()),
        unit=field.get("unit", ""),
        description=field.get("description", ""),
        description_ja=field.get("description_ja", ""),
        minimum=limits.get("minimum"),
        maximum=limits.get("maximum"),
        pattern=limits.get("pattern"),
    )


def _contract(text: str) -> Contract:
    raw = yaml.load(text, Loader=_LOADER)  # noqa: S506 (both loaders are the safe one)
    return Contract(
        name=raw["name"],
        title=raw["title"],
        title_ja=raw.get("title_ja", ""),
        description=raw.get("description", ""),
        columns=tuple(_column(field) for field in raw["fields"]),
        key=tuple(raw["primaryKey"]),
        references=tuple(
            Reference(
                tuple(link["fields"]), link["reference"]["resource"], tuple(link["reference"]["fields"])
            )
            for link in raw.get("foreignKeys", ())
        ),
        checks=tuple(
            Check(
                code=check["code"],
                holds=check["holds"],
                columns=tuple(check["columns"]),
                message=check["message"],
                remedy=check.get("remedy", ""),
                severity=check.get("severity", "error"),
            )
            for check in raw.get("checks", ())
        ),
        stale_after_days=int(raw["stale_after_days"]),
        description_ja=raw.get("description_ja", ""),
        within=tuple(sorted(raw.get("within", {}).items())),
    )


@cache
def contracts() -> dict[str, Contract]:
    """All contracts by table name, in publishing order: a table stands after every table it refers to."""
    folder = resources.files("firstdose.contracts")
    read = [
        _contract(entry.read_text(encoding="utf-8"))
        for entry in folder.iterdir()
        if entry.name.endswith(".yaml")
    ]
    known = {contract.name: contract for contract in sorted(read, key=lambda contract: contract.name)}
    ordered: dict[str, Contract] = {}

    def place(contract: Contract) -> None:
        if contract.name in ordered:
            return
        for reference in contract.references:
            if reference.table in known and reference.table != contract.name:
                place(known[reference.table])
        ordered[contract.name] = contract

    for contract in known.values():
        place(contract)
    return ordered
