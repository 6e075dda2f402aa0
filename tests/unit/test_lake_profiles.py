"""Saving a mapping profile leaves a line in the audit chain, loses nothing, and is nobody's for all alone."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from firstdose.access import Denied, Scope
from firstdose.audit import Chain
from firstdose.errors import IntegrityError, ProfileError
from firstdose.intake.profile_files import saved, write
from firstdose.intake.profile_text import read
from firstdose.lake import Lake, narrowed, profiles
from tests.unit.test_lake import ME

TEXT = """
profile: plan
for: [No, What]
outputs:
  - table: tasks
    columns: {task_id: No, name: What, kind: {constant: task}}
"""
PLAN = read(TEXT)
OTHER = read(TEXT.replace("constant: task", "constant: gate"))
RENAMED = read(TEXT.replace("profile: plan", "profile: schedule"))
FORGE = Scope(partners=frozenset({"FORGE"}))


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake")


def lines(lake: Lake) -> list[dict[str, Any]]:
    return Chain(lake.place.audit).whole()


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_who_saves_a_profile_stands_in_the_audit_chain_with_what_it_says(lake: Lake) -> None:
    profiles.save(lake, PLAN, ME)
    (line,) = lines(lake)
    assert (line["action"], line["object_id"], line["actor_id"]) == ("profile_saved", "plan", ME.by)
    assert (line["file_sha256"], line["replaced_sha256"]) == (sha256(write(PLAN)), [])
    assert saved(lake.place.profiles).profiles == (PLAN,)


def test_a_replaced_profile_is_named_by_its_line_and_kept_as_it_was(lake: Lake) -> None:
    profiles.save(lake, PLAN, ME)
    profiles.save(lake, OTHER, ME)
    line = lines(lake)[-1]
    assert (line["file_sha256"], line["replaced_sha256"]) == (sha256(write(OTHER)), [sha256(write(PLAN))])
    kept = lake.place.folder / "originals" / sha256(write(PLAN))
    assert read(kept.read_text(encoding="utf-8")) == PLAN
    assert saved(lake.place.profiles).profiles == (OTHER,)
    lake.verify()
    kept.unlink()
    with pytest.raises(IntegrityError, match="missing"):
        lake.verify()


def test_a_header_is_read_by_one_profile_whatever_its_file_is_called(lake: Lake) -> None:
    lake.place.profiles.mkdir(parents=True)
    (lake.place.profiles / "by hand.yaml").write_text(TEXT, encoding="utf-8")
    profiles.save(lake, RENAMED, ME)
    assert saved(lake.place.profiles).profiles == (RENAMED,)
    assert lines(lake)[-1]["replaced_sha256"] == [sha256(TEXT)]


def test_a_file_that_is_no_profile_is_not_lost_when_one_takes_its_name(lake: Lake) -> None:
    lake.place.profiles.mkdir(parents=True)
    (lake.place.profiles / "plan.yaml").write_text("profile: [", encoding="utf-8")
    with pytest.raises(Denied):
        profiles.save(narrowed(lake, FORGE), PLAN, ME)
    profiles.save(lake, PLAN, ME)
    assert lines(lake)[-1]["replaced_sha256"] == [sha256("profile: [")]


def test_the_same_profile_once_more_is_no_new_one_for_anybody(lake: Lake) -> None:
    profiles.save(lake, PLAN, ME)
    for one in (lake, narrowed(lake, FORGE)):
        profiles.save(one, PLAN, ME)
    assert len(lines(lake)) == 1


def test_another_header_needs_another_name(lake: Lake) -> None:
    profiles.save(lake, PLAN, ME)
    with pytest.raises(ProfileError, match="Another mapping is called plan"):
        profiles.save(lake, read(TEXT.replace("No", "Nr")), ME)
    assert saved(lake.place.profiles).profiles == (PLAN,)


@pytest.mark.parametrize("mine", [OTHER, RENAMED])
def test_who_sees_a_part_of_the_rows_replaces_no_profile_that_reads_the_files_of_all(
    lake: Lake, mine: Any
) -> None:
    profiles.save(narrowed(lake, FORGE), PLAN, ME)
    with pytest.raises(Denied, match=r"“plan”.*FORGE.*steward"):
        profiles.save(narrowed(lake, FORGE), mine, ME)
    assert saved(lake.place.profiles).profiles == (PLAN,)
    assert len(lines(lake)) == 1


def test_a_profile_that_the_chain_could_not_tell_of_is_not_saved(lake: Lake) -> None:
    profiles.save(lake, PLAN, ME)
    lake.place.audit.write_bytes(b"")
    with pytest.raises(IntegrityError):
        profiles.save(lake, OTHER, ME)
    assert saved(lake.place.profiles).profiles == (PLAN,)
