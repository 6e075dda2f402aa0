"""A button drawn before gives no file once its reader is not granted what they were when it was drawn."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.runtime.context import StreamlitCookies

from firstdose import doors, partner, sessions
from firstdose.access import Denied, Scope
from firstdose.audit import Chain
from firstdose.errors import IntegrityError, NotSignedIn
from firstdose.lake import Lake, partner_links, refusals
from firstdose.ui import access, signed
from firstdose.ui import who as looking
from firstdose.who import Who
from tests.app.test_pages import opened

RULE = '[[rule]]\nwho = ["lena"]\nrole = "{role}"\npartners = "*"\nprograms = "*"\n'
LENA = Who("lena", "Lena", "oidc")


@pytest.fixture
def buttons(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], bytes]]:
    """What the server calls, in a thread without a page, when a button of the page drawn last is pressed."""
    drawn: dict[str, Any] = {}
    monkeypatch.setattr(st, "download_button", lambda _label, **how: drawn.update({how["key"]: how["data"]}))
    refusals.forget()
    return drawn


def browser(monkeypatch: pytest.MonkeyPatch, **cookies: str) -> None:
    """The cookies of the browser that opens the page; AppTest has none."""
    monkeypatch.setattr(type(st.context), "cookies", StreamlitCookies(cookies))


def events(lake: Lake) -> list[dict[str, Any]]:
    return Chain(lake.place.audit).whole()


def test_a_guest_takes_no_rows_of_a_page_drawn_before_the_link_was_revoked(
    renamed: Lake, buttons: dict[str, Callable[[], bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    link = partner_links.make(
        renamed, name="Kenji", scope=Scope(partners=frozenset({"A"})), pages=("reference",), link="/?v=1",
        by="Aiko", days=14, most=3,
    )  # fmt: skip
    browser(monkeypatch, **{partner.COOKIE: f"{link.id}.{partner_links.open_(renamed, link, '')}"})
    app = opened("reference")
    assert not app.exception
    card = next(iter(app.session_state["drawn"]))
    app.session_state[f"action-{card}"] = True
    app.run()
    browser(monkeypatch)
    take = buttons[f"csv-{card}"]
    assert take()
    line = events(renamed)[-1]
    assert (line["action"], line["actor_id"]) == ("export", f"link:{link.id}")
    partner_links.revoke(renamed, link, "Aiko", "sent to the wrong person")
    with pytest.raises(Denied, match="revoked by Aiko"):
        take()
    line = events(renamed)[-1]
    assert (line["action"], line["asked"], line["auth_method"]) == ("denied", "export", "link")


def test_nobody_takes_a_version_of_a_page_drawn_before_their_rule_was_changed_or_their_session_ended(
    renamed: Lake, buttons: dict[str, Callable[[], bytes]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rules = tmp_path / "roles.toml"
    monkeypatch.setenv("FIRSTDOSE_ROLES", str(rules))
    rules.write_text(RULE.format(role="steward"), encoding="utf-8")
    print_ = sessions.printed(sessions.shared().begin(LENA))
    monkeypatch.setattr(looking, "session_print", lambda: print_)
    for room in (access, signed, looking):
        monkeypatch.setattr(room, "who", lambda: LENA)
    app = opened("data")
    assert not app.exception
    take = buttons["action-data-zip"]
    assert take().startswith(b"PK")
    rules.write_text(RULE.format(role="viewer").replace('programs = "*"', 'programs = ["X"]'))
    with pytest.raises(Denied, match="has changed"):
        take()
    line = events(renamed)[-1]
    assert (line["action"], line["actor_id"], line["asked"]) == ("denied", "lena", "export")
    rules.write_text(RULE.format(role="steward"), encoding="utf-8")
    assert take()
    sessions.shared().end(print_)
    with pytest.raises(NotSignedIn):
        take()


def test_why_no_file_was_given_is_said_once_by_the_page_drawn_anew(
    renamed: Lake, buttons: dict[str, Callable[[], bytes]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rules = tmp_path / "roles.toml"
    monkeypatch.setenv("FIRSTDOSE_ROLES", str(rules))
    rules.write_text(RULE.format(role="steward"), encoding="utf-8")
    for room in (access, signed, looking):
        monkeypatch.setattr(room, "who", lambda: Who("lena", "Lena", "proxy"))
    woken: list[float] = []
    monkeypatch.setattr(doors, "wake", lambda _tabs, *, after: woken.append(after))
    app = opened("data")
    assert not app.toast
    rules.write_text(RULE.format(role="viewer"), encoding="utf-8")
    for _press in range(2):
        with pytest.raises(Denied):
            buttons["action-data-zip"]()
    assert len(woken) == 2, "Streamlit itself says only that it failed"
    assert min(woken) > 0, "a run at once would throw the answer away and leave the button disabled"
    said = [one.value.replace("\\", "") for one in app.run().toast]
    assert said == [
        "No file was given: What you may see has changed since this page was drawn: look at it as it is now."
    ]
    assert not app.run().toast
    assert buttons["action-data-zip"]().startswith(b"PK")
    renamed.place.audit.write_bytes(b"")
    with pytest.raises(IntegrityError):
        buttons["action-data-zip"]()
    assert "audit chain does not end where it did" in app.run().toast[0].value.replace("\\", "")


@pytest.mark.parametrize(
    "edited",
    [
        pytest.param("# a note\n{rule}", id="a comment"),
        pytest.param(
            '[[rule]]\nwho = "kim"\nrole = "viewer"\npartners = ["B"]\nprograms = "*"\n{rule}', id="other"
        ),
        pytest.param('{rule}tables = "*"\n', id="the same in other words"),
    ],
)
def test_an_edit_of_the_rules_that_leaves_a_reader_the_same_refuses_no_file(
    renamed: Lake,
    buttons: dict[str, Callable[[], bytes]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    edited: str,
) -> None:
    rules = tmp_path / "roles.toml"
    monkeypatch.setenv("FIRSTDOSE_ROLES", str(rules))
    rules.write_text(RULE.format(role="editor"), encoding="utf-8")
    for room in (access, signed, looking):
        monkeypatch.setattr(room, "who", lambda: Who("lena", "Lena", "proxy"))
    opened("data")
    rules.write_text(edited.format(rule=RULE.format(role="editor")), encoding="utf-8")
    assert buttons["action-data-zip"]().startswith(b"PK")
    assert events(renamed)[-1]["action"] == "export"
