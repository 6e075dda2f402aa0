"""A calendar takes the feeds as they are, follows later versions, and shows no more than its address says."""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import icalendar
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Route

from firstdose import feeds
from firstdose.exports.calendar import calendar, folded
from firstdose.view import View

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def rows(summary: str = "First dose", day: str = "2027-03-01", *, is_done: bool = False) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "task_id": ["T1", "T2"],
            "summary": [summary, "none"],
            "detail": ["a\nb", ""],
            "due_on": pd.to_datetime([day, None]),
            "is_done": [is_done, False],
        }
    )


def events(content: bytes) -> list[Any]:
    found = icalendar.Calendar.from_ical(content)
    assert found.errors == []
    return list(found.walk("VEVENT"))


def get(path: str, query: str = "") -> tuple[int, dict[str, str], bytes]:
    """What the feed answers to one request."""
    sent: list[Any] = []
    scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "scheme": "http",
        "query_string": query.encode(), "headers": [(b"host", b"plan.example:8501")], "root_path": "",
        "server": ("plan.example", 8501),
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(Starlette(routes=[Route("/calendar/{kind}.ics", feeds.feed)])(scope, receive, send))
    headers = {key.decode(): value.decode() for key, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(part.get("body", b"") for part in sent[1:])


def test_a_day_of_the_plan_is_an_event_of_a_whole_day_and_one_without_a_day_is_none() -> None:
    (event,) = events(calendar(rows(), "Plan", 3, AT))
    assert event["uid"] == "T1@tasks.firstdose"
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2027, 3, 1), date(2027, 3, 2))
    assert event["description"] == "a\nb"
    assert event["status"] == "TENTATIVE"


def test_a_later_version_moves_the_same_event() -> None:
    (before,) = events(calendar(rows(), "Plan", 3, AT))
    (after,) = events(calendar(rows(day="2027-04-01", is_done=True), "プラン", 4, AT.replace(day=24)))
    assert before["uid"] == after["uid"]
    assert int(after["sequence"]) > int(before["sequence"])
    assert after["last-modified"].dt > before["last-modified"].dt
    assert after["dtstart"].dt == date(2027, 4, 1)
    assert after["status"] == "CONFIRMED"


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
def test_any_name_comes_out_of_the_feed_as_it_went_in(name: str) -> None:
    (event,) = events(calendar(rows(summary=name), "Plan", 1, AT))
    assert str(event["summary"]) == name


def test_a_name_cannot_write_lines_of_its_own() -> None:
    hostile = "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\rUID:y\x00;,\\"
    content = calendar(rows(summary=hostile), "a\r\nX-EVIL:1", 1, AT)
    assert len(events(content)) == 1
    assert b"\r\nX-EVIL" not in content
    assert b"\r\nUID:y" not in content


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=400))
def test_no_line_is_longer_than_75_octets_and_none_breaks_a_character(line: str) -> None:
    parts = folded(line).encode().split(b"\r\n")
    assert all(len(part) <= 75 for part in parts)
    assert parts[0].decode() + "".join(part.decode()[1:] for part in parts[1:-1]) == line


def test_a_feed_holds_what_its_filters_let_through_and_no_more(demo_store: Path) -> None:
    every, one, refused = (
        events(get("/calendar/milestones.ics", query)[2])
        for query in ("", "program=NCC-01&lang=ja", "program=NO-SUCH")
    )
    assert len(every) > len(one) > 0
    assert refused == []
    assert {str(event["uid"]) for event in one} < {str(event["uid"]) for event in every}
    assert all("program=NCC-01" in str(event["url"]) for event in one)
    assert any("初回投与" in str(event["summary"]) for event in one)


def test_what_is_subscribed_to_from_a_pinned_view_follows_new_data_and_a_file_stays_pinned() -> None:
    pinned = View(page="forecast", program=("NCC-01",), version=3, as_of=date(2026, 6, 1), base=2)
    followed, taken = feeds.address("plan", pinned), feeds.download("plan", pinned)
    assert {"version=live", "program=NCC-01"} <= set(followed.partition("?")[2].split("&"))
    assert "2026-06-01" not in followed
    assert {"version=3", "as_of=2026-06-01", "take=1"} <= set(taken.partition("?")[2].split("&"))


@pytest.mark.parametrize("kind", feeds.KINDS)
def test_every_feed_can_be_subscribed_to_at_the_address_the_page_gives(demo_store: Path, kind: str) -> None:
    path, _sep, query = feeds.address(kind, View(page="forecast", program=("NCC-01",))).partition("?")
    status, headers, body = get(path, query + "&take=1")
    assert status == 200
    assert headers["content-type"] == "text/calendar; charset=utf-8"
    assert headers["content-disposition"] == f'attachment; filename="firstdose-{kind}.ics"'
    found = events(body)
    uids = [str(event["uid"]) for event in found]
    assert len(uids) == len(set(uids))


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/calendar/secrets.ics", ""),
        ("/calendar/plan.ics", "version=999"),
        ("/calendar/plan.ics", "q=" + "x" * 9000),
    ],
    ids=["no such feed", "no such version", "too long"],
)
def test_what_does_not_exist_is_not_found(demo_store: Path, path: str, query: str) -> None:
    assert get(path, query)[0] == 404
