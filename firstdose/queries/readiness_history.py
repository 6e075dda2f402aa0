"""The readiness items of every data version up to the one shown."""

from dataclasses import replace
from typing import TYPE_CHECKING

from firstdose.queries import readiness

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from firstdose.lake import Session
    from firstdose.view import View


def every_version(sessions: "Iterable[Session]", view: "View") -> "pd.DataFrame":
    """``queries.readiness.history`` of several versions below each other, each on its own report day.

    Beside its columns: version (int) and as_of (date). Versions are in the order given, at least one.
    """
    import pandas as pd

    parts = []
    for session in sessions:
        found = readiness.history(session, replace(view, as_of=None))
        parts.append(found.assign(version=session.version, as_of=session.as_of))
    whole = pd.concat([part for part in parts if len(part)] or parts[-1:], ignore_index=True)
    whole.attrs = dict(parts[-1].attrs)
    return whole
