"""The reference page: every fact with its source and how sure it is, found by any word in either language."""

import pytest

from firstdose.queries import reference as queries
from firstdose.reference.reference import columns, tables
from firstdose.reference.reference import rows as rows_of
from firstdose.rules import method
from firstdose.rules import reference as rules
from firstdose.view import View
from firstdose.words import use_language
from tests.support import MemorySession, session_of


@pytest.fixture(scope="module")
def session() -> MemorySession:
    return session_of()


def view(**keys: str) -> View:
    return View(page="reference", keys=tuple(sorted({"confidence": "all", "q": "", **keys}.items())))


@pytest.mark.parametrize("shelf", rules.SHELVES)
def test_a_shelf_shows_source_and_confidence_of_every_row(session: MemorySession, shelf: str) -> None:
    rows = queries.QUESTIONS[shelf](session, view())
    assert len(rows) > 5
    shown = rules.SHELVES[shelf].labels(rows)
    assert {"source", "confidence"} <= set(shown)
    assert rows["source"].notna().all()
    assert set(rows["confidence"]) <= set(rules.CONFIDENCE)


def test_every_shelf_stands_in_one_section() -> None:
    placed = [name for names in rules.SECTIONS.values() for name in names]
    assert sorted(placed) == sorted(rules.SHELVES)
    assert set(rules.SECTIONS) == set(rules.section_names())


def test_every_word_of_a_search_must_occur_in_any_order(session: MemorySession) -> None:
    both = queries.words(session, view(q="cells CAR"))
    assert 0 < len(both) < len(queries.words(session, view()))
    assert len(both) == len(queries.words(session, view(q="car CELLS")))


@pytest.mark.parametrize("q", ["%", "_", "'", "\\", "zzzz-nothing"])
def test_a_search_means_what_it_says(session: MemorySession, q: str) -> None:
    for _at, row in queries.words(session, view(q=q)).iterrows():
        assert q in " ".join(map(str, row))


def test_japanese_is_found_whatever_the_width(session: MemorySession) -> None:
    assert len(queries.words(session, view(q="CDMO"))) == len(queries.words(session, view(q="CDMO"))) > 0
    assert len(queries.words(session, view(q="製造"))) > 0


def test_confidence_narrows(session: MemorySession) -> None:
    seen = queries.requirements(session, view(confidence="seen"))
    assert set(seen["confidence"]) == {"seen"}
    assert len(seen) < len(queries.requirements(session, view()))


def test_names_are_japanese_for_a_japanese_reader(session: MemorySession) -> None:
    rows = queries.stages(session, view())
    use_language("ja")
    assert "name_ja" in rules.SHELVES["stages"].labels(rows)


def test_every_method_has_a_heading_and_a_sentence() -> None:
    told = method.paragraphs()
    assert len({heading for heading, _text in told}) == len(told) >= 8
    assert all(text.endswith((".", ")")) for _heading, text in told)


def test_a_column_without_japanese_is_read_in_english(session: MemorySession) -> None:
    use_language("ja")
    rows = queries.words(session, view()).assign(definition_ja=None)
    assert "definition" in rules.SHELVES["words"].labels(rows)


@pytest.mark.parametrize(
    ("table", "column"),
    [(table, column) for table in tables() for column in columns(table) if column.endswith("_ja")],
)
def test_no_shipped_row_lacks_its_japanese(table: str, column: str) -> None:
    assert [row for row in rows_of(table) if not row[column]] == []


def test_the_meaning_of_a_word_is_japanese_for_a_japanese_reader(session: MemorySession) -> None:
    use_language("ja")
    shown = rules.SHELVES["words"].labels(queries.words(session, view(q="細胞のゲノムに組み込む")))
    assert "definition_ja" in shown
    assert "definition" not in shown


@pytest.mark.parametrize(
    ("shelf", "shown"),
    [
        ("stages", {"entry_criterion_ja", "exit_criterion_ja"}),
        ("requirements", {"title_ja", "description_ja"}),
        ("deliverables", {"stage_ja", "title_ja", "criterion_ja"}),
    ],
)
def test_criteria_are_japanese_for_a_japanese_reader(
    session: MemorySession, shelf: str, shown: set[str]
) -> None:
    rows = queries.QUESTIONS[shelf](session, view())
    assert not shown & set(rules.SHELVES[shelf].labels(rows))
    use_language("ja")
    assert shown <= set(rules.SHELVES[shelf].labels(rows))


@pytest.mark.parametrize(
    ("shelf", "q"), [("stages", "試製造"), ("requirements", "議事録"), ("deliverables", "未解決の不一致")]
)
def test_a_criterion_is_found_by_its_japanese_words(session: MemorySession, shelf: str, q: str) -> None:
    assert len(queries.QUESTIONS[shelf](session, view(q=q))) > 0


def test_codes_of_a_row_are_said_in_the_readers_words_and_kept_for_the_download(
    session: MemorySession,
) -> None:
    use_language("ja")
    rows = rules.in_words(queries.requirements(session, view(q="議事録")))
    shown = rules.SHELVES["requirements"].labels(rows)
    assert rows["confidence"].iloc[0] == "seen"
    assert rows["confidence_said"].iloc[0] == "確認済み"
    assert {"confidence_said", "area_said", "blocks_said", "gate_said", "applies_to_said"} <= set(shown)


@pytest.mark.parametrize("jurisdiction", ["JP", "US", "EU"])
def test_a_japanese_requirement_names_no_authority_of_another_place(jurisdiction: str) -> None:
    own = {"JP": {"PMDA", "厚生労働省"}, "US": {"FDA"}, "EU": {"EMA"}}
    others = set().union(*(names for place, names in own.items() if place != jurisdiction))
    for row in rows_of("requirements"):
        if row["jurisdiction"] == jurisdiction:
            assert not any(name in row["description_ja"] for name in others), row["requirement_code"]


def test_every_code_of_a_requirement_has_a_japanese_word(session: MemorySession) -> None:
    use_language("ja")
    rows = rules.in_words(queries.requirements(session, view()))
    for column in ("confidence", "area", "blocks", "applies_to"):
        assert not set(rows[column]) & set(rows[f"{column}_said"]), column
