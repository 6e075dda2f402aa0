"""Four eyes: one person submits or publishes with the name of another; nobody is their own second person."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from firstdose.audit import Chain
from firstdose.cli import main
from firstdose.errors import PublishError
from firstdose.intake.scope import Scope
from firstdose.lake import Author, Drafts, Lake, engine, four_eyes, prepare
from firstdose.lake.draft import COMMAND_LINE
from firstdose.lake.prepare import publish, submit_restore
from firstdose.rules import data as rules
from tests.unit.test_lake import ME, parquet, partner

WHY = ("--why", "state of both sites")
HEAD = "partner_id,name,name_ja,role,country\n"


@pytest.fixture
def lake(renamed: Lake, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """Two versions; the command line finds them, with four eyes on."""
    monkeypatch.setenv("FIRSTDOSE_LANG", "en")
    monkeypatch.setenv(four_eyes.SETTING, "1")
    return renamed


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "partners.csv"
    file.write_text(HEAD + "A,Newest,,CDMO,JP\n", encoding="utf-8")
    return file


def run(*arguments: object, code: int = 0) -> Any:
    ran = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert ran.exit_code == code, ran.output
    return json.loads(ran.stdout) if "json" in arguments else ran.output


def events(lake: Lake) -> list[dict[str, Any]]:
    return list(Chain(lake.place.audit).events())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("Aiko Mori", "aiko  MORI", True, id="case and spaces"),
        pytest.param("Ａｉｋｏ Mori", "Aiko Mori", True, id="width"),
        pytest.param("森　愛子", "森愛子", True, id="a space that Japanese names may lack"),
        pytest.param("Ai\u200bko", "Aiko", True, id="a space of no width"),
        pytest.param("Aiko", "Aika", False, id="another name"),
        pytest.param("森愛子", "森愛", False, id="a part of the name"),
    ],
)
def test_names_are_compared_as_a_person_reads_them(one: str, other: str, same: bool) -> None:
    assert four_eyes.same_person(one, other) is same


@pytest.mark.parametrize("second", ["lead", "ＬＥＡＤ", " Le ad", "", " "])
def test_nobody_is_the_second_person_of_an_own_publish(second: str) -> None:
    Author("Lead", "state of both sites", ME.as_of, approved_by="Leader").judge()
    with pytest.raises(PublishError):
        Author("Lead", "state of both sites", ME.as_of, approved_by=second).judge()


def test_the_command_line_refuses_to_publish_or_restore_alone_and_says_what_to_do(
    lake: Lake, file: Path
) -> None:
    for command in (("publish", file), ("restore", 1)):
        said = run(*command, "--by", "Lead", *WHY, code=1)
        assert "--submit" in said
        assert "--approved-by" in said
    assert lake.newest() == 2
    assert not (lake.place.folder / "drafts").exists()


def test_without_the_setting_one_person_publishes_and_restores(
    lake: Lake, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(four_eyes.SETTING)
    run("publish", file, "--by", "Lead", *WHY)
    run("restore", 1, "--by", "Lead", *WHY)
    assert lake.newest() == 4
    assert [version.approved_by for version in lake.versions()] == [None] * 4
    for command in (("publish", file), ("restore", 2)):
        said = run(*command, "--by", "Lead", *WHY, "--submit", code=2)
        assert four_eyes.SETTING in said, "there is nobody it could wait for"


def test_the_command_line_publishes_and_restores_with_the_name_of_a_second_person(
    lake: Lake, file: Path
) -> None:
    for command in (("publish", file), ("restore", 1)):
        said = run(*command, "--by", "Lead", *WHY, "--approved-by", "ｌｅａｄ", code=1)
        assert "Nobody approves" in said
    assert lake.newest() == 2
    run("publish", file, "--by", "Lead", *WHY, "--approved-by", " Kenji ")
    run("restore", 1, "--by", "Lead", *WHY, "--approved-by", "Kenji")
    told = run("versions", "--format", "json")[2:]
    assert [(one["by"], one["approved_by"]) for one in told] == [("Lead", "Kenji")] * 2
    last = events(lake)[2:]
    assert [(one["action"], one["actor_id"], one["approved_by"]) for one in last] == [
        ("publish", "Lead", "Kenji"),
        ("rollback", "Lead", "Kenji"),
    ]
    assert last[1]["restores"] == 1
    lake.verify()


def test_what_the_command_line_submits_waits_for_a_second_person(lake: Lake, file: Path) -> None:
    for command in (("publish", file, "--name", "Third"), ("restore", 1)):
        told = run(*command, "--by", "Lead", *WHY, "--submit", "--format", "json")
        assert told["by"] == "Lead"
    assert lake.newest() == 2
    drafts = Drafts(lake.place)
    files, old = drafts.submitted()
    assert (files.owner, files.name, files.files[0].name) == (COMMAND_LINE, "Third", "partners.csv")
    assert old.restores == 1
    publish(lake, drafts, files, prepare(lake, drafts, files), approved_by="Kenji")
    publish(lake, drafts, old, prepare(lake, drafts, old), approved_by="Kenji")
    assert lake.version(3).name == "Third"
    assert [version.approved_by for version in lake.versions()] == [None, None, "Kenji", "Kenji"]
    assert lake.session(4).cursor().execute("select name from partners").fetchall() == [("Old",)]
    assert drafts.submitted() == ()
    lake.verify()


def test_what_nobody_could_publish_is_refused_when_it_is_submitted(lake: Lake, file: Path) -> None:
    for rows, said in (
        ("A,Newest,,castle,JP\n", "castle"),
        ("A,<New>,,CDMO,JP\n", "Nothing changed"),
        ("B,Other,,CDMO,JP\n", "--allow-removals"),
    ):
        file.write_text(HEAD + rows, encoding="utf-8")
        assert said in run("publish", file, "--by", "Lead", *WHY, "--submit", code=1)
    assert not list((lake.place.folder / "drafts").glob("*/draft.json")), "and nothing lies about"


def test_options_that_contradict_each_other_are_a_usage_error(lake: Lake, file: Path) -> None:
    both = ("--submit", "--approved-by", "Kenji")
    assert "not both" in run("publish", file, "--by", "Lead", *WHY, *both, code=2)
    given = ("--submit", "--profile", file)
    assert str(lake.place.profiles) in run("publish", file, "--by", "Lead", *WHY, *given, code=2)


def test_a_restore_that_waits_is_no_work_on_files_and_comes_back_to_its_maker_alone(lake: Lake) -> None:
    drafts = Drafts(lake.place)
    draft = submit_restore(lake, drafts, 1, "me", "Aiko", "the new name was wrong")
    assert drafts.of("me") is None
    assert drafts.sent_back("me") == ()
    back = drafts.change(draft, state="sent back", comment="Kenji: which name?")
    assert drafts.sent_back("me") == (back,)
    assert drafts.sent_back("you") == ()
    assert prepare(lake, drafts, back).seen is not None


def test_a_restore_stands_on_what_was_published_meanwhile(lake: Lake, tmp_path: Path) -> None:
    drafts = Drafts(lake.place)
    draft = submit_restore(lake, drafts, 1, "me", "Aiko", "the new name was wrong")
    ready = prepare(lake, drafts, draft)
    lake.publish({"partners": parquet(tmp_path, "partners", [partner("A", "Third")])}, ME, Scope())
    with pytest.raises(PublishError, match="meanwhile"):
        publish(lake, drafts, draft, ready, approved_by="Kenji")
    assert prepare(lake, drafts, draft).based_on == 3
    assert lake.newest() == 3


def publish_program(lake: Lake, folder: Path, day: date) -> None:
    """What somebody else publishes for a report day."""
    row = {"program_id": "P1", "name": "First", "indication_group": "Solid", "lead_partner": "A"}
    rows = parquet(folder, "programs", [row | {"jurisdictions": "JP"}])
    lake.publish({"programs": rows}, replace(ME, as_of=day), Scope())


@pytest.mark.parametrize(
    ("said", "meanwhile", "day"),
    [
        pytest.param("2026-11-20", "2026-12-01", "2026-12-01", id="published later: it stays"),
        pytest.param("2026-12-08", "2026-12-01", "2026-12-08", id="said later: it is what was said"),
        pytest.param("2026-11-10", "", "2026-11-10", id="set back by who submits, and nothing came since"),
    ],
)
def test_approving_sets_no_report_day_back_that_was_published_meanwhile(
    lake: Lake, file: Path, tmp_path: Path, said: str, meanwhile: str, day: str
) -> None:
    run("publish", file, "--by", "Lead", *WHY, "--submit", "--as-of", said)
    drafts = Drafts(lake.place)
    if meanwhile:
        publish_program(lake, tmp_path, date.fromisoformat(meanwhile))
    (draft,) = drafts.submitted()
    ready = prepare(lake, drafts, draft)
    assert ready.seen is not None
    assert ready.seen.session is not None
    assert ready.seen.session.as_of == date.fromisoformat(day), "what is approved is what was seen"
    publish(lake, drafts, draft, ready, approved_by="Kenji")
    assert lake.versions()[-1].as_of == date.fromisoformat(day)


def test_what_is_taken_back_has_the_report_day_that_its_maker_said(
    lake: Lake, file: Path, tmp_path: Path
) -> None:
    run("publish", file, "--by", "Lead", *WHY, "--submit", "--as-of", "2026-11-20")
    publish_program(lake, tmp_path, date(2026, 12, 1))
    drafts = Drafts(lake.place)
    (draft,) = drafts.submitted()
    waits = prepare(lake, drafts, draft).seen
    own = prepare(lake, drafts, drafts.change(draft, state="open")).seen
    assert waits is not None
    assert own is not None
    assert [one.session.as_of.day for one in (waits, own) if one.session] == [1, 20]


def test_a_restore_that_waited_has_the_report_day_of_its_version(lake: Lake, tmp_path: Path) -> None:
    drafts = Drafts(lake.place)
    draft = submit_restore(lake, drafts, 1, "me", "Aiko", "the new name was wrong")
    later = replace(ME, as_of=date(2026, 12, 1))
    lake.publish({"partners": parquet(tmp_path, "partners", [partner("A", "Third")])}, later, Scope())
    publish(lake, drafts, draft, prepare(lake, drafts, draft), approved_by="Kenji")
    assert lake.versions()[-1].as_of == ME.as_of, "what was then is told as it was then"


def test_a_store_of_before_is_read_as_it_is_and_takes_a_second_person(lake: Lake, file: Path) -> None:
    con = engine.connect(lake.place, read_only=False, threads=1)
    con.execute("alter table lake.firstdose_versions drop column approved_by")
    con.close()
    old = Lake.open()
    snapshots = [version.snapshot for version in old.versions()]
    assert [version.approved_by for version in old.versions()] == [None, None]
    run("publish", file, "--by", "Lead", *WHY, "--approved-by", "Kenji")
    again = Lake.open().versions()
    assert [version.approved_by for version in again] == [None, None, "Kenji"]
    assert [version.snapshot for version in again][:2] == snapshots
    Lake.open().verify()


def test_a_line_that_a_killed_publisher_owed_names_both(lake: Lake, file: Path) -> None:
    run("publish", file, "--by", "Lead", *WHY, "--approved-by", "Kenji")
    kept = lake.place.audit.read_text(encoding="utf-8").splitlines(keepends=True)
    lake.place.audit.write_text("".join(kept[:-1]), encoding="utf-8")
    lake.place.audit.with_suffix(".head").write_text(json.loads(kept[-2])["hash"])
    run("restore", 1, "--by", "Lead", *WHY, "--approved-by", "Hana")
    assert [(one.get("late"), one["approved_by"]) for one in events(lake)[2:]] == [
        (True, "Kenji"),
        (None, "Hana"),
    ]


def test_the_record_of_the_audit_chain_has_the_columns_inspectors_know(lake: Lake, file: Path) -> None:
    run("publish", file, "--by", "Lead", *WHY, "--approved-by", "Kenji")
    run("restore", 1, "--by", "Lead", *WHY, "--approved-by", "Kenji")
    run("restore", 2, "--by", "Aiko", *WHY, "--submit")
    record = rules.record(events(lake))
    assert tuple(record.columns) == rules.RECORD
    assert record["object_type"].tolist() == ["version"] * 4 + ["draft"]
    assert record["version_from"].tolist() == ["", 1, 2, 1, 2], "the draft asks for 2"
    assert record["version_to"].tolist() == [1, 2, 3, 4, ""]
    assert record["hash"].tolist()[:-1] == record["prev_hash"].tolist()[1:], "whole hashes, in order"
    assert rules.record(events(lake), "aiko")["seq"].tolist() == [5], "the filter of the page holds"
    shown = rules.audit(events(lake))
    assert shown["object"].tolist()[1:] == ["v4 ← v1", "v3", "v2", "v1"]
    assert shown["object"][0].startswith("draft ")
    assert shown["approved_by"].tolist() == ["", "Kenji", "Kenji", "", ""]
