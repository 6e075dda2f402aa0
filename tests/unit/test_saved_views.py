"""A saved view keeps what was saved, opens by a short address, and says so when it was retired."""

import json
from pathlib import Path

import pytest
from starlette.requests import Request

from firstdose.audit import Chain
from firstdose.errors import FirstdoseError
from firstdose.lake import Lake, saved_views
from firstdose.lake.saved_views import SavedView
from firstdose.short import opened

LINK = "/pipeline?v=1&program=HUB-04"


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    monkeypatch.setenv("FIRSTDOSE_LAKE", str(tmp_path / "lake"))
    return Lake.shared()


def saved(lake: Lake, name: str = "Board", owner: str = "me", *, shared: bool = False) -> SavedView:
    return saved_views.save(
        lake, name=name, note="", page="pipeline", link=LINK, owner=owner, shared=shared, by="Kim"
    )


def asked(name: str, language: str = "en") -> Request:
    headers = [(b"accept-language", language.encode())]
    return Request({"type": "http", "path_params": {"name": name}, "headers": headers})


def test_the_short_address_leads_to_the_whole_view(lake: Lake) -> None:
    made = saved(lake)
    assert len(made.id) == 32, "128 bits"
    answer = opened(asked(made.id))
    assert (answer.status_code, answer.headers["location"]) == (302, LINK)


def test_a_retired_view_says_who_and_when_in_the_readers_language(lake: Lake) -> None:
    made = saved_views.retire(lake, saved(lake), "Lee <b>", "no longer needed")
    answer = opened(asked(made.id, "ja-JP"))
    assert answer.status_code == 410
    said = bytes(answer.body).decode()
    assert "Lee &lt;b&gt;" in said
    assert made.retired_at[:10] in said
    assert "廃止" in said


@pytest.mark.parametrize("name", ["", "..", "../audit", "0" * 31, "0" * 32, "G" * 32, "0" * 32 + "/.."])
def test_no_other_address_opens_anything(lake: Lake, name: str) -> None:
    saved(lake)
    assert opened(asked(name)).status_code == 404


def test_a_record_that_was_tampered_with_leads_nowhere_else(lake: Lake) -> None:
    made = saved(lake)
    path = lake.place.saved_views / f"{made.id}.json"
    path.chmod(0o644)
    for link in ("https://evil.example/", "//evil.example/"):
        path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"link": link}), "utf-8")
        assert opened(asked(made.id)).status_code == 404
    path.write_text("{", "utf-8")
    assert opened(asked(made.id)).status_code == 404


def test_the_lists_hold_ones_own_views_and_the_shared_ones_until_they_are_retired(lake: Lake) -> None:
    mine, shared, _others = (
        saved(lake, "mine"),
        saved(lake, "shared", "you", shared=True),
        saved(lake, "other", "you"),
    )
    assert {view.name for view in saved_views.listed(lake, "me")} == {"mine", "shared"}
    saved_views.retire(lake, shared, "Lee", "done")
    assert [view.name for view in saved_views.listed(lake, "me")] == [mine.name]


def test_saving_and_retiring_stand_in_the_audit_chain(lake: Lake) -> None:
    made = saved(lake)
    saved_views.retire(lake, made, "Lee", "no longer needed")
    told = [
        (event["action"], event["actor_id"], event["object_id"]) for event in Chain(lake.place.audit).events()
    ]
    assert told == [("view_saved", "Kim", made.id), ("view_retired", "Lee", made.id)]


def test_a_view_without_a_name_or_a_person_is_refused(lake: Lake) -> None:
    with pytest.raises(FirstdoseError, match="name"):
        saved(lake, "  ")
    with pytest.raises(FirstdoseError, match="who you are"):
        saved_views.retire(lake, saved(lake), " ", "done")
