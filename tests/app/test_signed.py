"""Who is signed in signs what they do: no form lets them say another name, and nobody sees data unsigned."""

import pytest
from streamlit.testing.v1 import AppTest

from firstdose.audit import Chain
from firstdose.errors import NotSignedIn
from firstdose.lake import Drafts, Lake
from firstdose.settings import Settings
from firstdose.ui import headless, sign_in, store
from firstdose.ui import who as asks
from firstdose.ui.menu import PAGES
from firstdose.who import Who
from tests.app.test_pages import ROOT, opened, said

EVERYBODY = '[[rule]]\nwho = ["*"]\nrole = "steward"\npartners = "*"\nprograms = "*"\n'
SATO = Who("k.sato@example.org", "Keiko Sato", "proxy")
MORI = Who("a.mori@example.org", "Aiko Mori", "proxy")


@pytest.fixture
def lake(renamed: Lake) -> Lake:
    """Two versions, and a rule by which whoever signs in may do everything."""
    (renamed.place.folder / "roles.toml").write_text(EVERYBODY)
    return renamed


def sign(monkeypatch: pytest.MonkeyPatch, who: Who | None) -> None:
    """A server behind a proxy, which named this person."""
    monkeypatch.setattr(asks, "settings", lambda: Settings(auth="proxy"))
    monkeypatch.setattr(sign_in, "settings", lambda: Settings(auth="proxy"))
    monkeypatch.setattr(asks, "_signed_in", lambda: who)


def restore(app: AppTest, why: str) -> AppTest:
    app.selectbox(key="history-version").set_value(1).run()
    app.session_state["action-data-restore"] = True
    app.run()
    app.text_input(key="history-why-restore").set_value(why)
    app.session_state["action-data-restore"] = True  # AppTest knows no popovers and would shut it
    return app.button(key="history-do-restore").click().run()


def test_what_is_done_carries_the_name_and_id_of_who_is_signed_in(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign(monkeypatch, SATO)
    app = opened("data").run()
    assert "Signed in as Keiko Sato" in said(app).replace("\u2060", "")
    app.selectbox(key="history-version").set_value(1).run()
    app.session_state["action-data-restore"] = True
    app.run()
    field = app.text_input(key="history-by-restore-signed")
    assert (field.value, field.disabled) == ("Keiko Sato (k.sato@example.org)", True)
    for key in ("history-by-restore", "desk-by"):  # what another form, or another client, could leave
        app.session_state[key] = "Somebody Else"
    app = restore(app, "the new name was wrong")
    assert not app.exception
    assert lake.version(3).by == "Keiko Sato (k.sato@example.org)"
    last = Chain(lake.place.audit).whole()[-1]
    told = {name: last[name] for name in ("action", "actor_id", "actor_name", "auth_method")}
    assert told == {
        "action": "rollback",
        "actor_id": "k.sato@example.org",
        "actor_name": "Keiko Sato (k.sato@example.org)",
        "auth_method": "proxy",
    }
    lake.verify()


def test_a_second_person_is_another_person_signed_in_whatever_they_are_called(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRSTDOSE_FOUR_EYES", "1")
    sign(monkeypatch, SATO)
    restore(opened("data").run(), "the new name was wrong")
    (draft,) = Drafts(lake.place).submitted()

    def look(who: Who) -> AppTest:
        sign(monkeypatch, who)
        app = opened("data")
        app.session_state[f"desk-review-{draft.id}"] = True
        return app.run()

    renamed = look(Who(SATO.id, "Another Name", "proxy"))
    assert not [button for button in renamed.button if button.key == f"action-approve-{draft.id}"]
    other = look(MORI)
    other.session_state[f"desk-review-{draft.id}"] = True
    other.button(key=f"action-approve-{draft.id}").click().run()
    assert not other.exception
    assert lake.newest() == 3
    submitted, published = Chain(lake.place.audit).whole()[-2:]
    assert submitted["actor_id"] == published["actor_id"] == SATO.id
    assert published["approved_by"] == "Aiko Mori (a.mori@example.org)"


@pytest.mark.parametrize("area", ["overview", "data"])
def test_nobody_signed_in_sees_no_data_and_no_menu(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, area: str
) -> None:
    sign(monkeypatch, None)

    def never() -> Lake:
        raise AssertionError("the lake was opened")

    monkeypatch.setattr(Lake, "shared", never)
    app = opened(area)
    app.run()
    assert not app.exception
    assert [title.value for title in app.title] == ["Sign in to firstdose"]
    assert "view" not in app.session_state
    assert len(app.button) == 0
    assert set(PAGES) >= {area}
    with pytest.raises(NotSignedIn):
        store.lake()


def test_a_page_taken_by_the_command_line_needs_no_sign_in_and_leaves_no_door_open(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign(monkeypatch, None)
    made, _refused = headless.artefact(ROOT, "data", {}, "Operator")
    assert made.blocks
    assert [title.value for title in opened("data").title] == ["Sign in to firstdose"]
    with pytest.raises(NotSignedIn):
        store.lake()
