"""Contracts of the 23 input tables."""

from firstdose.contracts.contract import Check, Column, Contract, Kind, Reference, contracts

__all__ = ["Check", "Column", "Contract", "Kind", "Reference", "contracts"]
