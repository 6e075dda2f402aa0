"""What many tests stand on: a lake with the demo alliance, published once for all of them."""

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir

import pytest
from filelock import FileLock
from hypothesis import settings

from firstdose.lake import Lake, engine, publish_history
from firstdose.words import use_language
from tests.scale import on_postgres

ROOT = Path(__file__).resolve().parents[1]
#: Examples of a property test that says no number itself; a longer look sets FIRSTDOSE_EXAMPLES.
settings.register_profile("firstdose", max_examples=int(os.environ.get("FIRSTDOSE_EXAMPLES", "30")))
settings.load_profile("firstdose")
#: The signatures of the engine's extensions cost 0.2 s a connection: ``test_engine`` and every process that a
#: test starts judge them, a thousand other connections of the tests need not.
engine._SETTINGS["allow_unsigned_extensions"] = "true"


@pytest.fixture(autouse=True)
def same_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """A script that was run stays the main module, which a child process of a later test would run again."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


def pytest_configure(config: pytest.Config) -> None:
    """With ``FIRSTDOSE_TEST_LAKE=postgres`` every lake of a test has its catalogue in a real PostgreSQL."""
    beginning = not hasattr(config, "workerinput") and getattr(config.option, "numprocesses", None)
    if on_postgres.asked() and not beginning:
        config.add_cleanup(on_postgres.start())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: while Playwright is open, its event loop bars every other one."""
    items.sort(key=lambda item: "browser" in item.path.parts)


@pytest.fixture(scope="session")
def demo_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a lake with every version of the demo lies; nobody publishes to it.

    Publishing twelve versions takes a minute of a slow machine, so it is done once for the same code and
    data, by whichever process comes first; each takes a copy.
    """
    if on_postgres.asked():  # its catalogue is no file that could be copied
        place = tmp_path_factory.mktemp("demo") / "lake"
        publish_history(ROOT / "data", Lake.open(place))
        return place
    kept = Path(gettempdir()) / f"firstdose-demo-{_code_and_data()}"
    with FileLock(f"{kept}.lock"):
        if not kept.is_dir():
            made = tmp_path_factory.mktemp("made") / "lake"
            publish_history(ROOT / "data", Lake.open(made))
            shutil.copytree(made, f"{kept}.part", dirs_exist_ok=True)
            Path(f"{kept}.part").rename(kept)
    return Path(shutil.copytree(kept, tmp_path_factory.mktemp("demo") / "lake"))


_READ = {".py", ".sql", ".yaml", ".csv", ".parquet"}


def _code_and_data() -> str:
    """A print of everything that a published demo depends on."""
    digest = hashlib.sha256((ROOT / "uv.lock").read_bytes())
    for folder in ("data", "firstdose"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in _READ and not path.is_relative_to(ROOT / "data" / "lake"):
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@pytest.fixture
def demo_store(demo_lake: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo as the lake that the settings name."""
    monkeypatch.setenv("FIRSTDOSE_LAKE", str(demo_lake))
    return demo_lake


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Every test begins in English, whatever the one before spoke."""
    use_language("en")
    yield
    use_language("en")


@pytest.fixture(scope="session")
def renamed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a lake of two versions lies, in which a site was renamed; nobody publishes to it."""
    from tests.unit.test_lake import ME, parquet, partner

    folder = tmp_path_factory.mktemp("renamed")
    lake = Lake.open(folder / "lake")
    for name in ("Old", "<New>"):
        lake.publish({"partners": parquet(folder, "partners", [partner("A", name)])}, ME)
    return lake.place.folder


@pytest.fixture
def renamed(renamed_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A copy of that lake for one test, as the lake that the settings name."""
    monkeypatch.setenv("FIRSTDOSE_LAKE", str(on_postgres.copied(renamed_once, tmp_path / "lake")))
    return Lake.open()
