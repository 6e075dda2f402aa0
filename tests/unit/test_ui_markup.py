"""Our own elements: whatever a cell holds, it is read as text and acts on nothing."""

from datetime import UTC, date, datetime
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.rules.overview import Headline
from firstdose.ui import markup, table
from firstdose.words import use_language

HOSTILE = '"><img src=https://evil.example/x onerror=alert(1)><style>*{display:none}</style>'


class Seen(HTMLParser):
    """The elements a browser would make of some HTML, and the text in them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text: list[str] = []
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _value in attrs}

    def handle_data(self, data: str) -> None:
        self.text.append(data)


TABLE = {"div", "table", "thead", "tbody", "tr", "th", "td"}


@given(st.text(max_size=60))
def test_a_cell_a_label_and_a_title_make_no_element_of_their_own(text: str) -> None:
    frame = pd.DataFrame({"a": [text]})
    seen = Seen(table.markup(frame, {"a": text}, text, text, 200))
    assert seen.tags - {"span"} == TABLE
    assert seen.attributes <= {
        "class",
        "role",
        "tabindex",
        "aria-label",
        "style",
        "scope",
        "data-status",
        "lang",
    }


def test_a_hostile_cell_is_read_as_it_was_written() -> None:
    seen = Seen(table.markup(pd.DataFrame({"a": [HOSTILE]}), {}, HOSTILE, HOSTILE, None))
    assert HOSTILE in seen.text
    assert seen.tags - {"span"} == TABLE


def test_a_linked_cell_leads_to_the_view_at_hand_and_its_text_cannot_lead_elsewhere() -> None:
    frame = pd.DataFrame({"a": ['<a href="?x">', "plain"], "opens": ["of=P1&where=JP", ""]})
    written = table.markup(frame, {"a": "A"}, "k", "t", None, linked="a")
    whole = table.completed(written, "/review?v=1&version=11")
    assert whole.count("<a ") == 1
    assert 'href="/review?v=1&amp;version=11&amp;of=P1&amp;where=JP"' in whole
    assert "/review" not in whole.replace('href="/review?v=1&amp;version=11&amp;of=P1&amp;where=JP"', "")


def test_a_hostile_key_or_title_of_a_card_is_read_as_it_was_written() -> None:
    seen = Seen(markup.section(HOSTILE, HOSTILE, markup.head(HOSTILE, "")))
    assert seen.tags == {"section", "button", "div", "h2", "p"}
    assert seen.attributes == {"class", "type", "data-why", "aria-label"}
    assert HOSTILE in seen.text


def test_a_hostile_figure_or_head_is_read_as_it_was_written() -> None:
    line = Headline(key=f"kpi-{HOSTILE}", label=HOSTILE, value=HOSTILE, context=HOSTILE, why=HOSTILE)
    seen = Seen(markup.kpis([line]) + markup.head(HOSTILE, HOSTILE) + markup.foot(HOSTILE))
    assert seen.tags == {"div", "h3", "h2", "p", "details", "summary"}
    assert seen.text.count(HOSTILE) == 7


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, ""),
        (pd.NA, ""),
        (pd.NaT, ""),
        (float("nan"), ""),
        (1234.5, "1,234.50"),
        (3.0, "3"),
        (date(2026, 11, 20), "20 Nov 2026"),
        (datetime(2026, 11, 20, 9, 5, tzinfo=UTC), "2026-11-20 09:05"),
        ("", ""),
    ],
)
def test_a_cell_is_written_as_it_is_read(value: Any, said: str) -> None:
    use_language("en")
    frame = pd.DataFrame({"a": pd.Series([value, "x"], dtype=object)})
    assert f"<td>{said}</td>" in table.markup(frame, {}, "table-t", "t", None)


def test_a_status_is_known_by_its_symbol_with_its_word_or_alone() -> None:
    use_language("en")
    drawn = table.markup(
        pd.DataFrame({"a": ["✕ late", "✓ fresh", "✕", "~ about", "– of it", "✕late", "~ stale"]}),
        {},
        "k",
        "t",
        None,
    )
    assert drawn.count("data-status") == 4
    assert '<td><span data-status="late">✕</span> late</td>' in drawn


def test_a_long_table_shows_its_first_rows_and_an_empty_one_says_so() -> None:
    use_language("en")
    frame = pd.DataFrame({"n": range(table.MOST + 7)})
    assert table.markup(frame, {}, "table-t", "t", None).count("<td") == table.MOST
    assert "No rows" in table.markup(frame.head(0), {}, "table-t", "t", None)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("A" * 22, "", id="short"),
        pytest.param("A" * 23, "w", id="wraps"),
        pytest.param("あ" * 45, "w", id="Japanese wraps"),
        pytest.param("あ" * 46, "l", id="Japanese is twice as wide"),
        pytest.param("A" * 91, "l", id="long"),
    ],
)
def test_a_column_is_as_wide_as_its_longest_text_is_drawn(text: str, kind: str) -> None:
    drawn = table.markup(pd.DataFrame({"a": [text]}), {}, "table-t", "t", None)
    assert (f'<td class="{kind}">' if kind else "<td>") in drawn
