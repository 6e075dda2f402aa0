"""The data page looks back: a version is named, restored and verified, and the audit chain is read."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from firstdose.audit import Chain
from firstdose.errors import FirstdoseError
from firstdose.intake.scope import Scope
from firstdose.lake import Draft, Drafts, Lake
from firstdose.ui import filters
from tests.app.test_pages import opened, said
from tests.unit.test_lake import ME, parquet, partner


@pytest.fixture
def lake(renamed: Lake) -> Lake:
    """Two versions: a site was renamed."""
    return renamed


def data(**params: str) -> AppTest:
    app = opened("data")
    for name, value in params.items():
        app.query_params[name] = value
    return app.run()


def tables(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def asked(app: AppTest, act: str, *, version: int, by: str, why: str, name: str = "") -> AppTest:
    app.selectbox(key="history-version").set_value(version).run()
    app.session_state[f"action-data-{act}"] = True
    app.run()
    if name:
        app.text_input(key="history-name").set_value(name)
    app.text_input(key=f"history-by-{act}").set_value(by)
    app.text_input(key=f"history-why-{act}").set_value(why)
    app.session_state[f"action-data-{act}"] = True  # AppTest knows no popovers and would shut it
    return app.button(key=f"history-do-{act}").click().run()


def test_a_version_is_named_and_the_name_is_seen_at_once(lake: Lake) -> None:
    app = asked(data(), "name", version=1, by="Lead", why="the steering committee saw it", name="Steering")
    assert not app.exception
    assert "now called" in app.success[0].value
    assert lake.version(1).name == "Steering"
    assert "Steering" in tables(app)
    assert any("Steering" in option for option in app.selectbox(key="history-version").options)


def test_what_is_published_in_the_middle_of_a_run_waits_for_the_next(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a page says one version above the figures of another."""
    drawn = filters.draw

    def publish_and_draw(*told: Any) -> None:
        if lake.newest() == 2:
            lake.publish({"partners": parquet(tmp_path, "partners", [partner("A", "Third")])}, ME, Scope())
        drawn(*told)

    app = data()
    monkeypatch.setattr(filters, "draw", publish_and_draw)
    app.run()
    assert lake.newest() == 3
    assert app.session_state["data-said"].startswith("firstdose · Data v2 ·")
    assert "Data **v2**" in app.get("popover")[0].proto.popover.label
    assert "Data **v3**" in app.run().get("popover")[0].proto.popover.label


def test_a_version_is_restored_as_a_new_one_that_this_server_shows_at_once(lake: Lake) -> None:
    app = asked(data(), "restore", version=1, by="Lead", why="the new name was wrong")
    assert not app.exception
    assert lake.newest() == 3
    assert "holds the content of version 1" in app.success[0].value
    assert lake.session().cursor().execute("select name from partners").fetchall() == [("Old",)]
    assert "restore" in tables(app)


