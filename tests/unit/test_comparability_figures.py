"""Comparisons drawn and said: verdicts in colour and word, few or no lots, long groups, the report."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from firstdose.figures import comparability as figures
from firstdose.figures import comparability_margins as margins
from firstdose.figures import comparability_panels as panels
from firstdose.figures import comparability_report as report
from firstdose.figures import comparability_words as words
from firstdose.figures import theme
from firstdose.rules.comparability import Left, Sides
from firstdose.rules.comparability_judged import judge, points
from tests.unit.test_comparability_rules import SENDING, attribute, world

SIDES = Sides("P1", "drug product", "sites", "S", "T")
ROLES = ("sending", "receiving")


def made(
    first: Any, second: Any, method: Any = "welch", out: tuple[str, ...] = (), **own: Any
) -> tuple[Any, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Verdicts, points, attributes and lots of one comparison."""
    named = {name: own.pop(name) for name in ("donors", "bounds") if name in own}
    lots, results = world(first, second, **named)
    lots = lots.assign(
        partner_id="S", partner_name="Site", partner_name_ja=None, process_version="1.0",
        purpose="clinical", disposition="released", results=1,
    )  # fmt: skip
    known = attribute(**own).assign(lower_limit=5.0, upper_limit=np.nan)
    told = points(lots, results, out)
    return judge(known, told, method), told, known, lots


def test_a_verdict_wears_its_colour_shape_and_word() -> None:
    for shift, mark, shape in (
        (0.0, "closed", "circle"),
        (0.9, "at risk", "triangle-up"),
        (9.0, "late", "x"),
    ):
        judged, _points, known, _lots = made(SENDING * 2, [one + shift for one in SENDING * 2])
        drawn = figures.forest(judged, known, ROLES)
        assert drawn.data[0].marker.symbol == (shape,)
        assert drawn.data[0].marker.color == (theme.colour(mark),)
        assert words.verdict(judged[0]) in drawn.layout.annotations[0].text
        assert [(one.x0, one.x1) for one in drawn.layout.shapes] == [(-1.5, 1.5)], "the margin"


def test_without_three_lots_no_interval_is_drawn_and_the_table_says_why() -> None:
    judged, told, known, _lots = made(SENDING, (10.0, 10.1))
    assert "three independent lots" in figures.forest(judged, known, ROLES).layout.annotations[0].text
    shown = words.results(judged, known)
    assert shown["why"].tolist() == ["fewer than three lots: 5 and 2"]
    assert shown["verdict"].tolist() == ["▲ not demonstrated"]
    assert "Too few lots to prove the margin" in margins.smallest_in_words(judged, known)
    assert panels.panels(judged, told, known, ROLES).data


def test_nothing_at_all_is_said_and_not_drawn() -> None:
    judged, told, known, _lots = made((), ())
    assert judged == ()
    for figure in (
        figures.forest(judged, known, ROLES),
        panels.panels(judged, told, known, ROLES),
        figures.dots(told, known.to_dict("records")[0], None, ("A", "B")),
    ):
        assert len(figure.layout.annotations) == 1
    assert margins.smallest_in_words(judged, known) == "No attribute of tier 1 has results."


def test_lots_are_drawn_one_mark_each_by_what_they_are() -> None:
    donors, bounds = {"A0": "D", "A1": "D"}, {"A2": "<"}
    judged, told, known, _lots = made(SENDING, SENDING, donors=donors, bounds=bounds, out=("A3",))
    before = told.copy(deep=True)
    drawn = figures.dots(told, known.to_dict("records")[0], judged[0], ("A", "B"))
    symbols = dict(zip(drawn.data[0].y, drawn.data[0].marker.symbol, strict=True))
    assert symbols == {
        10.0: "circle-open",
        11.0: "circle-open",
        9.0: "triangle-down-open",
        10.5: "x",
        9.5: "circle",
    }
    medians = [one.y[0] for one in drawn.data[2:]]
    assert medians == [judged[0].first.median, judged[0].second.median]
    pd.testing.assert_frame_equal(told, before)


def test_a_long_group_keeps_its_ends_and_no_figure_has_more_than_5000_marks() -> None:
    values = np.random.default_rng(3).normal(50, 5, 6_000)
    judged, told, known, _lots = made(values, values + 1)
    drawn = figures.dots(told, known.to_dict("records")[0], judged[0], ("A", "B"))
    assert sum(len(one.x) for one in drawn.data) <= 5_000
    assert {values.min(), values.max()} <= set(drawn.data[0].y)
    assert "9,000 lots not drawn" in figures.dots_in_words(told, judged[0])
    small = panels.panels(judged, told, known, ROLES)
    assert {values.min(), values.max()} <= set(small.data[0].y)


@pytest.mark.parametrize(
    ("scale", "difference", "margin"),
    [
        ("linear", "0.000 (", "1.5 SD = ± 1.19"),
        ("log", "×1.00 (", "1.5 SD = ×0.888 – ×1.13"),
    ],
)
def test_differences_and_margins_are_told_in_the_unit_or_as_ratios(
    scale: str, difference: str, margin: str
) -> None:
    judged, _points, known, _lots = made(SENDING, SENDING, scale=scale)
    shown = words.results(judged, known)
    assert shown["difference"][0].startswith(difference.replace("0.000", "0"))
    assert shown["margin"][0] == margin


def test_a_paired_difference_says_how_many_pairs_it_rests_on() -> None:
    donors = {f"{name}{at}": f"D{at}" for name in "AB" for at in range(4)}
    judged, _points, known, _lots = made(SENDING, [10.2, 11.1, 9.3, 10.4, 1.0], "paired", donors=donors)
    assert words.results(judged, known)["difference"][0].endswith("4 pairs")
    few, _points, known, _lots = made(SENDING, SENDING, "paired")
    assert words.results(few, known)["why"][0] == "fewer than three pairs of one donor"


def test_the_report_tells_who_was_left_out_and_why() -> None:
    left = (Left("A0", "Incubator failure"), Left("B0"), Left("Z9", "nobody"))
    _judged, told, _known, lots = made(SENDING, SENDING, out=("A0", "B0", "Z9"))
    shown = report.lots(lots, told, left, ("Site S", "Site T"))
    assert shown["role"].tolist()[:3] == [
        "left out: Incubator failure",
        "▲ left out: no reason given",
        "counts",
    ]
    assert report.unknown(lots, left) == ("Z9",)
    facts = report.facts(
        SIDES, ("Site S", "Site T"), "", "P1", lots, lots.iloc[1:], left, "How", ("v3", "20 Nov 2026")
    )  # fmt: skip
    said = dict(zip(facts["what"], facts["said"], strict=True))
    assert said["Lots left out"] == "A0: Incubator failure; B0: no reason given"
    assert said["Lots with results"] == "Site S: 4 lots · Site T: 5 lots"
    assert (said["Data version"], said["Report day"]) == ("v3", "20 Nov 2026")


def test_a_group_that_mixes_versions_is_said_to() -> None:
    _judged, _points, _known, lots = made(SENDING, SENDING)
    assert report.mixed_in_words(lots, SIDES, ("S", "T")) == ""
    lots.loc[0, "process_version"] = "2.0"
    assert "S: 1.0 (4), 2.0 (1)." in report.mixed_in_words(lots, SIDES, ("S", "T"))
