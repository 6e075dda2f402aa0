"""A session is what the server knows of a cookie: it ends for every copy of it, and nobody can write one."""

import pytest

from firstdose import sessions
from firstdose.sessions import Sessions, printed, sealed, sealed_who, unsealed, unsealed_who
from firstdose.who import Who

SATO = Who("k.sato@example.org", "Keiko Sato", "oidc", frozenset({"cmc"}))


def test_a_session_is_found_by_the_print_of_its_number_alone() -> None:
    kept = Sessions(1800, 43200)
    number = kept.begin(SATO)
    assert kept.find(printed(number)) == SATO
    assert kept.find(number) is None
    assert kept.find(printed(number + "x")) is None
    assert len(number) >= 43, "32 random bytes"
    assert kept.begin(SATO) != number


@pytest.mark.parametrize(
    ("acts", "then", "there"),
    [
        pytest.param([], 1800, True, id="half an hour without an act"),
        pytest.param([], 1801, False, id="a second more"),
        pytest.param([1700, 3400], 5000, True, id="acts keep it"),
        pytest.param(list(range(0, 43201, 1000)), 43200, True, id="twelve hours in all"),
        pytest.param(list(range(0, 43201, 1000)), 43201, False, id="and not longer"),
    ],
)
def test_a_session_ends_without_acts_and_at_its_longest(acts: list[int], then: int, there: bool) -> None:
    kept = Sessions(1800, 43200)
    print_ = printed(kept.begin(SATO, now=0))
    for act in acts:
        assert kept.find(print_, used=True, now=act)
    assert (kept.find(print_, now=then) is not None) is there


def test_looking_without_an_act_keeps_no_session() -> None:
    kept = Sessions(1800, 43200)
    print_ = printed(kept.begin(SATO, now=0))
    assert kept.find(print_, now=1700)
    assert kept.find(print_, now=1900) is None
    assert kept.find(print_, used=True, now=1900) is None, "an act after its end does not bring it back"


def test_what_ends_a_session_names_its_tabs() -> None:
    kept = Sessions(1800, 43200)
    print_ = printed(kept.begin(SATO, "token", now=0))
    kept.tab(print_, "one")
    kept.tab(print_, "two")
    assert kept.sweep(now=1000) == frozenset()
    assert kept.sweep(now=2000) == {"one", "two"}
    print_ = printed(kept.begin(SATO, "token", now=0))
    kept.tab(print_, "three")
    assert kept.end(print_) == (SATO, "token", {"three"})
    assert kept.end(print_) == (None, "", frozenset())


def test_a_flood_of_sessions_pushes_out_those_used_longest_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST", 3)
    kept = Sessions(1800, 43200)
    first, *rest = [printed(kept.begin(SATO, now=second)) for second in range(4)]
    assert kept.find(first, now=5) is None
    assert all(kept.find(print_, now=5) for print_ in rest)


def test_only_a_reader_who_pressed_the_button_goes_on_to_the_provider_and_once() -> None:
    print_ = printed(sessions.shared().begin(SATO, "token"))
    assert sessions.left(print_) is None, "a link of another site signs nobody out"
    assert sessions.leave(print_) == (SATO, frozenset())
    assert sessions.left(print_) == "token"
    assert sessions.left(print_) is None


def test_what_is_sealed_is_read_and_nothing_else_is() -> None:
    line = sealed_who(SATO)
    assert unsealed_who(line) == Who(SATO.id, SATO.name, "proxy", SATO.groups)
    body, seal = line.split(".")
    forged = sealed("oidc", ["boss", "Boss", []]).split(".")[0]
    for other in ("", ".", line[:-1], f"{body}.", f"{forged}.{seal}", line + "0", "é.ü", body):
        assert unsealed_who(other) is None
    assert unsealed_who(sealed("back", ["/", 0])) is None, "sealed for another use"
    assert unsealed("back", sealed("back", ["/", 0])) == ["/", 0]


def test_a_page_never_sees_what_a_client_wrote_under_our_header() -> None:
    scope = {"headers": [(b"X-Firstdose-Asks", b"forged"), (b"accept", b"*/*")]}
    assert sessions.without_header(scope)["headers"] == [(b"accept", b"*/*")]