def test_with_four_eyes_a_restore_waits_for_another_person_who_publishes_it_or_sends_it_back(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRSTDOSE_FOUR_EYES", "1")
    app = asked(data(), "restore", version=1, by="Lead", why="the new name was wrong")
    assert not app.exception
    assert lake.newest() == 2, "submitted, not restored"
    assert "second person" in app.success[0].value
    (draft,) = Drafts(lake.place).submitted()
    assert "restore version 1" in tables(app)

    other = data()
    decide(other, draft, "approve", "ｌｅａｄ")
    assert "table-desk-changes" in tables(other), "the second person sees what would change"
    assert "Nobody approves" in said(other)
    assert lake.newest() == 2
    decide(other, draft, "sendback", "Kenji", "which name was wrong?")
    assert not other.exception
    app = app.run()
    assert "which name was wrong?" in said(app)
    assert not data().warning, "it came back to its maker alone"

    app.button(key=f"action-again-{draft.id}").click().run()
    decide(other, draft, "approve", "Kenji")
    assert not other.exception
    version = lake.version(3)
    assert (version.by, version.approved_by) == ("Lead", "Kenji")
    assert lake.session(3).cursor().execute("select name from partners").fetchall() == [("Old",)]
    assert "Kenji" in tables(data()), "the history names both"


def decide(app: AppTest, draft: Draft, what: str, name: str, comment: str = "") -> AppTest:
    """Approve or send back what waits, as the page of a second person does."""
    app.session_state[f"desk-review-{draft.id}"] = True  # AppTest opens no expanders
    app.run()
    app.text_input(key=f"desk-approver-{draft.id}").set_value(name)
    app.text_input(key=f"desk-comment-{draft.id}").set_value(comment)
    return app.button(key=f"action-{what}-{draft.id}").click().run()


@pytest.mark.parametrize(("by", "why"), [("", "a reason long enough"), ("Lead", "short")])
def test_without_who_and_why_nothing_is_done(lake: Lake, by: str, why: str) -> None:
    app = asked(data(), "restore", version=1, by=by, why=why)
    assert app.error
    assert lake.newest() == 2


def test_a_version_links_to_what_it_changed(lake: Lake) -> None:
    app = data()
    assert "/changes?" in tables(app)
    assert "version=2&amp;" in tables(app)
    assert "base=1&amp;" in tables(app)
    app.selectbox(key="history-version").set_value(1).run()
    assert "The first version" in tables(app)


def test_verify_says_that_all_is_well_or_names_what_is_broken(lake: Lake) -> None:
    app = data()
    app.button(key="action-data-verify").click().run()
    assert "All is well: 2 versions" in app.success[0].value.replace("\\", "")
    lines = lake.place.audit.read_text(encoding="utf-8").replace("monthly", "weekly")
    lake.place.audit.write_text(lines, encoding="utf-8")
    app.button(key="action-data-verify").click().run()
    assert not app.exception
    assert all("broken at line 1" in error.value for error in app.error)


def test_the_audit_chain_is_read_and_searched(lake: Lake) -> None:
    lake.name(1, "Kick-off", ME)
    app = data(q="kick-off")
    drawn = tables(app)
    assert "Audit chain" in drawn
    chain = drawn[drawn.index("Audit chain") :]
    assert "Kick-off" in chain
    assert chain.count("monthly state") == 1, "only the event that holds the text"
    assert "v1" in said(app) or "v1" in chain


def test_a_damaged_version_is_refused_in_words_and_the_one_before_is_a_click_away(
    lake: Lake, tmp_path: Path
) -> None:
    for name in ("later", "newest"):
        rows = [partner(f"P{n}", f"{name} {n}") for n in range(30)]
        lake.publish({"partners": parquet(tmp_path, "partners", rows)}, ME, Scope(allow_removals=True))
    path = max((lake.place.data / "main" / "partners").glob("*.parquet"), key=lambda path: path.name)
    path.write_bytes(path.read_bytes()[:40] + bytes(path.stat().st_size - 80) + path.read_bytes()[-40:])
    app = data()
    assert not app.exception
    assert path.name in app.error[0].value.replace("\\", "")
    assert "backup" in app.error[0].value
    assert "<table" not in tables(app), "no figure stands beside it"
    app.button(key="action-version-3").click().run()
    assert not app.exception
    assert not app.error
    assert app.session_state["view"].version == 3


def test_what_is_no_card_leaves_a_line_too_and_asks_for_a_reason_where_one_is_asked(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: dict[str, dict[str, Any]] = {}
    monkeypatch.setattr(st, "download_button", lambda _label, **how: drawn.update({how["key"]: how}))
    data(table="partners")
    for key in ("action-data-zip", "action-data-audit-csv", "action-data-rows"):
        content = drawn[key]["data"]()
        line = Chain(lake.place.audit).whole()[-1]
        assert (line["action"], line["object_id"]) == ("export", drawn[key]["file_name"])
        assert line["file_sha256"] == hashlib.sha256(content).hexdigest()
        assert not drawn[key]["disabled"]
    before = len(Chain(lake.place.audit).whole())
    monkeypatch.setenv("FIRSTDOSE_EXPORT_REASON", "1")
    app = data(table="partners")
    assert app.text_input(key="why-action-data-zip")
    assert drawn["action-data-zip"]["disabled"]
    with pytest.raises(FirstdoseError, match="why this is taken away"):
        drawn["action-data-zip"]["data"]()
    assert len(Chain(lake.place.audit).whole()) == before
