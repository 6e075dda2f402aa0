"""Whose lake a request without a page (a calendar feed) reads: the same rules as on the screen."""

from collections.abc import Mapping

from firstdose import access, access_rules, partner
from firstdose.access import Denied
from firstdose.lake import Lake, narrowed, refusals
from firstdose.settings import settings
from firstdose.who import Who
from firstdose.words import _


def lake_of(cookies: Mapping[str, str], page: str, signed_in: Who | None = None) -> Lake:
    """The lake as whoever sent these cookies may read it; ``Denied``, which the audit chain is told, else.

    ``signed_in`` is whom the doors of the server know. A calendar program signs in nowhere: where people sign
    in, it takes a feed by a partner link alone, and a browser takes one as a file.
    """
    who = signed_in or partner.who_of(cookies)
    if who is None:
        if settings().signs_in:
            raise Denied(_("Sign in, or open a partner link, before you take this address."))
        return Lake.shared()
    try:
        if who.method == "link":
            granted = partner.grant(who)
        else:
            granted = access_rules.grant(who, access_rules.path(Lake.shared().place.folder))
        access.may_open(granted, page)
    except Denied as error:
        refusals.tell(Lake.shared(), who, "view", page, str(error))
        raise
    return narrowed(Lake.shared(), granted.scope)
