"""Data as markdown text: what Streamlit would act on is escaped, so that a cell can never speak markup."""

import re

_ACTS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~:$&^=])")


def escaped(text: str) -> str:
    """The text as markdown shows it literally: links, images, emphasis, directives and HTML are inert."""
    return _ACTS.sub(r"\\\1", text.replace("\r", " ").replace("\n", " "))
