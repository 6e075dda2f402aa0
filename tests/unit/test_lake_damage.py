"""One flipped bit in what is stored: no figure is drawn from it, and it is named with its remedy."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from firstdose.audit import Chain
from firstdose.contracts import contracts
from firstdose.errors import DamagedVersion, FirstdoseError, IntegrityError
from firstdose.lake import Lake, Version, engine, files, session
from firstdose.words import LANGUAGES, use_language
from tests.catalogue import catalogue, held
from tests.scale import on_postgres
from tests.unit.test_lake import ME, partner, publish

FLIPS = 12  # of every stored file
PARTNERS = contracts()["partners"]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Two versions in files: 60 rows, then 15 of them changed (their old rows leave by a file of deletes)."""
    folder = tmp_path_factory.mktemp("damage")
    lake = Lake.open(folder / "lake")
    rows = [partner(f"P{n}", f"name {n}") for n in range(60)]
    publish(lake, folder, partners=rows)
    publish(lake, folder, partners=[*rows[15:], *(row | {"name": "changed"} for row in rows[:15])])
    return lake


@contextmanager
def altered(path: Path, content: bytes) -> Iterator[None]:
    before = path.read_bytes()
    path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(before)


def flipped(content: bytes, bit: int) -> bytes:
    altered_content = bytearray(content)
    altered_content[bit // 8] ^= 1 << bit % 8
    return bytes(altered_content)


def stored(lake: Lake) -> dict[str, str]:
    return files.told(Chain(lake.place.audit).events())


def of(lake: Lake, ending: str) -> tuple[str, str]:
    """A stored file that holds rows, and one that says which rows left."""
    names = sorted(name for name in stored(lake) if name.startswith("main/partners/"))
    found = [name for name in names if name.endswith("-delete.parquet") == (ending == "delete")]
    return found[0], found[-1]


def shown(con: Any, lake: Lake, version: Version) -> list[Any]:
    con.execute("drop schema if exists kept cascade")
    session.keep(con, lake.place, version, [PARTNERS])
    name = session.kept_name(PARTNERS, version)
    return list(con.execute(f'from kept."{name}" order by all').fetchall())


def test_no_flipped_bit_of_any_stored_file_shows_a_wrong_row_and_each_is_named(lake: Lake) -> None:
    con = engine.connect(lake.place, read_only=True)
    versions, known, chance = lake.versions(), stored(lake), random.Random(20261126)
    whole = {version.version: shown(con, lake, version) for version in versions}
    assert len(known) == 3
    refused = 0
    for name in known:
        path = lake.place.data / name
        content = path.read_bytes()
        for turn in range(FLIPS):
            version = versions[turn % 2]
            with altered(path, flipped(content, chance.randrange(len(content) * 8))):
                assert files.damaged(con, lake.place, known) == (name,)
                try:
                    assert shown(con, lake, version) == whole[version.version]
                except DamagedVersion:
                    refused += 1
    assert refused > FLIPS // 4, "enough flips hit bytes that matter"
    con.close()


def test_a_cell_altered_into_another_good_value_is_refused(lake: Lake) -> None:
    """The rows of the file are written anew, well formed: only the fingerprint can tell."""
    import pyarrow.parquet as pq

    path = lake.place.data / of(lake, "rows")[0]
    table = pq.read_table(path)
    names = ["name 61" if name == "name 60" else name for name in table.column("name").to_pylist()]
    names[40] = "name 99"
    before = path.read_bytes()
    at = table.schema.get_field_index("name")
    pq.write_table(table.set_column(at, table.schema.field(at), [names]), path)
    try:
        with pytest.raises(DamagedVersion, match="backup"):
            Lake.open(lake.place.folder).session()
    finally:
        path.write_bytes(before)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_damaged_version_names_its_file_and_the_others_still_open(lake: Lake, language: str) -> None:
    _first, newest = of(lake, "rows")
    path = lake.place.data / newest
    content = path.read_bytes()
    use_language(language)
    with altered(path, content[:40] + bytes(len(content) - 80) + content[-40:]):
        opened = Lake.open(lake.place.folder)
        with pytest.raises(DamagedVersion) as refusal:
            opened.session()
        assert newest in str(refusal.value)
        assert "firstdose verify" in str(refusal.value)
        assert refusal.value.version == 2
        assert opened.session(1).cursor().execute("select count(*) from partners").fetchall() == [(60,)]
        with pytest.raises(DamagedVersion):
            opened.changes(1, 2)
        with pytest.raises(IntegrityError, match=newest):
            opened.verify()
    assert opened.session().version == 2, "put back, it opens without a restart"
    opened.verify()


def test_nothing_is_published_on_top_of_damaged_rows(lake: Lake, tmp_path: Path) -> None:
    path = lake.place.data / of(lake, "delete")[0]
    content = path.read_bytes()
    versions = len(lake.versions())
    with altered(path, content[: len(content) // 2]), pytest.raises(FirstdoseError, match="Nothing was"):
        publish(lake, tmp_path, partners=[partner("A")])
    assert len(Lake.open(lake.place.folder).versions()) == versions


def test_large_results_behind_a_view_are_judged_by_their_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "LARGEST_COPIED", 10)
    lake = Lake.open(tmp_path / "lake")
    rows = [
        {"batch_id": f"B{n}", "attribute_code": "VCN", "lab_partner": "A", "value": float(n)}
        for n in range(60)
    ]
    publish(lake, tmp_path, results=rows)
    (name,) = stored(lake)
    path = lake.place.data / name
    content = path.read_bytes()
    for bit in random.Random(3).sample(range(len(content) * 8), 4):
        with altered(path, flipped(content, bit)), pytest.raises(DamagedVersion, match=name):
            Lake.open(tmp_path / "lake").session()
    assert Lake.open(tmp_path / "lake").session().cursor().execute("from results").fetchone()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("as_of", "2025-01-01"),
        ("published_at", "never"),
        ("contents", "{"),
        ("seal", None),
        ("why", "nothing"),
    ],
)
def test_what_the_catalogue_says_of_a_version_is_sealed(
    tmp_path: Path, column: str, value: str | None
) -> None:
    lake = Lake.open(tmp_path / "lake")
    publish(lake, tmp_path, partners=[partner("A")])
    publish(lake, tmp_path, partners=[partner("A"), partner("B")])
    with catalogue(lake.place.folder) as con:
        con.execute(f"update {held(con, 'seal')} set {column} = ? where version = 2", [value])
    opened = Lake.open(lake.place.folder)
    with pytest.raises(DamagedVersion, match=lake.place.catalogue_name):
        opened.session()
    assert opened.session(1).version == 1
    with pytest.raises(IntegrityError, match="version 2"):
        opened.verify()
    with pytest.raises(FirstdoseError, match="Nothing was published"):
        opened.publish({}, ME)


@pytest.mark.skipif(on_postgres.asked(), reason="writes into the file of SQLite")
def test_a_catalogue_that_is_no_database_any_more_is_said(lake: Lake) -> None:
    content = lake.place.catalogue.read_bytes()
    with altered(lake.place.catalogue, b"torn" * (len(content) // 4)), pytest.raises(FirstdoseError):
        Lake.open(lake.place.folder).session()
