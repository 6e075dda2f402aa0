"""What many tests stand on: a lake with the demo alliance, published once for all of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from firstdose.lake import Lake, publish_history
from firstdose.words import use_language

ROOT = Path(__file__).resolve().parents[1]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: while Playwright is open, its event loop bars every other one."""
    items.sort(key=lambda item: "browser" in item.path.parts)


@pytest.fixture(scope="session")
def demo_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a lake with every version of the demo lies; nobody publishes to it."""
    place = tmp_path_factory.mktemp("demo") / "lake"
    publish_history(ROOT / "data", Lake.open(place))
    return place


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
