"""What the data desk tells about files and about what would change."""

import pandas as pd

from firstdose.contracts import contracts
from firstdose.contracts.across import rules_across
from firstdose.errors import Issue
from firstdose.exports.table import cell_text
from firstdose.lake import CellChange, Counts, Difference, TableChanges
from firstdose.rules import desk as rules
from firstdose.rules.issue_kinds import kind_of
from firstdose.words import N_, use_language

HERE = Issue("date", "error", N_("“{value}” is no date from 1900 to 2199."), (("value", "x"),), "a.csv", 7)
THERE = Issue("encoding-guessed", "warning", "read as Western", (), "a.csv")
EARLIER = Issue("date", "error", "no", (), "a.csv", 2)


def difference(table: str, added: int, changed: int, removed: int) -> Difference:
    told = TableChanges(
        tuple((f"A{n}",) for n in range(added)),
        tuple((f"R{n}",) for n in range(removed)),
        tuple(CellChange((f"C{n}",), "name", "old", None) for n in range(changed)),
    )
    return Difference(table, Counts(added, changed, removed), 10, told)


def test_errors_come_first_in_the_order_of_their_lines() -> None:
    rows = rules.issue_rows([THERE, HERE, EARLIER])
    assert rows["code"].tolist() == ["date", "date", "encoding-guessed"]
    assert rows["line"].tolist()[:2] == [2, 7]


def test_issues_speak_the_language_of_their_reader() -> None:
    english = rules.issue_rows([HERE])["message"][0]
    use_language("ja")
    try:
        assert rules.issue_rows([HERE])["message"][0] != english
        assert rules.issue_rows([HERE])["state"][0] == "✕ エラー"
    finally:
        use_language("en")


def test_kinds_of_issues_are_counted_the_most_frequent_first() -> None:
    assert rules.kinds([THERE, HERE, EARLIER]) == {"No date": "No date · 2", "Encoding": "Encoding · 1"}
    use_language("ja")
    try:
        assert all("・" in said or said[0] > "\u3000" for said in rules.kinds([HERE, EARLIER]).values())
    finally:
        use_language("en")


def test_every_rule_of_every_contract_is_of_a_kind_that_has_words() -> None:
    codes = {check.code for contract in contracts().values() for check in contract.checks}
    codes |= {rule.code for rule in rules_across()}
    assert not {code for code in codes if kind_of(code) == code}


def test_what_would_be_removed_is_told_first() -> None:
    both = [difference("partners", 1, 1, 0), difference("tasks", 0, 0, 2)]
    assert rules.difference_rows(both)["removed"].tolist() == [2, 0]
    assert rules.change_rows(both)["what"].tolist() == ["− removed"] * 2 + ["~ changed", "+ added"]


def test_much_is_more_than_a_fifth_of_a_table() -> None:
    assert not difference("tasks", 0, 0, 2).removes_much
    assert difference("tasks", 0, 0, 3).removes_much


def test_only_the_rows_that_were_corrected_are_taken() -> None:
    before = pd.DataFrame({"id": ["a", "b", "c"], "name": ["x", "", "z"]}).astype(object)
    after = before.copy()
    after.loc[1, "name"] = "now"
    after.loc[2, "name"] = None
    assert rules.corrections(before, after)["id"].tolist() == ["b", "c"]
    assert rules.corrections(before, before).empty


def test_a_cell_is_written_as_a_contract_reads_it() -> None:
    told = [
        cell_text(cell) for cell in (None, pd.NaT, float("nan"), True, 12.0, 0.5, pd.Timestamp("2026-11-23"))
    ]
    assert told == ["", "", "", "true", "12", "0.5", "2026-11-23"]
