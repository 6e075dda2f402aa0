"""The manufacturing page drawn: marks and lines where they belong, few enough, the rest in words."""

import json
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from firstdose.figures import control_chart as figures
from firstdose.figures import control_chart_words as words
from firstdose.figures import manufacturing, manufacturing_words
from firstdose.rules import control_chart
from firstdose.rules import manufacturing as rules
from firstdose.rules.manufacturing_chart import MOST_LOTS, Picked, judged, specification
from firstdose.words import use_language

PICKED = Picked("VIAB", "SEND", "Viability", "", "%", "linear", "Sender", "")
LOG = Picked("VCN", "SEND", "Copies", "", "copies", "log", "Sender", "")
NO_EVENTS = pd.DataFrame({"event_id": [], "on_date": [], "kind": [], "title": [], "title_ja": []})


def lots(values: "np.ndarray[Any, Any] | list[float]", **own: Any) -> pd.DataFrame:
    count = len(values)
    columns: dict[str, Any] = {
        "batch_id": [f"L{at}" for at in range(count)],
        "process_version": "1.0",
        "started_on": pd.date_range("2026-01-01", periods=count, freq="h"),
        "value": np.array(values, dtype=float),
        "qualifier": pd.array([None] * count, dtype="str"),
        "lower_limit": np.nan,
        "upper_limit": np.nan,
        "deviations": pd.array([None] * count, dtype="str"),
    }
    return pd.DataFrame(columns | own)


