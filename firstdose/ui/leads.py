"""Where marks and cells lead: links of the one grammar, completed by the part that a cell carries."""

from collections.abc import Callable
from dataclasses import replace

from firstdose.view import View, to_link


def to_items(*left: str) -> Callable[[View], str]:
    """To the gate items behind a cell of a matrix on the readiness page; ``left``: what the cell says."""

    def leads(view: View) -> str:
        blocks = view.key("blocks", "all") if view.page == "readiness" else "all"
        keys = (("blocks", blocks), ("gate", "gate"), ("item", ""), ("state", "all"))
        return to_link(replace(view, page="readiness", chart=None, keys=keys), left=left)

    return leads


def to_review(view: View) -> str:
    """To the review of one gate, all filters open, for a decision is taken on the whole gate."""
    return to_link(View(page="review", version=view.version, as_of=view.as_of))


def to_item(view: View) -> str:
    """To one readiness item in full, all filters open, so that it is let through."""
    return to_link(View(page="readiness", version=view.version, as_of=view.as_of))


def to_transfer(view: View) -> str:
    """To one transfer on its page with the filters at hand; the cell says which, and what of it."""
    return to_link(replace(view, page="transfer", chart=None), left=("transfer", "part", "show"))


def to_lot(view: View) -> str:
    """To one lot in full on the manufacturing page; the cell says which."""
    return to_link(replace(view, page="manufacturing", chart=None, keys=(("lot", ""),)), left=("lot",))


def to_supply(view: View) -> str:
    """To one section of the supply page; the cell says which."""
    return to_link(replace(view, page="supply", chart=None, keys=(("section", ""),)), left=("section",))
