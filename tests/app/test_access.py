"""On the screen: what a role may not do is not offered and is refused when tried; a scope holds."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from firstdose import readers
from firstdose.access import Grant, Scope
from firstdose.audit import Chain
from firstdose.intake.scope import Scope as Sent
from firstdose.lake import Drafts, Lake, refusals
from firstdose.ui import access, share, signed, take, view_as
from firstdose.who import Who
from tests.app.test_pages import ROOT, opened, said

RULES = """
[[rule]]
who = "kenji"
role = "editor"
partners = ["FORGE"]
programs = ["NCC-01"]

[[rule]]
who = "board"
role = "viewer"
partners = "*"
programs = "*"
"""


@pytest.fixture(autouse=True)
def rules(demo_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "roles.toml"
    file.write_text(RULES, encoding="utf-8")
    monkeypatch.setenv("FIRSTDOSE_ROLES", str(file))
    refusals.forget()


def signed_in(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(access, "who", lambda: Who(name, name, "oidc"))


def offered(app: AppTest) -> set[str]:
    """The keys of what can be pressed."""
    return {str(button.key) for button in app.button}


def test_a_partner_sees_own_rows_on_the_data_page_and_no_history_of_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    signed_in(monkeypatch, "kenji")
    app = opened("data")
    assert not app.exception
    assert not app.error
    text = said(app) + str(app.session_state["drawn"])
    assert "NCC-02" not in text
    drawn: dict[str, Any] = app.session_state["drawn"]
    assert "table-data-audit" not in drawn
    assert set(drawn["table-data-versions"].data["why"]) == {""}
    assert not offered(app) & {"action-data-name", "action-data-restore", "action-data-verify"}


def test_who_sees_a_part_gives_a_version_no_name_and_who_gives_one_is_told_who_reads_it(
    demo_lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = shutil.copytree(demo_lake, tmp_path / "lake")
    monkeypatch.setenv("FIRSTDOSE_LAKE", str(place))
    rule = RULES.replace('role = "viewer"', 'role = "editor"')
    Path(os.environ["FIRSTDOSE_ROLES"]).write_text(rule, encoding="utf-8")
    drafts = Drafts(Lake.open(place).place)
    head, *rows = (ROOT / "data" / "tasks.csv").read_text(encoding="utf-8").splitlines()
    row = f"{head}\n{next(one for one in rows if one.startswith('NCC-01-T02')).replace('100', '90')}\n"
    draft = drafts.add(drafts.begin(readers.owner({}, "me")), "tasks.csv", row.encode(), table="tasks")
    drafts.change(draft, scope=Sent("merge"))
    for name, helps in (
        ("kenji", []),
        ("board", ["Everybody reads it, whatever they may see: no news of one program."]),
    ):
        signed_in(monkeypatch, name)
        monkeypatch.setattr(signed, "who", lambda name=name: Who(name, name, "oidc"))
        app = opened("data")
        app.session_state["reader"] = "me"
        app.run()
        assert not app.exception
        assert app.text_input(key="desk-why")
        assert [one.help for one in app.text_input if one.key == "desk-name"] == helps


def test_a_viewer_has_no_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(monkeypatch, "kenji")
    assert opened("data").get("file_uploader")
    signed_in(monkeypatch, "board")
    app = opened("data")
    assert not app.exception
    assert not app.get("file_uploader")


def test_whoever_no_rule_names_sees_a_refusal_and_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(monkeypatch, "nobody")
    app = opened("timeline")
    assert "No rule of roles.toml names “nobody”" in said(app).replace("\\", "")
    assert "drawn" not in app.session_state
    last = list(Chain(Lake.shared().place.audit).events())[-1]
    assert (last["action"], last["actor_id"], last["asked"]) == ("denied", "nobody", "view")


@pytest.mark.parametrize(("name", "act"), [("kenji", "restore"), ("board", "name")])
def test_an_act_is_refused_on_the_server_also_without_its_button(
    monkeypatch: pytest.MonkeyPatch, name: str, act: str
) -> None:
    from firstdose.ui import history

    signed_in(monkeypatch, name)
    state = {f"history-by-{act}": name, f"history-why-{act}": "because I may not", "history-name": "Mine"}
    monkeypatch.setattr(history.st, "session_state", state)
    monkeypatch.setattr(history, "speak", lambda: None)
    before = Lake.shared().versions()
    history._do(act, 1)
    done, told = state["history-told"]
    assert (done, told[:11]) == (False, "Not allowed")
    assert Lake.shared().versions() == before
    last = list(Chain(Lake.shared().place.audit).events())[-1]
    assert (last["action"], last["actor_id"], last["object_id"]) == ("denied", name, "v1")


def test_a_steward_who_sees_as_a_partner_sees_no_more_and_a_bar_that_says_so() -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.session_state["language"] = "en"
    app.session_state[access.SEEN_AS] = Grant("viewer", Scope(programs=frozenset({"NCC-01"})))
    app.run()
    assert "You see as a viewer would" in said(app)
    assert "NCC-02" not in str(app.session_state["drawn"])
    app.button(key="action-view-as-end").click().run()
    assert "You see as a viewer would" not in said(app)
    assert not app.exception


def test_a_file_made_with_own_eyes_is_not_offered_to_those_of_somebody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    aiko = Who("aiko", "Aiko", "oidc")
    rule = '[[rule]]\nwho = ["aiko"]\nrole = "steward"\npartners = "*"\nprograms = "*"\n'
    Path(os.environ["FIRSTDOSE_ROLES"]).write_text(rule, encoding="utf-8")
    for room in (access, share, signed, take, view_as):
        monkeypatch.setattr(room, "who", lambda: aiko, raising=False)
    # AppTest runs the panel with the whole page, before there is anything drawn that could be written
    monkeypatch.setattr(take, "take", lambda kind, _made: take.Taken(f"page.{kind}", "text/csv", b"all rows"))
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.session_state["language"] = "en"
    app.session_state["action-share"] = app.session_state["share-as"] = True
    app.run()

    def saves() -> int:
        assert not app.exception
        return sum("share-save" in str(one.proto.id) for one in app.get("download_button"))

    app.button(key="action-share-make").click().run()
    assert saves() == 1
    app.session_state[access.SEEN_AS] = Grant("viewer", Scope(partners=frozenset({"FORGE"})))
    app.run()
    assert "You see as a" in said(app)
    assert saves() == 0
    app.button(key="action-share-make").click().run()
    assert saves() == 1
    app.button(key="action-view-as-end").click().run()
    assert saves() == 0
    assert "taken" not in app.session_state


def test_seeing_as_somebody_else_begins_without_the_files_made_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    signed_in(monkeypatch, "aiko")
    monkeypatch.setattr(access, "require", lambda _action: None)
    chosen = {"share-as-programs": [], "share-as-partners": ["FORGE"], "share-as-role": "viewer"}
    state: dict[str, Any] = chosen | {"taken": "a file of all rows", "view": "a view"}
    monkeypatch.setattr(view_as.st, "session_state", state)
    monkeypatch.setattr(view_as, "lake", Lake.shared)
    monkeypatch.setattr(view_as, "name_said", lambda: "Aiko")
    monkeypatch.setattr(view_as.st, "rerun", lambda: None)
    view_as._see()
    assert state[access.SEEN_AS].scope == Scope(partners=frozenset({"FORGE"}))
    assert not {"taken", "view"} & set(state)


def test_who_may_not_see_as_others_cannot_widen_what_they_see_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(monkeypatch, "kenji")
    app = opened("timeline")
    app.session_state[access.SEEN_AS] = Grant("steward", Scope())
    app.run()
    assert "NCC-02" not in str(app.session_state["drawn"])


def test_the_local_user_is_offered_nothing_that_is_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A guest of a partner link who leaves it there would be the local user, who may do everything."""

    def panels() -> set[str]:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        app.session_state["language"] = "en"
        app.session_state["action-share"] = True
        app.run()
        assert not app.exception
        assert app.text_input(key="share-name")
        return {panel.label for panel in app.expander}

    for_others = {"A link for somebody without an account", "See what somebody else sees"}
    assert not panels() & for_others
    aiko = Who("aiko", "Aiko", "oidc")
    rule = '[[rule]]\nwho = ["aiko"]\nrole = "steward"\npartners = "*"\nprograms = "*"\n'
    Path(os.environ["FIRSTDOSE_ROLES"]).write_text(rule, encoding="utf-8")
    for room in (access, share, signed):
        monkeypatch.setattr(room, "who", lambda: aiko)
    assert panels() >= for_others
