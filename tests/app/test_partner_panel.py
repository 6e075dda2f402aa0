"""The list of partner links gives away no link that shows more than its reader may see."""

import hashlib
import json
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from firstdose.access import Scope
from firstdose.audit import Chain
from firstdose.errors import FirstdoseError
from firstdose.lake import Lake, partner_links, refusals
from firstdose.lake.partner_links import PartnerLink
from firstdose.ui import access, share, signed
from firstdose.ui import partner_links as links
from firstdose.view import View
from firstdose.who import Who
from tests.app.test_pages import ROOT, said

RULES = """
[[rule]]
who = "lena"
role = "approver"
partners = ["A"]
programs = "*"

[[rule]]
who = "aiko"
role = "steward"
partners = "*"
programs = "*"
"""
OWN, WIDER, OTHER = (
    Scope(programs=frozenset({"MINE-01"}), partners=frozenset({"A"})),
    Scope(programs=frozenset({"WIDE-02"})),
    Scope(partners=frozenset({"OTHER-03"})),
)


@pytest.fixture
def lake(renamed: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """Two versions, an approver of one partner, and a steward."""
    file = tmp_path / "roles.toml"
    file.write_text(RULES, encoding="utf-8")
    monkeypatch.setenv("FIRSTDOSE_ROLES", str(file))
    refusals.forget()
    return renamed


def made(lake: Lake, name: str, scope: Scope) -> PartnerLink:
    return partner_links.make(
        lake, name=name, scope=scope, pages=("overview",), link="/?v=1", by="Aiko", days=14, most=3
    )


def sign(monkeypatch: pytest.MonkeyPatch, name: str) -> Who:
    somebody = Who(name, name, "oidc")
    for room in (access, share, signed, links):
        monkeypatch.setattr(room, "who", lambda: somebody)
    return somebody


def panel() -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.session_state["language"] = "en"
    app.session_state["action-share"] = True
    app.session_state["share-partner"] = True
    app.run()
    assert not app.exception
    assert app.text_input(key="share-partner-name")
    return app


def sent(app: AppTest) -> str:
    """All that the browser is sent of a run."""
    return str([str(element.proto) for element in app.main]) + str([one.key for one in app.button])


def test_an_approver_of_one_partner_finds_nothing_of_links_that_show_more(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, *others = (made(lake, "Mika", OWN), made(lake, "Wide One", WIDER), made(lake, "Other One", OTHER))
    sign(monkeypatch, "lena")
    app = panel()
    text = said(app) + sent(app)
    assert "Mika" in text
    for told in ("Wide One", "Other One", "WIDE-02", "OTHER-03", *(link.id for link in others)):
        assert told not in text
    assert mine.id not in text, "the id opens the link: it is no name for a widget"
    sign(monkeypatch, "aiko")
    assert all(name in said(panel()) for name in ("Mika", "Wide One", "Other One"))


def test_a_link_that_cannot_be_read_is_told_to_who_sees_everything_alone(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Scope, "as_text", lambda _scope: "damaged")
        made(lake, "Nobody Knows", WIDER)
    lena, aiko = Scope(partners=frozenset({"A"})), Scope()
    (link,) = partner_links.listed(lake)
    assert (link.shows_within(lena), link.shows_within(aiko)) == (False, True)


@pytest.mark.parametrize(
    ("name", "scope", "ends"),
    [
        pytest.param("lena", OWN, True, id="own rows"),
        pytest.param("lena", WIDER, False, id="rows of every partner"),
        pytest.param("lena", OTHER, False, id="rows of another partner"),
        pytest.param("aiko", WIDER, True, id="a steward"),
    ],
)
def test_who_may_see_what_a_link_shows_revokes_it_and_nobody_else(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, name: str, scope: Scope, ends: bool
) -> None:
    link = made(lake, "Kenji", scope)
    sign(monkeypatch, name)
    state: dict[str, Any] = {}
    for room in (links.st, signed.st, access.st):
        monkeypatch.setattr(room, "session_state", state)
    monkeypatch.setattr(links, "speak", lambda: None)
    links._revoke(link)
    found = partner_links.find(lake, link.id)
    assert found is not None
    assert bool(found.shut(datetime.now(UTC))) is ends
    last = list(Chain(lake.place.audit).events())[-1]
    assert last["action"] == ("share_revoke" if ends else "denied")
    assert (last["actor_id"], last["auth_method"]) == (name, "oidc")
    assert ends or state["share-problem"].startswith("Not allowed")


@pytest.mark.parametrize("asked", [False, True])
def test_why_a_link_is_made_stands_in_the_audit_chain_and_is_needed_where_exports_need_it(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, asked: bool
) -> None:
    monkeypatch.setenv("FIRSTDOSE_EXPORT_REASON", "1" if asked else "0")
    sign(monkeypatch, "aiko")
    assert panel().text_input(key="share-partner-why").label == "Why it is shared"
    monkeypatch.setattr(access.st, "session_state", {})
    given = {"by": "aiko", "days": 14, "most": 3, "passphrase": ""}
    for why in ("", "Site audit in March"):
        refused = (
            pytest.raises(FirstdoseError, match="at least 10 characters why this is shared")
            if asked and not why
            else nullcontext()
        )
        with refused:
            links._made(OWN, "Kenji", ("overview",), View(page="overview"), why=why, **given)
    lines = [one for one in Chain(lake.place.audit).whole() if one["action"] == "share_create"]
    told = [(one["actor_id"], one["name"], one["reason"]) for one in lines]
    named = ("aiko", "Kenji", "Kenji")
    assert told == [*(() if asked else (named,)), ("aiko", "Kenji", "Site audit in March")]


def test_why_a_link_is_revoked_stands_in_the_audit_chain_and_is_not_said_of_the_next_one(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    links_made = [made(lake, name, OWN) for name in ("Kenji", "Mika")]
    sign(monkeypatch, "aiko")
    app = panel()
    app.text_input(key="share-partner-why-revoked").set_value("Sent to the wrong person")
    for name, left in (("Kenji", 1), ("Mika", 0)):
        (link,) = (one for one in links_made if one.name == name)
        print_ = hashlib.sha256(link.id.encode()).hexdigest()[:16]
        app.button(key=f"action-revoke-{print_}").click().run()
        assert not app.exception
        assert sum("action-revoke" in str(one.key) for one in app.button) == left
    last = [one for one in Chain(lake.place.audit).whole() if one["action"] == "share_revoke"]
    assert [one["reason"] for one in last] == ["Sent to the wrong person", "Revoked from the list"]
    gone = json.loads((lake.place.links / f"{links_made[0].id}.revoked.json").read_text(encoding="utf-8"))
    assert gone["why"] == "Sent to the wrong person"
    assert not [one for one in app.text_input if one.key == "share-partner-why-revoked"], "none is left"