def limits(*rows: tuple[str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["phase", "lower", "upper"])


def steady(count: int) -> list[float]:
    return [10.0 + 0.5 * (-1) ** at for at in range(count)]


def marks(figure: go.Figure) -> int:
    return sum(len(trace.x or ()) for trace in figure.data)


def annotations(figure: go.Figure) -> list[str]:
    return [one.text for one in figure.layout.annotations]


def drawn(frame: pd.DataFrame, picked: Picked = PICKED, **own: Any) -> go.Figure:
    chart = control_chart.chart(frame, picked.scale)
    return figures.control(chart, picked, own.get("limits", limits()), own.get("events", NO_EVENTS))


def test_never_more_than_five_thousand_marks_are_sent_and_the_card_says_so() -> None:
    die = np.random.default_rng(3)
    chart = control_chart.chart(lots(die.normal(10, 1, 60_000)), "linear")
    figure = figures.control(chart, PICKED, limits(), NO_EVENTS)
    assert marks(figure) <= 5_000
    (ring,) = [trace for trace in figure.data if trace.marker.symbol == "circle-open"]
    shown = figures.drawn(chart)
    assert shown.fewer
    assert len(shown.at) <= MOST_LOTS
    assert len(ring.x) <= MOST_LOTS
    said = words.remark(chart, PICKED, specification(limits()), shown, NO_EVENTS)
    assert f"{len(shown.at):,} of 60,000 lots drawn" in said


def test_the_chart_is_made_of_what_plotly_knows() -> None:
    """It is built without plotly's own check of every value, which costs most of its time."""
    late = pd.array(["late <b>", *[None] * 29], dtype="str")
    figure = drawn(lots(steady(30), deviations=late), limits=limits(("clinical", 9.0, 10.2)))
    assert json.loads(go.Figure(figure.to_dict()).to_json()) == json.loads(figure.to_json())


def test_a_specification_is_drawn_apart_from_the_limits_and_only_once() -> None:
    figure = drawn(lots(steady(30)), limits=limits(("clinical", 9.0, np.nan), ("commercial", 9.0, 11.5)))
    across = [shape for shape in figure.layout.shapes if shape.xref == "paper"]
    assert sorted(shape.y0 for shape in across) == [9.0, 11.5]
    assert {shape.line.dash for shape in across} == {"dot"}
    assert {trace.line.dash for trace in figure.data if trace.mode == "lines"} == {"solid", "dash"}


def test_a_specification_far_away_is_named_at_the_edge_and_flattens_nothing() -> None:
    figure = drawn(lots(steady(30)), limits=limits(("clinical", np.nan, 500.0)))
    assert figure.layout.yaxis.range[1] < 20
    assert any("≤ 500" in text and "↑" in text for text in annotations(figure))


def test_an_attribute_without_specification_is_drawn_without_limits_and_says_so() -> None:
    chart = control_chart.chart(lots(steady(30)), "linear")
    figure = figures.control(chart, PICKED, limits(), NO_EVENTS)
    assert not [shape for shape in figure.layout.shapes if shape.xref == "paper"]
    said = words.remark(chart, PICKED, specification(limits()), figures.drawn(chart), NO_EVENTS)
    assert "no specification is in force" in said


def test_marks_tell_bounds_deviations_and_lots_out_of_specification() -> None:
    frame = lots(
        [10.0, 9.0, 11.0, 10.5],
        qualifier=pd.array([None, "<", ">", None], dtype="str"),
        lower_limit=10.2,
        deviations=pd.array([None, None, None, "Incubator <b>too</b> warm"], dtype="str"),
    )
    figure = drawn(frame)
    (trace,) = [one for one in figure.data if one.mode == "lines+markers" and one.yaxis != "y2"]
    assert [symbol.removesuffix("-open") for symbol in trace.marker.symbol] == [
        "diamond",
        "triangle-down",
        "triangle-up",
        "square",
    ]
    assert trace.marker.color[3] != trace.marker.color[0]
    assert "&lt;b&gt;" in trace.customdata[3]


def test_a_log_attribute_has_a_log_axis_with_round_numbers_in_its_unit() -> None:
    die = np.random.default_rng(5)
    figure = drawn(lots(np.exp(die.normal(0, 1, 40))), LOG, limits=limits(("clinical", np.nan, 5.0)))
    assert figure.layout.yaxis.type == "log"
    low, high = figure.layout.yaxis.range
    assert all(10**low <= tick <= 10**high for tick in figure.layout.yaxis.tickvals)
    assert len(figure.layout.yaxis.tickvals) >= 2
    (line,) = [shape for shape in figure.layout.shapes if shape.xref == "paper"]
    assert line.y0 == 5.0


def test_events_and_new_process_versions_stand_between_the_lots() -> None:
    frame = lots(steady(10), process_version=["1"] * 4 + ["2"] * 6)
    frame["started_on"] = pd.date_range("2026-01-01", periods=10)
    event = pd.DataFrame(
        {"event_id": ["E"], "on_date": [date(2026, 1, 8)], "kind": ["site"], "title": ["Shutdown"]}
    )
    figure = drawn(frame, events=event.assign(title_ja=None))
    upright = sorted(shape.x0 for shape in figure.layout.shapes if shape.yref == "paper")
    assert upright == [3.5, 6.5]
    assert "<b>A</b>" in annotations(figure)
    named = [text for text in annotations(figure) if text.startswith("process")]
    assert named == ["process 1", "process 2"]


@pytest.mark.parametrize(
    ("on", "places"),
    [
        pytest.param(date(2026, 2, 20), [1.5, 4.5], id="in the days of both versions: once in each"),
        pytest.param(date(2026, 1, 10), [0.5], id="in the days of the first alone"),
        pytest.param(date(2026, 4, 15), [4.5], id="in the days of the second alone"),
        pytest.param(date(2026, 2, 1), [0.5], id="a lot of the same day stands right of it"),
        pytest.param(date(2025, 12, 1), [-0.5], id="before every lot"),
        pytest.param(date(2026, 6, 1), [5.5], id="after every lot"),
    ],
)
def test_an_event_stands_among_the_lots_of_each_version_made_side_by_side(
    on: date, places: list[float]
) -> None:
    frame = lots(steady(6), process_version=["1", "1", "2", "1", "1", "2"])
    frame["started_on"] = pd.to_datetime(
        ["2026-01-01", "2026-02-01", "2026-02-15", "2026-03-01", "2026-04-01", "2026-05-01"]
    )
    event = pd.DataFrame({"event_id": ["E"], "on_date": [on], "kind": ["site"], "title": ["Shutdown"]})
    figure = drawn(frame, events=event.assign(title_ja=None))
    lines = [shape.x0 for shape in figure.layout.shapes if shape.yref == "paper" and shape.line.dash == "dot"]
    assert lines == places
    assert [one.x for one in figure.layout.annotations if one.text == "<b>A</b>"] == places
    points = control_chart.chart(frame, "linear").points
    for place in places:
        phase = points["phase"].iloc[min(int(place + 1), 5)]
        left = points[(points["phase"] == phase) & (points.index < place)]
        assert (left["started_on"] < pd.Timestamp(on)).all()


def test_an_event_keeps_its_place_when_a_period_leaves_the_first_lots_of_a_version_out() -> None:
    frame = lots(steady(4), process_version=["1", "2", "2", "1"])
    frame["started_on"] = pd.to_datetime(["2026-01-01", "2026-02-01", "2026-03-05", "2026-04-01"])
    chart = control_chart.chart(frame, "linear", since=date(2026, 3, 1))
    assert chart.points["batch_id"].tolist() == ["L3", "L2"], "version 1 was begun first"
    event = pd.DataFrame(
        {"event_id": ["E"], "on_date": [date(2026, 3, 15)], "kind": ["site"], "title": ["Shutdown"]}
    )
    figure = figures.control(chart, PICKED, limits(), event.assign(title_ja=None))
    assert [one.x for one in figure.layout.annotations if one.text == "<b>A</b>"] == [1.5]


@pytest.mark.parametrize("values", [[], [5.0], [5.0, 5.0]])
def test_few_or_equal_lots_make_a_figure_and_no_error(values: list[float]) -> None:
    figure = drawn(lots(values), limits=limits(("clinical", 1.0, 9.0)))
    assert isinstance(figure, go.Figure)


def test_signals_are_told_in_words_with_their_lot_the_newest_first() -> None:
    chart = control_chart.chart(lots([*steady(20), 40.0, *steady(5), 50.0]), "linear")
    found = words.signals(chart, PICKED)
    assert found["batch_id"].iloc[0] == "L26"
    assert found["rule_name"].iloc[0].startswith("1 one lot beyond 3 sigma")
    assert found["measured"].iloc[0] == "50.0 %"
    assert words.silent(chart) == ""
    assert "No run rule" in words.silent(control_chart.chart(lots(steady(20)), "linear"))
    assert "no control limits" in words.silent(control_chart.chart(lots([1.0]), "linear"))


def test_the_remark_names_the_lots_behind_the_limits() -> None:
    frame = lots(steady(30))
    baseline = control_chart.Baseline(
        "1.0", pd.Timestamp("2026-01-01"), pd.Timestamp("2026-01-01 09:00"), "Quality lead"
    )
    (phase,) = control_chart.chart(frame, "linear", [baseline]).phases
    assert "provisional limits from 10 lots of the baseline 1 Jan 2026" in words.basis(phase)
    assert "Quality lead" in words.basis(phase)
    (own,) = control_chart.chart(frame, "linear").phases
    assert words.basis(own) == "Process 1.0: limits from 30 lots"


def test_capability_is_shown_with_interval_and_n_or_not_at_all() -> None:
    limits_ = specification(limits(("clinical", 5.0, 15.0)))
    chart = control_chart.chart(lots(steady(30)), "linear")
    row = words.capability(judged(chart, limits_), chart, limits_).iloc[0]
    assert "n = 30" in row["cpk"]
    assert row["specified"] == "5.00–15.0 (clinical)"
    nothing = specification(limits())
    bare = words.capability(judged(chart, nothing), chart, nothing).iloc[0]
    assert bare["cpk"] == bare["ppk"] == "not shown: no specification"
    assert bare["tolerance"] != "–"


def rates_of(count: int) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "partner_id": "S",
            "partner_name": "Site",
            "partner_name_ja": None,
            "process_version": "1",
            "purpose": "clinical",
            "started_on": pd.date_range("2020-01-01", periods=count, freq="31D"),
            "disposition": "released",
            "is_remanufacture": False,
            "deviations": 0,
        }
    )
    return rules.rates(frame, "month")


