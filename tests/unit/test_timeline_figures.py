"""The plan drawn: bars cover their last day, marks stand by names, data is text, and no axes stand empty."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from firstdose.figures import gantt, theme
from firstdose.figures import timeline as figures
from firstdose.figures import timeline_links as links
from firstdose.figures import timeline_words as words
from firstdose.queries import timeline as queries
from firstdose.rules import timeline as rules
from firstdose.view import View
from firstdose.words import use_language
from tests.support import MemorySession, session_of

TODAY = date(2026, 11, 20)
VIEW = View(as_of=TODAY).with_key("window", "all")
GHOST, AHEAD, BEHIND, DONE, MOVED, POINTS, ARROWS = range(1, 8)


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def task(task_id: str, start: int, finish: int, **more: Any) -> dict[str, Any]:
    return {
        "task_id": task_id,
        "program_id": "P1",
        "partner_id": "CTR",
        "workstream": "Regulatory",
        "name": f"Work {task_id}",
        "kind": "task",
        "baseline_start": day(start),
        "baseline_finish": day(finish),
        "forecast_start": day(start),
        "forecast_finish": day(finish),
        **more,
    }


@pytest.fixture(scope="module")
def session() -> MemorySession:
    return session_of(
        as_of=TODAY,
        partners=[
            {"partner_id": "CTR", "name": "Centre", "name_ja": "センター", "role": "academic centre"},
            {"partner_id": "CDMO", "name": "Maker", "role": "CDMO"},
        ],
        programs=[
            {"program_id": one, "name": f"Name {one}", "lead_partner": "CTR", "jurisdictions": "JP"}
            | {"target_filing_date": day(60), "target_fih_date": day(90)}
            for one in ("P1", "P2")
        ],
        tasks=[
            task("open", 5, 20),
            task("begun", -10, 10, actual_start=day(-10), percent_complete=50.0),
            task("done", -40, -20, actual_start=day(-40), actual_finish=day(-20)),
            task("late", -30, -5, partner_id="CDMO", receiver_partner="CTR", forecast_finish=day(8)),
            task("filed", 40, 40, kind="milestone", anchor="filing", forecast_finish=day(47)),
            task("evil", 1, 2, name="<b onclick=x>& co", program_id="P2"),
        ],
    )


def drawn(session: MemorySession, by: str = "partner", view: View = VIEW) -> tuple[pd.DataFrame, go.Figure]:
    rows = rules.lanes(queries.tasks(session, view), by, TODAY)
    return rows, figures.plan(rows, TODAY, *queries.window(session, view))


def spans(trace: Any) -> list[tuple[float, float]]:
    return [(start, start + length) for start, length in zip(trace.base, trace.x, strict=True)]


def test_a_bar_covers_its_last_day(session: MemorySession) -> None:
    _rows, figure = drawn(session)
    assert (gantt.moment(day(5)), gantt.moment(day(21))) in spans(figure.data[GHOST])
    assert (gantt.moment(day(5)), gantt.moment(day(21))) in spans(figure.data[AHEAD])


def test_work_that_is_begun_is_solid_to_the_report_day_and_light_from_there(session: MemorySession) -> None:
    _rows, figure = drawn(session)
    assert (gantt.moment(day(-10)), gantt.moment(TODAY)) in spans(figure.data[BEHIND])
    assert (gantt.moment(TODAY), gantt.moment(day(11))) in spans(figure.data[AHEAD])


def test_work_that_is_done_has_no_forecast_left(session: MemorySession) -> None:
    _rows, figure = drawn(session)
    assert (gantt.moment(day(-40)), gantt.moment(day(-19))) in spans(figure.data[BEHIND])
    assert len(figure.data[AHEAD].x) == 4, "open, begun, late and the hostile one"


EMPTY = dict.fromkeys(("baseline_start", "baseline_finish", "forecast_start", "forecast_finish"), None)


@pytest.mark.parametrize(
    ("days", "first", "last"),
    [
        pytest.param({"actual_finish": day(-9)}, -9, -9, id="done, and nobody typed when it began"),
        pytest.param(
            {"baseline_start": day(-20), "actual_finish": day(-9)}, -20, -9, id="done, begun as agreed"
        ),
        pytest.param(
            {"forecast_start": day(-3), "actual_finish": day(-9)}, -9, -9, id="done before its start was due"
        ),
        pytest.param({"forecast_finish": day(9)}, 9, 9, id="open with a finish only"),
        pytest.param({"forecast_start": day(9)}, 9, 9, id="open with a start only"),
        pytest.param(
            {"baseline_start": day(2), "forecast_finish": day(9)}, 2, 9, id="a forecast without a start"
        ),
        pytest.param(
            {"baseline_start": day(2), "baseline_finish": day(4)}, 2, 4, id="a baseline and no forecast"
        ),
        pytest.param(
            {"forecast_start": day(6), "baseline_finish": day(4)}, 6, 6, id="a start after the baseline"
        ),
        pytest.param({"actual_start": day(-9)}, -9, -1, id="begun, and no finish known"),
        pytest.param(
            {"actual_start": day(-9), "baseline_finish": day(4)}, -9, 4, id="begun, with a baseline only"
        ),
        pytest.param(
            {"actual_start": day(5), "forecast_finish": day(8)}, 5, 8, id="begun after the report day"
        ),
    ],
)
def test_every_task_that_has_a_day_has_a_bar_where_its_links_end(
    days: dict[str, date], first: int, last: int
) -> None:
    other = task("whole", -5, 5)  # a column that holds days gives NaT where there is none
    world = session_of(as_of=TODAY, tasks=[task("one", 0, 0, program_id=None) | EMPTY | days, other])
    rows, figure = drawn(world)
    row = next(dict(row) for row in rows.to_dict("records") if row["task_id"] == "one")
    reach = (gantt.moment(day(first)), gantt.after(day(last)))
    assert links.ends(row, gantt.moment(TODAY) or 0.0) == reach
    bars = [
        span
        for trace in (figure.data[AHEAD], figure.data[BEHIND])
        for span, words_ in zip(spans(trace), trace.customdata, strict=True)
        if "Work one" in words_ and span[1] > span[0]
    ]
    assert (min(start for start, _end in bars), max(end for _start, end in bars)) == reach


def test_a_predecessor_that_is_not_drawn_draws_no_line_from_another_task() -> None:
    world = session_of(
        as_of=TODAY,
        tasks=[
            task("WP1", 1, 5, program_id=None),
            task("WP1-1", 400, 410, program_id=None),
            task("X", 7, 9, program_id=None, predecessors="WP1-1"),
        ],
    )
    view = View(as_of=TODAY)
    rows = rules.lanes(queries.tasks(world, view), "partner", TODAY)
    assert sorted(rows["task_id"]) == ["WP1", "X"]
    ids = frozenset(queries.whole(world, view)["task_id"])
    figure = figures.plan(rows, TODAY, *queries.window(world, view), ids=ids)
    assert not any(len(trace.x) for trace in figure.data[ARROWS + 1 :])
    assert any(len(trace.x) for trace in figures.plan(rows, TODAY).data[ARROWS + 1 :]), "read as a lead"


def test_half_done_reaches_half_the_way(session: MemorySession) -> None:
    _rows, figure = drawn(session)
    ((start, end),) = spans(figure.data[DONE])
    whole = (gantt.after(day(10)) or 0) - (gantt.moment(day(-10)) or 0)
    assert (end - start) / whole == pytest.approx(0.5)


def test_a_milestone_that_moved_leaves_a_hollow_diamond(session: MemorySession) -> None:
    _rows, figure = drawn(session)
    assert list(figure.data[MOVED].x) == [gantt.moment(day(40))]
    assert list(figure.data[POINTS].x) == [gantt.moment(day(47))]
    assert list(figure.data[POINTS].marker.symbol) == ["diamond"]


def test_a_hand_off_points_at_who_waits(session: MemorySession) -> None:
    _rows, figure = drawn(session)
    arrows = figure.data[ARROWS]
    assert list(arrows.x) == [gantt.after(day(8))]
    assert "Maker → Centre" in arrows.customdata[0]


def test_the_mark_of_a_task_stands_beside_its_name(session: MemorySession) -> None:
    rows, figure = drawn(session)
    for mark, label in zip(rows["mark"], figure.layout.yaxis.ticktext, strict=True):
        assert theme.symbol(mark) in label
    assert rows.set_index("task_id").loc["late", "mark"] == "late"


@pytest.mark.parametrize(
    ("by", "heads"),
    [
        pytest.param("partner", ["Centre", "Maker"], id="partners"),
        pytest.param("program", ["P1 · Name P1", "P2 · Name P2"], id="programs"),
        pytest.param("workstream", ["Regulatory"], id="workstreams"),
    ],
)
def test_each_lane_has_its_head_once(session: MemorySession, by: str, heads: list[str]) -> None:
    _rows, figure = drawn(session, by)
    said = [note.text for note in figure.layout.annotations[1:]]
    assert said == [f"<b>{head}</b>" for head in heads]


def test_the_report_day_is_dashed_and_named(session: MemorySession) -> None:
    _rows, figure = drawn(session)
    line = figure.layout.shapes[0]
    assert (line.x0, line.line.dash) == (gantt.moment(TODAY), "dash")
    assert "20 Nov 2026" in figure.layout.annotations[0].text


def test_the_days_drawn_are_the_window(session: MemorySession) -> None:
    _rows, figure = drawn(session, view=View(as_of=TODAY).with_key("window", "8-weeks"))
    assert figure.layout.xaxis.range == (gantt.moment(day(-14)), gantt.after(day(42)))


def test_a_hostile_name_is_text_in_a_picture(session: MemorySession) -> None:
    rows, figure = drawn(session)
    at = rows["task_id"].tolist().index("evil")
    assert "<b onclick" not in figure.layout.yaxis.ticktext[at]
    assert not any("<b onclick" in said for trace in figure.data for said in trace.customdata or ())


def test_names_follow_the_language_of_the_reader(session: MemorySession) -> None:
    use_language("ja")
    _rows, figure = drawn(session)
    assert figure.layout.annotations[1].text == "<b>センター</b>"


def test_no_task_draws_a_sentence_instead_of_axes(session: MemorySession) -> None:
    rows, figure = drawn(session, view=View(as_of=TODAY, program=()))
    assert rows.empty
    assert not figure.data
    assert "Choose a longer window" in figure.layout.annotations[0].text


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_frames_are_left_as_they_were_in_both_modes(session: MemorySession, mode: Any) -> None:
    rows = rules.lanes(queries.tasks(session, VIEW), "partner", TODAY)
    before = rows.copy(deep=True)
    theme.use_mode(mode)
    try:
        figures.plan(rows, TODAY)
    finally:
        theme.use_mode("light")
    pd.testing.assert_frame_equal(rows, before)


def test_the_table_of_hand_offs_tells_who_waits_for_whom(session: MemorySession) -> None:
    shown = words.handoffs(rules.owed(queries.handoffs(session, VIEW), TODAY))
    (row,) = shown.to_dict("records")
    assert (row["mark"], row["owner"], row["receiver"]) == ("✕ late", "Maker", "Centre")
    assert (row["overdue_days"], row["slip_days"], row["promised"]) == (5, 13, day(-5))
    assert set(words.handoff_columns()) <= set(shown.columns)


def test_the_table_of_milestones_tells_slip_and_distance_from_the_target(session: MemorySession) -> None:
    shown = words.milestones(rules.anchors(queries.milestones(session, VIEW), TODAY))
    (row,) = shown.to_dict("records")
    assert (row["mark"], row["milestone"], row["jurisdiction"]) == ("▲ at risk", "filing", "all")
    assert (row["slip_days"], row["to_target_days"], row["target"]) == (7, -13, day(60))
    assert set(words.milestone_columns()) <= set(shown.columns)


def test_tables_without_rows_keep_their_columns(session: MemorySession) -> None:
    nobody = View(as_of=TODAY, program=())
    owed = words.handoffs(rules.owed(queries.handoffs(session, nobody), TODAY))
    anchors = words.milestones(rules.anchors(queries.milestones(session, nobody), TODAY))
    assert set(words.handoff_columns()) <= set(owed.columns)
    assert set(words.milestone_columns()) <= set(anchors.columns)


@pytest.mark.parametrize(
    ("hidden", "said"),
    [(0, ""), (1, "1 more row is not drawn"), (2, "2 more rows are not drawn")],
)
def test_rows_that_are_not_drawn_are_counted(hidden: int, said: str) -> None:
    rows = pd.DataFrame()
    rows.attrs["hidden"] = hidden
    assert words.hidden_in_words(rows).startswith(said)
    assert bool(words.hidden_in_words(rows)) is bool(hidden)


@pytest.mark.parametrize("length", [1, 20, 90, 400, 4000])
def test_labels_of_the_day_axis_stay_apart(length: int) -> None:
    values, said = gantt.ticks(TODAY, day(length))
    assert len(values) == len(said) <= gantt.MOST_TICKS
    assert values == sorted(set(values))


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        pytest.param("x" * gantt.LINE_WIDTH, 1, id="a name that just fits"),
        pytest.param("x" * (gantt.LINE_WIDTH + 1), 2, id="one letter more"),
        pytest.param("薬" * (gantt.LINE_WIDTH // 2 + 1), 2, id="Japanese letters count twice"),
        pytest.param("word " * 40, 2, id="never more than two lines"),
    ],
)
def test_names_are_wrapped_by_their_width(name: str, lines: int) -> None:
    wrapped = gantt.wrap(name)
    assert len(wrapped) == lines
    assert max(map(gantt.width, wrapped)) <= gantt.LINE_WIDTH


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("Report", "Report → CTR", id="on one line where it fits"),
        pytest.param("Comparability report", "Comparability report<br>→ CTR", id="below where it does not"),
        pytest.param("Hand over the method", "Hand over the method<br>→ CTR", id="a line that just fits"),
        pytest.param(
            "word " * 20, "word word word word<br>word word word… → CTR", id="whole behind a cut name"
        ),
    ],
)
def test_who_waits_stands_whole_beside_the_plot(session: MemorySession, name: str, said: str) -> None:
    rows = rules.lanes(queries.tasks(session, VIEW.with_key("window", "all")), "partner", TODAY)
    rows = rows[rows["program_id"] == "P1"].assign(name=name.strip()).reset_index(drop=True)
    figure = figures.plan(rows, TODAY)
    at = rows["task_id"].tolist().index("late")
    assert figure.layout.yaxis.ticktext[at].startswith(said + " ")
    assert not any(trace.text for trace in figure.data), "nothing is written inside the plot"


def test_names_of_the_critical_chain_are_bold(session: MemorySession) -> None:
    rows = rules.lanes(queries.tasks(session, VIEW), "partner", TODAY)
    figure = figures.plan(rows, TODAY, critical=frozenset({"open"}))
    bold = [label.startswith("<b>") for label in figure.layout.yaxis.ticktext]
    assert [task for task, one in zip(rows["task_id"], bold, strict=True) if one] == ["open"]


def test_three_hundred_rows_are_drawn_with_few_traces(session: MemorySession) -> None:
    one = rules.lanes(queries.tasks(session, VIEW), "partner", TODAY).head(1)
    rows = pd.concat([one.assign(task_id=f"t{at}") for at in range(300)], ignore_index=True)
    figure = figures.plan(rows, TODAY)
    assert len(figure.layout.yaxis.ticktext) == 300
    assert len(figure.data) == 12, "bars and links of all rows share their traces"
