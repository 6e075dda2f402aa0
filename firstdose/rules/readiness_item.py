"""One readiness item and those around it: what it waits for, what waits for it, on which side each stands."""

import pandas as pd

from firstdose.rules.readiness_network import Links, network, waits
from firstdose.words import N_, _

#: How an item stands to the one shown, in the order of the table.
RELATIONS = {
    "this": N_("this item"),
    "before": N_("it waits for"),
    "after": N_("waits for it"),
}
#: Which side of a hand-over a kind of partner usually stands on; our convention.
_SIDES = {
    "academic centre": N_("sending side"),
    "sponsor": N_("sending side"),
    "hospital": N_("sending side"),
    "CDMO": N_("receiving side"),
    "CRO": N_("receiving side"),
    "vendor": N_("receiving side"),
}


def around(items: pd.DataFrame, item_id: str, links: Links | None = None) -> pd.DataFrame:
    """The item named, then the items it waits for directly, then those that wait for it; no row if unknown.

    Takes ``queries.readiness.network``; every column stays, ``relation`` (a key of ``RELATIONS``) is added.
    Links are the hard ones of the library unless given, within the same program and jurisdiction; a code that
    does not apply there is passed through.
    """
    one: pd.DataFrame = items[items["item_id"] == item_id]
    if one.empty:
        return one.assign(relation=pd.Series(dtype="str"))
    own = one.iloc[0]
    near = items[(items["program_id"] == own["program_id"]) & (items["jurisdiction"] == own["jurisdiction"])]
    net = network(near, links)
    direct, code = waits(net)[:, 0], int(net.code[near["item_id"].eq(item_id).to_numpy()][0])
    linked = (net.code >= 0) & (code >= 0)
    before, after = near[linked & direct[code, net.code]], near[linked & direct[net.code, code]]
    found: pd.DataFrame = pd.concat(
        [one.assign(relation="this"), before.assign(relation="before"), after.assign(relation="after")],
        ignore_index=True,
    )
    found.attrs = dict(items.attrs)
    return found


def relation(name: str) -> str:
    """How an item stands to the one shown, in the reader's language."""
    said = RELATIONS[name]
    return _(said)


def side(kind: object) -> str:
    """The side of a hand-over on which a kind of partner stands, in the reader's language."""
    return _(_SIDES.get(str(kind), N_("third party")))
