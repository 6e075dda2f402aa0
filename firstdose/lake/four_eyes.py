"""Four eyes: with this setting nothing is published that a second person has not agreed to.

Held where people publish: the desk, the history and the command line. Who the two are is told by name; names
are compared as a person reads them, whatever their case, width and spaces.
"""

import unicodedata

from firstdose.errors import PublishError
from firstdose.settings import FOUR_EYES, is_on
from firstdose.words import _

SETTING = FOUR_EYES


def asked() -> bool:
    """Whether the setting asks for a second person; ``SettingsError`` when it says neither yes nor no."""
    return is_on(SETTING)


def same_person(one: str, other: str) -> bool:
    """Whether two names are one: Ａｉｋｏ  Mori is aiko mori, 森　愛子 is 森愛子."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    # what nobody sees (a joiner of no width, a mark of direction) makes no other person
    return "".join(letter for letter in folded if unicodedata.category(letter)[0] not in "ZC")


def judge(by: str, approved_by: str | None) -> None:
    """Refuse a second person who is nobody, or who is the first; none is judged where none was asked for."""
    if approved_by is None:
        return
    if not _plain(approved_by):
        raise PublishError(_("Say who approves."))
    if same_person(by, approved_by):
        raise PublishError(_("Nobody approves what they submitted themselves."))
