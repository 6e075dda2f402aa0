"""The data desk in the app: corrections by hand, four eyes, and what is refused."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from firstdose import readers
from firstdose.audit import Chain
from firstdose.lake import Draft, Drafts, Lake, prepare, refusals
from firstdose.ui import access, signed
from firstdose.ui.desk import mapping
from firstdose.who import Who
from tests.app.test_pages import ROOT, opened, said

TASKS = (ROOT / "data" / "tasks.csv").read_text(encoding="utf-8")


@pytest.fixture
def lake(demo_lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A copy of the demo that the app publishes to."""
    place = shutil.copytree(demo_lake, tmp_path / "lake")
    monkeypatch.setenv("FIRSTDOSE_LAKE", str(place))
    return Lake.open(place)


def drafted(lake: Lake, reader: str, text: str, name: str = "tasks.csv") -> Draft:
    """A draft of a reader with one file."""
    drafts = Drafts(lake.place)
    return drafts.add(drafts.begin(readers.owner({}, reader)), name, text.encode())


def desk(reader: str, language: str = "en") -> AppTest:
    app = opened("data", language)
    app.session_state["reader"] = reader
    return app.run()


def submit(app: AppTest, by: str) -> AppTest:
    app.text_input(key="desk-who").set_value(by)
    app.text_input(key="desk-why").set_value("weekly plan of the partner")
    return app.button(key="action-desk-publish").click().run()


def shorter() -> str:
    """The tasks without the last one: a change of one row."""
    return "\n".join(TASKS.splitlines()[:-1]) + "\n"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_draft_is_shown_with_what_would_change(lake: Lake, language: str) -> None:
    drafted(lake, "me", shorter())
    app = desk("me", language)
    assert not app.exception
    assert not app.error
    assert app.button(key="action-desk-publish").label.endswith({"en": "13", "ja": "公開"}[language])


