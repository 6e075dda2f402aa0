"""A draft keeps what somebody brought, shows what publishing would do, and loses nothing."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from firstdose.errors import PublishError, StoreError
from firstdose.intake.scope import Scope
from firstdose.lake import Author, Draft, Drafts, Lake, Overtaken, prepare
from firstdose.lake import draft as drafting
from firstdose.lake.prepare import publish
from firstdose.queries import data as questions
from firstdose.view import View

WHO = {"by": "Aiko", "why": "weekly data of the partner", "as_of": "2026-11-23"}
PARTNERS = "partner_id,name,name_ja,role,country\n" + "".join(
    f"P{n},Partner {n},パートナー{n},CDMO,JP\n" for n in range(6)
)
SIX = PARTNERS.encode()


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake")


@pytest.fixture
def drafts(lake: Lake) -> Drafts:
    return Drafts(lake.place)


def published(lake: Lake, drafts: Drafts, content: bytes = SIX, scope: Scope | None = None) -> int:
    draft = drafts.add(drafts.begin("me"), "partners.csv", content)
    draft = drafts.change(draft, **WHO, **({"scope": scope} if scope else {}))
    return publish(lake, drafts, draft, prepare(lake, drafts, draft)).version


def rows(text: str) -> bytes:
    head = PARTNERS.splitlines()[0]
    return "\n".join([head, *text.splitlines()]).encode() + b"\n"


def lines() -> list[str]:
    return PARTNERS.splitlines()[1:]


def test_a_draft_is_found_again_by_its_maker_and_by_nobody_else(lake: Lake, drafts: Drafts) -> None:
    draft = drafts.add(drafts.begin("me"), "../../製造/partners.csv", SIX)
    again = Drafts(lake.place).of("me")
    assert again == draft
    assert drafts.of("you") is None
    assert again is not None
    assert drafts.path(again, again.files[0]).read_bytes() == SIX
    assert {path.name for path in (drafts.folder / draft.id).iterdir()} == {"draft.json", "1.file"}


def test_the_same_file_twice_is_there_once(drafts: Drafts) -> None:
    draft = drafts.add(drafts.begin("me"), "partners.csv", SIX)
    assert drafts.add(draft, "partners.csv", SIX) == draft


def test_a_mended_file_takes_the_place_of_the_one_of_its_name_and_is_read_alike(drafts: Drafts) -> None:
    draft = drafts.add(drafts.begin("me"), "list.csv", b"x")
    draft = drafts.read_as(draft, 1, table="partners", encoding="cp932")
    draft = drafts.add(draft, "list.csv", SIX)
    (file,) = draft.files
    assert (file.name, file.table, file.encoding, file.bytes) == ("list.csv", "partners", "cp932", len(SIX))
    assert drafts.path(draft, file).read_bytes() == SIX
    assert {path.name for path in (drafts.folder / draft.id).iterdir()} == {"draft.json", "2.file"}


def test_a_draft_has_room_for_so_much(drafts: Drafts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafting, "LARGEST_BYTES", len(SIX) + 1)
    draft = drafts.add(drafts.begin("me"), "partners.csv", SIX)
    with pytest.raises(PublishError, match="MB"):
        drafts.add(draft, "more.csv", b"xy")


def test_what_nobody_touched_for_a_day_goes_and_what_was_submitted_stays(drafts: Drafts) -> None:
    left = drafts.begin("me")
    waiting = drafts.change(drafts.begin("you"), state="submitted")
    assert drafts.sweep(datetime.now(UTC) + timedelta(hours=23)) == 0
    assert drafts.sweep(datetime.now(UTC) + timedelta(hours=25)) == 1
    assert drafts.read(left.id) is None
    assert drafts.submitted() == (waiting,)


@pytest.mark.parametrize("id_", ["../x", "..", "", "a/b", "nothing"])
def test_no_id_leads_out_of_the_drafts(drafts: Drafts, id_: str) -> None:
    assert drafts.read(id_) is None


def test_a_preview_tells_every_row_that_would_change_and_publishes_just_that(
    lake: Lake, drafts: Drafts
) -> None:
    assert published(lake, drafts) == 1
    first, second, *others = lines()
    moved = second.replace(second.split(",")[1], "Another name", 1)
    draft = drafts.add(
        drafts.begin("me"), "partners.csv", rows("\n".join([moved, *others, "P99,New,,CRO,JP"]))
    )
    draft = drafts.change(draft, **WHO, scope=Scope(allow_removals=True))
    ready = prepare(lake, drafts, draft)
    assert ready.checked.ok, ready.checked.issues
    assert ready.seen is not None
    assert ready.seen.session is not None
    [found] = ready.seen.differences
    assert found.as_counts == (1, 1, 1)
    assert found.told.removed == ((first.split(",")[0],),)
    counts = questions.row_counts(ready.seen.session, View()).set_index("table_name")["row_count"]
    assert counts["partners"] == len(lines())
    done = publish(lake, drafts, draft, ready)
    assert done.tables["partners"].as_json() == {"added": 1, "changed": 1, "removed": 1}
    assert drafts.read(draft.id) is None, "a published draft is done with"
    assert len(list((lake.place.folder / "originals").iterdir())) == 2


def test_a_preview_of_one_partner_leaves_the_rows_of_others(lake: Lake, drafts: Drafts) -> None:
    published(lake, drafts)
    draft = drafts.add(drafts.begin("me"), "partners.csv", rows(lines()[0]))
    merged = prepare(lake, drafts, drafts.change(draft, **WHO, scope=Scope("merge")))
    replaced = prepare(lake, drafts, drafts.change(draft, **WHO, scope=Scope()))
    assert merged.seen is not None
    assert replaced.seen is not None
    assert merged.seen.differences == ()
    assert [one.as_counts for one in replaced.seen.differences] == [(0, 0, len(lines()) - 1)]
    assert replaced.seen.differences[0].removes_much


def test_an_error_in_a_file_leaves_no_preview_and_names_it_as_its_maker_does(
    lake: Lake, drafts: Drafts
) -> None:
    draft = drafts.add(
        drafts.begin("me"), "会社 partners.csv", rows("P1,Name,,nonsense,JP"), table="partners"
    )
    ready = prepare(lake, drafts, drafts.change(draft, **WHO))
    assert ready.seen is None
    assert {issue.file for issue in ready.checked.issues} == {"会社 partners.csv"}
    assert {issue.line for issue in ready.checked.issues} == {2}


def test_who_publishes_meanwhile_is_not_written_over(lake: Lake, drafts: Drafts) -> None:
    published(lake, drafts)
    mine = drafts.add(drafts.begin("me"), "partners.csv", rows("\n".join([*lines(), "P98,Mine,,CRO,JP"])))
    mine = drafts.change(mine, **WHO)
    ready = prepare(lake, drafts, mine)
    theirs = rows("\n".join([*lines(), "P97,Theirs,,CRO,JP"]))
    assert published(lake, drafts, theirs) == 2
    with pytest.raises(Overtaken):
        publish(lake, drafts, mine, ready)
    assert drafts.of("me") == mine, "the draft is still there"
    again = prepare(lake, drafts, mine)
    assert again.based_on == 2
    assert again.seen is not None
    assert again.seen.differences[0].as_counts == (1, 0, 1), "the other's row would go, and that is said"


def test_a_full_disk_is_said_and_the_draft_stays_as_it_was(
    drafts: Drafts, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = drafts.begin("me")

    def full(_fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="no room is left on the disk"):
        drafts.add(draft, "partners.csv", SIX)
    monkeypatch.undo()
    assert drafts.of("me") == draft
    assert drafts.add(draft, "partners.csv", SIX).files, "and goes on without a restart"


def test_nobody_is_the_second_person_of_an_own_draft() -> None:
    draft = Draft(id="1", owner="me", touched_at="", by="Aiko  Mori")
    assert draft.made_by("me")
    assert draft.made_by("another browser", "Ａｉｋｏ Mori"), "the same name from another browser"
    assert not draft.made_by("another browser", "Kenji")


def test_what_stands_on_fictional_data_stays_marked_until_everything_was_replaced(
    lake: Lake, drafts: Drafts
) -> None:
    first = drafts.change(drafts.add(drafts.begin("me"), "partners.csv", SIX), **WHO)
    tables = prepare(lake, drafts, first).tables
    lake.publish(tables, Author("demo", "made up for the demo", first.report_day, illustrative=True))
    own = "\n".join([*lines(), "P99,New,,CRO,JP"])
    assert published(lake, drafts, rows(own)) == 2
    assert lake.version(2).illustrative
    assert published(lake, drafts, rows(lines()[0]), Scope(complete=True, allow_removals=True)) == 3
    assert not lake.version(3).illustrative
    assert lake.restore(1, Author("Aiko", "back to the demo", first.report_day)).version == 4
    assert lake.version(4).illustrative


def test_a_tab_that_looks_at_an_older_state_loses_nothing_of_the_other(drafts: Drafts) -> None:
    old = drafts.add(drafts.begin("me"), "partners.csv", SIX)
    drafts.add(old, "more.csv", b"x")
    changed = drafts.change(old, scope=Scope("merge"))
    assert [file.name for file in changed.files] == ["partners.csv", "more.csv"]
    assert [file.name for file in drafts.remove(old, 1).files] == ["more.csv"]
    drafts.drop(old)
    drafts.change(old, why="from a tab that did not notice")
    assert drafts.of("me") is None, "what was published is not brought back"


def test_many_tabs_prepare_one_draft_at_once(lake: Lake, drafts: Drafts) -> None:
    published(lake, drafts)
    mine = drafts.change(drafts.add(drafts.begin("me"), "partners.csv", rows(lines()[0])), **WHO)
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _n: prepare(lake, drafts, mine), range(6)))
    assert all(one is made[0] for one in made)


def test_forgetting_an_older_preview_leaves_the_newer_one_of_the_same_draft(
    lake: Lake, drafts: Drafts
) -> None:
    published(lake, drafts)
    mine = drafts.change(drafts.add(drafts.begin("me"), "partners.csv", rows(lines()[0])), **WHO)
    older = prepare(lake, drafts, mine)
    published(lake, drafts, rows("\n".join([*lines(), "P97,Theirs,,CRO,JP"])))
    newer = prepare(lake, drafts, mine)
    assert older.seen is not None
    assert newer.seen is not None
    assert newer.seen.session is not None
    older.seen.forget()
    assert len(questions.row_counts(newer.seen.session, View())) > 0


def test_a_file_brought_after_the_check_is_not_dropped_with_the_publish(lake: Lake, drafts: Drafts) -> None:
    mine = drafts.change(drafts.add(drafts.begin("me"), "partners.csv", SIX), **WHO)
    ready = prepare(lake, drafts, mine)
    later = drafts.add(mine, "more.csv", b"x")
    with pytest.raises(Overtaken):
        publish(lake, drafts, later, ready)
    assert drafts.of("me") == later


def test_a_draft_that_waits_for_another_does_not_hide_the_one_worked_on(drafts: Drafts) -> None:
    files = drafts.add(drafts.begin("me"), "partners.csv", rows(lines()[0]))
    decision = drafts.change(drafts.begin("me"), state="submitted", **WHO)
    found = drafts.of("me")
    assert found is not None
    assert found.id == files.id
    drafts.drop(files)
    waiting = drafts.of("me")
    assert waiting is not None
    assert waiting.id == decision.id
