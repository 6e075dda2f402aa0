"""Only the rows drawn are put into words, and they say what the whole table says; judged once is judged."""

import pandas as pd

from firstdose.figures import readiness_words as words
from firstdose.queries import readiness as queries
from firstdose.rules.readiness import item_marks
from firstdose.rules.readiness_library import elsewhere, new_items, planned
from firstdose.rules.readiness_network import with_need
from firstdose.rules.readiness_verdict import verdicts, worst_first
from firstdose.ui.card import Table
from firstdose.view import View
from tests.support import session_of
from tests.unit.test_readiness_library import item as library_item
from tests.unit.test_readiness_library import program
from tests.unit.test_readiness_verdict import LINKS, TODAY, frame, item

ITEMS = (item("A"), item("B", "in review"), item("C", "closed"), item("D", lead=5), item("E"))


def test_a_table_says_only_the_rows_it_draws_and_all_when_asked() -> None:
    said: list[int] = []

    def say(rows: pd.DataFrame) -> pd.DataFrame:
        said.append(len(rows))
        return rows.assign(word=[f"row {at}" for at in rows["at"]])

    card = Table(
        key="k",
        data=pd.DataFrame({"at": range(50)}),
        title="t",
        how="",
        columns={"word": "W"},
        most=7,
        say=say,
    )
    whole = Table(key="k", data=say(card.data), title="t", how="", columns={"word": "W"}, most=7)
    assert card.written == whole.written
    assert said == [50, 7]
    pd.testing.assert_frame_equal(card.told, whole.data)
    assert said == [50, 7, 50]


def test_the_words_of_the_first_rows_are_the_first_of_all_words() -> None:
    judged = with_need(frame(*ITEMS), frame(*ITEMS), LINKS)
    pd.testing.assert_frame_equal(item_marks(judged.head(2), TODAY), item_marks(judged, TODAY).head(2))
    found = worst_first(verdicts(frame(*ITEMS), TODAY, LINKS))
    assert len(found) > 1
    pd.testing.assert_frame_equal(words.verdicts(found.head(1)), words.verdicts(found).head(1))


def test_items_judged_before_get_the_same_verdicts_and_need_dates() -> None:
    plan = frame(*ITEMS)
    judged = item_marks(with_need(plan, plan, LINKS), TODAY, why=False)
    assert "why" not in judged
    pd.testing.assert_frame_equal(judged, item_marks(with_need(plan, plan, LINKS), TODAY).drop(columns="why"))
    pd.testing.assert_frame_equal(verdicts(judged, TODAY, LINKS), verdicts(plan, TODAY, LINKS))
    few = plan[["item_id"]]
    pd.testing.assert_frame_equal(with_need(few, judged, LINKS), with_need(few, plan, LINKS))


def test_asking_only_for_what_is_lacking_leaves_out_nothing_that_is() -> None:
    session = session_of(
        programs=[program(), program(program_id="P2", jurisdictions="JP;US"), program(program_id="P3")],
        readiness_items=[
            library_item("REG-02") | {"status": "not applicable"},
            library_item("REG-03", "US") | {"status": "closed"},
            library_item("REG-07", "US") | {"status": "not applicable"},
        ],
    )
    whole, few = (queries.library(session, View(), lacking=one) for one in (False, True))  # type: ignore[arg-type]
    assert 0 < len(few) < len(whole)
    pd.testing.assert_frame_equal(elsewhere(few), elsewhere(whole))
    made = [new_items(one[planned(one)], TODAY) for one in (few, whole)]
    pd.testing.assert_frame_equal(*made)
