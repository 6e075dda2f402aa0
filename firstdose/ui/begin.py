"""What every run starts with: page settings, style, language and light or dark."""

from pathlib import Path

import streamlit as st

from firstdose.figures import theme
from firstdose.ui import host
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
#: “Why” is a popover only where Streamlit's own elements draw: it stands in the corner of its card.
_POPOVERS = """<style>
[class*="st-key-card-"] > div:has([data-testid="stPopover"]) {
  position: absolute; top: 12px; right: 14px; width: auto; z-index: 2;
}
.st-key-card-data-history > div:has([data-testid="stPopover"]) { position: static; width: 100%; }
</style>"""
_LOGO = {mode: Path(__file__).with_name(f"logo-{mode}.svg") for mode in ("light", "dark")}


def begin() -> None:
    """Set up one run: language and mode first, since every word and figure after it depends on them."""
    embedded = st.context.is_embedded
    st.set_page_config(
        page_title="firstdose", layout="wide", initial_sidebar_state="collapsed" if embedded else "auto"
    )
    speak()
    more = ("" if host.ours() else _POPOVERS) + (_BARE if embedded else "")
    st.html(_STYLE[theme.mode()] + more)  # constants of ours, never data
    st.logo(_LOGO[theme.mode()], size="large")
