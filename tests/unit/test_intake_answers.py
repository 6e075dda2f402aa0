"""Proposed mappings: words are proposed, never taken silently; what is open is asked and answered."""

from pathlib import Path

import pytest

from firstdose.intake.answers import open_questions, way_of, with_outputs, with_unpivot, with_way
from firstdose.intake.decode import decode
from firstdose.intake.profile import Profile, Way
from firstdose.intake.propose import cells_of, propose, propose_table
from firstdose.intake.propose_values import first_of_month, stage, word
from firstdose.intake.trial import first_cells, tried
from firstdose.rules import mapping as rules

HEADER = ["Task No", "Task Name", "Site", "Work Stream", "Due", "Status", "Days"]
ROWS = [
    ["T1", "Write", "NCC", "薬事", "03/04/2027", "Done", "1,234"],
    ["T2", "Send", "NCC", "Quality", "05/06/2027", "未着手", "2"],
    ["T3", "Ask", "NCC", "Clinicall", "07/08/2027", "on track", "3"],
    ["T4", "Sing", "NCC", "Choir", "", "on track", "4"],
]


def mapping(
    header: list[str] | None = None, rows: list[list[str]] | None = None
) -> tuple[Profile, dict[str, list[str]]]:
    header, rows = header or HEADER, rows or ROWS
    profile = propose(header, rows)
    assert profile
    return profile, cells_of(header, rows)


@pytest.mark.parametrize(
    ("given", "allowed", "meant"),
    [
        pytest.param("Done", ("closed", "in progress"), "closed", id="a synonym"),
        pytest.param("完了", ("closed", "in progress"), "closed", id="a Japanese synonym"),
        pytest.param("ＣＬＯＳＥＤ", ("closed",), "closed", id="other letters"),
        pytest.param("relesed", ("released", "rejected"), "released", id="a slip"),
        pytest.param("国内", ("JP", "US"), "JP", id="a region"),
        pytest.param("purple", ("closed", "in progress"), "", id="nothing known"),
    ],
)
def test_a_word_is_proposed_for_one_that_means_the_same(
    given: str, allowed: tuple[str, ...], meant: str
) -> None:
    assert word(given, allowed) == meant


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("nov.18", "2018-11-01"),
        ("maj.20", "2020-05-01"),
        ("2026年3月", "2026-03-01"),
        ("13.18", ""),
        ("2026-13", ""),
    ],
)
def test_a_month_may_stand_for_its_first_day(given: str, meant: str) -> None:
    assert first_of_month(given) == meant


def test_every_stage_proposed_is_one_there_is() -> None:
    assert [stage(given) for given in ("Phase I", "第II相", "NDA Filed", "S03", "?")] == [
        "S07",
        "S08",
        "S09",
        "S03",
        "",
    ]


def test_known_words_are_proposed_and_the_others_asked() -> None:
    profile, cells = mapping()
    way, _sources = way_of(profile.outputs[0], "workstream")
    assert way
    assert dict(way.values) == {"薬事": "Regulatory", "Quality": "Quality system", "Clinicall": "Clinical"}
    asked = {one.column: one for one in open_questions(profile, cells)}
    assert asked["workstream"].words == ("Choir",)
    assert asked["forecast_finish"].asks == "dates"
    done = with_way(profile, 0, "workstream", Way(way.columns, values=(*way.values, ("Choir", "Alliance"))))
    assert "workstream" not in {one.column for one in open_questions(done, cells)}
    assert all("{" not in text for text in rules.said(profile, tuple(asked.values())))


def test_a_status_gives_the_share_done_where_it_is_known() -> None:
    header = [name.lower() for name in HEADER]
    profile, _cells = mapping(header)
    way, _sources = way_of(profile.outputs[0], "percent_complete")
    assert way
    assert (dict(way.values), way.otherwise) == ({"Done": "100", "未着手": "0"}, "empty")


def test_an_order_of_days_or_a_decimal_mark_answers_its_question() -> None:
    profile, cells = mapping()
    profile = with_way(profile, 0, "duration_mid_days", Way(("Days",)))
    asks = {one.column: one.asks for one in open_questions(profile, cells)}
    assert (asks["forecast_finish"], asks["duration_mid_days"]) == ("dates", "decimal")
    profile = with_way(profile, 0, "forecast_finish", Way(("Due",), dates="dmy"))
    profile = with_way(profile, 0, "duration_mid_days", Way(("Days",), decimal="point"))
    assert {"forecast_finish", "duration_mid_days"}.isdisjoint(
        one.column for one in open_questions(profile, cells)
    )


def test_what_every_row_needs_is_asked_until_it_has_a_value_or_a_column() -> None:
    profile, cells = mapping(HEADER[:3], [row[:3] for row in ROWS])
    assert [one.column for one in open_questions(profile, cells)] == ["workstream"]
    assert not open_questions(with_way(profile, 0, "workstream", Way(constant="Regulatory")), cells)
    assert [one.column for one in open_questions(with_way(profile, 0, "name", None), cells)] == [
        "workstream",
        "name",
    ]


def test_tables_are_added_and_taken_away_and_the_others_stay() -> None:
    profile, _cells = mapping()
    more = with_outputs(profile, ["tasks", "risks"], {"risks": propose_table("risks", HEADER, ROWS)})
    assert [output.table for output in more.outputs] == ["tasks", "risks"]
    assert more.outputs[0] == profile.outputs[0]
    assert with_outputs(more, ["tasks"], {}) == profile


def test_columns_that_become_rows_keep_their_codes_and_new_ones_get_theirs() -> None:
    names = [f"assay {n}" for n in range(6)]
    header, rows = (
        ["Batch", "Start date", *names],
        [["L1", "2026-11-01", *"123456"], ["L2", "2026-11-02", *"123456"]],
    )
    profile, _cells = mapping(header, rows)
    less = with_unpivot(profile, 1, names[1:], {})
    unpivot = less.outputs[1].unpivot
    assert unpivot
    assert unpivot.columns[0] == ("assay 1", "assay-1")
    assert with_unpivot(less, 1, names, {"assay 0": "assay-0"}) == profile


def test_the_effect_on_the_first_rows_is_what_the_whole_file_will_give(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_bytes(
        "\r\n".join(",".join(f'"{cell}"' for cell in row) for row in [HEADER, *ROWS]).encode("cp932")
    )
    staged = decode(path, path.parent)
    profile, _cells = mapping()
    profile = with_way(profile, 0, "forecast_finish", Way(("Due",), dates="dmy"))
    assert first_cells(staged, 1) == [ROWS[0]]
    (one,) = tried(profile, staged, 4)
    rows = [dict(zip(one.columns, row, strict=True)) for row in one.rows]
    assert [(row["forecast_finish"], row["workstream"]) for row in rows][:2] == [
        ("2027-04-03", "Regulatory"),
        ("2027-06-05", "Quality system"),
    ]
    assert [(issue.line, issue.value) for issue in one.faults] == [(5, "Choir")]