def test_rates_show_counts_and_say_how_many_groups_are_not_drawn() -> None:
    found = rates_of(25)
    none = pd.DataFrame({"kind": [], "value_pct": [], "n": [], "product": [], "setting": [], "source": []})
    figure = manufacturing.rates(found, none, "success")
    assert figure.data[1].text[0] == "1/1"
    assert manufacturing.hidden_groups(found, "success").startswith("7 more groups")
    assert manufacturing.hidden_groups(rates_of(3), "success") == ""


def test_reference_lines_name_their_source_and_what_they_count() -> None:
    lines = pd.DataFrame(
        {
            "kind": ["target", "benchmark"],
            "value_pct": [95.0, 3.87],
            "n": [None, 981],
            "product": [None, "axi-cel"],
            "setting": [None, "UK"],
            "source": [None, "Blood Cancer Journal 2025"],
        }
    )
    said = manufacturing.lines_in_words(lines)
    assert "A own target 95 %" in said
    assert "B 3.9 % axi-cel, UK, n = 981 (Blood Cancer Journal 2025)" in said
    assert "patients, not lots" in said


def test_letters_of_lines_close_together_share_a_place() -> None:
    lines = pd.DataFrame({"kind": "benchmark", "value_pct": [3.9, 0.6, 2.9, 95.0]})
    figure = manufacturing.rates(rates_of(2), lines, "success")
    assert [one.text for one in figure.layout.annotations] == ["B C A", "D"]


def test_a_lot_out_of_the_filters_has_an_empty_life_and_no_error() -> None:
    assert manufacturing_words.life(pd.DataFrame()).empty


@pytest.mark.parametrize(
    ("lower", "upper", "said"),
    [(70.0, np.nan, "≥ 70.0"), (np.nan, 5.0, "≤ 5.00"), (6.8, 7.8, "6.80–7.80"), (np.nan, np.nan, "")],
)
def test_limits_are_said_with_their_direction(lower: float, upper: float, said: str) -> None:
    assert manufacturing_words.limits(lower, upper) == said


def test_causes_of_the_data_are_said_in_the_readers_language_and_others_as_written() -> None:
    use_language("ja")
    found = pd.DataFrame(
        {
            "kind": ["failure", "deviation", "root cause"],
            "cause": ["Low expansion", "Training", "Somebody tripped"],
            "count": [2, 1, 1],
            "cumulative": [1.0, 1.0, 1.0],
        }
    )
    shown = " ".join(note.text for note in manufacturing.causes(found).layout.annotations)
    assert "教育訓練" in shown
    assert "Low expansion" not in shown
    assert "Somebody tripped" in shown
