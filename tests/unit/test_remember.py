"""What a page makes of its data is made once for every reader who looks at the same."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import TYPE_CHECKING, cast

import pytest

from firstdose.ui.remember import remembered
from firstdose.view import View
from firstdose.words import use_language

if TYPE_CHECKING:
    from firstdose.lake import Session


class Counted:
    """Something to make that counts how often it was made; its name is part of what is remembered."""

    def __init__(self, name: str) -> None:
        self.__name__, self.times = name, 0

    def __call__(self) -> int:
        self.times += 1
        return self.times


class FakeSession:
    """A session as far as ``remembered`` looks at it."""

    def __init__(self, version: int) -> None:
        self.store, self.version, self.name = "store", version, None


SESSION = cast("Session", FakeSession(3))


def test_the_same_view_of_the_same_version_is_made_once(request: pytest.FixtureRequest) -> None:
    make = Counted(request.node.name)
    assert [remembered(make, View(), SESSION) for _again in range(3)] == [1, 1, 1]
    assert remembered(make, View(chart="chart-x"), SESSION) == 1, "one card shows what the page shows"


def test_another_filter_version_base_or_language_is_made_anew(request: pytest.FixtureRequest) -> None:
    make = Counted(request.node.name)
    use_language("en")
    remembered(make, View(), SESSION)
    remembered(make, replace(View(), program=("P1",)), SESSION)
    remembered(make, View(), cast("Session", FakeSession(4)))
    remembered(make, View(), SESSION, cast("Session", FakeSession(2)))
    use_language("ja")
    remembered(make, View(), SESSION)
    use_language("en")
    assert make.times == 5


def test_readers_who_ask_at_once_wait_for_one_that_makes_it(request: pytest.FixtureRequest) -> None:
    make, together = Counted(request.node.name), Barrier(12)

    def ask(_number: int) -> int:
        together.wait()
        return remembered(make, View(), SESSION)

    with ThreadPoolExecutor(12) as pool:
        assert list(pool.map(ask, range(12))) == [1] * 12


def test_what_could_not_be_made_is_tried_again(request: pytest.FixtureRequest) -> None:
    make = Counted(request.node.name)

    def fails() -> int:
        raise ValueError("not yet")

    fails.__name__ = make.__name__
    with pytest.raises(ValueError, match="not yet"):
        remembered(fails, View(), SESSION)
    assert remembered(make, View(), SESSION) == 1
