"""Hostile links: every one is answered with a view that is no wider than what was asked, and never a trace.

``FIRSTDOSE_HOSTILE_URLS`` names another file: one address or query a line, ``#`` for a remark.
"""

import os
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from firstdose.page_keys import PageKey
from firstdose.sentence import sentence
from firstdose.view import LIST_KEYS, Known, View, from_params, to_link, to_params

FILE = Path(os.environ.get("FIRSTDOSE_HOSTILE_URLS") or Path(__file__).with_name("hostile_urls.txt"))
KNOWN = Known(
    program={"P1": "P1 · One", "P2": "P2 · Two"},
    group={"Solid tumour": "Solid tumour"},
    partner={"A": "Academic"},
    jurisdiction={"JP": "JP", "US": "US"},
    area={"Regulatory": "Regulatory"},
    versions=frozenset({1, 2, 3}),
    page_keys={"state": PageKey(("open", "all"), narrows=True), "q": PageKey()},
)


def addresses() -> list[str]:
    lines = FILE.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("address", addresses())
def test_a_hostile_link_is_answered_and_never_widened(address: str) -> None:
    params = parse_qs(urlsplit(address).query, keep_blank_values=True)
    view = from_params(params, "readiness", KNOWN)
    assert isinstance(view, View)
    for key in LIST_KEYS:
        asked = [value for value in params.get(key, []) if value != "*"]
        shown = getattr(view, key)
        if asked:
            assert shown is not None, f"{key} was asked for and shows all"
            assert set(shown) <= set(getattr(KNOWN, key))
    for refused in view.refused:
        assert refused.why
    words = sentence(view, KNOWN, 0)
    assert "<script" not in words
    link = to_link(view)
    again = from_params(to_params(view), "readiness", KNOWN)
    assert {part.key for part in again.refused} <= {part.key for part in view.refused}, (
        "the written link is known"
    )
    assert not set(link) & set("<>\"' \r\n")
