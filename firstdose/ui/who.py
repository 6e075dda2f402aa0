"""Who looks at the page."""

from firstdose.who import LOCAL, Who


def who() -> Who:
    """Whoever looks at this page."""
    return LOCAL
