"""The demo alliance: fictional programs, partners and lots with a history that drifts as life does."""

from firstdose.demo.write import Size, write

__all__ = ["Size", "write"]
