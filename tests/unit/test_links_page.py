"""The page about links is the contract of the address: it names every key and every value there is."""

from pathlib import Path

import pytest

from firstdose.contracts import contracts
from firstdose.page_keys import PAGE_KEYS
from firstdose.view import View, to_params

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "links.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines() if "|" in line]


@pytest.mark.parametrize(
    ("area", "name"), [(area, name) for area, keys in PAGE_KEYS.items() for name in keys]
)
def test_a_key_of_a_page_is_described_with_its_values_default_first(area: str, name: str) -> None:
    (row,) = [row for row in ROWS if row[:2] == [f"`{area}`", f"`{name}`"]]
    allowed = PAGE_KEYS[area][name].allowed
    if allowed == tuple(sorted(contracts())):
        assert "table name" in row[2]
        return
    places = [row[2].index(f"`{value}`") for value in allowed]
    assert places == sorted(places)


@pytest.mark.parametrize("name", sorted(to_params(View())))
def test_a_key_of_every_page_is_described(name: str) -> None:
    assert any(f"`{name}`" in row[0] for row in ROWS)


def test_no_key_is_described_that_no_page_has() -> None:
    described = {tuple(cell.strip("`") for cell in row[:2]) for row in ROWS if len(row) == 3}
    assert described - {("page", "key"), ("---", "---")} == {
        (area, name) for area, keys in PAGE_KEYS.items() for name in keys
    }