def test_with_four_eyes_another_person_publishes_what_one_submitted(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRSTDOSE_FOUR_EYES", "1")
    draft = drafted(lake, "me", shorter())
    app = submit(desk("me"), "Aiko")
    assert not app.exception
    assert lake.newest() == 12, "submitted, not published"
    assert "second person" in said(app)

    other = desk("you")
    other.session_state[f"desk-review-{draft.id}"] = True
    other.run()
    other.text_input(key=f"desk-approver-{draft.id}").set_value("Ａｉｋｏ")
    other.button(key=f"action-approve-{draft.id}").click().run()
    assert "Nobody approves" in said(other)
    assert lake.newest() == 12
    other.text_input(key=f"desk-approver-{draft.id}").set_value("Kenji")
    other.button(key=f"action-approve-{draft.id}").click().run()
    assert not other.exception
    assert lake.newest() == 13
    assert lake.version(13).by == "Aiko"
    events = [event for event in _audit(lake) if event["object_id"] in {draft.id, "13"}]
    assert [(event["action"], event.get("approved_by")) for event in events] == [
        ("submit", None),
        ("publish", "Kenji"),
    ]


def test_of_two_submitted_drafts_the_one_whose_button_was_pressed_is_published(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRSTDOSE_FOUR_EYES", "1")
    first = drafted(lake, "me", shorter())
    submit(desk("me"), "Aiko")
    second = drafted(lake, "she", "\n".join(TASKS.splitlines()[:-2]) + "\n")
    submit(desk("she"), "Hana")
    other = desk("you")
    for draft in (first, second):
        other.session_state[f"desk-review-{draft.id}"] = True
    other.run()
    for draft in (first, second):
        other.text_input(key=f"desk-approver-{draft.id}").set_value("Kenji")
    other.button(key=f"action-approve-{second.id}").click().run()
    assert not other.exception
    assert lake.version(13).by == "Hana"
    assert Drafts(lake.place).read(first.id) is not None


def test_a_draft_changed_in_another_tab_is_looked_at_again_before_it_is_published(lake: Lake) -> None:
    draft = drafted(lake, "me", shorter())
    app = desk("me")
    risks = (ROOT / "data" / "risks.csv").read_text(encoding="utf-8")
    Drafts(lake.place).add(draft, "risks.csv", risks.encode())
    app = submit(app, "Aiko")
    assert lake.newest() == 12
    assert "another tab" in said(app)
    submit(app, "Aiko")
    assert lake.newest() == 13


def test_what_was_sent_back_says_why_and_goes_on(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTDOSE_FOUR_EYES", "1")
    draft = drafted(lake, "me", shorter())
    submit(desk("me"), "Aiko")
    other = desk("you")
    other.session_state[f"desk-review-{draft.id}"] = True
    other.run()
    other.text_input(key=f"desk-approver-{draft.id}").set_value("Kenji")
    other.text_input(key=f"desk-comment-{draft.id}").set_value("the last task is missing")
    other.button(key=f"action-sendback-{draft.id}").click().run()
    mine = desk("me")
    assert "the last task is missing" in said(mine)
    assert mine.button(key="action-desk-publish")


def test_a_cell_corrected_by_hand_becomes_a_draft_of_changed_rows_alone(lake: Lake) -> None:
    app = desk("me")
    app.session_state["desk-correct"] = True
    app.run()
    app.selectbox(key="desk-correct-table").set_value("risks").run()
    assert not app.exception
    assert app.button(key="action-desk-correct").disabled, "nothing was changed yet"


STRANGE = "Task No,Task Name,Program,Responsible,Work Stream,E-mail\n" + "".join(
    f"X-{n},Thing {n},NCC-01,CENTRE,Regulatory,person{n}@example.org\n" for n in range(5)
)


def test_a_header_that_is_not_ours_gets_a_mapping_that_reads_the_next_file_too(lake: Lake) -> None:
    drafted(lake, "me", STRANGE, "plan v7 FINAL.csv")
    app = desk("me")
    app.session_state["desk-file-1"] = True
    app.run()
    assert "task_id: Task No" in app.text_area(key="desk-profile-1").value
    assert not app.exception
    text = app.text_area(key="desk-profile-1").value.replace("kind: {constant: task}", "kind: {constant: ''}")
    text = text.replace("profile: plan-v7-final", "profile: plan-of-the-site")
    app.text_area(key="desk-profile-1").set_value(text).run()
    assert app.selectbox(key="desk-profile-1-column-tasks").options[0].startswith("? "), "text to form"
    assert app.button(key="action-desk-map-1").disabled, "a question is open"
    app.multiselect(key="desk-profile-1-from-tasks-partner_id").set_value(["Responsible"]).run()
    app.selectbox(key="desk-profile-1-column-tasks").set_value("kind").run()
    app.selectbox(key="desk-profile-1-constant-tasks-kind").set_value("task").run()
    assert "kind: {constant: task}" in app.text_area(key="desk-profile-1").value
    app.button(key="action-desk-map-1").click().run()
    assert not app.exception
    assert [path.name for path in lake.place.profiles.iterdir()] == ["plan-of-the-site.yaml"]
    drafted(lake, "you", STRANGE.replace("Thing", "Work"), "plan v8.csv")
    ready = prepare(lake, Drafts(lake.place), _draft(lake, "you"))
    assert [file.table for file in ready.checked.files] == ["tasks"]
    assert ready.checked.files[0].rows == 5


PLAN = """
profile: plan-of-the-site
for: [Task No, Task Name]
outputs:
  - table: tasks
    columns:
      task_id: Task No
      name: Task Name
      kind: {constant: KIND}
      partner_id: {constant: FORGE}
      workstream: {constant: Regulatory}
"""
EDITORS = """
[[rule]]
who = "kenji"
role = "editor"
partners = ["FORGE"]
programs = "*"

[[rule]]
who = "mori"
role = "editor"
partners = "*"
programs = "*"

[[rule]]
who = "board"
role = "viewer"
partners = "*"
programs = "*"
"""


@pytest.mark.parametrize(
    ("who", "there", "told", "kept"),
    [
        pytest.param("board", "", "denied", "", id="who may bring no files saves none"),
        pytest.param("kenji", "", "profile_saved", "task", id="a limited editor saves a new one"),
        pytest.param("kenji", "gate", "denied", "gate", id="and replaces no other"),
        pytest.param("mori", "gate", "profile_saved", "task", id="who sees everything replaces it"),
    ],
)
def test_a_mapping_is_saved_by_who_may_bring_files_and_told_and_replaced_by_who_sees_everything(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, who: str, there: str, told: str, kept: str
) -> None:
    (tmp_path / "roles.toml").write_text(EDITORS, encoding="utf-8")
    monkeypatch.setenv("FIRSTDOSE_ROLES", str(tmp_path / "roles.toml"))
    refusals.forget()
    for room in (access, signed):
        monkeypatch.setattr(room, "who", lambda: Who(who, who.title(), "oidc"))
    file = lake.place.profiles / "plan-of-the-site.yaml"
    if there:
        file.parent.mkdir()
        file.write_text(PLAN.replace("KIND", there), encoding="utf-8")
    state: dict[str, Any] = {"desk-profile-1": PLAN.replace("KIND", "task")}
    for room in (mapping, access, signed):
        monkeypatch.setattr(room.st, "session_state", state)
    monkeypatch.setattr(mapping, "speak", lambda: None)
    mapping._save("desk-profile-1")
    assert (f"constant: {kept}" in file.read_text(encoding="utf-8")) if kept else not file.exists()
    line = _audit(lake)[-1]
    assert (line["action"], line["object_id"], line["actor_id"]) == (told, "plan-of-the-site", who)
    problems = state.get("desk-problems", [])
    assert [one[:11] for one in problems] == (["Not allowed"] if told == "denied" else [])
    assert not problems or "steward" in problems[0], "whom to ask"


def test_who_may_not_change_a_mapping_is_told_before_working_on_it(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "roles.toml").write_text(EDITORS, encoding="utf-8")
    monkeypatch.setenv("FIRSTDOSE_ROLES", str(tmp_path / "roles.toml"))
    lake.place.profiles.mkdir()
    (lake.place.profiles / "plan.yaml").write_text(PLAN.replace("KIND", "task"), encoding="utf-8")
    drafted(lake, "me", "Task No,Task Name\nX-1,Write\n", "plan.csv")
    for who, may in (("kenji", False), ("mori", True)):
        monkeypatch.setattr(access, "who", lambda who=who: Who(who, who, "oidc"))
        app = desk("me")
        app.session_state["desk-file-1"] = True
        app.run()
        assert not app.exception
        assert app.button(key="action-desk-map-1").disabled is not may
        assert ("ask a steward to save it" in said(app)) is not may


def test_a_broken_profile_in_the_store_is_said_at_the_desk_and_the_draft_goes_on(lake: Lake) -> None:
    lake.place.profiles.mkdir()
    (lake.place.profiles / "torn.yaml").write_text("profile: [", encoding="utf-8")
    drafted(lake, "me", shorter())
    for language, word in (("en", "set aside"), ("ja", "使われません")):
        app = desk("me", language)
        assert not app.exception
        assert not app.error
        [warning] = app.warning
        assert "torn" in warning.value
        assert word in warning.value
        assert app.button(key="action-desk-publish")
    (lake.place.profiles / "torn.yaml").unlink()
    assert not desk("me").warning, "mended, it is not told any more"


def test_a_column_that_looks_personal_waits_for_an_answer(lake: Lake) -> None:
    rows = TASKS.splitlines()
    cells = [f"{line},{'e-mail' if not n else f'person{n}@example.org'}" for n, line in enumerate(rows)]
    drafted(lake, "me", "\n".join(cells) + "\n")
    app = desk("me")
    assert "personal-data" in _kinds(lake, "me")
    app.checkbox(key="desk-personal-e-mail").check().run()
    assert not app.exception
    assert "personal-data" not in _kinds(lake, "me")


def _draft(lake: Lake, reader: str) -> Draft:
    draft = Drafts(lake.place).of(readers.owner({}, reader))
    assert draft is not None
    return draft


def _kinds(lake: Lake, reader: str) -> set[str]:
    ready = prepare(lake, Drafts(lake.place), _draft(lake, reader))
    return {issue.code for issue in ready.checked.issues}


def test_who_publishes_meanwhile_is_named_and_not_written_over(lake: Lake) -> None:
    drafted(lake, "me", shorter())
    app = desk("me")
    theirs = drafted(lake, "you", "\n".join(TASKS.splitlines()[:-2]) + "\n")
    them = desk("you")
    submit(them, "Kenji")
    assert lake.newest() == 13
    app = submit(app, "Aiko")
    assert not app.exception
    assert lake.newest() == 13
    assert "Kenji" in said(app)
    assert "Tasks −2" in said(app).replace("\\", ""), "who, and what"
    assert Drafts(lake.place).read(theirs.id) is None
    assert Drafts(lake.place).of(readers.owner({}, "me")) is not None


def _audit(lake: Lake) -> list[dict[str, object]]:
    return list(Chain(lake.place.audit).events())
