"""A full or read-only store: reading goes on, what writes is refused in words, and it recovers by itself."""

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from firstdose.audit import Chain
from firstdose.errors import StoreError
from firstdose.lake import Draft, Drafts, Lake, Prepared, prepare
from firstdose.lake.prepare import publish
from firstdose.words import LANGUAGES, use_language
from tests.scale import on_postgres
from tests.unit.test_drafts import SIX, WHO
from tests.unit.test_lake import ME

MANY = SIX + b"".join(b"Q%d,Partner %d,,CDMO,JP\n" % (n, n) for n in range(60))


@contextmanager
def full(most: int) -> Iterator[None]:
    """No file of this process may grow beyond so many bytes: the system itself refuses, root too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake")


@pytest.fixture
def drafts(lake: Lake) -> Drafts:
    """Six partners published, a draft of many more waiting."""
    drafts = Drafts(lake.place)
    first = drafts.change(drafts.add(drafts.begin("me"), "partners.csv", SIX), **WHO)
    publish(lake, drafts, first, prepare(lake, drafts, first))
    return drafts


def waiting(lake: Lake, drafts: Drafts) -> tuple[Draft, Prepared]:
    draft = drafts.change(drafts.add(drafts.begin("me"), "partners.csv", MANY), **WHO)
    return draft, prepare(lake, drafts, draft)


def acts(lake: Lake, drafts: Drafts, draft: Draft, ready: Prepared) -> dict[str, Callable[[], object]]:
    """Everything that the pages write."""
    return {
        "begin": lambda: drafts.begin("you"),
        "add": lambda: drafts.add(draft, "more.csv", MANY + b"R,R,,CDMO,JP\n"),
        "change": lambda: drafts.change(draft, why="another reason"),
        "submit": lambda: lake.note("submit", ME, draft.id),
        "name": lambda: lake.name(1, "Baseline", ME),
        "publish": lambda: publish(lake, drafts, draft, ready),
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_writes_into_a_full_store_is_refused_in_words_and_reading_goes_on(
    lake: Lake, drafts: Drafts, language: str
) -> None:
    draft, ready = waiting(lake, drafts)
    lake.session()
    use_language(language)
    before = lake.place.audit.read_bytes()
    written = acts(lake, drafts, draft, ready)
    if on_postgres.asked():
        del written["name"]  # it lies in the database, whose disk is another one
    for name, act in written.items():
        with full(0), pytest.raises(StoreError) as refusal:
            act()
        assert {"en": "no room", "ja": "空き容量"}[language] in str(refusal.value), name
        with full(0):
            assert lake.session(lake.newest()).cursor().execute("from partners").fetchone(), name
    assert lake.place.audit.read_bytes() == before
    assert drafts.read(draft.id) == draft, "the draft is as it was"
    assert not list(lake.place.folder.rglob("*.part")), "nothing half written stays"
    assert [bool(act()) for act in written.values()] != [], "it recovers by itself"
    assert lake.newest() == 2
    lake.verify()


def test_a_version_whose_audit_line_found_no_room_is_told_later_with_its_second_person(
    lake: Lake, drafts: Drafts, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, ready = waiting(lake, drafts)
    append = Chain.append

    def no_room(chain: Chain, action: str, **told: object) -> str:
        with full(chain.path.stat().st_size + 20):
            return append(chain, action, **told)  # type: ignore[arg-type]

    monkeypatch.setattr(Chain, "append", no_room)
    before = lake.place.audit.read_bytes()
    assert publish(lake, drafts, draft, ready, approved_by="Second").version == 2
    assert lake.place.audit.read_bytes() == before, "no half line"
    monkeypatch.undo()
    lake.restore(1, ME)
    events = [event for event in Chain(lake.place.audit).events() if event["object_id"] == "2"]
    assert [(event["approved_by"], event["late"], len(event["source_sha256"])) for event in events] == [
        ("Second", True, 1)
    ]
    lake.verify()


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """A file system of its own that can be made read-only; skipped where mounting is not allowed."""
    place = tmp_path / "lake"
    place.mkdir()

    def mount(*words: str) -> int:
        return subprocess.run(["mount", *words, str(place)], capture_output=True, check=False).returncode

    if os.getuid() or mount("-t", "tmpfs", "-o", "size=16m", "tmpfs"):
        pytest.skip("mounting is not allowed here")
    yield lambda how: assert_done(mount("-o", f"remount,{how}"))
    subprocess.run(["umount", "-l", str(place)], check=True)


def assert_done(code: int) -> None:
    assert code == 0


def test_what_writes_into_a_read_only_store_is_refused_in_words_and_reading_goes_on(
    read_only: Callable[[str], None], lake: Lake, drafts: Drafts
) -> None:
    draft, ready = waiting(lake, drafts)
    read_only("ro")
    written = acts(lake, drafts, draft, ready)
    if on_postgres.asked():
        del written["name"]  # it lies in the database, whose disk is another one
    for name, act in written.items():
        with pytest.raises(StoreError, match="read-only"):
            act()
        assert Lake.open(lake.place.folder).session().version == 1, name
    read_only("rw")
    for act in acts(lake, drafts, draft, ready).values():
        act()
    assert lake.newest() == 2
    lake.verify()
