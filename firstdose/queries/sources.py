"""Which published tables a question reads, found in its SQL."""

import re
from functools import cache

from firstdose.contracts import contracts

_COMMENT = re.compile(r"--[^\n]*")
_READ = re.compile(r"\b(?:from|join)\s+\"?([a-z_]+)\"?", re.IGNORECASE)


@cache
def tables_read(sql: str) -> tuple[str, ...]:
    """The tables of the contracts that stand after ``from`` or ``join`` in a statement, by name.

    Reference tables and the statement's own named blocks are none of them; neither are the tables by which
    ``$chosen`` was found, since they only choose the programs.
    """
    named = {name.lower() for name in _READ.findall(_COMMENT.sub("", sql))}
    return tuple(sorted(named & contracts().keys()))
