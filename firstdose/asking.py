"""Whose lake a request without a page (a calendar feed) reads: the same rules as on the screen."""

import os
from collections.abc import Mapping

from firstdose import access, partner
from firstdose.access import Denied
from firstdose.lake import Lake, narrowed
from firstdose.words import _

SIGN_IN = "FIRSTDOSE_AUTH"  # ``local``, or how people sign in


def lake_of(cookies: Mapping[str, str], page: str) -> Lake:
    """The lake as whoever sent these cookies may read it; ``Denied`` when it is not known who that is.

    A calendar program signs in nowhere: where people sign in, a feed opens by a partner link alone.
    """
    who = partner.who_of(cookies)
    if who is not None:
        granted = partner.grant(who)
        access.may_open(granted, page)
        return narrowed(Lake.shared(), granted.scope)
    if os.environ.get(SIGN_IN, "local") != "local":
        raise Denied(_("Sign in, or open a partner link, before you take this address."))
    return Lake.shared()
