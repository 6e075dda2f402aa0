"""The catalogues hold exactly the words of the source, whole in both languages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from firstdose.words import LANGUAGES, _, ngettext, say_date, say_number, use_language
from tests.catalogues import ROOT, catalogue_path, collect, text, update

PLACEHOLDER = re.compile(r"\{[^{}]*\}")


@pytest.fixture(scope="module")
def found() -> Catalog:
    return collect()


def stored(language: str) -> Catalog:
    with catalogue_path(language).open("rb") as file:
        return read_po(file, locale=language)


def said(catalogue: Catalog) -> dict[str, Message]:
    """The messages by their English text; of a plural the singular names it."""
    return {key(message): message for message in catalogue if message.id}


def key(message: Message) -> str:
    return str(message.id if isinstance(message.id, str) else message.id[0])


def forms(words: str | tuple[str, ...]) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_holds_every_message_of_the_source_and_no_other(language: str, found: Catalog) -> None:
    assert set(said(stored(language))) == set(said(found)), "run `make words` and fill in what is empty"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_empty_or_fuzzy(language: str) -> None:
    lacking = [
        name
        for name, message in said(stored(language)).items()
        if message.fuzzy or not all(forms(message.string))
    ]
    assert lacking == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_survive_translation(language: str) -> None:
    broken = []
    for name, message in said(stored(language)).items():
        wanted = set(PLACEHOLDER.findall(forms(message.id)[-1]))
        broken += [name for form in forms(message.string)[-1:] if set(PLACEHOLDER.findall(form)) != wanted]
    assert broken == []


def test_english_says_what_the_source_says() -> None:
    differing = [name for name, message in said(stored("en")).items() if message.string != message.id]
    assert differing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_stands_as_make_words_writes_it(language: str, found: Catalog) -> None:
    assert catalogue_path(language).read_bytes() == text(update(language, found))


def sources() -> Iterator[Path]:
    yield ROOT / "app.py"
    for folder in ("firstdose", "pages"):
        yield from sorted((ROOT / folder).rglob("*.py"))


def test_no_message_is_put_together_before_it_is_looked_up() -> None:
    """``_(f"…")`` and ``_("a" + b)`` never meet their catalogue entry."""
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"_", "N_", "ngettext"}
        and any(isinstance(word, ast.JoinedStr | ast.BinOp) for word in node.args[:2])
    ]
    assert wrong == []


def test_no_message_hides_inside_an_f_string() -> None:
    """Python before 3.12 gives f-strings to the collector whole: ``f"{_('…')}"`` is never collected."""
    wrong = [
        f"{path.relative_to(ROOT)}:{inside.lineno}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.JoinedStr)
        for inside in ast.walk(node)
        if isinstance(inside, ast.Call)
        and isinstance(inside.func, ast.Name)
        and inside.func.id in {"_", "ngettext"}
        and any(isinstance(word, ast.Constant) for word in inside.args[:1])
    ]
    assert wrong == []


def test_an_unknown_message_stays_as_it_is() -> None:
    use_language("ja")
    assert _("no catalogue knows this sentence") == "no catalogue knows this sentence"
    assert _("") == ""
    assert ngettext("one unknown", "many unknown", 2) == "many unknown"
    use_language("en")


def test_a_language_that_is_not_ours_means_english() -> None:
    from datetime import date

    use_language("fr-FR")
    assert say_date(date(2027, 3, 14)) == "14 Mar 2027"
    use_language("ja_JP")
    assert say_date(date(2027, 3, 14)) == "2027年3月14日"
    assert say_number(12345.5, 1) == "12,345.5"
    use_language("en")
    assert say_date(None) == "–"


@given(st.one_of(st.floats(-1e12, 1e12), st.integers(-(10**9), 10**9)), st.integers(0, 6))
def test_a_number_is_written_as_by_the_pattern_of_the_language(value: float, digits: int) -> None:
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    for language in LANGUAGES:
        use_language(language)
        assert say_number(value, digits) == format_decimal(value, format=pattern, locale=language)
