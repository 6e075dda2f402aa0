"""What a mapping asks of somebody, in words."""

import hashlib
from collections.abc import Iterable

from firstdose.contracts import contracts
from firstdose.intake.answers import Question
from firstdose.intake.profile import Profile
from firstdose.words import N_, _

_ASKED = {
    "value": N_(
        "{table}, {column}: every row needs it. Choose the column it comes from, or one value for all rows."
    ),
    "words": N_("{table}, {column}: say what these words mean: {words}."),
    "dates": N_("{table}, {column}: is the day or the month first? It can be read in two ways: {words}."),
    "decimal": N_("{table}, {column}: is the decimal mark a point or a comma? It can be both: {words}."),
}
_SHOWN = 6  # words that a question repeats


def said(profile: Profile, questions: Iterable[Question]) -> list[str]:
    """Each question in words, with the table and column it is about."""
    return [
        _(_ASKED[one.asks]).format(
            table=contracts()[profile.outputs[one.output].table].label,
            column=contracts()[profile.outputs[one.output].table].column(one.column).label,
            words=", ".join(one.words[:_SHOWN]) + (" …" if len(one.words) > _SHOWN else ""),
        )
        for one in questions
    ]


def columns(profile: Profile, named: Iterable[tuple[int, str]]) -> str:
    """Columns of outputs by their labels, each once."""
    labels = (contracts()[profile.outputs[at].table].column(name).label for at, name in named)
    return ", ".join(dict.fromkeys(labels))


def digest(profile: Profile) -> str:
    """What the words that a mapping reads as others make: the same words, the same digest."""
    told = [(output.table, name, way.values) for output in profile.outputs for name, way in output.columns]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:12]
