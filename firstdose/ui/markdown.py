"""Data as markdown text: what Streamlit would act on is escaped, so that a cell can never speak markup."""

import re

_ACTS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~:$&^=])")


#: Addresses become links even when every sign is escaped; an unseen joiner inside keeps them text.
_ADDRESS = re.compile(r"(?i)(https?:(?=//)|www(?=\.)|@)")


def escaped(text: str) -> str:
    """The text as markdown shows it literally: links, images, emphasis, directives and HTML are inert."""
    plain = _ADDRESS.sub("\\1\u2060", text.replace("\r", " ").replace("\n", " "))
    return _ACTS.sub(r"\\\1", plain)
