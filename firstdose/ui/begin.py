"""What every run starts with: page settings, style, language and light or dark."""

from pathlib import Path

import streamlit as st

from firstdose.figures import theme
from firstdose.ui.state import speak


def _text(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _marks(at: int) -> str:
    """The colour of every status for its symbol in a table."""
    return "".join(
        f'.fd-table [data-status="{status}"] {{ color: {theme.COLOURS[status][at]}; }}'
        for status in theme.Status
    )


_STYLE = {
    mode: f"<style>{_text(f'style-{mode}.css')}{_text('style.css')}{_marks(at)}</style>"
    for at, mode in enumerate(("light", "dark"))
}
#: In a frame of another page there is only what was asked for: no menu, no filters, no head.
_BARE = (
    "<style>[data-testid=stSidebar], .stAppHeader, .st-key-page-header { display: none !important; }</style>"
)
_LOGO = {mode: Path(__file__).with_name(f"logo-{mode}.svg") for mode in ("light", "dark")}


def begin() -> None:
    """Set up one run: language and mode first, since every word and figure after it depends on them."""
    embedded = st.context.is_embedded
    st.set_page_config(
        page_title="firstdose", layout="wide", initial_sidebar_state="collapsed" if embedded else "auto"
    )
    speak()
    st.html(_STYLE[theme.mode()] + (_BARE if embedded else ""))  # constants of ours, never data
    st.logo(_LOGO[theme.mode()], size="large")
