"""A browser is known again by a number of its own, and told what is new since its last visit."""

import pytest

from firstdose import readers
from tests.unit.test_server import get

HOUR = 3600
TOKEN = "A" * 22


def test_a_new_browser_gets_a_number_and_a_visit() -> None:
    told = readers.to_set({}, 7, 1_000)
    assert set(told) == {readers.READER, readers.VISIT}
    assert told[readers.VISIT] == "7.1000"
    assert readers.to_set({}, 7, 1_000)[readers.READER] != told[readers.READER]


def test_a_server_that_is_still_opening_its_store_leaves_the_visit_for_the_next_answer() -> None:
    assert set(readers.to_set({}, 0, 1_000)) == {readers.READER}
    assert readers.to_set({readers.READER: TOKEN, readers.VISIT: "7.1000"}, 0, 10**9) == {}


def test_a_reload_of_the_same_visit_changes_nothing() -> None:
    cookies = {readers.READER: TOKEN, readers.VISIT: "7.1000"}
    assert readers.to_set(cookies, 9, 1_000 + 3 * HOUR) == {}


def test_the_next_visit_remembers_what_was_the_newest_before() -> None:
    cookies = {readers.READER: TOKEN, readers.VISIT: "7.1000", readers.SEEN: "3"}
    later = 1_000 + 20 * HOUR
    assert readers.to_set(cookies, 9, later) == {readers.VISIT: f"9.{later}", readers.SEEN: "7"}


@pytest.mark.parametrize("value", ["", "x", "<script>", "7", "7.1000; Path=/", "A" * 23, "../../etc"])
def test_what_a_browser_made_up_is_replaced(value: str) -> None:
    told = readers.to_set({readers.READER: value, readers.VISIT: value}, 7, 1_000)
    assert set(told) == {readers.READER, readers.VISIT}
    assert readers.owner({readers.READER: value}, "session") == readers.owner({}, "session")


def test_the_owner_of_a_draft_is_not_the_number_itself() -> None:
    assert readers.owner({readers.READER: TOKEN}, "x") == readers.owner({readers.READER: TOKEN}, "y")
    assert TOKEN not in readers.owner({readers.READER: TOKEN}, "x")


def test_only_pages_set_cookies_and_no_script_can_read_them() -> None:
    cookie = get("/", html=True).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "set-cookie" not in get("/").headers
