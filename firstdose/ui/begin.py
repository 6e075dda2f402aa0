"""What every run starts with: page settings, style, language and light or dark."""

from pathlib import Path

import streamlit as st

from firstdose.figures import theme
from firstdose.ui.state import speak

_STYLE = Path(__file__).with_name("style.css")
_CARD = {mode: Path(__file__).with_name(f"style-{mode}.css") for mode in ("light", "dark")}
_LOGO = {mode: Path(__file__).with_name(f"logo-{mode}.svg") for mode in ("light", "dark")}


def begin() -> None:
    """Set up one run: language and mode first, since every word and figure after it depends on them."""
    st.set_page_config(page_title="firstdose", layout="wide", initial_sidebar_state="auto")
    speak()
    st.html(_STYLE)  # constants of ours, never data
    st.html(_CARD[theme.mode()])
    st.logo(_LOGO[theme.mode()], size="large")
