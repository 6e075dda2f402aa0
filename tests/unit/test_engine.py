"""Connections: extensions are signed and judged whenever one loads them; errors are said as they are."""

from pathlib import Path

import duckdb
import pytest

from firstdose.errors import StoreError
from firstdose.lake import engine
from firstdose.place import Place


@pytest.mark.parametrize("name", ["sqlite_scanner", "ducklake"])
def test_an_extension_that_was_altered_in_the_cache_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(engine._SETTINGS, "allow_unsigned_extensions")  # as it is outside of these tests
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    place = Place.at(tmp_path / "lake")
    place.make()
    engine.connect(place, read_only=False).close()
    (cached,) = (tmp_path / "cache").rglob(f"{name}.duckdb_extension")
    content = bytearray(cached.read_bytes())
    content[len(content) // 2] ^= 1
    cached.chmod(0o644)
    cached.unlink()  # what this process has mapped stays as it was
    cached.write_bytes(content)
    with pytest.raises(StoreError, match=name) as refused:
        engine.connect(place, read_only=False)
    assert "signature" in str(refused.value.__cause__)


def test_a_table_is_missing_only_where_there_is_none_of_its_name() -> None:
    """Whatever else is wrong with a store, it must not look empty: an empty one gets the demo."""
    con = duckdb.connect()
    con.execute("create table parts (a integer); create view broken as from parts; drop table parts")
    assert engine.columns(con, "memory.nothing") == frozenset()
    with pytest.raises(duckdb.CatalogException):
        engine.columns(con, "memory.broken")


def test_what_fails_while_a_whole_table_is_read_is_said_as_it_was() -> None:
    """A full disk must not be taken for damaged rows, nor a bucket that does not answer."""
    con = duckdb.connect()
    con.execute("begin")
    with pytest.raises(duckdb.InvalidInputException, match="no room"), engine.as_it_stands(con):
        con.execute("create table kept as select error('no room') from range(3)")
