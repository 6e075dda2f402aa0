"""The contracts as a Frictionless Data Package, for partners who check their files with that tool."""

from typing import Any

from firstdose.contracts.contract import Column, Contract, Kind, contracts

_TYPES: dict[Kind, str] = {
    "bool": "boolean",
    "date": "date",
    "int": "integer",
    "number": "number",
}


def datapackage(tables: tuple[str, ...] | None = None) -> dict[str, Any]:
    """The package of some tables, or of all: one CSV resource a table, with types, limits, keys, references.

    A reference to a table that is left out, or to a table shipped with firstdose, is left out too.
    """
    chosen = {name: one for name, one in contracts().items() if tables is None or name in tables}
    return {
        "name": "firstdose",
        "title": "firstdose input tables",
        "profile": "tabular-data-package",
        "resources": [_resource(contract, set(chosen)) for contract in chosen.values()],
    }


def _resource(contract: Contract, chosen: set[str]) -> dict[str, Any]:
    return {
        "name": contract.name,
        "title": contract.title,
        "description": contract.description,
        "profile": "tabular-data-resource",
        "path": f"{contract.name}.csv",
        "encoding": "utf-8-sig",
        "schema": {
            "fields": [_field(column) for column in contract.columns],
            "primaryKey": list(contract.key),
            "missingValues": [""],
            "foreignKeys": [
                {
                    "fields": list(reference.columns),
                    "reference": {
                        # the specification names the table itself by an empty text
                        "resource": "" if reference.table == contract.name else reference.table,
                        "fields": list(reference.table_columns),
                    },
                }
                for reference in contract.references
                if reference.table in chosen
            ],
        },
    }


def _field(column: Column) -> dict[str, Any]:
    limits: dict[str, Any] = {"required": True} if column.required else {}
    if column.allowed and column.kind != "enum list":
        limits["enum"] = list(column.allowed)
    if column.minimum is not None:
        limits["minimum"] = column.minimum
    if column.maximum is not None:
        limits["maximum"] = column.maximum
    if column.pattern:
        limits["pattern"] = column.pattern
    field: dict[str, Any] = {
        "name": column.name,
        "type": _TYPES.get(column.kind, "string"),
        "title": column.title,
        "title_ja": column.title_ja,
        "description": column.description,
        "constraints": limits,
    }
    return field | ({"unit": column.unit} if column.unit else {})
