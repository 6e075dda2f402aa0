"""A page without a browser: the same script, the same filters, for ``firstdose export`` and ``verify``.

The script of the app is run as its tests run it, so an export from the command line cannot differ from the
screen.
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from streamlit.testing.v1 import AppTest

from firstdose.errors import FirstdoseError
from firstdose.ui import take
from firstdose.ui.menu import HOME, PAGES
from firstdose.ui.who import as_operator, operating
from firstdose.words import _, language

if TYPE_CHECKING:
    from firstdose.exports.artefact import Artefact

_SECONDS = 120.0
_ADDRESS = "http://127.0.0.1:8501"


def artefact(
    app: Path, page: str, params: Mapping[str, Sequence[str]], by: str, home: str = _ADDRESS, why: str = ""
) -> "tuple[Artefact, list[str]]":
    """What a page shows for the keys of a link, and what of the link was refused, in words.

    ``app`` is the folder of ``app.py``. Raises FirstdoseError for an unknown page, an unknown version or an
    empty store.
    """
    if page not in PAGES:
        raise FirstdoseError(
            _("There is no page “{page}”. Pages: {pages}.").format(page=page, pages=", ".join(PAGES))
        )
    logging.getLogger("streamlit").setLevel(logging.ERROR)  # it warns of what a run without a browser lacks
    run = AppTest.from_file(str(app / "app.py"), default_timeout=_SECONDS)
    run.session_state["language"] = language()
    as_operator(run.session_state)
    if page != HOME:  # named before the first run, which works while the file is named as its address is
        run.switch_page(f"pages/{page}.py")
    for name, values in params.items():
        run.query_params[name] = list(values)
    run.run()
    if run.error or run.exception:
        raise FirstdoseError("; ".join(str(one.value) for one in (*run.error, *run.exception)))
    if "drawn" not in run.session_state:
        raise FirstdoseError(_("This page shows nothing that could be taken away."))
    with operating():
        made = take.artefact_of(run.session_state, by, home, why)
    refused = [part.why for part in run.session_state["view"].refused]
    return made, refused
