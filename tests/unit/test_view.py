"""A link says exactly what its sender saw, and never shows more than it says."""

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.sentence import sentence, unheld
from firstdose.view import (
    LIST_KEYS,
    NO_DAY_SINCE,
    NO_DAY_UNTIL,
    Known,
    PageKey,
    View,
    asked_version,
    from_params,
    to_link,
    to_params,
    version_number,
)

KNOWN = Known(
    program={"P1": "P1 · One", "P2": "P2 · Two", "P3": "P3 · Three"},
    group={"Solid tumour": "Solid tumour", "Other": "Other"},
    partner={"A": "Academic", "C": "CDMO"},
    jurisdiction={"JP": "JP", "US": "US"},
    area={"Regulatory": "Regulatory", "CMC-Vector": "CMC vector"},
    versions=frozenset({1, 2, 3}),
    page_keys={"state": PageKey(("open", "late", "all"), narrows=True), "q": PageKey()},
)

days = st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31))


def chosen(name: str) -> st.SearchStrategy[tuple[str, ...] | None]:
    """All, nothing, or some of the known values of a filter, each once."""
    values = sorted(getattr(KNOWN, name))
    return st.none() | st.lists(st.sampled_from(values), unique=True).map(tuple)


views = st.builds(
    View,
    page=st.just("readiness"),
    **{name: chosen(name) for name in LIST_KEYS},
    since=st.none() | days | st.just(NO_DAY_SINCE),
    until=st.none() | days | st.just(NO_DAY_UNTIL),
    version=st.none() | st.sampled_from([1, 2, 3]),
    as_of=st.none() | days,
    base=st.none() | st.sampled_from([1, 2, 3]),
    chart=st.none() | st.just("chart-pipeline-funnel"),
    keys=st.tuples(
        st.tuples(
            st.just("q"), st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), max_size=40)
        ),
        st.tuples(st.just("state"), st.sampled_from(["open", "late", "all"])),
    ),
)


@given(views)
def test_a_view_written_as_a_link_reads_back_as_the_same_view(view: View) -> None:
    query = parse_qs(urlsplit(to_link(view)).query, keep_blank_values=True)
    assert from_params(query, "readiness", KNOWN) == view


@given(views)
def test_the_canonical_address_is_a_fixed_point(view: View) -> None:
    params = to_params(view)
    assert to_params(from_params(params, "readiness", KNOWN)) == params


@given(st.dictionaries(st.text(max_size=12), st.lists(st.text(max_size=20), max_size=4), max_size=8))
def test_no_address_makes_an_exception(params: dict[str, list[str]]) -> None:
    from_params(params, "overview", KNOWN)
    asked_version(params)


@given(
    st.sampled_from(LIST_KEYS), st.lists(st.text(max_size=12).filter(lambda text: text != "*"), min_size=1)
)
def test_a_filter_with_only_unknown_values_shows_nothing_and_names_each(name: str, values: list[str]) -> None:
    unknown = [value for value in values if value not in getattr(KNOWN, name)]
    view = from_params({name: unknown or ["?"]}, "overview", KNOWN)
    assert getattr(view, name) == ()
    assert view.sql_values(date(2026, 11, 23))[name] == []
    named = {part.value for part in view.refused}
    assert named >= set(list(dict.fromkeys(value for value in unknown if value != "-"))[:20])


def test_link_to_an_unknown_program_is_refused_not_widened() -> None:
    view = from_params({"program": ["P1", "P9"]}, "overview", KNOWN)
    assert view.program == ("P1",)
    assert [part.value for part in view.refused] == ["P9"]
    assert "P9" in view.refused[0].why


def test_a_star_beside_a_value_does_not_widen_to_all() -> None:
    assert from_params({"program": ["*", "P1"]}, "overview", KNOWN).program == ("P1",)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        pytest.param("since", "2026-13-01", NO_DAY_SINCE, id="no such month"),
        pytest.param("since", "", NO_DAY_SINCE, id="empty"),
        pytest.param("until", "tomorrow", NO_DAY_UNTIL, id="a word"),
        pytest.param("until", "20261101", NO_DAY_UNTIL, id="basic form is not ours"),
        pytest.param("since", "2026-11-01", date(2026, 11, 1), id="a day"),
        pytest.param("since", "*", None, id="all"),
    ],
)
def test_a_bound_that_is_no_date_lets_no_day_through(key: str, value: str, expected: date | None) -> None:
    assert getattr(from_params({key: [value]}, "overview", KNOWN), key) == expected


def test_a_period_turned_round_is_named() -> None:
    view = from_params({"since": ["2026-12-01"], "until": ["2026-11-01"]}, "overview", KNOWN)
    assert [part.key for part in view.refused] == ["since"]


def test_a_key_given_twice_with_different_values_is_refused() -> None:
    view = from_params({"as_of": ["2026-11-01", "2026-11-02"]}, "overview", KNOWN)
    assert view.as_of is None
    assert [part.key for part in view.refused] == ["as_of"]


def test_two_versions_in_one_link_are_no_version() -> None:
    assert asked_version({"version": ["1", "2"]}) == "1, 2"
    assert asked_version({"version": ["live"]}) is None
    assert asked_version({}) is None


@pytest.mark.parametrize("text", ["", "-1", "1.0", "٣", "1e3", "9" * 10, " 1", "live"])
def test_only_plain_digits_are_a_version(text: str) -> None:
    assert version_number(text) is None


def test_unknown_keys_and_a_newer_schema_are_named() -> None:
    view = from_params({"progam": ["P1"], "v": ["9"], "embed": ["true"]}, "overview", KNOWN)
    assert {part.key for part in view.refused} == {"progam", "v"}


def test_a_refused_page_key_that_narrows_matches_no_row() -> None:
    view = from_params({"state": ["bogus"]}, "readiness", KNOWN)
    assert view.key("state") == "-"
    assert [part.key for part in view.refused] == ["state"]
    assert from_params({}, "readiness", KNOWN).key("state") == "open"


def test_every_key_is_written_even_at_its_default() -> None:
    assert to_link(View()) == (
        "/?v=1&program=%2A&group=%2A&partner=%2A&jurisdiction=%2A&area=%2A&since=%2A&until=%2A"
        "&version=live&as_of=data&base=previous&chart=%2A"
    )


def test_the_sentence_says_every_filter() -> None:
    view = View(program=("P1",), jurisdiction=("JP",), since=date(2026, 11, 1), area=())
    assert sentence(view, KNOWN, 1) == (
        "1 of 3 programs · P1 · One · filing in JP · nothing chosen for area · from 1 Nov 2026"
    )
    assert sentence(View(), KNOWN, 3) == "all 3 programs"


def test_what_a_figure_does_not_follow_is_said_only_of_filters_in_use() -> None:
    every = ("area", "partner", "period")
    assert unheld(View(), every) == ""
    assert unheld(View(area=("Clinical",)), ("partner", "period")) == ""
    view = View(area=("Clinical",), partner=("P",), until=date(2026, 11, 1))
    assert unheld(view, every) == "not filtered by area or partner or period"
    assert unheld(View(since=NO_DAY_SINCE), every) == "not filtered by period"
    assert unheld(View(area=()), every) == "", "a refused value lets no program through, so nothing is shown"
