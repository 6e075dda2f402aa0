"""Who looks at the page."""

import streamlit as st

from firstdose import partner
from firstdose.who import LOCAL, Who


def who() -> Who:
    """Whoever looks at this page."""
    return partner.who_of(st.context.cookies) or LOCAL
