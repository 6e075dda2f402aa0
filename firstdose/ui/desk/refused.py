"""Callbacks of the desk that may be refused, by a full disk say: the next run tells it instead of a trace."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

from firstdose.errors import FirstdoseError

P = ParamSpec("P")


def told(act: Callable[P, object]) -> Callable[P, None]:
    """The callback whose refusal stands at the head of the desk in the next run."""

    @wraps(act)
    def acting(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            act(*args, **kwargs)
        except FirstdoseError as error:
            st.session_state["desk-problems"] = [str(error)]

    return acting
