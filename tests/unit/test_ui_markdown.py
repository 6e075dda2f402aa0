"""A data cell never speaks markup."""

import pytest

from firstdose.ui.markdown import escaped


@pytest.mark.parametrize(
    "cell",
    [
        "![x](https://example.org/beacon.png)",
        "[open](https://example.org)",
        "<script>alert(1)</script>",
        ":red[late]",
        "**bold** _em_ `code`",
        "$x^2$",
        "# title",
        "https://example.org",
    ],
)
def test_every_character_that_markdown_acts_on_is_escaped(cell: str) -> None:
    said = escaped(cell)
    for sign in "\\`*_{}[]()<>#!|~:$":
        assert said.count(sign) == said.count("\\" + sign) or sign == "\\"
    assert said.replace("\\", "").replace("\u2060", "") == cell.replace("\\", "")


@pytest.mark.parametrize(
    "cell", ["https://evil.example", "HTTP://evil.example", "www.evil.example", "a@evil.example"]
)
def test_an_address_in_a_cell_is_no_link(cell: str) -> None:
    assert "\u2060" in escaped(cell), "markdown makes links of bare addresses, escaped or not"


def test_a_line_break_cannot_start_a_new_block() -> None:
    assert "\n" not in escaped("a\n# b\r\nc")
