"""The menu: every page, in the order a meeting asks."""

from typing import TYPE_CHECKING

import streamlit as st

from firstdose.ui import access
from firstdose.words import N_, _

if TYPE_CHECKING:
    from streamlit.navigation.page import Page

HOME = "overview"
PAGES: dict[str, str] = {  # area: name in the menu
    HOME: N_("Overview"),
    "pipeline": N_("Pipeline"),
    "readiness": N_("Readiness"),
    "review": N_("Gate review"),
    "timeline": N_("Timeline"),
    "forecast": N_("Forecasts"),
    "transfer": N_("Transfer"),
    "manufacturing": N_("Manufacturing"),
    "comparability": N_("Comparability"),
    "supply": N_("Supply"),
    "changes": N_("Changes"),
    "data": N_("Data"),
    "reference": N_("Reference"),
}


def navigation() -> "Page":
    """Draw the menu and give the page the address names; the overview is the home page."""
    shared = access.pages()
    return st.navigation(
        [
            st.Page(
                f"pages/{area}.py",
                title=_(name),
                url_path=area,
                default=area == HOME,
                visibility="visible" if shared is None or area in shared else "hidden",
            )
            for area, name in PAGES.items()
        ],
        expanded=True,  # beyond ten pages Streamlit hides the rest behind a button
    )


def hidden() -> None:
    """Name the pages to Streamlit and draw no menu: it would make one of its own."""
    st.navigation(
        [st.Page(f"pages/{area}.py", url_path=area, default=area == HOME) for area in PAGES],
        position="hidden",
    )


def area_of(page: "Page") -> str:
    """The area of a page of the menu; the home page has an empty path."""
    return page.url_path or HOME
