"""The engine's extensions: signed, from their wheels, and judged whenever a connection loads them."""

from pathlib import Path

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
    with pytest.raises(StoreError, match=name):
        engine.connect(place, read_only=False)
