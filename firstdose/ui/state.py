"""What a reader's session keeps between runs: the view, the language."""

from dataclasses import replace
from typing import Any

import streamlit as st

from firstdose.figures import theme
from firstdose.view import View
from firstdose.words import DEFAULT_LANGUAGE, use_language


def current_view() -> View:
    """The view of this run."""
    view: View = st.session_state["view"]
    return view


def change_view(**changed: Any) -> None:
    """Change fields of the kept view, as a widget's callback does; what was refused is forgiven."""
    st.session_state["view"] = replace(current_view(), refused=(), **changed)


def speak() -> None:
    """Set language and mode for this run or fragment: the reader's choice, else what the browser asks for."""
    use_language(st.session_state.get("language") or st.context.locale or DEFAULT_LANGUAGE)
    theme.use_mode("dark" if st.context.theme.type == "dark" else "light")


def press(key: str) -> None:
    """Note that a button was pressed: its ``on_click``. A run begun anew would forget a plain button."""
    st.session_state[f"pressed-{key}"] = True


def pressed(key: str) -> bool:
    """Whether that button was pressed since somebody asked last."""
    return bool(st.session_state.pop(f"pressed-{key}", False))
